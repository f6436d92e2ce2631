"""Face detectors, time and recall on the same pictures: `python -m benchmarks.detector [--data DIR]`."""

from __future__ import annotations

import argparse
import base64
import csv
import io
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.face_pages import make_face_pages
from benchmarks.options import add_options
from benchmarks.results import Series, interleave, write_results
from python_trainer.files import ROOT
from tests.parity.browser_pipeline import WASM
from tests.parity.goldens import FIXTURES
from tests.parity.module_page import module_page

MODULES = Path(__file__).parent / "node_modules" / "@vladmandic"
SHIPPED = "MTCNN, as shipped"
PACKAGE = "Python mtcnn"
LIMIT_MS = 120_000
BINS = ((20, 39), (40, 59), (60, 400))  # longer sides of faces, pixels
Detect = Callable[[], tuple[float, np.ndarray]]  # -> (milliseconds, boxes [n, 4] xyxy)


class Detectors:
    """All of them, on the picture that was opened last."""

    def __init__(self, page):
        from mtcnn import MTCNN

        self._page = page
        self._package = MTCNN()
        self._image = np.zeros((0, 0, 3), np.uint8)
        self.names = [*page.evaluate("bench.start()"), PACKAGE]

    def open(self, file: bytes) -> None:
        """Decodes a picture for every detector; that time is not theirs."""
        self._image = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
        self._page.evaluate("(encoded) => bench.open(encoded)", base64.b64encode(file).decode())

    def detect(self, name: str) -> tuple[float, np.ndarray]:
        """Milliseconds, and boxes float [n, 4] xyxy in pixels."""
        if name != PACKAGE:
            answer = self._page.evaluate("(name) => bench.detect(name)", name)
            return answer["ms"], np.asarray(answer["boxes"], float).reshape(-1, 4)
        start = time.perf_counter()
        found = self._package.detect_faces(self._image)
        elapsed = 1000 * (time.perf_counter() - start)
        boxes = np.asarray([face["box"] for face in found], float).reshape(-1, 4)
        return elapsed, np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])


def is_found(truth: np.ndarray, boxes: np.ndarray) -> bool:
    """Whether one of the boxes [n, 4] is this face: its centre in the face's middle half, its size within a factor of 2.

    Detectors differ in how much of the head a box holds, so overlap would favour the one that drew the truth.
    """
    centre, side = (truth[:2] + truth[2:]) / 2, max(truth[2:] - truth[:2])
    for box in boxes:
        offset = np.abs((box[:2] + box[2:]) / 2 - centre)
        if (offset <= (truth[2:] - truth[:2]) / 4).all() and 0.5 <= max(box[2:] - box[:2]) / side <= 2:
            return True
    return False


def measure_pages(detectors: Detectors, rounds: int) -> list[Series]:
    """Time per picture of many faces, and recall by their size."""
    times: dict[str, list[float]] = {name: [] for name in detectors.names}
    hits: dict[str, list[tuple[float, bool]]] = {name: [] for name in detectors.names}
    for page in make_face_pages():
        detectors.open(page.png)
        for name in detectors.names:
            boxes = detectors.detect(name)[1]
            hits[name] += [(max(truth[2:] - truth[:2]), is_found(truth, boxes)) for truth in page.boxes_xyxy]
        timings = interleave({name: partial(_time_of, detectors, name) for name in detectors.names}, rounds)
        for name, values in timings.items():
            times[name] += values

    def recall(name: str, low: int, high: int) -> str:
        found = [hit for size, hit in hits[name] if low <= round(size) <= high]
        return f"{sum(found)}/{len(found)}"

    return [
        Series(
            "1280×960, 8 to 18 faces",
            name,
            values,
            notes={f"{low}–{high} px": recall(name, low, high) for low, high in BINS},
        )
        for name, values in times.items()
    ]


def measure_photos(detectors: Detectors, files: list[Path], group: str) -> list[Series]:
    """Time per photo, and in how many of them a face was found; each holds one at least, as far as is known."""
    times: dict[str, list[float]] = {name: [] for name in detectors.names}
    found = dict.fromkeys(detectors.names, 0)
    for number, file in enumerate(files):
        detectors.open(file.read_bytes())
        if number == 0:
            for name in detectors.names:
                detectors.detect(name)
        start = number % len(detectors.names)
        for name in detectors.names[start:] + detectors.names[:start]:
            elapsed, boxes = detectors.detect(name)
            times[name].append(elapsed)
            found[name] += bool(len(boxes))
    return [
        Series(group, name, values, notes={"with a face": f"{found[name]}/{len(files)}"})
        for name, values in times.items()
    ]


def photos_of(folder: Path, count: int) -> list[Path]:
    """A draw of the test images that manifest.csv in `folder` names, the same one each time."""
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        paths = [folder / row["path"] for row in csv.DictReader(file) if row.get("split", "test") == "test"]
    return random.Random(0).sample(paths, min(count, len(paths)))


def _time_of(detectors: Detectors, name: str) -> float:
    return detectors.detect(name)[0]


def main() -> None:
    """Prints and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser, rounds=5)
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="photos too: a folder with a manifest.csv (path, split)"
    )
    parser.add_argument("--photos", type=int, default=100, help="how many of them (default: %(default)s)")
    args = parser.parse_args()
    folders = {
        "models": ROOT / "converted_models",
        "wasm": WASM,
        "blazeface": MODULES / "human-models" / "models",
        "faceapi": MODULES / "face-api" / "model",
    }
    source = Path(__file__).parent / "pages" / "detector.js"
    with tempfile.TemporaryDirectory() as scratch, module_page(source, folders, Path(scratch), (), LIMIT_MS) as page:
        detectors = Detectors(page)
        rows = measure_pages(detectors, args.rounds)
        rows += measure_photos(detectors, sorted((FIXTURES / "faces").iterdir()), "portraits, 640 px and more")
        if args.data:
            rows += measure_photos(detectors, photos_of(args.data, args.photos), f"{args.photos} photos of --data")
    about = "One thread each; in the browser all on TF.js wasm. Faces found of those there are, by size; photos in which one was found."
    write_results(args.out, "detector", rows, baseline=SHIPPED, about=about)


if __name__ == "__main__":
    main()
