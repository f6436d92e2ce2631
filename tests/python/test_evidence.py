"""The evidence network, its batches and its losses."""

import dataclasses

import keras
import numpy as np
import pytest
from PIL import Image

from python_trainer.config import get_recipe
from python_trainer.evidence_batches import EvidenceBatches, difference_mask, keypoints_in_crop, traces_of
from python_trainer.files import ROOT
from python_trainer.losses import known_binary_crossentropy
from python_trainer.models import build_model, load_checkpoint
from python_trainer.models.evidence import NoisyOr, SmoothMaximum
from python_trainer.preprocessing import crop_face, crop_points
from python_trainer.validation import auc_by_group
from tests.python.test_train import crop_row

RECIPE = get_recipe("evidence", batch_size=8, samples_per_epoch=16)
FURTHER_FAKES = ("self_blended", "cross_blended", "reconstructed")
TARGETS = ("logit", "seam", "synthetic", "patch_logits", "pair_features")


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(1)
    return build_model(RECIPE, 96)


def test_outputs_and_size(network):
    image = np.random.default_rng(0).uniform(0, 255, (2, 96, 96, 3)).astype(np.float32)
    outputs = {name: np.asarray(value) for name, value in network(image).items()}
    assert {name: value.shape for name, value in outputs.items()} == {
        "logit": (2, 1), "seam": (2, 1), "synthetic": (2, 1), "anomaly_map": (2, 6, 6),
    }  # fmt: skip
    assert outputs["anomaly_map"].min() > 0 and outputs["anomaly_map"].max() < 1
    plain = build_model(get_recipe("mobilenet"), 96)
    assert network.count_params() - plain.count_params() < 8000


def test_what_the_map_is_made_of_is_the_difference_of_two_layers(network):
    names = (*RECIPE.difference_taps, "difference")
    inside = keras.Model(network.input, [network.get_layer(name).output for name in names])
    image = np.random.default_rng(0).uniform(0, 255, (2, 96, 96, 3)).astype(np.float32)
    first, second, found = (np.asarray(value, np.float64).reshape(2, -1) for value in inside(image))
    for one, expected in zip(found, first - second, strict=True):
        assert np.corrcoef(one, expected)[0, 1] == pytest.approx(1, abs=1e-6)
    assert network.get_layer("head_patch_hidden").input is network.get_layer("difference").output


def test_without_a_difference_the_trained_verdict_is_another():
    network, _ = load_checkpoint(ROOT / "python_trainer" / "checkpoints" / "evidence" / "evidence.weights.h5")
    image = np.random.default_rng(0).uniform(0, 255, (1, 14, 14, 3)).repeat(16, axis=1).repeat(16, axis=2)
    before = network(image.astype(np.float32))
    hidden = network.get_layer("head_patch_hidden")
    hidden.set_weights([np.zeros_like(hidden.get_weights()[0]), hidden.get_weights()[1]])  # what D = 0 would give
    after = network(image.astype(np.float32))
    assert abs(float(before["logit"][0, 0] - after["logit"][0, 0])) > 1e-2
    assert np.ptp(np.asarray(after["anomaly_map"])) < 1e-6 < np.ptp(np.asarray(before["anomaly_map"]))


def test_the_texture_branch_starts_from_nothing_and_sees_statistics_of_the_early_layers():
    keras.utils.set_random_seed(1)
    network = build_model(get_recipe("evidence", texture=1), 96)
    image = np.random.default_rng(0).uniform(0, 255, (2, 96, 96, 3)).astype(np.float32)
    before = network(image)
    sum_without = keras.Model(network.input, [network.get_layer(f"logit_{k}").output for k in ("seam", "synthetic")])
    for name, value in zip(("seam", "synthetic"), sum_without(image), strict=True):
        assert np.array_equal(before[name], value)
    tap = "block_4_add"
    inside = keras.Model(network.input, [network.get_layer(n).output for n in (tap, f"statistics_{tap}")])
    features, statistics = (np.asarray(value) for value in inside(image))
    cells = features.reshape(2, -1, features.shape[-1])
    assert np.allclose(statistics, np.concatenate([cells.mean(axis=1), cells.std(axis=1)], axis=-1), atol=1e-4)
    layer = network.get_layer("logit_texture_synthetic")
    layer.set_weights([np.ones_like(layer.get_weights()[0]), layer.get_weights()[1]])
    after = network(image)
    assert np.array_equal(before["seam"], after["seam"]) and not np.allclose(before["synthetic"], after["synthetic"])


def test_noisy_or_is_one_or_the_other_also_far_out():
    pairs = np.array([(0.3, -1.2), (-30, -25), (40, -3), (50, 60)], np.float32)
    logit = np.asarray(NoisyOr()([pairs[:, :1], pairs[:, 1:]]))[:, 0]
    a, b = pairs.T.astype(np.float64)
    assert np.allclose(logit, np.logaddexp(np.logaddexp(a, b), a + b), rtol=1e-6)
    p, q, either = (1 / (1 + np.exp(-v)) for v in (0.3, -1.2, logit[0]))
    assert np.isclose(either, 1 - (1 - p) * (1 - q))


