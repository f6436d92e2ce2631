"""`prepare` on folders as users have them, with files as bad as they come."""

import json
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from python_trainer.__main__ import main
from python_trainer.manifest import read_prepared, read_sources
from python_trainer.prepare import _list_data
from tests.python.faces import astronaut, save_astronaut


def test_splits_and_labels_come_from_folders_at_any_depth(tmp_path):
    for path in ("setA/train/Real/a.jpg", "setA/valid/1_fake/b.png", "test/fake/c.webp", "readme.txt", "other/d.jpg"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    found = {(os.path.basename(i.path), i.label, i.split) for i in read_sources([tmp_path])}
    assert found == {("a.jpg", 0, "train"), ("b.png", 1, "val"), ("c.webp", 1, "test")}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, fixtures_dir):
    data, out = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("out") / "prepared"
    save_astronaut(data / "train/real/one.jpg", seed=1, quality=92)
    save_astronaut(data / "train/fake/one.png", seed=2)
    two = np.concatenate([astronaut()[:256, 100:356], astronaut()[:256, 100:356]], axis=1)
    Image.fromarray(two).save(data / "train/fake/two_faces.png")
    save_astronaut(data / "val/real/v.webp", seed=3)
    shutil.copy(data / "val/real/v.webp", data / "train/real/leaked.webp")
    Image.new("RGB", (300, 300), "gray").save(data / "train/real/wall.jpg")
    shutil.copy(fixtures_dir / "images" / "face_covered.jpg", data / "train/real/covered.jpg")
    (data / "train/real/empty.jpg").write_bytes(b"")
    (data / "train/real/page.jpg").write_bytes(b"<html></html>")
    arguments = ["prepare", "--data", str(data), "--out", str(out), "--workers", "1"]
    assert main(arguments) == 0
    return data, out, arguments


def test_every_image_is_accounted_for(prepared):
    _, out, _ = prepared
    rows = {os.path.relpath(r.image, prepared[0]) + f"#{r.face_index}": r for r in read_prepared(out)}
    assert rows["train/real/one.jpg#0"].train_use == 1
    assert rows["train/fake/one.png#0"].train_use == 1
    assert [rows[f"train/fake/two_faces.png#{i}"].train_use for i in (0, 1)] == [0, 0]
    assert rows["train/real/wall.jpg#-1"].status == "no_face"
    assert [rows[f"train/real/{name}"].second_look for name in ("one.jpg#0", "wall.jpg#-1")] == [0, 0]
    covered = rows["train/real/covered.jpg#0"]
    assert (
        covered.status == "ok" and (out / covered.crop).exists() and (covered.second_look, covered.train_use) == (1, 0)
    )
    assert rows["train/real/empty.jpg#-1"].status == "failed"
    assert "empty" in rows["train/real/empty.jpg#-1"].reason
    assert "not an image" in rows["train/real/page.jpg#-1"].reason
    assert "train/real/leaked.webp#0" not in rows
    report = json.loads((out / "report.json").read_text())
    assert report["splits"] == {"dropped from train: same identity, pair or picture as one in val": 1}
    assert len(report["failed"]) == 2


def test_crops_are_level_faces_of_the_recipe_s_size(prepared):
    _, out, _ = prepared
    row = next(r for r in read_prepared(out) if r.image.endswith("one.png"))
    with Image.open(out / row.crop) as crop:
        assert crop.size == (224, 224)
        pixels = np.asarray(crop, float)
    assert pixels[60:160, 60:160].std() > 20  # a face, not a backdrop


def test_a_second_run_redoes_nothing(prepared, monkeypatch):
    monkeypatch.setattr("python_trainer.prepare.prepare_image", lambda *_, **__: pytest.fail("prepared again"))
    before = (prepared[1] / "manifest.csv").read_text()
    assert main(prepared[2]) == 0
    assert (prepared[1] / "manifest.csv").read_text() == before


def test_other_settings_do_not_mix_into_the_same_folder(prepared, capsys):
    assert main([*prepared[2], "--margin", "0.5"]) == 2
    assert "other settings (crop.margin: 0.3 there, 0.5 now);" in capsys.readouterr().err


