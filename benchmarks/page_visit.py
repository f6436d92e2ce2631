"""One visit to a page of pictures: it is opened, read to its end and left alone for a while, and this is what it took."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page

from benchmarks.page_figures import times_of
from benchmarks.page_seen import PICTURES, Seen, badges_of, pictures_of
from benchmarks.page_tensors import tensors_alive
from benchmarks.process_tree import Meter, ProcessTree

STEP = 600  # CSS pixels that the reader scrolls at a time
IDLE_S = 10  # the processor is counted in hundredths of a second, for each of a dozen processes
# Seconds from the end, and from what was measured before, on. By 30 s collectors of garbage have run once in each process.
AFTERWARDS = {"processor once done": 1, "processor at rest": 19}
LONG_MS = 50  # a shorter task is not felt, nor told by the browser
FELT = """
globalThis.felt = { longTasks: [], shift: 0 };
new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => felt.longTasks.push(duration)))
  .observe({ type: "longtask", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => (felt.shift += value)))
  .observe({ type: "layout-shift", buffered: true });
"""
# Pictures are numbered down the page, so these are the first so many: those whose middle lies above `y`, as of less than a
# strip of a picture no badge is shown.
FIRST = """[...document.images].filter((image) => {
  const { top, bottom } = image.getBoundingClientRect();
  return (top + bottom) / 2 < Y;
}).length"""
IN_VIEW = FIRST.replace("Y", "innerHeight")
LEAVING = FIRST.replace("Y", str(STEP))
# At once, and answered after the next frame: what is told then is of the place that was scrolled to.
SCROLL_ON = f"""new Promise((resolve) => {{
  scrollBy({{ top: {STEP}, behavior: "instant" }});
  requestAnimationFrame(resolve);
}})"""


def visit(context: BrowserContext, address: str, count: int, checked: bool, tree: ProcessTree) -> dict[str, float]:
    """Opens a page, reads it to its end, and waits a little.

    Args:
        context: the browser that `tree` measures.
        address: of a page of `benchmarks.page_site`.
        count: its pictures.
        checked: whether the extension checks them by itself.

    Returns:
        Values by figure; of a checked page, when its badges were painted, else when its pictures were.

    Raises:
        TimeoutError: what was waited for did not come.
    """
    page = context.new_page()
    page.add_init_script(PICTURES + FELT)
    with Meter(tree) as meter:
        # Not when all has loaded: a verdict may come before the last picture does.
        page.goto(address, wait_until="domcontentloaded")
        pictures = pictures_of(page)
        seen = badges_of(page) if checked else pictures
        in_view = page.evaluate(IN_VIEW)
        read_to_end(page, seen, count)
    felt = page.evaluate("felt")
    painted = pictures.times()
    figures = times_of(seen.times(), in_view) | {
        "processor time": meter.cpu_s,
        "processor time a picture": 1000 * meter.cpu_s / count,
        "peak memory of the browser": meter.peak_mb,
        "all in view painted": max(time for number, time in painted.items() if number < in_view),
        "pictures painted": len(painted),
        "long tasks": len(felt["longTasks"]),
        "blocking time": sum(duration - LONG_MS for duration in felt["longTasks"]),
        "layout shift": felt["shift"],
    }
    for figure, wait_s in AFTERWARDS.items():
        page.wait_for_timeout(1000 * wait_s)
        before = tree.cpu_s()
        page.wait_for_timeout(1000 * IDLE_S)
        figures[figure] = 100 * (tree.cpu_s() - before) / IDLE_S
    if alive := tensors_alive(page):
        figures["tensors of a worker"] = max(alive)
    page.close()
    return figures


def read_to_end(page: Page, seen: Seen, count: int) -> None:
    """Scrolls through a page of `count` pictures as fast as they are painted, or their badges: what `seen` notes.

    None is scrolled out of view before: one that was gone before it was asked for is asked for once it is back in view,
    and one that was never painted is held by no browser.

    Raises:
        TimeoutError: what was waited for did not come.
    """
    seen.wait_for(page.evaluate(IN_VIEW))
    while page.evaluate(IN_VIEW) < count:
        seen.wait_for(page.evaluate(LEAVING))
        page.evaluate(SCROLL_ON)
    seen.wait_for(count)
