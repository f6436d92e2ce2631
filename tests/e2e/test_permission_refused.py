"""The build that users get, without host permissions: activeTab, and a copy of the screen where a host is refused."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from extension.demo.browser import wait_until
from tests.e2e.extension_driver import (
    PATIENCE_S,
    SCORED,
    open_report,
    panel_text,
    right_click,
    trigger_action,
    wait_for_states,
)

FACE = "faces/real_grace_hopper.jpg"
VERDICT = re.compile("No traces found|Inconclusive|Likely fake")
SCROLL_BEFORE_COPY = """(tabId) => {
  globalThis.plainCopy = chrome.tabs.captureVisibleTab.bind(chrome.tabs);
  chrome.tabs.captureVisibleTab = async (...asked) => {
    await chrome.scripting.executeScript({ target: { tabId }, func: () => scrollBy(0, 150) });
    return plainCopy(...asked);
  };
}"""


@pytest.fixture(scope="module")
def build(shipped_dir):
    return shipped_dir


@pytest.fixture
def html(site):
    return f'<img src="{site.other_origin}/{FACE}" width="300"><img src="/{FACE}" width="300">'


@pytest.fixture
def tab_id(page, site, context, worker, html):
    page.goto(site.add_page(html))
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
    assert set(manifest["permissions"]) == {
        "activeTab",
        "contextMenus",
        "offscreen",
        "scripting",
        "sidePanel",
        "storage",
    }
    assert manifest["optional_host_permissions"] == ["<all_urls>"]
    assert "host_permissions" not in manifest and "content_scripts" not in manifest
    assert (
        manifest["content_security_policy"]["extension_pages"]
        == "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'"
    )


def test_refused_the_image_is_copied_from_the_screen(page, context, badges, site, worker, tab_id):
    url = f"{site.other_origin}/{FACE}"
    right_click(worker, page, url, tab_id)
    wait_for_states(page, badges, {url: SCORED})
    wait_until(
        page,
        lambda: "copy of the screen" in panel_text(badges),
        PATIENCE_S,
        "the panel says that it was a copy of the screen",
    )
    report = open_report(context, badges)
    expect(report.locator("#verdict")).to_contain_text("copy of the screen")
    expect(report.locator("#conditions")).to_contain_text("copy of the screen was judged")
    expect(report.locator("#credentials")).to_contain_text("A copy of the screen carries none")
    expect(report.locator("#faces > li")).to_have_count(1)
    width, height = (int(part) for part in re.findall(r"\d+", report.locator("figcaption").inner_text())[:2])
    assert width <= 600 and height <= 900, "the picture's place on the screen, and not the screen"
    report.close()


class TestScrolled:
    """The page is scrolled in the instant in which the screen is copied."""

    @pytest.fixture
    def html(self, site):
        return f'<img src="{site.other_origin}/{FACE}" width="300"><div style="height: 5000px"></div>'

    def test_what_has_come_into_the_place_of_the_picture_is_not_judged(
        self, page, badges, site, worker, tab_id, request
    ):
        worker.evaluate(SCROLL_BEFORE_COPY, tab_id)
        request.addfinalizer(lambda: worker.evaluate("() => { chrome.tabs.captureVisibleTab = plainCopy; }"))
        url = f"{site.other_origin}/{FACE}"
        right_click(worker, page, url, tab_id)
        wait_for_states(page, badges, {url: {"failed"}})
        wait_until(page, lambda: "Scroll it into view" in panel_text(badges), PATIENCE_S, "the panel says why")


class TestCutAway:
    """A picture of which the boxes around it leave a part."""

    @pytest.fixture
    def html(self, site):
        cut = f'<div style="width: 200px; overflow: hidden"><img src="{site.other_origin}/{FACE}" width="300"></div>'
        return f'<div style="display: flex">{cut}<img src="/{FACE}" width="300"></div>'

    def test_what_lies_beside_that_part_is_not_copied_along(self, page, context, badges, site, worker, tab_id):
        url = f"{site.other_origin}/{FACE}"
        right_click(worker, page, url, tab_id)
        wait_for_states(page, badges, {url: SCORED})
        report = open_report(context, badges)
        width, height = (int(part) for part in re.findall(r"\d+", report.locator("figcaption").inner_text())[:2])
        assert (width, height) == (200, 352), "of 300 columns, in pixels of the screen"
        report.close()


def test_the_tabs_own_images_need_no_permission(page, context, badges, site, worker, tab_id):
    url = f"{site.origin}/{FACE}"
    right_click(worker, page, url, tab_id)
    wait_for_states(page, badges, {url: SCORED})
    assert "copy of the screen" not in panel_text(badges)
    report = open_report(context, badges)
    expect(report.locator("#verdict h1")).to_have_text(VERDICT)
    expect(report.locator("#verdict")).not_to_contain_text("copy of the screen")
    report.close()


def test_a_report_asks_for_the_host_of_its_picture(page, context, badges, site, worker, tab_id):
    own = f"{site.origin}/{FACE}"
    right_click(worker, page, own, tab_id)
    wait_for_states(page, badges, {own: SCORED})  # the page has its content script now
    image = {"tabId": tab_id, "frameId": 0, "key": f"{site.other_origin}/{FACE}"}
    worker.evaluate("image => chrome.storage.session.set({ 'report:asked': image })", image)
    report = context.new_page()
    report.add_init_script("chrome.permissions.request = async ({ origins }) => (globalThis.asked = origins, false);")
    report.goto(worker.url.replace("background.js", "report/report.html#asked"))
    report.get_by_role("button", name="Allow pictures from 127.0.0.1").click()
    assert report.evaluate("asked") == ["*://127.0.0.1/*"]
    expect(report.locator("#report")).to_be_hidden()
    report.close()
