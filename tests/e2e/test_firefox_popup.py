"""Firefox: the popup and the settings page, opened as pages beside the page that they speak of."""

from __future__ import annotations

import pytest

from extension.demo.wait import wait_for
from tests.e2e.extension_driver import FIRST_CHECK_S, PATIENCE_S, SCORED
from tests.e2e.firefox_driver import BASE

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
ROWS = "() => [...document.querySelectorAll('#images .row')].map((row) => [row.dataset.state, row.textContent])"
TEXT = "(selector) => document.querySelector(selector).textContent"
CLICK = "(selector) => document.querySelector(selector).click()"


@pytest.fixture(autouse=True)
def not_automatic(firefox):
    firefox.set_settings("off")


@pytest.fixture
def open_popup(firefox, firefox_tab):
    """Opens the popup behind the page: the tab in front is then the page, as it is under the real popup."""
    popups = []

    def open_behind():
        firefox_tab.activate()
        popup = firefox.open_tab(background=True)
        popup.goto(f"{BASE}/popup/popup.html")
        popups.append(popup)
        return popup

    yield open_behind
    for popup in popups:
        popup.close()


def test_it_lists_the_images_and_checks_the_page(firefox, firefox_tab, site, open_popup):
    firefox_tab.goto(
        site.add_page(
            f'<img src="/{FACE}" alt="An admiral" width="300"><img src="{site.other_origin}/{OTHER_FACE}" width="300">'
            '<img src="/images/no_face.jpg" alt="Hills" width="300"><img src="/images/size_64.jpg" width="30">'
        )
    )
    popup = open_popup()
    rows = wait_for(lambda: popup.evaluate(ROWS), PATIENCE_S, "the list of images")
    assert len(rows) == 3 and "Not checked yet" in rows[0][1]
    assert popup.evaluate(TEXT, "#count") == "3 images"
    popup.evaluate(CLICK, "#check-page")
    wait_for(
        lambda: {state for state, _ in popup.evaluate(ROWS)} <= {*SCORED, "no_face"}, FIRST_CHECK_S, "three results"
    )
    states = [state for state, _ in popup.evaluate(ROWS)]
    assert states[2] == "no_face" and set(states[:2]) <= SCORED
    wait_for(lambda: "nothing leaves this computer" in popup.evaluate(TEXT, "#model"), PATIENCE_S, "the model is named")
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED, f"{site.other_origin}/{OTHER_FACE}": SCORED})


def test_the_switch_turns_automatic_checking_on_for_this_site_and_off(firefox, firefox_tab, site, open_popup):
    firefox_tab.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    popup = open_popup()
    enabled = "() => !document.querySelector('input[value=site]').disabled"
    wait_for(lambda: popup.evaluate(enabled), PATIENCE_S, "the popup knows the site")
    popup.evaluate(CLICK, "input[value=site]")
    hint = "localhost is checked while you browse."
    wait_for(lambda: popup.evaluate(TEXT, "#automatic-hint") == hint, PATIENCE_S, "the popup says so")
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED})
    stored = firefox.in_extension("() => chrome.storage.local.get()")
    assert stored["settings"]["sites"] == ["localhost"]
    popup.evaluate(CLICK, "input[value=off]")
    wait_for(lambda: not firefox_tab.badges(), PATIENCE_S, "the badges go")


def test_a_page_without_images_and_a_page_of_the_browser_say_so(firefox_tab, site, open_popup):
    firefox_tab.goto(site.add_page("<p>Words only.</p>"))
    popup = open_popup()
    expected = "No images large enough to check on this page."
    wait_for(lambda: popup.evaluate(TEXT, "#message") == expected, PATIENCE_S, "the popup says so")
    firefox_tab.goto("about:license")
    popup = open_popup()
    wait_for(lambda: "cannot be checked" in popup.evaluate(TEXT, "#message"), PATIENCE_S, "the popup says so")


def test_the_real_popup_opens_on_the_toolbar_button(firefox, firefox_tab, site):
    firefox_tab.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    click = """async (id) => {
      const { ExtensionParent } = ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
      const extension = WebExtensionPolicy.getByID(id).extension;
      await ExtensionParent.apiManager.global.browserActionFor(extension).triggerAction(window);
    }"""
    firefox.in_browser(click, "deepfake-detector@example.org")
    views = "() => chrome.extension.getViews({ type: 'popup' }).map((view) => view.document.getElementById('count').textContent)"
    wait_for(lambda: firefox.in_extension(views) == ["1 image"], PATIENCE_S, "the popup lists the page's image")
    firefox_tab.evaluate("() => document.body.click()")


def test_settings_are_saved_and_read_again(firefox):
    page = firefox.own_page
    page.evaluate(
        """() => {
          const form = document.querySelector("#allowed-sites form");
          form.elements[0].value = "https://Example.org/some/page";
          form.requestSubmit();
        }"""
    )
    sites = "() => document.querySelector('#allowed-sites ul').textContent"
    wait_for(lambda: "example.org" in page.evaluate(sites), PATIENCE_S, "the site is listed")
    page.goto(f"{BASE}/options/options.html")
    wait_for(lambda: "example.org" in page.evaluate(sites), PATIENCE_S, "the site is read again")
    page.evaluate(CLICK, "#clear")
    wait_for(
        lambda: page.evaluate(TEXT, "#status") == "All results are forgotten.",
        FIRST_CHECK_S,
        "the results are forgotten",
    )