def test_the_manifest_of_another_verb_is_not_replaced(prepared, tmp_path, capsys):
    out = tmp_path / "copies"  # as `reconstruct` leaves it: the same settings, and no parts
    out.mkdir()
    shutil.copy(prepared[1] / "settings.json", out)
    (out / "manifest.csv").write_text("crop\n")
    (tmp_path / "real").mkdir()
    save_astronaut(tmp_path / "real" / "one.jpg", seed=1)
    assert main(["prepare", "--data", str(tmp_path), "--out", str(out)]) == 2
    assert "another verb" in capsys.readouterr().err
    assert (out / "manifest.csv").read_text() == "crop\n"


def test_a_folder_without_images_is_an_error(tmp_path, capsys):
    assert main(["prepare", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "real and fake" in capsys.readouterr().err


def test_a_list_names_images_whose_folders_say_what_they_are(tmp_path, capsys):
    for path in ("a/real/x/1.jpg", "a/test/fake/2.jpg", "a/fake/3.jpg"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")
    (tmp_path / "more.txt").write_text("https://host.test/b/fake/4.png\n")
    lines = [tmp_path / "a/real/x/1.jpg", tmp_path / "a/test/fake/2.jpg", tmp_path / "more.txt"]
    (tmp_path / "list.txt").write_text("\n".join(map(str, lines)))
    images, shards, unlabelled = _list_data([str(tmp_path / "list.txt")])
    assert shards == unlabelled == []
    found = [(os.path.basename(i.path), i.label, i.split, i.source) for i in images]
    assert found == [("1.jpg", 0, "", "x"), ("2.jpg", 1, "test", "a"), ("4.png", 1, "", "b")]
    (tmp_path / "list.txt").write_text("https://host.test/b/5.png\n")
    assert main(["prepare", "--data", str(tmp_path / "list.txt"), "--out", str(tmp_path / "out")]) == 2
    assert "5.png lies in no folder named real or fake" in capsys.readouterr().err


def test_manifest_rows_and_face_crops_are_taken_as_they_say(tmp_path):
    save_astronaut(tmp_path / "a.png", seed=4, size=100)
    (tmp_path / "manifest.csv").write_text(
        "path,label,source,split,identity,pair_id,face_crop\na.png,1,mine,test,ann,p1,1\n"
    )
    assert main(["prepare", "--data", str(tmp_path), "--out", str(tmp_path / "out"), "--workers", "1"]) == 0
    (row,) = read_prepared(tmp_path / "out")
    assert (row.label, row.source, row.split, row.identity, row.pair_id) == (1, "mine", "test", "ann", "p1")
    assert json.loads(row.box_xyxy) == [0, 0, 100, 100]


def test_a_real_dataset_is_prepared(dataset_dir, tmp_path):
    """Twenty images of a dataset on this machine, if there is one: nearly all show a face, and none crashes."""
    images = read_sources([dataset_dir])
    chosen = images[:: max(1, len(images) // 20)][:20]
    lines = [f"{image.path},{image.label},{int(image.face_crop)}" for image in chosen]
    (tmp_path / "manifest.csv").write_text("\n".join(["path,label,face_crop", *lines]))
    assert main(["prepare", "--data", str(tmp_path), "--out", str(tmp_path / "out"), "--workers", "2"]) == 0
    rows = read_prepared(tmp_path / "out")
    assert sum(bool(row.crop) for row in rows) >= 0.7 * len(chosen)


def test_every_face_of_a_wholly_generated_picture_may_train(prepared, tmp_path):
    data, _, _ = prepared
    table = f"path,label,generated\n{data}/train/fake/two_faces.png,1,{{}}\n"
    for known, expected in (("1", [(1, 1), (1, 1)]), ("", [(0, 0), (0, 0)])):
        (tmp_path / "list.csv").write_text(table.format(known))
        out = tmp_path / f"out{known}"
        assert main(["prepare", "--data", str(tmp_path / "list.csv"), "--out", str(out), "--workers", "1"]) == 0
        assert [(row.generated, row.train_use) for row in read_prepared(out)] == expected
