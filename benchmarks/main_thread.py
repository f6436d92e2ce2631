"""How long the extension holds up a page's main thread: `python -m benchmarks.main_thread`.

Opens pages of 200, 1,000 and 5,000 pictures in Chromium with automatic checking on, reads them, and takes from the
browser's own trace how long each stretch of the extension's code in the page was, and each task in which it ran.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, Worker, sync_playwright

from benchmarks.options import add_options
from benchmarks.page_seen import badges_of
from benchmarks.page_site import SIDE, page_of, write_pictures
from benchmarks.page_visit import LONG_MS, read_to_end
from benchmarks.results import Series, interleave, write_results
from extension.demo.browser import launch_extension, wait_until
from extension.demo.extension_build import build_extension
from extension.demo.extension_page import list_images
from tests.e2e.extension_driver import set_settings
from tests.e2e.shadow_dom import ShadowReader
from tests.e2e.two_host_server import serve_site

CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"]
# All of ours that runs on a page's main thread; the workers' scripts are in the trace too.
CONTENT_SCRIPT = "/content.js"
SCRIPT_EVENTS = {"FunctionCall", "EvaluateScript", "v8.evaluateModule"}
TASK = "RunTask"
ENDLESS = 1000  # pictures, each file new
SIZE = f'width="{SIDE}" height="{SIDE}"'
Spans = list[tuple[float, float]]  # (on the processor, by the clock), milliseconds


@dataclass(frozen=True)
class Taken:
    """Of a page's main thread: stretches of the extension's script, and the browser's tasks in which it ran."""

    stretches: Spans
    tasks: Spans


# By the figure's name: its unit, and what it is of what was taken.
FIGURES: dict[str, tuple[str, Callable[[Taken], float]]] = {
    "longest stretch, on the processor": ("ms", lambda taken: max(processor for processor, _ in taken.stretches)),
    "longest stretch, by the clock": ("ms", lambda taken: max(clock for _, clock in taken.stretches)),
    "stretches": ("", lambda taken: len(taken.stretches)),
    "longest task, on the processor": ("ms", lambda taken: max(processor for processor, _ in taken.tasks)),
    "longest task, by the clock": ("ms", lambda taken: max(clock for _, clock in taken.tasks)),
    f"tasks over {LONG_MS} ms on the processor": (
        "",
        lambda taken: sum(processor > LONG_MS for processor, _ in taken.tasks),
    ),
    f"tasks over {LONG_MS} ms by the clock": ("", lambda taken: sum(clock > LONG_MS for _, clock in taken.tasks)),
}


def taken_by_us(trace: dict) -> Taken:
    """Every stretch of the content script, and every task with one in it.

    What the browser does for the script within a stretch (layout, hit tests) counts, and of a task whatever else ran in
    it. On a busy machine the clock also counts the time that other programs had.
    """
    ours, tasks = [], defaultdict(list)
    for event in trace["traceEvents"]:
        if event.get("ph") == "X" and event["name"] == TASK:
            tasks[_thread(event)].append(event)
        elif event.get("ph") == "X" and event["name"] in SCRIPT_EVENTS and _is_ours(event):
            ours.append(event)
    for of_thread in tasks.values():
        of_thread.sort(key=_start)
    held = {}
    for event in ours:
        before = tasks[_thread(event)]
        place = bisect_right(before, _start(event), key=_start) - 1
        if place >= 0 and _start(event) < _start(before[place]) + before[place]["dur"]:
            held[_thread(event), place] = before[place]
    return Taken([_span(event) for event in ours], [_span(task) for task in held.values()])


def _is_ours(event: dict) -> bool:
    url = str(event.get("args", {}).get("data", {}).get("url", ""))
    return url.startswith("chrome-extension://") and url.endswith(CONTENT_SCRIPT)


def _thread(event: dict) -> tuple[int, int]:
    return event["pid"], event["tid"]


def _start(event: dict) -> float:
    return event["ts"]


def _span(event: dict) -> tuple[float, float]:
    # On a virtual machine a thread's own clock may count more than has passed.
    return min(event.get("tdur", event["dur"]), event["dur"]) / 1000, event["dur"] / 1000


def figures(found: Mapping[str, Sequence[Taken]]) -> list[Series]:
    """FIGURES of each round.

    Args:
        found: by the page's name, what was taken round by round.
    """
    return [
        Series(figure, page, [figure_of(each) for each in rounds], unit)
        for figure, (unit, figure_of) in FIGURES.items()
        for page, rounds in found.items()
    ]


def _read(page: Page, worker: Worker) -> None:
    read_to_end(page, badges_of(page), ENDLESS)


def _leaf_through(page: Page, worker: Worker) -> None:
    """A few screens down, the popup's list, the page's end, and the extension is switched off."""
    reader = ShadowReader(page)
    for _ in range(4):
        wait_until(page, lambda: any("data-score" in badge.attributes for badge in reader.buttons()), 60, "verdicts")
        page.mouse.wheel(0, 700)
    list_images(worker, page)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    set_settings(worker, "all", paused=True)
    wait_until(page, lambda: not reader.buttons(), 30, "all badges gone")


# By the page's name: its body, and how it is read.
PAGES: dict[str, tuple[str, Callable[[Page, Worker], None]]] = {
    "200 pictures": ("".join(f'<img src="/copy-{n}/0.jpg" {SIZE}>' for n in range(200)), _leaf_through),
    "1,000 pictures, endless": (page_of(ENDLESS, "endless", run="endless"), _read),
    "5,000 pictures": (
        "".join(f'<div><img src="/copy-{n % 20}/0.jpg" {SIZE}></div>' for n in range(5000)),
        _leaf_through,
    ),
    "5,000 addresses": (
        "".join(f'<img src="/copy-{n}/0.jpg" {SIZE} loading="lazy">' for n in range(5000)),
        _leaf_through,
    ),
}


def main() -> None:
    """Prints and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=3)
    args = parser.parse_args()
    versions: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        pictures = Path(scratch) / "pictures"
        pictures.mkdir()
        write_pictures(pictures, ENDLESS)
        extension = build_extension(Path(scratch) / "build", test_permissions=True)
        with serve_site(pictures) as site:

            def measure(html: str, read: Callable[[Page, Worker], None]) -> Taken:
                """In a browser that knows no picture yet."""
                with launch_extension(playwright, extension) as (context, worker):
                    versions["Chromium"] = context.browser.version
                    set_settings(worker, "all")
                    page = context.new_page()
                    context.browser.start_tracing(page=page, categories=CATEGORIES)
                    page.goto(site.add_page(html))
                    read(page, worker)
                    return taken_by_us(json.loads(context.browser.stop_tracing()))

            found = interleave({name: partial(measure, *page) for name, page in PAGES.items()}, args.rounds)
    about = (
        "Of a page's main thread, what the extension's script takes with automatic checks on; a new browser and profile for"
        " each page and round. A stretch is the script's own; a task is the browser's with a stretch in it, whatever else ran"
        f" there. A task over {LONG_MS} ms is felt (https://web.dev/articles/optimize-long-tasks). By the clock the time counts"
        " too in which the thread waits for a core: the checks and the browser's other processes want both."
    )
    write_results(args.out, "main_thread", figures(found), about=about, versions=versions)


if __name__ == "__main__":
    main()
