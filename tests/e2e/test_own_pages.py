"""The extension's own pages: first-run page, settings, popup's filter and switches, keyboard commands, accessibility."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from extension.demo.browser import wait_until
from extension.demo.extension_build import EXTENSION
from tests.e2e.extension_driver import (
    FIRST_CHECK_S,
    PATIENCE_S,
    SCORED,
    badges_by_image,
    panel_text,
    press_command,
    set_settings,
    wait_for_states,
)

FACE = "faces/real_grace_hopper.jpg"
VERDICT = re.compile("No traces found|Inconclusive|Likely fake")
AXE = (EXTENSION / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """async () => (await axe.run({ resultTypes: ["violations"] })).violations
  .map(({ id, nodes }) => [id, ...nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`)])"""
# In the extension's own page a closed root can be opened from outside, so that axe can look into it.
OPEN_ROOTS = """() => {
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) { return attach.call(this, { ...options, mode: "open" }); };
}"""


@pytest.fixture(autouse=True)
def default_settings(worker):
    set_settings(worker, "off")
    yield
    set_settings(worker, "off")


def stored(worker) -> dict:
    """The settings as they lie in the browser."""
    return worker.evaluate("chrome.storage.local.get('settings')")["settings"]


def pages_with_verdicts(worker) -> int:
    """How many tabs the background knows verdicts of."""
    return len([name for name in worker.evaluate("chrome.storage.session.get(null)") if name.startswith("verdicts:")])


def toolbar_title(worker, page) -> str:
    """What the toolbar button says on a page."""
    return worker.evaluate(
        """async (address) => {
          const tab = (await chrome.tabs.query({})).find(({ url }) => url === address);
          return chrome.action.getTitle({ tabId: tab.id });
        }""",
        page.url,
    )


def violations(own) -> list:
    """What axe finds wrong with a page, light and dark."""
    found = []
    for scheme in ("light", "dark"):
        own.emulate_media(color_scheme=scheme)
        own.evaluate(AXE)
        found += own.evaluate(RUN_AXE)
    return found


def test_the_first_run_page_opens_once_and_its_picture_is_checked_as_on_any_page(context, own_page):
    first = wait_until(
        context.pages[0], lambda: [tab for tab in context.pages if "welcome" in tab.url], PATIENCE_S, "the page"
    )
    assert len(first) == 1
    welcome = own_page("welcome/welcome.html", OPEN_ROOTS)
    expect(welcome.get_by_role("heading", name="What it may do in your browser, and why")).to_be_visible()
    assert violations(welcome) == []
    welcome.get_by_role("button", name="Check this picture").click()
    badge = welcome.locator("deepfake-detector-overlay .badge")
    expect(badge).to_have_attribute("data-score", re.compile(r"0\.\d+"), timeout=FIRST_CHECK_S * 1000)
    words = badge.inner_text()
    expect(badge).to_have_accessible_name(re.compile(f"^Deepfake check: {words} Score"))
    expect(welcome.locator("deepfake-detector-overlay .live")).to_have_text(f"Deepfake check: {words}")
    expect(welcome.locator("#try-result")).not_to_be_empty()
    expect(welcome.get_by_role("dialog")).to_contain_text("not a proof")
    assert violations(welcome) == [], "with badge and panel"
    with welcome.context.expect_page() as opened:
        welcome.get_by_role("button", name="Full report").click()
    expect(opened.value.locator("#verdict h1")).to_have_text(VERDICT, timeout=FIRST_CHECK_S * 1000)
    opened.value.close()


def test_the_popup_opens_reports_of_pictures_of_every_kind(page, site, own_page):
    page.goto(
        site.add_page(
            f"""<style>div {{ width: 240px; height: 280px; background: url("/copy-background/{FACE}") 50% 0 / cover }}</style>
            <div title="a background"></div><canvas width="240" height="280" aria-label="a canvas"></canvas>
            <svg width="240" height="280"><image href="/copy-svg/{FACE}" aria-label="a drawing" width="240" height="280"/></svg>
            <video poster="/copy-poster/{FACE}" title="a film" width="240" height="280" preload="none"></video>
            <script>
              const painted = new Image();
              painted.onload = () => document.querySelector("canvas").getContext("2d").drawImage(painted, 0, 0, 240, 280);
              painted.src = "/{FACE}?painted";
            </script>"""
        )
    )
    addresses = {"a background": "copy-background", "a canvas": None, "a drawing": "copy-svg", "a film": "copy-poster"}
    for name, address in addresses.items():
        popup = own_page("popup/popup.html")
        with popup.context.expect_page() as opened:
            popup.get_by_role("button", name=f"Full report on {name}").click()
        report = opened.value
        expect(report.locator("#verdict h1")).to_have_text(VERDICT, timeout=FIRST_CHECK_S * 1000)
        expect(report.locator("figcaption")).to_contain_text(name)
        if address:
            expect(report.locator("#details")).to_contain_text(f"{site.origin}/{address}/{FACE}")
        report.close()


def test_the_popup_filters_by_verdict_and_its_switches_are_kept(page, site, worker, own_page):
    page.goto(
        site.add_page(
            f'<img src="/{FACE}" alt="An admiral" width="300"><img src="/images/no_face.jpg" alt="Hills" width="300">'
        )
    )
    popup = own_page("popup/popup.html")
    rows = popup.locator("#images .row")
    expect(rows).to_have_count(2)
    popup.get_by_role("button", name="Check this page").click()
    expect(popup.get_by_role("radio", name="Other 1")).to_be_visible(timeout=FIRST_CHECK_S * 1000)
    popup.locator("#filter label", has_text="Other 1").click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Hills")
    popup.locator("#filter label", has_text="Likely fake 0").click()
    expect(popup.locator("#filtered-out")).to_be_visible()
    popup.get_by_text("More settings").click()
    popup.get_by_label("Never check localhost automatically").check()
    popup.get_by_label("Pause automatic checking everywhere").check()
    popup.get_by_label("How readily automatic checks say").select_option("check")
    expect(popup.locator("#sensitivity-hint")).to_contain_text("of 100 real")
    assert violations(popup) == []
    expect(popup.locator("#automatic-hint")).to_have_text("Paused: images are checked when you ask.")
    wait_until(popup, lambda: stored(worker).get("sensitivity") == "check", PATIENCE_S, "saved")
    assert (stored(worker)["deniedSites"], stored(worker)["paused"]) == (["localhost"], True)


def test_the_rates_that_the_popup_tells_are_those_of_the_model(page, own_page, models_dir):
    points = json.loads((models_dir / "ifmd" / "manifest.json").read_text())["operating_points"]
    options = own_page("options/options.html")
    for name in ("automatic", "check"):
        rate = 100 * points[name]["bands"]["real"]["likely_fake"]
        expect(options.locator(f"#rates-{name}")).to_contain_text(
            f"On the faces by which this was set, it flags {rate:.1f}".removesuffix(".0") + " of 100 real"
        )


def test_the_settings_page_speaks_another_language_and_so_do_badges(page, badges, site, own_page, worker):
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    options = own_page("options/options.html")
    assert violations(options) == []
    options.locator("select[name=language]").select_option("ar")
    expect(options.locator("html")).to_have_attribute("dir", "rtl")
    expect(options.locator("html")).to_have_attribute("lang", "ar")
    assert violations(options) == []
    set_settings(worker, "all", language="ar")
    arabic = json.loads((EXTENSION / "_locales" / "ar" / "messages.json").read_text(encoding="utf-8"))
    found = wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    badge = found[f"{site.origin}/{FACE}"]
    assert badge.text == arabic[f"state_{badge.attributes['data-state']}"]["message"]
    set_settings(worker, "all", language="de")
    german = json.loads((EXTENSION / "_locales" / "de" / "messages.json").read_text(encoding="utf-8"))
    expected = german[f"state_{badge.attributes['data-state']}"]["message"]
    wait_until(page, lambda: expected in badges.texts(), PATIENCE_S, "the badge is in German without a reload")
    title = german["extensionName"]["message"]
    wait_until(page, lambda: title in toolbar_title(worker, page), PATIENCE_S, "the toolbar button is in German")


def test_all_results_are_forgotten_and_the_pages_badges_with_them(page, badges, site, own_page, worker):
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    press_command(worker, page, "check-page")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    wait_until(page, lambda: pages_with_verdicts(worker) > 0, PATIENCE_S, "the verdict is stored")
    options = own_page("options/options.html")
    options.get_by_role("button", name="Forget all results").click()
    expect(options.get_by_role("status")).to_have_text("All results are forgotten.")
    assert pages_with_verdicts(worker) == 0
    wait_until(page, lambda: badges_by_image(badges) == {}, PATIENCE_S, "the page has no badge any more")
    press_command(worker, page, "check-page")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})


def test_settings_go_to_a_file_and_come_back_and_are_reset(page, own_page, worker, tmp_path):
    options = own_page("options/options.html")
    options.get_by_label("Add a site that is never checked automatically").fill("denied.example")
    options.get_by_role("button", name="Add to these").click()
    options.get_by_label("The processor only").check()
    expect(options.get_by_role("status")).to_have_text("Saved.")
    with options.expect_download() as download:
        options.get_by_role("button", name="Export settings").click()
    download.value.save_as(tmp_path / "settings.json")
    options.get_by_role("button", name="Reset all settings").click()
    expect(options.locator("#denied-sites .none")).to_be_visible()
    expect(options.get_by_label("The graphics card where")).to_be_checked()
    options.locator("#import-file").set_input_files(tmp_path / "settings.json")
    expect(options.get_by_role("button", name="Remove denied.example")).to_be_visible()
    expect(options.get_by_label("The processor only")).to_be_checked()
    (tmp_path / "wrong.json").write_text('{"kind": "something else"}')
    options.locator("#import-file").set_input_files(tmp_path / "wrong.json")
    expect(options.get_by_role("status")).to_contain_text("holds no settings")
    assert stored(worker)["deniedSites"] == ["denied.example"], "nothing was changed"


def test_the_keyboard_checks_the_page_goes_from_verdict_to_verdict_and_pauses(page, badges, site, worker):
    page.goto(
        site.add_page(
            f'<img src="/{FACE}" width="300"><div style="height: 3000px"></div><img src="/images/no_face.jpg" width="300">'
        )
    )
    keys = {command["name"]: command["shortcut"] for command in worker.evaluate("chrome.commands.getAll()")}
    assert len(keys) == 4 and all(keys.values()), "no key is taken by the browser itself"
    press_command(worker, page, "check-page")
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED, f"{site.origin}/images/no_face.jpg": {"no_face"}})
    press_command(worker, page, "next-verdict")
    wait_until(page, lambda: "of 100" in panel_text(badges), PATIENCE_S, "the first picture's panel")
    press_command(worker, page, "next-verdict")
    wait_until(page, lambda: "No face was found" in panel_text(badges), PATIENCE_S, "the second picture's panel")
    assert page.evaluate("scrollY") > 1000, "it was scrolled to"
    press_command(worker, page, "next-verdict")
    wait_until(page, lambda: "of 100" in panel_text(badges), PATIENCE_S, "and around again")
    press_command(worker, page, "toggle-automatic")
    wait_until(page, lambda: stored(worker).get("paused") is True, PATIENCE_S, "paused")
    press_command(worker, page, "toggle-automatic")
    wait_until(page, lambda: stored(worker)["paused"] is False, PATIENCE_S, "resumed")
