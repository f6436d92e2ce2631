"""Super-resolution networks as decoders: a photo made small and enlarged again carries their texture and smoothness."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from python_trainer.errors import UserError
from python_trainer.preprocessing import resize_antialiased, round_half_up
from python_trainer.reconstruction import Decoder
from python_trainer.shipped_graph import read_weights

if TYPE_CHECKING:
    import tensorflow as tf

Network = Callable[[np.ndarray], np.ndarray]  # float32 [h, w, 3] in [0, 1] -> the same, some times as large
WHOLE_FACTOR = 0.6  # share of copies that were smaller by the network's whole factor; the others by less
LEAST_FACTOR = 1.5
SMALLEST_SIDE = 8  # pixels


def load_upscaler(path: Path | str, seed: int) -> tuple[str, Decoder]:
    """A network's name and image -> copy: reduced by up to the network's factor, enlarged by it, brought to its old size.

    A generator's pictures have no grain of a sensor, and neither have these; copies by an autoencoder keep much of it.

    Args:
        path: NAME.param of ncnn with NAME.bin beside it (as of Real-ESRGAN, Wang et al. 2021), or a folder with the
            model.json of a TensorFlow.js layers model (as of ESRGAN at npm's @upscalerjs).
        seed: of the factors by which pictures are reduced.

    Raises:
        UserError: there is no such network, or it has layers that are not known here.
    """
    path = Path(path)
    network = _load_layers_model(path) if path.is_dir() else _load_ncnn(path)
    factor = len(network(np.zeros((SMALLEST_SIDE, SMALLEST_SIDE, 3), np.float32))) // SMALLEST_SIDE
    rng = np.random.default_rng(seed)

    def copy(images: np.ndarray) -> np.ndarray:
        return np.stack([_enlarged(image, network, factor, rng) for image in images])

    return f"sr_{path.name if path.is_dir() else path.stem}", copy


def _enlarged(image: np.ndarray, network: Network, factor: int, rng: np.random.Generator) -> np.ndarray:
    by = factor if rng.uniform() < WHOLE_FACTOR else rng.uniform(min(LEAST_FACTOR, factor), factor)
    height, width = image.shape[:2]
    small = resize_antialiased(image, *(max(SMALLEST_SIDE, round_half_up(side / by)) for side in (height, width)))
    large = np.floor(np.clip(network(small.astype(np.float32) / 255), 0, 1) * 255 + 0.5).astype(np.uint8)
    return resize_antialiased(large, height, width)


def _load_ncnn(path: Path) -> Network:
    try:
        import ncnn
    except ImportError as error:
        raise UserError(f"{path} needs ncnn: install the extra `upscale`") from error
    network = ncnn.Net()
    if not path.exists() or network.load_param(str(path)) or network.load_model(str(path.with_suffix(".bin"))):
        raise UserError(f"{path} and {path.with_suffix('.bin').name} are no network of ncnn")
    (source,), (target,) = network.input_names(), network.output_names()

    def run(image: np.ndarray) -> np.ndarray:
        planes = np.ascontiguousarray(image.transpose(2, 0, 1))
        extractor = network.create_extractor()
        extractor.input(source, ncnn.Mat(planes).clone())  # a Mat borrows the array's memory, and that soon goes
        return np.array(extractor.extract(target)[1]).transpose(1, 2, 0)

    return run


def _load_layers_model(folder: Path) -> Network:
    import tensorflow as tf

    try:
        model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        weights = read_weights(model["weightsManifest"], folder)
        topology = model["modelTopology"]
        layers = topology.get("model_config", topology)["config"]["layers"]
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{folder} holds no layers model of TensorFlow.js: {error}") from error
    kinds = _layer_kinds()
    unknown = {layer["class_name"] for layer in layers} - set(kinds)
    if unknown:
        raise UserError(f"{folder} has layers that are not known here: {', '.join(sorted(unknown))}")

    @tf.function(reduce_retracing=True)
    def run(image: "tf.Tensor") -> "tf.Tensor":
        values: dict[str, tf.Tensor] = {}
        for layer in layers:
            inputs = [values[node[0]] for node in layer["inbound_nodes"][0]] if layer["inbound_nodes"] else [image]
            own = [value for name, value in weights.items() if name.startswith(layer["name"] + "/")]
            values[layer["name"]] = kinds[layer["class_name"]](inputs, layer["config"], own)
        return values[layers[-1]["name"]][0]

    return lambda image: run(image[None]).numpy()


def _layer_kinds() -> dict[str, Callable[[list, dict[str, Any], list[np.ndarray]], Any]]:
    """What ESRGAN's TensorFlow.js models are made of: inputs, the layer's config and its weights -> output."""
    import keras
    import tensorflow as tf

    def convolve(inputs, config, own):
        kernel = next(value for value in own if value.ndim == 4)
        x = tf.nn.conv2d(inputs[0], kernel, config["strides"], config["padding"].upper())
        return activate([x + sum(value for value in own if value.ndim == 1)], config, own)

    def activate(inputs, config, own):
        return keras.activations.get(config.get("activation"))(inputs[0])

    return {
        "InputLayer": lambda inputs, config, own: inputs[0],
        "Conv2D": convolve,
        "Activation": activate,
        "Concatenate": lambda inputs, config, own: tf.concat(inputs, -1),
        "Add": lambda inputs, config, own: tf.add_n(inputs),
        "MultiplyBeta": lambda inputs, config, own: inputs[0] * config.get("beta", 0.2),
        "PixelShuffle4x": lambda inputs, config, own: tf.nn.depth_to_space(inputs[0], config.get("scale", 4)),
    }
