"""Photos of the sizes that pages have, made from a free portrait among the tests' fixtures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import count

from PIL import Image

from tests.parity.goldens import FIXTURES

# Name -> longer side, pixels.
SIZES = {"avatar, 96 px": 96, "640 px": 640, "1920 px": 1920, "12 megapixels": 4000}
PORTRAIT = FIXTURES / "faces" / "real_katherine_maher.jpg"
_numbers = count()


def photo(longer_side: int) -> bytes:
    """A JPEG file, 4:3, with one face."""
    image = Image.open(PORTRAIT).convert("RGB")
    side = min(image.width / 4, image.height / 3)
    left, top = (image.width - 4 * side) / 2, (image.height - 3 * side) / 2
    size = longer_side, round(longer_side * 3 / 4)
    resized = image.resize(size, Image.Resampling.BICUBIC, (left, top, left + 4 * side, top + 3 * side))
    file = io.BytesIO()
    resized.save(file, "jpeg", quality=85)
    return file.getvalue()


def copies(file: bytes) -> Iterator[bytes]:
    """The same picture again and again, each a file that no cache knows: a number stands behind its end."""
    while True:
        yield file + next(_numbers).to_bytes(8, "big")
