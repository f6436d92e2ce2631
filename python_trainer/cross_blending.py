"""Cross-blended images: another's face pasted over one, its colours matched, as a face swap (Li et al. 2020, Face X-ray)."""

import numpy as np
from PIL import Image

from python_trainer.self_blending import MASKS, face_mask, soften

CANDIDATES = 8  # donors looked at; the one whose five points lie most alike is taken, as its head is turned alike


def nearest_donor(keypoints: np.ndarray, donors: list[np.ndarray]) -> int:
    """Index of the donor whose keypoints [5, 2] a similarity lays best onto `keypoints` [5, 2]."""
    return int(np.argmin([_similarity(keypoints, points)[1] for points in donors]))


def cross_blend(
    real: np.ndarray, keypoints: np.ndarray, donor: np.ndarray, donor_keypoints: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The donor's face in place of the real's: the seam and whose face it is are all that is wrong with it.

    Args:
        real: uint8 [s, s, 3], an unaltered face crop, the real of the pair.
        keypoints: float [5, 2], (x, y) in its pixels.
        donor: uint8 [s, s, 3], another face crop, and its keypoints.
        rng: the draw.

    Returns:
        fake uint8 [s, s, 3]; mask float32 [s, s] in [0, 1], the donor's share.
    """
    size = real.shape[0]
    matrix = tuple(_similarity(keypoints, donor_keypoints)[0].reshape(-1))
    laid, inside = (
        np.asarray(image.transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR))
        for image in (Image.fromarray(donor), Image.new("L", donor.shape[1::-1], 255))
    )
    hard = np.asarray(face_mask(size, keypoints, rng, MASKS[rng.integers(len(MASKS))]))
    hard = np.where(inside == 255, hard, 0).astype(np.uint8)  # beside the donor's crop there is nothing to paste
    soft = np.asarray(soften(Image.fromarray(hard), rng), np.float32) / 255
    mask = soft if soft.any() else hard.astype(np.float32) / 255
    share = mask[..., None]
    blended = share * _recoloured(laid.astype(np.float32), real.astype(np.float32), hard > 0) + (1 - share) * real
    return np.clip(np.floor(blended + 0.5), 0, 255).astype(np.uint8), mask


def _similarity(points: np.ndarray, onto: np.ndarray) -> tuple[np.ndarray, float]:
    """The turn, scale and shift [2, 3] that takes `points` [5, 2] nearest to `onto`, and the squared error in units of its size."""
    x, y = np.asarray(points, np.float64).T
    one, zero = np.ones_like(x), np.zeros_like(x)
    system = np.concatenate([np.stack([x, -y, one, zero], axis=1), np.stack([y, x, zero, one], axis=1)])
    goal = np.asarray(onto, np.float64).T.reshape(-1)
    (a, b, c, d), *_ = np.linalg.lstsq(system, goal, rcond=None)
    error = np.square(system @ (a, b, c, d) - goal).sum() / max(np.square(onto - np.mean(onto, axis=0)).sum(), 1e-9)
    return np.array([(a, -b, c), (b, a, d)]), float(error)


def _recoloured(pixels: np.ndarray, like: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Each channel given the mean and deviation that `like` has at `where` (Reinhard et al. 2001, in RGB)."""
    if not where.any():
        return pixels
    contrast = np.clip(like[where].std(axis=0) / np.maximum(pixels[where].std(axis=0), 1), 0.5, 2)  # more: noise shows
    return (pixels - pixels[where].mean(axis=0)) * contrast + like[where].mean(axis=0)
