"""Random changes to a crop, as pure functions of an explicit generator: the same seed gives the same change."""

import math

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from python_trainer.config import Recipe
from python_trainer.images import recompress
from python_trainer.spoiling import spoil


def augment(crop: np.ndarray, recipe: Recipe, size: int, rng: np.random.Generator) -> np.ndarray:
    """One random view of a crop.

    Geometry first (one resampling for flip, rotation, zoom and the final size), then erased rectangles, colour,
    what spoils photos and what the web does to a picture. Two crops of a pair given generators of the same seed get the same draw.

    Args:
        crop: uint8 [s, s, 3].
        size: side of the result, pixels.

    Returns:
        uint8 [size, size, 3].
    """
    image = _erased(_geometry(Image.fromarray(crop), recipe, size, rng), recipe, rng)
    if recipe.color:
        for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
            image = enhance(image).enhance(1 + rng.uniform(-recipe.color, recipe.color))
    if recipe.spoil and rng.uniform() < recipe.spoil:
        image = Image.fromarray(spoil(np.asarray(image), rng))
    degraded = rng.uniform() < recipe.degrade
    if degraded:
        image = degrade(image, rng)
    return np.asarray(image)


def _geometry(image: Image.Image, recipe: Recipe, size: int, rng: np.random.Generator) -> Image.Image:
    flip_x, flip_y = rng.uniform(size=2) < (recipe.horizontal_flip, recipe.vertical_flip)
    angle = rng.uniform(-recipe.rotation, recipe.rotation) * 2 * math.pi
    zoom = 1 + rng.uniform(-recipe.zoom, recipe.zoom)
    if rng.uniform() > recipe.geometry:  # sampled as it is: turning and zooming smooth the finest traces away
        angle, zoom = 0.0, 1.0
    if flip_x:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if flip_y:
        image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    source = image.width
    if recipe.window and size < source:  # the finest traces do not survive shrinking
        left, top = (int(offset) for offset in rng.integers(0, source - size + 1, size=2))
        if angle == 0 and zoom == 1:
            return image.crop((left, top, left + size, top + size))
        shift = left - (source - size) / 2, top - (source - size) / 2
        return _turned(image, angle, zoom, size, shift)
    if size < source:  # antialias first; turning and zooming then samples at about the right density
        image = image.resize((size, size), Image.Resampling.BILINEAR)
        source = size
    if angle == 0 and zoom == 1:
        return image.resize((size, size), Image.Resampling.BILINEAR)
    return _turned(image, angle, zoom * source / size, size, (0, 0))


def _turned(image: Image.Image, angle: float, step: float, size: int, shift: tuple[float, float]) -> Image.Image:
    """Affine bilinear sampling about the centre moved by `shift`; what falls outside repeats the edge."""
    border = image.width // 3
    pixels = np.asarray(image)
    padding = ((border, border), (border, border), (0, 0))[: pixels.ndim]
    padded = Image.fromarray(np.pad(pixels, padding, mode="edge"))
    cos, sin = step * math.cos(angle), step * math.sin(angle)
    centre, half = padded.width / 2, size / 2
    left, top = centre + shift[0] - half * (cos - sin), centre + shift[1] - half * (sin + cos)
    matrix = (cos, -sin, left, sin, cos, top)
    return padded.transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def augment_mask(mask: np.ndarray, recipe: Recipe, size: int, rng: np.random.Generator) -> np.ndarray:
    """A mask moved as `augment` moves its crop when given a generator of the same seed.

    Args:
        mask: float32 [s, s] in [0, 1].

    Returns:
        float32 [size, size] in [0, 1].
    """
    image = Image.fromarray(np.floor(mask * 255 + 0.5).astype(np.uint8))
    return np.asarray(_erased(_geometry(image, recipe, size, rng), recipe, rng), np.float32) / 255


def _erased(image: Image.Image, recipe: Recipe, rng: np.random.Generator) -> Image.Image:
    """One to three rectangles painted over (DeVries & Taylor 2017), of a mask with 0: what is hidden is not altered.

    No single part of a face, say the mouth, may then be all that a verdict rests on.
    """
    if not recipe.erase or rng.uniform() > recipe.erase:
        return image
    image = image.copy()
    for _ in range(rng.integers(1, 4)):
        width, height = (max(1, round(image.width * share)) for share in rng.uniform(0.1, 0.4, 2))
        left, top = int(rng.integers(0, image.width - width + 1)), int(rng.integers(0, image.height - height + 1))
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        image.paste(colour if image.mode == "RGB" else 0, (left, top, left + width, top + height))
    return image


def degrade(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """What happens to a picture on its way through the web, each step by chance and in this order.

    Blur or sharpening, noise, shrinking and enlarging again, recompression as JPEG or WebP, once or twice. Both
    classes get the same distribution; an aligned pair gets the same draw.
    """
    if rng.uniform() < 0.1:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.5)))
    elif rng.uniform() < 0.1:
        image = image.filter(ImageFilter.UnsharpMask(radius=rng.uniform(0.5, 2), percent=int(rng.integers(30, 150)), threshold=0))  # fmt: skip
    if rng.uniform() < 0.1:
        noisy = np.asarray(image, np.float32) + rng.normal(0, rng.uniform(1, 8), (*image.size[::-1], 1))
        image = Image.fromarray(np.clip(noisy + 0.5, 0, 255).astype(np.uint8))
    if rng.uniform() < 0.05:
        image = image.convert("L").convert("RGB")
    if rng.uniform() < 0.4:
        image = _rescaled(image, rng)
    for chance in (0.85, 0.15):
        if rng.uniform() < chance:
            image = _recompressed(image, rng)
    return image


def _rescaled(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    kernels = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
    side = max(48, round(image.width * rng.uniform(0.4, 1.0)))
    return image.resize((side, side), kernels[rng.integers(3)]).resize(image.size, kernels[rng.integers(2)])


def _recompressed(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    quality = int(rng.integers(40, 97))
    if rng.uniform() < 0.25:
        return recompress(image, "WEBP", quality=quality, method=0)
    return recompress(image, "JPEG", quality=quality, subsampling=int(rng.integers(0, 3)))
