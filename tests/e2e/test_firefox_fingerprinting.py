"""Firefox's resistFingerprinting falsifies canvases of pages: the extension's verdicts are not touched by it."""

from __future__ import annotations

import pytest

from extension.demo.wait import wait_for
from tests.e2e.extension_driver import PATIENCE_S, SCORED
from tests.e2e.firefox_driver import launch_with_extension

FACE = "faces/real_grace_hopper.jpg"
READ_BACK = """() => {
  const context = Object.assign(document.createElement("canvas"), { width: 64, height: 64 }).getContext("2d");
  context.fillStyle = "#4080c0";
  context.fillRect(0, 0, 64, 64);
  return [...context.getImageData(0, 0, 64, 64).data].every((value, place) => value === [64, 128, 192, 255][place % 4]);
}"""
SCORES = """async () => Object.values(await chrome.storage.session.get(null))
  .flatMap((documents) => Object.values(documents)).flatMap((images) => Object.values(images)).map(({ fakeScore }) => fakeScore)"""


@pytest.fixture(scope="module")
def firefox(firefox_program, extension_dir, tmp_path_factory):
    """A Firefox that resists fingerprinting."""
    preferences = {"privacy.resistFingerprinting": True}
    profile = tmp_path_factory.mktemp("firefox")
    with launch_with_extension(firefox_program, extension_dir.parent / "firefox", profile, preferences) as running:
        running.set_settings("all")
        yield running


def test_verdicts_are_the_same_by_request_and_off_the_page(firefox, firefox_tab, site):
    # The second shows the same picture from an address that is revoked: it has to be read off the page's canvas.
    firefox_tab.goto(
        site.add_page(
            f"""<img src="/{FACE}" width="300"><img id="blob" width="300"><script>
            fetch("/{FACE}").then((r) => r.blob()).then((blob) => {{
              const url = URL.createObjectURL(blob);
              const image = document.getElementById("blob");
              image.onload = () => URL.revokeObjectURL(url);
              image.src = url;
            }});</script>"""
        )
    )
    assert firefox_tab.evaluate(READ_BACK) is False, "the page's own canvas is falsified, or this test shows nothing"
    blob_url = wait_for(
        lambda: firefox_tab.evaluate("() => document.getElementById('blob').src"), PATIENCE_S, "the blob"
    )
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED, blob_url: SCORED})
    scores = wait_for(lambda: len(found := firefox.in_extension(SCORES)) == 2 and found, PATIENCE_S, "both scores")
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)
