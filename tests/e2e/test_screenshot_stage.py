"""What `make screenshots` stands on: surfaces come into their states, and the popup fits its window in every language."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from extension.demo.demo_page import write_page
from extension.demo.extension_build import EXTENSION
from extension.demo.page_server import serve_folder
from extension.demo.screenshot_shots import SECTIONS
from extension.demo.screenshot_stage import LOOKS, POPUP, Stage
from extension.demo.screenshots import HEADING, gallery

LANGUAGES = sorted(path.name for path in (EXTENSION / "_locales").iterdir())


@pytest.fixture
def stage(context, worker, tmp_path):
    """The stage with the page of pictures."""
    with serve_folder(tmp_path) as server:
        write_page(tmp_path, "gallery.html", gallery(), server.other_origin, HEADING)
        stage = Stage(context, worker, server.origin)
        yield stage
        stage.dress(LOOKS[0])
        stage.clear()


def test_the_popup_fits_into_the_window_that_a_browser_gives_it_in_every_language(stage):
    for language in LANGUAGES:
        stage.dress(replace(LOOKS[0], language=language))
        popup = stage.popup(stage.checked_page())
        width, height = popup.evaluate("[document.documentElement.scrollWidth, document.body.scrollHeight]")
        assert (width, height <= POPUP[1]) == (POPUP[0], True), (language, height)
        assert popup.locator("#images").evaluate("list => list.clientHeight") > 100, language
        stage.clear()


def test_a_report_is_photographed_down_to_the_part_that_is_asked_for(stage):
    [shot] = [shot for _, shots in SECTIONS for shot in shots if shot.name == "report-top"]
    stage.dress(LOOKS[0])
    picture = Image.open(io.BytesIO(shot.take(stage)))
    assert picture.width == LOOKS[0].width and picture.height > 900
    assert len(picture.convert("RGB").getcolors(maxcolors=1 << 24)) > 1000, "a portrait with its map, no empty page"
