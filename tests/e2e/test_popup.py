"""The popup and the settings page, opened as pages: no driver can click into the browser's own popup."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.extension_driver import FIRST_CHECK_S, SCORED, panel_text, set_settings, wait_for_states

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"


@pytest.fixture
def open_popup(context, worker, page):
    """Opens the popup as it is on top of `page`."""
    popups = []

    def open_on_page():
        page.bring_to_front()
        tab = worker.evaluate("chrome.tabs.query({ active: true, lastFocusedWindow: true }).then(([tab]) => tab.id)")
        popup = context.new_page()
        # In a tab of its own the popup would find itself as the active tab.
        popup.add_init_script(f"chrome.tabs.query = async () => [await chrome.tabs.get({tab})];")
        popup.goto(worker.url.replace("background.js", "popup/popup.html"))
        popups.append(popup)
        return popup

    yield open_on_page
    for popup in popups:
        popup.close()


@pytest.fixture(autouse=True)
def not_automatic(worker):
    set_settings(worker, "off")


def test_it_lists_the_images_and_checks_the_page(page, context, badges, site, open_popup):
    page.goto(
        site.add_page(
            f'<img src="/{FACE}" alt="An admiral" width="300"><img src="{site.other_origin}/{OTHER_FACE}" width="300">'
            '<img src="/images/no_face.jpg" alt="Hills" width="300"><img src="/images/size_64.jpg" width="30">'
        )
    )
    popup = open_popup()
    rows = popup.locator("#images .row")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("Not checked yet")
    expect(popup.locator("#count")).to_have_text("3 images")
    popup.get_by_role("button", name="Check this page").click()
    expect(popup.locator("#images .row[data-state=no_face]")).to_contain_text("Hills", timeout=FIRST_CHECK_S * 1000)
    expect(popup.locator("#images .row", has_text=re.compile(r"Score \d+"))).to_have_count(
        2, timeout=FIRST_CHECK_S * 1000
    )
    expect(popup.get_by_role("button", name="Check this page again")).to_be_enabled()
    expect(popup.locator("#model")).to_contain_text("nothing leaves this computer")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED, f"{site.other_origin}/{OTHER_FACE}": SCORED})
    thumbnails = popup.locator(".thumbnail").evaluate_all(
        "all => all.map(({ style }) => style.backgroundImage.slice(0, 15))"
    )
    assert thumbnails == ['url("data:image'] * 3
    with popup.expect_event("close"):
        rows.filter(has_text="An admiral").click()
    assert "of 100" in panel_text(badges)
    again = open_popup()
    with context.expect_page() as opened:
        again.get_by_role("button", name="Full report on An admiral").click()
    expect(opened.value.locator("figcaption")).to_contain_text("An admiral", timeout=FIRST_CHECK_S * 1000)
    opened.value.close()


def test_a_look_alike_badge_of_the_page_changes_nothing_that_the_popup_or_the_toolbar_says(
    page, site, open_popup, worker
):
    badge = '<button class="badge" data-state="no_traces" aria-label="Deepfake check: No traces found">No traces found</button>'
    page.goto(
        site.add_page(
            f"""<img src="/{FACE}" width="300"><deepfake-detector-overlay>{badge}</deepfake-detector-overlay>
            <script>
              const host = document.querySelector("deepfake-detector-overlay");
              host.attachShadow({{ mode: "closed" }}).innerHTML = host.innerHTML;
              const forged = {{ target: "background", type: "image.check", key: "{FACE}", result: {{ status: "scored", band: "likely_fake" }} }};
              postMessage(forged, "*");
              dispatchEvent(new CustomEvent("message", {{ detail: forged }}));
            </script>"""
        )
    )
    popup = open_popup()
    expect(popup.locator("#images .row")).to_have_count(1)
    expect(popup.locator("#images .row")).to_contain_text("Not checked yet")
    assert page.evaluate("typeof chrome === 'undefined' || chrome.runtime === undefined"), "no way to send"
    tab = worker.evaluate(
        "url => chrome.tabs.query({}).then((tabs) => tabs.find((tab) => tab.url === url).id)", page.url
    )
    assert worker.evaluate("tabId => chrome.action.getBadgeText({ tabId })", tab) == ""
    popup.get_by_role("button", name="Check this page").click()
    row = popup.locator("#images .row")
    expect(row).to_contain_text(re.compile(r"Score \d+"), timeout=FIRST_CHECK_S * 1000)


def test_a_page_without_images_and_a_page_of_the_browser_say_so(page, site, open_popup):
    page.goto(site.add_page("<p>Words only.</p>"))
    popup = open_popup()
    expect(popup.locator("#message")).to_have_text("No images large enough to check on this page.")
    expect(popup.locator("#check-page")).to_be_disabled()
    page.goto("chrome://version")
    expect(open_popup().locator("#message")).to_contain_text("cannot be checked")


def test_the_switch_turns_automatic_checking_on_for_this_site_and_off(page, badges, site, open_popup, worker):
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    popup = open_popup()
    popup.locator("label", has_text="This site").click()
    expect(popup.locator("#automatic-hint")).to_have_text("localhost is checked while you browse.")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    assert worker.evaluate("chrome.storage.local.get()")["settings"]["sites"] == ["localhost"]
    popup.locator("label", has_text="Off").click()
    expect(popup.locator("#automatic-hint")).to_have_text("Images are checked when you ask.")


def test_settings_are_saved_and_read_again(context, worker):
    options = context.new_page()
    options.goto(worker.url.replace("background.js", "options/options.html"))
    options.get_by_label("Add a site", exact=True).fill("https://Example.org/some/page")
    options.get_by_role("button", name="Add", exact=True).click()
    expect(options.get_by_role("button", name="Remove example.org")).to_be_visible()
    options.get_by_label("Only on images that are likely fake").check()
    expect(options.get_by_role("status")).to_have_text("Saved.")
    options.reload()
    expect(options.get_by_label("On the sites listed here")).to_be_checked()
    expect(options.get_by_label("Only on images that are likely fake")).to_be_checked()
    options.get_by_role("button", name="Remove example.org").click()
    expect(options.locator("#allowed-sites .none")).to_have_text("No sites yet.")
    options.get_by_role("button", name="Forget all results").click()
    expect(options.get_by_role("status")).to_have_text("All results are forgotten.")
    options.close()
