"""Firefox, as users get it: its own menu, its permission prompt allowed and refused, and a copy of the screen."""

from __future__ import annotations

import pytest

from extension.demo.wait import wait_for
from tests.e2e.extension_driver import PATIENCE_S, SCORED
from tests.e2e.firefox_driver import BASE, REVOKE_HOSTS

FACE = "faces/real_grace_hopper.jpg"
pytestmark = pytest.mark.usefixtures("nothing_allowed")


@pytest.fixture(scope="module")
def build(shipped_dir):
    return shipped_dir


def test_the_manifest_asks_for_little(firefox):
    manifest = firefox.in_extension("() => chrome.runtime.getManifest()")
    assert set(manifest["permissions"]) == {"activeTab", "contextMenus", "menus", "scripting", "storage"}
    assert manifest["optional_permissions"] == [] and manifest["optional_host_permissions"] == ["<all_urls>"]
    assert manifest["host_permissions"] == [] and not manifest.get("content_scripts")
    assert manifest["browser_specific_settings"]["gecko"]["data_collection_permissions"]["required"] == ["none"]
    granted = firefox.in_extension("() => chrome.permissions.getAll()")
    assert granted["origins"] == []


def test_an_image_of_another_host_is_asked_for_allowed_and_checked(firefox, firefox_tab, site):
    url = f"{site.other_origin}/{FACE}"
    firefox_tab.goto(site.add_page(f'<img src="{url}" width="300"><img src="/{FACE}" width="300">'))
    firefox_tab.right_click("img")
    firefox.choose_menu_entry()
    assert "127.0.0.1" in firefox.answer_prompt(allow=True)
    badge = firefox_tab.wait_for_states({url: SCORED})[url]
    assert list(firefox_tab.badges()) == [url], "only the image that was clicked has a badge"
    text = firefox_tab.panel_text()
    assert badge.text in text and "of 100" in text and "copy of the screen" not in text


def test_a_background_is_found_by_the_clicked_element_and_the_pages_own_needs_no_permission(firefox, firefox_tab, site):
    url = f"{site.origin}/{FACE}"
    firefox_tab.goto(
        site.add_page(f'<div style="width: 240px; height: 280px; background: url(/{FACE}) 50% 0 / cover"></div>')
    )
    firefox_tab.right_click("div")
    firefox.choose_menu_entry()
    firefox_tab.wait_for_states({url: SCORED})
    assert not firefox.is_prompt_open()


def test_refused_the_image_is_copied_from_the_screen(firefox, firefox_tab, site):
    url = f"{site.other_origin}/{FACE}"
    firefox_tab.goto(site.add_page(f'<img src="{url}" width="300">'))
    firefox_tab.right_click("img")
    firefox.choose_menu_entry()
    firefox.answer_prompt(allow=False)
    firefox_tab.wait_for_states({url: SCORED})
    wait_for(lambda: "copy of the screen" in firefox_tab.panel_text(), PATIENCE_S, "the panel says that it was a copy")


def test_an_image_of_the_page_itself_needs_no_permission(firefox, firefox_tab, site):
    url = f"{site.origin}/{FACE}"
    firefox_tab.goto(site.add_page(f'<img src="{url}" width="300">'))
    firefox_tab.right_click("img")
    firefox.choose_menu_entry()
    firefox_tab.wait_for_states({url: SCORED})
    assert not firefox.is_prompt_open()
    assert "copy of the screen" not in firefox_tab.panel_text()
    assert all("cookie" not in request.headers for request in site.requests())


def test_cookies_go_only_to_a_site_that_refused_without_them(firefox, firefox_tab, site):
    url = f"{site.origin}/cookie/{FACE}"
    page = site.add_page("<p>Logged in.</p>", "login.html")
    firefox_tab.goto(page)
    firefox_tab.evaluate("() => { document.cookie = 'session=1; path=/'; }")
    firefox_tab.goto(site.add_page(f'<img src="{url}" width="300">'))
    firefox_tab.right_click("img")
    firefox.choose_menu_entry()
    firefox_tab.wait_for_states({url: SCORED})
    with_cookie = ["cookie" in request.headers for request in site.requests("/cookie/")]
    assert with_cookie[0] and with_cookie[-1] and False in with_cookie[1:-1], "first without cookies, then with them"


@pytest.mark.parametrize("path", [f"missing/{FACE}", f"html/{FACE}"])
def test_a_broken_image_is_a_failure_and_no_verdict(firefox, firefox_tab, site, path):
    firefox_tab.goto(site.add_page(f'<img src="/{path}" width="200" height="200">'))
    firefox_tab.right_click("img")
    firefox.choose_menu_entry()
    firefox_tab.wait_for_states({f"{site.origin}/{path}": {"failed"}})
    assert "has not loaded" in firefox_tab.panel_text()


@pytest.fixture
def popup(firefox):
    tab = firefox.open_tab()
    tab.goto(f"{BASE}/popup/popup.html")
    # In a tab of its own it finds itself, where there is nothing to check; until it has said so, its parts move.
    said = "() => document.getElementById('message').textContent"
    wait_for(lambda: "cannot be checked" in tab.evaluate(said), PATIENCE_S, "the popup has settled")
    yield tab
    tab.close()
    firefox.in_extension("() => chrome.storage.local.clear()")


def test_automatic_checking_asks_starts_and_ends_when_the_access_is_taken_back(firefox, firefox_tab, site, popup):
    firefox_tab.goto(
        site.add_page(f'<img src="/{FACE}" width="300"><img src="{site.other_origin}/{FACE}" width="300">')
    )
    popup.click_on(".automatic label:has(input[value=all])")
    assert "all" in firefox.answer_prompt(allow=True)
    firefox_tab.activate()
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED, f"{site.other_origin}/{FACE}": SCORED})
    firefox.in_extension(REVOKE_HOSTS)
    registered = "async () => (await chrome.scripting.getRegisteredContentScripts()).length"
    wait_for(lambda: firefox.in_extension(registered) == 0, PATIENCE_S, "no page gets the content script any more")
    firefox_tab.goto(site.add_page(f'<img src="/{FACE}" width="300">', "later.html"))
    assert firefox_tab.badges() == {}


def test_automatic_checking_that_is_refused_says_so_and_can_be_allowed_later(firefox, popup):
    popup.click_on(".automatic label:has(input[value=all])")
    firefox.answer_prompt(allow=False)
    hint = "() => document.getElementById('automatic-hint').textContent"
    wait_for(lambda: "does not allow" in popup.evaluate(hint), PATIENCE_S, "the popup says so")
    popup.click_on("#automatic-allow")
    assert "all" in firefox.answer_prompt(allow=True)
    wait_for(lambda: "Every page is checked" in popup.evaluate(hint), PATIENCE_S, "the popup says so")
    assert popup.evaluate("() => document.getElementById('automatic-allow').hidden")
