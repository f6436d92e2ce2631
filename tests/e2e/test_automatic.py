"""Automatic badges: which images get one, and that they follow whatever the page does."""

from __future__ import annotations

import base64

import pytest

from extension.demo.browser import wait_until
from extension.demo.extension_page import list_images
from tests.e2e.extension_driver import (
    FIRST_CHECK_S,
    PATIENCE_S,
    SCORED,
    badges_by_image,
    panel_text,
    set_settings,
    state_of,
    wait_for_states,
)

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"


@pytest.fixture(autouse=True)
def automatic(worker):
    set_settings(worker, "all")
    yield
    set_settings(worker, "off")


def test_images_of_both_hosts_and_of_data_and_blob_addresses_get_a_verdict(page, badges, site, fixtures_dir):
    encoded = base64.b64encode((fixtures_dir / OTHER_FACE).read_bytes()).decode()
    data_url = f"data:image/jpeg;base64,{encoded}"
    page.goto(
        site.add_page(
            f"""<img src="/{FACE}" width="300"><img src="{site.other_origin}/{OTHER_FACE}" width="300">
            <img id="data" width="200"><img id="blob" width="200"><img src="/images/no_face.jpg" width="300">
            <img src="/images/size_64.jpg"><img src="/images/png_alpha.png" width="40"><script>
            document.getElementById("data").src = "{data_url}";
            fetch("/{FACE}?blob").then((r) => r.blob()).then((blob) => {{
              const url = URL.createObjectURL(blob);
              const image = document.getElementById("blob");
              image.onload = () => URL.revokeObjectURL(url);
              image.src = url;
            }});</script>"""
        )
    )
    page.wait_for_function("document.getElementById('blob').naturalWidth > 0")
    blob_url = page.evaluate("document.getElementById('blob').src")
    wait_for_states(
        page,
        badges,
        {
            f"{site.origin}/{FACE}": SCORED,
            f"{site.other_origin}/{OTHER_FACE}": SCORED,
            data_url[:200]: SCORED,
            blob_url: SCORED,
            f"{site.origin}/images/no_face.jpg": {"no_face"},
            f"{site.origin}/images/size_64.jpg": {"face_too_small"},
        },
    )
    assert state_of(badges, f"{site.origin}/images/png_alpha.png") is None, "shown too small to be checked"


def test_an_image_that_changes_gets_a_new_verdict(page, badges, site):
    page.goto(site.add_page(f'<img id="image" src="/{FACE}" width="300">'))
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    page.evaluate("document.getElementById('image').src = '/images/no_face.jpg'")
    wait_for_states(page, badges, {f"{site.origin}/images/no_face.jpg": {"no_face"}})
    assert list(badges_by_image(badges)) == [f"{site.origin}/images/no_face.jpg"]
    page.evaluate("document.getElementById('image').remove()")
    wait_until(page, lambda: not badges_by_image(badges), PATIENCE_S, "the badge goes with its image")
    assert page.evaluate("document.querySelectorAll('deepfake-detector-overlay').length") == 0


def test_a_lazy_image_is_checked_when_it_is_scrolled_to(page, badges, site):
    page.goto(
        site.add_page(
            f'<img src="/{FACE}" width="300"><div style="height: 9000px"></div>'
            f'<img id="late" src="/{OTHER_FACE}" loading="lazy" width="300" height="300"><div style="height: 500px"></div>'
        )
    )
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    assert state_of(badges, f"{site.origin}/{OTHER_FACE}") is None
    page.evaluate("document.getElementById('late').scrollIntoView()")
    wait_for_states(page, badges, {f"{site.origin}/{OTHER_FACE}": SCORED})


def test_images_added_later_are_found_and_broken_ones_left_alone(page, badges, site, worker):
    page.goto(
        site.add_page(
            f'<img src="/missing/{FACE}" width="99" height="99"><img src="/html/{FACE}" width="99" height="99">'
        )
    )
    page.evaluate(f"document.body.insertAdjacentHTML('beforeend', '<img src=\"/{FACE}\" width=\"300\">')")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    assert list(badges_by_image(badges)) == [f"{site.origin}/{FACE}"]
    known = {image["url"].removeprefix(site.origin): image["result"] for image in list_images(worker, page)}
    assert {name for name in known if known[name]} == {f"/{FACE}"}, "the broken ones are left alone, not slow"


