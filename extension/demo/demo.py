"""Checks a page of faces in Chromium with the extension, prints its verdicts, opens a report: `make demo [IMAGES=folder]`."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Playwright, Worker, sync_playwright

from extension.demo.browser import BrowserError, has_display, launch_extension, wait_until
from extension.demo.demo_page import DemoImage, fixture_pages, folder_pages, write_page
from extension.demo.extension_build import EXTENSION, MODELS, ROOT, BuildError, build_extension
from extension.demo.extension_page import list_images, open_report, start_check
from extension.demo.page_server import serve_folder

# How each picture loaded: its address below the origin, and its size in pixels (0 when the browser cannot show it).
LOADED_IMAGES = """() => [...document.images].map((image) =>
  ({ address: new URL(image.src).pathname.slice(1), width: image.naturalWidth, height: image.naturalHeight }))"""
ALL_COMPLETE = "() => document.readyState === 'complete' && [...document.images].every((image) => image.complete)"
SMALLEST_SIDE = 48  # the extension leaves smaller pictures alone
REPORT_TIMEOUT_S = 60.0
# Of the dozen faces shown here that are real: a model that flags one in a hundred does so to one of them now and then, and
# hardly ever to two.
MOST_WRONG_ALARMS = 1


@dataclass
class Row:
    """One picture and what the extension says of it. status None: no verdict came."""

    image: str
    kind: str
    status: str | None = None
    fake_score: float | None = None
    band: str | None = None
    faces: int | None = None
    reason: str | None = None


def check_page(worker: Worker, tab: Page, images: list[DemoImage], timeout_s: float) -> list[Row]:
    """Has every picture of the open page checked and returns their rows; a picture without a verdict has status None."""
    rows = {image.address: Row(image.name, image.kind) for image in images}
    for loaded in tab.evaluate(LOADED_IMAGES):
        row = rows[loaded["address"]]
        if loaded["width"] == 0:
            row.status, row.reason = "not_shown", "the browser cannot show this file"
        elif min(loaded["width"], loaded["height"]) < SMALLEST_SIDE:
            row.status, row.reason = "not_checked", f"smaller than {SMALLEST_SIDE} pixels"
    start_check(worker, tab)
    waiting = {address for address, row in rows.items() if row.status is None}
    started = time.monotonic()

    def read() -> bool:
        for item in list_images(worker, tab):
            place = item["url"].partition("://")[2].partition("/")[2]
            if place in waiting and item.get("result"):
                fill_row(rows[place], item["result"])
                waiting.discard(place)
                progress(len(rows) - len(waiting), len(rows), time.monotonic() - started)
        return not waiting

    with contextlib.suppress(TimeoutError):  # the rows tell which are missing
        wait_until(tab, read, timeout_s, "a verdict on every picture", interval_s=0.5)
    return list(rows.values())


def fill_row(row: Row, result: dict) -> None:
    """Copies a result of the extension into a row."""
    row.status, row.reason = result["status"], result.get("reason")
    row.fake_score, row.band = result.get("fakeScore"), result.get("band")
    row.faces = len(result.get("faces") or []) if row.status == "scored" else None


def progress(done: int, total: int, seconds: float) -> None:
    """Shows how far the check is, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r{done} of {total} pictures, {seconds:.0f} s", end="\n" if done == total else "", file=sys.stderr)


def table(rows: Iterable[Row]) -> str:
    """The rows as text in columns."""
    cells = [("image", "status", "score", "band", "faces", "")]
    for row in rows:
        status = row.status or "NO VERDICT"
        score = "" if row.fake_score is None else f"{row.fake_score:.3f}"
        faces = "" if row.faces is None else str(row.faces)
        cells.append((row.image, status, score, row.band or "", faces, row.reason or ""))
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths[:-1]), *lines[1:]])


def wrong_alarms(rows: list[Row]) -> list[str]:
    """A sentence for each picture that is not altered and was called likely fake. Never hidden, and no defect while rare."""
    return [f"{row.image} is not altered, and was called likely fake." for row in rows if called_fake(row, "real")]


def problems(rows: list[Row]) -> list[str]:
    """What is wrong with the verdicts, one sentence each; with the user's own pictures only a missing one is."""
    found = [f"{row.image} got no verdict in time." for row in rows if row.status is None]
    if any(row.kind == "yours" for row in rows):
        return found
    if (alarms := len(wrong_alarms(rows))) > MOST_WRONG_ALARMS:
        found.append(f"{alarms} pictures that are not altered were called likely fake: more than is to be expected.")
    found += [
        f"{row.image} was not scored: {row.status}{f' ({row.reason})' if row.reason else ''}."
        for row in rows
        if row.status not in (None, "scored")
    ]
    if not any(called_fake(row, "altered") for row in rows):
        found.append("None of the altered pictures was called likely fake.")
    return found


