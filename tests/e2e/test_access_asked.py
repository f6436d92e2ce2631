"""Where popup and settings page ask for access, and what they show while the browser does not allow it.

No driver can answer Chromium's prompt: the pages' own browser is told to count the questions and to say yes or no.
"""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from extension.demo.browser import wait_until
from extension.demo.extension_build import EXTENSION
from tests.e2e.extension_driver import PATIENCE_S, set_settings

AXE = (EXTENSION / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
PROMPT = """
  window.asked = [];
  window.sent = [];
  window.answer = false;
  window.isAllowed = false;
  chrome.permissions.contains = async () => window.isAllowed;
  chrome.permissions.request = async ({ origins }) => {
    window.asked.push(origins);
    return (window.isAllowed = window.answer);
  };
  const send = chrome.runtime.sendMessage.bind(chrome.runtime);
  chrome.runtime.sendMessage = (message) => (window.sent.push(message.type), send(message));
"""
MISSING = "The browser does not allow the access that this needs."
EXPORTED = {"kind": "deepfake-detector-settings", "version": 2}


@pytest.fixture(autouse=True)
def default_settings(worker):
    set_settings(worker, "off")
    yield
    set_settings(worker, "off")


@pytest.fixture
def asking_page(own_page, page, site):
    """Opens a page of the extension whose questions are counted, over a page of the site."""
    page.goto(site.add_page("<p>Words only.</p>"))
    return lambda path: own_page(path, f"() => {{{PROMPT}}}")


@pytest.fixture
def options(asking_page):
    """The settings page, once it shows the settings."""
    own = asking_page("options/options.html")
    expect(own.get_by_label("Off: check only")).to_be_checked()
    return own


def stored(worker) -> dict:
    """The settings as they lie in the browser."""
    return worker.evaluate("chrome.storage.local.get('settings')")["settings"]


def import_settings(options, tmp_path, **settings) -> None:
    """Chooses a file with these settings."""
    (tmp_path / "settings.json").write_text(json.dumps({**EXPORTED, "settings": settings}))
    options.locator("#import-file").set_input_files(tmp_path / "settings.json")


def test_in_the_popup_a_refused_choice_can_be_allowed_later(asking_page, worker):
    popup = asking_page("popup/popup.html")
    allow = popup.get_by_role("button", name="Allow access")
    expect(popup.get_by_role("radio", name="Off")).to_be_checked()
    expect(allow).to_be_hidden()
    popup.locator("label", has_text="All sites").click()
    expect(popup.locator("#automatic-hint")).to_have_text(MISSING)
    expect(allow).to_have_accessible_description(MISSING)
    assert stored(worker)["automatic"] == "all"
    popup.evaluate("() => { window.answer = true; }")
    allow.press("Enter")
    expect(popup.locator("#automatic-hint")).to_have_text("Every page is checked while you browse.")
    expect(allow).to_be_hidden()
    expect(popup.get_by_role("radio", name="All sites")).to_be_focused()
    assert popup.evaluate("asked") == [["<all_urls>"]] * 2


def test_arrow_keys_pass_the_choices_without_a_question_and_the_button_asks(asking_page, worker):
    popup = asking_page("popup/popup.html")
    expect(popup.get_by_role("radio", name="This site")).to_be_enabled()
    popup.get_by_role("radio", name="Off").focus()
    popup.keyboard.press("ArrowRight")
    wait_until(popup, lambda: stored(worker)["sites"] == ["localhost"], PATIENCE_S, "the site is kept")
    popup.keyboard.press("ArrowRight")
    wait_until(popup, lambda: stored(worker)["automatic"] == "all", PATIENCE_S, "the choice is kept")
    expect(popup.locator("#automatic-hint")).to_have_text(MISSING)
    assert popup.evaluate("asked") == []
    popup.keyboard.press("Tab")
    expect(popup.get_by_role("button", name="Allow access")).to_be_focused()
    popup.keyboard.press("Enter")
    wait_until(popup, lambda: popup.evaluate("asked") == [["<all_urls>"]], PATIENCE_S, "asked once")


def test_on_the_settings_page_a_refused_choice_can_be_allowed_later(options):
    allow = options.get_by_role("button", name="Allow access")
    expect(allow).to_be_hidden()
    options.get_by_label("On all sites").check()
    expect(options.get_by_role("status")).to_have_text(MISSING)
    expect(allow).to_be_visible()
    options.evaluate(AXE)
    assert options.evaluate("async () => (await axe.run({ resultTypes: ['violations'] })).violations") == []
    options.evaluate("() => { window.answer = true; }")
    allow.click()
    expect(allow).to_be_hidden()
    expect(options.locator("#status")).to_be_empty()
    expect(options.get_by_label("On all sites")).to_be_focused()
    assert options.evaluate("asked") == [["<all_urls>"]] * 2
    options.get_by_label("Off: check only").focus()
    options.keyboard.press("ArrowDown")
    expect(options.get_by_label("On the sites listed here")).to_be_checked()
    expect(options.get_by_role("status")).to_have_text("Saved.")
    assert len(options.evaluate("asked")) == 2


def test_access_that_was_taken_back_can_be_allowed_again(asking_page, worker):
    set_settings(worker, "all")
    for path in ("options/options.html", "popup/popup.html"):
        own = asking_page(path)
        own.get_by_role("button", name="Allow access").click()
        wait_until(own, lambda asked=own: asked.evaluate("asked") == [["<all_urls>"]], PATIENCE_S, "asked for")


def test_imported_settings_ask_for_access_in_a_click_and_not_before(options, worker, tmp_path):
    import_settings(options, tmp_path, automatic="all")
    expect(options.get_by_role("button", name="Allow access")).to_be_focused()
    expect(options.get_by_role("status")).to_have_text(MISSING)
    assert (options.evaluate("asked"), stored(worker)["automatic"]) == ([], "all")
    options.keyboard.press("Enter")
    wait_until(options, lambda: options.evaluate("asked") == [["<all_urls>"]], PATIENCE_S, "asked for")


def test_the_model_is_loaded_anew_whenever_what_computes_has_changed(options, tmp_path):
    def reloads() -> int:
        return options.evaluate("sent.filter((type) => type === 'model.reload').length")

    import_settings(options, tmp_path, backend="wasm")
    expect(options.get_by_label("The processor only")).to_be_checked()
    wait_until(options, lambda: reloads() == 1, PATIENCE_S, "after an import")
    options.get_by_role("button", name="Reset all settings").click()
    wait_until(options, lambda: reloads() == 2, PATIENCE_S, "after a reset")
    options.get_by_label("The processor only").check()
    wait_until(options, lambda: reloads() == 3, PATIENCE_S, "after a choice")
    import_settings(options, tmp_path, backend="wasm", badges="likely_fake")
    expect(options.get_by_label("Only on images that are likely fake")).to_be_checked()
    expect(options.get_by_role("status")).to_have_text("Saved.")
    assert reloads() == 3, "nothing else computes"


def test_what_is_no_host_name_is_told_and_nothing_is_asked_for(options, worker):
    for label, button in (("Add a site", "Add"), ("Add a site that is never checked automatically", "Add to these")):
        options.get_by_label(label, exact=True).fill("*.example.org")
        options.get_by_role("button", name=button, exact=True).click()
        expect(options.get_by_role("status")).to_have_text("Enter a host name such as example.org, without “*”.")
        expect(options.get_by_label(label, exact=True)).to_be_focused()
    assert options.evaluate("asked") == []
    assert stored(worker)["sites"] == []
