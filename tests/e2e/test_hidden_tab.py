"""A tab behind others starts no automatic check, answers what is asked for, and goes on when it comes to the front."""

from __future__ import annotations

import pytest

from extension.demo.browser import wait_until
from extension.demo.wait import wait_for
from tests.e2e.extension_driver import (
    PATIENCE_S,
    SCORED,
    badges_by_image,
    checked_images,
    right_click,
    set_settings,
    wait_for_states,
)

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
SMALL = "images/size_113.jpg"
# Playwright has pages believe that they are in front, wherever they are: the content script's world is told otherwise.
SET_HIDDEN = """(() => {
  Object.defineProperty(document, "hidden", { configurable: true, value: %s });
  document.dispatchEvent(new Event("visibilitychange"));
})()"""
ADD = """(sources) => Promise.all(sources.map(async (src) => {
  const image = Object.assign(new Image(240, 240), { src });
  document.body.prepend(image);
  await image.decode();
}))"""


@pytest.fixture
def behind(context, page, worker):
    """Tells the content script of `page` that it is behind other tabs; it is drawn all the same, and observers report."""
    set_settings(worker, "all")
    session = context.new_cdp_session(page)
    worlds: list[dict] = []
    session.on("Runtime.executionContextCreated", lambda event: worlds.append(event["context"]))
    session.send("Runtime.enable")

    def put(is_behind: bool) -> None:
        # The last: documents before this one had a world of ours too.
        ours = [world["id"] for world in worlds if world["origin"] and world["origin"] in worker.url][-1]
        told = SET_HIDDEN % ("true" if is_behind else "false")
        answer = session.send("Runtime.evaluate", {"expression": told, "contextId": ours})
        assert "exceptionDetails" not in answer, answer

    yield put
    set_settings(worker, "off")


def test_no_check_starts_behind_but_the_one_asked_for(page, badges, site, worker, behind):
    page.goto(site.add_page(f'<img id="first" src="/{FACE}" width="240">'))
    url, late, asked = (f"{site.origin}/{name}" for name in (FACE, OTHER_FACE, SMALL))
    wait_for_states(page, badges, {url: SCORED})
    behind(True)
    page.evaluate(ADD, [late, asked])
    page.evaluate("document.getElementById('first').src += '?changed'")
    wait_until(page, lambda: url not in badges_by_image(badges), PATIENCE_S, "the page has been looked at anew")
    right_click(worker, page, asked)
    wait_until(page, lambda: asked in checked_images(worker), PATIENCE_S, "what was asked for is checked behind too")
    assert late not in checked_images(worker)
    assert late not in badges_by_image(badges), "nor is it on its way"
    behind(False)
    wait_for_states(page, badges, {f"{url}?changed": SCORED, late: SCORED})


def test_firefox_no_check_starts_in_a_tab_behind(firefox, firefox_tab, site):
    firefox.set_settings("all")
    firefox_tab.goto(site.add_page(f'<img src="/{FACE}" width="240">'))
    url, late, seen = (f"{site.origin}/{name}" for name in (FACE, OTHER_FACE, f"copy-seen/{OTHER_FACE}"))
    firefox_tab.wait_for_states({url: SCORED})
    other = firefox.open_tab()
    wait_for(lambda: firefox_tab.evaluate("() => document.hidden"), PATIENCE_S, "the browser tells the page")
    firefox_tab.evaluate(ADD, [late])
    other.goto(site.add_page(f'<img src="{seen}" width="240">', "other.html"))
    other.wait_for_states({seen: SCORED})
    assert list(firefox_tab.badges()) == [url]
    firefox_tab.activate()
    firefox_tab.wait_for_states({url: SCORED, late: SCORED})
    other.close()
    firefox.set_settings("off")