def called_fake(row: Row, kind: str) -> bool:
    """True for a picture of that kind whose band is likely_fake."""
    return row.kind == kind and row.band == "likely_fake"


def run(options: argparse.Namespace, playwright: Playwright) -> list[Row]:
    """Builds, serves, checks and shows; returns the rows."""
    pages = folder_pages(options.images) if options.images else fixture_pages()
    say(options, "Building the extension for the demo: it may read every host, because a permission prompt cannot")
    say(options, "be answered without a window. The one to install (`make build`) asks when you use it.")
    chrome = build_extension(EXTENSION / "dist" / "test", models=options.models, test_permissions=True)
    headless = options.headless or not has_display()
    viewport = (1280, 900) if headless else None
    rows, screenshots = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_folder(Path(folder)) as server,
        launch_extension(playwright, chrome, headless=headless, viewport=viewport) as (context, worker),
    ):
        for number, groups in enumerate(pages, start=1):
            images = [image for group in groups for image in group]
            name = "index.html" if number == 1 else f"page-{number}.html"
            write_page(Path(folder), name, groups, server.other_origin)
            tab = context.pages[0] if number == 1 else context.new_page()
            tab.goto(f"{server.origin}/{name}")
            tab.wait_for_function(ALL_COMPLETE, timeout=60_000)
            say(options, f"Checking {len(images)} pictures{f', page {number} of {len(pages)}' if pages[1:] else ''} …")
            rows += check_page(worker, tab, images, options.timeout)
            if headless:
                target = "screenshot.png" if number == 1 else f"screenshot-{number}.png"
                screenshots.append(screenshot(tab, options.output / target))
                if number > 1:
                    tab.close()
        print_rows(options, rows)
        for path in screenshots:
            say(options, f"Screenshot: {path}")
        show_report(options, worker, context.pages[0], headless)
        if not headless:
            say(options, "Close the browser window to end the demo.")
            context.wait_for_event("close", timeout=0)  # waits for the user, so without a limit
    return rows


def show_report(options: argparse.Namespace, worker: Worker, tab: Page, headless: bool) -> None:
    """Opens the report of the page's face with the highest score; headless it is closed again, and a picture is left."""
    scored = [item for item in list_images(worker, tab) if (item.get("result") or {}).get("status") == "scored"]
    if not scored:
        return
    worst = max(scored, key=lambda item: item["result"]["fakeScore"])
    report = open_report(worker, tab, worst["key"], REPORT_TIMEOUT_S)
    subject = worst["name"] or worst["url"]
    if headless:
        say(options, f"Report of “{subject}”: {screenshot(report, options.output / 'report.png')}")
        report.close()
    else:
        say(options, f"The report of “{subject}” is open in the tab beside the page.")


def screenshot(tab: Page, target: Path) -> Path:
    """Writes a picture of the whole page; returns its path."""
    target.parent.mkdir(parents=True, exist_ok=True)
    height = tab.evaluate("() => document.documentElement.scrollHeight")
    # A badge is drawn where its image is in view: the window is made as tall as the page.
    tab.set_viewport_size({"width": 1280, "height": min(height, 16_000)})
    tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    unfinished = target.with_name(f".{target.stem}.tmp.png")
    tab.screenshot(path=unfinished)
    unfinished.replace(target)
    return target


def print_rows(options: argparse.Namespace, rows: list[Row]) -> None:
    """Prints the rows, one JSON object a line or a table, and then what is wrong with them."""
    if options.json:
        for row in rows:
            print(json.dumps(asdict(row), ensure_ascii=False))
    else:
        print(f"\n{table(rows)}\n")
    sys.stdout.flush()
    for alarm in wrong_alarms(rows):
        print(f"{alarm} The model card says how often that happens.", file=sys.stderr, flush=True)
    for problem in problems(rows):
        print(problem, file=sys.stderr, flush=True)


def say(options: argparse.Namespace, text: str) -> None:
    """Tells the user what goes on; on the error stream where the output is for a machine."""
    print(text, file=sys.stderr if options.json else sys.stdout, flush=True)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, help="folder of your own images; default: the faces of the tests")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of the table")
    parser.add_argument("--headless", action="store_true", help="no window, even where there is a display")
    parser.add_argument(
        "--timeout", type=float, default=300.0, help="seconds to wait for the verdicts of a page (default 300)"
    )
    parser.add_argument("--models", type=Path, default=MODELS, help="folder laid out like converted_models")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "demo-output", help="receives screenshot.png and report.png"
    )
    return parser.parse_args()


def main() -> int:
    """Exit code 0 when the verdicts are as they should be, 1 when not, 2 when the demo could not run."""
    options = parse()
    try:
        with sync_playwright() as playwright:
            rows = run(options, playwright)
    except (BrowserError, BuildError, ValueError) as error:
        print(f"The demo could not run. {error}", file=sys.stderr)
        return 2
    except PlaywrightError as error:
        print(f"The demo was cut off by the browser: {error.message}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 1 if problems(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
