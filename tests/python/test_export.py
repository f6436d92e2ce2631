"""`export`: whole, checked in TF.js, or nothing at all."""

import json
import shutil

import numpy as np
import pytest

from python_trainer import export, tfjs_runner
from python_trainer.__main__ import main
from python_trainer.errors import UserError
from python_trainer.files import ROOT
from python_trainer.manifest import sha256_of
from python_trainer.predict import SHIPPED_CHECKPOINT, SHIPPED_MANIFEST


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Two of the fixture images: enough to compare, quick to detect."""
    folder = tmp_path_factory.mktemp("photos")
    for name in ("size_256.jpg", "jpeg_q75_420.jpg"):
        shutil.copy(ROOT / "tests" / "fixtures" / "images" / name, folder)
    return folder


def test_the_committed_checkpoint_becomes_the_committed_model(photos, tmp_path, capsys):
    out = tmp_path / "converted"
    assert main(["export", "--out", str(out), "--parity-images", str(photos), "--json"]) == 0
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["largest_logit_difference_float32"] <= 1e-3
    assert report["largest_logit_difference_shipped"] <= 0.05
    assert report["verdicts_flipped"] == 0
    manifest = json.loads((out / "ifmd" / "manifest.json").read_text())
    for file in manifest["files"]:
        path = out / "ifmd" / file["path"]
        assert (sha256_of(path), path.stat().st_size) == (file["sha256"], file["bytes"])
    shipped = json.loads(SHIPPED_MANIFEST.read_text())
    for key in ("calibration", "operating_points", "face_crop", "detector", "score_table", "checkpoint_sha256"):
        assert manifest[key] == shipped[key], f"converted_models is older than the checkpoint: {key}"
    weights = [[f["sha256"] for f in m["files"] if f["path"].endswith(".bin")] for m in (manifest, shipped)]
    assert weights[0] == weights[1]
    assert sum(f["bytes"] for f in manifest["files"] if "/" not in f["path"]) <= 5e6
    assert SHIPPED_CHECKPOINT.stat().st_size <= 11e6


def test_the_shipped_score_table_sets_fakes_above_reals():
    rows = json.loads(SHIPPED_MANIFEST.read_text())["score_table"]
    for real, fake in ((row["real_of_100"], row["fake_of_100"]) for row in rows):
        assert 0 <= real < fake < 100
    for key in ("real_of_100", "fake_of_100"):
        shares = [row[key] for row in rows]
        assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("tolerance", ["CONVERSION_TOLERANCE", "QUANTISATION_TOLERANCE"])
def test_when_tfjs_disagrees_nothing_is_written(tolerance, photos, tmp_path, monkeypatch, capsys):
    out = tmp_path / "converted"
    (out / "ifmd").mkdir(parents=True)
    (out / "ifmd" / "precious.txt").write_text("old")
    monkeypatch.setattr(export, "run_graph_model", lambda _, crops: {"logit": np.full((len(crops), 1), 99.0)})
    if tolerance == "QUANTISATION_TOLERANCE":
        monkeypatch.setattr(export, "CONVERSION_TOLERANCE", 1e9)
    assert main(["export", "--out", str(out), "--parity-images", str(photos)]) == 2
    assert "othing was written" in capsys.readouterr().err
    assert [p.name for p in out.rglob("*")] == ["ifmd", "precious.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["converted"]


def test_without_node_it_says_so(monkeypatch):
    monkeypatch.setattr(tfjs_runner.shutil, "which", lambda *_, **__: None)
    with pytest.raises(UserError, match="Node is missing"):
        tfjs_runner.find_node()


def test_without_an_evaluation_there_are_no_thresholds_to_ship(tmp_path, capsys):
    for name in (SHIPPED_CHECKPOINT.name, "recipe.json"):
        shutil.copy(SHIPPED_CHECKPOINT.with_name(name), tmp_path / name)
    checkpoint = tmp_path / SHIPPED_CHECKPOINT.name
    assert main(["export", "--checkpoint", str(checkpoint), "--out", str(tmp_path / "out")]) == 2
    assert "evaluation.json" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"checkpoint_sha256": "0" * 64}, "of other weights"), ({"summary": {"split": "val"}}, "evaluate the test split")],
)
def test_thresholds_of_other_weights_or_of_another_split_do_not_ship(changed, message, tmp_path, capsys):
    for name in (SHIPPED_CHECKPOINT.name, "recipe.json", "evaluation.json"):
        shutil.copy(SHIPPED_CHECKPOINT.with_name(name), tmp_path / name)
    evaluation = json.loads((tmp_path / "evaluation.json").read_text())
    (tmp_path / "evaluation.json").write_text(json.dumps(evaluation | changed))
    checkpoint = tmp_path / SHIPPED_CHECKPOINT.name
    assert main(["export", "--checkpoint", str(checkpoint), "--out", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_self_test_pattern_is_the_documented_one():
    pattern = export.self_test_input(224)
    assert pattern.shape == (1, 224, 224, 3)
    assert pattern[0, 7, 100, 2] == (7 * 3 + 100 * 5 + 2 * 7) % 256
