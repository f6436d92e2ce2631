"""Self-blended images: a real face pasted onto itself, so that only the seam gives it away (Shiohara & Yamasaki 2022)."""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

# Outline of a mean face in units of the distance between the eyes; origin between the eyes, y downwards. The hull of
# MTCNN's own five points would leave out forehead, cheeks and chin, where face swaps end.
OUTLINE = np.array(
    [(-0.55, -0.60), (0.55, -0.60), (0.95, -0.42), (1.05, 0.05), (0.98, 0.60), (0.78, 1.15), (0.38, 1.55), (0.0, 1.66),
     (-0.38, 1.55), (-0.78, 1.15), (-0.98, 0.60), (-1.05, 0.05), (-0.95, -0.42)]
)  # fmt: skip
PART_SHARE = 0.2  # of the pastes that replace one part of the face only, as a retoucher does
LEAST_AREA = 0.01  # of the crop
MASKS = ("hull", "ellipse")


def self_blend(
    real: np.ndarray, keypoints: np.ndarray, rng: np.random.Generator, shape: str | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A pair that differs by a blend alone: same face, same light, same file.

    A copy of the face is shifted, rescaled and changed in colour or sharpness a little (on the copy or on what it is
    pasted onto, half of the time each), then pasted back through a soft mask. The real of the pair is the *changed*
    target, else colour would give the class away.

    Args:
        real: uint8 [s, s, 3], an unaltered face crop.
        keypoints: float [5, 2], (x, y) in pixels of the crop, eyes first, mouth corners last.
        rng: the draw.
        shape: "hull" or "ellipse" mask; None draws one.

    Returns:
        real uint8 [s, s, 3]; fake uint8 [s, s, 3]; mask float32 [s, s] in [0, 1], the share of the pasted copy.
    """
    size = real.shape[0]
    source, target = Image.fromarray(real), Image.fromarray(real)
    if rng.uniform() < 0.5:
        source = _recolour(source, rng)
    else:
        target = _recolour(target, rng)
    strength = np.float32(rng.choice([0.5, 0.75, 1.0, 1.0, 1.0]))
    hard = face_mask(size, keypoints, rng, shape or MASKS[rng.integers(len(MASKS))])
    source, hard = _shifted(source, hard, rng)
    mask = np.asarray(soften(hard, rng), np.float32) / 255
    if mask.mean() < LEAST_AREA:  # eroded to nothing: a pair must differ
        mask = np.asarray(hard, np.float32) / 255
    share = (mask * strength)[..., None]
    background = np.asarray(target)
    blended = share * np.asarray(source, np.float32) + (1 - share) * background
    return background, np.floor(blended + 0.5).astype(np.uint8), share[..., 0]


def face_mask(size: int, keypoints: np.ndarray, rng: np.random.Generator, shape: str) -> Image.Image:
    """A hard mask ("L", 0 or 255) over the face or, one time in five, over one part of it.

    "hull": the mean outline laid onto the five keypoints, its corners jittered. "ellipse": half-axes of 1.05 and 1.4
    eye distances, jittered by 20 %, tilted by up to 15 degrees.
    """
    points = np.asarray(keypoints, np.float64)
    eyes, mouth = points[:2], points[3:].mean(axis=0)
    across = eyes[1] - eyes[0] if eyes[0, 0] <= eyes[1, 0] else eyes[0] - eyes[1]
    unit = max(float(np.hypot(*across)), size / 12)  # turned heads bring the eyes together
    angle = math.atan2(across[1], across[0])
    middle = eyes.mean(axis=0)
    if rng.uniform() < PART_SHARE:
        part = (points[rng.integers(2)], points[2], mouth)[rng.integers(3)]
        axes, centre, tilt = unit * rng.uniform(0.35, 0.7, 2), part, angle
    elif shape == "ellipse":
        axes = unit * np.array([1.05, 1.4]) * rng.uniform(0.8, 1.2, 2)
        centre, tilt = (2 * middle + 1.5 * mouth) / 3.5, angle + math.radians(rng.uniform(-15, 15))
    else:
        corners = OUTLINE * rng.uniform(0.85, 1.1) * (1 + rng.uniform(-0.08, 0.08, OUTLINE.shape))
        return _polygon(size, middle + corners @ _turn(angle) * unit)
    circle = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    ring = np.stack([np.cos(circle) * axes[0], np.sin(circle) * axes[1]], axis=1)
    return _polygon(size, centre + ring @ _turn(tilt))


def _turn(angle: float) -> np.ndarray:
    """Row vectors times this are turned by `angle`, clockwise on the screen."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, sin], [-sin, cos]])


def _polygon(size: int, corners: np.ndarray) -> Image.Image:
    mask = Image.new("L", (size, size))
    ImageDraw.Draw(mask).polygon([(float(x), float(y)) for x, y in corners], fill=255)
    return mask


def _recolour(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Colour shifts of up to 20 of 255 a channel, 10 % brightness and contrast; then softer or sharper."""
    if rng.uniform() < 0.5:
        shifted = np.asarray(image, np.float32) + rng.uniform(-20, 20, 3)
        image = Image.fromarray(np.clip(shifted + 0.5, 0, 255).astype(np.uint8))
    image = ImageEnhance.Color(image).enhance(1 + rng.uniform(-0.3, 0.3))
    image = ImageEnhance.Brightness(image).enhance(1 + rng.uniform(-0.1, 0.1))
    image = ImageEnhance.Contrast(image).enhance(1 + rng.uniform(-0.1, 0.1))
    if rng.uniform() < 0.5:
        small = round(image.width / rng.choice([1.5, 2, 3, 4]))
        shrink = (Image.Resampling.NEAREST, Image.Resampling.BILINEAR)[rng.integers(2)]
        return image.resize((small, small), shrink).resize(image.size, Image.Resampling.BILINEAR)
    return image.filter(ImageFilter.UnsharpMask(radius=1.5, percent=int(rng.integers(30, 100)), threshold=0))


def _shifted(source: Image.Image, mask: Image.Image, rng: np.random.Generator) -> tuple[Image.Image, Image.Image]:
    """Copy and mask moved by up to 3 % across and 1.5 % along the face, and rescaled by up to 5 %."""
    size, zoom = source.width, rng.uniform(0.95, 1.05)
    dx, dy = rng.uniform(-0.03, 0.03) * size, rng.uniform(-0.015, 0.015) * size
    centre = size / 2
    matrix = (1 / zoom, 0, centre - (centre + dx) / zoom, 0, 1 / zoom, centre - (centre + dy) / zoom)
    moved = [image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR) for image in (source, mask)]  # fmt: skip
    # What moved in from outside the crop is black: never paste that.
    inside = Image.new("L", source.size, 255).transform(source.size, Image.Transform.AFFINE, matrix)
    return moved[0], Image.composite(moved[1], Image.new("L", source.size), inside)


def soften(mask: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A hard mask "L" made soft: wobble its edge, erode it by a blur of which only full value stays, blur again."""
    size = mask.width
    coarse = rng.uniform(-1, 1, (2, 6, 6)) * size * 0.015
    wobble = [np.asarray(Image.fromarray(c.astype(np.float32)).resize((size, size), Image.Resampling.BICUBIC)) for c in coarse]  # fmt: skip
    rows, columns = np.mgrid[0:size, 0:size]
    x = np.clip(np.rint(columns + wobble[0]), 0, size - 1).astype(int)
    y = np.clip(np.rint(rows + wobble[1]), 0, size - 1).astype(int)
    mask = Image.fromarray(np.asarray(mask)[y, x])
    eroded = np.asarray(mask.filter(ImageFilter.GaussianBlur(size * rng.uniform(0.005, 0.03)))) >= 250
    return Image.fromarray((eroded * 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(size * rng.uniform(0.004, 0.05))
    )
