"""From the browser's start to the first verdict, and what is loaded on the way: `python -m benchmarks.cold_start`."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.options import add_backend, add_options
from benchmarks.photos import copies, photo
from benchmarks.pipeline import check_next, extension_page
from benchmarks.results import Series, write_results
from extension.demo.browser import GPU_FLAGS
from extension.demo.extension_build import build_extension
from tests.parity.module_page import bundle

PAGE = "cold-start"


def start_once(playwright, folder: Path) -> dict[str, float]:
    """Milliseconds from the launch of the browser on, and of the steps."""
    started = time.perf_counter()
    with extension_page(playwright, folder) as page:
        ready = 1000 * (time.perf_counter() - started)
        files = copies(photo(640))
        first, second = check_next(page, files, 1), check_next(page, files, 1)
        verdict = 1000 * (time.perf_counter() - started)
        return {
            "browser started, extension's page open": ready,
            "first verdict, from the browser's start": verdict - second,
            "first check": first,
            "second check": second,
        }


def add_page(folder: Path) -> None:
    """Puts the page that compiles and loads one thing after the other into a built extension: it reads what that reads."""
    bundle(Path(__file__).parent / "pages" / f"{PAGE}.js", folder / f"{PAGE}.js")
    (folder / f"{PAGE}.html").write_text(f'<!doctype html><meta charset="utf-8"><script src="{PAGE}.js"></script>')


def load_once(playwright, folder: Path, backend: str) -> dict[tuple[str, str], float]:
    """Milliseconds of what is compiled and loaded, by group and step, in a browser that has compiled nothing yet."""
    with extension_page(playwright, folder, f"{PAGE}.html", GPU_FLAGS.get(backend, ())) as page:
        started = page.evaluate("(backend) => bench.start(backend)", backend)
        networks = page.evaluate("bench.load()")
    times = {("compile and start", step): value for step, value in started.items()}
    for name, runs in networks.items():
        times |= {(f"networks on {backend}", step): value for step, value in network_steps(name, runs, backend).items()}
    return times


def network_steps(name: str, runs: dict[str, float], backend: str) -> dict[str, float]:
    """What one network takes until it runs as it will from then on.

    Args:
        runs: milliseconds to "load" it, of its "first" and of its "second" run.
        backend: the first run compiles shaders and sends weights to the GPU on "webgl"; on "wasm" it compiles the
            functions that it calls and packs weights.
    """
    warm_up = "compile shaders of" if backend == "webgl" else "warm up"
    return {
        f"load {name}": runs["load"],
        f"first run of {name}": runs["first"],
        f"second run of {name}": runs["second"],
        f"{warm_up} {name}": runs["first"] - runs["second"],
    }


def loaded_bytes(folder: Path) -> list[Series]:
    """Sizes of what is read before the first verdict, MB."""
    parts = {
        "script of the workers": ["inference-worker.js"],
        "script of the document": ["offscreen/offscreen.js"],
        "background script": ["background.js"],
        "content script": ["content.js"],
        "WebAssembly": ["wasm/tfjs-backend-wasm-simd.wasm"],
        "classifier": ["converted_models/ifmd/*"],
        "detector": ["converted_models/mtcnn/*/*"],
        "detector of the second look": ["converted_models/blazeface/*"],
    }
    sizes = {
        name: sum(file.stat().st_size for pattern in patterns for file in folder.glob(pattern))
        for name, patterns in parts.items()
    }
    return [Series("read before the first verdict", name, [size / 1e6], "MB") for name, size in sizes.items()]


def packed_bytes(out: Path) -> Series:
    """Size of the package for Chrome, MB, built into `out`."""
    package = build_extension(out, test_permissions=False).with_suffix(".zip")
    return Series("download", "package for Chrome", [package.stat().st_size / 1e6], "MB")


def main() -> None:
    """Prints and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=5)
    add_backend(parser, "the networks by themselves")
    args = parser.parse_args()
    times: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = build_extension(Path(scratch) / "test", test_permissions=True)
        add_page(folder)
        # Not counted: only after it does every start find the files in the system's cache.
        with extension_page(playwright, folder) as page:
            versions = {"Chromium": page.context.browser.version}
        for _ in range(args.rounds):
            found = {("times", step): value for step, value in start_once(playwright, folder).items()}
            for key, value in (found | load_once(playwright, folder, args.backend)).items():
                times.setdefault(key, []).append(value)
        rows = [Series(group, step, values) for (group, step), values in times.items()]
        rows += [*loaded_bytes(folder), packed_bytes(Path(scratch) / "shipped")]
    about = (
        "A new profile each time: nothing compiled is cached. The files are in the system's cache: right after the"
        " computer's start it takes longer. A photo of 640 px; on WebAssembly, as in every new profile."
        f" What is compiled, and the networks (one thread, TF.js {args.backend}, one image of zeros), in a browser of their"
        " own; to warm up or to compile shaders is the first run less the second, and what networks have in common counts"
        " for the first of them."
    )
    write_results(args.out, "cold_start", rows, about=about, versions=versions)


if __name__ == "__main__":
    main()
