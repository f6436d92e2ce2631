"""From bytes to verdict: where the time goes, and what the extension takes: `python -m benchmarks.pipeline`."""

from __future__ import annotations

import argparse
import base64
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.options import add_backend, add_options
from benchmarks.photos import copies, photo, pictures
from benchmarks.results import Series, interleave, write_results
from extension.demo.browser import GPU_FLAGS, launch_extension
from extension.demo.extension_build import build_extension
from python_trainer.files import ROOT
from tests.parity.browser_pipeline import WASM
from tests.parity.module_page import module_page

OURS = "as built here"
OTHER = "other"
LIMIT_MS = 120_000
STARTS = 5  # of the browser, at most: each takes seconds
AT_ONCE = 24  # files under way while the sustained rate is measured
TOLERANCE = 0.001  # between two builds' scores
# The whole way through the extension, all messages included; files are told as base64.
CHECK = """async ([files, atOnce]) => {
  const check = async (file) => {
    const dataUrl = `data:image/jpeg;base64,${file}`;
    const reply = await chrome.runtime.sendMessage({ target: "background", type: "report.check", dataUrl, crop: null, face: null, via: "bytes" });
    if (!reply.ok || reply.value.status === "failed") throw new Error(JSON.stringify(reply));
    const { status, faces = [] } = reply.value;
    return { status, faces: faces.length, scores: faces.map(({ fakeScore }) => fakeScore ?? null) };
  };
  const verdicts = [];
  let next = 0;
  const checkOneAfterTheOther = async () => {
    while (next < files.length) {
      const index = next++;
      verdicts[index] = await check(files[index]);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: atOnce }, checkOneAfterTheOther));
  return { ms: performance.now() - startedAt, verdicts };
}"""


def measure_steps(rounds: int, backend: str) -> list[Series]:
    """Milliseconds of every step, and of all in the first photo of each kind, in this order (WebGL compiles then).

    And what of TensorFlow.js is alive before the first photo and after the last: as much, or each photo leaves some behind.
    """
    folders = {"converted_models": ROOT / "converted_models", "wasm": WASM}
    source = Path(__file__).parent / "pages" / "pipeline.js"
    rows = []
    flags = GPU_FLAGS.get(backend, ())
    files = pictures()
    with tempfile.TemporaryDirectory() as scratch, module_page(source, folders, Path(scratch), flags, LIMIT_MS) as page:
        page.evaluate("(backend) => bench.start(backend)", backend)
        alive = {"after loading": page.evaluate("bench.tensors()")}
        for kind, file in files.items():
            encoded = base64.b64encode(file).decode()
            answers = [page.evaluate("(encoded) => bench.analyze(encoded)", encoded) for _ in range(rounds + 1)]
            faces = {"faces": answers[0]["faces"]}
            for step in answers[0]["steps"]:
                rows.append(Series(kind, step, [answer["steps"][step] for answer in answers[1:]], notes=faces))
            totals = [sum(answer["steps"].values()) for answer in answers]
            rows += [Series(kind, "all steps", totals[1:]), Series(kind, "all steps, the first time", totals[:1])]
        alive[f"after {len(files) * (rounds + 1)} photos"] = page.evaluate("bench.tensors()")
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


def check(page: Page, files: Sequence[bytes], at_once: int = AT_ONCE) -> float:
    """Milliseconds until every file has its verdict, `at_once` under way at a time."""
    return _answers(page, files, at_once)["ms"]


def check_next(page: Page, files: Iterator[bytes], count: int) -> float:
    """Milliseconds for the next `count` files."""
    return check(page, list(islice(files, count)))


def _answers(page: Page, files: Sequence[bytes], at_once: int = AT_ONCE) -> dict:
    """`ms` until all were judged, and `verdicts`: `status`, `faces` (how many, where one was judged) and their `scores`.

    A score lies in [0, 1]; that of a face too small to judge is None.
    """
    return page.evaluate(CHECK, [[base64.b64encode(file).decode() for file in files], at_once])


def differences(ours: Mapping[str, dict], theirs: Mapping[str, dict], tolerance: float) -> list[str]:
    """Sentences on the pictures that two builds judge differently.

    Args:
        ours, theirs: by picture, verdicts as `_answers` gives them.
        tolerance: how far two scores of a face may lie apart.
    """
    found = []
    for picture, verdict in ours.items():
        other = theirs[picture]
        for what in ("status", "faces"):
            if verdict[what] != other[what]:
                found.append(f"{picture}: {what} {verdict[what]}, and {other[what]} by the other build")
        if verdict["faces"] == other["faces"] and not all(map(_close(tolerance), verdict["scores"], other["scores"])):
            found.append(f"{picture}: scores {verdict['scores']}, and {other['scores']} by the other build")
    return found


