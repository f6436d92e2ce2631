"""The states that are photographed, each with what its picture shows and the looks that the documents keep of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from extension.demo.screenshot_stage import TIMEOUT_S, Stage, picture

FAKE = "altered/altered_retouched_hopper.jpg"
CREDENTIALS = "[aria-labelledby=credentials-title]"
LIGHT = ("light",)
ALL = ("light", "dark", "rtl", "narrow")
A4_PX, MARGIN_PX = 794, 60  # of a printed page, CSS pixels


@dataclass(frozen=True)
class Shot:
    """One state of one surface."""

    name: str
    caption: str
    take: Callable[[Stage], bytes]
    looks: tuple[str, ...] = LIGHT

    @property
    def is_popup(self) -> bool:
        """True for the popup, which is narrow in every look."""
        return self.name.startswith("popup")


def badges(stage: Stage) -> bytes:
    """The page of pictures."""
    return picture(stage.checked_page())


def panel(file: str) -> Callable[[Stage], bytes]:
    """The page with the panel of one picture open."""

    def take(stage: Stage) -> bytes:
        tab = stage.checked_page()
        stage.reveal(tab, file)
        return picture(tab)

    return take


def video(stage: Stage) -> bytes:
    """A video's panel."""
    return picture(stage.checked_video(), whole=False)


def video_report(stage: Stage) -> bytes:
    """The report of a video, with its timeline."""
    return picture(stage.report_of_video())


def popup(state: Callable[[Page], None] | None = None, checked: bool = True, page: str = "gallery.html", **settings):
    """The popup over a page. state: what is done in it first."""

    def take(stage: Stage) -> bytes:
        over = stage.checked_page() if checked else stage.page(page)
        stage.settings(**settings)
        shown = stage.popup(over)
        if state:
            state(shown)
        return picture(shown, height=shown.evaluate("Math.ceil(document.body.getBoundingClientRect().height)"))

    return take


def report(file: str | None) -> Callable[[Stage], bytes]:
    """The whole report of a file."""
    return lambda stage: picture(stage.report(file))


def report_until(file: str, last: str) -> Callable[[Stage], bytes]:
    """The report from its top to the end of one part."""

    def take(stage: Stage) -> bytes:
        page = stage.report(file)
        bottom = page.locator(last).evaluate("part => Math.ceil(part.getBoundingClientRect().bottom + scrollY)")
        return picture(page, height=bottom + 24)

    return take


def marking(stage: Stage) -> bytes:
    """The picture of a report while a face is marked in it that was not found."""
    page = stage.report("images/face_mosaic.jpg")
    page.locator(".mark-bar button").click()
    expect(page.locator(".square")).to_be_focused()
    bottom = page.locator("figure").evaluate("part => Math.ceil(part.getBoundingClientRect().bottom + scrollY)")
    return picture(page, height=bottom + 24)


def mistake(stage: Stage) -> bytes:
    """The report's dialog for a wrong result."""
    page = stage.report(FAKE)
    page.locator("#mistake").click()
    expect(page.locator("#mistake-dialog")).to_be_visible()
    return picture(page, whole=False)


def printed(stage: Stage) -> bytes:
    """The report as it is printed, on one endless sheet."""
    page = stage.report(FAKE)
    page.set_viewport_size({"width": A4_PX, "height": 900})
    page.emulate_media(media="print")
    page.add_style_tag(content=f"body {{ padding: {MARGIN_PX}px }}")
    return picture(page)


def own(path: str) -> Callable[[Stage], bytes]:
    """A whole page of the extension."""
    return lambda stage: picture(stage.own_page(path))


def welcome_tried(stage: Stage) -> bytes:
    """The first-run page after its picture was checked."""
    page = stage.own_page("welcome/welcome.html")
    page.locator("#try").click()
    expect(page.locator("#try-result")).not_to_be_empty(timeout=1000 * TIMEOUT_S)
    return picture(page, whole=False)


def choose_inconclusive(page: Page) -> None:
    """Filters the list."""
    page.locator("#filter label", has=page.locator("input[value=inconclusive]")).click()


