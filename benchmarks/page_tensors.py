"""How many tensors the extension's workers hold, read through the browser's debugger: nothing in them is made for it."""

from __future__ import annotations

import json
from itertools import count

from playwright.sync_api import CDPSession, Page

from extension.demo.browser import wait_until

DOCUMENT = "/offscreen/offscreen.html"  # it starts the workers
# TensorFlow.js keeps its engine there, so that two copies of it on one page share it.
TENSORS = "globalThis._tfengine?.memory().numTensors ?? 0"
LIMIT_S = 60


def tensors_alive(page: Page) -> list[int]:
    """Of each worker that runs now, how many tensors it holds; none where the extension has no model loaded.

    Args:
        page: any page of the browser.

    Raises:
        TimeoutError: a worker did not answer within a minute.
    """
    session = page.context.browser.new_browser_cdp_session()
    targets = session.send("Target.getTargets")["targetInfos"]
    found: list[int] = []
    for target in targets:
        if target["type"] == "background_page" and DOCUMENT in target["url"]:
            debugger = _Debugger(page, session, target["targetId"])
            found += [debugger.evaluate(worker, TENSORS) for worker in debugger.workers()]
    session.detach()
    return found


class _Debugger:
    """Speaks to a document and its workers. Playwright knows neither: messages to a worker are wrapped in the document's."""

    def __init__(self, page: Page, session: CDPSession, target: str):
        self._page = page
        self._session = session
        self._numbers = count()
        self._heard: list[dict] = []
        session.on("Target.receivedMessageFromTarget", self._hear)
        self._document = session.send("Target.attachToTarget", {"targetId": target, "flatten": False})["sessionId"]

    def workers(self) -> list[str]:
        """Sessions with the dedicated workers of the document."""
        options = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
        self._ask([], "Target.setAutoAttach", options)
        attached = [each["params"] for each in self._heard if each.get("method") == "Target.attachedToTarget"]
        return [each["sessionId"] for each in attached if each["targetInfo"]["type"] == "worker"]

    def evaluate(self, worker: str, script: str) -> int:
        """What a script answers in a worker."""
        answer = self._ask([worker], "Runtime.evaluate", {"expression": script, "returnByValue": True})
        return answer["result"]["result"]["value"]

    def _ask(self, way: list[str], method: str, params: dict) -> dict:
        """Sends a message to the document, or by the session in `way` to a worker of it, and waits for the answer."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        for worker in way:
            wrapped = {"sessionId": worker, "message": json.dumps(message)}
            message = {"id": next(self._numbers), "method": "Target.sendMessageToTarget", "params": wrapped}
        self._session.send("Target.sendMessageToTarget", {"sessionId": self._document, "message": json.dumps(message)})
        return wait_until(
            self._page, lambda: next((each for each in self._heard if each.get("id") == number), None), LIMIT_S, method
        )

    def _hear(self, event: dict) -> None:
        message = json.loads(event["message"])
        if message.get("method") == "Target.receivedMessageFromTarget":
            self._hear(message["params"])
        else:
            self._heard.append(message)
