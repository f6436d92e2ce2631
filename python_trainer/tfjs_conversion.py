"""Converts SavedModels to TensorFlow.js graph models, among them the networks of the face detectors.

Nothing of TensorFlow is imported until a function is called.
"""

import importlib.metadata
import importlib.util
import json
import math
import shutil
import sys
import tempfile
import types
import warnings
from pathlib import Path

import numpy as np

from python_trainer.errors import UserError
from python_trainer.fused_biases import fuse_biases
from python_trainer.shipped_graph import read_weights

WEIGHT_TYPES = ("float32", "uint16", "float16")
# Values of a tensor that is never quantised to uint16: biases and the first kernels, whose channels differ most in scale, are
# a fiftieth of the bytes and nearly all of what rounding changes.
SMALL = 2048
# tensorflowjs imports these for model formats that are never converted here; together they weigh 2.9 GB.
_UNUSED_BY_CONVERSION = ("tensorflow_decision_forests", "jax", "jax.experimental", "jax.experimental.jax2tf")
# Outputs of the package's networks, in the order in which they return them.
_DETECTOR_OUTPUTS = {
    "pnet": ("box_offsets", "scores"),
    "rnet": ("box_offsets", "scores"),
    "onet": ("box_offsets", "landmarks", "scores"),
}
_DETECTOR_INPUT_SIDE = {"pnet": None, "rnet": 24, "onet": 48}


def convert_saved_model(saved_model_dir: str | Path, out_dir: str | Path, weights: str = "float32") -> Path:
    """Write a TF.js graph model: `model.json` and its binary weight shards.

    Args:
        saved_model_dir: a TensorFlow SavedModel with the signature "serving_default". The keys of that
            signature's outputs are kept as the names of the graph model's outputs.
        out_dir: replaced as a whole, and only once the conversion has succeeded.
        weights: "float32"; "uint16" (every tensor of more than SMALL values quantised between its own least and greatest
            value, to half as many levels as 16 bits have); or "float16", for weights that are no finer.

    Returns:
        The path of the written model.json.

    Raises:
        UserError: no SavedModel there, or an unknown `weights`.
    """
    source, target = Path(saved_model_dir), Path(out_dir)
    if weights not in WEIGHT_TYPES:
        raise UserError(f"unknown weight type {weights!r}: choose one of {', '.join(WEIGHT_TYPES)}")
    if not (source / "saved_model.pb").is_file():
        raise UserError(f"{source} is not a SavedModel: saved_model.pb is missing; write one with model.export()")
    converter = _import_converter()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as scratch:
        written = Path(scratch) / "model"
        converter.convert_tf_saved_model(str(source), str(written))
        if weights != "float32":
            _quantise(written / "model.json", weights, converter.write_weights)
        _tidy(written / "model.json", _output_names(source))
        if target.exists():
            target.rename(Path(scratch) / "previous")
        shutil.move(written, target)
    return target / "model.json"


def export_detector(out_dir: str | Path) -> list[Path]:
    """Write P-Net, R-Net and O-Net of the PyPI package `mtcnn` as float32 TF.js graph models.

    Inputs are float32 [n, height, width, 3], RGB, (value - 127.5) / 128: P-Net takes any n, any height and
    width of at least 12; R-Net [n, 24, 24, 3]; O-Net [n, 48, 48, 3]. Outputs by name: `box_offsets` [..., 4]
    (x1, y1, x2, y2 as fractions of the box), `scores` [..., 2] (not a face, face), O-Net also `landmarks`
    [n, 10] (5 x, then 5 y, as fractions of the box).

    Args:
        out_dir: gets pnet/, rnet/ and onet/, each with its model.json, and the package's LICENSE.

    Returns:
        The three paths of model.json.
    """
    import tensorflow as tf
    from mtcnn import MTCNN

    stages = MTCNN().stages
    written = []
    for stage, (name, outputs) in zip(stages, _DETECTOR_OUTPUTS.items(), strict=True):
        side = _DETECTOR_INPUT_SIDE[name]
        # Keras counts a process's networks in their names, which enter the file: the same file in every process.
        stage.model.name = f"{name[0]}_net"
        module = tf.Module()
        module.network = stage.model
        serving = _named_outputs(tf, stage.model, outputs)
        signature = serving.get_concrete_function(tf.TensorSpec([None, side, side, 3], tf.float32, name="image"))
        with tempfile.TemporaryDirectory() as scratch:
            tf.saved_model.save(module, scratch, signatures=signature)
            written.append(convert_saved_model(scratch, Path(out_dir) / name))
    licence = importlib.metadata.distribution("mtcnn").read_text("LICENSE")
    (Path(out_dir) / "LICENSE").write_text(licence, encoding="utf-8")
    return written


