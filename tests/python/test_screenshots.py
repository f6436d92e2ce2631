"""docs/screenshots: its index tells of every picture, they stay small, and the README's pictures are among them."""

import re

from extension.demo.extension_build import ROOT
from extension.demo.screenshot_shots import SECTIONS
from extension.demo.screenshot_stage import LOOKS
from extension.demo.screenshots import file_name, gallery, index_text

FOLDER = ROOT / "docs" / "screenshots"
MOST_BYTES = 3_200_000


def test_every_picture_of_the_index_is_there_and_no_other():
    looks = {look.name: look for look in LOOKS}
    wanted = {file_name(shot, looks[name]) for _, shots in SECTIONS for shot in shots for name in shot.looks}
    assert {path.name for path in FOLDER.glob("*.webp")} == wanted
    assert set(re.findall(r'src="([^"]+)"', index_text())) == wanted


def test_the_index_is_the_one_that_the_script_writes():
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == index_text(), "run `make screenshots`"


def test_the_pictures_stay_small():
    assert sum(path.stat().st_size for path in FOLDER.glob("*.webp")) < MOST_BYTES


def test_the_readmes_pictures_exist_and_say_what_they_show():
    pictures = re.findall(r'<img src="([^"]+)"[^>]* alt="([^"]*)"', (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(pictures) >= 3
    assert all((ROOT / source).is_file() and len(words) > 40 for source, words in pictures)


def test_the_page_of_pictures_shows_files_that_exist():
    assert all(image.path.is_file() for group in gallery() for image in group)
