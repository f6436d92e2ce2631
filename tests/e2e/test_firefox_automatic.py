"""Firefox: automatic badges on images of both hosts, that follow what the page does."""

from __future__ import annotations

import base64

import pytest

from extension.demo.wait import wait_for
from tests.e2e.extension_driver import PATIENCE_S, SCORED

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"


@pytest.fixture(autouse=True)
def automatic(firefox):
    firefox.set_settings("all")
    yield
    firefox.set_settings("off")


def test_images_of_both_hosts_and_of_data_and_blob_addresses_get_a_verdict(firefox_tab, site, fixtures_dir):
    data_url = f"data:image/jpeg;base64,{base64.b64encode((fixtures_dir / OTHER_FACE).read_bytes()).decode()}"
    firefox_tab.goto(
        site.add_page(
            f"""<img src="/{FACE}" width="300"><img src="{site.other_origin}/{OTHER_FACE}" width="300">
            <img src="{data_url}" width="200"><img id="blob" width="200">
            <img src="/images/no_face.jpg" width="300"><img src="/images/size_64.jpg"><script>
            fetch("/{FACE}?blob").then((r) => r.blob()).then((blob) => {{
              const url = URL.createObjectURL(blob);
              const image = document.getElementById("blob");
              image.onload = () => URL.revokeObjectURL(url);
              image.src = url;
            }});</script>"""
        )
    )
    blob_url = wait_for(
        lambda: firefox_tab.evaluate(
            "() => { const { naturalWidth, src } = document.getElementById('blob'); return naturalWidth && src; }"
        ),
        PATIENCE_S,
        "the blob is shown",
    )
    firefox_tab.wait_for_states(
        {
            f"{site.origin}/{FACE}": SCORED,
            f"{site.other_origin}/{OTHER_FACE}": SCORED,
            data_url[:200]: SCORED,
            blob_url: SCORED,
            f"{site.origin}/images/no_face.jpg": {"no_face"},
            f"{site.origin}/images/size_64.jpg": {"face_too_small"},
        }
    )
    assert all("cookie" not in request.headers for request in site.requests())


def test_a_badge_follows_its_image_and_opens_its_panel_by_mouse_and_keyboard(firefox_tab, site):
    firefox_tab.goto(site.add_page(f'<img id="image" src="/{FACE}" width="300"><p id="below">text</p>'))
    place = "() => document.getElementById('below').getBoundingClientRect().y"
    before = firefox_tab.evaluate(place)
    badge = firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED})[f"{site.origin}/{FACE}"]
    assert firefox_tab.evaluate(place) == before
    assert firefox_tab.evaluate("() => document.querySelector('deepfake-detector-overlay').shadowRoot") is None
    firefox_tab.click(badge)
    text = wait_for(firefox_tab.panel_text, PATIENCE_S, "the panel")
    assert badge.text in text and "not a proof" in text
    assert [element for element in firefox_tab.elements() if element.has_class("outline")], "the face is outlined"
    firefox_tab.press("\ue00c")  # Escape
    wait_for(
        lambda: not [e for e in firefox_tab.elements() if e.has_class("outline")], PATIENCE_S, "the panel is closed"
    )
    firefox_tab.evaluate("() => void (document.getElementById('image').src = '/images/no_face.jpg')")
    firefox_tab.wait_for_states({f"{site.origin}/images/no_face.jpg": {"no_face"}})
    assert list(firefox_tab.badges()) == [f"{site.origin}/images/no_face.jpg"]
    firefox_tab.evaluate("() => document.getElementById('image').remove()")
    wait_for(lambda: not firefox_tab.badges(), PATIENCE_S, "the badge goes with its image")


def test_turned_off_the_badges_go_and_one_site_is_one_site(firefox, firefox_tab, site):
    firefox_tab.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED})
    firefox.set_settings("off")
    wait_for(lambda: not firefox_tab.badges(), PATIENCE_S, "no badges")
    firefox.set_settings("sites", ["localhost"])
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED})
    firefox_tab.goto(f"{site.other_origin}/pages/test.html")
    firefox_tab.goto(f"{site.origin}/pages/test.html")
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED})
    asked = [request.host.partition(":")[0] for request in site.requests(FACE)]
    assert asked.count("127.0.0.1") == 1, "the other host's own request only"


def test_the_toolbar_forgets_a_page_that_was_left(firefox, firefox_tab, site):
    stored = """async () => Object.values(await chrome.storage.session.get(null))
      .flatMap((documents) => Object.values(documents)).flatMap((images) => Object.keys(images))"""
    firefox_tab.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED})
    firefox_tab.goto(site.add_page(f'<img src="/{OTHER_FACE}" width="300">', "next.html"))
    firefox_tab.wait_for_states({f"{site.origin}/{OTHER_FACE}": SCORED})
    wait_for(
        lambda: firefox.in_extension(stored) == [f"{site.origin}/{OTHER_FACE}"],
        PATIENCE_S,
        "only the new page's verdict is left",
    )
