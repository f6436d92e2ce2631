"""`generate` with networks small enough to say what must come out: faces like the portraits that are there."""

import dataclasses

import numpy as np
import openvino
import openvino.opset13 as ops
import pytest
from PIL import Image

from python_trainer.__main__ import main
from python_trainer.generate import load_generator
from python_trainer.manifest import read_prepared, read_sources, write_prepared
from tests.python.faces import save_astronaut
from tests.python.test_train import crop_row

STYLE, SIDE = 4, 512


def write_networks(folder):
    """A style is twice the draw; the face is the style's first value everywhere, and beyond [-1, 1] for some."""
    folder.mkdir()
    draw = ops.parameter([1, STYLE], np.float32)
    style = ops.parameter([1, STYLE], np.float32)
    first = ops.reshape(ops.matmul(style, np.eye(STYLE, 1, dtype=np.float32), False, False), [1, 1, 1, 1], False)
    face = ops.broadcast(first, [1, 3, SIDE, SIDE])
    for name, source, target in (
        ("MappingNetwork", draw, ops.multiply(draw, np.float32(2))),
        ("SynthesisNetwork", style, face),
    ):
        openvino.save_model(openvino.Model([target], [source], name), folder / f"{name}.xml")
    return folder


@pytest.fixture
def portraits(tmp_path):
    """A prepared folder with one real portrait a split: a JPEG, its face 100 pixels large; and a fake."""
    rows = []
    for index, split in enumerate(("train", "val", "test", "train")):
        photo = save_astronaut(tmp_path / f"{index}.jpg", seed=index, quality=60 + index, subsampling=0)
        row = crop_row(index, int(index == 3), split, source="web_portraits")
        rows.append(dataclasses.replace(row, image=str(photo), box_xyxy="[10, 10, 90, 110]", faces_in_image=1))
    (tmp_path / "prepared").mkdir()
    write_prepared(tmp_path / "prepared", rows)
    return tmp_path / "prepared"


def generate(networks, portraits, out, *more):
    arguments = ["--networks", networks, "--like", portraits, "--out", out, "--count", 2, 1, 1, *more]
    return main(["generate", *map(str, arguments)])


def test_faces_are_as_large_and_as_compressed_as_a_portrait_of_their_split(tmp_path, portraits):
    out = tmp_path / "generated"
    networks = write_networks(tmp_path / "networks")
    assert generate(networks, portraits, out) == 0
    found = read_sources([out])
    assert sorted(item.split for item in found) == ["test", "train", "train", "val"]
    assert {(item.label, item.source, item.generator) for item in found} == {(1, "web_portraits", "mobilestylegan")}
    photos = {row.split: row.image for row in read_prepared(portraits) if row.label == 0}
    for item in found:
        with Image.open(item.path) as face, Image.open(photos[item.split]) as photo:
            assert face.size == (200, 200)
            assert face.quantization == photo.quantization
    files = {path: path.read_bytes() for path in sorted(out.rglob("*.jpg"))}
    assert len(set(files.values())) == 4, "no two draws are one"
    kept, lost = list(files)[:2]
    kept.write_bytes(b"kept")
    lost.unlink()
    assert generate(networks, portraits, out) == 0
    assert kept.read_bytes() == b"kept", "what is there is not made again"
    assert lost.read_bytes() == files[lost], "and what is made again is the same"


def test_styles_are_drawn_towards_the_mean_and_values_clipped(tmp_path):
    face = load_generator(write_networks(tmp_path / "networks"), 0)
    values = np.array([face(np.random.default_rng(i))[0, 0, 0] for i in range(200)])
    assert face(np.random.default_rng(0)).shape == (SIDE, SIDE, 3)
    assert {values.min(), values.max()} == {0, 255}
    # Twice a normal draw and half to all of that: between -1 and 1 lie 38 to 68 of 100 draws; 49 where the share is uniform.
    assert 0.35 < np.mean((values > 0) & (values < 255)) < 0.65


def test_what_is_missing_is_named_and_nothing_is_written(tmp_path, portraits, capsys):
    out = tmp_path / "generated"
    assert generate(tmp_path / "nowhere", portraits, out) == 2
    assert "MappingNetwork.xml is no network of OpenVINO" in capsys.readouterr().err
    networks = write_networks(tmp_path / "networks")
    assert generate(networks, portraits, out, "--source", "others") == 2
    assert "has no real test portraits of others" in capsys.readouterr().err
    rows = read_prepared(portraits)
    write_prepared(portraits, [dataclasses.replace(row, image=str(tmp_path / "gone.jpg")) for row in rows])
    assert generate(networks, portraits, out) == 2
    assert "keep the portraits where `prepare` read them" in capsys.readouterr().err
    assert not (out / "manifest.csv").exists()
