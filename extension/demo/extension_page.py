"""Asks the extension about an open page from its service worker, as the popup would: no driver can click a browser's popup."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, Worker, expect

# The page is found by its address; without a receiver in it the promise fails with the browser's own words.
_SEND = """async ([address, type, fields]) => {
  const tab = (await chrome.tabs.query({})).find(({ url }) => url === address);
  const reply = await chrome.tabs.sendMessage(tab.id, { target: "content", type, ...fields });
  if (!reply?.ok) throw new Error(reply?.error ?? "The page did not answer.");
  return reply.value;
}"""
_PUT_CONTENT_SCRIPT = """async (address) => {
  const tab = (await chrome.tabs.query({})).find(({ url }) => url === address);
  await chrome.scripting.executeScript({ target: { tabId: tab.id }, files: ["content.js"] });
}"""
_CHOOSE_ENTRY = """async ([address, srcUrl]) => {
  const tab = (await chrome.tabs.query({})).find(({ url }) => url === address);
  const info = { menuItemId: "check-image", srcUrl, pageUrl: address, frameId: 0, mediaType: "video", editable: false };
  chrome.contextMenus.onClicked.dispatch(info, { ...tab, url: address });
}"""
_OPEN_REPORT = """async ([address, key]) => {
  const tab = (await chrome.tabs.query({})).find(({ url }) => url === address);
  const id = crypto.randomUUID();
  await chrome.storage.session.set({ [`report:${id}`]: { tabId: tab.id, frameId: 0, key } });
  await chrome.tabs.create({ url: chrome.runtime.getURL(`report/report.html#${id}`), active: false });
}"""


def start_check(worker: Worker, tab: Page) -> None:
    """Has every picture of the open page checked, as the popup's button does."""
    worker.evaluate(_PUT_CONTENT_SCRIPT, tab.url)
    worker.evaluate(_SEND, [tab.url, "content.check_page", {}])


def check_video(worker: Worker, tab: Page) -> None:
    """Has the page's video checked, as the context menu does: no driver can open the browser's own."""
    worker.evaluate(_PUT_CONTENT_SCRIPT, tab.url)
    tab.locator("video").click(button="right")
    worker.evaluate(_CHOOSE_ENTRY, [tab.url, tab.locator("video").evaluate("video => video.currentSrc")])


def list_images(worker: Worker, tab: Page) -> list[dict[str, Any]]:
    """The page's pictures: `key`, `url`, `name`, and `result` (None until there is one)."""
    return worker.evaluate(_SEND, [tab.url, "content.list_images", {}])


def reveal_image(worker: Worker, tab: Page, key: str) -> None:
    """Scrolls to a picture and opens its panel, as a click on the popup's row does."""
    worker.evaluate(_SEND, [tab.url, "content.reveal_image", {"key": key}])


def open_report(worker: Worker, tab: Page, key: str, timeout_s: float) -> Page:
    """Opens the report of a picture in a tab behind, as the popup's button "Report" does; returns it when it is complete.

    Raises:
        AssertionError: it was not complete after `timeout_s` seconds.
    """
    with tab.context.expect_page(timeout=1000 * timeout_s) as opened:
        worker.evaluate(_OPEN_REPORT, [tab.url, key])
    wait_for_report(opened.value, timeout_s)
    return opened.value


def wait_for_report(report: Page, timeout_s: float) -> None:
    """Waits until a report page shows a verdict and what it found of Content Credentials.

    Raises:
        AssertionError: it did not within `timeout_s` seconds.
    """
    expect(report.locator("#verdict h1")).to_be_visible(timeout=1000 * timeout_s)
    expect(report.locator("[data-credentials=reading]")).to_have_count(0, timeout=1000 * timeout_s)
