"""The report beside the page: from a badge, for a worker that has just been started too, from the popup, else in a tab."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from extension.demo.browser import wait_until
from tests.e2e.extension_driver import FIRST_CHECK_S, PATIENCE_S, SCORED, kill_worker, set_settings, wait_for_states

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
VERDICTS = ("No traces found", "Inconclusive", "Likely fake")


class Beside:
    """The extension's side panels, which no driver has as pages: read out of another page of the extension."""

    def __init__(self, own_page: Page):
        self._own_page = own_page

    def evaluate(self, expression: str) -> Any:
        """What the expression of `view`, a side panel's window, gives; None when none is open."""
        find = "chrome.extension.getViews({}).find(({ innerWidth, location }) => innerWidth && location.pathname === '/report/report.html')"
        return self._own_page.evaluate(f"() => {{ const view = {find}; return view ? {expression} : null; }}")

    def wait_for_report(self, url: str) -> None:
        """Waits until the panel shows the verdict on an image."""
        caption = "view.document.querySelector('figcaption')?.textContent ?? ''"
        wait_until(self._own_page, lambda: url in (self.evaluate(caption) or ""), FIRST_CHECK_S, f"the report on {url}")
        assert self.evaluate("view.document.querySelector('#verdict h1').textContent") in VERDICTS


@pytest.fixture
def own_page(context, worker):
    """A page of the extension; the last one that is opened, because opening it puts it in front."""
    page = context.new_page()
    page.goto(worker.url.replace("background.js", "options/options.html"))
    yield page
    page.close()


@pytest.fixture
def beside(own_page):
    """Reads the side panel."""
    return Beside(own_page)


@pytest.fixture
def open_pictures(page, own_page, badges, site, worker):
    """Shows two faces with their badges; gives each one's address, and what clicks "Full report" in its panel."""

    def open_with(report: str):
        set_settings(worker, "all", report=report)
        page.bring_to_front()
        page.goto(site.add_page(f'<img src="/{FACE}" width="240"><img src="/{OTHER_FACE}" width="240">'))
        urls = [f"{site.origin}/{path}" for path in (FACE, OTHER_FACE)]
        wait_for_states(page, badges, dict.fromkeys(urls, SCORED))

        def click_report(url: str) -> None:
            page.keyboard.press("Escape")  # an open panel may lie over the other badge
            badges.click(wait_for_states(page, badges, {url: SCORED})[url])
            find = lambda: badges.elements(lambda element: "report" in element.attributes.get("class", "").split())  # noqa: E731
            badges.click(wait_until(page, find, PATIENCE_S, "the panel's button")[0])

        return urls, click_report

    yield open_with
    set_settings(worker, "off")


def test_a_badge_opens_it_beside_the_page_and_the_next_one_in_its_place(page, beside, open_pictures):
    [first, second], click_report = open_pictures("beside")
    tabs = len(page.context.pages)
    click_report(first)
    beside.wait_for_report(first)
    click_report(second)
    beside.wait_for_report(second)
    assert len(page.context.pages) == tabs, "and in no tab"
    assert beside.evaluate("view.innerWidth") < 600
    assert beside.evaluate("view.document.documentElement.scrollWidth <= view.innerWidth"), "nothing is cut off"


def test_it_opens_for_a_worker_that_this_click_starts(page, own_page, beside, open_pictures):
    [first, _], click_report = open_pictures("beside")
    kill_worker(own_page)
    click_report(first)
    beside.wait_for_report(first)


def test_in_a_tab_where_the_settings_say_so(page, context, open_pictures):
    [first, _], click_report = open_pictures("tab")
    with context.expect_page() as opened:
        click_report(first)
    expect(opened.value.locator("figcaption")).to_contain_text(first, timeout=FIRST_CHECK_S * 1000)
    opened.value.close()


def test_the_settings_page_and_the_popup_say_where_it_opens(own_page, worker):
    own_page.get_by_label("Beside the page").check()
    expect(own_page.get_by_role("status")).to_have_text("Saved.")
    own_page.goto(worker.url.replace("background.js", "popup/popup.html"))
    own_page.locator("summary").click()
    tick = own_page.get_by_label("Open reports beside the page")
    expect(tick).to_be_checked()
    tick.uncheck()
    wait_until(
        own_page,
        lambda: worker.evaluate("chrome.storage.local.get()")["settings"]["report"] == "tab",
        PATIENCE_S,
        "the setting",
    )
