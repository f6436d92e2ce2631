"""`reconstruct`: copies of real crops, tied to their originals and to their splits."""

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image

from python_trainer.__main__ import main
from python_trainer.adversarial_autoencoder import ADVERSARIAL_KINDS, load_adversarial_autoencoder
from python_trainer.config import get_recipe, recipe_to_dict
from python_trainer.errors import UserError
from python_trainer.files import ROOT
from python_trainer.manifest import read_prepared, write_prepared
from python_trainer.reconstruct import photo_pair
from python_trainer.reconstruction import KINDS, load_tiny_autoencoder
from tests.python.test_train import data  # noqa: F401
from tests.python.test_upscaling import ncnn_network


def random_tiny_autoencoder(folder, rng):
    """The layers of a TAESD-style pair, random and narrow: 4 channels, 2 in the latent space."""
    width, latent = 4, 2

    def conv(weights, name, inside, outside, bias=True):
        weights[f"{name}.weight"] = rng.normal(0, 0.2, (outside, inside, 3, 3)).astype(np.float16)
        if bias:
            weights[f"{name}.bias"] = np.zeros(outside, np.float16)

    def block(weights, index):
        for part in (0, 2, 4):
            conv(weights, f"{index}.conv.{part}", width, width)

    encoder, decoder = {}, {}
    conv(encoder, "0", 3, width)
    block(encoder, 1)
    for down in (2, 6, 10):
        conv(encoder, str(down), width, width, bias=False)
        for index in range(down + 1, down + 4):
            block(encoder, index)
    conv(encoder, "14", width, latent)
    conv(decoder, "1", latent, width)
    for first, after in ((3, 7), (8, 12), (13, 17)):
        for index in range(first, first + 3):
            block(decoder, index)
        conv(decoder, str(after), width, width, bias=False)
    block(decoder, 18)
    conv(decoder, "19", width, 3)
    np.savez(folder / "tiny_random_encoder.npz", **encoder)
    np.savez(folder / "tiny_random_decoder.npz", **decoder)


def photos_of(folder):
    """The prepared folder again, its rows cut from photos by a box, and with settings."""
    rows = []
    for row in read_prepared(folder):
        place = {"image": str(folder / row.crop), "box_xyxy": "[40, 50, 150, 170]"}
        rows.append(dataclasses.replace(row, **place, keypoints="[70, 90, 120, 92, 95, 115, 75, 140, 118, 141]"))
    write_prepared(folder, rows)
    recipe = recipe_to_dict(get_recipe("evidence"))
    (folder / "settings.json").write_text(json.dumps({k: recipe[k] for k in ("input_size", "whole_image", "crop")}))
    return {row.crop: row for row in rows}


def test_copies_belong_to_their_originals(data, tmp_path, capsys):  # noqa: F811
    originals = photos_of(data)
    random_tiny_autoencoder(tmp_path, np.random.default_rng(0))
    out = tmp_path / "made"
    arguments = ["--data", str(data), "--out", str(out), "--autoencoder", str(tmp_path), "--steps", "2"]
    arguments += ["--adversarial", "adversarial_nearest", "--decoders", str(tmp_path / "decoders"), "--weights", "none"]
    upscaler = str(ncnn_network(tmp_path))
    arguments += ["--upscaler", upscaler, "--count", "3", "--val-count", "2", "--only-val", "shuffle", upscaler]
    assert main(["reconstruct", *arguments]) == 0
    assert "small_shuffle val: 2 pairs" in capsys.readouterr().out
    made = read_prepared(out)
    assert len(made) == 2 * (4 * 5 + 2 + 2)
    assert (tmp_path / "decoders" / "adversarial_nearest.weights.h5").exists(), "what was trained is kept"
    for real, copy in zip(made[::2], made[1::2], strict=True):
        assert (real.label, copy.label, real.source) == (0, 1, "reconstruction")
        assert (real.pair_id, real.generator) == (copy.pair_id, copy.generator)
        assert real.split == copy.split == originals[copy.pair_id].split != "test"
        pixels = [np.asarray(Image.open(out / row.crop)) for row in (real, copy)]
        assert pixels[0].shape == (224, 224, 3) and (pixels[0] != pixels[1]).mean() > 0.5
    assert {row.split for row in made if row.generator in ("small_shuffle", "sr_repeat")} == {"val"}
    assert {row.generator for row in made} == {
        "tiny_random",
        "adversarial_nearest",
        "sr_repeat",
        *(f"small_{kind}" for kind in KINDS),
    }


