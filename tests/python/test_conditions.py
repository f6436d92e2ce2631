"""Degradations of whole photos, the crop cut from them, and scoring under many of them."""

import dataclasses
import json
import threading

import numpy as np
import pytest
from PIL import Image

from python_trainer import condition_scores
from python_trainer.condition_scores import Scorer, score_conditions
from python_trainer.conditions import CONDITIONS, CURVES, FLIP_VARIANTS, View, cut
from python_trainer.config import FaceCropSettings
from python_trainer.engines.local import LocalEngine
from python_trainer.errors import UserError
from python_trainer.preprocessing import crop_face, resize_antialiased
from tests.python.faces import astronaut
from tests.python.test_evaluate import crop_row

BOX, KEYPOINTS = [176.2, 70.7, 271.4, 190.1], [205.0, 115.0, 243.0, 117.0, 224.0, 138.0, 208.0, 155.0, 240.0, 157.0]
VIEW = View(96, FaceCropSettings(size=96))


def face_row(**changes):
    return crop_row("astronaut", 0, "test", box_xyxy=json.dumps(BOX), keypoints=json.dumps(KEYPOINTS), **changes)


def photo_row(path, **changes):
    return dataclasses.replace(crop_row(path.stem, 0, "test", **changes), image=str(path))


def score(tmp_path, scorers, rows, conditions=None):
    """In this process; all conditions where none are named."""
    conditions = conditions or {"test": tuple(CONDITIONS)}
    return score_conditions(LocalEngine(1), lambda: scorers, tmp_path / "kept", rows, conditions)


def detail(image: np.ndarray) -> float:
    """Mean absolute difference of neighbours: what blur and shrinking take away."""
    return float(np.abs(np.diff(image.astype(float), axis=1)).mean())


def test_every_condition_is_deterministic_uint8_and_keeps_the_framing():
    photo = astronaut()[:400]
    small = resize_antialiased(photo, 40, 51).astype(float)
    for name, change in CONDITIONS.items():
        before = photo.copy()
        first, second = change(photo), change(photo)
        assert first.dtype == np.uint8 and first.shape[2] == 3, name
        assert np.array_equal(first, second) and np.array_equal(photo, before), name
        assert first.shape[1] / first.shape[0] == pytest.approx(512 / 400, rel=0.02), name
        assert (name == "clean") == np.array_equal(first, photo), name
        shrunk = resize_antialiased(first, 40, 51).astype(float)
        assert np.abs(shrunk - small).mean() < 8 or name == "spoilt", name
    assert set(FLIP_VARIANTS) | {c for curve in CURVES.values() for c in curve} < set(CONDITIONS)


def test_sizes_are_limits_and_shares():
    photo = np.tile(astronaut(), (2, 2, 1))  # 1024 × 1024
    shapes = {name: CONDITIONS[name](photo).shape[0] for name in CONDITIONS}
    assert [shapes[n] for n in ("web", "hard", "avatar")] == [768, 512, 96]
    assert [shapes[f"scale_{p}"] for p in (75, 50, 25)] == [768, 512, 256]
    assert [shapes[n] for n in ("resize_90", "resize_110", "screenshot", "webp")] == [922, 1126, 1024, 1024]
    assert CONDITIONS["web"](photo[:80, :60]).shape == (80, 60, 3)  # never enlarged
    assert CONDITIONS["scale_25"](photo[:1, :1]).shape == (1, 1, 3)


def test_stronger_steps_of_a_curve_lose_more():
    photo = astronaut()
    blurred = [detail(CONDITIONS[name](photo)) for name in ("clean", *CURVES["blur_sigma"])]
    assert blurred == sorted(blurred, reverse=True) and blurred[-1] < blurred[0] / 2
    errors = [np.abs(CONDITIONS[n](photo).astype(float) - photo).mean() for n in CURVES["jpeg_quality"]]
    assert errors == sorted(errors) and errors[-1] > 1.5 * errors[0]


def test_each_photo_is_spoilt_by_a_draw_of_its_own():
    photo = astronaut()
    changes = [CONDITIONS["spoilt"](photo[top : top + 300]).astype(float) - photo[top : top + 300] for top in range(4)]
    assert len({round(float(np.abs(change).mean()), 3) for change in changes}) == 4
    assert CONDITIONS["spoilt"](photo[:1, :1]).shape == (1, 1, 3)


