"""`collect` on a registry of one package in a folder: what it writes, and what it says of a list that does not fit."""

import csv
import hashlib
import io
import tarfile
import zipfile

import numpy as np
import pytest
from PIL import Image

from extension.demo.page_server import serve_folder
from python_trainer.__main__ import main
from python_trainer.images import recompress
from python_trainer.manifest import read_sources
from tests.python.faces import save_astronaut

PACKAGE, VERSION = "@some/theme", "1.2.0"


@pytest.fixture
def registry(tmp_path):
    """A folder laid out as a registry, and the bytes of the two photographs in its package."""
    photos = [save_astronaut(tmp_path / f"{i}.jpg", seed=i, size=300).read_bytes() for i in range(2)]
    tarball = tmp_path / "registry" / PACKAGE / "-" / f"theme-{VERSION}.tgz"
    tarball.parent.mkdir(parents=True)
    with tarfile.open(tarball, "w:gz") as archive:
        for i, data in enumerate(photos):
            member = tarfile.TarInfo(f"package/team/{i}.jpg")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return tmp_path / "registry", photos


def write_list(target, photos, **change):
    with target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["package", "version", "path", "sha256", "split", "side", "generator", "identity", "frame", "webp"]
        )
        for i, data in enumerate(photos):
            row = {
                "package": PACKAGE,
                "version": VERSION,
                "path": f"package/team/{i}.jpg",
                "sha256": hashlib.sha256(data).hexdigest(),
                "split": ("train", "val")[i],
                "side": (0, 120)[i],
                "generator": "",
                "identity": "",
                "frame": 0,
                "webp": 0,
            } | change
            writer.writerow(row.values())
    return target


def collect(tmp_path, photos_list, registry):
    return main(
        ["collect", "--list", str(photos_list), "--registry", str(registry), "--out", str(tmp_path / "portraits")]
    )


def test_photographs_come_as_they_are_or_reduced_into_a_folder_that_prepare_reads(tmp_path, registry):
    folder, photos = registry
    assert collect(tmp_path, write_list(tmp_path / "web_portraits.csv", photos), folder) == 0
    found = {item.split: item for item in read_sources([tmp_path / "portraits"])}
    assert {(item.split, item.label, item.source) for item in found.values()} == {
        ("train", 0, "web_portraits"),
        ("val", 0, "web_portraits"),
    }
    files = {path.parts[-3]: path for path in (tmp_path / "portraits").rglob("*.jpg")}
    assert files["train"].read_bytes() == photos[0]
    assert not any(item.generated for item in found.values())
    with Image.open(files["val"]) as reduced:
        assert reduced.size == (120, 120)


def test_generated_portraits_come_out_of_wheels_as_fakes_of_the_same_source(tmp_path, registry, capsys):
    folder, photos = registry
    with zipfile.ZipFile(tmp_path / "registry" / "people.whl", "w") as wheel:
        wheel.writestr("package/team/0.jpg", photos[0])
    with serve_folder(folder) as server:
        made = {"package": f"{server.origin}/people.whl", "generator": "some_model", "identity": "P1"}
        listed = write_list(tmp_path / "web_portraits.csv", photos[:1], **made)
        assert collect(tmp_path, listed, folder) == 0
        missing = write_list(tmp_path / "web_portraits.csv", photos[1:], **made, path="package/team/1.jpg")
        assert collect(tmp_path, missing, folder) == 2
    assert "people.whl holds no package/team/1.jpg" in capsys.readouterr().err
    (found,) = read_sources([tmp_path / "portraits"])
    assert (found.label, found.source, found.generator, found.identity) == (1, "web_portraits", "some_model", "P1")
    assert found.generated


