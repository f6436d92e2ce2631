"""What a page of many pictures feels, with automatic checks and without: `python -m benchmarks.page`."""

from __future__ import annotations

import argparse
import math
import tempfile
from dataclasses import dataclass, field
from functools import partial
from itertools import count, product
from pathlib import Path

from playwright.sync_api import BrowserContext, Worker, sync_playwright

from benchmarks.growth import Scenario, plot_growth, slopes
from benchmarks.options import add_options
from benchmarks.page_figures import TOTALS, compared, measured_series
from benchmarks.page_seen import badges_of
from benchmarks.page_site import KINDS, SIDE, page_of, write_pictures
from benchmarks.page_visit import visit
from benchmarks.process_tree import ProcessTree
from benchmarks.results import interleave, write_results
from extension.demo.browser import launch_extension, wait_until
from extension.demo.extension_build import build_extension
from tests.e2e.extension_driver import set_settings
from tests.e2e.two_host_server import Site, serve_site

QUIET_S = 0.02  # of processor in a second, for all of an idle browser
PATIENCE_S = 60
CLOSE_MODEL = """async () => {
  const documents = await chrome.runtime.getContexts({ contextTypes: ["OFFSCREEN_DOCUMENT"] });
  if (documents.length > 0) await chrome.offscreen.closeDocument();
}"""
ABOUT = (
    f"Pages of portraits of {SIDE} px, each file new, read to the end as fast as they are checked. Times are the page's, from"
    " the navigation on, until a badge with its score (with the extension off, the picture itself) is painted. Long tasks and"
    " shifts are the page's, whoever caused them, and by the clock, so that waiting for a core counts: compare with the"
    " extension off (`python -m benchmarks.main_thread` tells the processor time of the extension's own script). Memory is"
    " that of the whole browser but for its program files, looked at twice a second. Over the browser alone is the difference"
    " to the same page in the same round with the extension off, where no model is loaded either. Tensors are those of the"
    " worker that holds most. A slope of 1 is in proportion to the number of pictures."
)


@dataclass(frozen=True)
class Bench:
    """A browser with the extension, a site for it, and what measures both."""

    context: BrowserContext
    worker: Worker
    site: Site
    pictures: Path
    tree: ProcessTree
    runs: count = field(default_factory=count)

    def warm_up(self) -> None:
        """Has a page opened and a picture checked: what a browser does for the first of them is no page's."""
        set_settings(self.worker, "all")
        self._load_model()

    def visit_twice(self, number: int, kind: str) -> dict[Scenario, dict[str, float]]:
        """The figures of a page of `number` pictures with the extension off, and right after that with it on."""
        alone = self._visit(Scenario(number, kind, checked=False))
        checked = self._visit(Scenario(number, kind, checked=True))
        return {
            Scenario(number, kind, checked=False): alone,
            Scenario(number, kind, checked=True): compared(alone, checked),
        }

    def _visit(self, scenario: Scenario) -> dict[str, float]:
        set_settings(self.worker, "all" if scenario.checked else "off")
        if scenario.checked:
            self._load_model()
        else:  # an earlier visit's would be taken for the browser's own memory
            self.worker.evaluate(CLOSE_MODEL)
        address = self._publish(scenario.count, scenario.kind)
        self._settle()
        return visit(self.context, address, scenario.count, scenario.checked, self.tree)

    def _load_model(self) -> None:
        """Has one picture checked on a page that is closed again."""
        page = self.context.new_page()
        page.goto(self._publish(1, "static"))
        badges_of(page).wait_for(1)
        page.close()

    def _settle(self) -> None:
        """Waits until the browser has done with what went before, which would be counted as the next page's."""
        taken = [-math.inf]

        def is_quiet() -> bool:
            taken.append(self.tree.cpu_s())
            return taken[-1] - taken[-2] <= QUIET_S

        wait_until(self.context.pages[0], is_quiet, PATIENCE_S, "the browser is quiet", interval_s=1)

    def _publish(self, number: int, kind: str) -> str:
        write_pictures(self.pictures, number)
        return self.site.add_page(page_of(number, kind, run=str(next(self.runs))))


def main() -> None:
    """Prints and writes the table, and tells and draws how it grows where pages differ in their number of pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=2)
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 100, 1000], help="pictures of a page")
    parser.add_argument("--kinds", choices=KINDS, nargs="+", default=KINDS, help="of pages")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        pictures, profile = Path(scratch) / "pictures", Path(scratch) / "profile"
        pictures.mkdir()
        extension = build_extension(Path(scratch) / "build", test_permissions=True)
        with (
            serve_site(pictures) as site,
            launch_extension(playwright, extension, profile=profile) as (context, worker),
        ):
            bench = Bench(context, worker, site, pictures, ProcessTree(f"--user-data-dir={profile}"))
            pages = {
                f"{number}, {kind}": partial(bench.visit_twice, number, kind)
                for number, kind in product(args.counts, args.kinds)
            }
            bench.warm_up()
            rounds = interleave(pages, args.rounds)
            chromium = context.browser.version
    figures = {scenario: [each[scenario] for each in found] for found in rounds.values() for scenario in found[0]}
    measured = measured_series(figures)
    # Of one number of pictures there are no slopes.
    rows = [series for _, series in measured] + slopes(measured, TOTALS)
    write_results(args.out, "page", rows, about=ABOUT, versions={"Chromium": chromium})
    if len(set(args.counts)) > 1:
        plot_growth(args.out / "page_growth.png", measured)


if __name__ == "__main__":
    main()
