"""Firefox: pages that are hostile, huge or broken, as in test_odd_pages.py."""

from __future__ import annotations

import pytest

from extension.demo.wait import wait_for
from tests.e2e.extension_driver import PATIENCE_S, SCORED
from tests.e2e.odd_pages import (
    BROKEN,
    FACE,
    FIGHT,
    HIDE,
    HUGE,
    IS_SHOWN,
    REMOVE,
    RESTLESS,
    SAME_500,
    from_extension,
)

CHECKED = "() => chrome.storage.session.get(null)"


@pytest.fixture(autouse=True)
def automatic(firefox):
    firefox.set_settings("all")
    yield
    firefox.set_settings("off")


def checked_images(firefox) -> dict[str, dict]:
    """What the background knows of every image of every page, by the image's key."""
    stored = firefox.in_extension(CHECKED)
    return {
        key: verdict
        for documents in stored.values()
        for images in documents.values()
        for key, verdict in images.items()
    }


def test_a_strict_content_security_policy_changes_nothing(firefox_tab, site):
    site.add_page(f'<img src="/{FACE}" width="300">', "strict.html")
    firefox_tab.goto(f"{site.origin}/csp/strict.html")
    badge = firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED})[f"{site.origin}/{FACE}"]
    firefox_tab.click(badge)
    wait_for(lambda: "of 100" in firefox_tab.panel_text(), PATIENCE_S, "the badge has its place, and its panel opens")


def test_the_same_picture_five_hundred_times_is_read_once(firefox_tab, site):
    firefox_tab.goto(site.add_page(SAME_500))
    firefox_tab.wait_for_states({f"{site.origin}/copy-same/{FACE}": SCORED})
    assert len(from_extension(site, "copy-same")) <= 1, "the browser's cache may have it"


def test_a_page_of_five_thousand_pictures_gets_its_badges_and_stays_as_it_is(firefox_tab, site):
    firefox_tab.goto(site.add_page(HUGE))
    height = "() => document.documentElement.scrollHeight"
    before = firefox_tab.evaluate(height)
    firefox_tab.wait_for_states({f"{site.origin}/copy-0/images/size_113.jpg": SCORED})
    firefox_tab.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    firefox_tab.wait_for_states({f"{site.origin}/copy-19/images/size_113.jpg": SCORED})
    assert firefox_tab.evaluate(height) == before, "nothing has moved"
    assert len(from_extension(site, "copy-")) <= 20


def test_a_page_that_never_stands_still_is_checked_and_has_time_left(firefox_tab, site):
    firefox_tab.goto(site.add_page(RESTLESS))
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED})
    before = firefox_tab.evaluate("() => turn")
    wait_for(lambda: firefox_tab.evaluate("() => turn") > before + 30, 20, "the page's own work goes on")


def test_a_page_that_deletes_badges_gets_them_back_but_not_for_ever(firefox_tab, site):
    url = f"{site.origin}/{FACE}"
    firefox_tab.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    firefox_tab.wait_for_states({url: SCORED})
    firefox_tab.evaluate(HIDE)
    wait_for(lambda: firefox_tab.evaluate(IS_SHOWN), PATIENCE_S, "the badge is shown again")
    firefox_tab.evaluate(REMOVE)
    firefox_tab.wait_for_states({url: SCORED})
    firefox_tab.evaluate(FIGHT)
    wait_for(lambda: firefox_tab.evaluate("() => removed") >= 2, PATIENCE_S, "it is fought for")
    started = firefox_tab.evaluate("() => performance.now()")
    wait_for(lambda: firefox_tab.evaluate("() => performance.now()") > started + 3000, PATIENCE_S, "three seconds")
    assert firefox_tab.evaluate("() => removed") <= 5, "ever more seldom"
    firefox_tab.evaluate("() => fight.disconnect()")
    firefox_tab.wait_for_states({url: SCORED})


def test_pictures_that_hang_lie_or_move_away(firefox, firefox_tab, site):
    # The page is not complete before the pictures that hang are let go.
    firefox_tab.goto(site.add_page(BROKEN), wait="interactive")
    firefox_tab.wait_for_states({f"{site.origin}/redirect/{FACE}": SCORED})
    html = f"{site.origin}/html/{FACE}"
    lying = wait_for(lambda: checked_images(firefox).get(html), PATIENCE_S, "what lies is found out")
    assert lying["code"] == "not_an_image"
    badges = firefox_tab.badges()
    assert html not in badges and f"{site.origin}/hang/{FACE}?image" not in badges
    site.release()
    firefox_tab.wait_for_states({f"{site.origin}/hang/{FACE}": SCORED, f"{site.origin}/hang/{FACE}?image": SCORED})


def test_a_picture_for_visitors_with_a_cookie_is_not_asked_for_with_it(firefox, firefox_tab, site):
    url = f"{site.origin}/cookie/{FACE}"
    firefox_tab.goto(site.add_page("<p>No picture yet.</p>"))
    firefox_tab.evaluate("() => { document.cookie = 'session=1; path=/'; }")
    firefox_tab.goto(site.add_page(f'<img src="{url}" width="300">', "other.html"))
    wait_for(lambda: checked_images(firefox).get(url, {}).get("code") == "refused", PATIENCE_S, "it is refused")
    assert all("cookie" not in request.headers for request in from_extension(site, "/cookie/"))
    firefox_tab.evaluate("() => { document.cookie = 'session=1; path=/; max-age=0'; }")
