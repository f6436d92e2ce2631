"""What happens to photos on their way to a detector: named, deterministic degradations of a whole photo, and its crop.

A condition takes and gives uint8 RGB [h, w, 3] in [0, 255]; the size may change, the framing never does. Resizing
is Pillow's antialiased BILINEAR throughout.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from zlib import crc32

import numpy as np
from PIL import Image, ImageFilter

from python_trainer.config import FaceCropSettings
from python_trainer.images import recompress
from python_trainer.manifest import CropRow
from python_trainer.preprocessing import crop_face, resize_antialiased, round_half_up
from python_trainer.spoiling import spoil

Condition = Callable[[np.ndarray], np.ndarray]


def rescale(image: np.ndarray, factor: float) -> np.ndarray:
    """The photo at `factor` times its size, at least one pixel: uint8 [h', w', 3]."""
    height, width = image.shape[:2]
    return resize_antialiased(image, max(1, round_half_up(height * factor)), max(1, round_half_up(width * factor)))


def limit(image: np.ndarray, longest: int) -> np.ndarray:
    """The photo shrunk until its longer side is at most `longest` pixels; never enlarged: uint8 [h', w', 3]."""
    return rescale(image, min(1.0, longest / max(image.shape[:2])))


def encode(image: np.ndarray, format_: str, quality: int) -> np.ndarray:
    """The photo after a round trip through "JPEG" or "WEBP" at Pillow's `quality`: uint8, same shape."""
    return np.asarray(recompress(Image.fromarray(image), format_, quality=quality))


def shared(image: np.ndarray, longest: int, quality: int) -> np.ndarray:
    """What a website makes of an upload: size limit, then JPEG. uint8 [h', w', 3]."""
    return encode(limit(image, longest), "JPEG", quality)


def screenshot(image: np.ndarray) -> np.ndarray:
    """Drawn at a display scale of 125 %, captured (PNG loses nothing) and brought back to its own grid: same shape."""
    return resize_antialiased(rescale(image, 1.25), *image.shape[:2])


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur (Pillow's box approximation) with `sigma` in pixels of the photo, not of the crop: same shape."""
    return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(sigma)))


def recompress_twice(image: np.ndarray) -> np.ndarray:
    """Saved as JPEG 85, then by somebody else as JPEG 75: same shape."""
    return encode(encode(image, "JPEG", 85), "JPEG", 75)


def spoilt(image: np.ndarray) -> np.ndarray:
    """One to four changes of filters, noise, blots and weather, drawn by the photo's own bytes: same shape."""
    return spoil(image, np.random.default_rng(crc32(np.ascontiguousarray(image))))


CURVES: dict[str, dict[str, int]] = {
    "jpeg_quality": {f"jpeg_{quality}": quality for quality in (90, 70, 50, 30)},
    "scale_percent": {f"scale_{percent}": percent for percent in (75, 50, 25)},
    "blur_sigma": {f"blur_{sigma}": sigma for sigma in (1, 2, 3)},
}
CONDITIONS: dict[str, Condition] = {
    "clean": lambda image: image,
    "web": partial(shared, longest=768, quality=60),
    "hard": partial(shared, longest=512, quality=40),
    "avatar": partial(shared, longest=96, quality=80),
    "screenshot": screenshot,
    "webp": partial(encode, format_="WEBP", quality=60),
    **{name: partial(encode, format_="JPEG", quality=q) for name, q in CURVES["jpeg_quality"].items()},
    **{name: partial(rescale, factor=percent / 100) for name, percent in CURVES["scale_percent"].items()},
    **{name: partial(blur, sigma=float(sigma)) for name, sigma in CURVES["blur_sigma"].items()},
    "resize_90": partial(rescale, factor=0.9),
    "resize_110": partial(rescale, factor=1.1),
    "jpeg_twice": recompress_twice,
    "spoilt": spoilt,
}
# Harmless to the eye: a verdict that turns over under one of these was worth nothing.
FLIP_VARIANTS = ("web", "screenshot", "webp", "jpeg_90", "jpeg_70", "jpeg_twice", "scale_75", "resize_90", "resize_110")


@dataclass(frozen=True)
class View:
    """What a detector looks at: face crops cut by `crop`, or whole photos, as squares of `size` pixels."""

    size: int
    crop: FaceCropSettings
    whole_image: bool = False


def cut(photo: np.ndarray, row: CropRow, clean_shape: tuple[int, int], view: View) -> np.ndarray:
    """The detector's input from a photo in any condition, as `prepare` makes it from the clean one.

    Detection is not repeated: the box and keypoints found in the clean photo are scaled to the degraded one, so a
    score changes with the pixels alone, and faces that a degradation would hide from MTCNN are still judged. A row
    without keypoints is a picture that came as a tight face crop: all of it is resized.

    Args:
        photo: uint8 [h, w, 3], the degraded photo.
        row: a row with a crop; its box is in pixels of the clean photo.
        clean_shape: (height, width) of the clean photo.

    Returns:
        uint8 [size, size, 3].
    """
    keypoints = json.loads(row.keypoints)
    if view.whole_image or not keypoints:
        return resize_antialiased(photo, view.size, view.size)
    ratio = np.array([photo.shape[1] / clean_shape[1], photo.shape[0] / clean_shape[0]])
    box = np.array(json.loads(row.box_xyxy)) * np.tile(ratio, 2)
    crop = crop_face(photo, box, np.array(keypoints).reshape(5, 2) * ratio, view.crop)
    return resize_antialiased(crop, view.size, view.size)
