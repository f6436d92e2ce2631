"""From bytes to verdict: where the time goes, and what the extension takes: `python -m benchmarks.pipeline`."""

from __future__ import annotations

import argparse
import base64
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.options import add_backend, add_options
from benchmarks.photos import SIZES, copies, photo
from benchmarks.results import Series, interleave, write_results
from extension.demo.browser import GPU_FLAGS, launch_extension
from extension.demo.extension_build import build_extension
from python_trainer.files import ROOT
from tests.parity.browser_pipeline import WASM
from tests.parity.module_page import module_page

OURS = "as built here"
LIMIT_MS = 120_000
IMAGES = 24  # for the sustained rate
# The whole way through the extension, all messages included; files are told as base64.
CHECK = """async (files) => {
  const check = async (file) => {
    const dataUrl = `data:image/jpeg;base64,${file}`;
    const reply = await chrome.runtime.sendMessage({ target: "background", type: "report.check", dataUrl, crop: null, face: null, via: "bytes" });
    if (!reply.ok || reply.value.status === "failed") throw new Error(JSON.stringify(reply));
  };
  const startedAt = performance.now();
  await Promise.all(files.map(check));
  return performance.now() - startedAt;
}"""


def measure_steps(rounds: int, backend: str) -> list[Series]:
    """Milliseconds of every step, and of all in the first photo of each size, in this order (WebGL compiles then).

    And what of TensorFlow.js is alive before the first photo and after the last: as much, or each photo leaves some behind.
    """
    folders = {"converted_models": ROOT / "converted_models", "wasm": WASM}
    source = Path(__file__).parent / "pages" / "pipeline.js"
    rows = []
    flags = GPU_FLAGS.get(backend, ())
    with tempfile.TemporaryDirectory() as scratch, module_page(source, folders, Path(scratch), flags, LIMIT_MS) as page:
        page.evaluate("(backend) => bench.start(backend)", backend)
        alive = {"after loading": page.evaluate("bench.tensors()")}
        for size, side in SIZES.items():
            encoded = base64.b64encode(photo(side)).decode()
            answers = [page.evaluate("(encoded) => bench.analyze(encoded)", encoded) for _ in range(rounds + 1)]
            faces = {"faces": answers[0]["faces"]}
            for step in answers[0]["steps"]:
                rows.append(Series(size, step, [answer["steps"][step] for answer in answers[1:]], notes=faces))
            totals = [sum(answer["steps"].values()) for answer in answers]
            rows += [Series(size, "all steps", totals[1:]), Series(size, "all steps, the first time", totals[:1])]
        alive[f"after {len(SIZES) * (rounds + 1)} photos"] = page.evaluate("bench.tensors()")
    rows += [Series("tensors alive", when, [found["count"]], "") for when, found in alive.items()]
    rows += [Series("they hold", when, [found["bytes"]], "bytes") for when, found in alive.items()]
    return rows


@contextmanager
def extension_page(
    playwright, folder: Path, path: str = "options/options.html", flags: Sequence[str] = ()
) -> Iterator[Page]:
    """A page of a built extension, from which messages go the extension's own way; `flags` are further ones of the browser."""
    with launch_extension(playwright, folder, extra_args=flags) as (context, worker):
        page = context.new_page()
        page.set_default_timeout(LIMIT_MS)
        page.goto(worker.url.replace("background.js", path))
        yield page


def check(page, files: list[bytes]) -> float:
    """Milliseconds until every file has its verdict."""
    encoded = [base64.b64encode(file).decode() for file in files]
    return page.evaluate(CHECK, encoded)


def check_next(page, files: Iterator[bytes], count: int) -> float:
    """Milliseconds for the next `count` files, all asked for at once."""
    return check(page, list(islice(files, count)))


def measure_extension(builds: dict[str, Path], rounds: int) -> list[Series]:
    """Time of one image by size, and the rate of many; the builds take turns."""
    rows = []
    with sync_playwright() as playwright, ExitStack() as stack:
        pages = {name: stack.enter_context(extension_page(playwright, folder)) for name, folder in builds.items()}
        first = {name: [check(page, [next(copies(photo(640)))])] for name, page in pages.items()}
        rows += [Series("first check after the start, 640 px", name, values) for name, values in first.items()]
        for size, side in SIZES.items():
            files = copies(photo(side))
            one = {name: partial(check_next, page, files, 1) for name, page in pages.items()}
            rows += [Series(f"one, {size}", name, values) for name, values in interleave(one, rounds).items()]
            # Known by its content since the first round, which is not counted: what is left are messages and the hash.
            again = {name: partial(check, page, [photo(side)]) for name, page in pages.items()}
            values = interleave(again, rounds + 1).items()
            rows += [Series(f"messages, {size}", name, found[1:]) for name, found in values]
        files = copies(photo(640))
        for page in pages.values():
            check_next(page, files, IMAGES)  # all workers are there afterwards
        many = {name: partial(check_next, page, files, IMAGES) for name, page in pages.items()}
        for name, values in interleave(many, max(3, rounds // 3)).items():
            rates = [1000 * IMAGES / value for value in values]
            rows.append(Series(f"{IMAGES} at once, 640 px", name, rates, "images/s"))
    return rows


def main() -> None:
    """Prints and writes the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=10)
    parser.add_argument(
        "--against", type=Path, metavar="DIR", help="a Chrome build of another version, to take turns with"
    )
    add_backend(parser, "the steps")
    args = parser.parse_args()
    steps = measure_steps(args.rounds, args.backend)
    about = f"One photo with one face, one thread, TF.js {args.backend}; warm but for what says otherwise."
    write_results(args.out, "pipeline_steps", steps, about=about)
    with tempfile.TemporaryDirectory() as folder:
        builds = {OURS: build_extension(Path(folder), test_permissions=True)}
        if args.against:
            builds["other"] = args.against
        rows = measure_extension(builds, args.rounds)
    about = "Bytes to verdict through the whole extension in Chromium, messages included; every file is new to it."
    write_results(args.out, "pipeline", rows, baseline="other" if args.against else None, about=about)


if __name__ == "__main__":
    main()
