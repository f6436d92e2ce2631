"""Starts Chromium with the extension loaded: what the demo and the browser tests share."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import BrowserContext, Page, Playwright, Worker
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from extension.demo.wait import wait_for

T = TypeVar("T")

# Google's own Chrome ignores --load-extension since version 137, so only Chromium builds are looked for.
CHROMIUM_NAMES = ("chromium", "chromium-browser")
MACOS_CHROMIUM = "/Applications/Chromium.app/Contents/MacOS/Chromium"
NO_CHROMIUM = (
    "No Chromium was found. Install it (Debian and Ubuntu: apt-get install chromium; elsewhere: "
    ".venv/bin/playwright install chromium), or set CHROMIUM to the path of one."
)

# Without a GPU the processor draws (SwiftShader), if the browser is asked to let it.
GPU_FLAGS = {"webgl": ("--enable-unsafe-swiftshader",), "webgpu": ("--enable-unsafe-webgpu",)}

# The browser's own traffic (updates, field trials, sync) is off; what is left is the page's and ours.
QUIET_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
)


class BrowserError(Exception):
    """Chromium is missing, or did not start the extension; the message says what to do."""


def find_chromium(playwright: Playwright) -> str:
    """Path of a Chromium that can load an unpacked extension.

    In this order: the environment variable CHROMIUM, the system's, the one Playwright downloaded.

    Raises:
        BrowserError: none of them exists.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        if not shutil.which(named):
            raise BrowserError(f"CHROMIUM is set to {named}, which is no program. Correct it or unset it.")
        return named
    candidates = [shutil.which(name) for name in CHROMIUM_NAMES]
    candidates += [MACOS_CHROMIUM, playwright.chromium.executable_path]
    for path in candidates:
        if path and Path(path).is_file():
            return path
    raise BrowserError(NO_CHROMIUM)


def has_display() -> bool:
    """True when a window can be shown: macOS and Windows always, elsewhere with X11 or Wayland."""
    if os.name == "nt" or os.uname().sysname == "Darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def launch_extension(
    playwright: Playwright,
    extension_dir: Path,
    *,
    headless: bool = True,
    profile: Path | None = None,
    viewport: tuple[int, int] | None = (1280, 900),
    extra_args: Sequence[str] = (),
    start_timeout_s: float = 30.0,
) -> Iterator[tuple[BrowserContext, Worker]]:
    """Runs Chromium with one extension; yields its context and the extension's service worker.

    Args:
        playwright: a started `sync_playwright()`.
        extension_dir: folder with a built manifest.json, for instance extension/dist/chrome.
        headless: without a window.
        profile: folder of the browser profile; None takes a temporary one.
        viewport: width and height of a page in CSS pixels; None follows the window.
        extra_args: further command line flags.
        start_timeout_s: seconds the service worker may take to start.

    Raises:
        BrowserError: no Chromium, no built extension, or the service worker did not start.
    """
    folder = Path(extension_dir).resolve()
    if not (folder / "manifest.json").is_file():
        raise BrowserError(f"{folder} holds no built extension. Build it: node extension/build.mjs")
    view = {"viewport": {"width": viewport[0], "height": viewport[1]}} if viewport else {"no_viewport": True}
    try:
        context = playwright.chromium.launch_persistent_context(
            str(profile or ""),
            executable_path=find_chromium(playwright),
            headless=headless,
            args=[
                *QUIET_FLAGS,
                f"--disable-extensions-except={folder}",
                f"--load-extension={folder}",
                *extra_args,
            ],
            **view,
        )
    except PlaywrightError as error:
        raise BrowserError(f"Chromium did not start: {error.message}") from error
    try:
        yield context, service_worker(context, start_timeout_s)
    finally:
        context.close()


def service_worker(context: BrowserContext, timeout_s: float = 30.0) -> Worker:
    """The extension's running service worker.

    Raises:
        BrowserError: it did not start in time, as when the manifest or the background script has an error.
    """
    for worker in context.service_workers:
        if worker.url.startswith("chrome-extension://"):
            return worker
    try:
        return context.wait_for_event(
            "serviceworker",
            predicate=lambda worker: worker.url.startswith("chrome-extension://"),
            timeout=timeout_s * 1000,
        )
    except PlaywrightTimeoutError as error:
        raise BrowserError(
            f"The extension's service worker did not start within {timeout_s:.0f} s. "
            "Load the folder by hand at chrome://extensions to read its error."
        ) from error


def wait_until(page: Page, condition: Callable[[], T], timeout_s: float, what: str, interval_s: float = 0.05) -> T:
    """`wait_for`, with the browser's events handled in the pauses.

    Raises:
        TimeoutError: `what` had not come true after `timeout_s` seconds.
    """

    def pause(seconds: float) -> None:
        page.wait_for_timeout(1000 * seconds)

    return wait_for(condition, timeout_s, what, interval_s=interval_s, pause=pause)
