"""BlazeFace: whom it finds, where, and what it makes of no face at all."""

import numpy as np
import pytest
from PIL import Image

from python_trainer.blazeface import find_large_faces
from python_trainer.config import BlazeFaceSettings
from python_trainer.faces import detect_faces
from tests.python.faces import astronaut

SETTINGS = BlazeFaceSettings()


def middle_and_side(box: np.ndarray) -> tuple[np.ndarray, float]:
    """Of x1, y1, x2, y2."""
    return (box[:2] + box[2:]) / 2, float(max(box[2:] - box[:2]))


@pytest.mark.parametrize("size", [(512, 512), (100, 100), (640, 512)])
def test_it_draws_the_box_and_the_eyes_where_mtcnn_does(size):
    image = np.zeros((size[1], size[0], 3), np.uint8)
    side = min(size)
    image[:, :side] = np.asarray(Image.fromarray(astronaut()).resize((side, side)))
    (row,) = find_large_faces(image, SETTINGS)
    (face,) = detect_faces(np.asarray(Image.fromarray(image).resize((size[0] * 512 // side, 512))))
    scale = side / 512
    (middle, length), (expected, other) = middle_and_side(row[:4]), middle_and_side(face.box_xyxy * scale)
    assert np.abs(middle - expected).max() < 0.15 * other
    assert length == pytest.approx(other, rel=0.2)
    assert np.abs(row[5:].reshape(2, 5).T[:3] - face.keypoints[:3] * scale).max() < 0.12 * other
    assert 0.6 <= row[4] < 1


def test_each_of_two_people_is_found_once_the_surer_first():
    pair = np.concatenate(
        [astronaut()[:300, 80:380], np.zeros((300, 20, 3), np.uint8), astronaut()[:300, 380:80:-1]], axis=1
    )
    rows = find_large_faces(pair, SETTINGS)
    assert sorted(row[0] > 300 for row in rows) == [False, True]
    assert rows[0, 4] >= rows[1, 4]


def test_where_there_is_no_face_there_is_none_however_thin_the_picture():
    for shape in ((200, 200, 3), (1, 900, 3), (900, 1, 3)):
        assert find_large_faces(np.full(shape, 90, np.uint8), SETTINGS).shape == (0, 15)


def test_boxes_stay_in_the_picture():
    (row,) = find_large_faces(astronaut()[60:200, 170:290], SETTINGS)
    assert row[:4].min() >= 0 and row[2] <= 119 and row[3] <= 139
