"""The verb evaluate on a small prepared folder whose pixel values are the scores."""

import csv
import json
import re
import shutil
from functools import partial

import numpy as np
import pytest
from PIL import Image

from python_trainer import metrics
from python_trainer.__main__ import main
from python_trainer.crop_scores import EngineScores, score_rows
from python_trainer.engines.local import LocalEngine
from python_trainer.errors import UserError
from python_trainer.evaluate import evaluate, format_table
from python_trainer.evaluation_report import build_report, collect_images, image_scores
from python_trainer.figures import plot_curves
from python_trainer.manifest import CropRow, write_prepared
from python_trainer.predict import SHIPPED_CHECKPOINT


def crop_row(image: str, label: int, split: str, source: str = "a", **changes) -> CropRow:
    values = {
        "crop": f"crops/{image}.png", "image": f"/photos/{source}/{image}.jpg", "label": label, "source": source, "generator": "",
        "split": split, "identity": "", "pair_id": "", "demographic": "", "face_index": 0, "faces_in_image": 1, "status": "ok", "reason": "",
        "box_xyxy": "[]", "keypoints": "[]", "detection_score": 1.0, "sha256": "", "phash": "", "second_look": 0, "generated": 0, "train_use": 1,
    }  # fmt: skip
    return CropRow(**values | changes)


@pytest.fixture
def prepared(tmp_path):
    """Grey crops: reals around 80, fakes around 170; one fake without a face; one real of two faces, one bright."""
    rng, rows, levels = np.random.default_rng(0), [], {}
    for split in ("val", "test"):
        for source in ("a", "b"):
            for index in range(20):
                name, label = f"{split}_{source}_{index}", index % 2
                rows.append(crop_row(name, label, split, source))
                levels[rows[-1].crop] = rng.normal(170 if label else 80, 30)
    for index in range(6):
        for source, label, demographic in (("utkface", 0, f"{20 + index}-1-{index % 5}"), ("unseen_x", 1, "")):
            rows.append(crop_row(f"{source}_{index}", label, "test", source, demographic=demographic))
            levels[rows[-1].crop] = 80 + 90 * label
    rows.append(crop_row("no_face", 1, "test", crop="", status="no_face", faces_in_image=0, train_use=0))
    for face, level in ((0, 60), (1, 240)):
        crop = f"crops/two_{face}.png"
        rows.append(crop_row("two", 0, "test", crop=crop, face_index=face, faces_in_image=2))
        levels[crop] = level
    folder = tmp_path / "prepared"
    (folder / "crops").mkdir(parents=True)
    for crop, level in levels.items():
        Image.fromarray(np.full((32, 32, 3), np.clip(level, 0, 255), np.uint8)).save(folder / crop)
    write_prepared(folder, rows)
    return folder, rows


def brightness(crops: np.ndarray) -> np.ndarray:
    return (crops.mean(axis=(1, 2, 3)) - 125) / 20


def test_end_to_end(prepared, tmp_path):
    folder, _ = prepared
    out = tmp_path / "out"
    report = evaluate(
        partial(score_rows, brightness, folder, 32), folder, out, bootstrap=50, conditions=("clean", "web")
    )
    assert json.loads((out / "metrics.json").read_text()) == report
    for name in ("roc", "confusion", "reliability", "predictions"):
        with Image.open(out / f"{name}.png") as image:
            assert image.width > 200
    assert not [path for path in out.iterdir() if path.name.startswith(".")]
    exported = json.loads((out / "evaluation.json").read_text())
    assert set(exported) >= {"calibration", "operating_points", "score_table", "summary", "code_version"}
    scores = {row["image"]: row for row in csv.DictReader((out / "scores.csv").read_text().splitlines())}
    assert scores["a/no_face.jpg"]["score"] == "" and scores["a/no_face.jpg"]["status"] == "no_face"
    assert scores["a/two.jpg"]["faces"] == "2" and float(scores["a/two.jpg"]["score"]) > 0.9
    assert len(scores) == 80 + 12 + 2
    web, clean = report["conditions"]["web"]["overall"], report["overall"]
    assert web["auc"] == pytest.approx(clean["auc"], abs=0.02)  # JPEG hardly changes a grey crop's brightness
    lines = format_table(report).splitlines()
    assert len({len(line) for line in lines[:6]}) == 1
    assert any(line.startswith("OVERALL") for line in lines)


def test_images_without_a_score_are_errors_in_the_headline(prepared):
    folder, rows = prepared
    report = build_report(rows, score_rows(brightness, folder, 32, rows, "clean"), bootstrap=0)
    a = report["sources"]["a"]
    assert a["n"] == 22 and a["scored_only"]["n"] == 21
    assert a["coverage"] == pytest.approx(21 / 22)
    assert a["not_scored"] == {"no_face": 1}
    assert a["accuracy"] * 22 == pytest.approx(a["scored_only"]["accuracy"] * 21)
    assert a["auc"] < a["scored_only"]["auc"]


