"""Prepared crops as arrays and balanced batches, with NumPy alone, so that any Keras backend can train on them."""

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
from PIL import Image

from python_trainer.augmentation import augment
from python_trainer.config import Recipe
from python_trainer.errors import UserError
from python_trainer.manifest import CropRow
from python_trainer.preprocessing import resize_antialiased

PAIR_MAP_SIZE = 16  # side of the stored map of where a pair differs; the loss resizes it to its feature map


def load_crops(prepared: Path, rows: list[CropRow], size: int) -> np.ndarray:
    """Decode the crops of `rows` into uint8 [n, size, size, 3]; each must have a crop.

    Raises:
        UserError: a crop is missing or damaged.
    """

    def load(row: CropRow) -> np.ndarray:
        try:
            with Image.open(Path(prepared) / row.crop) as image:
                return resize_antialiased(np.asarray(image.convert("RGB")), size, size)
        except OSError as error:
            raise UserError(
                f"{Path(prepared) / row.crop} cannot be read ({error}); delete {prepared} and run prepare again"
            ) from error

    crops = np.empty((len(rows), size, size, 3), np.uint8)
    with ThreadPoolExecutor(4) as pool:
        for index, crop in enumerate(pool.map(load, rows)):
            crops[index] = crop
    return crops


class BalancedBatches(keras.utils.PyDataset):
    """One epoch of batches of as many real as fake crops, drawn evenly over sources, real and fake partners side by side.

    Item i of the first half is real, item i of the second half fake. Where a real has a fake partner (same frame,
    forged), the two come together, changed by the same draw, and the pair map says where they differ; else the
    fake is another one of the same source and the pair map is zero with weight 0.
    """

    def __init__(
        self,
        crops: np.ndarray,
        rows: list[CropRow],
        recipe: Recipe,
        size: int,
        epoch: int,
        targets: tuple[str, ...],
    ):
        """`crops` uint8 [n, s, s, 3] belong to `rows`; `epoch` (from 0) seeds the draw; `targets` names the
        outputs that are trained: logit, class_logits, pair_features.
        """
        super().__init__()
        self._crops, self._recipe, self._size, self._targets = crops, recipe, size, targets
        self._steps = max(1, (recipe.samples_per_epoch or len(rows)) // recipe.batch_size)
        self._epoch = epoch
        rng = np.random.default_rng((recipe.seed, epoch, 77))
        self._draws = draw_pairs(rows, self._steps * (recipe.batch_size // 2), rng)

    def __len__(self) -> int:
        """Batches in an epoch."""
        return self._steps

    def __getitem__(self, index: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Float32 images [batch, size, size, 3] in [0, 255], and targets by output name."""
        half = self._recipe.batch_size // 2
        chosen = self._draws[index * half : (index + 1) * half]
        images = np.empty((2 * half, self._size, self._size, 3), np.float32)
        pair_maps = np.zeros((2 * half, PAIR_MAP_SIZE, PAIR_MAP_SIZE, 2), np.float32)
        for i, (real, fake, is_pair) in enumerate(chosen):
            seed = (self._recipe.seed, self._epoch, index, i)
            other = seed if is_pair else (*seed, 1)
            images[i] = augment(self._crops[real], self._recipe, self._size, np.random.default_rng(seed))
            images[half + i] = augment(self._crops[fake], self._recipe, self._size, np.random.default_rng(other))
            if is_pair and "pair_features" in self._targets:
                pair_maps[i] = pair_maps[half + i] = _pair_map(images[i], images[half + i])
        labels = np.repeat(np.float32([0, 1]), half)[:, None]
        every = {"logit": labels, "class_logits": labels[:, 0].astype(np.int32), "pair_features": pair_maps}
        return images, {name: every[name] for name in self._targets}


def draw_pairs(rows: list[CropRow], count: int, rng: np.random.Generator) -> list[tuple[int, int, bool]]:
    """`count` times (real, fake, whether they are one frame and its forgery), sources in turn, weighted by √size.

    A fake that was not made of this very real is drawn by generator, these weighted by √size too: one that made hundreds
    leaves room for others.
    """
    real, fake = _by_source(rows, 0), _by_source(rows, 1)
    generators = {source: _generators([rows[i].generator for i in fakes]) for source, fakes in fake.items()}
    partners = aligned_partners(rows)
    sources, fake_sources = sorted(real), sorted(fake)
    weights = np.sqrt([len(real[s]) for s in sources])
    fake_weights = np.sqrt([len(fake[s]) for s in fake_sources])
    draws = []
    for source in rng.choice(sources, count, p=weights / weights.sum()):
        one = int(rng.choice(real[source]))
        if one in partners:
            draws.append((one, int(rng.choice(partners[one])), True))
        else:  # a source of real photos alone (or of fakes alone) borrows its partners from all others
            lender = source if source in fake else rng.choice(fake_sources, p=fake_weights / fake_weights.sum())
            draws.append((one, int(rng.choice(fake[lender], p=generators[lender])), False))
    return draws


def _generators(names: list[str]) -> np.ndarray:
    """Each fake's chance, float [n] of sum 1, by the name of what made it."""
    sizes = Counter(names)
    chances = np.array([sizes[name] ** -0.5 for name in names])
    return chances / chances.sum()


def _by_source(rows: list[CropRow], label: int) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row.label == label:
            groups[row.source].append(index)
    return dict(groups)


def aligned_partners(rows: list[CropRow]) -> dict[int, list[int]]:
    """Index of a real crop -> indices of the fakes made from that very frame.

    A `pair_id` holds within its source: several may number their pairs from 1. One that several reals or several faces
    share is not one pixel-aligned frame, and is left out.
    """
    real, fake = defaultdict(list), defaultdict(list)
    for index, row in enumerate(rows):
        if row.pair_id and row.faces_in_image == 1:
            (fake if row.label else real)[row.source, row.pair_id].append(index)
    return {real[pair][0]: fake[pair] for pair in real if len(real[pair]) == 1 and pair in fake}


def _pair_map(real: np.ndarray, fake: np.ndarray) -> np.ndarray:
    """Where two aligned crops differ: [16, 16, 2], channel 0 in [0, 1], channel 1 the weight (1).

    The mean absolute colour difference per cell, in units of the pair's own mean; twice the mean counts as fully
    changed. Relative, because recompression alone makes a small difference everywhere.
    """
    cells = np.abs(real - fake).mean(axis=-1)
    side = cells.shape[0] // PAIR_MAP_SIZE * PAIR_MAP_SIZE
    blocks = cells[:side, :side].reshape(PAIR_MAP_SIZE, side // PAIR_MAP_SIZE, PAIR_MAP_SIZE, -1).mean(axis=(1, 3))
    changed = np.clip(blocks / (2 * blocks.mean() + 1e-6), 0, 1)
    return np.stack([changed, np.ones_like(changed)], axis=-1)


def predict_logits(model: keras.Model, crops: np.ndarray, size: int, batch_size: int = 64) -> np.ndarray:
    """Logits of fake, float64 [n], of uint8 crops [n, s, s, 3] resized to the model's `size`."""
    return predict_outputs(model, crops, size, ("logit",), batch_size)["logit"]


def predict_outputs(
    model: keras.Model, crops: np.ndarray, size: int, names: tuple[str, ...], batch_size: int = 64
) -> dict[str, np.ndarray]:
    """Those outputs of one number an image, by name, each float64 [n], of uint8 crops [n, s, s, 3] resized to `size`."""
    parts: dict[str, list[np.ndarray]] = {name: [np.empty(0)] for name in names}
    for start in range(0, len(crops), batch_size):
        batch = [resize_antialiased(crop, size, size) for crop in crops[start : start + batch_size]]
        output = model.predict_on_batch(np.asarray(batch, np.float32))
        for name in names:
            parts[name].append(np.asarray(output[name], np.float64).reshape(-1))
    return {name: np.concatenate(values) for name, values in parts.items()}
