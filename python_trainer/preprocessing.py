"""Crop, level and resize a face: the contract that the browser mirrors, number for number."""

import math

import numpy as np
from PIL import Image

from python_trainer.config import DetectorSettings, FaceCropSettings


def round_half_up(value: float) -> int:
    """Round as JavaScript's Math.round does; Python's own rounds halves to even."""
    return math.floor(value + 0.5)


def resize_antialiased(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize with a triangle filter as wide as the reduction (Pillow's BILINEAR).

    Args:
        image: uint8 [h, w, 3].
        height, width: the new size, pixels.

    Returns:
        uint8 [height, width, 3].
    """
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))


def detection_image(image: np.ndarray, settings: DetectorSettings) -> np.ndarray:
    """Reduce an image so that its shorter side is at most `settings.max_short_side`.

    That bounds the detector's cost whatever the photo's size, and makes the smallest face it looks for a fixed
    fraction of the image (20 of 480 pixels, about 4 %).
    """
    height, width = image.shape[:2]
    short = min(height, width)
    if short <= settings.max_short_side:
        return image
    scale = settings.max_short_side / short
    return resize_antialiased(image, round_half_up(height * scale), round_half_up(width * scale))


def face_angle(keypoints: np.ndarray) -> float:
    """How far a face is turned on the screen, radians, positive clockwise, in (-pi, pi]: 0 when it stands upright.

    The angle of the line through the eyes, by half a turn more where the mouth then lies above them.

    Args:
        keypoints: float [5, 2], (x, y) in pixels: the eyes, in either order, nose and the mouth's corners.
    """
    (ax, ay), (bx, by) = sorted(keypoints[:2].tolist())
    angle = math.atan2(by - ay, bx - ax)
    x, y = (keypoints[3:].mean(axis=0) - keypoints[:2].mean(axis=0)).tolist()
    if y * math.cos(angle) - x * math.sin(angle) >= 0:
        return angle
    return angle - math.pi if angle > 0 else angle + math.pi


def crop_face(
    image: np.ndarray, box_xyxy: np.ndarray, keypoints: np.ndarray | None, settings: FaceCropSettings
) -> np.ndarray:
    """Cut a square around a face, turned upright where the settings say "eyes", resized to `settings.size`.

    The square's side is the box's longer side times (1 + margin); what lies outside the image repeats its edge.
    Box and angle are first rounded, to whole pixels (as the package `mtcnn` does in its own answers) and whole
    degrees: detections that differ in their last digits, as between Python and a browser, then give the same crop.

    Args:
        image: uint8 [h, w, 3] RGB.
        box_xyxy: float [4], pixels.
        keypoints: float [5, 2] as for `face_angle`, or None where there are none (then the crop is not turned).

    Returns:
        uint8 [size, size, 3].
    """
    cx, cy, side, angle = _crop_square(box_xyxy, keypoints, settings)
    patch_size = settings.size
    if side > settings.size:
        patch_size = min(math.ceil(side - 1e-3), settings.max_patch)
    patch = _sample_square(image, cx, cy, side, angle, patch_size)
    return resize_antialiased(patch, settings.size, settings.size)


def crop_points(points: np.ndarray, box_xyxy: np.ndarray, settings: FaceCropSettings) -> np.ndarray:
    """Where a face's keypoints lie in its own crop, float [5, 2] pixels: the inverse of what `crop_face` samples.

    Args:
        points: float [5, 2] as for `face_angle`, in pixels of the image.
        box_xyxy: float [4], pixels.
    """
    cx, cy, side, angle = _crop_square(box_xyxy, points, settings)
    x, y = points[:, 0] - cx, points[:, 1] - cy
    u = x * math.cos(angle) + y * math.sin(angle)
    v = y * math.cos(angle) - x * math.sin(angle)
    return (np.stack([u, v], axis=1) / side + 0.5) * settings.size


def _crop_square(
    box_xyxy: np.ndarray, keypoints: np.ndarray | None, settings: FaceCropSettings
) -> tuple[float, float, float, float]:
    """The square that is cut around a face: its middle x, y and side, pixels of the image, and its angle, radians."""
    x1, y1, x2, y2 = (round_half_up(float(value)) for value in box_xyxy)
    side = max(x2 - x1, y2 - y1) * (1 + settings.margin)
    levelled = settings.alignment == "eyes" and keypoints is not None
    angle = math.radians(round_half_up(math.degrees(face_angle(keypoints)))) if levelled else 0.0
    return (x1 + x2) / 2, (y1 + y2) / 2, side, angle


def _sample_square(image: np.ndarray, cx: float, cy: float, side: float, angle: float, size: int) -> np.ndarray:
    """Bilinear samples of a turned square; pixel centres lie at +0.5, edges are replicated. uint8 [size, size, 3]."""
    height, width = image.shape[:2]
    offsets = ((np.arange(size) + 0.5) / size - 0.5) * side
    u, v = offsets[None, :], offsets[:, None]
    x = np.clip(cx + u * math.cos(angle) - v * math.sin(angle) - 0.5, 0, width - 1)
    y = np.clip(cy + u * math.sin(angle) + v * math.cos(angle) - 0.5, 0, height - 1)
    left, top = x.astype(np.int32), y.astype(np.int32)  # none is negative: cutting off rounds down
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    fx, fy = (x - left)[..., None], (y - top)[..., None]
    pixels = image.reshape(-1, 3)
    upper = _between(pixels, top * width, left, right, fx)
    lower = _between(pixels, bottom * width, left, right, fx)
    upper *= 1 - fy
    lower *= fy
    upper += lower
    upper += 0.5
    return upper.astype(np.uint8)


def _between(pixels: np.ndarray, row: np.ndarray, left: np.ndarray, right: np.ndarray, fx: np.ndarray) -> np.ndarray:
    values = pixels.take(row + left, axis=0) * (1 - fx)
    values += pixels.take(row + right, axis=0) * fx
    return values
