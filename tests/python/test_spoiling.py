"""What spoils photos: every change changes them, keeps their form, and comes out the same for the same seed."""

import numpy as np
import pytest

from python_trainer.spoiling import GROUPS, cover, mask_outline, spoil
from tests.python.faces import astronaut

PHOTO = astronaut()[:200, 100:256]


@pytest.mark.parametrize(
    "change", dict.fromkeys(change for group in GROUPS for change in group), ids=lambda change: change.__name__
)
def test_a_change_changes_the_photo_and_keeps_its_form(change, monkeypatch):
    monkeypatch.setattr("python_trainer.spoiling.GROUPS", ((change,),) * len(GROUPS))
    for seed in range(6):
        spoilt = spoil(PHOTO, np.random.default_rng(seed))
        assert (spoilt.shape, spoilt.dtype) == (PHOTO.shape, np.uint8)
        assert (spoilt != PHOTO).mean() > 0.01


@pytest.mark.parametrize("side", [1, 7, 23, 24, 40])
def test_however_small_a_picture_is_it_keeps_its_form(side):
    for seed in range(60):
        assert spoil(PHOTO[:side, : side + 3], np.random.default_rng(seed)).shape == (side, side + 3, 3)


def test_the_same_seed_spoils_alike_and_another_otherwise():
    first, again, other = (spoil(PHOTO, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_covering_lies_on_the_face_and_nowhere_else():
    box, points = np.array([30.0, 40, 100, 130]), np.array([[50.0, 70], [80, 70], [65, 90], [52, 110], [78, 110]])
    seen = set()
    for seed in range(30):
        covered = cover(PHOTO, box, points, np.random.default_rng(seed))
        rows, columns = np.nonzero((covered != PHOTO).any(axis=-1))
        assert 20 < len(rows) < 0.4 * PHOTO.shape[0] * PHOTO.shape[1]
        assert rows.min() >= 38 and rows.max() <= 132 and columns.min() >= 28 and columns.max() <= 102
        seen.add((rows.min() > 70, rows.max() < 100))
    assert len(seen) > 2, "masks, glasses and others"


def test_a_mask_reaches_from_between_eyes_and_nose_to_the_chin():
    outline = mask_outline(np.array([0.0, 0, 100, 100]), np.array([[30.0, 40], [70, 40], [50, 60], [35, 80], [65, 80]]))
    assert min(y for _, y in outline) == pytest.approx(60 - 0.35 * 20)
    assert max(y for _, y in outline) == 100


def test_the_photo_itself_stays_as_it_is():
    photo = PHOTO.copy()
    for seed in range(20):
        spoil(photo, np.random.default_rng(seed))
    assert np.array_equal(photo, PHOTO)
