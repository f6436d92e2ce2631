"""Writes small images and what Pillow makes of them, for the unit tests of the resampler in JavaScript.

python -m tests.parity.pillow_goldens
"""

import json
from pathlib import Path

import numpy as np

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


def main() -> None:
    """Replaces the golden file; the same bytes each time."""
    with write_atomically(GOLDENS / "resample.golden.json") as file:
        json.dump(resampled(), file)
        file.write("\n")


if __name__ == "__main__":
    main()
