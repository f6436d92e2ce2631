"""Biases that the converter adds after a residual go back into their convolutions."""

from __future__ import annotations

import copy
import json

import keras
import numpy as np
import pytest

from python_trainer.fused_biases import fuse_biases
from python_trainer.shipped_graph import ShippedGraph
from python_trainer.tfjs_conversion import convert_saved_model


def residual_network() -> keras.Model:
    """Two convolutions with a bias each, the second one's sum with the first one's output, and a third on that."""
    image = keras.Input((6, 6, 3), name="image")
    first = keras.layers.Conv2D(8, 1, bias_initializer="random_normal")(image)
    second = keras.layers.Conv2D(8, 1, bias_initializer="random_normal")(first)
    summed = keras.layers.Add()([first, second])
    third = keras.layers.Conv2D(4, 1, activation="relu", bias_initializer="random_normal")(summed)
    return keras.Model(image, {"features": third})


def test_a_converted_network_adds_no_bias_by_itself_and_computes_the_same(tmp_path):
    keras.utils.set_random_seed(0)
    network = residual_network()
    network.export(tmp_path / "saved", verbose=False)
    written = convert_saved_model(tmp_path / "saved", tmp_path / "converted")
    operations = [node["op"] for node in json.loads(written.read_text())["modelTopology"]["node"]]
    assert operations.count("_FusedConv2D") == 3
    assert "Conv2D" not in operations and "AddN" not in operations
    images = np.random.default_rng(0).uniform(0, 255, (2, 6, 6, 3)).astype(np.float32)
    expected = network.predict_on_batch(images)["features"]
    np.testing.assert_allclose(ShippedGraph(written).predict(images)["features"], expected, rtol=1e-5, atol=1e-4)


NHWC = {"data_format": {"s": "TkhXQw=="}}


def constant(name: str, *sizes: int) -> dict:
    shape = {"dim": [{"size": str(size)} for size in sizes]}
    return {"name": name, "op": "Const", "attr": {"value": {"tensor": {"tensorShape": shape}}}}


def graph() -> list[dict]:
    """(residual + convolution) + bias."""
    return [
        {"name": "x", "op": "Placeholder", "attr": {}},
        constant("weights", 1, 1, 3, 3),
        constant("bias", 3),
        {"name": "convolution", "op": "Conv2D", "attr": dict(NHWC), "input": ["x", "weights"]},
        {"name": "inner", "op": "AddN", "attr": {}, "input": ["x", "convolution"]},
        {"name": "outer", "op": "AddV2", "attr": {}, "input": ["bias", "inner"]},
    ]


@pytest.mark.parametrize("is_turned", [False, True])
def test_the_inner_sum_goes_and_the_bias_comes_before(is_turned):
    nodes = graph()
    if is_turned:
        for node in nodes[4:]:
            node["input"].reverse()
    fused = {node["name"]: node for node in fuse_biases(nodes, ["outer:0"])}
    assert set(fused) == {"x", "weights", "bias", "convolution", "outer"}
    assert fused["convolution"]["op"] == "_FusedConv2D"
    assert fused["convolution"]["input"] == ["x", "weights", "bias"]
    assert fused["convolution"]["attr"]["data_format"] == {"s": "TkhXQw=="}
    assert fused["outer"]["input"] == ["x", "convolution"]


@pytest.mark.parametrize("name", ["convolution", "convolution:0", "^convolution", "inner", "inner:0", "^inner"])
def test_what_something_else_reads_stays(name):
    nodes = [*graph(), {"name": "reader", "op": "Relu", "attr": {}, "input": [name]}]
    assert fuse_biases(copy.deepcopy(nodes), ["outer"]) == nodes


@pytest.mark.parametrize("output", ["convolution", "inner:0"])
def test_an_output_of_the_graph_stays(output):
    nodes = graph()
    assert fuse_biases(copy.deepcopy(nodes), ["outer", output]) == nodes


@pytest.mark.parametrize("sizes", [(1, 6, 6, 3), (1,), ()], ids=["a map", "one for all channels", "a number"])
def test_what_is_no_bias_of_each_channel_is_added_as_before(sizes):
    nodes = graph()
    nodes[2] = constant("bias", *sizes)
    assert fuse_biases(copy.deepcopy(nodes), ["outer"]) == nodes


@pytest.mark.parametrize(
    "change", [{"input": ["x", "weights", "^x"]}, {"attr": {"data_format": {"s": "TkNIVw=="}}}], ids=["waits", "NCHW"]
)
def test_another_convolution_stays(change):
    nodes = graph()
    nodes[3] |= change
    assert fuse_biases(copy.deepcopy(nodes), ["outer"]) == nodes
