"""Pictures full of faces of known sizes and places, made from the free portraits among the tests' fixtures."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tests.parity.goldens import FIXTURES, read_goldens

WIDTH, HEIGHT = 1280, 960
SURROUNDINGS = 0.5  # of the face's longer side, shown on each side of it
# Longer sides of the faces on each picture, pixels.
SIZES = (
    (400, 250, 130, 60, 45, 40, 30, 20),
    (160, 120, 100, 80, 70, 60, 50, 46, 42, 40, 36, 30, 26, 22, 20),
    (64, 60, 56, 52, 48, 46, 44, 42, 41, 40, 40, 38, 34, 30, 26, 24, 22, 20),
)


@dataclass(frozen=True)
class FacePage:
    """png: the file. boxes_xyxy: float [n, 4], where the faces are, pixels."""

    png: bytes
    boxes_xyxy: np.ndarray


def make_face_pages(seed: int = 0) -> list[FacePage]:
    """A picture for each row of SIZES, the same ones each time."""
    rng = np.random.default_rng(seed)
    goldens = {golden["image"]: golden for golden in read_goldens()["images"]}
    portraits = []
    for path in sorted((FIXTURES / "faces").iterdir()):
        box = np.asarray(goldens[f"faces/{path.name}"]["faces"][0]["box_xyxy"])
        portraits.append((Image.open(path).convert("RGB"), box))
    return [_make_page(rng, portraits, sizes) for sizes in SIZES]


def _make_page(rng: np.random.Generator, portraits: list, sizes: tuple[int, ...]) -> FacePage:
    """Shelves of faces, the largest first, on a plain colour."""
    page = Image.new("RGB", (WIDTH, HEIGHT), tuple(int(value) for value in rng.integers(60, 200, 3)))
    x = y = shelf = 0
    boxes = []
    for size in sizes:
        image, box = portraits[rng.integers(len(portraits))]
        longer = max(box[2] - box[0], box[3] - box[1])
        scale, margin = size / longer, SURROUNDINGS * longer
        left, top = max(0, box[0] - margin), max(0, box[1] - margin)
        right, bottom = min(image.width, box[2] + margin), min(image.height, box[3] + margin)
        side = round((right - left) * scale), round((bottom - top) * scale)
        if x + side[0] > WIDTH:
            x, y, shelf = 0, y + shelf, 0
        piece = image.resize(side, Image.Resampling.BOX, (left, top, right, bottom), reducing_gap=3.0)
        page.paste(piece, (x, y))
        boxes.append((box - [left, top, left, top]) * scale + [x, y, x, y])
        x, shelf = x + side[0], max(shelf, side[1])
    file = io.BytesIO()
    page.save(file, "png")
    return FacePage(file.getvalue(), np.asarray(boxes))
