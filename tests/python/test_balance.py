"""`balance`: the two logits of the evidence network weighed on validation, the numbers folded into its weights."""

import dataclasses
import json
import shutil
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from PIL import Image

from python_trainer.__main__ import main
from python_trainer.balance import _score
from python_trainer.config import get_recipe, recipe_to_dict
from python_trainer.manifest import read_prepared, write_prepared
from python_trainer.models import build_model, load_checkpoint
from tests.python.test_train import crop_row


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A prepared folder of twelve validation crops, and checkpoints of an evidence and of an ifmd network."""
    path = tmp_path_factory.mktemp("balance")
    rng, rows = np.random.default_rng(0), []
    for index in range(12):
        row = dataclasses.replace(
            crop_row(index, index % 2, "val"), generator=("stylegan", "dfdc_faceswap")[index // 2 % 2]
        )
        (path / row.crop).parent.mkdir(exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (64, 64, 3)).astype(np.uint8)).save(path / row.crop)
        rows.append(row)
    write_prepared(path, rows)
    for name in ("evidence", "ifmd"):
        keras.utils.set_random_seed(2)
        recipe = get_recipe(name, input_size=64, **({"texture": 1} if name == "evidence" else {}))
        (path / name).mkdir()
        (path / name / "recipe.json").write_text(json.dumps(recipe_to_dict(recipe)))
        build_model(recipe).save_weights(path / name / "best.weights.h5")
    return path


def balance(folder, name, out):
    return main(
        ["balance", "--checkpoint", str(folder / name / "best.weights.h5"), "--data", str(folder), "--out", str(out)]
    )


def test_both_logits_are_scaled_and_shifted_as_it_says(folder, tmp_path, capsys):
    out = tmp_path / "balanced.weights.h5"
    assert balance(folder, "evidence", out) == 0
    words = capsys.readouterr().out.replace(";", "").replace(",", "").split()
    seam, synthetic = words.index("seam"), words.index("synthetic")
    numbers = [float(words[i + step]) for i in (seam, synthetic) for step in (2, 4)]
    assert float(words[-1]) >= float(words[-3])
    before, after = (load_checkpoint(path)[0] for path in (folder / "evidence" / "best.weights.h5", out))
    image = np.random.default_rng(1).uniform(0, 255, (3, 64, 64, 3)).astype(np.float32)
    old, new = before(image), after(image)
    for name, scale, bias in (("seam", *numbers[:2]), ("synthetic", *numbers[2:])):
        assert np.allclose(np.asarray(old[name]) * scale + bias, new[name], atol=1e-5)
    assert np.allclose(old["anomaly_map"], new["anomaly_map"])


@pytest.mark.parametrize(
    ("name", "out", "message"), [("ifmd", "o.weights.h5", "one logit"), ("evidence", "o.h5", "end in")]
)
def test_what_cannot_be_balanced_is_refused(folder, tmp_path, capsys, name, out, message):
    assert balance(folder, name, tmp_path / out) == 2
    assert message in capsys.readouterr().err and not (tmp_path / out).exists()


def test_fakes_of_unknown_traces_are_nothing_to_weigh_by(folder, tmp_path, capsys):
    unknown = tmp_path / "unknown"
    shutil.copytree(folder, unknown)
    write_prepared(unknown, [dataclasses.replace(row, generator="") for row in read_prepared(unknown)])
    recipe = get_recipe("evidence", input_size=64, self_blended=0.0)  # whose traces would be known
    (unknown / "evidence" / "recipe.json").write_text(json.dumps(recipe_to_dict(recipe)))
    assert balance(unknown, "evidence", tmp_path / "o.weights.h5") == 2
    assert "nothing to weigh by" in capsys.readouterr().err and not (tmp_path / "o.weights.h5").exists()


def test_of_two_that_find_as_many_the_better_ranking_wins():
    validation = SimpleNamespace(
        labels=np.repeat([0, 1], 100), groups=np.repeat("faces", 200), carries=np.repeat([[False] * 2, [False, True]], 100, axis=0)
    )  # fmt: skip
    rng = np.random.default_rng(0)
    reals = rng.normal(0, 1, 100)
    missed = np.sort(reals)[10] + rng.uniform(0, 0.1, 100), np.sort(reals)[80] + rng.uniform(0, 0.1, 100)
    worse, better = (
        _score(
            [{"seam": np.full(200, -20.0), "synthetic": np.concatenate([reals, fakes])}] * 2, validation, (1, 0, 1, 0)
        )
        for fakes in missed
    )
    assert worse == pytest.approx(0.1, abs=0.05) and better == pytest.approx(0.8, abs=0.05)
