"""The ablation: alike but for one thing, paired intervals that find a gain and none where there is none."""

import json

import numpy as np
import pytest

import python_trainer.ablate
from python_trainer.__main__ import main
from python_trainer.ablate import BASELINE, VARIANTS
from python_trainer.config import get_recipe
from python_trainer.models import build_model
from python_trainer.objectives import objective_for
from python_trainer.paired_bootstrap import Part, compare
from tests.python.test_train import data as data


def test_a_better_network_gains_and_an_equal_one_does_not():
    rng = np.random.default_rng(0)
    labels = np.tile([0, 1], 200)
    part = Part(labels, np.repeat(["a", "b"], 200))
    noise = [rng.normal(size=400) for _ in range(3)]
    scores = {
        BASELINE: [{"clean": 0.5 * labels + n} for n in noise],
        "same": [{"clean": 0.5 * labels + n + rng.normal(0, 0.1, 400)} for n in noise],
        "better": [{"clean": 1.5 * labels + n} for n in noise],
    }
    found = compare({"clean": (None, part)}, scores, BASELINE, resamples=200)
    low, high = found["same"]["clean"]["gain"]["interval"]
    assert low < 0 < high and high - low < 0.06
    assert found["better"]["clean"]["gain"]["interval"][0] > 0.1
    assert found["better"]["clean"]["gain"]["mean"] == pytest.approx(
        found["better"]["clean"]["auc"] - found[BASELINE]["clean"]["auc"]
    )
    assert "gain" not in found[BASELINE]["clean"] and len(found[BASELINE]["clean"]["seeds"]) == 3


def test_intervals_cover_the_luck_of_few_runs():
    """Twenty times three runs of either network, equal but for what their training made of them."""
    rng = np.random.default_rng(1)
    labels = np.tile([0, 1], 300)
    part = Part(labels, np.repeat(["a", "b"], 300))
    held = 0
    for _ in range(20):
        runs = {
            name: [{"clean": rng.normal(1.2, 0.2) * labels + rng.normal(size=600)} for _ in range(3)]
            for name in (BASELINE, "same")
        }
        low, high = compare({"clean": (None, part)}, runs, BASELINE, resamples=40)["same"]["clean"]["gain"]["interval"]
        held += low < 0 < high
    assert held >= 18


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_builds_and_has_as_many_parameters_where_shapes_are_the_same(variant):
    recipe = get_recipe("evidence", **VARIANTS[variant])
    model = build_model(recipe, 96)
    assert "pair_features" in objective_for(model, recipe).outputs or recipe.pair_weight == 0
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    baseline = build_model(get_recipe("evidence", **VARIANTS[BASELINE]), 96)
    difference = abs(trainable - sum(int(np.prod(w.shape)) for w in baseline.trainable_weights))
    same_shapes = recipe.difference_taps == get_recipe("evidence").difference_taps
    assert difference == 0 if same_shapes else difference < 4000


def test_the_reference_is_learned_from_the_reals_alone():
    model = build_model(get_recipe("evidence", difference="reference"), 96)
    layer = model.get_layer("from_reals")
    features = np.concatenate([np.full((2, 6, 6, 96), 1.0), np.full((2, 6, 6, 96), 9.0)]).astype(np.float32)
    for _ in range(3):
        layer(features, training=True)
    expected = 1 - layer.MOMENTUM**3
    np.testing.assert_allclose(layer.get_weights()[0], expected, rtol=1e-5)
    np.testing.assert_allclose(np.asarray(layer(features))[3], expected - 9, rtol=1e-5)


def test_a_tiny_ablation_runs_and_is_not_repeated(data, tmp_path, capsys, monkeypatch):
    out = tmp_path / "ablation"
    arguments = ["ablate", "--data", str(data), "--out", str(out), "--weights", "none", "--variants", "layers"]
    arguments += ["--stages", "1:32", "--samples-per-epoch", "32", "--resamples", "20"]
    assert main(arguments) == 0
    result = json.loads((out / "ablation.json").read_text())
    assert (out / "ablation.png").read_bytes().startswith(b"\x89PNG")
    assert set(result["variants"]) == {BASELINE, "layers"} and set(result["variants"]["layers"]) == {"clean", "web"}
    assert "| layers |" in capsys.readouterr().out
    monkeypatch.setattr(python_trainer.ablate, "run_in_own_process", None)
    assert main(arguments) == 0
    assert json.loads((out / "ablation.json").read_text()) == result