def export_blazeface(out_dir: str | Path) -> Path:
    """Write BlazeFace (blazeface.build_blazeface: inputs and outputs), float16 as it was published, with its licence.

    Returns:
        The path of model.json.
    """
    import keras

    from python_trainer.blazeface import WEIGHTS, build_blazeface

    keras.utils.clear_session()  # names that Keras counts up begin anew, so that the same network is the same files
    network = build_blazeface()
    network.load_weights(WEIGHTS)
    with tempfile.TemporaryDirectory() as scratch:
        network.export(scratch, verbose=False)
        written = convert_saved_model(scratch, out_dir, "float16")
    shutil.copy(WEIGHTS.with_name("LICENSE"), written.parent)
    return written


def _quantise(model_json: Path, weight_type: str, writer: types.ModuleType) -> None:
    """Rewrite the weights: only once they are written are their names and sizes known. `writer`: tensorflowjs's module."""
    model = json.loads(model_json.read_text(encoding="utf-8"))
    weights = read_weights(model["weightsManifest"], model_json.parent)
    for shard in model_json.parent.glob("*.bin"):
        shard.unlink()
    least = SMALL if weight_type == "uint16" else 0
    large = [name for name, values in weights.items() if values.dtype == np.float32 and values.size > least]
    if weight_type == "uint16":
        weights |= {name: _on_every_second_level(weights[name], writer.quantization) for name in large}
    group = [{"name": name, "data": values} for name, values in weights.items()]
    options = {"write_manifest": False, "quantization_dtype_map": {weight_type: large}}
    model["weightsManifest"] = writer.write_weights([group], str(model_json.parent), **options)
    model_json.write_text(json.dumps(model), encoding="utf-8")


def _output_names(saved_model: Path) -> list[str]:
    """Keys of the signature's outputs, in the order in which freezing numbers them: Identity, Identity_1 …"""
    from tensorflow.python.tools.saved_model_utils import get_meta_graph_def

    return sorted(get_meta_graph_def(str(saved_model), "serve").signature_def["serving_default"].outputs)


def _on_every_second_level(values: np.ndarray, quantization: types.ModuleType) -> np.ndarray:
    """Rounded so that uint16 holds even numbers alone: a package is a sixteenth smaller for it."""
    _, grid = quantization.quantize_weights(values, np.uint16)
    levels = 2 * np.round((values - grid["min"]) / (2 * grid["scale"])).clip(0, 2**15 - 1).astype(np.uint16)
    # The ends stay where they are, and with them the grid on which these values are quantised once more.
    levels.flat[values.argmin()], levels.flat[values.argmax()] = 0, 2**16 - 1
    return quantization.dequantize_weights(levels, grid)


def _tidy(model_json: Path, output_names: list[str]) -> None:
    """Rewrite the file so that TF.js takes it, and takes less time, and so that the same model gives the same bytes.

    The converter loses the names of outputs that have the same shape. Keras adds the bias of a one-filter convolution as [1, 1, 1, 1], the converter fuses the two, and TF.js then refuses
    a bias that is not a vector. And the converter's order of keys changes from run to run.
    """
    model = json.loads(model_json.read_text(encoding="utf-8"))
    outputs = model["signature"]["outputs"].values()
    numbers = [int(([*entry["name"].split(":")[0].split("_"), "0"])[1]) for entry in outputs]
    model["signature"]["outputs"] = {output_names[n]: entry for n, entry in zip(numbers, outputs, strict=True)}
    topology = model["modelTopology"]
    topology["node"] = fuse_biases(topology["node"], [entry["name"] for entry in outputs])
    fused = [node for node in topology["node"] if node["op"] == "_FusedConv2D"]
    biases = {node["input"][2].split(":")[0] for node in fused}
    for spec in (spec for group in model["weightsManifest"] for spec in group["weights"]):
        if spec["name"] in biases:
            spec["shape"] = [math.prod(spec["shape"])]
    model_json.write_text(json.dumps(model, sort_keys=True, separators=(",", ":")), encoding="utf-8")


def _named_outputs(tf, network, names: tuple[str, ...]):
    """Wrap a network that returns a list so that its outputs have names. Returns a tf.function."""

    def serve(image):
        return dict(zip(names, network(image), strict=True))

    return tf.function(serve)


def _import_converter() -> types.ModuleType:
    """Import tensorflowjs's SavedModel converter without the packages that it never uses for one.

    TensorFlow, Keras and tf_keras come first, so that they see the environment as it really is: only
    tensorflowjs must believe that JAX and the decision forests are installed.
    """
    import keras  # noqa: F401
    import tensorflow  # noqa: F401
    import tf_keras  # noqa: F401

    absent = [name for name in _UNUSED_BY_CONVERSION if not _is_available(name)]
    for name in absent:
        sys.modules[name] = types.ModuleType(name)
    if "jax.experimental.jax2tf" in absent:
        sys.modules["jax"].experimental = sys.modules["jax.experimental"]
        sys.modules["jax.experimental"].jax2tf = sys.modules["jax.experimental.jax2tf"]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tensorflow_hub's use of pkg_resources is deprecated, and pinned
            from tensorflowjs.converters import tf_saved_model_conversion_v2
    finally:
        for name in absent:
            del sys.modules[name]
    return tf_saved_model_conversion_v2


def _is_available(module: str) -> bool:
    if module in sys.modules:
        return True
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
