"""Firefox: a report in the sidebar, beside the page; the sidebar is closed until it is asked for."""

from __future__ import annotations

from extension.demo.wait import wait_for
from tests.e2e.extension_driver import FIRST_CHECK_S, PATIENCE_S, SCORED
from tests.e2e.firefox_driver import BASE, FirefoxTab

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
VERDICTS = ("No traces found", "Inconclusive", "Likely fake")
IS_OPEN = "() => browser.sidebarAction.isOpen({})"
SHOWN = """() => chrome.extension.getViews({ type: "sidebar" }).map(({ document }) =>
  [document.querySelector("figcaption")?.textContent ?? "", document.querySelector("#verdict h1")?.textContent ?? ""])"""


def wait_for_report(firefox, url: str) -> None:
    """Waits until the sidebar shows the verdict on an image."""

    def is_shown() -> bool:
        return any(url in caption and verdict in VERDICTS for caption, verdict in firefox.in_extension(SHOWN))

    wait_for(is_shown, FIRST_CHECK_S, f"the report on {url} in the sidebar")


def click_report(tab: FirefoxTab, url: str) -> None:
    """Opens a badge's panel and clicks its report button."""
    tab.press("\ue00c")  # Escape: an open panel may lie over the other badge
    tab.click(tab.wait_for_states({url: SCORED})[url])
    buttons = wait_for(
        lambda: [element for element in tab.elements() if element.has_class("report")], PATIENCE_S, "the panel's button"
    )
    tab.click(buttons[0])


def test_the_popup_opens_it_and_badges_use_it_while_it_is_open(firefox, firefox_tab, site):
    firefox.set_settings("all", report="beside")
    assert firefox.in_extension(IS_OPEN) is False, "installing the extension opens no sidebar"
    firefox_tab.goto(site.add_page(f'<img src="/{FACE}" width="240"><img src="/{OTHER_FACE}" width="240">'))
    first, second = (f"{site.origin}/{path}" for path in (FACE, OTHER_FACE))
    firefox_tab.wait_for_states({first: SCORED, second: SCORED})

    firefox_tab.activate()
    popup = firefox.open_tab(background=True)
    popup.goto(f"{BASE}/popup/popup.html")
    count = "() => document.querySelectorAll('#images .report').length"
    wait_for(lambda: popup.evaluate(count) == 2, PATIENCE_S, "the list of images")
    popup.activate()
    popup.click_on("#images .report")
    wait_for(lambda: firefox.in_extension(IS_OPEN), PATIENCE_S, "the sidebar")
    firefox_tab.activate()
    wait_for(lambda: any(caption for caption, _ in firefox.in_extension(SHOWN)), FIRST_CHECK_S, "a report in it")

    for url in (first, second):
        click_report(firefox_tab, url)
        wait_for_report(firefox, url)

    firefox.in_browser("() => SidebarController.hide()")
    wait_for(lambda: not firefox.in_extension(IS_OPEN), PATIENCE_S, "the sidebar is closed")
    known = {tab["context"] for tab in firefox.bidi.send("browsingContext.getTree", maxDepth=0)["contexts"]}
    click_report(firefox_tab, first)

    def new_tab() -> str | None:
        tabs = firefox.bidi.send("browsingContext.getTree", maxDepth=0)["contexts"]
        return next((t["context"] for t in tabs if t["context"] not in known and "report.html#" in t["url"]), None)

    FirefoxTab(
        firefox.bidi, wait_for(new_tab, PATIENCE_S, "the report in a tab: Firefox opens no sidebar for a badge")
    ).close()
    firefox.set_settings("off")
