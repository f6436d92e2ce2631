"""The way to tell of a wrong verdict: a text to copy, and, where the extension has a home, as a prefilled issue there."""

from __future__ import annotations

import json
import re
import shutil
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from extension.demo.browser import launch_extension
from tests.e2e.extension_driver import PATIENCE_S
from tests.e2e.report_page import choose, hand_over

FACE = "faces/real_grace_hopper.jpg"
OTHER = "images/faces_three.jpg"
HOME = "https://forge.example/owner/project"


@pytest.fixture
def open_dialog(fixtures_dir):
    """Opens the dialog on a report of a file."""

    def open_in(context, worker) -> Page:
        report = context.new_page()
        report.goto(worker.url.replace("background.js", "report/report.html"))
        choose(report, fixtures_dir / FACE)
        report.get_by_role("button", name="This is wrong").click()
        return report

    return open_in


@pytest.fixture
def browser_with_home(playwright, extension_dir, tmp_path):
    """(context, service worker) of a Chromium whose extension says where its project is."""
    folder = tmp_path / "extension"
    shutil.copytree(extension_dir, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "homepage_url": HOME}), encoding="utf-8")
    with launch_extension(playwright, folder, start_timeout_s=PATIENCE_S) as started:
        started[0].set_default_timeout(1000 * PATIENCE_S)
        yield started


def test_without_a_home_the_text_is_only_copied(context, worker, open_dialog):
    report = open_dialog(context, worker)
    expect(report.locator("#mistake-issue")).to_be_hidden()
    expect(report.locator("#mistake-cut")).to_be_hidden()
    context.grant_permissions(["clipboard-read"])
    report.get_by_role("button", name="Copy the text").click()
    expect(report.locator("#mistake-status")).to_have_text("Copied.")
    assert report.evaluate("navigator.clipboard.readText()") == report.get_by_label("The text").input_value()
    context.clear_permissions()
    report.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('denied')); }")
    report.get_by_role("button", name="Copy the text").click()
    expect(report.locator("#mistake-status")).to_have_text(
        "The text could not be copied. Mark it and copy it yourself."
    )
    report.close()


def test_what_was_said_of_one_picture_is_not_said_of_the_next(context, worker, open_dialog, fixtures_dir):
    report = open_dialog(context, worker)
    report.get_by_label("altered or generated").check()
    report.get_by_label("How do you know?").fill("I made it")
    # A picture that comes with text is pasted into the field alone.
    hand_over(report, "paste", fixtures_dir / FACE, to="#mistake-reason")
    expect(report.get_by_role("dialog")).to_be_visible()
    choose(report, fixtures_dir / OTHER)
    expect(report.get_by_role("dialog")).to_have_count(0)
    report.get_by_role("button", name="This is wrong").click()
    expect(report.get_by_label("a photo that nobody altered")).to_be_checked()
    expect(report.get_by_label("How do you know?")).to_have_value("")
    report.close()


def test_with_one_it_opens_as_an_issue_of_what_an_address_holds(browser_with_home, open_dialog):
    context, worker = browser_with_home
    asked = []
    context.route(f"{HOME}/**", lambda route: (asked.append(route.request.url), route.fulfill(body="the forge")))
    report = open_dialog(context, worker)
    link = report.get_by_role("link", name="Open as an issue")
    text = report.get_by_label("The text").input_value()
    [body] = parse_qs(urlsplit(link.get_attribute("href")).query)["body"]
    assert body == text
    expect(report.locator("#mistake-cut")).to_be_hidden()

    report.get_by_label("Add a small copy of the picture").check()
    expect(report.get_by_label("The text")).to_have_value(re.compile("data:image/jpeg"))
    expect(report.locator("#mistake-cut")).to_be_visible()
    assert asked == [], "nothing is sent before the click"
    with context.expect_page() as opened:
        link.click()
    opened.value.wait_for_load_state()
    [address] = asked
    [body] = parse_qs(urlsplit(address).query)["body"]
    whole = report.get_by_label("The text").input_value()
    assert len(address) <= 7000 and body.endswith("…") and whole.startswith(body[:-1])