def test_a_pair_differs_by_the_decoder_alone():
    """A decoder that changes nothing leaves two equal photos, whatever was enlarged and compressed."""
    rng = np.random.default_rng(0)
    photo, box = rng.integers(0, 256, (210, 333, 3)).astype(np.uint8), np.array([20.3, 15.2, 140.8, 170.1])
    sizes = set()

    def same(images):
        assert images.shape[1] % 8 == images.shape[2] % 8 == 0
        sizes.add(images.shape[1:3])
        return images

    for _ in range(20):
        real, copy = photo_pair(photo, box, get_recipe("evidence").crop, same, rng)
        assert np.array_equal(real, copy) and real.shape == photo.shape
    assert len(sizes) > 5
    real, copy = photo_pair(photo, box, get_recipe("evidence").crop, lambda images: 255 - images, rng)
    assert not np.array_equal(real, copy)


def reconstruct(data, out) -> int:  # noqa: F811
    few = ["--small", "nearest", "--adversarial", "--steps", "1", "--count", "1", "--val-count", "1"]
    return main(["reconstruct", "--data", str(data), "--out", str(out), *few])


def test_only_earlier_copies_are_replaced(data, tmp_path, capsys, monkeypatch):  # noqa: F811
    photos_of(data)
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    monkeypatch.chdir(data.parent)
    assert reconstruct(data, data.name) == 2
    assert "--out is --data" in capsys.readouterr().err
    other, photos, unfinished = (tmp_path / name for name in ("other", "photos", "unfinished"))
    write_prepared(other, read_prepared(data))
    for path, text in ((photos / "manifest.csv", "path,label\n"), (unfinished / "settings.json", "{}")):
        path.parent.mkdir()
        path.write_text(text)
    for out in (other, photos, unfinished):
        assert reconstruct(data, out) == 2
        assert f"{out} holds what `reconstruct` has not made" in capsys.readouterr().err
        assert not (out / "crops").exists()
    assert before == {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    assert [reconstruct(data, tmp_path / "copies") for _ in range(2)] == [0, 0]


def test_a_dataset_without_its_photos_is_refused(data, tmp_path, capsys):  # noqa: F811
    photos_of(data)
    rows = [dataclasses.replace(row, image=str(tmp_path / "gone.png")) for row in read_prepared(data)]
    write_prepared(data, rows)
    assert main(["reconstruct", "--data", str(data), "--out", str(tmp_path / "o"), "--small", "nearest", "--adversarial", "--steps", "1"]) == 2  # fmt: skip
    assert "gone.png" in capsys.readouterr().err


def test_an_autoencoder_that_is_not_there_is_named(data, tmp_path, capsys):  # noqa: F811
    assert main(["reconstruct", "--data", str(data), "--out", str(tmp_path / "o"), "--autoencoder", str(tmp_path)]) == 2
    assert "encoder.npz" in capsys.readouterr().err


def test_a_decoder_kept_for_validation_that_makes_nothing_is_named(data, tmp_path, capsys):  # noqa: F811
    assert main(["reconstruct", "--data", str(data), "--out", str(tmp_path / "o"), "--only-val", "shufle"]) == 2
    assert "--only-val names shufle; copies are made by nearest, " in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("kind", ADVERSARIAL_KINDS)
def test_the_decoders_that_come_with_the_repository_copy_a_face(kind):
    with Image.open(ROOT / "tests" / "fixtures" / "faces" / "real_grace_hopper.jpg") as image:
        photo = np.asarray(image.convert("RGB"))[:256, :256]
    decoder = load_adversarial_autoencoder(kind)
    assert [decoder(photo[None, :height]).shape[1] for height in (64, 96, 128)] == [64, 96, 128]
    copy = decoder(photo[None])[0]
    assert copy.shape == photo.shape and copy.dtype == np.uint8
    error = np.abs(copy.astype(int) - photo).mean()
    assert 0.5 < error < 10, "a copy, and not a perfect one"
    means = [pixels.reshape(4, 64, 4, 64, 3).mean((1, 3)) for pixels in (photo, copy)]
    assert np.abs(means[0] - means[1]).max() < 3, "no tint of its own"


def test_decoders_that_are_missing_or_of_another_network_are_named(tmp_path):
    with pytest.raises(UserError, match="is missing"):
        load_adversarial_autoencoder("adversarial_bilinear", tmp_path)
    (tmp_path / "adversarial_bilinear.weights.h5").write_bytes(b"no weights")
    with pytest.raises(UserError, match="does not hold the weights of adversarial_bilinear"):
        load_adversarial_autoencoder("adversarial_bilinear", tmp_path)


@pytest.mark.parametrize("side", [64, 96])
def test_a_copy_has_the_size_of_its_original(tmp_path, side):
    random_tiny_autoencoder(tmp_path, np.random.default_rng(1))
    name, copy = load_tiny_autoencoder(tmp_path)
    images = np.random.default_rng(0).integers(0, 256, (2, side, side, 3)).astype(np.uint8)
    copies = copy(images)
    assert (name, copies.shape, copies.dtype) == ("tiny_random", images.shape, np.uint8)
