"""The benchmark of face detectors: what counts as found, and the pictures of known faces."""

import numpy as np
import pytest

from benchmarks.detector import JUDGED, SHIPPED, Found, is_of, recall_rows
from benchmarks.face_pages import FACES, make_face_pages

FACE = np.array([100.0, 100, 150, 160])


def test_a_box_is_a_face_s_by_its_middle_and_its_size():
    assert is_of(FACE, FACE)
    assert is_of(FACE, FACE + 12)
    assert not is_of(FACE, FACE + 13)
    assert is_of(FACE, np.array([110, 115, 140, 145]))
    assert not is_of(FACE, np.array([115, 120, 135, 140]))


def test_a_box_of_no_face_is_counted_and_a_second_one_of_a_face_is_not():
    found = Found()
    found.add(np.stack([FACE, FACE + 200]), np.stack([FACE, FACE + 1, FACE + 500]))
    assert found.hits == [(60, True), (60, False)]
    assert found.strays == 1


def test_recall_counts_faces_that_are_judged_and_has_an_exact_interval():
    large, small = (60.0, True), (JUDGED - 1.0, False)
    ours, peer = Found([large] * 4 + [small]), Found([large] * 3 + [(60.0, False), small], strays=2)
    first, second = recall_rows("faces", {SHIPPED: ours, "peer": peer})
    assert first.values == [100] and second.values == [75]
    assert first.notes["95 %"] == "39.8–100.0"  # 0.025 ** (1 / 4)
    assert second.notes["20–39 px"] == "0/1" and second.notes["60–400 px"] == "3/4"
    assert second.notes["found, not as shipped"] == 0 and second.notes["as shipped, not found"] == 1
    assert first.notes["boxes of no face"] == 0 and second.notes["boxes of no face"] == 2


@pytest.mark.parametrize("size", FACES)
def test_a_seed_s_pictures_are_the_same_each_time(size):
    pages, again, others = (make_face_pages(size, seed) for seed in (3, 3, 4))
    assert [page.png for page in pages] == [page.png for page in again]
    assert all(page.png != other.png for page, other in zip(pages, others, strict=True))


@pytest.mark.parametrize("size", FACES)
def test_faces_are_as_large_as_said_and_whole(size):
    for seed in range(12):
        for page, sizes in zip(make_face_pages(size, seed), FACES[size], strict=True):
            assert (page.boxes_xyxy[:, 2:] - page.boxes_xyxy[:, :2]).max(axis=1) == pytest.approx(sizes)
            assert (page.boxes_xyxy >= 0).all() and (page.boxes_xyxy <= [*size, *size]).all()