def run_battery_low(page: Page) -> None:
    """Lets the battery run low: the switch reads it when it is set."""
    hint = page.locator("#automatic-hint")
    before = hint.inner_text()
    page.evaluate("navigator.getBattery = async () => ({ charging: false, level: 0.1 })")
    page.locator("input[name=automatic][value=all]").dispatch_event("change")
    expect(hint).not_to_have_text(before)


def open_more(page: Page) -> None:
    """Unfolds the switches."""
    page.locator("summary").click()
    expect(page.locator("#sensitivity-hint")).not_to_be_empty()


SECTIONS: tuple[tuple[str, tuple[Shot, ...]], ...] = (
    (
        "On a page",
        (
            Shot(
                "badges",
                "A badge on each picture: likely fake, inconclusive, no traces found, no face, face too small, could not check",
                badges,
                ALL,
            ),
            Shot(
                "panel",
                "The panel of a badge: what the verdict means, the score, how often it errs",
                panel("altered_retouched_hopper.jpg"),
                ALL,
            ),
            Shot(
                "panel-faces",
                "The panel of a picture with several faces, each outlined on the picture",
                panel("faces_three.jpg"),
            ),
            Shot(
                "panel-failed", "The panel of a file that could not be checked, with the reason", panel("truncated.jpg")
            ),
            Shot("panel-video", "The panel of a video: one verdict from twelve frames", video, ("light", "rtl")),
        ),
    ),
    (
        "Popup",
        (
            Shot("popup", "The pictures of the page, worst first", popup(), ("light", "dark", "rtl")),
            Shot("popup-unchecked", "Before the check", popup(checked=False)),
            Shot("popup-filter", "Only the inconclusive ones", popup(choose_inconclusive)),
            Shot(
                "popup-site",
                "On for this site, with the switches and how readily badges say “likely fake”",
                popup(open_more, automatic="sites", sites=["localhost"]),
                ("light", "rtl"),
            ),
            Shot("popup-paused", "Paused everywhere", popup(automatic="all", paused=True)),
            Shot(
                "popup-battery",
                "On all sites, while the battery is low",
                popup(run_battery_low, automatic="all"),
                ("light", "rtl"),
            ),
            Shot("popup-empty", "A page without pictures", popup(checked=False, page="words.html")),
        ),
    ),
    (
        "Report",
        (
            Shot("report", "A likely fake, with the anomaly map over its face", report(FAKE), ALL),
            Shot("report-top", "Its verdict and the map of its face", report_until(FAKE, "#faces")),
            Shot("report-faces", "Several faces", report_until("images/faces_three.jpg", "#faces")),
            Shot("report-no-face", "No face", report_until("images/no_face.jpg", CREDENTIALS)),
            Shot("report-mark", "Marking a face that was not found", marking, ("narrow",)),
            Shot(
                "report-credentials",
                "Valid Content Credentials that say “made with AI”",
                report_until("signed/generated.jpg", CREDENTIALS),
                ("light", "rtl"),
            ),
            Shot(
                "report-tampered",
                "Content Credentials of a picture that was changed afterwards",
                report_until("signed/tampered.jpg", CREDENTIALS),
                ("light", "dark"),
            ),
            Shot("report-video", "A video, frame by frame", video_report, ("light", "rtl")),
            Shot("report-failed", "A file that is no picture", report("broken/html_named.jpg")),
            Shot("report-empty", "Before a picture is chosen", report(None), ("light", "dark", "narrow")),
            Shot("report-mistake", "The dialog “This is wrong”", mistake, ("light", "rtl", "narrow")),
            Shot("report-print", "As it is printed", printed),
        ),
    ),
    (
        "Settings and first-run page",
        (
            Shot("options", "Settings", own("options/options.html"), ALL),
            Shot("welcome", "The first-run page", own("welcome/welcome.html"), ALL),
            Shot("welcome-tried", "Its picture after a check", welcome_tried),
        ),
    ),
)
