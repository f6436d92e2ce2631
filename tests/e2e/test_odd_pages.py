"""Pages that are hostile, huge or broken: the verdicts come all the same, and the page is not disturbed."""

from __future__ import annotations

import pytest

from extension.demo.browser import wait_until
from extension.demo.extension_page import list_images
from tests.e2e.extension_driver import (
    FIRST_CHECK_S,
    PATIENCE_S,
    SCORED,
    badges_by_image,
    checked_images,
    set_settings,
    wait_for_states,
)
from tests.e2e.odd_pages import (
    BROKEN,
    FACE,
    FIGHT,
    HIDE,
    HUGE,
    IS_SHOWN,
    RECOLOURED,
    REMOVE,
    RESTLESS,
    SAME_500,
    SEEN,
    SPY,
    SQUATTER,
    UNREADABLE,
    from_extension,
)


@pytest.fixture(autouse=True)
def automatic(worker):
    set_settings(worker, "all")
    yield
    set_settings(worker, "off")


def test_a_strict_content_security_policy_changes_nothing(page, badges, site):
    site.add_page(f'<img src="/{FACE}" width="300">', "strict.html")
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{site.origin}/csp/strict.html")
    found = wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    assert badges.centre(found[f"{site.origin}/{FACE}"]) is not None, "the style of the badge is applied"
    assert not [text for text in problems if "Content Security Policy" in text or "TrustedHTML" in text]


def test_the_same_picture_five_hundred_times_is_read_once(page, badges, site):
    page.goto(site.add_page(SAME_500))
    wait_until(page, lambda: len(badges.buttons()) >= 90, FIRST_CHECK_S, "badges on all copies in view")
    assert {button.attributes["data-state"] for button in badges.buttons()} <= SCORED | {"checking"}
    assert len(from_extension(site, "copy-same")) <= 1, "the browser's cache may have it"


def test_a_page_of_five_thousand_pictures_gets_its_badges_and_stays_as_it_is(page, badges, site):
    page.goto(site.add_page(HUGE))
    height = page.evaluate("document.documentElement.scrollHeight")
    url = f"{site.origin}/copy-0/images/size_113.jpg"
    wait_for_states(page, badges, {url: SCORED})
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    last = f"{site.origin}/copy-19/images/size_113.jpg"
    wait_for_states(page, badges, {last: SCORED})
    assert page.evaluate("document.documentElement.scrollHeight") == height, "nothing has moved"
    assert len(from_extension(site, "copy-")) <= 20


def test_a_page_that_never_stands_still_is_checked_and_has_time_left(page, badges, site):
    page.goto(site.add_page(RESTLESS))
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    before = page.evaluate("turn")
    wait_until(page, lambda: page.evaluate("turn") > before + 30, 20, "the page's own work goes on")


def test_a_page_that_deletes_badges_gets_them_back_but_not_for_ever(page, badges, site):
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    url = f"{site.origin}/{FACE}"
    wait_for_states(page, badges, {url: SCORED})
    page.evaluate(HIDE)
    wait_until(page, lambda: page.evaluate(IS_SHOWN), PATIENCE_S, "the badge is shown again")
    page.evaluate(REMOVE)
    wait_until(page, lambda: badges_by_image(badges).get(url), PATIENCE_S, "the badge is back")
    page.evaluate(FIGHT)
    page.wait_for_function("removed >= 2")
    started = page.evaluate("performance.now()")
    page.wait_for_function(f"performance.now() > {started} + 3000")
    assert page.evaluate("removed") <= 5, "ever more seldom"
    page.evaluate("fight.disconnect()")
    wait_until(page, lambda: badges_by_image(badges).get(url), PATIENCE_S, "the page has given up")


@pytest.mark.parametrize("html", [SPY, SQUATTER])
def test_a_page_that_has_an_element_of_the_same_name_learns_nothing(page, badges, site, html):
    page.goto(site.add_page(html))
    url = f"{site.origin}/{FACE}"
    found = wait_for_states(page, badges, {url: SCORED})
    assert set(page.evaluate(SEEN)) == {None}
    badges.click(found[url])
    wait_until(page, lambda: any("of 100" in element.text for element in badges.elements()), PATIENCE_S, "the panel")


def test_a_page_does_not_recolour_the_badges(page, badges, site):
    page.goto(site.add_page(RECOLOURED))
    badge = wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})[f"{site.origin}/{FACE}"]
    fake, text, ground = badges.style(badge, "--fake", "color", "background-color")
    assert fake == "#b3261e"
    assert "rgba(0, 0, 0, 0)" not in (text, ground)


def test_what_cannot_be_read_keeps_nothing_else_from_being_found(page, badges, site, worker):
    page.goto(site.add_page(UNREADABLE))
    url = f"{site.origin}/{FACE}"
    wait_for_states(page, badges, {url: SCORED})
    assert url in {image["url"] for image in list_images(worker, page)}, "the popup has its list"


def test_pictures_that_hang_lie_or_move_away(page, badges, site, worker):
    page.goto(site.add_page(BROKEN), wait_until="commit")
    found = wait_for_states(page, badges, {f"{site.origin}/redirect/{FACE}": SCORED})
    html = f"{site.origin}/html/{FACE}"
    lying = wait_until(page, lambda: checked_images(worker).get(html), PATIENCE_S, "what lies is found out")
    assert lying["code"] == "not_an_image"
    found = badges_by_image(badges)
    assert html not in found, "a background that is none is not the reader's business"
    assert f"{site.origin}/hang/{FACE}?image" not in found, "what has not loaded is not there yet"
    site.release()
    wait_for_states(page, badges, {f"{site.origin}/hang/{FACE}": SCORED, f"{site.origin}/hang/{FACE}?image": SCORED})


def test_a_picture_for_visitors_with_a_cookie_is_not_asked_for_with_it(page, badges, site, worker, context):
    context.add_cookies([{"name": "session", "value": "1", "url": site.origin}])
    url = f"{site.origin}/cookie/{FACE}"
    page.goto(site.add_page(f'<img src="{url}" width="300">'))
    wait_until(page, lambda: checked_images(worker).get(url, {}).get("code") == "refused", PATIENCE_S, "it is refused")
    assert all("cookie" not in request.headers for request in from_extension(site, "/cookie/"))
    context.clear_cookies()


def test_switched_off_nothing_is_left_behind(page, badges, site, worker):
    set_settings(worker, "off")
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    before = page.evaluate("document.documentElement.outerHTML")
    set_settings(worker, "all")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    assert page.evaluate("document.documentElement.outerHTML") != before
    set_settings(worker, "all", paused=True)
    wait_until(page, lambda: not badges.elements(), PATIENCE_S, "no badge")
    assert page.evaluate("document.documentElement.outerHTML") == before