def test_single_class_and_held_out_sources(prepared):
    folder, rows = prepared
    report = build_report(rows, score_rows(brightness, folder, 32, rows, "clean"), bootstrap=20)
    faces = report["sources"]["utkface"]
    assert faces["auc"] is None and faces["recall_fake"] is None
    assert faces["false_positive_rate"]["rate"] == 0 and faces["false_positive_rate"]["n"] == 6
    assert "unseen_x" not in report["sources"]
    assert report["held_out"]["unseen_x"]["recall_fake"]["rate"] == 1
    assert report["held_out"]["unseen_x"]["auc_against_other_reals"] > 0.9
    assert report["overall"]["n"] == 22 + 20 + 6
    assert report["macro"]["sources"] == 2
    assert report["macro"]["auc"] == pytest.approx(np.mean([report["sources"][s]["auc"] for s in "ab"]))
    assert report["demographics"]["gender female"]["n"] == 6
    assert report["demographics"]["race Black"]["n"] == 1


def test_choices_never_see_the_test_split_or_held_out_sources(prepared):
    _folder, rows = prepared
    rows = [*rows, *(crop_row(f"leak_{i}", i % 2, "val", "unseen_x") for i in range(8))]
    logits = np.array([np.nan if not r.crop else 2.0 * r.label - 1 + 0.2 * (i % 7) for i, r in enumerate(rows)])
    touched = np.array([r.split == "test" or r.source == "unseen_x" for r in rows])
    other = np.where(touched, np.random.default_rng(1).normal(0, 5, len(rows)), logits)
    other[np.isnan(logits)] = np.nan
    before, after = (build_report(rows, values, bootstrap=0) for values in (logits, other))
    for key in ("calibration", "threshold", "operating_points"):
        assert before[key] == after[key]
    assert before["overall"] != after["overall"]
    moved = build_report(rows, np.where(touched, logits, logits * 2 + 1), bootstrap=0)
    assert moved["calibration"] != before["calibration"]


def test_thresholds_come_from_all_conditions_together(prepared):
    _folder, rows = prepared
    rng = np.random.default_rng(0)
    logits = np.array([2.0 * r.label - 1 + rng.normal() if r.crop else np.nan for r in rows])
    report = build_report(rows, logits, bootstrap=0, degraded={"web": logits - 2})
    both = [
        i
        for values in (logits, logits - 2)
        for i in collect_images(rows, values)
        if i.split == "val" and i.source in ("a", "b") and i.logit is not None
    ]
    labels, scores = np.array([i.label for i in both]), image_scores(both, report["calibration"])
    assert report["threshold"] == metrics.threshold_balanced(labels, scores)
    alone = build_report(rows, logits, bootstrap=0)
    assert report["threshold"] != alone["threshold"]
    assert report["operating_points"] != alone["operating_points"]
    for name in ("n_real", "n_fake"):  # faces, and not views of them
        assert report["operating_points"]["check"][name] == alone["operating_points"]["check"][name] > 0


def test_image_is_its_worst_face_in_any_order():
    rows = [crop_row("x", 1, "test", crop=f"{i}", face_index=i, faces_in_image=3) for i in range(3)]
    (image,) = collect_images(rows, np.array([-1.0, 2.5, np.nan]))
    assert image.logit == 2.5 and image.faces == 2


def test_every_face_of_a_wholly_generated_picture_counts_in_the_score_table(prepared):
    _, rows = prepared
    logits = np.array([(3.0 if row.label else -3.0) if row.crop else np.nan for row in rows])
    fakes = sum(row.label == 1 and row.split == "test" and row.source in "ab" and row.crop != "" for row in rows)
    for generated, expected in ((0, 100), (1, round(100 * fakes / (fakes + 2), 1))):
        two = [crop_row("pair", 1, "test", face_index=i, faces_in_image=2, generated=generated) for i in range(2)]
        table = build_report([*rows, *two], np.append(logits, [-9.0, -9.0]), bootstrap=0)["score_table"]
        (half,) = (row for row in table if row["score"] == 0.5)
        assert (half["real_of_100"], half["fake_of_100"]) == (0, expected)


def test_no_class_in_validation_and_broken_scores_are_refused(prepared):
    folder, rows = prepared
    reals = [row for row in rows if row.split == "test" or row.label == 0]
    with pytest.raises(UserError, match="validation"):
        build_report(reals, np.zeros(len(reals)), bootstrap=0)
    with pytest.raises(UserError, match="not numbers"):
        score_rows(lambda crops: np.full(len(crops), np.nan), folder, 32, rows, "clean")


