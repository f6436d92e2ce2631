"""Peers of the full protocol: Meso4's graph and sign, the spectrum baseline, other checkpoints, the comparison."""

import hashlib

import keras
import numpy as np
import pytest
from PIL import Image

from python_trainer import peers
from python_trainer.conditions import View
from python_trainer.config import FaceCropSettings, get_recipe
from python_trainer.errors import UserError
from python_trainer.peers import (  # fmt: skip
    build_meso4,
    compare,
    fit_spectrum,
    load_meso4,
    load_peers,
    radial_spectrum,
    weights_sha256,
)
from tests.python.test_evaluate import crop_row

VIEW = View(64, FaceCropSettings(size=64))


def noise(rng: np.random.Generator, smooth: bool) -> np.ndarray:
    """Uint8 [64, 64, 3] of white noise, or of noise without its highest frequencies."""
    pixels = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(pixels).resize((24, 24)).resize((64, 64))) if smooth else pixels


@pytest.fixture
def spectra(tmp_path):
    """A folder whose fakes lack high frequencies, in train; `unseen_x` has the labels the other way round."""
    rng, rows = np.random.default_rng(0), []
    (tmp_path / "crops").mkdir()
    for index in range(24):
        source = "unseen_x" if index >= 16 else "a"
        rows.append(crop_row(f"t{index}", index % 2, "train", source))
        smooth = bool(index % 2) != (source == "unseen_x")
        Image.fromarray(noise(rng, smooth)).save(tmp_path / rows[-1].crop)
    return tmp_path, rows


def test_meso4_is_the_published_graph_and_scores_fakes(tmp_path):
    model = build_meso4()
    shapes = [tuple(w.shape) for layer in model.layers for w in layer.get_weights() if len(w.shape) != 1]
    assert shapes == [(3, 3, 3, 8), (5, 5, 8, 8), (5, 5, 8, 16), (5, 5, 16, 16), (1024, 16), (16, 1)]
    assert model.count_params() == 28_073
    model.layers[-1].bias.assign([3.0])
    path = tmp_path / "Meso4.weights.h5"
    model.save_weights(path)
    crops = np.random.default_rng(0).integers(0, 256, (70, 32, 32, 3), dtype=np.uint8)
    scores = load_meso4(path)(crops)
    large = np.stack([np.asarray(Image.fromarray(c).resize((256, 256), Image.Resampling.BILINEAR)) for c in crops])
    real = model.predict_on_batch(large[:3].astype(np.float32) / 255)[:, 0]
    assert scores.shape == (70,) and scores[:3] == pytest.approx(-real, abs=1e-4)
    assert (scores < 0).all()  # sure of "real": a low score of fake


def test_wrong_weights_are_refused(tmp_path):
    with pytest.raises(UserError, match="missing"):
        load_meso4(tmp_path / "none.h5")
    path = tmp_path / "other.weights.h5"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save_weights(path)
    with pytest.raises(UserError, match="does not hold the weights of Meso4"):
        load_meso4(path)


def test_spectrum_finds_the_ring_of_a_grating():
    x = np.arange(64)
    for cycles in (3, 12, 25):
        wave = 128 + 100 * np.sin(2 * np.pi * cycles * x / 64)
        crops = np.stack([np.broadcast_to(w[:, :, None], (64, 64, 3)) for w in (np.tile(wave, (64, 1)), np.tile(wave[:, None], (1, 64)))])  # fmt: skip
        rings = radial_spectrum(crops.astype(np.uint8))
        assert rings.shape == (2, 32) and np.isfinite(rings).all()
        assert (rings[:, 1:].argmax(axis=1) + 1).tolist() == [cycles, cycles]


def test_baseline_learns_from_training_crops_that_are_not_held_out(spectra, monkeypatch):
    folder, rows = spectra
    rng = np.random.default_rng(9)
    crops = np.stack([noise(rng, smooth=bool(i % 2)) for i in range(8)])
    score = fit_spectrum(folder, rows, 64, seed=0)
    assert ((score(crops) > 0) == (np.arange(8) % 2 == 1)).all()
    assert np.array_equal(score(crops), fit_spectrum(folder, rows, 64, seed=0)(crops))
    monkeypatch.setattr(peers, "SPECTRUM_CROPS", 6)
    assert not np.array_equal(score(crops), fit_spectrum(folder, rows, 64, seed=0)(crops))
    with pytest.raises(UserError, match="no training crops of both classes"):
        fit_spectrum(folder, [row for row in rows if row.label], 64, seed=0)