def test_the_smooth_maximum_lies_between_mean_and_maximum():
    logits = np.random.default_rng(0).normal(0, 3, (5, 4, 4)).astype(np.float32)
    value = np.asarray(SmoothMaximum()(logits))[:, 0]
    assert np.allclose(value, np.log(np.exp(logits.astype(float)).mean(axis=(1, 2))), rtol=1e-5)


def test_what_is_not_known_costs_nothing():
    logits = np.array([[2.0], [-1.0], [30.0]], np.float32)
    known = np.array([[1, 1], [1, 1], [0, 0]], np.float32)
    expected = np.mean([np.log1p(np.exp(-2)), np.log1p(np.exp(1))])
    assert np.isclose(float(known_binary_crossentropy(known, logits)), expected, rtol=1e-6)
    assert float(known_binary_crossentropy(known * np.float32([1, 0]), logits)) == 0


@pytest.fixture(scope="module")
def material():
    """Four reals, each with a forgery, and again with a copy."""
    rng = np.random.default_rng(0)
    rows, crops = [], []
    for index in range(4):
        real = np.asarray(Image.fromarray(rng.integers(0, 255, (14, 14, 3)).astype(np.uint8)).resize((224, 224)))
        forged = real.copy()
        forged[64:128, 64:128] = 255 - forged[64:128, 64:128]
        for label, pixels, source in (
            (0, real, "films"), (1, forged, "films"), (0, real, "reconstruction"), (1, real // 2, "reconstruction"),
        ):  # fmt: skip
            row = crop_row(len(rows), label, "train", pair=f"p{index}", source=source)
            rows.append(dataclasses.replace(row, generator="copy") if source == "reconstruction" else row)
            crops.append(pixels)
    return np.stack(crops), rows


@pytest.mark.parametrize(
    ("shares", "seam", "synthetic", "map_weight"),
    [
        ({"self_blended": 1.0}, (1, 1), (0, 1), 1.0),
        ({"reconstructed": 1.0}, None, (1, 1), 1.0),
        ({"cross_blended": 1.0}, (1, 1), (0, 1), 1.0),
        ({}, (0, 0), (0, 0), 0.5),
    ],
)
def test_each_kind_of_fake_carries_what_is_known_of_it(material, shares, seam, synthetic, map_weight):
    shares = dict.fromkeys(FURTHER_FAKES, 0.0) | shares
    still = dict.fromkeys(("degrade", "zoom", "rotation", "erase", "spoil"), 0.0)
    recipe = get_recipe("evidence", batch_size=8, samples_per_epoch=16, **still, **shares)
    batches = EvidenceBatches(*material, recipe, 224, 0, 14, TARGETS)
    images, targets = batches[0]
    assert len(batches) == 2 and images.shape == (8, 224, 224, 3)
    assert targets["logit"][:, 0].tolist() == [0] * 4 + [1] * 4
    for name, expected in (("seam", seam), ("synthetic", synthetic)):
        assert (targets[name][:4] == [0, 1]).all()
        if expected:
            assert (targets[name][4:] == expected).all(), name
    maps = targets["patch_logits"]
    assert (maps[:4, ..., 0] == 0).all() and (maps[:4, ..., 1] == 1).all() and (maps[4:, ..., 1] == map_weight).all()
    changed = np.abs(images[:4] - images[4:]).max(axis=-1).reshape(4, 14, 16, 14, 16).max(axis=(2, 4))
    assert (changed[maps[4:, ..., 0] > 0.6] > 0).mean() > 0.95
    assert (changed[maps[4:, ..., 0] == 0] <= 12).mean() > 0.95


@pytest.mark.parametrize(
    ("source", "generator", "generated", "label", "traces"),
    [
        ("mine", "whatever", 1, 1, (0, 1)),
        ("ffhq_stylegan", "stylegan", 0, 1, (0, 1)),
        ("faceforensics", "faceswap", 0, 1, (1, 0)),
        ("reconstruction", "tiny_flux2", 0, 1, (0, 1)),
        ("mine", "whatever", 0, 1, (None, None)),
        ("mine", "", 0, 0, (None, None)),
    ],
)
def test_what_is_known_of_a_fakes_traces(source, generator, generated, label, traces):
    row = dataclasses.replace(crop_row(0, label, "train", source=source), generator=generator, generated=generated)
    assert traces_of(row) == traces


def test_another_real_shows_through_both_of_a_pair_alike(material):
    still = dict.fromkeys(("degrade", "geometry", "erase", "color", "spoil", *FURTHER_FAKES), 0.0)
    plain, mixed = (
        EvidenceBatches(*material, dataclasses.replace(RECIPE, overlay=share, **still), 224, 0, 14, TARGETS)[0]
        for share in (0.0, 1.0)
    )
    assert all(np.array_equal(plain[1][name], mixed[1][name]) for name in TARGETS)
    (before, after), half = (images.astype(float) for images in (plain[0], mixed[0])), len(plain[0]) // 2
    assert np.abs(after - before).max() > 20
    traces, fainter = before[half:] - before[:half], after[half:] - after[:half]
    assert np.abs(fainter).max() > 20
    kept = fainter[np.abs(traces) > 100] / traces[np.abs(traces) > 100]
    assert kept.min() > 0.48 and kept.max() < 0.92


def test_the_face_that_is_pasted_is_another_persons(monkeypatch):
    """Twenty reals of six people, known by name, by pair or as one file; each crop shows its person's number."""
    known = [{"identity": "ann"}, {"pair_id": "1"}, {"sha256": "same"}, {"pair_id": "1", "source": "elsewhere"}]
    people = [index % 5 for index in range(20)]  # of the fifth nothing is known: there are four of them
    rows = [dataclasses.replace(crop_row(i, 0, "train"), **(known[p] if p < 4 else {})) for i, p in enumerate(people)]
    crops = np.repeat(np.uint8(range(20)), 16 * 16 * 3).reshape(20, 16, 16, 3)
    pasted = []
    monkeypatch.setattr(
        "python_trainer.evidence_batches.cross_blend",
        lambda real, points, donor, *_: pasted.append((real[0, 0, 0], donor[0, 0, 0])) or (real, real[..., 0]),
    )
    batches = EvidenceBatches(crops, [*rows, crop_row(20, 1, "train")], RECIPE, 16, 0, 1, TARGETS)
    for seed in range(200):
        batches._cross_blended(seed % 20, np.random.default_rng(seed))
    assert len(pasted) > 150
    assert all(real != donor for real, donor in pasted)
    assert all(people[real] != people[donor] or people[real] == 4 for real, donor in pasted)


def test_a_face_without_another_person_is_blended_with_itself():
    rows = [dataclasses.replace(crop_row(i, i // 4, "train"), identity="ann") for i in range(8)]
    crops = np.random.default_rng(0).integers(0, 255, (8, 64, 64, 3)).astype(np.uint8)
    batches = EvidenceBatches(crops, rows, RECIPE, 64, 0, 4, TARGETS)
    _, fake, mask, weight, kind, aligned = batches._cross_blended(0, np.random.default_rng(0))
    assert (fake.shape, mask.shape, weight, kind, aligned) == ((64, 64, 3), (64, 64), 1.0, "self_blended", True)


def test_a_pair_cut_from_two_boxes_says_nothing_of_where(material):
    crops, rows = material
    moved = [r.__class__(**{**vars(r), "box_xyxy": f"[{r.label}, 0, 9, 9]"}) for r in rows]
    recipe = dataclasses.replace(RECIPE, **dict.fromkeys(FURTHER_FAKES, 0.0))
    _, targets = EvidenceBatches(crops, moved, recipe, 224, 0, 14, TARGETS)[0]
    assert (targets["patch_logits"][4:, ..., 1] == 0).all() and (targets["logit"][4:] == 1).all()


def test_the_same_epoch_is_drawn_again_and_another_is_not(material):
    first, again, other = (EvidenceBatches(*material, RECIPE, 96, epoch, 6, TARGETS)[1][0] for epoch in (0, 0, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_a_pair_that_differs_by_noise_alone_is_not_changed_anywhere():
    rng = np.random.default_rng(0)
    real = rng.integers(60, 190, (224, 224, 3)).astype(np.uint8)
    fake = (real + rng.integers(-2, 3, real.shape)).astype(np.uint8)
    assert difference_mask(real, fake).max() == 0
    fake[50:100, 50:100] += 40
    mask = difference_mask(real, fake)
    assert mask[60:90, 60:90].min() == 1 and mask[130:, 130:].max() == 0


def test_keypoints_land_where_the_crop_shows_them():
    image = np.zeros((300, 300, 3), np.uint8)
    points = np.array([(120, 110), (180, 130), (145, 160), (120, 190), (165, 205)], float)
    for x, y in points.astype(int):
        image[y - 2 : y + 3, x - 2 : x + 3] = 255
    box = np.array([80.2, 70.6, 220.4, 240.1])
    crop = crop_face(image, box, points, RECIPE.crop)
    for x, y in crop_points(points, box, RECIPE.crop):
        assert crop[round(y - 0.5), round(x - 0.5)].min() > 120
    row = crop_row(0, 0, "train")
    assert keypoints_in_crop(row, RECIPE.crop, RECIPE.crop.size).shape == (5, 2)
    small, large = (keypoints_in_crop(row, RECIPE.crop, side) for side in (112, 224))
    np.testing.assert_allclose(2 * small, large)


def test_fakes_without_reals_are_measured_against_all_reals():
    labels = np.array([0, 0, 1, 1])
    groups = np.array(["a", "b", "a", "made"])
    assert auc_by_group(labels, np.array([0.0, 3.0, 1.0, 2.0]), groups) == {"a": 1.0, "made": 0.5}
