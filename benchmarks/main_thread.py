"""How long the extension holds up a page's main thread: `python -m benchmarks.main_thread`.

Opens pages of 200 and of 5,000 pictures in Chromium with automatic checking on, scrolls through them, asks for the
popup's list, and reads from the browser's own trace how long each stretch of the extension's code was.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from extension.demo.browser import launch_extension, wait_until
from extension.demo.extension_build import ROOT, build_extension
from extension.demo.extension_page import list_images
from tests.e2e.shadow_dom import ShadowReader
from tests.e2e.two_host_server import serve_site

LIMIT_MS = 50  # a longer task is felt: https://web.dev/articles/optimize-long-tasks
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"]
SCRIPT_EVENTS = {"FunctionCall", "EvaluateScript", "v8.evaluateModule"}
PAGES = {
    "200 pictures": (200, '<img src="/copy-{n}/images/size_113.jpg" width="113" height="113">'),
    "5,000 pictures": (5000, '<div><img src="/copy-{few}/images/size_113.jpg" width="113" height="113"></div>'),
    "5,000 addresses": (5000, '<img src="/copy-{n}/images/size_113.jpg" width="113" height="113" loading="lazy">'),
}


def write_html(count: int, markup: str) -> str:
    """A page's body with `count` pictures; {few} numbers them with 20 addresses."""
    return "".join(markup.format(n=index, few=index % 20) for index in range(count))


def stretches(trace: dict) -> list[tuple[float, float]]:
    """(on the processor, by the clock) in milliseconds of every stretch of the extension's script on a main thread.

    What the browser does for the script within it (layout, hit tests) counts. On a busy machine the clock also counts
    the time that other programs had.
    """
    ours = [
        event
        for event in trace["traceEvents"]
        if event.get("ph") == "X"
        and event["name"] in SCRIPT_EVENTS
        and str(event.get("args", {}).get("data", {}).get("url", "")).startswith("chrome-extension://")
    ]
    return [(event.get("tdur", event["dur"]) / 1000, event["dur"] / 1000) for event in ours]


def measure(context, worker, site, html: str) -> list[tuple[float, float]]:
    """The stretches while a page is loaded, checked and scrolled through."""
    page = context.new_page()
    reader = ShadowReader(page)
    context.browser.start_tracing(page=page, categories=CATEGORIES)
    page.goto(site.add_page(html))
    for _ in range(4):
        wait_until(page, lambda: any("data-score" in badge.attributes for badge in reader.buttons()), 60, "verdicts")
        page.mouse.wheel(0, 700)
    list_images(worker, page)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    worker.evaluate("() => chrome.storage.local.set({ settings: { version: 2, automatic: 'all', paused: true } })")
    wait_until(page, lambda: not reader.buttons(), 30, "all badges gone")
    trace = json.loads(context.browser.stop_tracing())
    page.close()
    worker.evaluate("() => chrome.storage.local.set({ settings: { version: 2, automatic: 'all' } })")
    return stretches(trace)


def main() -> None:
    """Prints one line per page."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        serve_site(ROOT / "tests" / "fixtures") as site,
    ):
        extension = build_extension(Path(folder), test_permissions=True)
        with launch_extension(playwright, extension) as (context, worker):
            worker.evaluate("() => chrome.storage.local.set({ settings: { version: 2, automatic: 'all' } })")
            for name, (count, markup) in PAGES.items():
                found = measure(context, worker, site, write_html(count, markup))
                over = sum(processor > LIMIT_MS for processor, _ in found)
                print(
                    f"{name}: {len(found)} stretches of our script, {over} over {LIMIT_MS} ms; the longest"
                    f" {max(processor for processor, _ in found):.1f} ms on the processor,"
                    f" {max(clock for _, clock in found):.1f} ms by the clock"
                )


if __name__ == "__main__":
    main()
