"""Firefox: turned off and on again, or updated, the extension goes on in the pages that are open."""

from __future__ import annotations

import pytest

from extension.demo.wait import wait_for
from tests.e2e.extension_driver import PATIENCE_S, SCORED
from tests.e2e.firefox_driver import ID

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
SWITCH = """async (id, on) => {
  const { AddonManager } = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
  const addon = await AddonManager.getAddonByID(id);
  await (on ? addon.enable() : addon.disable());
}"""


def turn_off_and_on(firefox, extension_dir):
    firefox.in_browser(SWITCH, ID, False)
    firefox.in_browser(SWITCH, ID, True)


def update(firefox, extension_dir):
    path = str(extension_dir.parent / "firefox")
    firefox.bidi.send("webExtension.install", extensionData={"type": "path", "path": path})


@pytest.mark.parametrize("change", [turn_off_and_on, update])
def test_an_open_page_gets_its_badges_again_once(firefox, firefox_tab, site, extension_dir, change):
    firefox.set_settings("all")
    firefox_tab.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED})
    change(firefox, extension_dir)
    added = f"/copy-1/{OTHER_FACE}"
    firefox_tab.evaluate(
        "(src) => document.body.insertAdjacentHTML('beforeend', `<img src='${src}' width='300'>`)", added
    )
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED, site.origin + added: SCORED})
    count = "() => document.querySelectorAll('deepfake-detector-overlay').length"
    assert firefox_tab.evaluate(count) == 1, "the badges of before are gone"
    firefox_tab.right_click("img")
    firefox.choose_menu_entry()
    wait_for(lambda: "of 100" in firefox_tab.panel_text(), PATIENCE_S, "the menu entry works")
    firefox.reopen_own_page()
