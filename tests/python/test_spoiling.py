"""What spoils photos: every change changes them, keeps their form, and comes out the same for the same seed."""

import numpy as np
import pytest

from python_trainer.spoiling import GROUPS, spoil
from tests.python.faces import astronaut

PHOTO = astronaut()[:200, 100:256]


@pytest.mark.parametrize("change", {change for group in GROUPS for change in group}, ids=lambda change: change.__name__)
def test_a_change_changes_the_photo_and_keeps_its_form(change, monkeypatch):
    monkeypatch.setattr("python_trainer.spoiling.GROUPS", ((change,),) * len(GROUPS))
    for seed in range(6):
        spoilt = spoil(PHOTO, np.random.default_rng(seed))
        assert (spoilt.shape, spoilt.dtype) == (PHOTO.shape, np.uint8)
        assert (spoilt != PHOTO).mean() > 0.01


def test_the_same_seed_spoils_alike_and_another_otherwise():
    first, again, other = (spoil(PHOTO, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_photo_itself_stays_as_it_is():
    photo = PHOTO.copy()
    for seed in range(20):
        spoil(photo, np.random.default_rng(seed))
    assert np.array_equal(photo, PHOTO)
