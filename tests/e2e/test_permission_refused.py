"""The build that users get, without host permissions: activeTab, and a copy of the screen where a host is refused."""

from __future__ import annotations

import pytest

from extension.demo.browser import launch_extension, wait_until
from extension.demo.extension_build import build_extension
from tests.e2e.extension_driver import SCORED, panel_text, right_click, trigger_action, wait_for_states

FACE = "faces/real_grace_hopper.jpg"


@pytest.fixture(scope="module")
def browser(playwright, models_dir, tmp_path_factory):
    folder = build_extension(tmp_path_factory.mktemp("shipped"), models=models_dir, test_permissions=False)
    with launch_extension(playwright, folder, extra_args=["--enable-unsafe-extension-debugging"]) as started:
        yield started


@pytest.fixture
def tab_id(page, site, context, worker):
    page.goto(site.add_page(f'<img src="{site.other_origin}/{FACE}" width="300"><img src="/{FACE}" width="300">'))
    page.bring_to_front()
    worker.evaluate("() => { chrome.permissions.request = async () => false; }")
    trigger_action(context, worker, page)
    return worker.evaluate(
        """async () => {
          for (;;) {
            const [tab] = await chrome.tabs.query({ active: true });
            if (tab?.url?.includes("/pages/")) return tab.id;
            await new Promise((done) => setTimeout(done, 50));
          }
        }"""
    )


def test_the_manifest_asks_for_little(worker):
    manifest = worker.evaluate("chrome.runtime.getManifest()")
    assert set(manifest["permissions"]) == {"activeTab", "contextMenus", "offscreen", "scripting", "storage"}
    assert manifest["optional_host_permissions"] == ["<all_urls>"]
    assert "host_permissions" not in manifest and "content_scripts" not in manifest
    assert (
        manifest["content_security_policy"]["extension_pages"]
        == "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'"
    )


def test_refused_the_image_is_copied_from_the_screen(page, badges, site, worker, tab_id):
    url = f"{site.other_origin}/{FACE}"
    right_click(worker, page, url, tab_id)
    wait_for_states(page, badges, {url: SCORED})
    wait_until(
        page, lambda: "copy of the screen" in panel_text(badges), 5, "the panel says that it was a copy of the screen"
    )


def test_the_tabs_own_images_need_no_permission(page, badges, site, worker, tab_id):
    url = f"{site.origin}/{FACE}"
    right_click(worker, page, url, tab_id)
    wait_for_states(page, badges, {url: SCORED})
    assert "copy of the screen" not in panel_text(badges)
