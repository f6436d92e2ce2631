"""Every way a page can show a picture, and that small ones are left alone."""

from __future__ import annotations

import base64

import pytest

from extension.demo.browser import wait_until
from tests.e2e.extension_driver import (
    FIRST_CHECK_S,
    PATIENCE_S,
    SCORED,
    badges_by_image,
    checked_images,
    panel_text,
    right_click_here,
    set_settings,
    wait_for_states,
)

FACE = "faces/real_grace_hopper.jpg"
HOST = "deepfake-detector-overlay"
GROUP = "images/faces_three.jpg"  # three faces side by side
OTHER_FACE = "faces/real_eileen_collins.jpg"

KINDS = """
  <style>
    .shown { width: 240px; height: 280px; margin: 4px; display: inline-block }
    #background { background: linear-gradient(transparent, transparent), url("/copy-background/FACE") 50% 0 / cover }
    #pseudo::before { content: ""; display: block; height: 100%; background: url("/copy-pseudo/FACE") 0 0 / contain no-repeat }
    .icon { width: 24px; height: 24px; background: url("/copy-icon/FACE") }
    #texture { width: 300px; height: 100px; background: url("/images/png_palette.png?small") 0 0 / 8px }
  </style>
  <picture><source srcset="/copy-picture/FACE 1x"><img src="/images/no_face.jpg" width="200"></picture>
  <img srcset="/copy-srcset/FACE 1x, /copy-large/FACE 3x" width="200">
  <div id="background" class="shown"></div>
  <div id="pseudo" class="shown"></div>
  <svg class="shown" viewBox="0 0 240 280"><image href="/copy-svg/FACE" width="240" height="280"/></svg>
  <input type="image" class="shown" src="/copy-input/FACE" alt="Send">
  <video class="shown" poster="/copy-poster/FACE" preload="none"></video>
  <i class="icon"></i><img src="/copy-small/FACE" width="30"><img src="/images/size_64.jpg?tiny" width="40" height="400">
  <script>
    const painted = new Image();
    painted.onload = () => {
      // Painted before it is there: what a canvas shows is read when it is first seen.
      const canvas = Object.assign(document.createElement("canvas"), { width: 240, height: 280, className: "shown" });
      canvas.getContext("2d").drawImage(painted, 0, 0, 240, 280);
      document.querySelector("i").before(canvas);
    };
    painted.src = "/FACE?painted";
  </script>
""".replace("FACE", FACE)


@pytest.fixture(autouse=True)
def automatic(worker):
    set_settings(worker, "all")
    yield
    set_settings(worker, "off")


def test_pictures_of_every_kind_get_a_verdict_and_small_ones_none(page, badges, site):
    page.set_viewport_size({"width": 1280, "height": 1200})
    page.goto(site.add_page(KINDS))
    expected = ["picture", "srcset", "background", "pseudo", "svg", "input", "poster"]
    urls = [f"{site.origin}/copy-{name}/{FACE}" for name in expected]
    found = wait_for_states(page, badges, {**dict.fromkeys(urls, SCORED), "canvas:1": SCORED})
    assert not [url for url in found if "icon" in url or "small" in url or "tiny" in url]
    badges.click(found[f"{site.origin}/copy-background/{FACE}"])
    wait_until(page, lambda: "not a proof" in panel_text(badges), PATIENCE_S, "the panel of a background")
    outline = badges.elements(lambda element: element.has_class("outline"))[0]
    x, y = badges.centre(outline)
    box = page.locator("#background").bounding_box()
    assert box["x"] < x < box["x"] + box["width"] and box["y"] < y < box["y"] + box["height"], "the face lies in it"


def test_faces_that_the_page_cuts_away_are_not_outlined(page, badges, site):
    page.goto(site.add_page(f'<img src="/{GROUP}" style="width: 90px; height: 300px; object-fit: cover">'))
    found = wait_for_states(page, badges, {f"{site.origin}/{GROUP}": SCORED})
    badges.click(found[f"{site.origin}/{GROUP}"])
    wait_until(page, lambda: "not a proof" in panel_text(badges), PATIENCE_S, "the panel")
    centres = [badges.centre(outline) for outline in badges.elements(lambda element: element.has_class("outline"))]
    box = page.locator("img").bounding_box()
    assert len(centres) == 3 and None in centres, "faces beside the part that is shown"
    shown = [centre for centre in centres if centre]
    assert shown and all(box["x"] <= x <= box["x"] + box["width"] for x, _ in shown)


