"""Pictures full of faces of known sizes and places, made from the free portraits among the tests' fixtures."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from tests.parity.goldens import FIXTURES, read_goldens

SURROUNDINGS = 0.5  # of the face's longer side, shown on each side of it
# (width, height) of pictures -> longer sides of the faces on each of them, pixels.
FACES = {
    (1280, 960): (
        (340, 230, 120, 60, 45, 40, 30, 20),
        (160, 120, 100, 80, 70, 60, 50, 46, 42, 40, 36, 30, 26, 22, 20),
        (64, 60, 56, 52, 48, 46, 44, 42, 41, 40, 40, 38, 34, 30, 26, 24, 22, 20),
    ),
    (640, 480): (
        (140, 90, 64, 56, 50, 46, 43, 41, 40, 34, 26),
        (60, 58, 56, 54, 52, 51, 49, 48, 47, 47, 45, 44, 44, 42, 42, 41, 40, 40, 40, 36, 30, 24),
    ),
}


@dataclass(frozen=True)
class FacePage:
    """png: the file. boxes_xyxy: float [n, 4], where the faces are, pixels."""

    png: bytes
    boxes_xyxy: np.ndarray


def make_face_pages(size: tuple[int, int], seed: int = 0) -> list[FacePage]:
    """Pictures of that (width, height), one of FACES, the same ones each time.

    The seed says who is shown where, facing which way, on which ground.
    """
    rng = np.random.default_rng(seed)
    goldens = {golden["image"]: golden for golden in read_goldens()["images"]}
    portraits = []
    for path in sorted((FIXTURES / "faces").iterdir()):
        box = np.asarray(goldens[f"faces/{path.name}"]["faces"][0]["box_xyxy"])
        portrait = Image.open(path).convert("RGB")
        mirrored_box = np.asarray([portrait.width - box[2], box[1], portrait.width - box[0], box[3]])
        portraits += [(portrait, box), (ImageOps.mirror(portrait), mirrored_box)]
    return [_make_page(rng, portraits, size, faces) for faces in FACES[size]]


def _make_page(
    rng: np.random.Generator, portraits: list, page_size: tuple[int, int], faces: tuple[int, ...]
) -> FacePage:
    """Shelves of faces, the largest first, on a plain colour."""
    page = Image.new("RGB", page_size, tuple(int(value) for value in rng.integers(60, 200, 3)))
    x = y = shelf = 0
    boxes = []
    for size in faces:
        image, box = portraits[rng.integers(len(portraits))]
        longer = max(box[2] - box[0], box[3] - box[1])
        scale, margin = size / longer, SURROUNDINGS * longer
        left, top = max(0, box[0] - margin), max(0, box[1] - margin)
        right, bottom = min(image.width, box[2] + margin), min(image.height, box[3] + margin)
        side = round((right - left) * scale), round((bottom - top) * scale)
        if x + side[0] > page.width:
            x, y, shelf = 0, y + shelf, 0
        piece = image.resize(side, Image.Resampling.BOX, (left, top, right, bottom), reducing_gap=3.0)
        page.paste(piece, (x, y))
        boxes.append((box - [left, top, left, top]) * scale + [x, y, x, y])
        x, shelf = x + side[0], max(shelf, side[1])
    file = io.BytesIO()
    page.save(file, "png")
    return FacePage(file.getvalue(), np.asarray(boxes))
