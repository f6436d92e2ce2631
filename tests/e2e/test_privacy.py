"""Nothing leaves the machine: the browser's own log of all its requests, its service workers and hidden pages included."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from extension.demo.browser import launch_extension, service_worker
from tests.e2e.extension_driver import PATIENCE_S, SCORED, right_click, set_settings, wait_for_states
from tests.e2e.shadow_dom import ShadowReader

FACE = "faces/real_grace_hopper.jpg"
OTHER_FACE = "faces/real_eileen_collins.jpg"


def logged_addresses(log: dict) -> set[tuple[str, str]]:
    """(initiator, address) of every request to a server in a Chromium net log."""
    start = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    parameters = [
        event["params"] for event in log["events"] if event["type"] == start and "url" in event.get("params", {})
    ]
    return {
        (found.get("initiator", ""), found["url"]) for found in parameters if found["url"].startswith(("http", "ws"))
    }


def test_the_only_requests_are_for_the_images_of_the_page(playwright, extension_dir, fixtures_dir, site, tmp_path):
    log_file = tmp_path / "net-log.json"
    flags = [f"--log-net-log={log_file}", "--net-log-capture-mode=Everything"]
    page_url = site.add_page(f'<img src="/{FACE}" width="300"><img src="{site.other_origin}/{OTHER_FACE}" width="300">')
    images = {f"{site.origin}/{FACE}", f"{site.other_origin}/{OTHER_FACE}"}
    with launch_extension(playwright, extension_dir, extra_args=flags, start_timeout_s=PATIENCE_S) as (context, worker):
        context.set_default_timeout(1000 * PATIENCE_S)
        page = context.new_page()
        reader = ShadowReader(page)
        set_settings(worker, "all")
        page.goto(page_url)
        wait_for_states(page, reader, dict.fromkeys(images, SCORED))
        right_click(worker, page, f"{site.other_origin}/{OTHER_FACE}")
        wait_for_states(page, reader, dict.fromkeys(images, SCORED))
        popup = context.new_page()
        popup.goto(service_worker(context).url.replace("background.js", "popup/popup.html"))
        popup.locator("#model", has_text="nothing leaves").wait_for()
        # A report, of a picture that names an address where its credentials lie.
        report = context.new_page()
        report.goto(service_worker(context).url.replace("background.js", "report/report.html"))
        report.locator("#picker").set_input_files(fixtures_dir / "signed" / "remote.jpg")
        report.locator("[data-credentials=elsewhere]").wait_for()
        extension_origin = worker.url.removesuffix("/background.js")
    requests = logged_addresses(json.loads(log_file.read_text()))
    by_extension = {url for initiator, url in requests if initiator.startswith(extension_origin)}
    assert by_extension and by_extension <= images
    page_parts = {*images, page_url, f"{site.origin}/favicon.ico"}
    # Without an origin: what the user navigates to, and the browser's own (its updates, its sign-in).
    assert {url for initiator, url in requests if initiator != "not an origin"} <= page_parts
    assert {url for _, url in requests if urlsplit(url).hostname in ("localhost", "127.0.0.1")} <= page_parts
    asked_for = {f"http://{request.host}{request.path}" for request in site.requests()}
    assert asked_for <= page_parts
    assert all("cookie" not in request.headers for request in site.requests())