def test_curves_accept_gaps(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(
        "epoch,phase,loss,accuracy,auc,val_loss,val_accuracy,val_auc\n1,head,1,.5,,1,.5,.5\n2,all,.9,.6,nan,.9,.6,.6\n"
    )
    plot_curves(log, tmp_path / "curves.png")
    with Image.open(tmp_path / "curves.png") as image:
        assert image.width > 500


def test_an_engine_scores_part_by_part_what_one_process_scores(prepared, tmp_path):
    from python_trainer.dataset import predict_outputs
    from python_trainer.models import load_checkpoint

    folder, rows = prepared
    rows, names = rows[-8:], ("logit", "seam", "synthetic")
    model, recipe = load_checkpoint(SHIPPED_CHECKPOINT)

    def all_at_once(crops: np.ndarray) -> np.ndarray:
        return np.stack(list(predict_outputs(model, crops, 224, names).values()), axis=-1)

    alone = score_rows(all_at_once, folder, recipe.input_size, rows, "web")
    assert np.isnan(alone).any(axis=1).sum() == np.isnan(alone).all(axis=1).sum() == 1
    assert len(np.unique(alone.round(2))) > 6  # they do differ

    def new_run() -> EngineScores:
        return EngineScores(LocalEngine(1), SHIPPED_CHECKPOINT, folder, tmp_path / "out", names)

    scores = new_run()
    found = scores.outputs(rows, "web")
    np.testing.assert_allclose(np.stack([found[name] for name in names], axis=-1), alone, atol=1e-4)
    (kept,) = (tmp_path / "out" / "unfinished").glob("*/*.jsonl")
    records = [json.loads(line) for line in kept.read_text().splitlines()]
    kept.write_text("".join(json.dumps(record | {"logit": record["logit"] + 1}) + "\n" for record in records))
    np.testing.assert_allclose(scores(rows, "web"), alone[:, 0], atol=1e-4)  # this one knows them
    np.testing.assert_allclose(new_run()(rows, "web"), alone[:, 0] + 1, atol=1e-4)  # what is there is not made again
    scores.forget()
    assert not (tmp_path / "out" / "unfinished").exists()


def test_rows_without_crops_have_no_scores(prepared, tmp_path):
    folder, rows = prepared
    scores = EngineScores(LocalEngine(1), folder / "manifest.csv", folder, tmp_path / "out", ("logit", "seam"))
    for some in ([row for row in rows if not row.crop], []):
        assert np.isnan(score_rows(brightness, folder, 32, some, "clean")).sum() == len(some)
        assert {name: np.isnan(found).sum() for name, found in scores.outputs(some, "clean").items()} == {
            "logit": len(some), "seam": len(some),
        }  # fmt: skip


PHOTOS = {
    "val/real": "faces/real_eileen_collins.jpg",
    "val/fake": "altered/altered_retouched_hopper.jpg",
    "test/real": "faces/real_guillaume_paumier.jpg",
    "test/fake": "altered/altered_selfblend_maher.jpg",
}


def test_photos_that_nobody_prepared_are_prepared_beside_the_figures_once(tmp_path, fixtures_dir, monkeypatch, capsys):
    for folder, photo in PHOTOS.items():
        (tmp_path / "photos" / folder).mkdir(parents=True)
        shutil.copy(fixtures_dir / photo, tmp_path / "photos" / folder)
    (tmp_path / "list.txt").write_text("\n".join(map(str, sorted((tmp_path / "photos").rglob("*.jpg")))))
    command = ["evaluate", "--checkpoint", str(SHIPPED_CHECKPOINT), "--out", str(tmp_path / "out"), "--bootstrap", "0"]
    command += ["--no-samples", "--workers", "1", "--data"]
    assert main([*command, str(tmp_path / "list.txt")]) == 0
    metrics_of_list = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics_of_list["overall"]["n"] == 2
    assert (metrics_of_list["traces"]["seam"]["n_real"], list(metrics_of_list["trace_shares"])) == (1, ["clean", "web"])
    assert json.loads((tmp_path / "out" / "evaluation.json").read_text())["traces"] == metrics_of_list["traces"]
    monkeypatch.setattr("python_trainer.prepare.prepare_image", lambda *_, **__: pytest.fail("prepared again"))
    assert main([*command, str(tmp_path / "list.txt")]) == 0
    assert main([*command, str(tmp_path / "out" / "prepared")]) == 0
    assert json.loads((tmp_path / "out" / "metrics.json").read_text())["overall"] == metrics_of_list["overall"]
    capsys.readouterr()
    assert main([*command, str(tmp_path / "nowhere")]) == 2
    assert "nowhere is not a folder" in capsys.readouterr().err


def test_a_damaged_crop_is_named(prepared):
    folder, rows = prepared
    (folder / rows[0].crop).write_bytes(b"cut off")
    with pytest.raises(UserError, match=rf"{re.escape(rows[0].crop)} cannot be read.*run prepare again"):
        score_rows(brightness, folder, 32, rows, "clean")
