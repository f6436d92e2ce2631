"""`make demo` as a whole: every face gets a verdict, the real ones pass, an altered one is caught, its report opens."""

import json
import subprocess
import sys

from PIL import Image

from extension.demo.demo_page import fixture_pages
from extension.demo.extension_build import ROOT

LIMIT_S = 900  # more than the demo waits for verdicts and a report: it says itself what did not come


def run_demo(*arguments):
    command = [sys.executable, "-m", "extension.demo.demo", "--headless", "--json", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=LIMIT_S, check=False
    )


def test_the_demo_shows_real_verdicts_and_leaves_pictures_of_the_page_and_of_a_report(models_dir, tmp_path):
    run = run_demo("--models", models_dir, "--output", tmp_path)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    (groups,) = fixture_pages()
    assert [row["image"] for row in rows] == [image.name for group in groups for image in group], run.stderr
    assert {row["status"] for row in rows} == {"scored"}
    assert (tmp_path / "screenshot.png").stat().st_size > 0
    assert run.returncode == 0, run.stderr
    worst = max(rows, key=lambda row: row["fake_score"])["image"]
    [caption] = [image.caption for group in groups for image in group if image.name == worst]
    assert f"Report of “{caption}”: {tmp_path / 'report.png'}" in run.stderr
    with Image.open(tmp_path / "report.png") as report:
        assert report.width == 1280 and report.height > 1500, "a whole report, and not its waiting or empty page"


def test_the_demo_tells_of_every_picture_of_a_users_folder(models_dir, fixtures_dir, tmp_path):
    run = run_demo("--models", models_dir, "--images", fixtures_dir / "broken", "--output", tmp_path)
    rows = {row["image"]: row for row in map(json.loads, run.stdout.splitlines())}
    assert rows["animated.gif"]["status"] == rows["animated.webp"]["status"] == "scored", run.stderr
    assert rows["truncated.jpg"]["status"] == "failed" and rows["truncated.jpg"]["reason"]
    assert rows["html_named.jpg"]["status"] == rows["zero_bytes.jpg"]["status"] == "not_shown"
    assert run.returncode == 0, run.stderr
