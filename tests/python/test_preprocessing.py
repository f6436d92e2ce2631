"""The crop: where it lies, what it repeats, how it turns."""

import math

import numpy as np
import pytest
from PIL import Image

from python_trainer.config import DetectorSettings, FaceCropSettings
from python_trainer.faces import detect_faces
from python_trainer.preprocessing import crop_face, detection_image, face_angle
from tests.python.faces import astronaut


def gradient(size: int) -> np.ndarray:
    """Red grows to the right, green downwards."""
    y, x = np.mgrid[:size, :size]
    return np.stack([x, y, np.zeros_like(x)], axis=-1).astype(np.uint8)


def test_a_box_of_the_input_s_size_without_margin_is_copied():
    image = gradient(250)
    settings = FaceCropSettings(margin=0.0, alignment="none")
    crop = crop_face(image, np.array([10, 20, 234, 244]), None, settings)
    np.testing.assert_array_equal(crop, image[20:244, 10:234])


def test_margin_widens_about_the_centre_and_edges_are_replicated():
    image = gradient(200)
    crop = crop_face(image, np.array([0, 0, 100, 100]), None, FaceCropSettings(margin=1.0, alignment="none"))
    assert crop.shape == (224, 224, 3)
    assert crop[0, 0].tolist() == [0, 0, 0]  # 50 px beyond the corner
    assert abs(int(crop[112, 223, 0]) - 149) <= 1


def test_a_large_face_is_antialiased():
    stripes = np.zeros((1000, 1000, 3), np.uint8)
    stripes[:, ::2] = 255
    crop = crop_face(stripes, np.array([50, 50, 950, 950]), None, FaceCropSettings(margin=0.0, alignment="none"))
    assert crop.std() < 20  # one-pixel stripes average to grey instead of aliasing


def test_eyes_are_levelled():
    tilt = math.radians(25)
    image = np.zeros((300, 300, 3), np.uint8)
    eyes = [(150 + s * 40 * math.cos(tilt), 150 + s * 40 * math.sin(tilt)) for s in (-1, 1)]
    for x, y in eyes:
        image[round(y) - 4 : round(y) + 5, round(x) - 4 : round(x) + 5] = 255
    keypoints = np.array([*eyes, (140, 170), (130, 200), (130, 200)])
    assert face_angle(keypoints) == pytest.approx(tilt)
    crop = crop_face(image, np.array([80, 80, 220, 220]), keypoints, FaceCropSettings())
    left, right = (np.argwhere(half[..., 0] > 128)[:, 0].mean() for half in (crop[:, :112], crop[:, 112:]))
    assert abs(left - right) < 1


def test_eye_order_does_not_matter_and_the_mouth_tells_which_side_is_up():
    points = np.array([(10, 20), (50, 30), (28, 45), (20, 60), (34, 64)], float)
    assert face_angle(points) == face_angle(points[[1, 0, 2, 3, 4]]) == pytest.approx(math.atan2(10, 40))
    for degrees in (0, 90, 135, 180, -60, -90, -120):
        turn = math.radians(degrees)
        matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
        found = face_angle((points - 30) @ matrix) - math.atan2(10, 40)
        assert math.cos(found - turn) == pytest.approx(1), degrees


def test_detection_image_bounds_the_shorter_side():
    assert detection_image(np.zeros((1000, 2000, 3), np.uint8), DetectorSettings()).shape == (480, 960, 3)
    small = np.zeros((100, 2000, 3), np.uint8)
    assert detection_image(small, DetectorSettings()) is small


def test_the_astronaut_has_one_face_and_a_wall_none():
    (face,) = detect_faces(astronaut())
    assert face.score > 0.99
    assert 150 < face.box_xyxy[0] < face.keypoints[0, 0] < face.keypoints[1, 0] < face.box_xyxy[2] < 300
    assert detect_faces(np.full((200, 200, 3), 90, np.uint8)) == []


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [("face_covered.jpg", 120, 330), ("face_sideways.jpg", 100, 380), ("face_specked.jpg", 75, 155)],
)
def test_a_second_look_finds_a_face_behind_a_mask_lying_on_its_side_or_under_specks(fixtures_dir, name, left, right):
    image = np.asarray(Image.open(fixtures_dir / "images" / name))
    assert detect_faces(image) == []
    (face,) = detect_faces(image, second_look=True)
    assert left < face.box_xyxy[0] < face.box_xyxy[2] < right


def test_a_second_look_finds_no_face_on_a_wall():
    assert detect_faces(np.full((200, 200, 3), 90, np.uint8), second_look=True) == []


def test_too_small_and_wrong_input():
    assert detect_faces(np.zeros((20, 500, 3), np.uint8)) == []
    with pytest.raises(ValueError, match="uint8"):
        detect_faces(np.zeros((100, 100, 3), np.float32))
