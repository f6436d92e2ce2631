"""The menu entry on an image: every way an image can be read, and every way it cannot."""

from __future__ import annotations

import base64

import pytest

from extension.demo.browser import wait_until
from tests.e2e.extension_driver import (
    PATIENCE_S,
    SCORED,
    checked_images,
    panel_text,
    right_click,
    set_settings,
    wait_for_states,
)

FACE = "faces/real_grace_hopper.jpg"


@pytest.fixture(autouse=True)
def not_automatic(worker):
    set_settings(worker, "off")
    worker.evaluate(
        "() => { globalThis.asked = []; chrome.permissions.request = async ({ origins }) => (asked.push(...origins), true); }"
    )


def test_an_image_of_another_host_is_asked_for_inside_the_click_and_checked(page, badges, site, worker):
    page.goto(site.add_page(f'<img src="{site.other_origin}/{FACE}" width="300"><img src="/{FACE}" width="300">'))
    url = f"{site.other_origin}/{FACE}"
    right_click(worker, page, url)
    found = wait_for_states(page, badges, {url: SCORED})
    assert worker.evaluate("asked") == ["*://127.0.0.1/*"]
    assert list(found) == [url], "only the image that was clicked has a badge"
    text = panel_text(badges)
    assert found[url].text in text and "of 100" in text
    stored = wait_until(page, lambda: checked_images(worker).get(url), PATIENCE_S, "its verdict is stored")
    assert stored["status"] == "scored"


def test_an_image_of_the_page_itself_needs_no_permission(page, badges, site, worker):
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    right_click(worker, page, f"{site.origin}/{FACE}")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    assert worker.evaluate("asked") == []


def test_a_data_address_and_a_picture_without_a_face(page, badges, site, worker, fixtures_dir):
    data_url = "data:image/jpeg;base64," + base64.b64encode((fixtures_dir / FACE).read_bytes()).decode()
    page.goto(site.add_page(f'<img src="{data_url}" width="300"><img src="/images/no_face.jpg" width="300">'))
    right_click(worker, page, data_url)
    wait_for_states(page, badges, {data_url[:200]: SCORED})
    right_click(worker, page, f"{site.origin}/images/no_face.jpg")
    wait_for_states(page, badges, {f"{site.origin}/images/no_face.jpg": {"no_face"}})
    wait_until(page, lambda: "No face was found" in panel_text(badges), PATIENCE_S, "the panel says so")


@pytest.mark.parametrize("path", [f"missing/{FACE}", f"html/{FACE}", "broken/zero_bytes.jpg"])
def test_a_broken_image_is_a_failure_and_no_verdict(page, badges, site, worker, path):
    page.goto(site.add_page(f'<img src="/{path}" width="200" height="200">'))
    right_click(worker, page, f"{site.origin}/{path}")
    wait_for_states(page, badges, {f"{site.origin}/{path}": {"failed"}})
    text = panel_text(badges)
    assert "Could not check" in text and "has not loaded" in text


def test_an_image_that_turns_into_html_says_so(page, badges, site, worker):
    page.goto(site.add_page('<img id="image" width="300">'))
    # The page shows a picture, and the same address gives the extension a page: its cache is empty and the file has changed.
    page.evaluate(f"document.getElementById('image').src = '/{FACE}?once'")
    page.wait_for_function("document.getElementById('image').naturalWidth > 0")
    url = f"{site.origin}/{FACE}?once"
    worker.evaluate(
        """(url) => {
          const send = chrome.runtime.sendMessage.bind(chrome.runtime);
          chrome.runtime.sendMessage = (message) => {
            const source = message.request?.source;
            if (source?.url !== url) return send(message);
            return send({ ...message, request: { ...message.request, source: { ...source, url: url.replace("/faces", "/html/faces") } } });
          };
        }""",
        url,
    )
    right_click(worker, page, url)
    wait_for_states(page, badges, {url: {"failed"}})
    assert "no picture in a format" in panel_text(badges)


def test_what_the_page_shows_is_judged_where_its_address_gives_another_picture(page, badges, site, worker):
    own, foreign = f"{site.origin}/page-only/{FACE}", f"{site.other_origin}/page-only/{FACE}"
    page.goto(
        site.add_page(f'<img src="{own}" width="300"><img src="{foreign}" width="300" referrerpolicy="unsafe-url">')
    )
    right_click(worker, page, own)
    wait_for_states(page, badges, {own: SCORED})
    assert "copy of the screen" not in panel_text(badges), "its pixels can be read"
    right_click(worker, page, foreign)
    wait_for_states(page, badges, {foreign: SCORED})
    wait_until(page, lambda: "copy of the screen" in panel_text(badges), PATIENCE_S, "the panel says what was judged")


def test_a_picture_that_is_turned_as_its_file_says_is_judged_by_its_file(page, badges, site, worker):
    url = f"{site.other_origin}/images/exif_orientation_6.jpg"
    page.goto(site.add_page(f'<img src="{url}" width="300">'))
    right_click(worker, page, url)
    wait_for_states(page, badges, {url: SCORED})
    assert "copy of the screen" not in panel_text(badges)


def test_cookies_go_only_to_a_site_that_refused_without_them(page, badges, site, worker, context):
    context.add_cookies([{"name": "session", "value": "1", "url": site.origin}])
    url = f"{site.origin}/cookie/{FACE}"
    page.goto(site.add_page(f'<img src="{url}" width="300">'))
    right_click(worker, page, url)
    wait_for_states(page, badges, {url: SCORED})
    with_cookie = ["cookie" in request.headers for request in site.requests("/cookie/")]
    assert with_cookie == [True, False, True], "the page's own request, then without cookies, then with them"
    open_url = f"{site.origin}/copy-2/{FACE}"
    page.goto(site.add_page(f'<img src="{open_url}" width="300">', "open.html"))
    right_click(worker, page, open_url)
    wait_for_states(page, badges, {open_url: SCORED})
    from_extension = [request for request in site.requests("/copy-2/") if "referer" not in request.headers]
    assert all("cookie" not in request.headers for request in from_extension)
    context.clear_cookies()