def test_a_face_s_number_is_not_where_the_badge_lies(page, badges, site):
    page.goto(site.add_page(f'<img src="/{GROUP}" style="width: 300px; height: 240px; object-fit: contain">'))
    found = wait_for_states(page, badges, {f"{site.origin}/{GROUP}": SCORED})
    badges.click(found[f"{site.origin}/{GROUP}"])
    wait_until(page, lambda: "not a proof" in panel_text(badges), PATIENCE_S, "the panel")
    outlines = badges.elements(lambda element: element.has_class("outline"))
    heights = [badges.centre(outline)[1] for outline in outlines]
    numbers = [
        badges.centre(number)[1] for number in badges.elements(lambda element: element.has_class("outline-label"))
    ]
    badge = badges.centre(found[f"{site.origin}/{GROUP}"])[1]
    assert len(numbers) == 3 and all(number > badge + 20 for number in numbers), (
        "below the faces, which are near the top"
    )
    assert all(number > height for number, height in zip(numbers, heights, strict=True))


def test_in_a_modal_dialog_badges_are_seen_and_the_panel_can_be_used(page, badges, site):
    dialog = f'<dialog><img src="/{FACE}?large" width="400"></dialog>'
    page.goto(site.add_page(f'<img src="/{FACE}" width="200">{dialog}'))
    outer, inner = f"{site.origin}/{FACE}", f"{site.origin}/{FACE}?large"
    wait_for_states(page, badges, {outer: SCORED})
    page.evaluate("document.querySelector('dialog').showModal()")
    badge = wait_for_states(page, badges, {inner: SCORED})[inner]
    badges.click(badge)
    wait_until(page, lambda: any("of 100" in element.text for element in badges.elements()), PATIENCE_S, "the panel")
    focused = page.evaluate("document.activeElement.closest('dialog') && document.activeElement.localName")
    assert focused == HOST, "the panel's buttons can be reached"
    page.keyboard.press("Escape")
    page.evaluate("document.querySelector('dialog').close()")
    wait_until(page, lambda: badges.centre(badges_by_image(badges)[outer]), PATIENCE_S, "the page's badge is back")


def test_a_poster_goes_when_the_video_starts_and_a_background_follows_its_class(page, badges, site):
    page.goto(
        site.add_page(
            f"""<style>div {{ width: 240px; height: 280px }} .a {{ background: url(/copy-a/{FACE}) }}
            .b {{ background: url(/images/no_face.jpg) }}</style><div class="a"></div>
            <video poster="/copy-poster/{FACE}" width="240" height="280" muted></video>"""
        )
    )
    poster = f"{site.origin}/copy-poster/{FACE}"
    wait_for_states(page, badges, {poster: SCORED, f"{site.origin}/copy-a/{FACE}": SCORED})
    page.evaluate("document.querySelector('div').className = 'b'; void document.querySelector('video').play()")
    wait_for_states(page, badges, {f"{site.origin}/images/no_face.jpg": {"no_face"}})
    wait_until(page, lambda: poster not in badges_by_image(badges), PATIENCE_S, "no badge on a playing video")


def test_frames_of_every_origin_are_checked(page, site, worker):
    site.add_page(f'<img src="/copy-frame/{FACE}" width="200">', "frame.html")
    inner = f"<img src='{site.origin}/copy-srcdoc/{FACE}' width='200'>"
    page.goto(
        site.add_page(
            f"""<iframe src="/pages/frame.html" height="300"></iframe><iframe srcdoc="{inner}" height="300"></iframe>
            <iframe src="{site.other_origin}/pages/frame.html" height="300"></iframe>"""
        )
    )
    urls = {f"{origin}/copy-frame/{FACE}" for origin in (site.origin, site.other_origin)}
    urls.add(f"{site.origin}/copy-srcdoc/{FACE}")
    wait_until(page, lambda: urls <= set(checked_images(worker)), FIRST_CHECK_S, "the images of all frames")


