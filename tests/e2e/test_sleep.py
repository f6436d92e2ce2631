"""Tabs that the browser freezes, as before a sleep, or throws out of memory: the verdicts are back when they are."""

from __future__ import annotations

from extension.demo.browser import wait_until
from extension.demo.wait import wait_for
from tests.e2e.extension_driver import PATIENCE_S, SCORED, checked_images, kill_worker, set_settings, wait_for_states
from tests.e2e.firefox_driver import FirefoxTab
from tests.e2e.shadow_dom import ShadowReader

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
ADD = "(src) => document.body.insertAdjacentHTML('beforeend', `<img src='${src}' width='240'>`)"
DISCARD = """async (address) => {
  const tab = (await chrome.tabs.query({})).find(({ url }) => url === address);
  await chrome.tabs.discard(tab.id);
  return (await chrome.tabs.query({ discarded: true })).some(({ url }) => url === address);
}"""
ACTIVATE = """async (address) => {
  const tab = (await chrome.tabs.query({})).find(({ url }) => url === address);
  await chrome.tabs.update(tab.id, { active: true });
}"""


def test_a_frozen_page_goes_on_when_it_is_thawed_though_the_worker_was_stopped_meanwhile(
    page, context, badges, site, worker
):
    set_settings(worker, "all")
    own_page = context.new_page()
    own_page.goto(worker.url.replace("background.js", "options/options.html"))
    page.bring_to_front()
    page.goto(site.add_page(f'<img src="/{FACE}" width="240">'))
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    session = context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    kill_worker(own_page)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    page.evaluate(ADD, f"/{OTHER_FACE}")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED, f"{site.origin}/{OTHER_FACE}": SCORED})
    own_page.close()
    set_settings(worker, "off")


def test_chromium_a_discarded_tab_is_checked_anew_when_it_is_back(context, site, worker):
    set_settings(worker, "all")
    own_page = context.new_page()
    own_page.goto(worker.url.replace("background.js", "options/options.html"))
    address = site.add_page(f'<img src="/{FACE}" width="240">')
    url = f"{site.origin}/{FACE}"
    page = context.new_page()
    page.goto(address)
    wait_for_states(page, ShadowReader(page), {url: SCORED})
    own_page.bring_to_front()
    assert own_page.evaluate(DISCARD, address) is True
    # A discarded tab has another number.
    wait_until(
        own_page, lambda: checked_images(worker) == {}, PATIENCE_S, "the verdicts of a page that is gone are forgotten"
    )
    own_page.evaluate(ACTIVATE, address)
    page = wait_until(
        own_page, lambda: next((tab for tab in context.pages if tab.url == address), None), PATIENCE_S, "the tab"
    )
    wait_for_states(page, ShadowReader(page), {url: SCORED})
    wait_until(page, lambda: list(checked_images(worker)) == [url], PATIENCE_S, "its verdict is stored")
    page.close()
    own_page.close()
    set_settings(worker, "off")


def test_firefox_a_discarded_tab_is_checked_anew_when_it_is_back(firefox, firefox_tab, site):
    firefox.set_settings("all")
    address = site.add_page(f'<img src="/{FACE}" width="240">')
    url = f"{site.origin}/{FACE}"
    tab = firefox.open_tab()
    tab.goto(address)
    tab.wait_for_states({url: SCORED})
    firefox_tab.activate()
    wait_for(lambda: firefox.in_extension(DISCARD, address), PATIENCE_S, "the tab is discarded")
    firefox.in_extension(ACTIVATE, address)

    def shown() -> FirefoxTab | None:
        tabs = firefox.bidi.send("browsingContext.getTree", maxDepth=0)["contexts"]
        return next((FirefoxTab(firefox.bidi, one["context"]) for one in tabs if one["url"] == address), None)

    tab = wait_for(shown, PATIENCE_S, "the tab")
    tab.wait_for_states({url: SCORED})
    tab.close()
    firefox.set_settings("off")
