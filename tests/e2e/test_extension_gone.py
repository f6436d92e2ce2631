"""Chromium lets the content scripts of an extension that is gone run on: they take their badges with them."""

from __future__ import annotations

from extension.demo.browser import wait_until
from tests.e2e.extension_driver import PATIENCE_S, SCORED, set_settings, wait_for_states

FACE = "faces/real_grace_hopper.jpg"


def test_nothing_is_left_on_an_open_page(page, badges, site, worker):
    set_settings(worker, "all")
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    # Chromium does not start an extension from its command line again: to the page it is as if it had been removed.
    worker.evaluate("() => void setTimeout(() => chrome.runtime.reload())")
    count = "document.querySelectorAll('deepfake-detector-overlay').length"
    wait_until(page, lambda: page.evaluate(count) == 0, PATIENCE_S, "the badges are gone")
