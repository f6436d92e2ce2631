"""Photos of the sizes that pages have, made from free pictures among the tests' fixtures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from PIL import Image, ImageOps

from tests.parity.goldens import FIXTURES

# Name -> longer side, pixels.
SIZES = {"avatar, 96 px": 96, "640 px": 640, "1920 px": 1920, "12 megapixels": 4000}
PORTRAIT = FIXTURES / "faces" / "real_katherine_maher.jpg"
LANDSCAPE = FIXTURES / "images" / "no_face.jpg"
GROUP = FIXTURES / "images" / "faces_three.jpg"
_numbers = count()


def photo(longer_side: int, picture: Path = PORTRAIT, *, whole: bool = False) -> bytes:
    """A JPEG file, 4:3; of a portrait it has one face.

    Args:
        longer_side: pixels.
        picture: what it shows.
        whole: nothing of a wider picture is cut away; its first pixel's colour lies above and below it.
    """
    image = Image.open(picture).convert("RGB")
    if whole:
        image = ImageOps.pad(image, (image.width, round(image.width * 3 / 4)), color=image.getpixel((0, 0)))
    side = min(image.width / 4, image.height / 3)
    left, top = (image.width - 4 * side) / 2, (image.height - 3 * side) / 2
    size = longer_side, round(longer_side * 3 / 4)
    resized = image.resize(size, Image.Resampling.BICUBIC, (left, top, left + 4 * side, top + 3 * side))
    file = io.BytesIO()
    resized.save(file, "jpeg", quality=85)
    return file.getvalue()


def pictures() -> dict[str, bytes]:
    """JPEG files by name: one face in every size; none, which is looked for a second time; and three."""
    found = {size: photo(side) for size, side in SIZES.items()}
    found |= {f"no face, {size}": photo(SIZES[size], LANDSCAPE) for size in ("640 px", "12 megapixels")}
    return found | {"three faces, 640 px": photo(SIZES["640 px"], GROUP, whole=True)}


def copies(file: bytes) -> Iterator[bytes]:
    """The same picture again and again, each a file that no cache knows: a number stands behind its end."""
    while True:
        yield file + next(_numbers).to_bytes(8, "big")
