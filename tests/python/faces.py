"""Face pictures that the tests may use anywhere: scikit-image's public-domain astronaut, and copies of it."""

from functools import cache

import numpy as np
from PIL import Image


@cache
def astronaut() -> np.ndarray:
    """Uint8 [512, 512, 3]; one large face near (225, 120)."""
    from skimage import data

    return data.astronaut()


def save_astronaut(path, seed: int = 0, size: int = 256, **options):
    """Write a slightly different astronaut for each seed, so that no two files are near duplicates of one another."""
    rng = np.random.default_rng(seed)
    left, top = rng.integers(20, 90), rng.integers(0, 20)
    portrait = Image.fromarray(astronaut()).crop((left, top, left + 300, top + 300)).resize((size, size))
    blocks = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
    backdrop = Image.fromarray(blocks).resize((size, size), Image.Resampling.NEAREST)
    mask = Image.new("L", (size, size), 0)
    mask.paste(255, (size // 5, 0, size * 9 // 10, size * 8 // 10))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.composite(portrait, backdrop, mask).save(path, **options)
    return path