def test_images_in_shadow_roots_are_found_and_followed(page, badges, site):
    page.goto(site.add_page("<p>An app made of components.</p>"))
    page.evaluate(
        """(face) => {
          const host = document.createElement("div");
          const root = host.attachShadow({ mode: "open" });
          const image = document.createElement("img");
          image.width = 300;
          root.append(image);
          image.src = face;
          document.body.append(host);
          globalThis.image = image;
        }""",
        f"/{FACE}",
    )
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    page.evaluate("image.src = '/images/no_face.jpg'")
    wait_for_states(page, badges, {f"{site.origin}/images/no_face.jpg": {"no_face"}})


def test_a_badge_moves_nothing_hides_from_the_page_and_opens_its_panel_by_keyboard(page, badges, site):
    page.goto(
        site.add_page(f'<a href="#followed"><img id="image" src="/{FACE}" width="300"></a><p id="below">text</p>')
    )
    before = page.evaluate(
        "[document.getElementById('below').getBoundingClientRect().y, document.documentElement.scrollHeight]"
    )
    found = wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    after = page.evaluate(
        "[document.getElementById('below').getBoundingClientRect().y, document.documentElement.scrollHeight]"
    )
    assert before == after
    assert page.evaluate("document.querySelector('deepfake-detector-overlay').shadowRoot") is None
    badge = found[f"{site.origin}/{FACE}"]
    page.emulate_media(media="print")
    assert badges.centre(badge) is None, "not printed"
    page.emulate_media(media="screen")
    assert badge.text and badge.attributes["aria-label"].startswith(f"Deepfake check: {badge.text}")
    badges.click(badge)
    text = wait_until(page, lambda: panel_text(badges), PATIENCE_S, "the panel")
    assert badge.text in text and "not a proof" in text
    assert badges.elements(lambda element: element.has_class("outline")), "the face is outlined"
    page.keyboard.press("Escape")
    wait_until(page, lambda: not badges.elements(lambda element: element.has_class("outline")), PATIENCE_S, "closed")
    page.keyboard.press("Enter")
    wait_until(
        page,
        lambda: badges.elements(lambda element: element.has_class("outline")),
        PATIENCE_S,
        "opened again: the badge has the focus",
    )
    assert "#followed" not in page.url, "the link below was not followed"


def test_turned_off_the_badges_go(page, badges, site, worker):
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    set_settings(worker, "off")
    wait_until(page, lambda: not badges_by_image(badges), PATIENCE_S, "no badges")


def test_a_page_of_many_images_gets_all_its_badges(page, badges, site):
    images = "".join(f'<img src="/copy-{index}/images/size_113.jpg" width="100">' for index in range(60))
    page.goto(site.add_page(images))
    urls = [f"{site.origin}/copy-{index}/images/size_113.jpg" for index in range(60)]
    wait_for_states(page, badges, dict.fromkeys(urls, SCORED))


def test_only_likely_fakes_get_a_badge_when_that_is_chosen(page, badges, site, worker):
    set_settings(worker, "all", badges="likely_fake")
    page.goto(site.add_page('<img src="/images/no_face.jpg" width="300"><img src="/images/size_64.jpg">'))
    urls = {f"{site.origin}/images/no_face.jpg", f"{site.origin}/images/size_64.jpg"}
    checked = lambda: {image["url"] for image in list_images(worker, page) if image.get("result")}  # noqa: E731
    wait_until(page, lambda: urls <= checked(), FIRST_CHECK_S, "the page knows both verdicts")
    assert badges_by_image(badges) == {}
    set_settings(worker, "all", badges="all")
    wait_for_states(page, badges, {url: {"no_face", "face_too_small"} for url in urls})


def test_one_site_only(page, badges, site, worker, context):
    set_settings(worker, "sites", ["localhost"])
    other = context.new_page()
    site.add_page(f'<img src="/{FACE}" width="300">')
    other.goto(f"{site.other_origin}/pages/test.html")
    page.goto(f"{site.origin}/pages/test.html")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    assert other.evaluate("document.querySelectorAll('deepfake-detector-overlay').length") == 0
    other.close()
