"""Speaks WebDriver BiDi with a Firefox that it starts: commands, scripts and their results."""

from __future__ import annotations

import itertools
import json
import os
import queue
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

# Only a Firefox that does not come, or hangs, takes so long. On a busy machine a minute was too little for its start.
START_S = 180
COMMAND_S = 180

# Updates, studies, telemetry and the start page's content are off; what is left is the page's traffic and ours.
QUIET_PREFERENCES: Mapping[str, bool | int | str] = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.systemAddon.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,none",
    "toolkit.telemetry.server": "",
}


class BidiError(Exception):
    """Firefox refused a command, or a script in it threw."""


class Bidi:
    """One session with one Firefox."""

    def __init__(self, connection: ClientConnection):
        self._connection = connection
        self._ids = itertools.count(1)

    def send(self, method: str, **parameters: Any) -> dict:
        """Sends a command and returns its result.

        Raises:
            BidiError: Firefox refused it.
            TimeoutError: no answer came.
        """
        number = next(self._ids)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._connection.recv(timeout=COMMAND_S))
            if answer.get("id") == number:
                break
        if answer["type"] == "error":
            raise BidiError(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    def call(self, context: str, function: str, *arguments: Any, raw: bool = False, sandbox: str | None = None) -> Any:
        """Calls a JavaScript function in a browsing context, awaits it, and returns what it gives as plain data.

        Args:
            context: a browsing context's id.
            function: source of a function; it must return something that JSON can hold, unless raw.
            arguments: passed as JSON.
            raw: return the result as the protocol words it, with elements and closed shadow roots.
            sandbox: run beside the page's own scripts rather than among them, under this name.

        Raises:
            BidiError: it threw.
        """
        texts = [{"type": "string", "value": json.dumps(argument)} for argument in arguments]
        parsed = f"(...texts) => ({function})(...texts.map((text) => JSON.parse(text)))"
        outcome = self.send(
            "script.callFunction",
            functionDeclaration=parsed if raw else f"async (...texts) => JSON.stringify(await ({parsed})(...texts))",
            target={"context": context, **({"sandbox": sandbox} if sandbox else {})},
            arguments=texts,
            awaitPromise=True,
            serializationOptions={"maxDomDepth": None, "includeShadowTree": "all"},
        )
        if outcome["type"] == "exception":
            raise BidiError(outcome["exceptionDetails"]["text"])
        if raw:
            return outcome["result"]
        text = outcome["result"].get("value")
        return None if text is None else json.loads(text)


@contextmanager
def launch_firefox(program: str, profile: Path, preferences: Mapping[str, bool | int | str]) -> Iterator[Bidi]:
    """Runs a Firefox without a window; yields the session with it.

    Args:
        program: path of a Firefox.
        profile: empty folder for its profile.
        preferences: set from the start, over the quiet ones.
    """
    wanted = {**QUIET_PREFERENCES, **preferences}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in wanted.items()]
    (profile / "user.js").write_text("".join(lines))
    # System access: the native menu and the permission prompt are the browser's own, which no page may touch.
    flags = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--remote-allow-system-access"]
    process = subprocess.Popen(
        [program, *flags, "--profile", str(profile)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MOZ_CRASHREPORTER_DISABLE": "1"},
    )
    said = _Output(process)
    try:
        with connect(f"{said.address()}/session", max_size=None, open_timeout=START_S) as connection:
            bidi = Bidi(connection)
            bidi.send("session.new", capabilities={})
            yield bidi
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
        said.close()


class _Output:
    """What Firefox says on its error output: read to the end by a thread, or Firefox would block."""

    def __init__(self, process: subprocess.Popen):
        self._stream = process.stderr
        self._lines: list[str] = []
        self._addresses: queue.Queue[str | None] = queue.Queue()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def address(self) -> str:
        """Where Firefox listens.

        Raises:
            BidiError: it did not start.
        """
        try:
            address = self._addresses.get(timeout=START_S)
        except queue.Empty:
            address = None
        if address is None:
            raise BidiError(f"Firefox did not start within {START_S} s. It said:\n{''.join(self._lines)}")
        return address

    def close(self) -> None:
        """Waits for the thread, which ends with Firefox."""
        self._thread.join()
        self._stream.close()

    def _read(self) -> None:
        for line in self._stream:
            self._lines.append(line)
            match = re.search(r"WebDriver BiDi listening on (ws://\S+)", line)
            if match:
                self._addresses.put(match[1])
        self._addresses.put(None)
