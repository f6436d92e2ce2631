"""What a page of many pictures feels, with automatic checks and without: `python -m benchmarks.page`."""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.growth import Scenario, plot_growth
from benchmarks.options import add_options
from benchmarks.photos import PORTRAIT, copies
from benchmarks.process_tree import ProcessTree
from benchmarks.results import Series, write_results
from extension.demo.browser import launch_extension, wait_until
from extension.demo.extension_build import build_extension
from tests.e2e.extension_driver import set_settings
from tests.e2e.two_host_server import serve_site

SIDE = 240  # of a picture, CSS pixels and pixels
BATCH = 20  # pictures that an endless page adds at a time
STEP = 600  # CSS pixels that the reader scrolls at a time
LIMIT_S = 240
KINDS = ["static", "endless"]
IDLE_S = 10  # the processor is counted in hundredths of a second, for each of a dozen processes
OBSERVE = """() => {
  window.felt = { longTasks: [], shift: 0, painted: new Map() };
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => felt.longTasks.push(duration)))
    .observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (felt.shift += value)))
    .observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => felt.painted.set(Number(entry.url.match(/(\\d+)\\.jpg/)[1]), entry.renderTime)))
    .observe({ type: "element", buffered: true });
}"""
IN_VIEW = "[...document.images].filter((image) => image.getBoundingClientRect().top < innerHeight).length"
# Pictures are numbered down the page, so these are the first so many.
LEAVING = f"[...document.images].filter((image) => image.getBoundingClientRect().bottom <= {STEP}).length"
# At once, and answered after the next frame: what is told then is of the place that was scrolled to.
SCROLL_ON = f"""new Promise((resolve) => {{
  scrollBy({{ top: {STEP}, behavior: "instant" }});
  requestAnimationFrame(resolve);
}})"""
# Not those that have loaded: who scrolls past what is not painted yet has the browser decode less, and hold less.
PAINTED = "(first) => [...felt.painted.keys()].filter((number) => number < first).length"
PAINTED_AT = "(first) => Math.max(...[...felt.painted].filter(([number]) => number < first).map(([, time]) => time))"
# Counted where the verdicts are: carrying all of them here, again and again, takes memory of the extension's own process.
CHECKED = """async (first) => {
  const tabs = Object.values(await chrome.storage.session.get(null));
  const verdicts = tabs.flatMap((pages) => Object.values(pages)).flatMap((images) => Object.entries(images));
  return verdicts.filter(([key, { status }]) => status !== "failed" && Number(key.match(/(\\d+)\\.jpg/)[1]) < first).length;
}"""
CLOSE_MODEL = """async () => {
  const documents = await chrome.runtime.getContexts({ contextTypes: ["OFFSCREEN_DOCUMENT"] });
  if (documents.length > 0) await chrome.offscreen.closeDocument();
}"""
ENDLESS = """<script>
  let next = 0;
  const add = () => {
    for (let end = Math.min(next + BATCH, COUNT); next < end; next += 1) {
      const image = new Image(SIDE, SIDE);
      image.setAttribute("elementtiming", "picture");
      image.src = `/copy-RUN/${next}.jpg`;
      document.body.append(image);
    }
  };
  add();
  addEventListener("scroll", () => {
    if (scrollY + 2 * innerHeight > document.documentElement.scrollHeight) add();
  });
</script>"""


def write_pictures(folder: Path, count: int) -> None:
    """`count` files of one portrait that no cache takes for the same."""
    image = Image.open(PORTRAIT).convert("RGB")
    side = min(image.size)
    left = (image.width - side) / 2
    file = io.BytesIO()
    image.resize((SIDE, SIDE), box=(left, 0, left + side, side)).save(file, "jpeg", quality=85)
    for number, content in zip(range(count), copies(file.getvalue()), strict=False):
        (folder / f"{number}.jpg").write_bytes(content)


def page_of(count: int, endless: bool, run: str) -> str:
    """The body of a page with `count` pictures; `run` keeps their addresses apart from another visit's."""
    if endless:
        values = {"BATCH": BATCH, "COUNT": count, "SIDE": SIDE, "RUN": run}
        html = ENDLESS
        for name, value in values.items():
            html = html.replace(name, str(value))
        return html
    attributes = f'width="{SIDE}" height="{SIDE}" elementtiming="picture"'
    return "".join(f'<img src="/copy-{run}/{n}.jpg" {attributes}>' for n in range(count))


def load_model(context, worker, site, pictures: Path) -> None:
    """Has one picture checked on a page that is closed again."""
    write_pictures(pictures, 1)
    page = context.new_page()
    page.goto(site.add_page(page_of(1, endless=False, run="before")))
    wait_until(page, lambda: worker.evaluate(CHECKED, 1) == 1, LIMIT_S, "the model")
    page.close()
    wait_until(context.pages[0], lambda: worker.evaluate(CHECKED, 1) == 0, LIMIT_S, "the verdict is forgotten")


