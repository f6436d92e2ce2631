"""From the browser's start to the first verdict, and what is loaded on the way: `python -m benchmarks.cold_start`."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.options import add_options
from benchmarks.photos import copies, photo
from benchmarks.pipeline import check_next, extension_page
from benchmarks.results import Series, write_results
from extension.demo.extension_build import build_extension

# What a worker does before its first image, in a page of the extension, where the same policy holds.
COMPILE = """async () => {
  const timed = async (work) => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  };
  const bytes = await (await fetch("/wasm/tfjs-backend-wasm-simd.wasm")).arrayBuffer();
  return { "compile TF.js's WebAssembly": await timed(() => WebAssembly.compile(bytes)) };
}"""


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
            **page.evaluate(COMPILE),
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


def main() -> None:
    """Prints and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=5)
    args = parser.parse_args()
    times: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = build_extension(Path(scratch), test_permissions=True)
        for _ in range(args.rounds):
            for name, value in start_once(playwright, folder).items():
                times.setdefault(name, []).append(value)
        rows = [Series("times", name, values) for name, values in times.items()] + loaded_bytes(folder)
    about = (
        "A new profile each time: nothing compiled is cached. A photo of 640 px; on WebAssembly where there is no GPU."
    )
    write_results(args.out, "cold_start", rows, about=about)


if __name__ == "__main__":
    main()
