"""Firefox stops the event page when it is idle: checks go on, and verdicts are still there."""

from __future__ import annotations

import pytest

from extension.demo.wait import wait_for
from tests.e2e.extension_driver import PATIENCE_S, SCORED
from tests.e2e.firefox_driver import ID, launch_with_extension

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"
# The images with a verdict, of all tabs.
IMAGES = """async () => Object.values(await chrome.storage.session.get(null))
  .flatMap((documents) => Object.values(documents)).flatMap((images) => Object.keys(images)).sort()"""
IDLE_MS = 7000  # more than the extension's own calls are apart


@pytest.fixture(scope="module")
def firefox(firefox_program, extension_dir, tmp_path_factory):
    """A Firefox that stops the event page after seven seconds without work."""
    preferences = {"extensions.background.idle.timeout": IDLE_MS}
    profile = tmp_path_factory.mktemp("firefox")
    with launch_with_extension(firefox_program, extension_dir.parent / "firefox", profile, preferences) as running:
        running.set_settings("all")
        yield running


def wait_until_stopped(firefox):
    wait_for(lambda: firefox.background_state() == "stopped", PATIENCE_S, "the event page has stopped")


def test_an_idle_event_page_stops_comes_back_and_keeps_its_verdicts(firefox, firefox_tab, site):
    late = f'<div style="height: 9000px"></div><img id="late" src="/{OTHER_FACE}" width="300">'
    firefox_tab.goto(site.add_page(f'<img src="/{FACE}" width="300">{late}'))
    firefox_tab.wait_for_states({f"{site.origin}/{FACE}": SCORED})
    wait_until_stopped(firefox)
    firefox_tab.evaluate("() => document.getElementById('late').scrollIntoView()")
    firefox_tab.wait_for_states({f"{site.origin}/{OTHER_FACE}": SCORED})
    images = sorted([f"{site.origin}/{FACE}", f"{site.origin}/{OTHER_FACE}"])
    wait_for(lambda: firefox.in_extension(IMAGES) == images, PATIENCE_S, "both verdicts are stored")


def test_a_check_that_takes_longer_than_the_idle_limit_is_not_cut(firefox, firefox_tab, site):
    watch = """(id) => {
      const { extension } = WebExtensionPolicy.getByID(id);
      globalThis.seen = { calls: 0, suspended: false };
      extension.on("background-script-reset-idle", (_, { reason }) => { if (reason === "parentapicall") globalThis.seen.calls += 1; });
      extension.on("background-script-suspend", () => { globalThis.seen.suspended = true; });
    }"""
    firefox.in_browser(watch, ID)
    # The page gets the picture; the extension's own request for it hangs until it is released.
    url = f"{site.origin}/hang-again/{FACE}"
    firefox_tab.goto(site.add_page(f'<img src="{url}" width="300">'))
    wait_for(lambda: len(site.requests("/hang-again/")) == 2, PATIENCE_S, "the extension asks for the picture")
    before = firefox.in_browser("() => globalThis.seen.calls")
    # Five seconds apart: two take longer than the idle limit, and come well before the request is given up, after twenty.
    wait_for(lambda: firefox.in_browser("() => globalThis.seen.calls") >= before + 2, 60, "two calls keep it running")
    assert not firefox.in_browser("() => globalThis.seen.suspended")
    site.release()
    firefox_tab.wait_for_states({url: SCORED})


def test_a_stop_in_the_middle_of_a_check_loses_nothing(firefox, firefox_tab, site):
    url = f"{site.origin}/hang-again/{OTHER_FACE}"
    firefox_tab.goto(site.add_page(f'<img src="{url}" width="300">'))
    wait_for(lambda: len(site.requests("/hang-again/")) == 2, PATIENCE_S, "the extension asks for the picture")
    stop = """(id) => WebExtensionPolicy.getByID(id).extension.terminateBackground({
      ignoreDevToolsAttached: true, disableResetIdleForTest: true })"""
    firefox.in_browser(stop, ID)
    wait_for(lambda: len(site.requests("/hang-again/")) == 3, PATIENCE_S, "the extension asks for the picture again")
    site.release()
    firefox_tab.wait_for_states({url: SCORED})