def _close(tolerance: float):
    return lambda one, two: one == two or (None not in (one, two) and abs(one - two) <= tolerance)


def _first_check(playwright, folder: Path) -> float:
    """Milliseconds of the first check in a browser that has just started."""
    with extension_page(playwright, folder) as page:
        return check(page, [photo(640)])


def measure_extension(builds: dict[str, Path], rounds: int, images: int, tolerance: float) -> list[Series]:
    """Time of one image by its kind, and the rate of many; the builds take turns.

    Raises:
        SystemExit: two builds do not judge alike.
    """
    rows = []
    with sync_playwright() as playwright, ExitStack() as stack:
        starts = {name: partial(_first_check, playwright, folder) for name, folder in builds.items()}
        values = interleave(starts, min(rounds, STARTS)).items()
        rows += [Series("first check after the start, 640 px", name, found) for name, found in values]
        pages = {name: stack.enter_context(extension_page(playwright, folder)) for name, folder in builds.items()}
        files = pictures()
        judged = {}
        for name, page in pages.items():
            verdicts = _answers(page, list(files.values()))["verdicts"]
            judged[name] = dict(zip(files, verdicts, strict=True))
            if unlike := differences(judged[OURS], judged[name], tolerance):
                raise SystemExit("\n".join(["the builds judge differently, so nothing is told of speed:", *unlike]))
        for kind, file in files.items():
            fresh, verdict = copies(file), judged[OURS][kind]
            notes = {"verdict": verdict["status"], "faces in it": verdict["faces"]}
            one = {name: partial(check_next, page, fresh, 1) for name, page in pages.items()}
            values = interleave(one, rounds).items()
            rows += [Series(f"one, {kind}", name, found, notes=notes) for name, found in values]
            # Known by its content since it was judged above: what is left are messages and the hash.
            again = {name: partial(check, page, [file]) for name, page in pages.items()}
            rows += [Series(f"messages, {kind}", name, found) for name, found in interleave(again, rounds).items()]
        fresh = copies(photo(640))
        for page in pages.values():
            check_next(page, fresh, AT_ONCE)  # all workers are there afterwards
        many = {name: partial(check_next, page, fresh, images) for name, page in pages.items()}
        for name, values in interleave(many, max(3, rounds // 3)).items():
            rates = [1000 * images / value for value in values]
            rows.append(Series(f"{images} files, {AT_ONCE} at once, 640 px", name, rates, "images/s"))
    return rows


def main() -> None:
    """Prints and writes the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=10)
    parser.add_argument(
        "--images", type=int, default=240, help="files of a round of the sustained rate (default: %(default)s)"
    )
    parser.add_argument(
        "--against", type=Path, metavar="DIR", help="a Chrome build of another version, to take turns with"
    )
    parser.add_argument(
        "--tolerance",
        type=float,
        default=TOLERANCE,
        help="how far its scores, in [0, 1], may lie from ours (default: %(default)s); its faces may not differ",
    )
    add_backend(parser, "the steps")
    args = parser.parse_args()
    steps = measure_steps(args.rounds, args.backend)
    about = (
        f"One thread, TF.js {args.backend}; warm but for what says otherwise. Sizes alone: a photo with one face."
        " second look: BlazeFace, where MTCNN finds no face."
    )
    write_results(args.out, "pipeline_steps", steps, about=about)
    with tempfile.TemporaryDirectory() as folder:
        builds = {OURS: build_extension(Path(folder), test_permissions=True)}
        if args.against:
            builds[OTHER] = args.against
        rows = measure_extension(builds, args.rounds, args.images, args.tolerance)
    about = (
        "Bytes to verdict through the whole extension in Chromium, messages included; every file is new to it."
        " Sizes alone: a photo with one face. A first check has a browser of its own."
    )
    if args.against:
        about += f" Both builds gave every photo the same status and as many faces, and scores within {args.tolerance}."
    write_results(args.out, "pipeline", rows, baseline=OTHER if args.against else None, about=about)


if __name__ == "__main__":
    main()
