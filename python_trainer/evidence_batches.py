"""Batches for the evidence network: every fake beside a real, with what is known of its traces and of where they are."""

import json

import keras
import numpy as np
from PIL import Image, ImageFilter

from python_trainer.augmentation import augment, augment_mask
from python_trainer.config import FaceCropSettings, Recipe
from python_trainer.cross_blending import CANDIDATES, cross_blend, nearest_donor
from python_trainer.dataset import draw_pairs
from python_trainer.manifest import CropRow
from python_trainer.preprocessing import crop_points
from python_trainer.self_blending import MASKS, face_mask, self_blend

# What a forgery leaves behind: (pasted, generated), None where it cannot be said. Unlisted generators: not known.
TRACES = {
    "dfdc_faceswap": (1, None),
    "deepfakes": (1, None),
    "faceswap": (1, 0),
    "face2face": (1, None),
    "photoshop": (1, None),
    "gan_face_blended": (1, 1),
    "generated": (0, 1),
    "self_blended": (1, 0),
    "cross_blended": (1, 0),
    "reconstruction": (0, 1),
    "pasted_reconstruction": (None, 1),
}
# Five points of a face that fills its crop to the edges, as in DFDC's tight crops: means over 58 of them.
TIGHT_KEYPOINTS = np.array([(0.306, 0.301), (0.696, 0.293), (0.498, 0.494), (0.341, 0.729), (0.667, 0.725)])
PARTLY_RECONSTRUCTED = 0.35  # share of reconstructions of which only a part is pasted
PAIR_NOISE, PAIR_CHANGE = 5.0, 12.0  # of 255: a difference below is compression, that much above it is a change
OVERLAY_SHARE = (0.1, 0.5)
PAIR_MAP_WEIGHT = 0.5  # pairs of video frames are aligned to a few pixels only


def traces_of(row: CropRow) -> tuple[int | None, int | None]:
    """What is known of a fake's traces: (pasted, generated), 1, 0 or None; of a real, nothing."""
    if not row.label:
        return None, None
    return TRACES.get(kind_of(row), (None, None))


def kind_of(row: CropRow) -> str:
    """Of a fake: a key of TRACES, or another generator's name, of which nothing is known."""
    if row.source == "reconstruction":
        return row.source
    return "generated" if row.generated or row.generator == "stylegan" else row.generator


def keypoints_in_crop(row: CropRow, settings: FaceCropSettings, side: int) -> np.ndarray:
    """Five keypoints (x, y), float [5, 2], in pixels of the row's crop at a side of `side`; typical ones where none are known."""
    points = json.loads(row.keypoints)
    if not points:
        return TIGHT_KEYPOINTS * side
    found = crop_points(np.reshape(points, (5, 2)), np.array(json.loads(row.box_xyxy)), settings)
    return found * side / settings.size


