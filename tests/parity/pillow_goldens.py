"""Writes small images and what Pillow makes of them, for the unit tests of the resampler and the median in JavaScript.

python -m tests.parity.pillow_goldens
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from python_trainer.files import write_atomically
from python_trainer.preprocessing import resize_antialiased

GOLDENS = Path(__file__).resolve().parents[1] / "js" / "inference"
# (height, width) before and after: reductions, enlargements, one side only, extreme shapes.
SIZES = [
    ((9, 7), (4, 3)),
    ((23, 31), (10, 10)),
    ((5, 4), (11, 9)),
    ((16, 16), (16, 5)),
    ((16, 16), (7, 16)),
    ((1, 40), (3, 9)),
]
# (height, width), the median's window, and the range of values: one pixel, narrower than the window, one grey, thin, dark, all.
FILTERED = [
    ((1, 1), 5, (9, 9)),
    ((5, 4), 5, (0, 255)),
    ((60, 2), 5, (0, 255)),
    ((20, 20), 3, (77, 77)),
    ((2, 300), 5, (0, 255)),
    ((24, 40), 5, (5, 30)),
    ((31, 23), 7, (0, 255)),
]


def resampled() -> list[dict]:
    """Images and the same images resized."""
    rng = np.random.default_rng(0)
    cases = []
    for (height, width), (new_height, new_width) in SIZES:
        image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        resized = resize_antialiased(image, new_height, new_width)
        cases.append(
            {
                "width": width,
                "height": height,
                "pixels": image.ravel().tolist(),
                "newWidth": new_width,
                "newHeight": new_height,
                "expected": resized.ravel().tolist(),
            }
        )
    return cases


def filtered() -> list[dict]:
    """Images and the same images filtered by the median."""
    rng = np.random.default_rng(0)
    cases = []
    for (height, width), median_size, (least, most) in FILTERED:
        image = rng.integers(least, most + 1, (height, width, 3), dtype=np.uint8)
        cases.append(
            {
                "width": width,
                "height": height,
                "pixels": image.ravel().tolist(),
                "medianSize": median_size,
                "expected": np.asarray(Image.fromarray(image).filter(ImageFilter.MedianFilter(median_size)))
                .ravel()
                .tolist(),
            }
        )
    return cases


def main() -> None:
    """Replaces the golden files; the same bytes each time."""
    for name, cases in (("resample", resampled()), ("median-filter", filtered())):
        with write_atomically(GOLDENS / f"{name}.golden.json") as file:
            json.dump(cases, file)
            file.write("\n")


if __name__ == "__main__":
    main()
