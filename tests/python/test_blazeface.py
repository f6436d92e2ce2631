"""BlazeFace: whom it finds, where, and what it makes of no face at all."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from python_trainer.blazeface import find_large_faces, load_blazeface
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


def test_the_weights_are_mediapipes():
    # The three surest anchors of face_detection_short_range.tflite, run by TensorFlow Lite 2.21 on the same values.
    outputs = load_blazeface()(astronaut()[None, :256:2, 100:356:2].astype(np.float32) / 127.5 - 1)
    scores, values = outputs["scores"].numpy()[0, :, 0], outputs["regressions"].numpy()[0]
    assert np.argsort(-scores)[:3].tolist() == [674, 675, 680]
    assert scores[[674, 675, 680]] == pytest.approx([2.64197, 1.92948, 1.77577], abs=1e-3)
    assert values[674] == pytest.approx(
        [7.37, 7.22, 51.48, 51.47, -3.1, -5.3, 18.38, -3.6, 6.15, 8.35, 5.08, 18.42, -15.16, -1.46, 29.61, 2.66],
        abs=0.01,
    )


def test_a_face_under_specks_is_found_in_the_copy_without_them(fixtures_dir):
    specked = np.asarray(Image.open(fixtures_dir / "images" / "face_specked.jpg").convert("RGB"))
    assert len(find_large_faces(specked, replace(SETTINGS, median=1))) == 0
    assert len(find_large_faces(specked, SETTINGS)) == 1


def test_in_a_mirror_image_the_same_faces_are_found():
    (row,) = find_large_faces(astronaut(), SETTINGS)
    (other,) = find_large_faces(astronaut()[:, ::-1], SETTINGS)
    assert row[4] == pytest.approx(other[4])
    assert [512 - row[2], row[1], 512 - row[0], row[3]] == pytest.approx(other[:4].tolist(), abs=0.01)
    (left, right, nose), (mirrored_left, mirrored_right, mirrored_nose) = (
        face[5:].reshape(2, 5).T[:3] for face in (row, other)
    )
    for point, mirrored in ((left, mirrored_right), (right, mirrored_left), (nose, mirrored_nose)):
        assert [512 - point[0], point[1]] == pytest.approx(mirrored.tolist(), abs=0.01)


def test_each_of_two_people_is_found_once():
    pair = np.concatenate(
        [astronaut()[:300, 80:380], np.zeros((300, 20, 3), np.uint8), astronaut()[:300, 380:80:-1]], axis=1
    )
    rows = find_large_faces(pair, SETTINGS)
    assert sorted(row[0] > 300 for row in rows) == [False, True]
    mirrored = 2 * 310 - rows[::-1, [2, 1, 0, 3]]
    assert np.abs(np.sort(rows[:, 0]) - np.sort(mirrored[:, 0])).max() < 5, "as far from the middle"


def test_where_there_is_no_face_there_is_none_however_thin_the_picture():
    for shape in ((200, 200, 3), (1, 900, 3), (900, 1, 3)):
        assert find_large_faces(np.full(shape, 90, np.uint8), SETTINGS).shape == (0, 15)


def test_boxes_stay_in_the_picture():
    (row,) = find_large_faces(astronaut()[85:200, 180:280], SETTINGS)
    assert row[:4].tolist()[1] == 0 and row[:4].min() >= 0 and row[2] <= 99 and row[3] <= 114
