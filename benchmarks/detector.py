"""Face detectors, time and recall on the same pictures: `python -m benchmarks.detector [--data DIR]`."""

from __future__ import annotations

import argparse
import base64
import csv
import io
import random
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.stats import binomtest

from benchmarks.face_pages import FACES, make_face_pages
from benchmarks.options import add_options
from benchmarks.results import Series, interleave, write_results
from python_trainer.config import FaceCropSettings
from python_trainer.files import ROOT
from tests.parity.browser_pipeline import WASM
from tests.parity.goldens import FIXTURES
from tests.parity.module_page import module_page

MODULES = Path(__file__).parent / "node_modules" / "@vladmandic"
SHIPPED = "MTCNN, as shipped"
PACKAGE = "Python mtcnn"
LIMIT_MS = 120_000
BINS = ((20, 39), (40, 59), (60, 400))  # longer sides of faces, pixels
JUDGED = FaceCropSettings().min_face_size  # pixels


class Detectors:
    """All of them, on the picture that was opened last."""

    def __init__(self, page):
        import tensorflow as tf
        from mtcnn import MTCNN

        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
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


def is_of(truth: np.ndarray, box: np.ndarray) -> bool:
    """Whether a box [4] is this face's: its centre in the face's middle half, its size within a factor of 2.

    Detectors differ in how much of the head a box holds, so overlap would favour the one that drew the truth.
    """
    size = max(truth[2:] - truth[:2])
    offset = np.abs((box[:2] + box[2:]) / 2 - (truth[:2] + truth[2:]) / 2)
    return bool((offset <= (truth[2:] - truth[:2]) / 4).all() and 0.5 <= max(box[2:] - box[:2]) / size <= 2)


@dataclass
class Found:
    """What a detector found. hits: of every face its longer side in pixels, and whether it was found; strays: boxes of no face."""

    hits: list[tuple[float, bool]] = field(default_factory=list)
    strays: int = 0

    def add(self, faces: np.ndarray, boxes: np.ndarray) -> None:
        """Counts a picture: where its faces are, and where the detector has them, both [n, 4] xyxy."""
        for face in faces:
            self.hits.append((max(face[2:] - face[:2]), any(is_of(face, box) for box in boxes)))
        self.strays += sum(not any(is_of(face, box) for face in faces) for box in boxes)

    def among(self, low: int, high: int) -> list[bool]:
        """Of the faces of so many pixels, whether each was found."""
        return [hit for size, hit in self.hits if low <= round(size) <= high]


def recall_rows(group: str, found: Mapping[str, Found]) -> list[Series]:
    """Recall of the faces that are large enough to be judged, with its interval, beside what the shipped search finds of them."""
    shipped = found[SHIPPED].among(JUDGED, BINS[-1][1])
    rows = []
    for name, each in found.items():
        hits = each.among(JUDGED, BINS[-1][1])
        interval = binomtest(sum(hits), len(hits)).proportion_ci(0.95, method="exact")
        pairs = list(zip(hits, shipped, strict=True))
        notes = {"95 %": f"{100 * interval.low:.1f}–{100 * interval.high:.1f}"}
        for low, high in BINS:
            notes[f"{low}–{high} px"] = f"{sum(each.among(low, high))}/{len(each.among(low, high))}"
        notes["found, not as shipped"] = pairs.count((True, False))
        notes["as shipped, not found"] = pairs.count((False, True))
        notes["boxes of no face"] = each.strays
        rows.append(Series(group, name, [100 * sum(hits) / len(hits)], "%", notes))
    return rows


def measure_recall(detectors: Detectors, seeds: int) -> list[Series]:
    """What every detector finds on the same pictures of many faces."""
    rows = []
    for size in FACES:
        found = {name: Found() for name in detectors.names}
        for page in chain.from_iterable(make_face_pages(size, seed) for seed in range(seeds)):
            detectors.open(page.png)
            for name, each in found.items():
                each.add(page.boxes_xyxy, detectors.detect(name)[1])
        rows += recall_rows(f"{size[0]}×{size[1]}, faces of {JUDGED} px and more", found)
    return rows


def measure_pages(detectors: Detectors, rounds: int) -> list[Series]:
    """Time per picture of many faces."""
    rows = []
    for size, faces in FACES.items():
        times: dict[str, list[float]] = {name: [] for name in detectors.names}
        for page in make_face_pages(size):
            detectors.open(page.png)
            for name in detectors.names:
                detectors.detect(name)  # a first search at a size costs more
            timings = interleave({name: partial(_time_of, detectors, name) for name in detectors.names}, rounds)
            for name, values in timings.items():
                times[name] += values
        counts = [len(row) for row in faces]
        group = f"{size[0]}×{size[1]}, {min(counts)} to {max(counts)} faces"
        rows += [Series(group, name, values) for name, values in times.items()]
    return rows


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
    parser.add_argument(
        "--seeds",
        type=int,
        default=12,
        help="of the pictures for the recall: sets of 27 and 28 faces (default: %(default)s)",
    )
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
        recall = measure_recall(detectors, args.seeds)
    about = "One thread each; in the browser all on TF.js wasm. With a face: photos in which one was found."
    write_results(args.out, "detector", rows, baseline=SHIPPED, about=about)
    about = (
        f"Faces found, and those of each size, with the exact (Clopper-Pearson) interval; {args.seeds} sets of pictures. Of seven"
        " people and their mirror images, so it speaks of sizes and places, not of people. The larger pictures are searched at"
        " half their size, where the shipped search leaves out no scale."
    )
    write_results(args.out, "detector_recall", recall, about=about)


if __name__ == "__main__":
    main()
