"""Augmentation: the same seed is the same change; each knob does what it says."""

import numpy as np
import pytest
from PIL import Image

from python_trainer.augmentation import augment, augment_mask, degrade
from python_trainer.config import get_recipe
from tests.python.faces import astronaut

STILL = {"horizontal_flip": 0, "vertical_flip": 0, "rotation": 0, "zoom": 0, "color": 0, "degrade": 0}
FACE = astronaut()[20:244, 110:334]


def view(seed: int, size: int = 224, **knobs) -> np.ndarray:
    return augment(FACE, get_recipe("ifmd", **(STILL | knobs)), size, np.random.default_rng(seed))


def test_with_every_knob_at_zero_nothing_changes():
    np.testing.assert_array_equal(view(0), FACE)


def test_the_same_seed_is_the_same_view_and_another_is_not():
    knobs = {"rotation": 0.05, "color": 0.2, "degrade": 1.0, "zoom": 0.1}
    np.testing.assert_array_equal(view(3, **knobs), view(3, **knobs))
    assert np.abs(view(3, **knobs).astype(int) - view(4, **knobs)).mean() > 1


def test_flips():
    np.testing.assert_array_equal(view(0, horizontal_flip=1), FACE[:, ::-1])
    np.testing.assert_array_equal(view(0, vertical_flip=1), FACE[::-1])


def test_rotation_turns_about_the_centre_and_keeps_the_scale():
    turned = augment(FACE, get_recipe("ifmd", **STILL | {"rotation": 0.2}), 224, FixedAngle())
    quarter = np.rot90(FACE, 1)
    similarity = [np.corrcoef(turned.ravel(), other.ravel())[0, 1] for other in (quarter, FACE)]
    assert similarity[0] > 0.98 > similarity[1]


class FixedAngle:
    """A generator whose every draw is an upper end, scaled so that the angle is a quarter turn."""

    def uniform(self, low=0.0, high=1.0, size=None):
        if size:
            return np.ones(size)
        return 0.25 if high == 0.2 else high


@pytest.mark.parametrize("size", [64, 128, 224])
def test_the_size_is_the_asked_one(size):
    assert view(1, size, rotation=0.04, zoom=0.1).shape == (size, size, 3)


def test_spoiling_comes_by_chance_before_the_web_and_at_any_size():
    same = [np.array_equal(view(seed, spoil=0.5), FACE) for seed in range(20)]
    assert 5 < sum(same) < 15
    for size in (160, 224):
        spoilt = [view(seed, size, spoil=1.0) for seed in range(5)]
        assert all(np.abs(image.astype(int) - view(0, size)).mean() > 0.5 for image in spoilt)
        np.testing.assert_array_equal(spoilt[3], view(3, size, spoil=1.0))


def test_degrading_loses_detail_not_size():
    image = Image.fromarray(FACE)
    degraded = np.asarray(degrade(image, np.random.default_rng(0)), int)
    assert degraded.shape == FACE.shape
    assert 0.5 < np.abs(degraded - FACE).mean() < 20


def test_a_window_is_a_piece_of_the_crop_at_its_own_scale():
    piece = view(5, 96, window=1)
    offsets = [(y, x) for y in range(129) for x in range(129) if np.array_equal(FACE[y : y + 96, x : x + 96], piece)]
    assert len(offsets) == 1
    assert not np.array_equal(piece, view(6, 96, window=1))
    np.testing.assert_array_equal(view(5, 224, window=1), FACE)


@pytest.mark.parametrize("knobs", [{}, {"rotation": 0.03, "zoom": 0.15, "horizontal_flip": 1.0}])
def test_a_window_of_the_mask_is_that_of_the_crop(knobs):
    recipe = get_recipe("ifmd", **(STILL | {"window": 1} | knobs))
    bright = np.where(FACE.mean(axis=2, keepdims=True) > 120, 255, 0).astype(np.uint8)
    image = augment(np.repeat(bright, 3, axis=2), recipe, 96, np.random.default_rng(8))
    mask = augment_mask(bright[..., 0].astype(np.float32) / 255, recipe, 96, np.random.default_rng(8))
    assert np.abs(image[..., 0] / 255 - mask).mean() < 0.01


def test_erased_rectangles_hide_the_same_of_crop_and_mask():
    hidden = []
    for seed in range(8):
        recipe = get_recipe("ifmd", **(STILL | {"erase": 1.0, "rotation": 0.03}))
        without = get_recipe("ifmd", **(STILL | {"rotation": 0.03}))
        seen, whole = (augment(FACE, r, 224, np.random.default_rng(seed)) for r in (recipe, without))
        mask = augment_mask(np.ones((224, 224), np.float32), recipe, 224, np.random.default_rng(seed))
        assert np.array_equal(seen[mask == 1], whole[mask == 1])
        assert (seen[mask == 0] != whole[mask == 0]).any(axis=-1).mean() > 0.9
        hidden.append((mask == 0).mean())
    assert min(hidden) > 0.005 and max(hidden) < 0.5
    assert np.array_equal(view(0, erase=0.0), FACE)
