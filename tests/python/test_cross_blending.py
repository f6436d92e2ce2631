"""Cross-blended faces: another's face where the mask says, turned and coloured as the face that it covers."""

import numpy as np
import pytest
from skimage.data import astronaut

from python_trainer.cross_blending import cross_blend, nearest_donor

KEYPOINTS = np.array([(84, 92), (140, 92), (112, 126), (88, 154), (136, 154)], float)


@pytest.fixture(scope="module")
def face():
    return astronaut()[0:224, 112:336].copy()


@pytest.mark.parametrize("seed", range(8))
def test_only_what_the_mask_covers_is_the_donors(face, seed):
    donor = 255 - face
    fake, mask = cross_blend(face, KEYPOINTS, donor, KEYPOINTS, np.random.default_rng(seed))
    assert fake.dtype == np.uint8 and mask.dtype == np.float32 and mask.min() >= 0 and mask.max() <= 1
    assert np.array_equal(fake[mask == 0], face[mask == 0])
    assert np.abs(fake.astype(int) - face)[mask > 0.9].mean() > 3


def test_a_face_on_itself_changes_nothing(face):
    fake, _ = cross_blend(face, KEYPOINTS, face, KEYPOINTS, np.random.default_rng(3))
    assert np.abs(fake.astype(int) - face).max() <= 1


def test_the_donor_is_turned_and_scaled_onto_the_face(face):
    """A donor that is the same face, a quarter turned and half as large, comes back as the face."""
    small = face.reshape(112, 2, 112, 2, 3).mean(axis=(1, 3)).astype(np.uint8)
    turned = np.rot90(small)
    points = np.stack([KEYPOINTS[:, 1] / 2, 112 - KEYPOINTS[:, 0] / 2], axis=1)
    fake, mask = cross_blend(face, KEYPOINTS, turned, points, np.random.default_rng(3))
    inside = mask > 0.9
    assert inside.any() and np.corrcoef(fake[inside].ravel(), face[inside].ravel())[0, 1] > 0.95


def test_colours_are_those_of_the_face_that_is_covered(face):
    dim = (face * 0.4).astype(np.uint8)
    fake, mask = cross_blend(face, KEYPOINTS, dim, KEYPOINTS, np.random.default_rng(3))
    inside = mask > 0.9
    assert np.abs(fake[inside].mean(axis=0) - face[inside].mean(axis=0)).max() < 8


def test_the_donor_whose_head_is_turned_alike_is_chosen():
    profile = KEYPOINTS.copy()
    profile[2, 0] += 40
    assert nearest_donor(KEYPOINTS, [profile, KEYPOINTS * 0.5 + 9, profile]) == 1
