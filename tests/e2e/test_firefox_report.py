"""Firefox: reports, opened from the panel of a page's image and of the first-run page's picture; a face marked on one."""

from __future__ import annotations

import pytest

from extension.demo.wait import wait_for
from tests.e2e.extension_driver import FIRST_CHECK_S, PATIENCE_S, SCORED
from tests.e2e.firefox_driver import BASE, FirefoxTab

FACE = "faces/real_grace_hopper.jpg"
VERDICTS = ("No traces found", "Inconclusive", "Likely fake")
MOSAIC = "images/face_mosaic.jpg"
ENTER = "\ue007"
HAND_OVER = """async (address, name) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([await (await fetch(address)).arrayBuffer()], name, { type: "image/jpeg" }));
  document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""
TEXT = "(selector) => document.querySelector(selector)?.textContent ?? ''"


@pytest.fixture
def open_report(firefox):
    """Clicks the panel's button, and gives the report that it opens once it has a verdict."""
    reports = []

    def tabs() -> dict[str, str]:
        tree = firefox.bidi.send("browsingContext.getTree", maxDepth=0)["contexts"]
        return {tab["context"]: tab["url"] for tab in tree}

    def find(known):
        return next((tab for tab, url in tabs().items() if tab not in known and "report/report.html#" in url), None)

    def open_of(tab: FirefoxTab) -> FirefoxTab:
        known = set(tabs())
        buttons = [element for element in tab.elements() if element.has_class("report")]
        tab.click(buttons[0])
        report = FirefoxTab(firefox.bidi, wait_for(lambda: find(known), PATIENCE_S, "the report's tab"))
        reports.append(report)
        wait_for(lambda: report.evaluate(TEXT, "#verdict h1") in VERDICTS, FIRST_CHECK_S, "the report's verdict")
        return report

    yield open_of
    for report in reports:
        report.close()


def test_the_panel_opens_the_report_of_a_background(firefox, firefox_tab, site, open_report):
    firefox.set_settings("all")
    url = f"{site.origin}/{FACE}"
    firefox_tab.goto(
        site.add_page(f'<div style="width: 240px; height: 280px; background: url(/{FACE}) 50% 0 / cover"></div>')
    )
    firefox_tab.click(firefox_tab.wait_for_states({url: SCORED})[url])
    wait_for(lambda: "Full report" in firefox_tab.panel_text(), PATIENCE_S, "the panel")
    report = open_report(firefox_tab)
    assert url in report.evaluate(TEXT, "figcaption")
    firefox.set_settings("off")


def test_the_first_run_page_opens_the_report_of_its_picture(firefox, firefox_tab, open_report):
    firefox_tab.goto(f"{BASE}/welcome/welcome.html")
    ready = (
        "() => document.getElementById('try-image').complete && document.getElementById('try-image').naturalWidth > 0"
    )
    wait_for(lambda: firefox_tab.evaluate(ready), PATIENCE_S, "the picture")
    firefox_tab.click_on("#try")
    wait_for(lambda: "of 100" in firefox_tab.panel_text(), FIRST_CHECK_S, "the panel's verdict")
    open_report(firefox_tab)


def test_a_face_that_was_not_found_is_marked_and_checked_with_a_key(firefox_tab, site):
    firefox_tab.goto(f"{BASE}/report/report.html")
    wait_for(lambda: firefox_tab.evaluate("() => !document.getElementById('drop').hidden"), PATIENCE_S, "the page")
    firefox_tab.evaluate(HAND_OVER, f"{site.origin}/{MOSAIC}", "mosaic.jpg")
    wait_for(lambda: firefox_tab.evaluate(TEXT, "#verdict h1") == "No face", FIRST_CHECK_S, "no face")
    firefox_tab.click_on(".mark-bar button")
    focused = "(selector) => document.activeElement.matches(selector)"
    wait_for(lambda: firefox_tab.evaluate(focused, ".square"), PATIENCE_S, "the square")
    firefox_tab.click_on(".mark-bar button:last-child")
    assert firefox_tab.evaluate(TEXT, "#live").startswith("282 pixels a side"), "larger"
    firefox_tab.click_on(".square")
    firefox_tab.press("-")
    assert firefox_tab.evaluate(TEXT, "#live").startswith("254 pixels a side"), "smaller"
    firefox_tab.press(ENTER)
    wait_for(lambda: firefox_tab.evaluate(TEXT, "#verdict h1") in VERDICTS, FIRST_CHECK_S, "the verdict")
    assert "marked this face by hand" in firefox_tab.evaluate(TEXT, "#verdict")
    assert firefox_tab.evaluate(focused, "#verdict-title")