def test_a_shadow_root_that_an_old_element_gets_late_is_found(page, badges, site):
    page.goto(site.add_page(f'<div id="old"></div><img src="/{OTHER_FACE}" width="200">'))
    wait_for_states(page, badges, {f"{site.origin}/{OTHER_FACE}": SCORED})
    page.evaluate(
        """(face) => {
          const nested = document.createElement("section");
          nested.attachShadow({ mode: "open" }).innerHTML = `<img src="${face}" width="200">`;
          document.getElementById("old").attachShadow({ mode: "open" }).append(nested);
        }""",
        f"/{FACE}",
    )
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})


def test_lazy_images_and_an_endless_page_are_followed_while_scrolling(page, badges, site):
    page.goto(
        site.add_page(
            f"""<img src="/copy-0/{FACE}" width="200"><div style="height: 5000px"></div>
            <img loading="lazy" src="/copy-lazy/{FACE}" width="200" height="240"><p id="end">end</p>
            <script>new IntersectionObserver(([entry]) => {{
              if (!entry.isIntersecting || document.images.length > 2) return;
              document.body.insertAdjacentHTML("beforeend", '<img src="/copy-more/{FACE}" width="200">');
            }}).observe(document.getElementById("end"));</script>"""
        )
    )
    wait_for_states(page, badges, {f"{site.origin}/copy-0/{FACE}": SCORED})
    assert not site.requests("copy-lazy"), "what the page has not loaded is not fetched"
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    wait_for_states(page, badges, {f"{site.origin}/copy-{name}/{FACE}": SCORED for name in ("lazy", "more")})


def test_a_tab_that_is_one_image(page, badges, site):
    page.goto(f"{site.origin}/{FACE}")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})


def test_an_animation_says_how_many_of_its_frames_were_judged(page, badges, site, fixtures_dir):
    gif = "data:image/gif;base64," + base64.b64encode((fixtures_dir / "broken/animated.gif").read_bytes()).decode()
    page.goto(site.add_page(f'<img src="{gif}" width="300">'))
    found = wait_for_states(page, badges, {gif[:200]: SCORED | {"no_face", "face_too_small"}})
    badges.click(found[gif[:200]])
    wait_until(page, lambda: "Frames looked at: 3" in panel_text(badges), PATIENCE_S, "the panel says so")


def test_below_a_transparent_layer_the_picture_under_the_pointer_is_checked(page, badges, site, worker):
    set_settings(worker, "off")
    page.goto(
        site.add_page(
            f"""<style>body {{ margin: 0 }} .layer {{ position: absolute; inset: 0 }}</style>
            <img src="/{OTHER_FACE}" width="300" style="pointer-events: none"><img src="/{FACE}" width="300">
            <div class="layer"></div>"""
        )
    )
    right_click_here(worker, page, (450, 100))
    wait_until(
        page, lambda: "once more" in panel_text(badges), PATIENCE_S, "the extension was not there to see the click"
    )
    right_click_here(worker, page, (450, 100))
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    right_click_here(worker, page, (100, 100))
    wait_for_states(page, badges, {f"{site.origin}/{OTHER_FACE}": SCORED})
    page.goto(site.add_page("<p>Words only.</p>", "words.html"))
    for _ in range(2):
        right_click_here(worker, page, (300, 300))
    wait_until(page, lambda: "No picture that can be checked" in panel_text(badges), PATIENCE_S, "nothing there")
    assert "Could not check" in panel_text(badges)


def test_a_canvas_that_the_page_may_not_read_is_a_failure_and_no_verdict(page, badges, site, worker):
    set_settings(worker, "off")
    page.goto(
        site.add_page(
            f"""<style>body {{ margin: 0 }}</style><canvas width="300" height="300"></canvas><script>
            const image = new Image();
            image.onload = () => document.querySelector("canvas").getContext("2d").drawImage(image, 0, 0);
            image.src = "{site.other_origin}/{FACE}";</script>"""
        )
    )
    right_click_here(worker, page, (100, 100))
    wait_until(page, lambda: panel_text(badges), PATIENCE_S, "the script is there")
    right_click_here(worker, page, (100, 100))
    wait_for_states(page, badges, {"canvas:1": {"failed"}})
    assert "does not let this picture be read" in panel_text(badges)
