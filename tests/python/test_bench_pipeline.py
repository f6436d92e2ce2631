"""The benchmark of the whole pipeline: its photos, and when two builds count as judging alike."""

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.photos import copies, photo, pictures
from benchmarks.pipeline import differences
from python_trainer.faces import look_twice

SCORED = {"status": "scored", "faces": 2, "scores": [0.25, None]}


@pytest.mark.parametrize("kind, faces", [("640 px", 1), ("no face, 640 px", 0), ("three faces, 640 px", 3)])
def test_a_photo_has_as_many_faces_as_its_name_says(kind, faces):
    image = Image.open(io.BytesIO(pictures()[kind]))
    assert image.size == (640, 480)
    assert len(look_twice(np.asarray(image))[0]) == faces


def test_copies_are_files_that_differ_and_show_the_same():
    fresh = copies(photo(96))
    one, other = next(fresh), next(fresh)
    assert one != other
    assert Image.open(io.BytesIO(one)).tobytes() == Image.open(io.BytesIO(other)).tobytes()


def test_builds_that_judge_alike_differ_by_the_tolerance_at_most():
    near = {**SCORED, "scores": [0.2509, None]}
    assert differences({"one": SCORED}, {"one": near}, 0.001) == []
    assert differences({"one": SCORED}, {"one": near}, 0.0005) == [
        "one: scores [0.25, None], and [0.2509, None] by the other build"
    ]


@pytest.mark.parametrize(
    "other, what",
    [
        ({"status": "no_face", "faces": 0, "scores": []}, ["status", "faces"]),
        ({"status": "scored", "faces": 1, "scores": [0.25]}, ["faces"]),
        ({"status": "scored", "faces": 2, "scores": [0.25, 0.25]}, ["scores"]),
    ],
)
def test_another_status_or_number_of_faces_is_a_difference_whatever_the_tolerance(other, what):
    found = differences({"one": SCORED}, {"one": other}, 1.0)
    assert [sentence.split()[1] for sentence in found] == what
