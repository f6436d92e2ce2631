"""Gives convolutions the biases back that the converter adds only after a residual: a pass over memory fewer for each.

TensorFlow's optimiser rewrites (convolution + bias) + residual as (residual + convolution) + bias, and what is no sum of a
convolution and its bias is not fused into one operation.
"""

from collections import Counter

_BIAS_ADD = "Qmlhc0FkZA=="  # "BiasAdd", as protobuf's JSON has bytes
_FUSED = {
    "TArgs": {"list": {"type": ["DT_FLOAT"]}},
    "epsilon": {"f": 0.0},
    "filter_format": {"s": "SFdJTw=="},  # "HWIO"
    "fused_ops": {"list": {"s": [_BIAS_ADD]}},
    "leakyrelu_alpha": {"f": 0.2},
    "num_args": {"i": "1"},
    "num_host_args": {"i": "0"},
}


def fuse_biases(nodes: list[dict]) -> list[dict]:
    """The same graph: AddV2(bias, AddN(residual, Conv2D(x))) as AddV2(residual, _FusedConv2D(x, bias)).

    Args:
        nodes: of a GraphDef in protobuf's JSON, as TF.js graph models have it. They are changed.

    Returns:
        Those of them that are still needed. Results differ by rounding alone.
    """
    by_name = {node["name"]: node for node in nodes}
    readers = Counter(name for node in nodes for name in node.get("input", []))
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


def _parts(node: dict, by_name: dict[str, dict], readers: Counter) -> tuple[str, dict, str, dict] | None:
    """Bias, inner sum, residual and convolution, where `node` is such a sum."""
    if node["op"] != "AddV2":
        return None
    for bias, inner in (node["input"], node["input"][::-1]):
        summed = by_name.get(inner, {})
        if (
            summed.get("op") != "AddN"
            or len(summed["input"]) != 2
            or readers[inner] != 1
            or not _is_vector(by_name.get(bias))
        ):
            continue
        for residual, name in (summed["input"], summed["input"][::-1]):
            convolution = by_name.get(name, {})
            if convolution.get("op") == "Conv2D" and readers[name] == 1:
                return bias, summed, residual, convolution
    return None


def _is_vector(node: dict | None) -> bool:
    if node is None or node["op"] != "Const":
        return False
    return len(node["attr"]["value"]["tensor"]["tensorShape"].get("dim", [])) == 1
