"""Self-blended pairs differ where their mask says, and nowhere else."""

import numpy as np
import pytest
from skimage.data import astronaut

from python_trainer.self_blending import MASKS, face_mask, self_blend

KEYPOINTS = np.array([(84, 92), (140, 92), (112, 126), (88, 154), (136, 154)], float)


@pytest.fixture(scope="module")
def face():
    return astronaut()[0:224, 112:336].copy()


@pytest.mark.parametrize("shape", MASKS)
@pytest.mark.parametrize("seed", range(12))
def test_a_pair_differs_inside_its_mask_alone(face, shape, seed):
    real, fake, mask = self_blend(face, KEYPOINTS, np.random.default_rng(seed), shape)
    assert real.shape == fake.shape == (224, 224, 3) and real.dtype == fake.dtype == np.uint8
    assert mask.dtype == np.float32 and mask.min() >= 0 and mask.max() <= 1
    difference = np.abs(real.astype(int) - fake).max(axis=-1)
    assert difference[mask == 0].max() == 0
    assert mask.mean() > 0.005
    assert difference[mask > 0.3].mean() > 0.5


def test_the_same_draw_makes_the_same_pair(face):
    pairs = [self_blend(face, KEYPOINTS, np.random.default_rng(4)) for _ in range(2)]
    assert all(np.array_equal(a, b) for a, b in zip(*pairs, strict=True))


def test_half_of_the_changes_are_on_the_real_of_the_pair(face):
    changed = [not np.array_equal(self_blend(face, KEYPOINTS, np.random.default_rng(s))[0], face) for s in range(40)]
    assert 10 <= sum(changed) <= 30


@pytest.mark.parametrize("shape", MASKS)
def test_a_mask_covers_the_middle_of_the_face_and_turns_with_it(shape):
    areas = []
    for seed in range(30):
        mask = np.asarray(face_mask(224, KEYPOINTS, np.random.default_rng(seed), shape))
        assert set(np.unique(mask)) <= {0, 255}
        areas.append(mask.mean() / 255)
    assert 0.05 < np.median(areas) < 0.4
    sideways = (KEYPOINTS - 112) @ np.array([[0, 1], [-1, 0]]) + 112
    upright, turned = (np.asarray(face_mask(224, k, np.random.default_rng(1), "hull")) for k in (KEYPOINTS, sideways))
    overlap = ((np.rot90(upright, -1) > 0) & (turned > 0)).sum() / (turned > 0).sum()
    assert overlap > 0.9
