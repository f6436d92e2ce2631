"""The browser stops the service worker whenever it likes: checks go on, and verdicts are still there."""

from __future__ import annotations

import pytest

from extension.demo.browser import wait_until
from tests.e2e.extension_driver import PATIENCE_S, SCORED, kill_worker, set_settings, wait_for_states

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
# The images with a verdict, of all tabs; asked of a page of the extension, as Playwright loses a stopped worker.
IMAGES = """async () => Object.values(await chrome.storage.session.get(null))
  .flatMap((documents) => Object.values(documents)).flatMap((images) => Object.keys(images)).sort()"""


@pytest.fixture(scope="module")
def own_page(browser):
    context, worker = browser
    set_settings(worker, "all")
    options = context.new_page()
    options.goto(worker.url.replace("background.js", "options/options.html"))
    return options


def test_a_check_survives_its_worker_and_so_do_verdicts(page, badges, site, own_page):
    late = f'<div style="height: 9000px"></div><img id="late" src="/{OTHER_FACE}" width="300">'
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">{late}'))
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": {"checking", *SCORED}})
    kill_worker(own_page)
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    kill_worker(own_page)
    page.evaluate("document.getElementById('late').scrollIntoView()")
    wait_for_states(page, badges, {f"{site.origin}/{OTHER_FACE}": SCORED})
    images = sorted([f"{site.origin}/{FACE}", f"{site.origin}/{OTHER_FACE}"])
    wait_until(page, lambda: own_page.evaluate(IMAGES) == images, PATIENCE_S, "both verdicts are stored")


def test_a_page_that_went_away_while_the_worker_was_stopped_is_forgotten(page, badges, site, own_page):
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    kill_worker(own_page)
    page.goto(site.add_page(f'<img src="/{OTHER_FACE}" width="300">', "next.html"))
    wait_for_states(page, badges, {f"{site.origin}/{OTHER_FACE}": SCORED})
    wait_until(
        page,
        lambda: own_page.evaluate(IMAGES) == [f"{site.origin}/{OTHER_FACE}"],
        PATIENCE_S,
        "only the new page's verdict is left",
    )
