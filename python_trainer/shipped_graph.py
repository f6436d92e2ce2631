"""Runs a TF.js graph model in TensorFlow, with its own (dequantised) weights: what the browser must reproduce."""

import json
from pathlib import Path

import numpy as np


class ShippedGraph:
    """A converted classifier, executed by TensorFlow instead of TF.js."""

    def __init__(self, model_json: Path):
        """Loads topology and weights; raises FileNotFoundError when one is missing."""
        import tensorflow as tf
        from google.protobuf import json_format

        model = json.loads(model_json.read_text(encoding="utf-8"))
        graph_def = json_format.ParseDict(model["modelTopology"], tf.compat.v1.GraphDef())
        weights = read_weights(model["weightsManifest"], model_json.parent)
        for node in graph_def.node:
            if node.name in weights:
                value = weights[node.name]
                node.attr["dtype"].type = tf.as_dtype(value.dtype).as_datatype_enum
                node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
        _unfuse(graph_def)
        signature = model["signature"]
        (source,) = [entry["name"] for entry in signature["inputs"].values()]
        outputs = {name: entry["name"] for name, entry in signature["outputs"].items()}

        def import_graph():
            tf.graph_util.import_graph_def(graph_def, name="")

        wrapped = tf.compat.v1.wrap_function(import_graph, [])
        self._run = wrapped.prune(
            wrapped.graph.as_graph_element(source),
            {name: wrapped.graph.as_graph_element(tensor) for name, tensor in outputs.items()},
        )

    def predict(self, crops: np.ndarray) -> dict[str, np.ndarray]:
        """Outputs by name, float32, of uint8 or float32 crops [n, size, size, 3] in [0, 255]."""
        import tensorflow as tf

        outputs = self._run(tf.constant(crops.astype(np.float32)))
        return {name: tensor.numpy() for name, tensor in outputs.items()}


def _unfuse(graph_def) -> None:
    """Take TF.js's fused depthwise convolutions, which TensorFlow does not have, apart into its own operations."""
    for node in [node for node in graph_def.node if node.op == "FusedDepthwiseConv2dNative"]:
        image, kernel, bias = node.input
        kinds = [kind.decode() for kind in node.attr["fused_ops"].list.s]
        if kinds[0] != "BiasAdd" or len(kinds) > 2:
            raise ValueError(f"{node.name} fuses {', '.join(kinds)}, which is not known here")
        before = f"{node.name}/convolution"
        added = graph_def.node.add(op="DepthwiseConv2dNative", name=before, input=[image, kernel])
        for name in ("T", "strides", "padding", "data_format", "dilations"):
            added.attr[name].CopyFrom(node.attr[name])
        for kind in kinds:
            # The last one has the name that others know.
            name = node.name if kind == kinds[-1] else f"{node.name}/{kind}"
            inputs = [before, bias] if kind == "BiasAdd" else [before]
            graph_def.node.add(op=kind, name=name, input=inputs).attr["T"].CopyFrom(node.attr["T"])
            before = name
        graph_def.node.remove(node)


def read_weights(groups: list[dict], folder: Path) -> dict[str, np.ndarray]:
    """Tensors by name, dequantised, of a model.json's `weightsManifest` with its shards in `folder`."""
    weights = {}
    for group in groups:
        data = b"".join((folder / path).read_bytes() for path in group["paths"])
        offset = 0
        for spec in group["weights"]:
            quantization = spec.get("quantization")
            stored = np.dtype(quantization["dtype"] if quantization else spec["dtype"]).newbyteorder("<")
            count = int(np.prod(spec["shape"], dtype=np.int64))
            values = np.frombuffer(data, stored, count, offset)
            offset += values.nbytes
            if quantization:
                values = values * quantization["scale"] + quantization["min"]
            weights[spec["name"]] = values.astype(spec["dtype"]).reshape(spec["shape"])
    return weights
