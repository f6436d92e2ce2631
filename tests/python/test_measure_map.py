"""Where a map points: perfect, random and flat maps, Grad-CAM of a network whose answer is known, and the verb."""

import dataclasses
import json

import keras
import numpy as np
import pytest
from PIL import Image

from python_trainer.__main__ import main
from python_trainer.config import FaceCropSettings, get_recipe, recipe_to_dict
from python_trainer.errors import UserError
from python_trainer.manifest import write_prepared
from python_trainer.map_evaluation import METRICS, cell_mask, centre_map, chance, mean_with_interval, measure
from python_trainer.measure_map import (  # fmt: skip
    CONDITIONS,
    aligned_pairs,
    degraded,
    format_table,
    measure_maps,
    read_maps,
    self_blended,
)
from python_trainer.models import build_model
from python_trainer.preprocessing import crop_face
from tests.python.test_train import crop_row

SIZE, CELLS = 64, 4
RECIPE = get_recipe("evidence", input_size=SIZE, crop=FaceCropSettings(size=SIZE, margin=0.0))


def mask_of(*corners: int, size: int = 224) -> np.ndarray:
    top, bottom, left, right = corners
    mask = np.zeros((size, size), bool)
    mask[top:bottom, left:right] = True
    return mask


def test_a_perfect_map_gets_one_everywhere_and_its_opposite_nothing():
    mask = mask_of(48, 160, 64, 128)
    perfect = cell_mask(mask, 14).astype(float)
    assert perfect.sum() == 7 * 4
    found = measure(perfect * 0.9 + 0.05, mask)
    assert found["iou_at_half"] == found["iou_same_area"] == found["pointing"] == 1
    assert found["pixel_auc"] > 0.99  # bilinear enlargement blurs the edge
    wrong = measure(1 - perfect, mask)
    assert wrong["iou_at_half"] == wrong["iou_same_area"] == wrong["pointing"] == 0 and wrong["pixel_auc"] < 0.01


def test_a_perfect_map_on_another_scale_keeps_all_but_the_absolute_measure():
    mask = mask_of(0, 112, 0, 112)
    found = measure(cell_mask(mask, 14) * 0.2 + 0.1, mask)
    assert found["iou_at_half"] == 0 and found["iou_same_area"] == found["pointing"] == 1


def test_random_maps_are_near_chance_and_a_flat_one_is_at_it():
    mask, rng = mask_of(16, 96, 24, 56, size=112), np.random.default_rng(0)
    random = [measure(rng.uniform(size=(14, 14)), mask) for _ in range(200)]
    expected = chance(mask, 14)
    assert expected["pointing"] == pytest.approx(10 * 4 / 196)
    for name in METRICS:
        assert np.mean([one[name] for one in random]) == pytest.approx(expected[name], abs=0.06), name
    flat = measure(np.full((14, 14), 0.3), mask)
    assert flat == {"iou_at_half": 0} | {k: pytest.approx(v) for k, v in expected.items() if k != "iou_at_half"}


def test_the_centre_map_points_at_the_centre():
    centre = centre_map(14)
    assert centre.max() == centre[7, 7] == centre[6, 6] and np.allclose(centre, centre.T) and centre.min() > 0
    middle, corner = (measure(centre, mask) for mask in (mask_of(64, 160, 64, 160), mask_of(0, 96, 0, 96)))
    assert middle["pointing"] == 1 and middle["pixel_auc"] > 0.95 and corner["pointing"] == 0


