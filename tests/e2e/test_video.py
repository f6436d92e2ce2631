"""A right-click on a video: frames of a hidden copy, tracks, one verdict with its timeline; and what cannot be read says so."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from extension.demo.browser import wait_until
from python_trainer.files import ROOT
from python_trainer.predict import Predictor
from tests.e2e.extension_driver import (
    CLIP_TOLERANCE,
    FIRST_CHECK_S,
    PATIENCE_S,
    SCORED,
    badges_by_image,
    checked_images,
    open_report,
    panel_text,
    right_click,
    right_click_here,
    set_settings,
    wait_for_states,
)
from tests.e2e.report_page import save_record

CLIP = "clips/face.webm"
VIDEO_CLICK = """async ([address, srcUrl]) => {
  const tab = (await chrome.tabs.query({})).find(({ url }) => url === address);
  const info = { menuItemId: "check-image", srcUrl, pageUrl: address, frameId: 0, mediaType: "video", editable: false };
  chrome.contextMenus.onClicked.dispatch(info, { ...tab, url: address });
}"""
STILL = "video => new Promise(done => (video.readyState >= 2 ? done() : video.addEventListener('loadeddata', done)))"


@pytest.fixture(autouse=True)
def not_automatic(worker):
    set_settings(worker, "off")
    worker.evaluate(
        "() => { globalThis.asked = []; chrome.permissions.request = async ({ origins }) => (asked.push(...origins), true); }"
    )


def check_video(page, worker, badges, expected: str, position=(150, 120)) -> str:
    """Right-clicks the video, twice where the extension was not there to see the first; returns the panel once it has the words."""
    page.locator("video").first.evaluate(STILL)
    address = page.locator("video").first.evaluate("video => video.currentSrc")
    for _ in range(1 if panel_text(badges) else 2):
        page.mouse.click(*position, button="right")
        worker.evaluate(VIDEO_CLICK, [page.url, address])
        wait_until(page, lambda: panel_text(badges), PATIENCE_S, "the panel")
    wait_until(page, lambda: re.search(expected, panel_text(badges)), FIRST_CHECK_S * 2, expected)
    return panel_text(badges)


def show(site, attributes: str, style: str = "") -> str:
    return site.add_page(
        f"<style>body {{ margin: 0 }} {style}</style><video {attributes} width='320' height='240'></video>"
    )


@pytest.mark.parametrize("server", ["", "ranges/"])
def test_frames_and_scores_are_the_trainers(page, badges, site, worker, server):
    expected = Predictor().judge(ROOT / "tests" / "fixtures" / CLIP)["tracks"][0]["timeline"]
    page.goto(show(site, f"src='/{server}{CLIP}' muted"))
    check_video(page, worker, badges, "Face 1:")
    rows = badges.elements(lambda element: element.tag == "li")
    found = [int(re.search(r"(\d+)$", row.text)[1]) for row in rows]
    assert found == pytest.approx([100 * seen["fake_score"] for seen in expected], abs=CLIP_TOLERANCE)
    assert len(set(found)) > 3, "the frames are not one and the same"


def test_a_clip_of_the_page_gets_a_verdict_and_a_timeline_and_plays_on_untouched(
    page, badges, site, worker, context, tmp_path
):
    page.goto(show(site, f"src='/ranges/{CLIP}' muted"))
    text = check_video(page, worker, badges, "Face 1:")
    assert "Frames looked at: 12; with a face: 12." in text
    assert "Face 1:" in text and "0:00.1" in text and "0:02.9" in text
    assert len(re.findall(r"0:0\d\.\d", text)) == 12
    assert page.evaluate(
        "(({ currentTime, paused, muted }) => [currentTime, paused, muted])(document.querySelector('video'))"
    ) == [0, True, True]
    assert page.evaluate("document.querySelectorAll('video').length") == 1, "the copy is not in the page"
    [status] = wait_until(
        page,
        lambda: [found["status"] for key, found in checked_images(worker).items() if key.startswith("video ")],
        PATIENCE_S,
        "its verdict is stored",
    )
    assert status == "scored"
    report = open_report(context, badges)
    expect(report.locator("#timeline-section h2")).to_have_text("Timeline", timeout=FIRST_CHECK_S * 1000)
    expect(report.locator("#timeline .timeline li")).to_have_count(12)
    expect(report.locator("#timeline h3")).to_contain_text("Face 1:")
    expect(report.locator("#faces-frame")).to_contain_text("In the frame at 0:0")
    expect(report.locator("#faces .face")).to_have_count(1)
    expect(report.locator("#verdict")).to_contain_text("Frames looked at: 12")
    expect(report.locator("#verdict")).not_to_contain_text("fake faces score this high")
    # A picture of the extension's making was checked: it tells nothing of the file.
    expect(report.locator("#credentials")).to_contain_text("were not looked for")
    expect(report.locator("#details")).to_contain_text("Copy of a frame of the video")
    record = save_record(report, tmp_path)
    assert record["image"]["source"] == "video_frame" and record["content_credentials"] == {"state": "not_looked_for"}
    report.close()


def test_a_clip_of_another_site_is_read_with_the_permission_asked_for_in_the_click(page, badges, site, worker):
    page.goto(show(site, f"src='{site.other_origin}/{CLIP}' muted"))
    text = check_video(page, worker, badges, "Frames looked at")
    assert set(worker.evaluate("asked")) == {"*://127.0.0.1/*"}
    assert "Frames looked at: 12; with a face: 12." in text
    assert "copy of the screen" not in text


def test_a_clip_without_faces_is_no_verdict(page, badges, site, worker):
    page.goto(show(site, "src='/clips/no_face.webm' muted"))
    text = check_video(page, worker, badges, "No face was found")
    assert "No face was found" in text and "Frames looked at: 12; with a face: 0." in text


def test_a_clip_under_a_transparent_layer_is_found(page, badges, site, worker):
    url = site.add_page(
        """<style>body { margin: 0 } .layer { position: absolute; inset: 0 }</style>
        <video src='/clips/two_faces.webm' muted width='320' height='240'></video><div class="layer"></div>"""
    )
    page.goto(url)
    page.locator("video").evaluate(STILL)
    right_click_here(worker, page, (150, 120))
    wait_until(page, lambda: panel_text(badges), PATIENCE_S, "the extension was not there to see the click")
    right_click_here(worker, page, (150, 120))
    wait_until(page, lambda: "Frames looked at: 12" in panel_text(badges), FIRST_CHECK_S * 2, "the verdict")
    assert "Face 2:" in panel_text(badges)


def test_a_protected_video_says_so(page, badges, site, worker):
    page.goto(show(site, f"src='/{CLIP}' muted"))
    page.evaluate(
        """async () => {
          const access = await navigator.requestMediaKeySystemAccess("org.w3.clearkey", [
            { initDataTypes: ["webm"], videoCapabilities: [{ contentType: 'video/webm; codecs="vp8"' }] }]);
          await document.querySelector("video").setMediaKeys(await access.createMediaKeys());
        }"""
    )
    text = check_video(page, worker, badges, "Could not check")
    assert "Could not check" in text and "protected (DRM)" in text


def test_a_stream_is_watched_while_it_plays_and_not_while_it_stands_still(page, badges, site, worker):
    page.goto(show(site, f"src='/{CLIP}' muted loop"))
    page.evaluate(
        """async () => {
          const source = document.querySelector("video");
          await source.play();
          const shown = document.createElement("video");
          Object.assign(shown, { muted: true, width: 320, height: 240, srcObject: source.captureStream() });
          source.before(shown);
          source.style.cssText = "position: absolute; left: 400px";
          await shown.play();
        }"""
    )
    text = check_video(page, worker, badges, "Face 1:")
    assert re.search(r"Frames looked at: \d+; with a face: \d+\.", text) and "Face 1:" in text
    page.evaluate("document.querySelector('video').pause()")
    page.keyboard.press("Escape")
    text = check_video(page, worker, badges, "Could not check")
    assert "Could not check" in text and "it stands still" in text


def test_without_the_permission_a_playing_clip_is_copied_from_the_screen(page, badges, site, worker):
    worker.evaluate("() => { chrome.permissions.contains = async () => false; }")
    page.goto(show(site, f"src='{site.other_origin}/{CLIP}' muted loop autoplay"))
    text = check_video(page, worker, badges, "Face 1:")
    assert "copy of the screen" in text and "Face 1:" in text
    page.evaluate("document.querySelector('video').pause()")
    page.keyboard.press("Escape")
    text = check_video(page, worker, badges, "Could not check")
    assert "Could not check" in text and "cannot be copied from the screen" in text


@pytest.mark.parametrize("name", ["face.webp", "face.gif", "face.apng"])
def test_an_animated_image_is_judged_by_several_frames(page, badges, site, worker, name):
    page.goto(site.add_page(f'<img src="/clips/{name}" width="220">'))
    url = f"{site.origin}/clips/{name}"
    right_click(worker, page, url)
    wait_for_states(page, badges, {url: SCORED})
    looked = 6 if name == "face.webp" else 2
    assert f"Frames looked at: {looked}; with a face: {looked}." in panel_text(badges)
    assert url in badges_by_image(badges)