def test_checkpoints_bring_their_own_view(spectra, monkeypatch):
    folder, rows = spectra
    recipes = {"faces.h5": get_recipe("mobilenet"), "whole.h5": get_recipe("mtcnn")}
    monkeypatch.setattr("python_trainer.peers.load_checkpoint", lambda path: (None, recipes[path.name]))
    found = {p.name: p for p in load_peers(folder, rows, VIEW, None, ["m=x/faces.h5", "w=whole.h5"], 0)}
    assert list(found) == ["spectrum", "m", "w"]
    assert found["spectrum"].view == VIEW
    assert found["m"].view == View(224, FaceCropSettings(), False)
    assert found["w"].view.whole_image and found["w"].view.size == 256
    with pytest.raises(UserError, match="without looking for any"):
        load_peers(folder, rows, View(64, VIEW.crop, True), None, ["m=faces.h5"], 0)
    for names in (["m"], ["=x"], ["m="], ["m=faces.h5", "m=whole.h5"], ["model=faces.h5"]):
        with pytest.raises(UserError, match="--peer"):
            load_peers(folder, rows, VIEW, None, names, 0)


def test_a_peers_weights_are_known_by_their_hash(tmp_path):
    (tmp_path / "a.h5").write_bytes(b"a")
    (tmp_path / "meso.h5").write_bytes(b"m")
    found = weights_sha256(tmp_path / "meso.h5", [f"mine={tmp_path / 'a.h5'}"])
    assert found == {"meso4": hashlib.sha256(b"m").hexdigest(), "mine": hashlib.sha256(b"a").hexdigest()}
    assert weights_sha256(None, []) == {}


def test_thresholds_come_from_clean_validation_alone():
    rows = [crop_row(f"{s}{i}", i % 2, s) for s in ("val", "test") for i in range(8)]
    rows += [crop_row(f"u{i}", 1, "test", "unseen_x") for i in range(3)]
    rows += [crop_row(f"leak{i}", i % 2, "val", "independent42") for i in range(4)]
    rows.append(crop_row("none", 0, "test", crop="", status="no_face"))
    labels = np.array([row.label for row in rows])
    clean = np.where(labels == 1, 7.0, 3.0)
    clean[[row.source == "independent42" for row in rows]] = -90.0
    clean[-1] = np.nan
    web = clean + 10  # same order; but all above the threshold now
    found = compare(rows, {"p": {"clean": clean, "web": web}}, "test")["p"]
    assert found["threshold"] == 5.0
    assert found["conditions"]["clean"]["balanced_accuracy"] == 1
    assert found["conditions"]["web"]["balanced_accuracy"] == 0.5
    assert found["conditions"]["web"]["mean_auc"] == found["conditions"]["web"]["unseen_mean_auc"] == 1
    assert found["conditions"]["clean"]["sources"] == {"a": 1.0, "unseen_x": None}


def test_what_is_found_is_counted_at_as_many_wrong_alarms():
    rows = [crop_row(f"v{i}", i % 2, "val") for i in range(4)] + [crop_row(f"r{i}", 0, "test") for i in range(100)]
    rows += [crop_row(f"f{i}", 1, "test", source) for source in ("a", "unseen_x") for i in range(4)]
    scores = np.array([0, 1, 0, 1, *range(100), 99.5, 97.0, 50.0, 1.0, 99.5, 99.5, 98.0, 3.0], float)
    found = compare(rows, {"p": {"clean": scores, "web": scores}}, "test")["p"]["conditions"]["clean"]["found"]
    assert found == {"0.01": {"a": 0.25, "unseen_x": 0.5}, "0.05": {"a": 0.5, "unseen_x": 0.75}}
