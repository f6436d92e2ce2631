"""The report beside the page: from a badge and from the popup, also for a worker that has just been started, else in a tab."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from extension.demo.browser import wait_until
from tests.e2e.extension_driver import FIRST_CHECK_S, SCORED, kill_worker, right_click, set_settings, wait_for_states
from tests.e2e.test_report import violations

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
VERDICT = re.compile("No traces found|Inconclusive|Likely fake")


def side_panels(page: Page) -> list[dict]:
    """The extension's side panels that are open, by their addresses; asked in a page of the extension."""
    return page.evaluate(
        "() => chrome.runtime.getContexts({ contextTypes: ['SIDE_PANEL'] }).then((all) => all.map(({ documentUrl }) => documentUrl))"
    )


@pytest.fixture
def own_page(context, worker):
    page = context.new_page()
    page.goto(worker.url.replace("background.js", "options/options.html"))
    yield page
    page.close()


def test_a_badge_opens_it_beside_the_page(page, own_page, badges, site, worker):
    set_settings(worker, "all", report="beside")
    page.bring_to_front()
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    found = wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    badges.click(found[f"{site.origin}/{FACE}"])
    button = next(element for element in badges.elements(lambda e: e.tag == "button" and "Full report" in e.text))
    badges.click(button)
    wait_until(page, lambda: side_panels(own_page), 10, "the side panel")
    print(side_panels(own_page), [p.url for p in page.context.pages])