def test_clean_crop_is_the_prepared_one_and_the_scaled_box_meets_the_same_face():
    photo = astronaut()
    clean = cut(photo, face_row(), photo.shape[:2], VIEW)
    wanted = crop_face(photo, np.array(BOX), np.array(KEYPOINTS).reshape(5, 2), VIEW.crop)
    assert np.array_equal(clean, wanted)
    for side in (256, 1024):
        other = cut(resize_antialiased(photo, side, side), face_row(), photo.shape[:2], VIEW)
        assert np.abs(other.astype(float) - clean).mean() < 6
    unscaled = cut(resize_antialiased(photo, 256, 256), face_row(), (256, 256), VIEW)
    assert np.abs(unscaled.astype(float) - clean).mean() > 30


def test_face_crops_and_whole_images_are_resized_as_they_are():
    photo = astronaut()[:300]
    tight = dataclasses.replace(face_row(), box_xyxy="[0, 0, 512, 300]", keypoints="[]")
    whole = resize_antialiased(photo, 96, 96)
    assert np.array_equal(cut(photo, tight, (300, 512), VIEW), whole)
    assert np.array_equal(cut(photo, face_row(), (300, 512), dataclasses.replace(VIEW, whole_image=True)), whole)


def test_scores_belong_to_their_rows_and_each_photo_is_decoded_once(tmp_path, monkeypatch):
    monkeypatch.setattr(condition_scores, "_PHOTOS", 2)
    rows = []
    for index in range(5):
        path = tmp_path / f"{index}.png"
        Image.fromarray(np.full((60, 60, 3), 40 * index, np.uint8)).save(path)
        faces = 2 if index == 3 else 1
        rows += [photo_row(path, face_index=f) for f in range(faces)]
    rows = [*rows[::-1], photo_row(tmp_path / "gone.png", crop="")]
    decoded, lock, decode = [], threading.Lock(), condition_scores.decode_image

    def counted(path):
        with lock:
            decoded.append(path)
        return decode(path)

    monkeypatch.setattr(condition_scores, "decode_image", counted)
    one = Scorer("one", VIEW, lambda crops: crops.mean(axis=(1, 2, 3)), ("clean", "web"))
    two = Scorer("two", View(8, VIEW.crop, True), lambda crops: -crops.mean(axis=(1, 2, 3)), ("clean",))
    scores = score(tmp_path, [one, two], rows)
    expected = [160, 120, 120, 80, 40, 0, np.nan]
    assert scores["one"]["clean"] == pytest.approx(expected, nan_ok=True)
    assert scores["one"]["web"] == pytest.approx(expected, abs=2, nan_ok=True)
    assert scores["two"]["clean"] == pytest.approx([-v for v in expected], nan_ok=True)
    assert set(scores["two"]) == {"clean"} and sorted(decoded) == sorted(str(tmp_path / f"{i}.png") for i in range(5))


def test_photos_that_are_gone_are_all_named_and_tried_again_once_they_are_back(tmp_path):
    paths = [tmp_path / name for name in ("a.png", "b.png", "c.png")]
    scorer = Scorer("mean", VIEW, lambda crops: crops.mean(axis=(1, 2, 3)), ("clean",))
    Image.fromarray(astronaut()).save(paths[1])
    rows = [photo_row(path) for path in paths]
    with pytest.raises(
        UserError, match=r"(?s)a\.png: cannot.*c\.png: cannot.*made from the photos themselves"
    ) as caught:
        score(tmp_path, [scorer], rows)
    assert "b.png" not in str(caught.value)
    for path in (paths[0], paths[2]):
        Image.fromarray(astronaut()).save(path)
    assert np.unique(score(tmp_path, [scorer], rows)["mean"]["clean"]).size == 1


def test_broken_scores_are_said(tmp_path):
    Image.fromarray(astronaut()).save(tmp_path / "a.png")
    scorer = Scorer("odd", VIEW, lambda crops: np.full(len(crops), np.inf), ("clean",))
    with pytest.raises(UserError, match="odd gives scores that are not numbers"):
        score(tmp_path, [scorer], [photo_row(tmp_path / "a.png")])


def test_a_split_is_scored_under_its_own_conditions(tmp_path):
    Image.fromarray(astronaut()).save(tmp_path / "a.png")
    rows = [dataclasses.replace(photo_row(tmp_path / "a.png"), split=split) for split in ("train", "val", "test")]
    scorer = Scorer("mean", VIEW, lambda crops: crops.mean(axis=(1, 2, 3)), ("clean", "web"))
    scores = score(tmp_path, [scorer], rows, {"val": ("clean",), "test": ("web", "clean")})["mean"]
    assert np.isnan(scores["clean"]).tolist() == [True, False, False]
    assert np.isnan(scores["web"]).tolist() == [True, True, False]
