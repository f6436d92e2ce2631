"""How long the extension holds up a page's main thread: `python -m benchmarks.main_thread`.

Opens pages of 200 and of 5,000 pictures in Chromium with automatic checking on, scrolls through them, asks for the
popup's list, and reads from the browser's own trace how long each stretch of the extension's code in the page was.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.options import add_options
from benchmarks.results import Series, interleave, write_results
from extension.demo.browser import launch_extension, wait_until
from extension.demo.extension_build import ROOT, build_extension
from extension.demo.extension_page import list_images
from tests.e2e.extension_driver import set_settings
from tests.e2e.shadow_dom import ShadowReader
from tests.e2e.two_host_server import serve_site

LIMIT_MS = 50  # a longer task is felt: https://web.dev/articles/optimize-long-tasks
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"]
# All of ours that runs on a page's main thread; the workers' scripts are in the trace too.
CONTENT_SCRIPT = "/content.js"
SCRIPT_EVENTS = {"FunctionCall", "EvaluateScript", "v8.evaluateModule"}
PAGES = {
    "200 pictures": (200, '<img src="/copy-{n}/images/size_113.jpg" width="113" height="113">'),
    "5,000 pictures": (5000, '<div><img src="/copy-{few}/images/size_113.jpg" width="113" height="113"></div>'),
    "5,000 addresses": (5000, '<img src="/copy-{n}/images/size_113.jpg" width="113" height="113" loading="lazy">'),
}
Stretches = list[tuple[float, float]]  # (on the processor, by the clock), milliseconds
# By the figure's name: its unit, and what it is of a page's stretches.
FIGURES: dict[str, tuple[str, Callable[[Stretches], float]]] = {
    "longest stretch, on the processor": ("ms", lambda found: max(processor for processor, _ in found)),
    "longest stretch, by the clock": ("ms", lambda found: max(clock for _, clock in found)),
    f"stretches over {LIMIT_MS} ms on the processor": ("", lambda found: sum(spent > LIMIT_MS for spent, _ in found)),
    "stretches": ("", len),
}


def write_html(count: int, markup: str) -> str:
    """A page's body with `count` pictures; {few} numbers them with 20 addresses."""
    return "".join(markup.format(n=index, few=index % 20) for index in range(count))


def stretches(trace: dict) -> Stretches:
    """Every stretch of the content script.

    What the browser does for the script within it (layout, hit tests) counts. On a busy machine the clock also counts
    the time that other programs had.
    """
    ours = [
        event
        for event in trace["traceEvents"]
        if event.get("ph") == "X"
        and event["name"] in SCRIPT_EVENTS
        and (url := str(event.get("args", {}).get("data", {}).get("url", ""))).startswith("chrome-extension://")
        and url.endswith(CONTENT_SCRIPT)
    ]
    return [(event.get("tdur", event["dur"]) / 1000, event["dur"] / 1000) for event in ours]


def figures(found: Mapping[str, Sequence[Stretches]]) -> list[Series]:
    """FIGURES of each round.

    Args:
        found: by the page's name, the stretches round by round.
    """
    return [
        Series(figure, page, [figure_of(each) for each in rounds], unit)
        for figure, (unit, figure_of) in FIGURES.items()
        for page, rounds in found.items()
    ]


def measure(context, worker, site, html: str) -> Stretches:
    """The stretches while a page is loaded, checked and scrolled through, in a browser that knows no picture yet."""
    set_settings(worker, "all")
    page = context.new_page()
    reader = ShadowReader(page)
    context.browser.start_tracing(page=page, categories=CATEGORIES)
    page.goto(site.add_page(html))
    for _ in range(4):
        wait_until(page, lambda: any("data-score" in badge.attributes for badge in reader.buttons()), 60, "verdicts")
        page.mouse.wheel(0, 700)
    list_images(worker, page)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    set_settings(worker, "all", paused=True)
    wait_until(page, lambda: not reader.buttons(), 30, "all badges gone")
    return stretches(json.loads(context.browser.stop_tracing()))


def main() -> None:
    """Prints and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=3)
    args = parser.parse_args()
    versions: dict[str, str] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        serve_site(ROOT / "tests" / "fixtures") as site,
    ):
        extension = build_extension(Path(folder), test_permissions=True)

        def measure_once(html: str) -> Stretches:
            with launch_extension(playwright, extension) as (context, worker):
                versions["Chromium"] = context.browser.version
                return measure(context, worker, site, html)

        pages = {name: partial(measure_once, write_html(count, markup)) for name, (count, markup) in PAGES.items()}
        found = interleave(pages, args.rounds)
    about = (
        "Of a page's main thread, what the extension's script takes with automatic checks on; a new browser and profile for"
        f" each page and round. Over {LIMIT_MS} ms a stretch is felt. By the clock a busy machine's other programs count too."
    )
    write_results(args.out, "main_thread", figures(found), about=about, versions=versions)


if __name__ == "__main__":
    main()