def visit(context, worker, site, tree: ProcessTree, html: str, scenario: Scenario) -> dict[str, tuple[float, str]]:
    """Opens a page, reads it to its end, and waits a little.

    No picture is scrolled out of view before it has its verdict (or, unchecked, is painted): one that was gone before
    it was asked for is asked for once it is back in view, and one that was never painted is held by no browser.

    Returns:
        (value, unit) by figure; times from the navigation on.
    """
    count, checked = scenario.count, scenario.checked
    figures: dict[str, tuple[float, str]] = {}
    page = context.new_page()
    page.add_init_script(f"({OBSERVE})()")
    address = site.add_page(html)
    cpu, peak = tree.cpu_s(), 0.0
    started = time.perf_counter()

    def note(name: str) -> None:
        figures[name] = (1000 * (time.perf_counter() - started), "ms")

    def done(first: int) -> int:
        return worker.evaluate(CHECKED, first) if checked else page.evaluate(PAINTED, first)

    # Not when all has loaded: a verdict may come before the last picture does.
    page.goto(address, wait_until="domcontentloaded")
    in_view = page.evaluate(IN_VIEW)
    wait_until(page, lambda: done(in_view) >= 1, LIMIT_S, "the first")
    note("first in view")
    wait_until(page, lambda: done(in_view) >= in_view, LIMIT_S, "all in view")
    note("all in view")
    while page.evaluate(IN_VIEW) < count:
        peak = max(peak, tree.memory_mb())
        leaving = page.evaluate(LEAVING)
        wait_until(page, lambda first=leaving: done(first) >= first, LIMIT_S, f"the first {leaving} of {count}")
        page.evaluate(SCROLL_ON)
    wait_until(page, lambda: done(count) >= count, LIMIT_S, f"all {count}")
    note("all")
    rate = 1000 * count / figures["all"][0]
    peak = max(peak, tree.memory_mb())
    figures["pictures a second"] = (rate, "/s")
    busy = tree.cpu_s() - cpu
    figures["processor time a picture"] = (1000 * busy / count, "ms")
    figures["peak memory of the browser"] = (peak, "MB")
    felt = page.evaluate("felt")
    figures["all in view painted"] = (page.evaluate(PAINTED_AT, in_view), "ms")
    figures["pictures painted"] = (page.evaluate(PAINTED, count), "")
    figures["long tasks"] = (len(felt["longTasks"]), "")
    figures["blocking time"] = (sum(duration - 50 for duration in felt["longTasks"]), "ms")
    figures["layout shift"] = (felt["shift"], "")
    page.wait_for_timeout(1000)
    cpu = tree.cpu_s()
    page.wait_for_timeout(1000 * IDLE_S)
    figures["processor once done"] = (100 * (tree.cpu_s() - cpu) / IDLE_S, "%")
    page.close()
    return figures


def main() -> None:
    """Prints and writes the table, and draws how it grows where pages differ in their number of pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=3)
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 100, 1000], help="pictures of a page")
    parser.add_argument("--kinds", choices=KINDS, nargs="+", default=KINDS, help="of pages")
    args = parser.parse_args()
    scenarios = [Scenario(*each) for each in product(args.counts, args.kinds, (False, True))]
    values: dict[tuple[str, Scenario], list[tuple[float, str]]] = {}
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        pictures, profile = Path(scratch) / "pictures", Path(scratch) / "profile"
        pictures.mkdir()
        extension = build_extension(Path(scratch) / "build", test_permissions=True)
        with (
            serve_site(pictures) as site,
            launch_extension(playwright, extension, profile=profile) as (context, worker),
        ):
            tree = ProcessTree(f"--user-data-dir={profile}")
            for number, scenario in product(range(args.rounds), scenarios):
                set_settings(worker, "all" if scenario.checked else "off")
                if scenario.checked:
                    load_model(context, worker, site, pictures)
                else:  # an earlier visit's would be taken for the browser's own memory
                    worker.evaluate(CLOSE_MODEL)
                write_pictures(pictures, scenario.count)
                endless = scenario.kind == "endless"
                html = page_of(scenario.count, endless, run=f"{number}-{scenario.count}-{endless}-{scenario.checked}")
                for figure, value in visit(context, worker, site, tree, html, scenario).items():
                    values.setdefault((figure, scenario), []).append(value)
    order = list(dict.fromkeys(figure for figure, _ in values))
    measured = [
        (scenario, Series(figure, scenario.name, [value for value, _ in found], found[0][1]))
        for (figure, scenario), found in sorted(values.items(), key=lambda item: order.index(item[0][0]))
    ]
    about = (
        f"Pages of portraits of {SIDE} px, each file new, read to the end as fast as verdicts come; times from the"
        " navigation on; verdicts after the first are counted where they are stored, at most half a second later. Long"
        " tasks and shifts are the page's, whoever caused them, and memory is that of the whole browser but for its"
        " program files: compare with the extension off, where no model is loaded either."
    )
    write_results(args.out, "page", [series for _, series in measured], about=about)
    if len(set(args.counts)) > 1:
        plot_growth(args.out / "page_growth.png", measured)


if __name__ == "__main__":
    main()
