"""Firefox: a video from its own menu, with the permission allowed and refused, under a layer, and an animated image."""

from __future__ import annotations

import re

import pytest

from extension.demo.wait import wait_for
from python_trainer.files import ROOT
from python_trainer.predict import Predictor
from tests.e2e.extension_driver import CLIP_TOLERANCE, FIRST_CHECK_S, PATIENCE_S, SCORED

CLIP = "clips/face.webm"
READY = "() => document.querySelector('video').readyState >= 2"
pytestmark = pytest.mark.usefixtures("nothing_allowed")


@pytest.fixture(scope="module")
def build(shipped_dir):
    return shipped_dir


def show(tab, site, source: str, more: str = "") -> None:
    """Loads a page with one video."""
    tab.goto(site.add_page(f"<video src='{source}' muted width='320' height='240'></video>{more}"))
    wait_for(lambda: tab.evaluate(READY), PATIENCE_S, "the video")


def result(tab) -> str:
    """What the panel says in the end."""
    wait_for(lambda: tab.panel_text() and "Checking" not in tab.panel_text(), 2 * FIRST_CHECK_S, "a result")
    return tab.panel_text()


def test_a_clip_of_the_page_gets_a_verdict_and_a_timeline(firefox, firefox_tab, site):
    show(firefox_tab, site, f"/{CLIP}")
    firefox_tab.right_click("video")
    firefox.choose_menu_entry()
    text = result(firefox_tab)
    assert "Frames looked at: 12; with a face: 12." in text
    assert "Face 1:" in text and "0:00.1" in text and "0:02.9" in text
    rows = [element for element in firefox_tab.elements() if element.tag == "li"]
    expected = Predictor().judge(ROOT / "tests" / "fixtures" / CLIP)["tracks"][0]["timeline"]
    found = [int(re.search(r"(\d+)$", row.text)[1]) for row in rows]
    assert found == pytest.approx([100 * seen["fake_score"] for seen in expected], abs=CLIP_TOLERANCE)
    assert firefox_tab.evaluate("() => document.querySelector('video').currentTime") == 0


def test_a_clip_of_another_site_is_asked_for_and_read(firefox, firefox_tab, site):
    show(firefox_tab, site, f"{site.other_origin}/{CLIP}")
    firefox_tab.right_click("video")
    firefox.choose_menu_entry()
    assert "127.0.0.1" in firefox.answer_prompt(allow=True)
    text = result(firefox_tab)
    assert "Frames looked at: 12; with a face: 12." in text and "copy of the screen" not in text


def test_refused_a_clip_that_stands_still_is_a_failure_with_its_reason(firefox, firefox_tab, site):
    show(firefox_tab, site, f"{site.other_origin}/{CLIP}")
    firefox_tab.right_click("video")
    firefox.choose_menu_entry()
    firefox.answer_prompt(allow=False)
    text = result(firefox_tab)
    assert "Could not check" in text and "cannot be copied from the screen" in text


def test_a_clip_without_faces_under_a_layer_is_found_and_is_no_verdict(firefox, firefox_tab, site):
    layer = "<div style='position: absolute; inset: 0'></div>"
    show(firefox_tab, site, "/clips/no_face.webm", layer)
    firefox_tab.right_click("video")
    firefox.choose_menu_entry()
    text = result(firefox_tab)
    assert "No face was found" in text and "Frames looked at: 12; with a face: 0." in text


def test_an_animated_image_is_judged_by_several_frames(firefox, firefox_tab, site):
    url = f"{site.origin}/clips/face.webp"
    firefox_tab.goto(site.add_page('<img src="/clips/face.webp" width="220">'))
    firefox_tab.right_click("img")
    firefox.choose_menu_entry()
    firefox_tab.wait_for_states({url: SCORED})
    assert "Frames looked at: 6; with a face: 6." in firefox_tab.panel_text()
