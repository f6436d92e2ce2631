"""What folders' names say: a label, nothing, or a contradiction that is told; never a guess."""

import json

import pytest
from PIL import Image

from python_trainer.__main__ import main
from python_trainer.errors import UserError
from python_trainer.folder_labels import known_of_path, label_of_folder
from python_trainer.inputs import Sample
from python_trainer.manifest import read_prepared, read_sources
from python_trainer.prepare import _label, _list_data


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("real", 0),
        ("Fake", 1),
        ("0_real", 0),
        ("1_fake", 1),
        ("training_real", 0),
        ("training_fake", 1),
        ("Real Faces", 0),
        ("Fake Faces", 1),
        ("fake.v2", 1),
        ("original_sequences", 0),
        ("faces", None),
        ("unreal", None),
        ("not_real", None),
        ("Non-Fake", None),
        ("real_vs_fake", None),
    ],
)
def test_folder_names_give_labels(name, label):
    assert label_of_folder(name) == label


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("train/real/a.jpg", 0),
        ("real_vs_fake/train/fake/a.jpg", 1),
        ("deepfake-detector/data/real/a.jpg", 0),
        ("manipulated_sequences/training_fake/a.jpg", 1),
        ("fake/original_size/a.jpg", "unclear: original_size lies in fake"),
        ("original/fake_faces/a.jpg", "unclear: fake_faces lies in original"),
        ("fake_faces/original/a.jpg", "unclear: original lies in fake_faces"),
        ("real/fake/a.jpg", "unclear: fake lies in real"),
        ("real/deepfake_set/real/a.jpg", 0),
        ("faces/a.jpg", None),
    ],
)
def test_folders_of_one_path_agree_or_say_that_they_do_not(path, label):
    assert known_of_path(path, "").get("label") == label


def save(path, colour="gray"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 8), colour).save(path)
    return str(path)


def test_a_contradiction_names_the_path(tmp_path):
    file = save(tmp_path / "train" / "fake" / "original_size" / "a.jpg")
    for location in (str(tmp_path), file):
        with pytest.raises(UserError, match=r"fake/original_size/a\.jpg: label 'unclear: original_size lies in fake'"):
            read_sources([location])


def test_what_a_shard_says_of_an_image_outweighs_its_folders():
    member = {"member": "fake/original_size/a.jpg"}
    with pytest.raises(Exception, match="unclear: original_size lies in fake"):
        _label(Sample("tar://a.jpg::web.tar", b"", known=member))
    assert _label(Sample("tar://a.jpg::web.tar", b"", known=member | {"label": 1})).label == 1


def test_prepare_tells_how_many_of_each_class_and_how_many_without_one(tmp_path, capsys):
    colours = ("red", "green", "blue", "white", "black", "gray")
    names = ("Real Faces/a", "Fake Faces/b", "AI_generated/c", "AI_generated/d", "not_real/e")
    for colour, name in zip(colours, names, strict=False):
        save(tmp_path / "set" / f"{name}.png", colour)
    out = tmp_path / "out"
    arguments = ["prepare", "--data", str(tmp_path / "set"), "--out", str(out), "--recipe", "mtcnn", "--workers", "1"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    folders = [str(tmp_path / "set" / name) for name in ("AI_generated", "not_real")]
    assert "  real: 1\n  fake: 1\n" in printed
    assert f"  in no real or fake folder, left out: 3 (in {', '.join(folders)})\n" in printed
    report = json.loads((out / "report.json").read_text())
    assert report["classes"] == {"real": 1, "fake": 1}
    assert report["unlabelled"] == {"images": 3, "folders": folders}
    assert len(_list_data([str(tmp_path / "set")])[2]) == 3


def test_prepare_leaves_out_a_picture_that_is_there_as_real_and_as_fake_and_names_it(tmp_path, capsys):
    both = [save(tmp_path / "set" / label / "both.png", "red") for label in ("fake", "real")]
    for label, colour in (("real", "green"), ("fake", "blue")):
        save(tmp_path / "set" / label / "own.png", colour)
    out = tmp_path / "out"
    arguments = ["prepare", "--data", str(tmp_path / "set"), "--out", str(out), "--recipe", "mtcnn", "--workers", "1"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "  dropped: same picture as real and as fake: 2\n" in printed
    assert all(f"  real and fake at once: {path}" in printed for path in both)
    assert {row.image for row in read_prepared(out)}.isdisjoint(both)
    assert json.loads((out / "report.json").read_text())["contradicted"] == both
