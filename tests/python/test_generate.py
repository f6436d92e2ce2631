"""`generate` with networks small enough to say what must come out: generated faces beside real ones of the same make."""

import dataclasses
import io
from collections import Counter
from pathlib import Path

import numpy as np
import openvino
import openvino.opset13 as ops
import pytest
from PIL import Image, JpegImagePlugin

from python_trainer.__main__ import main
from python_trainer.generate import load_generator
from python_trainer.images import decode_image
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
    """A prepared folder with a real portrait a split, its face 100 pixels large; a fake, one that shows two faces and
    one whose face is at the photo's edge.
    """
    rows = []
    for index, split in enumerate(("train", "val", "test", "train", "train", "train")):
        photo = save_astronaut(tmp_path / f"{index}.jpg", seed=index, quality=60 + index, subsampling=index % 2)
        row = crop_row(index, int(index == 3), split, source="web_portraits")
        box = "[150, 90, 230, 190]" if index == 5 else "[85, 80, 165, 180]"
        faces = 2 if index == 4 else 1
        rows.append(dataclasses.replace(row, image=str(photo), box_xyxy=box, faces_in_image=faces))
    (tmp_path / "prepared").mkdir()
    write_prepared(tmp_path / "prepared", rows)
    return tmp_path / "prepared"


def generate(networks, portraits, out, *more):
    arguments = ["--networks", networks, "--like", portraits, "--out", out, "--count", 2, 1, 1, *more]
    return main(["generate", *map(str, arguments)])


def test_generated_faces_are_framed_sized_and_compressed_as_the_portraits_are(tmp_path, portraits):
    out, again = tmp_path / "generated", tmp_path / "again"
    networks = write_networks(tmp_path / "networks")
    assert generate(networks, portraits, out) == 0
    found = read_sources([out])
    assert Counter((item.split, item.label, item.generator) for item in found) == {
        ("train", 0, ""): 1,
        ("val", 0, ""): 1,
        ("test", 0, ""): 1,
        ("train", 1, "mobilestylegan"): 2,
        ("val", 1, "mobilestylegan"): 1,
        ("test", 1, "mobilestylegan"): 1,
    }
    assert {item.source for item in found} == {"framed_portraits"}
    assert all(item.generated == bool(item.label) for item in found)
    for row in read_prepared(portraits)[:3]:
        of_split = [Path(item.path).read_bytes() for item in found if item.split == row.split]
        made = {make_of(data) for data in [*of_split, Path(row.image).read_bytes()]}
        assert len({(tables, sampling) for _, tables, sampling in made}) == 1
        (size,) = {size for size, _, _ in map(make_of, of_split)}
        assert size[0] == size[1] and size[0] == pytest.approx(100 / 0.737, rel=0.2)
    assert generate(networks, portraits, again) == 0
    for item in found:
        assert Path(item.path).read_bytes() == (again / Path(item.path).relative_to(out)).read_bytes()


def make_of(jpeg: bytes) -> tuple:
    """Size, quantization tables and chroma subsampling."""
    with Image.open(io.BytesIO(jpeg)) as image:
        tables = tuple(tuple(table) for table in image.quantization.values())
        return image.size, tables, JpegImagePlugin.get_sampling(image)


def test_a_portrait_is_cut_and_not_resized(tmp_path, portraits):
    out = tmp_path / "generated"
    assert generate(write_networks(tmp_path / "networks"), portraits, out) == 0
    photo = decode_image(read_prepared(portraits)[0].image).rgb.astype(int)
    cut = decode_image(out / "framed_portraits/train/real/portrait_00000.jpg").rgb.astype(int)
    side = len(cut)
    errors = [
        np.abs(photo[top : top + side, left : left + side] - cut).mean()
        for top in range(photo.shape[0] - side + 1)
        for left in range(photo.shape[1] - side + 1)
    ]
    assert min(errors) < 5 and np.median(errors) > 20


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
    assert generate(networks, portraits, out, "--portraits", "others") == 2
    assert "has no real train portraits of others with room around one face" in capsys.readouterr().err
    assert generate(networks, portraits, out, "--count", "0", "0", "0") == 2
    assert "three numbers, not all of them 0" in capsys.readouterr().err
    rows = read_prepared(portraits)
    write_prepared(portraits, [dataclasses.replace(row, image=str(tmp_path / "gone.jpg")) for row in rows])
    assert generate(networks, portraits, out) == 2
    assert "keep the portraits where `prepare` read them" in capsys.readouterr().err
    assert not out.exists()
    out.mkdir()
    assert generate(networks, portraits, out) == 2
    assert "is there already" in capsys.readouterr().err
