"""Random changes to a crop, as pure functions of an explicit generator: the same seed gives the same change."""

import math

import numpy as np
from PIL import Image, ImageEnhance

from python_trainer.config import Recipe
from python_trainer.images import recompress


def augment(crop: np.ndarray, recipe: Recipe, size: int, rng: np.random.Generator) -> np.ndarray:
    """One random view of a crop.

    Geometry first (one resampling for flip, rotation, zoom and the final size), then colour, then what the web does
    to a picture. Two crops of a pair given generators of the same seed get the same draw.

    Args:
        crop: uint8 [s, s, 3].
        size: side of the result, pixels.

    Returns:
        uint8 [size, size, 3].
    """
    image = _geometry(Image.fromarray(crop), recipe, size, rng)
    if recipe.color:
        for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            image = enhance(image).enhance(1 + rng.uniform(-recipe.color, recipe.color))
    degraded = rng.uniform() < recipe.degrade
    if degraded:
        image = degrade(image, rng)
    return np.asarray(image)


def _geometry(image: Image.Image, recipe: Recipe, size: int, rng: np.random.Generator) -> Image.Image:
    flip_x, flip_y = rng.uniform(size=2) < (recipe.horizontal_flip, recipe.vertical_flip)
    angle = rng.uniform(-recipe.rotation, recipe.rotation) * 2 * math.pi
    zoom = 1 + rng.uniform(-recipe.zoom, recipe.zoom)
    if flip_x:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if flip_y:
        image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    source = image.width
    if size < source:  # antialias first; turning and zooming then samples at about the right density
        image = image.resize((size, size), Image.Resampling.BILINEAR)
        source = size
    if angle == 0 and zoom == 1:
        return image.resize((size, size), Image.Resampling.BILINEAR)
    return _turned(image, angle, zoom * source / size, size)


def _turned(image: Image.Image, angle: float, step: float, size: int) -> Image.Image:
    """Affine bilinear sampling about the centre; what falls outside repeats the edge."""
    border = image.width // 3
    padded = Image.fromarray(np.pad(np.asarray(image), ((border, border), (border, border), (0, 0)), mode="edge"))
    cos, sin = step * math.cos(angle), step * math.sin(angle)
    centre, half = padded.width / 2, size / 2
    matrix = (cos, -sin, centre - half * (cos - sin), sin, cos, centre - half * (sin + cos))
    return padded.transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def degrade(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Shrink and enlarge again (half of the time), then recompress as JPEG or, one time in four, as WebP."""
    size = image.size
    if rng.uniform() < 0.5:
        kernels = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
        small = tuple(max(16, round(side * rng.uniform(0.4, 1.0))) for side in size[:1]) * 2
        image = image.resize(small, kernels[rng.integers(3)]).resize(size, kernels[rng.integers(2)])
    quality = int(rng.integers(40, 96))
    if rng.uniform() < 0.25:
        return recompress(image, "WEBP", quality=quality, method=0)
    return recompress(image, "JPEG", quality=quality, subsampling=int(rng.integers(0, 3)))
