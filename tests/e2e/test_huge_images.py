"""Images of a hundred megapixels and more: judged or said to be too large, while the page goes on and the next check is fine."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from extension.demo.browser import wait_until
from extension.demo.wait import wait_for
from tests.e2e.extension_driver import FIRST_CHECK_S, PATIENCE_S, SCORED, right_click, set_settings, wait_for_states

FACE = "faces/real_grace_hopper.jpg"
SIDE = 10_000
COUNTING = """<script>
  let turns = 0;
  const next = () => { turns += 1; requestAnimationFrame(next); };
  next();
</script>"""


@pytest.fixture(scope="module")
def huge(fixtures_dir) -> dict[str, bytes]:
    """JPEG files of one colour with a face in a corner: the largest that is judged, and one beyond."""
    with Image.open(fixtures_dir / FACE) as opened:
        face = opened.convert("RGB").resize((1500, 1500))
    made = {}
    for name, size in {"largest.jpg": (SIDE, SIDE), "too-large.jpg": (SIDE + 1600, SIDE)}.items():
        picture = Image.new("RGB", size, (120, 140, 160))
        picture.paste(face, (400, 300))
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=80)
        made[name] = file.getvalue()
    return made


def test_chromium(page, badges, site, worker, huge):
    set_settings(worker, "off")
    urls = {name: site.add_image(jpeg, name) for name, jpeg in huge.items()}
    images = "".join(f'<img src="{url}" width="300" height="300">' for url in urls.values())
    page.goto(site.add_page(f'{images}<img src="/{FACE}" width="300">{COUNTING}'))
    right_click(worker, page, urls["largest.jpg"])
    before = page.evaluate("turns")
    wait_until(page, lambda: page.evaluate("turns") > before + 30, 30, "the page's own work goes on")
    wait_for_states(page, badges, {urls["largest.jpg"]: SCORED}, FIRST_CHECK_S)
    right_click(worker, page, urls["too-large.jpg"])
    found = wait_for_states(page, badges, {urls["too-large.jpg"]: {"failed"}}, FIRST_CHECK_S)
    badges.click(found[urls["too-large.jpg"]])
    panel = lambda: [e.text for e in badges.elements(lambda e: e.has_class("panel")) if "too large" in e.text]  # noqa: E731
    wait_until(page, panel, PATIENCE_S, "the panel says so")
    right_click(worker, page, f"{site.origin}/{FACE}")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})


def test_firefox(firefox, firefox_tab, site, huge):
    firefox.set_settings("all")
    urls = {name: site.add_image(jpeg, name) for name, jpeg in huge.items()}
    images = "".join(f'<img src="{url}" width="200" height="200">' for url in urls.values())
    firefox_tab.goto(site.add_page(f'{images}<img src="/{FACE}" width="200">'))
    badges = firefox_tab.wait_for_states(
        {urls["largest.jpg"]: SCORED, urls["too-large.jpg"]: {"failed"}, f"{site.origin}/{FACE}": SCORED}, FIRST_CHECK_S
    )
    firefox_tab.click(badges[urls["too-large.jpg"]])
    wait_for(lambda: "too large" in firefox_tab.panel_text(), PATIENCE_S, "the panel says so")
    firefox.set_settings("off")
