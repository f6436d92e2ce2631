"""Autoencoders whose copies of a face carry a decoder's texture: a ready one of a diffusion family, small own ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from python_trainer.errors import UserError

Decoder = Callable[[np.ndarray], np.ndarray]  # uint8 [n, s, s, 3] -> uint8 [n, s, s, 3], s divisible by 8
KINDS = ("nearest", "transposed", "shuffle")
PATCH = 64  # pixels a side, what a small autoencoder is trained on


def load_tiny_autoencoder(folder: Path) -> tuple[str, Decoder]:
    """A TAESD-style autoencoder (Bohan 2023, MIT) from its two .npz files: its name, and image -> copy.

    Weights are `layer.index -> array` with kernels as (out, in, height, width).

    Raises:
        UserError: the files are missing.
    """
    paths = [sorted(Path(folder).glob(f"*{part}.npz")) for part in ("encoder", "decoder")]
    if not all(len(found) == 1 for found in paths):
        raise UserError(f"{folder} must hold one *encoder.npz and one *decoder.npz")
    encoder, decoder = ({k: v.astype(np.float32) for k, v in np.load(found[0]).items()} for found in paths)
    import tensorflow as tf

    @tf.function(reduce_retracing=True)
    def copy(images):
        latent = _tiny_encode(images / 255, encoder)
        return tf.clip_by_value(_tiny_decode(latent, decoder), 0, 1) * 255

    name = paths[1][0].stem.replace("_decoder", "")
    return name, lambda images: np.floor(copy(images.astype(np.float32)).numpy() + 0.5).astype(np.uint8)


def _tiny_encode(x, weights: dict):
    x = _block(_conv(x, weights, "0"), weights, 1)
    for down in (2, 6, 10):
        x = _conv(x, weights, str(down), stride=2)
        for index in range(down + 1, down + 4):
            x = _block(x, weights, index)
    return _conv(x, weights, "14")


def _tiny_decode(z, weights: dict):
    import tensorflow as tf

    x = tf.nn.relu(_conv(3 * tf.tanh(z / 3), weights, "1"))
    for first, after in ((3, 7), (8, 12), (13, 17)):
        for index in range(first, first + 3):
            x = _block(x, weights, index)
        x = tf.repeat(tf.repeat(x, 2, axis=1), 2, axis=2)
        x = _conv(x, weights, str(after))
    return _conv(_block(x, weights, 18), weights, "19")


def _conv(x, weights: dict, name: str, stride: int = 1):
    import tensorflow as tf

    kernel = weights[f"{name}.weight"].transpose(2, 3, 1, 0)
    border = kernel.shape[0] // 2
    x = tf.pad(x, [[0, 0], [border, border], [border, border], [0, 0]])
    x = tf.nn.conv2d(x, kernel, stride, "VALID")
    return x + weights[f"{name}.bias"] if f"{name}.bias" in weights else x


def _block(x, weights: dict, index: int):
    import tensorflow as tf

    if f"{index}.pool.0.weight" in weights:
        y = _conv(x, weights, f"{index}.pool.0")
        y = tf.nn.relu(_group_norm(y, weights[f"{index}.pool.1.weight"], weights[f"{index}.pool.1.bias"]))
        x = x + _conv(y, weights, f"{index}.pool.3")
    y = x
    for part in (0, 2):
        y = tf.nn.relu(_conv(y, weights, f"{index}.conv.{part}"))
    return tf.nn.relu(_conv(y, weights, f"{index}.conv.4") + x)


def _group_norm(x, scale, shift, groups: int = 4, epsilon: float = 1e-5):
    import tensorflow as tf

    shape = tf.shape(x)
    channels = x.shape[-1]
    grouped = tf.reshape(x, [shape[0], shape[1], shape[2], groups, channels // groups])
    mean, variance = tf.nn.moments(grouped, [1, 2, 4], keepdims=True)
    normal = tf.reshape((grouped - mean) * tf.math.rsqrt(variance + epsilon), shape)
    return normal * scale + shift


def train_small_autoencoder(
    crops: tuple[int, Callable[[int], np.ndarray]], kind: str, steps: int, seed: int, batch: int = 16
) -> Decoder:
    """An autoencoder that shrinks four times and enlarges by `kind`, trained on patches of real crops (L1).

    The up-sampling layer decides the texture (AutoGAN, Zhang et al. 2019): "nearest" repeats pixels and convolves,
    "transposed" is a strided transposed convolution, "shuffle" rearranges channels (pixel shuffle).

    Args:
        crops: how many there are, and a function from index to uint8 [s, s, 3].
    """
    import keras

    keras.utils.set_random_seed(seed)
    model = _small_autoencoder(kind)
    model.compile(keras.optimizers.Adam(2e-3), "mean_absolute_error", jit_compile=False)
    rng = np.random.default_rng(seed)
    for step in range(steps):
        model.optimizer.learning_rate = 2e-3 * (1 - step / steps) + 1e-5
        part = random_patches(crops, batch, rng)
        loss = model.train_on_batch(part, part / 255)
    print(f"small {kind} autoencoder: mean absolute error {255 * float(loss):.1f} of 255 on its last batch", flush=True)

    def copy(images: np.ndarray) -> np.ndarray:
        values = np.asarray(model.predict_on_batch(images.astype(np.float32)))
        return np.floor(np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)

    return copy


def random_patches(crops: tuple[int, Callable[[int], np.ndarray]], batch: int, rng: np.random.Generator) -> np.ndarray:
    """Float32 [batch, PATCH, PATCH, 3] in [0, 255], each from a random place of a random crop."""
    count, load = crops
    patches = np.empty((batch, PATCH, PATCH, 3), np.float32)
    for i in range(batch):
        crop = load(int(rng.integers(count)))
        y, x = rng.integers(0, crop.shape[0] - PATCH + 1, 2)
        patches[i] = crop[y : y + PATCH, x : x + PATCH]
    return patches


def _small_autoencoder(kind: str):
    import keras
    from keras import layers, ops

    image = keras.Input((None, None, 3))
    x = layers.Rescaling(1 / 255)(image)
    x = layers.Conv2D(24, 3, padding="same", activation="relu")(x)
    x = layers.Conv2D(48, 3, 2, padding="same", activation="relu")(x)
    x = layers.Conv2D(64, 3, 2, padding="same", activation="relu")(x)
    x = layers.Conv2D(12, 3, padding="same")(x)  # the bottleneck: 12 values for 16 pixels
    x = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    for filters in (48, 24):
        if kind == "transposed":
            x = layers.Conv2DTranspose(filters, 4, 2, padding="same", activation="relu")(x)
        elif kind == "shuffle":
            x = layers.Conv2D(4 * filters, 3, padding="same", activation="relu")(x)
            x = layers.Lambda(lambda t, f=filters: _depth_to_space(t, f, ops))(x)
        else:
            x = layers.Conv2D(filters, 3, padding="same", activation="relu")(layers.UpSampling2D(2)(x))
    return keras.Model(image, layers.Conv2D(3, 3, padding="same")(x))


def _depth_to_space(x, filters: int, ops):
    n, h, w = (ops.shape(x)[i] for i in range(3))
    x = ops.transpose(ops.reshape(x, (n, h, w, 2, 2, filters)), (0, 1, 3, 2, 4, 5))
    return ops.reshape(x, (n, 2 * h, 2 * w, filters))
