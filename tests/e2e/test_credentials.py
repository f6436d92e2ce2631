"""Content Credentials beside a verdict: in the panel and the popup, apart from the score, also for pictures without faces."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from extension.demo.browser import wait_until
from extension.demo.wait import wait_for
from tests.e2e.extension_driver import FIRST_CHECK_S, PATIENCE_S, SCORED, panel_text, set_settings, wait_for_states

NO_FACE = {"no_face"}
MADE = "Content Credentials: made with AI by Test Image Generator 1.2"
EDITED = "Content Credentials: made in part with AI by Test Camera 1.2"
BROKEN = "Content Credentials: invalid, they do not fit this picture"
UNKNOWN = "Signed by an unknown signer"
# What the panel says on each picture, and what it must not say.
STATEMENTS = {
    "signed/generated.jpg": (NO_FACE, [MADE, UNKNOWN, "judges faces and nothing else"], ["of 100"]),
    "signed/edited.jpg": (SCORED, [EDITED, UNKNOWN, "Nothing of this enters the score"], ["judges faces"]),
    "signed/tampered.jpg": (NO_FACE, [BROKEN], ["made with AI", UNKNOWN]),
    "signed/remote.jpg": (SCORED, ["Content Credentials: kept elsewhere, not fetched"], [UNKNOWN]),
    "images/no_face.jpg": (NO_FACE, [], ["Content Credentials"]),
}
PAGE = "".join(f'<p><img src="/{path}" width="240"></p>' for path in STATEMENTS)


def assert_says(text: str, path: str) -> None:
    """The panel's text is what it should be for a picture."""
    _, expected, unwanted = STATEMENTS[path]
    assert [words for words in expected if words not in text] == [], text
    assert [words for words in unwanted if words in text] == [], text


@pytest.fixture
def automatic(worker):
    set_settings(worker, "all")
    yield
    set_settings(worker, "off")


def test_the_panel_and_the_popup_tell_them(automatic, page, context, badges, site, worker):
    page.goto(site.add_page(PAGE))
    for path, (states, _, _) in STATEMENTS.items():
        url = f"{site.origin}/{path}"
        page.keyboard.press("Escape")
        page.locator(f'img[src="/{path}"]').scroll_into_view_if_needed()
        badge = wait_for_states(page, badges, {url: states})[url]
        wait_until(
            page, lambda badge=badge: badges.centre(badge), PATIENCE_S, "the badge is drawn where the picture is now"
        )
        badges.click(badge)
        assert_says(panel_text(badges), path)
    tab = worker.evaluate(
        "url => chrome.tabs.query({}).then((tabs) => tabs.find((tab) => tab.url === url).id)", page.url
    )
    popup = context.new_page()
    popup.add_init_script(f"chrome.tabs.query = async () => [await chrome.tabs.get({tab})];")
    popup.goto(worker.url.replace("background.js", "popup/popup.html"))
    expect(popup.locator("#images .row")).to_have_count(5)
    told = popup.locator("#images .credentials").all_text_contents()
    assert sorted(told) == sorted([MADE, EDITED, BROKEN, "Content Credentials: kept elsewhere, not fetched"])
    popup.close()


def test_firefox_tells_them_too(firefox, firefox_tab, site):
    firefox.set_settings("all")
    firefox_tab.goto(site.add_page(PAGE))
    for path, (states, _, _) in STATEMENTS.items():
        firefox_tab.evaluate("(path) => document.querySelector(`img[src='/${path}']`).scrollIntoView()", path)
        url = f"{site.origin}/{path}"
        badge = firefox_tab.wait_for_states({url: states})[url]
        firefox_tab.press("\ue00c")
        firefox_tab.click(badge)
        wait_for(lambda: firefox_tab.panel_text(), FIRST_CHECK_S, "the panel")
        assert_says(firefox_tab.panel_text(), path)
    firefox.set_settings("off")
