"""`harden`: what the detector is taught of spoilt and turned photos, that a stopped run goes on, and what it refuses."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from python_trainer import harden as module
from python_trainer import hardening_views
from python_trainer.__main__ import main
from python_trainer.blazeface import PUBLISHED, SIDE, anchor_middles, build_blazeface
from python_trainer.hardening_views import HardeningViews, KnownFace
from python_trainer.manifest import write_prepared
from tests.python.faces import astronaut, save_astronaut
from tests.python.test_train import crop_row

WALL = np.full((90, 120, 3), 90, np.uint8)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(hardening_views, "BATCH", 6)
    monkeypatch.setattr(hardening_views, "WITHOUT_FACE", 2)
    monkeypatch.setattr(hardening_views, "QUARTERS", ((1, 1, 2), (2, 2, 3), (3, 3, 4)))


@pytest.fixture
def prepared(tmp_path):
    """Photos with a face to train on, one found by a second look alone, and one of another split."""
    rows = []
    for index, (split, second_look) in enumerate((("train", 0), ("train", 0), ("train", 1), ("val", 0))):
        photo = save_astronaut(tmp_path / f"{index}.jpg", seed=index)
        rows.append(dataclasses.replace(crop_row(index, 0, split), image=str(photo), second_look=second_look))
    (tmp_path / "prepared").mkdir()
    write_prepared(tmp_path / "prepared", rows)
    return tmp_path / "prepared"


@pytest.fixture
def walls(tmp_path):
    folder = tmp_path / "walls"
    folder.mkdir()
    Image.fromarray(WALL).save(folder / "wall.png")
    (folder / "torn.png").write_bytes(b"\x89PNG")
    return folder


def run(prepared, walls, out, *more):
    return main(["harden", "--data", str(prepared), "--without-faces", str(walls), "--out", str(out), *map(str, more)])


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_what_is_said_of_a_turned_view_lies_where_the_view_shows_it(quarters):
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(1, 896)).astype(np.float32)
    regressions = rng.normal(size=(1, 896, 16)).astype(np.float32)

    def points(rows):
        """The middles and keypoints, [896, 7, 2], pixels of the view."""
        places = rows[0].reshape(896, 8, 2).astype(np.float64) + anchor_middles()[:, None]
        return np.delete(places, 1, axis=1)  # the size is no place

    turned = [np.asarray(values) for values in module.turn_anchors(scores, regressions, quarters)]
    expected = points(regressions)
    for _ in range(quarters):
        expected = np.stack([expected[..., 1], SIDE - expected[..., 0]], axis=-1)
    before, after = np.argsort(scores[0]), np.argsort(turned[0][0])
    assert np.array_equal(scores[0][before], turned[0][0][after])
    assert points(turned[1])[after] == pytest.approx(expected[before], abs=1e-4)
    sizes = regressions[0, before, 2:4]
    assert np.array_equal(turned[1][0, after, 2:4], sizes[:, ::-1] if quarters % 2 else sizes)


def test_views_are_the_same_for_a_seed_turned_where_they_should_be_and_spoilt(small_batches, monkeypatch):
    faces = {"a": [KnownFace(astronaut()[:256, 100:356])], "b": [KnownFace(astronaut()[:200, 150:300])]}
    views = HardeningViews(faces, [WALL], 9, seed=0)
    first, again, other = views[3], views[3], views[4]
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["clean"], other["clean"])
    assert first["without_face"].tolist() == [False] * 4 + [True] * 2
    monkeypatch.setattr(hardening_views, "SPOILT", 0)
    monkeypatch.setattr(hardening_views, "DENOISED", 0)
    unspoilt = views[3]
    for quarters in (0, 1, 2, 3):
        assert np.array_equal(unspoilt["spoilt"][quarters], np.rot90(unspoilt["clean"][quarters], quarters))
    monkeypatch.setattr(hardening_views, "SPOILT", 1)
    assert not any(np.array_equal(*pair) for pair in zip(views[3]["spoilt"], unspoilt["spoilt"], strict=True))


def test_what_covers_a_face_hides_it_from_the_pupil_and_not_from_the_teacher(small_batches, monkeypatch):
    for name, share in (("SPOILT", 0), ("DENOISED", 0), ("COVERED", 1)):
        monkeypatch.setattr(hardening_views, name, share)
    points = np.array([[105, 100], [146, 102], [123, 127], [108, 150], [142, 152]])
    face = KnownFace(astronaut()[:256, 100:356], np.array([75.0, 40, 180, 180]), points.astype(float))
    batch = HardeningViews({"a": [face]}, [WALL], 9, seed=0)[0]
    changed = (batch["clean"][0] != batch["spoilt"][0]).any(axis=-1).mean()
    assert 0.005 < changed < 0.5
    assert np.array_equal(batch["clean"][4:], batch["spoilt"][4:]), "nobody has no face to cover"


def test_of_an_upright_unspoilt_face_there_is_nothing_to_learn(monkeypatch):
    monkeypatch.setattr(hardening_views, "QUARTERS", ())
    network, teacher = (build_blazeface(batch_size=None) for _ in range(2))
    for each in (network, teacher):
        each.load_weights(PUBLISHED)
    pupil = module._pupil(network, teacher)
    clean = astronaut()[None, :256:2, 100:356:2]

    def loss(spoilt, nobody=False):
        views = {"clean": clean, "spoilt": spoilt, "without_face": np.array([nobody])}
        return float(pupil.compute_loss(views, y_pred=pupil(views)))

    assert loss(clean) == pytest.approx(0, abs=0.02)
    assert loss(clean // 4) > 0.1
    assert loss(clean, nobody=True) > 1, "a face that is said to be nobody"


def test_a_stopped_run_goes_on_and_the_weights_are_as_exact_as_the_published(
    prepared, walls, tmp_path, small_batches, monkeypatch, capsys
):
    monkeypatch.setattr(module, "STEPS_KEPT", 2)
    assert run(prepared, walls, tmp_path / "whole", "--steps", 3) == 0
    assert "torn.png" in capsys.readouterr().out
    with monkeypatch.context() as patch:
        patch.setattr(module, "save_weights", lambda *_: pytest.fail("a stopped run writes no weights"))
        patch.setattr(HardeningViews, "__getitem__", stop_at(2))
        assert run(prepared, walls, tmp_path / "stopped", "--steps", 3) == 130
    assert "goes on" in capsys.readouterr().err
    monkeypatch.setattr(HardeningViews, "__getitem__", not_before(2))
    assert run(prepared, walls, tmp_path / "stopped", "--steps", 3) == 0
    whole, resumed, published = (build_blazeface() for _ in range(3))
    published.load_weights(PUBLISHED)
    for network, name in ((whole, "whole"), (resumed, "stopped")):
        network.load_weights(tmp_path / name / "hardened.weights.h5")
    weights = [np.concatenate([part.ravel() for part in each.get_weights()]) for each in (whole, resumed, published)]
    assert weights[0] == pytest.approx(weights[1], abs=1e-6)
    assert np.abs(weights[0] - weights[2]).max() > 1e-6
    assert np.array_equal(weights[0], weights[0].astype(np.float16).astype(np.float32))


_make = HardeningViews.__getitem__


def stop_at(step):
    """Batches that end the program when this one is asked for."""

    def get(self, index):
        if index >= step:
            raise KeyboardInterrupt
        return _make(self, index)

    return get


def not_before(step):
    def get(self, index):
        assert index >= step, "what was done is not done again"
        return _make(self, index)

    return get


def test_what_cannot_be_trained_on_is_refused_in_a_sentence(prepared, walls, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    write_prepared(tmp_path / "empty", [])
    for arguments, message in (
        ((prepared, walls, tmp_path / "out", "--steps", 0), "--steps 0"),
        ((prepared, walls, tmp_path / "out", "--init", walls / "torn.png"), "does not hold the weights of BlazeFace"),
        ((tmp_path / "empty", walls, tmp_path / "out"), "no training photo with a face"),
        ((tmp_path / "nowhere", walls, tmp_path / "out"), "manifest.csv is missing"),
        ((prepared, tmp_path / "empty", tmp_path / "out"), "no picture in --without-faces"),
    ):
        assert run(*arguments) == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