def test_intervals_hold_the_mean_and_widen_when_images_hang_together():
    values, alone = np.tile([0.0, 1.0], 50), np.arange(100)
    free, tied = mean_with_interval(values, alone, 0), mean_with_interval(np.sort(values), alone // 25, 0)
    assert free["mean"] == tied["mean"] == 0.5
    assert free["interval"] == pytest.approx([0.4, 0.6], abs=0.02)
    assert np.ptp(tied["interval"]) > 2 * np.ptp(free["interval"])


def toy_network(gain: float) -> keras.Model:
    """Its last features are red and green of 16-pixel blocks; the logit is `gain` times red less green; its map is red."""
    image = keras.Input((SIZE, SIZE, 3))
    blocks = keras.layers.AveragePooling2D(SIZE // CELLS)(image)
    features = keras.layers.Conv2D(2, 1, activation="relu", name="out_relu", use_bias=False)
    x = features(blocks)
    logit = keras.layers.Dense(1, use_bias=False)
    output = {"logit": logit(keras.layers.GlobalAveragePooling2D()(x)), "anomaly_map": x[..., 0]}
    model = keras.Model(image, output)
    features.set_weights([np.float32([[1, 0], [0, 1], [0, 0]]).reshape(1, 1, 3, 2) / 255])
    logit.set_weights([np.float32([[gain], [-gain]])])
    return model


@pytest.mark.parametrize("gain", [3.0, -3.0])
def test_grad_cam_shows_what_speaks_for_fake(gain):
    crop = np.zeros((1, SIZE, SIZE, 3), np.uint8)
    crop[0, 16:32, 32:48, 0] = 255  # red speaks for fake where the gain is positive
    crop[0, 48:64, 0:16, 1] = 255
    maps, cams = read_maps(toy_network(gain), np.repeat(crop, 20, axis=0))
    place = (1, 2) if gain > 0 else (3, 0)
    expected = np.zeros((CELLS, CELLS))
    expected[place] = 3 / CELLS**2
    assert cams.shape == (20, CELLS, CELLS) and np.allclose(cams, expected, atol=1e-6)
    assert maps.shape == (20, CELLS, CELLS) and maps[0].argmax() == 1 * CELLS + 2


def face(rng: np.random.Generator, size: int) -> np.ndarray:
    noise = Image.fromarray(rng.integers(40, 215, (size // 8, size // 8, 3)).astype(np.uint8))
    return np.asarray(noise.resize((size, size), Image.Resampling.BICUBIC))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Test frames of which a quarter was painted over, in crops found apart; some that cannot be compared; and reals."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "crops").mkdir()
    rng, rows = np.random.default_rng(0), []
    points = np.array([(40, 50), (70, 50), (55, 65), (45, 80), (66, 80)], float)

    def add(frame, label, pair, source, box, **changes):
        name = len(rows)
        Image.fromarray(frame).save(folder / f"{name}.png")
        crop = crop_face(frame, np.array(box), points, RECIPE.crop)
        Image.fromarray(crop).save(folder / "crops" / f"{name}.png")
        known = {
            "box_xyxy": json.dumps(box),
            "keypoints": json.dumps(points.ravel().tolist()),
            "image": str(folder / f"{name}.png"),
        }
        row = crop_row(name, label, "test", pair=pair, source=source)
        rows.append(dataclasses.replace(row, **known | changes))

    for index in range(6):
        frame, pair = face(rng, 128), f"p{index}"
        forged = frame.copy()
        forged[36:68, 36:68] = 255 - forged[36:68, 36:68]
        add(frame, 0, pair, "films", [30, 30, 94, 94])
        add(forged, 1, pair, "films", [36, 36, 100, 100])
    add(face(rng, 128), 0, "other", "films", [30, 30, 94, 94])
    add(face(rng, 128), 1, "other", "films", [30, 30, 94, 94])  # not the same frame
    add(face(rng, 128), 0, "gone", "films", [30, 30, 94, 94], image=str(folder / "gone.png"))
    add(face(rng, 128), 1, "gone", "films", [36, 36, 100, 100])
    frame = face(rng, 128)
    add(frame, 0, "same", "copies", [30, 30, 94, 94])
    add(frame, 1, "same", "copies", [30, 30, 94, 94])  # nothing altered
    write_prepared(folder, rows)
    return folder, rows


def test_pairs_are_compared_under_the_fakes_crop_and_left_out_where_they_cannot_be(data):
    folder, rows = data
    kinds = aligned_pairs(folder, rows, RECIPE, CELLS, 300, np.random.default_rng(0))
    films, copies = kinds["films"], kinds["copies"]
    assert (len(films.fakes), films.left_out, len(copies.fakes), copies.left_out) == (6, 2, 0, 1)
    altered = mask_of(0, 32, 0, 32, size=SIZE)
    for mask in films.masks:
        assert (mask & altered).sum() / (mask | altered).sum() > 0.75
    assert len(aligned_pairs(folder, rows, RECIPE, CELLS, 2, np.random.default_rng(0))["films"].fakes) <= 2


def test_self_blended_masks_cover_what_changed(data):
    _, rows = data
    crops = np.stack([face(np.random.default_rng(i), SIZE) for i in range(8)])
    kind = self_blended(crops, rows[:8], RECIPE, CELLS, np.random.default_rng(1))
    again = self_blended(crops, rows[:8], RECIPE, CELLS, np.random.default_rng(1))
    assert np.array_equal(kind.fakes, again.fakes) and len(kind.fakes) + kind.left_out == 8 and len(kind.fakes) > 3
    assert all(0 < cell_mask(mask, CELLS).mean() < 1 for mask in kind.masks)


def test_conditions_recompress_or_leave_alone():
    crops = face(np.random.default_rng(0), SIZE)[None]
    assert degraded(crops, "clean") is crops
    change = np.abs(degraded(crops, "jpeg60").astype(int) - crops).mean()
    assert 0.5 < change < 20


def test_the_report_is_reproducible_and_says_how_high_the_map_rises_on_reals(data):
    folder, rows = data
    network = toy_network(3.0)
    films = [row for row in rows if row.source == "films"]
    assert measure_maps(network, RECIPE, folder, "test", 300, 0) == measure_maps(
        network, RECIPE, folder, "test", 300, 0
    )
    report = measure_maps(network, RECIPE, folder, "test", 300, 0)
    clean = report["conditions"]["clean"]
    assert clean["reals"]["n"] == len([row for row in films if row.label == 0]) + 1
    reds = np.stack([np.asarray(Image.open(folder / row.crop))[..., 0] for row in rows if row.label == 0]) / 255
    peaks = reds.reshape(-1, CELLS, 16, CELLS, 16).mean(axis=(2, 4)).max(axis=(1, 2))
    assert clean["reals"]["peak_mean"] == pytest.approx(peaks.mean(), abs=1e-5)
    assert clean["reals"]["peak_q95"] == pytest.approx(np.quantile(peaks, 0.95), abs=1e-5)
    assert clean["reals"]["share_lit"] == pytest.approx((peaks >= 0.5).mean())
    assert clean["kinds"]["copies"] == {"n": 0, "left_out": 1}
    assert clean["kinds"]["films"]["mask_area"] == pytest.approx(0.25, abs=0.06)
    with pytest.raises(UserError, match="no real crops in its val"):
        measure_maps(network, RECIPE, folder, "val", 300, 0)
    with pytest.raises(UserError, match="no anomaly map"):
        measure_maps(keras.Model(network.input, {"logit": network.output["logit"]}), RECIPE, folder, "test", 300, 0)


def test_the_verb_on_the_untrained_network(data, tmp_path, capsys):
    folder, _ = data
    keras.utils.set_random_seed(0)
    build_model(RECIPE).save_weights(tmp_path / "new.weights.h5")
    (tmp_path / "recipe.json").write_text(json.dumps(recipe_to_dict(RECIPE)))
    arguments = ["measure_map", "--checkpoint", str(tmp_path / "new.weights.h5"), "--data", str(folder)]
    assert main([*arguments, "--out", str(tmp_path / "out"), "--count", "5"]) == 0
    report = json.loads((tmp_path / "out" / "map.json").read_text())
    assert report["cells"] == CELLS and report["scales"]["anomaly_map"] == "probability"
    assert list(report["conditions"]) == list(CONDITIONS)
    films = report["conditions"]["jpeg60"]["kinds"]["films"]
    assert films["n"] + films["left_out"] == 5
    for method in ("anomaly_map", "grad_cam", "centre"):
        for name in METRICS:
            low, high = films[method][name]["interval"]
            assert 0 <= low <= films[method][name]["mean"] <= high <= 1, (method, name)
    apart = films["anomaly_map_minus_grad_cam"]["pixel_auc"]["mean"]
    assert apart == pytest.approx(films["anomaly_map"]["pixel_auc"]["mean"] - films["grad_cam"]["pixel_auc"]["mean"])
    assert capsys.readouterr().out.strip() == format_table(report)
