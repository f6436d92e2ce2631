"""Gives convolutions the biases back that the converter adds only after a residual: a pass over memory fewer for each.

TensorFlow's optimiser rewrites (convolution + bias) + residual as (residual + convolution) + bias, and what is no sum of a
convolution and its bias is not fused into one operation.
"""

from collections import Counter
from collections.abc import Iterable

_NHWC = "TkhXQw=="  # as protobuf's JSON has bytes
_BIAS_ADD = "Qmlhc0FkZA=="  # "BiasAdd"
_FUSED = {
    "TArgs": {"list": {"type": ["DT_FLOAT"]}},
    "epsilon": {"f": 0.0},
    "filter_format": {"s": "SFdJTw=="},  # "HWIO"
    "fused_ops": {"list": {"s": [_BIAS_ADD]}},
    "leakyrelu_alpha": {"f": 0.2},
    "num_args": {"i": "1"},
    "num_host_args": {"i": "0"},
}


def fuse_biases(nodes: list[dict], outputs: Iterable[str]) -> list[dict]:
    """The same graph: AddV2(bias, AddN(residual, Conv2D(x))) as AddV2(residual, _FusedConv2D(x, bias)).

    Args:
        nodes: of a GraphDef in protobuf's JSON, as TF.js graph models have it. They are changed.
        outputs: of the graph, by tensor.

    Returns:
        Those of the nodes that are still needed. Results differ by rounding alone.
    """
    by_name = {node["name"]: node for node in nodes}
    read = [name for node in nodes for name in node.get("input", [])]
    readers = Counter(_node_of(name) for name in [*read, *outputs])
    needless = set()
    for node in nodes:
        if found := _parts(node, by_name, readers):
            bias, summed, residual, convolution = found
            convolution["op"] = "_FusedConv2D"
            convolution["attr"] |= _FUSED
            convolution["input"].append(bias)
            node["input"] = [residual, convolution["name"]]
            needless.add(summed["name"])
    return [node for node in nodes if node["name"] not in needless]


def _node_of(tensor: str) -> str:
    """The name in "name:0" and "^name"."""
    return tensor.removeprefix("^").split(":")[0]


def _parts(node: dict, by_name: dict[str, dict], readers: Counter) -> tuple[str, dict, str, dict] | None:
    """Bias, inner sum, residual and convolution, where `node` is such a sum and nothing else reads what goes."""
    if node["op"] != "AddV2" or len(node["input"]) != 2:
        return None
    for bias, inner in (node["input"], node["input"][::-1]):
        summed = by_name.get(inner, {})
        if summed.get("op") != "AddN" or len(summed["input"]) != 2 or readers[inner] != 1:
            continue
        for residual, name in (summed["input"], summed["input"][::-1]):
            convolution = by_name.get(name, {})
            if _is_plain_convolution(convolution) and readers[name] == 1:
                filters = _sizes(by_name.get(convolution["input"][1]))
                if filters and _sizes(by_name.get(bias)) == filters[-1:]:
                    return bias, summed, residual, convolution
    return None


def _is_plain_convolution(node: dict) -> bool:
    """Of NHWC, without operations that must come before."""
    return node.get("op") == "Conv2D" and len(node["input"]) == 2 and node["attr"]["data_format"]["s"] == _NHWC


def _sizes(node: dict | None) -> list[str] | None:
    """Of a constant, as the JSON has them."""
    if node is None or node["op"] != "Const":
        return None
    return [dim["size"] for dim in node["attr"]["value"]["tensor"]["tensorShape"].get("dim", [])]
