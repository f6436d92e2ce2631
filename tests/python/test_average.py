"""`average`: the mean of checkpoints is one, and only of one network."""

import json

import keras
import numpy as np
import pytest

from python_trainer.__main__ import main
from python_trainer.config import get_recipe, recipe_to_dict
from python_trainer.models import build_model, load_checkpoint


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """Two ifmd networks and one evidence network."""
    paths = []
    for seed, recipe in enumerate(("ifmd", "ifmd", "evidence")):
        keras.utils.set_random_seed(seed)
        folder = tmp_path_factory.mktemp(recipe)
        (folder / "recipe.json").write_text(json.dumps(recipe_to_dict(get_recipe(recipe))))
        build_model(get_recipe(recipe)).save_weights(folder / "best.weights.h5")
        paths.append(folder / "best.weights.h5")
    return paths


def test_every_weight_is_the_mean(checkpoints, tmp_path):
    out = tmp_path / "new" / "mean.weights.h5"
    assert main(["average", "--checkpoints", *map(str, checkpoints[:2]), "--out", str(out)]) == 0
    first, second, mean = (load_checkpoint(path)[0].get_weights() for path in (*checkpoints[:2], out))
    for a, b, c in zip(first, second, mean, strict=True):
        assert np.allclose((a + b) / 2, c, atol=1e-6)


def test_the_recipe_of_another_run_is_not_overwritten(checkpoints, capsys):
    before = checkpoints[2].with_name("recipe.json").read_text()
    out = checkpoints[2].with_name("mean.weights.h5")
    assert main(["average", "--checkpoints", *map(str, checkpoints[:2]), "--out", str(out)]) == 2
    assert "of another recipe" in capsys.readouterr().err
    assert not out.exists() and checkpoints[2].with_name("recipe.json").read_text() == before


def test_a_branch_that_one_does_not_have_is_the_mean_of_the_others(tmp_path):
    paths = []
    for seed, texture in enumerate((0, 1, 1)):
        keras.utils.set_random_seed(seed)
        recipe = get_recipe("evidence", texture=texture)
        (folder := tmp_path / str(seed)).mkdir()
        (folder / "recipe.json").write_text(json.dumps(recipe_to_dict(recipe)))
        model = build_model(recipe)
        if texture:
            model.get_layer("head_texture_norm").moving_variance.assign([seed / 8.0] * 672)
        model.save_weights(folder / "best.weights.h5")
        paths.append(str(folder / "best.weights.h5"))
    out = tmp_path / "mean.weights.h5"
    assert main(["average", "--checkpoints", *paths, "--out", str(out)]) == 0
    *networks, mean = (load_checkpoint(path)[0] for path in (*paths, out))
    assert np.allclose(mean.get_layer("head_texture_norm").moving_variance, 1.5 / 8)
    kernels = [np.asarray(network.get_layer("head_patch_hidden").kernel) for network in (*networks, mean)]
    assert np.allclose(np.mean(kernels[:3], axis=0), kernels[3], atol=1e-6)


@pytest.mark.parametrize(
    ("chosen", "name", "message"),
    [
        ((0,), "o.weights.h5", "two or more"),
        ((0, 2), "o.weights.h5", "another network"),
        ((0, 1), "o.h5", "must end in"),
    ],
)
def test_what_cannot_be_averaged_is_refused(checkpoints, tmp_path, capsys, chosen, name, message):
    paths = [str(checkpoints[i]) for i in chosen]
    assert main(["average", "--checkpoints", *paths, "--out", str(tmp_path / name)]) == 2
    assert message in capsys.readouterr().err and not (tmp_path / name).exists()
