"""Chromium: which backend is faster is found out in the extension's own document once nothing is left to check."""

from __future__ import annotations

import hashlib
import json

from extension.demo.browser import wait_until
from tests.e2e.extension_driver import PATIENCE_S, SCORED, set_settings, wait_for_states

FACE = "faces/real_grace_hopper.jpg"
QUIET_S = 20  # until the added workers go
NAME = "faster-backend"


def test_it_is_found_out_when_it_is_quiet_and_remembered_for_this_model(page, badges, site, worker, context, build):
    own = context.new_page()
    own.goto(worker.url.replace("background.js", "options/options.html"))
    own.evaluate("(name) => localStorage.removeItem(name)", NAME)
    set_settings(worker, "all")
    page.goto(site.add_page(f'<img src="/{FACE}" width="300">'))
    wait_for_states(page, badges, {f"{site.origin}/{FACE}": SCORED})
    assert own.evaluate("(name) => localStorage.getItem(name)", NAME) is None, "not while a page is being read"

    def answer() -> dict | None:
        known = json.loads(own.evaluate("(name) => localStorage.getItem(name)", NAME) or "{}")
        return known if "faster" in known else None

    found = wait_until(page, answer, QUIET_S + PATIENCE_S, "the answer")
    version = own.evaluate("chrome.runtime.getManifest().version")
    assert (found["faster"], found["tries"]) == ("wasm", 1), "there is no graphics card"
    model = hashlib.sha256((build / "converted_models" / "ifmd" / "manifest.json").read_bytes()).hexdigest()
    assert found["here"].startswith(f"{version} {model} Mozilla/")
    own.close()
    set_settings(worker, "off")
