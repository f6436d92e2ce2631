"""Brings the extension's surfaces into a state and a look, to be photographed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import BrowserContext, Page, Worker, expect

from extension.demo.browser import wait_until
from extension.demo.demo_page import FIXTURES
from extension.demo.extension_page import (
    check_video,
    list_images,
    open_report,
    reveal_image,
    start_check,
    wait_for_report,
)

TIMEOUT_S = 90.0
HEIGHT = 800
POPUP = (360, 600)  # its own width, and the most that Chrome gives it
SETTINGS = {"version": 2, "automatic": "off", "sites": [], "deniedSites": [], "paused": False}
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Those in sight; further down they are fetched when scrolled to.
FIRST_THUMBNAILS = """() => [...document.querySelectorAll("#images li:nth-child(-n+4) .thumbnail")]
  .every(({ style }) => style.backgroundImage)"""


@dataclass(frozen=True)
class Look:
    """How a surface is shown. width: of a whole page, CSS pixels."""

    name: Literal["light", "dark", "rtl", "narrow"]
    words: str
    width: int = 1180
    scheme: Literal["light", "dark"] = "light"
    language: str = "en"


LOOKS = (
    Look("light", "light"),
    Look("dark", "dark", scheme="dark"),
    Look("rtl", "Arabic, from right to left", language="ar"),
    Look("narrow", "in a narrow window", width=390),
)


class Stage:
    """A browser with the extension, a page of pictures and one look."""

    def __init__(self, context: BrowserContext, worker: Worker, origin: str):
        self._context, self._worker, self._origin = context, worker, origin
        self._look = LOOKS[0]
        self._open: list[Page] = []

    def dress(self, look: Look) -> None:
        """Everything opened from now on has this look."""
        self._look = look
        self.settings()

    def settings(self, **changes: object) -> None:
        """Stores the default settings with these changes, in the look's language."""
        values = {**SETTINGS, "language": self._look.language, **changes}
        self._worker.evaluate("settings => chrome.storage.local.set({ settings })", values)

    def clear(self) -> None:
        """Closes what was opened, and resets the settings."""
        while self._open:
            self._open.pop().close()
        self.settings()

    def page(self, name: str) -> Page:
        """Opens a page of the site."""
        return self._visit(f"{self._origin}/{name}")

    def checked_page(self) -> Page:
        """Opens the page of pictures and waits until each has its result and its badge; it is in view as a whole."""
        tab = self.page("gallery.html")
        tab.set_viewport_size({"width": self._look.width, "height": tab.evaluate("document.body.scrollHeight")})
        start_check(self._worker, tab)
        self._wait_for_results(tab)
        tab.evaluate(TWO_FRAMES)
        return tab

    def checked_video(self) -> Page:
        """Opens the page with a video and has it checked: its panel is open."""
        tab = self.page("video.html")
        check_video(self._worker, tab)
        self._wait_for_results(tab)
        tab.evaluate(TWO_FRAMES)
        return tab

    def reveal(self, tab: Page, file: str) -> None:
        """Opens the panel of a picture."""
        [key] = [image["key"] for image in list_images(self._worker, tab) if image["url"].endswith(f"/{file}")]
        reveal_image(self._worker, tab, key)
        tab.evaluate(TWO_FRAMES)

    def own_page(self, path: str, height: int = HEIGHT) -> Page:
        """Opens a page of the extension."""
        return self._visit(self._address(path), height)

    def report(self, file: str | None = None) -> Page:
        """Opens the report page, and there a file of the fixtures."""
        report = self.own_page("report/report.html")
        expect(report.locator("#drop")).to_be_visible()
        if file:
            report.locator("#picker").set_input_files(FIXTURES / file)
            wait_for_report(report, TIMEOUT_S)
        return report

    def report_of_video(self) -> Page:
        """Opens the report of the checked video."""
        tab = self.checked_video()
        [key] = [image["key"] for image in list_images(self._worker, tab)]
        report = open_report(self._worker, tab, key, TIMEOUT_S)
        self._open.append(report)
        report.set_viewport_size({"width": self._look.width, "height": HEIGHT})
        report.emulate_media(color_scheme=self._look.scheme, reduced_motion="reduce")
        return report

    def popup(self, over: Page) -> Page:
        """Opens the popup as it is on top of a page, and waits until it shows the page's pictures and the model."""
        find_tab = "address => chrome.tabs.query({}).then((tabs) => tabs.find(({ url }) => url === address).id)"
        tab_id = self._worker.evaluate(find_tab, over.url)
        # In a tab of its own the popup would find itself as the active tab.
        script = f"chrome.tabs.query = async () => [await chrome.tabs.get({tab_id})];"
        popup = self._visit(self._address("popup/popup.html"), size=POPUP, script=script)
        expect(popup.locator("#model")).to_contain_text("·", timeout=1000 * TIMEOUT_S)
        expect(popup.locator("#images li")).to_have_count(over.locator("img").count())
        popup.wait_for_function(FIRST_THUMBNAILS, timeout=1000 * TIMEOUT_S)
        return popup

    def _wait_for_results(self, tab: Page) -> None:
        def is_done() -> bool:
            images = list_images(self._worker, tab)
            return bool(images) and all(image["result"] for image in images)

        wait_until(tab, is_done, TIMEOUT_S, "a result on every picture")

    def _address(self, path: str) -> str:
        return self._worker.url.replace("background.js", path)

    def _visit(self, url: str, height: int = HEIGHT, size: tuple[int, int] | None = None, script: str = "") -> Page:
        width, height = size or (self._look.width, height)
        tab = self._context.new_page()
        self._open.append(tab)
        if script:
            tab.add_init_script(script)
        tab.set_viewport_size({"width": width, "height": height})
        tab.emulate_media(color_scheme=self._look.scheme, reduced_motion="reduce")
        tab.goto(url)
        tab.wait_for_load_state("networkidle")
        return tab


def picture(tab: Page, whole: bool = True, height: int | None = None) -> bytes:
    """A PNG of the page: the whole of it, its first `height` CSS pixels, or (not whole) what is in view."""
    tab.evaluate(TWO_FRAMES)
    clip = {"x": 0, "y": 0, "width": tab.viewport_size["width"], "height": height} if height else None
    return tab.screenshot(full_page=whole, clip=clip)
