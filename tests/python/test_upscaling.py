"""Super-resolution networks as decoders, on networks small enough to say what must come out."""

import json

import numpy as np
import pytest

from python_trainer.errors import UserError
from python_trainer.preprocessing import resize_antialiased
from python_trainer.upscaling import load_upscaler
from tests.python.faces import astronaut

ENLARGE_TWICE = """7767517
2 2
Input  data 0 1 data
Interp up   1 1 data output 0=1 1=2.0 2=2.0
"""


def ncnn_network(folder):
    """Repeats every pixel twice."""
    (folder / "repeat.param").write_text(ENLARGE_TWICE)
    (folder / "repeat.bin").write_bytes(b"")
    return folder / "repeat.param"


def layers_model(folder, *, quantized=False, unknown=False):
    """Repeats every pixel four times: y = x + x / 2, and (y + y) / 3 is spread over 16 places."""
    kernel = np.zeros((1, 1, 6, 48), np.float32)  # of [y, y]
    for place in range(16):
        for channel in range(3):
            kernel[0, 0, channel, 3 * place + channel] = kernel[0, 0, 3 + channel, 3 * place + channel] = 1 / 3
    bias = np.zeros(48, np.float32)
    entry = {"name": "spread/kernel", "shape": list(kernel.shape), "dtype": "float32"}
    data = kernel.tobytes()
    if quantized:
        entry["quantization"] = {"dtype": "uint8", "scale": 1 / 3, "min": 0}
        data = np.rint(kernel * 3).astype(np.uint8).tobytes()
    layers = [
        ("input", "InputLayer", {}, []),
        ("half", "MultiplyBeta", {"beta": 0.5}, ["input"]),
        ("more", "Add", {}, ["input", "half"]),
        ("kept", "Activation", {"activation": "relu"}, ["more"]),
        ("twice", "Concatenate", {"axis": -1}, ["kept", "kept"]),
        ("spread", "Conv2D", {"strides": [1, 1], "padding": "same", "activation": "linear"}, ["twice"]),
        ("shuffled", "Lambda" if unknown else "PixelShuffle4x", {"scale": 4}, ["spread"]),
    ]
    model = {
        "modelTopology": {
            "model_config": {
                "class_name": "Model",
                "config": {
                    "layers": [
                        {
                            "name": name,
                            "class_name": kind,
                            "config": config,
                            "inbound_nodes": [[[source, 0, 0, {}] for source in sources]] if sources else [],
                        }
                        for name, kind, config, sources in layers
                    ]
                },
            }
        },
        "weightsManifest": [
            {
                "paths": ["a.bin", "b.bin"],
                "weights": [entry, {"name": "spread/bias", "shape": [48], "dtype": "float32"}],
            }
        ],
    }
    folder.mkdir(exist_ok=True)
    data += bias.tobytes()
    (folder / "a.bin").write_bytes(data[:100])
    (folder / "b.bin").write_bytes(data[100:])
    (folder / "model.json").write_text(json.dumps(model))
    return folder


@pytest.mark.parametrize("quantized", [False, True])
def test_a_layers_model_gives_what_its_layers_say(tmp_path, quantized):
    name, copy = load_upscaler(layers_model(tmp_path / "shuffle", quantized=quantized), seed=1)
    assert name == "sr_shuffle"
    image = np.full((1, 64, 48, 3), (40, 120, 200), np.uint8)
    np.testing.assert_array_equal(copy(image), image)


@pytest.mark.parametrize("make", [ncnn_network, lambda folder: layers_model(folder / "shuffle")])
def test_a_copy_is_the_photo_without_what_is_finer_than_the_small_picture(tmp_path, make):
    _, copy = load_upscaler(make(tmp_path), seed=1)
    photo = astronaut()[None, :240, 80:320]
    copies = np.concatenate([copy(photo) for _ in range(6)])
    assert copies.shape == (6, *photo.shape[1:])
    assert copies.dtype == np.uint8
    difference = np.abs(copies.astype(int) - photo)
    assert 0.5 < difference.mean() < 12
    coarse = [resize_antialiased(image, 15, 15).astype(int) for image in (*copies, photo[0])]
    assert max(np.abs(one - coarse[-1]).max() for one in coarse[:-1]) <= 10
    assert len({one.tobytes() for one in copies}) > 1  # not all were equally small
    _, again = load_upscaler(make(tmp_path), seed=1)
    np.testing.assert_array_equal(again(photo)[0], copies[0])


def test_what_is_no_network_is_told(tmp_path):
    with pytest.raises(UserError, match=r"none.param and none.bin are no network of ncnn"):
        load_upscaler(tmp_path / "none.param", seed=0)
    with pytest.raises(UserError, match="holds no layers model"):
        load_upscaler(tmp_path, seed=0)
    with pytest.raises(UserError, match="layers that are not known here: Lambda"):
        load_upscaler(layers_model(tmp_path / "odd", unknown=True), seed=0)