def test_several_lists_are_several_sources_and_say_what_a_picture_was_saved_as_first(tmp_path, registry):
    folder, photos = registry
    plain, first = (
        write_list(tmp_path / f"{name}.csv", photos, side=120, webp=quality)
        for name, quality in (("plain", 0), ("webp_first", 40))
    )
    out = tmp_path / "portraits"
    assert main(["collect", "--list", str(plain), str(first), "--registry", str(folder), "--out", str(out)]) == 0
    found = read_sources([out])
    assert sorted(item.source for item in found) == ["plain", "plain", "webp_first", "webp_first"]
    for photo, split in zip(photos, ("train", "val"), strict=True):
        image = Image.open(io.BytesIO(photo))
        image.thumbnail((120, 120), Image.Resampling.LANCZOS, reducing_gap=None)
        packed = io.BytesIO()
        recompress(image, "WEBP", quality=40).save(packed, "JPEG", quality=86)
        (path,) = (path for path in out.rglob("*.jpg") if path.parts[-4:-2] == ("webp_first", split))
        assert path.read_bytes() == packed.getvalue()


def test_a_frame_of_an_animation_is_a_picture_of_its_own(tmp_path, registry, capsys):
    folder, _ = registry
    packed = io.BytesIO()
    colours = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    colours[0].save(packed, "WEBP", save_all=True, append_images=colours[1:], lossless=True)
    with zipfile.ZipFile(folder / "videos.whl", "w") as wheel:
        wheel.writestr("package/team/0.jpg", packed.getvalue())
    with serve_folder(folder) as server:
        made = {"package": f"{server.origin}/videos.whl", "generator": "some_model", "side": 64}
        lists = [
            write_list(tmp_path / f"frame_{frame}.csv", [packed.getvalue()], **made, frame=frame) for frame in (0, 1, 2)
        ]
        out = tmp_path / "portraits"
        assert main(["collect", "--list", *map(str, lists[:2]), "--out", str(out)]) == 0
        assert main(["collect", "--list", str(lists[2]), "--out", str(tmp_path / "none")]) == 2
    assert "videos.whl" in (said := capsys.readouterr().err) and "Traceback" not in said
    red, blue = (np.asarray(Image.open(path)).mean(axis=(0, 1)) for path in sorted(out.rglob("*.jpg")))
    assert red[0] > 240 > 15 > red[2] and blue[2] > 240 > 15 > blue[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sha256": "0" * 64}, "holds no package/team/0.jpg with the listed sha256"),
        ({"path": "package/none.jpg"}, "holds no package/none.jpg"),
        ({"version": "9.9.9"}, "theme-9.9.9.tgz"),
        ({"split": "../elsewhere"}, "the split must be one of train, val, test"),
        ({"side": "large"}, "is no list of pictures"),
        ({"webp": "90 %"}, "is no list of pictures"),
        ({"webp": 101}, "webp at most 100"),
        ({"frame": -1}, "0 or more"),
        ({"side": 0, "frame": 3}, "give its side"),
        ({"side": 0, "webp": 90}, "give its side"),
    ],
)
def test_a_list_that_does_not_fit_leaves_no_manifest(tmp_path, registry, change, words, capsys):
    folder, photos = registry
    assert collect(tmp_path, write_list(tmp_path / "web_portraits.csv", photos, **change), folder) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "portraits" / "manifest.csv").exists()


def test_a_row_without_its_last_field_is_an_error(tmp_path, registry, capsys):
    folder, photos = registry
    listed = write_list(tmp_path / "web_portraits.csv", photos)
    listed.write_text(listed.read_text().replace(",0,0\n", ",0\n"), newline="")
    assert collect(tmp_path, listed, folder) == 2
    assert "more or fewer fields than columns" in capsys.readouterr().err


def test_a_missing_and_an_empty_list_are_told(tmp_path, registry, capsys):
    folder, _ = registry
    assert collect(tmp_path, tmp_path / "none.csv", folder) == 2
    assert collect(tmp_path, write_list(tmp_path / "empty.csv", []), folder) == 2
    assert "lists nothing" in capsys.readouterr().err


def test_two_pictures_never_get_one_name(tmp_path, registry, capsys):
    folder, photos = registry
    assert collect(tmp_path, write_list(tmp_path / "twice.csv", [photos[0]] * 2, split="val", path="x"), folder) == 2
    assert "listed twice: twice/val/real/" in capsys.readouterr().err
