"""`predict` with the shipped model: one JSON object a line, failures never look like verdicts."""

import json

import numpy as np
import pytest
from PIL import Image

from python_trainer.__main__ import main
from python_trainer.model_manifest import ModelManifest, read_model_manifest
from python_trainer.predict import SHIPPED_CHECKPOINT
from tests.python.faces import astronaut, save_astronaut


def judged(capsys, *arguments: str) -> tuple[int, list[dict]]:
    code = main(["predict", *arguments, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def pictures(tmp_path):
    save_astronaut(tmp_path / "a_face.jpg", quality=95)
    Image.new("RGB", (300, 300), "gray").save(tmp_path / "b_wall.png")
    canvas = Image.new("RGB", (480, 480), "white")
    canvas.paste(Image.fromarray(astronaut()).resize((150, 150)), (100, 100))
    canvas.save(tmp_path / "c_small.png")
    (tmp_path / "d_broken.jpg").write_bytes(b"<html>")
    return tmp_path


def test_each_kind_of_image_gets_its_status(pictures, capsys):
    code, results = judged(capsys, str(pictures))
    assert code == 1  # one could not be read
    assert [r["status"] for r in results] == ["scored", "no_face", "face_too_small", "failed"]
    for result in results:
        assert set(result) == {"image", "status", "reason", "fake_score", "band", "faces"}
    scored, *others = results
    assert 0 <= scored["fake_score"] <= 1
    assert scored["band"] in ("no_traces", "inconclusive", "likely_fake")
    assert set(scored["faces"][0]) == {"box_xyxy", "detection_score", "fake_score", "band"}
    assert all(r["fake_score"] is None and r["band"] is None and not r["faces"] for r in others)
    assert "not an image" in results[3]["reason"]


def test_only_a_check_that_was_asked_for_looks_a_second_time(fixtures_dir, capsys):
    covered = str(fixtures_dir / "images" / "face_covered.jpg")
    assert judged(capsys, covered)[1][0]["status"] == "scored"
    assert judged(capsys, covered, "--mode", "automatic")[1][0]["status"] == "no_face"


def test_all_readable_is_exit_code_zero(pictures, capsys):
    code, (result,) = judged(capsys, str(pictures / "b_wall.png"))
    assert code == 0
    assert result["status"] == "no_face"


def test_a_missing_manifest_is_a_sentence(pictures, capsys):
    assert main(["predict", str(pictures), "--manifest", str(pictures / "none.json")]) == 2
    assert "export" in capsys.readouterr().err


def test_weights_are_not_judged_by_the_thresholds_of_others(pictures, tmp_path, capsys):
    other = SHIPPED_CHECKPOINT.parent.with_name("ifmd") / "ifmd.weights.h5"
    assert main(["predict", str(pictures), "--checkpoint", str(other), "--out", str(tmp_path / "out")]) == 2
    assert "thresholds of other weights" in capsys.readouterr().err


@pytest.fixture
def manifest() -> ModelManifest:
    points = {"no_traces": [0.3], "likely_fake": [0.8, 0.9]}
    return ModelManifest("m", "1", None, None, 2.0, -1.0, {"check": points, "automatic": points}, "")


def test_score_is_the_calibrated_sigmoid(manifest):
    assert manifest.fake_score(2.0) == pytest.approx(0.5)
    assert manifest.fake_score(-2000.0) == 0
    assert manifest.fake_score(6.0) == pytest.approx(1 / (1 + np.exp(-2)))


def test_more_faces_need_a_higher_score(manifest):
    assert manifest.band(0.85, 1) == "likely_fake"
    assert manifest.band(0.85, 2) == "inconclusive"
    assert manifest.band(0.85, 40) == "inconclusive"
    assert manifest.band(0.29, 1) == "no_traces"
    assert manifest.band(0.3, 1) == "inconclusive"


def test_another_schema_is_refused(tmp_path):
    from python_trainer.errors import UserError

    (tmp_path / "manifest.json").write_text('{"schema_version": 99}')
    with pytest.raises(UserError, match="schema version 99"):
        read_model_manifest(tmp_path / "manifest.json")