class EvidenceBatches(keras.utils.PyDataset):
    """One epoch of batches: the first half reals, the second half a fake for each.

    The fake is, by the recipe's shares, the real blended with itself or with another person, its copy from an autoencoder
    (all of it, or a part pasted back), or one of the dataset: the real's own forgery where there is one, else one of the
    same source. Real and fake of an aligned pair are changed by the same draw.
    """

    def __init__(
        self,
        crops: np.ndarray,
        rows: list[CropRow],
        recipe: Recipe,
        size: int,
        epoch: int,
        cells: int,
        targets: tuple[str, ...],
    ):
        """`crops` uint8 [n, s, s, 3] belong to `rows`; `epoch` (from 0) seeds the draw; `cells`: side of the map;
        `targets` names the outputs that are trained: logit, seam, synthetic, patch_logits and perhaps pair_features.
        """
        super().__init__()
        self._targets = targets
        self._crops, self._rows, self._recipe, self._size, self._cells = crops, rows, recipe, size, cells
        self._seed = (recipe.seed, epoch)
        self._steps = max(1, (recipe.samples_per_epoch or len(rows)) // recipe.batch_size)
        self._half = recipe.batch_size // 2
        given = [i for i, row in enumerate(rows) if row.source != "reconstruction"]
        drawn = draw_pairs([rows[i] for i in given], self._steps * self._half, np.random.default_rng((*self._seed, 77)))
        self._pairs = [(given[real], given[fake], aligned) for real, fake, aligned in drawn]
        self._copies = _copies(rows)
        self._reals = [i for i in given if rows[i].label == 0]

    def __len__(self) -> int:
        """Batches in an epoch."""
        return self._steps

    def __getitem__(self, index: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Float32 images [batch, size, size, 3] in [0, 255], and by output name: logit [batch, 1]; seam and synthetic
        [batch, 2] and patch_logits [batch, cells, cells, 2], each a label and its weight; pair_features [batch, cells,
        cells, 2] for `pair_loss`.
        """
        half, size = self._half, self._size
        images = np.empty((2 * half, size, size, 3), np.float32)
        traces = np.zeros((2, 2 * half, 2), np.float32)
        traces[:, :half, 1] = 1
        maps = np.zeros((2 * half, self._cells, self._cells, 2), np.float32)
        maps[:half, ..., 1] = 1
        pairs = np.zeros_like(maps)
        for i in range(half):
            rng = np.random.default_rng((*self._seed, index, i))
            real, fake, mask, weight, kind, aligned = self._pair(index * half + i, rng)
            if self._recipe.overlay and rng.uniform() < self._recipe.overlay:
                other, share = self._crops[rng.choice(self._reals)], rng.uniform(*OVERLAY_SHARE)
                real, fake = overlay(real, other, share), overlay(fake, other, share)
            seed = (*self._seed, index, i, 1)
            images[i] = augment(real, self._recipe, size, np.random.default_rng(seed))
            fake_seed = seed if aligned else (*seed, 1)
            images[half + i] = augment(fake, self._recipe, size, np.random.default_rng(fake_seed))
            if weight:
                moved = augment_mask(mask, self._recipe, size, np.random.default_rng(fake_seed))
                maps[half + i] = np.stack([_cells(moved, self._cells), np.full((self._cells,) * 2, weight)], axis=-1)
                if aligned:
                    pairs[[i, half + i]] = maps[half + i]
            for trace, known in enumerate(TRACES.get(kind, (None, None))):
                if known is not None:
                    traces[trace, half + i] = known, 1
        labels = np.repeat(np.float32([0, 1]), half)[:, None]
        known = {
            "logit": labels,
            "seam": traces[0],
            "synthetic": traces[1],
            "patch_logits": maps,
            "pair_features": pairs,
        }
        return images, {name: known[name] for name in self._targets}

    def _pair(self, place: int, rng: np.random.Generator) -> tuple:
        """Real and fake crop uint8, mask float32 [s, s] of what was altered and its weight, kind, whether aligned."""
        recipe, crops = self._recipe, self._crops
        size, choice = crops.shape[1], rng.uniform()
        if choice < recipe.self_blended:
            return self._self_blended(self._pairs[place][0], rng)
        choice -= recipe.self_blended
        if choice < recipe.cross_blended:
            return self._cross_blended(self._pairs[place][0], rng)
        choice -= recipe.cross_blended
        if choice < recipe.reconstructed and self._copies:
            real, fake = self._copies[rng.integers(len(self._copies))]
            copy = crops[fake]
            if rng.uniform() >= PARTLY_RECONSTRUCTED:
                return crops[real], copy, np.ones((size, size), np.float32), 1.0, "reconstruction", True
            points = self._keypoints(real)
            mask = _soft(face_mask(size, points, rng, MASKS[rng.integers(len(MASKS))]), rng)
            fake = np.floor(mask[..., None] * copy + (1 - mask[..., None]) * crops[real] + 0.5).astype(np.uint8)
            return crops[real], fake, mask, 1.0, "pasted_reconstruction", True
        real, fake, aligned = self._pairs[place]
        kind = kind_of(self._rows[fake])
        if kind == "generated":
            return crops[real], crops[fake], np.ones((size, size), np.float32), 1.0, kind, aligned
        if aligned and self._rows[real].box_xyxy == self._rows[fake].box_xyxy:
            return crops[real], crops[fake], difference_mask(crops[real], crops[fake]), PAIR_MAP_WEIGHT, kind, True
        # Cut from two boxes, the crops differ at every edge: where the forgery is cannot be read off them.
        return crops[real], crops[fake], np.zeros((size, size), np.float32), 0.0, kind, aligned

    def _self_blended(self, real: int, rng: np.random.Generator) -> tuple:
        """As `_pair`: the real's own face on itself."""
        shape = self._recipe.blend_mask or None
        target, fake, mask = self_blend(self._crops[real], self._keypoints(real), rng, shape)
        return target, fake, mask, 1.0, "self_blended", True

    def _cross_blended(self, real: int, rng: np.random.Generator) -> tuple:
        """As `_pair`: another given real's face on this one's; its own where no other person's was drawn."""
        drawn = [int(i) for i in rng.choice(self._reals, CANDIDATES)]
        # Its own face lies most alike of all: it would always be taken, and pasted without a trace to learn.
        donors = [i for i in drawn if i != real and not _show_one_face(self._rows[i], self._rows[real])]
        if not donors:
            return self._self_blended(real, rng)
        points = self._keypoints(real)
        donor = donors[nearest_donor(points, [self._keypoints(i) for i in donors])]
        fake, mask = cross_blend(self._crops[real], points, self._crops[donor], self._keypoints(donor), rng)
        return self._crops[real], fake, mask, 1.0, "cross_blended", True

    def _keypoints(self, index: int) -> np.ndarray:
        return keypoints_in_crop(self._rows[index], self._recipe.crop, self._crops.shape[1])


def _show_one_face(one: CropRow, other: CropRow) -> bool:
    """Whether two rows are known to show the same person: by identity, by pair, or as copies of one file."""
    known = [
        [row.identity, row.pair_id and (row.source, row.pair_id), row.sha256 and (row.sha256, row.face_index)]
        for row in (one, other)
    ]
    return any(first and first == second for first, second in zip(*known, strict=True))


def overlay(crop: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """A uint8 crop through which `share` of another shows (mixup, Zhang et al. 2018, with a real that both of a pair get).

    Its label stays: what a forgery left is still there, fainter, in a picture that cannot be known by heart.
    """
    return np.floor((1 - share) * crop + share * other + 0.5).astype(np.uint8)


def difference_mask(real: np.ndarray, fake: np.ndarray) -> np.ndarray:
    """Where an aligned pair of uint8 [s, s, 3] differs by more than compression does: float32 [s, s] in [0, 1]."""
    difference = np.abs(real.astype(np.int16) - fake).max(axis=-1).astype(np.uint8)
    smooth = np.asarray(Image.fromarray(difference).filter(ImageFilter.GaussianBlur(real.shape[0] / 50)), np.float32)
    return np.clip((smooth - PAIR_NOISE) / PAIR_CHANGE, 0, 1)


def _soft(mask: Image.Image, rng: np.random.Generator) -> np.ndarray:
    blurred = mask.filter(ImageFilter.GaussianBlur(mask.width * rng.uniform(0.005, 0.03)))
    return np.asarray(blurred, np.float32) / 255


def _cells(mask: np.ndarray, cells: int) -> np.ndarray:
    """Mean per cell, float32 [cells, cells], of a mask [s, s], s a multiple of `cells`."""
    step = mask.shape[0] // cells
    return mask.reshape(cells, step, cells, step).mean(axis=(1, 3))


def _copies(rows: list[CropRow]) -> list[tuple[int, int]]:
    """(real, copy) indices of the pairs that `reconstruct` made."""
    reals = {_pair_of(row): i for i, row in enumerate(rows) if row.source == "reconstruction" and row.label == 0}
    copies = [(i, row) for i, row in enumerate(rows) if row.source == "reconstruction" and row.label == 1]
    return [(reals[_pair_of(row)], i) for i, row in copies if _pair_of(row) in reals]


def _pair_of(row: CropRow) -> tuple[str, str]:
    return row.pair_id, row.generator
