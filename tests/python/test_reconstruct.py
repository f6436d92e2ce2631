"""`reconstruct`: copies of real crops, tied to their originals and to their splits."""

import numpy as np
import pytest
from PIL import Image

from python_trainer.__main__ import main
from python_trainer.manifest import read_prepared
from python_trainer.reconstruction import KINDS, load_tiny_autoencoder
from tests.python.test_train import data  # noqa: F401


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


def test_copies_belong_to_their_originals(data, tmp_path, capsys):  # noqa: F811
    (data / "settings.json").write_text('{"whole_image": false}')
    random_tiny_autoencoder(tmp_path, np.random.default_rng(0))
    out = tmp_path / "made"
    arguments = ["--data", str(data), "--out", str(out), "--autoencoder", str(tmp_path), "--steps", "2"]
    arguments += ["--count", "3", "--val-count", "2", "--only-val", "shuffle"]
    assert main(["reconstruct", *arguments]) == 0
    assert "small_shuffle val: 2 fakes" in capsys.readouterr().out
    originals = {row.crop: row for row in read_prepared(data)}
    made = read_prepared(out)
    assert len(made) == 3 * 5 + 2
    for row in made:
        original = originals[row.pair_id]
        assert (row.label, original.label, row.source) == (1, 0, "reconstruction")
        assert row.split == original.split != "test"
        with Image.open(out / row.crop) as copy:
            assert copy.size == (224, 224)
    assert {row.split for row in made if row.generator == "small_shuffle"} == {"val"}
    assert {row.generator for row in made} == {"tiny_random", *(f"small_{kind}" for kind in KINDS)}


def test_an_autoencoder_that_is_not_there_is_named(data, tmp_path, capsys):  # noqa: F811
    assert main(["reconstruct", "--data", str(data), "--out", str(tmp_path / "o"), "--autoencoder", str(tmp_path)]) == 2
    assert "encoder.npz" in capsys.readouterr().err


@pytest.mark.parametrize("side", [64, 96])
def test_a_copy_has_the_size_of_its_original(tmp_path, side):
    random_tiny_autoencoder(tmp_path, np.random.default_rng(1))
    name, copy = load_tiny_autoencoder(tmp_path)
    images = np.random.default_rng(0).integers(0, 256, (2, side, side, 3)).astype(np.uint8)
    copies = copy(images)
    assert (name, copies.shape, copies.dtype) == ("tiny_random", images.shape, np.uint8)
