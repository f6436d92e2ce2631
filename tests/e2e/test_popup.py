"""The popup and the settings page, opened as pages: no driver can click into the browser's own popup."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from extension.demo.browser import wait_until
from tests.e2e.extension_driver import FIRST_CHECK_S, PATIENCE_S, SCORED, panel_text, set_settings, wait_for_states

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"


# Three images that are listed as the test has them, on whatever page; to show one there closes the popup.
LISTED = """
  window.listed = ["first", "second", "third"].map((name) => ({ key: name, name, url: "", thumbnail: null, result: null, isChecking: false }));
  chrome.tabs.sendMessage = async (_, { type }) => ({ ok: true, value: type === "content.list_images" ? window.listed : undefined });
  window.close = () => (window.wasClosed = true);
"""
THIRD_IS_FAKE = """() => {
  const credentials = { state: "valid", origin: "generated", generator: "Painter" };
  listed[2].result = { status: "scored", band: "likely_fake", fakeScore: 0.95, faces: [], credentials };
}"""
TWO_POLLS_MS = 1000


@pytest.fixture
def open_popup(own_page):
    """Opens the popup as it is on top of `page`."""
    return lambda init_script="": own_page("popup/popup.html", f"() => {{ {init_script} }}")


@pytest.fixture(autouse=True)
def not_automatic(worker):
    set_settings(worker, "off")


def test_a_frame_that_has_not_loaded_holds_up_no_list(page, site, open_popup):
    site.add_page("<p>A frame</p>", "frame.html")
    lazy = '<div style="height: 30000px"></div><iframe src="/pages/frame.html" loading="lazy"></iframe>'
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">{lazy}'))
    expect(open_popup().locator("#images .row")).to_have_count(1)


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


def test_rows_are_left_alone_where_nothing_changed_and_keep_the_focus_when_they_move(page, site, open_popup):
    page.goto(site.add_page("<p>Words only.</p>"))
    popup = open_popup(LISTED)
    rows = popup.locator("#images .row")
    expect(rows).to_have_count(3)
    popup.evaluate(THIRD_IS_FAKE)
    expect(rows.first).to_contain_text("Likely fake")
    expect(rows.first.locator(".credentials")).to_have_attribute("title", re.compile("Painter"))
    popup.evaluate("() => { window.before = [...document.querySelectorAll('#images *')]; }")
    popup.wait_for_timeout(TWO_POLLS_MS)
    assert popup.evaluate("() => before.every((node, index) => document.querySelectorAll('#images *')[index] === node)")
    rows.last.focus()
    popup.evaluate("() => { listed[1].result = { ...listed[2].result, fakeScore: 0.99 }; listed[2].result = null; }")
    expect(rows.first).to_contain_text("second")
    expect(popup.get_by_role("button", name="Show second on the page")).to_be_focused()


@pytest.mark.parametrize("arrives", [False, True], ids=["nothing changes", "a verdict arrives"])
def test_a_long_press_on_the_words_of_a_row_is_a_click(page, site, open_popup, arrives):
    page.goto(site.add_page("<p>Words only.</p>"))
    popup = open_popup(LISTED)
    # With the first result the filter comes, and the list moves.
    popup.evaluate("() => { listed[0].result = { status: 'no_face', faces: [] }; }")
    expect(popup.locator("#filter")).to_be_visible()
    # The row that the verdict is to move to the top.
    popup.locator(".row", has_text="third").locator(".state").hover()
    popup.mouse.down()
    if arrives:
        popup.evaluate(THIRD_IS_FAKE)
    popup.wait_for_timeout(TWO_POLLS_MS)
    popup.mouse.up()
    wait_until(popup, lambda: popup.evaluate("window.wasClosed"), PATIENCE_S, "the image is shown on the page")


def test_a_page_that_is_loaded_anew_is_listed_anew_and_one_that_is_left_leaves_no_list(page, site, open_popup):
    page.goto(site.add_page(f'<img src="/{FACE}" alt="An admiral" width="300">'))
    popup = open_popup()
    rows = popup.locator("#images .row")
    expect(rows).to_contain_text(["An admiral"])
    page.goto(site.add_page('<img src="/images/no_face.jpg" alt="Hills" width="300">', "other.html"))
    expect(rows).to_contain_text(["Hills"])
    expect(popup.locator("#message")).to_be_hidden()
    page.goto("chrome://version")
    expect(rows).to_have_count(0)
    expect(popup.locator("#message")).to_contain_text("left or loaded anew")


def test_a_choice_that_cannot_be_saved_says_so_and_is_taken_back(page, site, open_popup, worker):
    page.goto(site.add_page("<p>Words only.</p>"))
    popup = open_popup("chrome.storage.local.set = async () => { throw new Error('the disk is full'); };")
    popup.get_by_text("More settings").click()
    failure = popup.get_by_role("alert")
    for box in ("Pause automatic checking everywhere", "Never check localhost automatically"):
        # Not check(), which fails where the box does not stay checked.
        popup.get_by_label(box).click()
        expect(failure).to_have_text("Could not be saved: the disk is full")
        expect(popup.get_by_label(box)).not_to_be_checked()
    popup.locator("label", has_text="All sites").click()
    expect(popup.get_by_role("radio", name="Off")).to_be_checked()
    assert worker.evaluate("chrome.storage.local.get()")["settings"]["automatic"] == "off"


def test_what_is_never_checked_covers_subdomains(page, badges, site, open_popup, worker):
    set_settings(worker, "all")
    worker.evaluate(
        """async () => {
          const { settings } = await chrome.storage.local.get();
          await chrome.storage.local.set({ settings: { ...settings, deniedSites: ["localhost"] } });
        }"""
    )
    excluded = "chrome.scripting.getRegisteredContentScripts().then(([script]) => script?.excludeMatches)"
    wait_until(page, lambda: worker.evaluate(excluded) == ["*://*.localhost/*"], PATIENCE_S, "registered without it")
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">').replace("localhost", "www.localhost"))
    popup = open_popup()
    expect(popup.locator("#automatic-hint")).to_have_text("localhost is never checked automatically.")
    assert badges.texts() == []
    popup.get_by_text("More settings").click()
    popup.get_by_label("Never check localhost automatically").uncheck()
    expect(popup.locator("#automatic-hint")).to_have_text("Every page is checked while you browse.")
    expect(popup.get_by_label("Never check www.localhost automatically")).not_to_be_checked()
    assert worker.evaluate("chrome.storage.local.get()")["settings"]["deniedSites"] == []


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
