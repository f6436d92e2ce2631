"""Small autoencoders judged by features and by an adversary, as those of latent diffusion are: they invent detail, not blur it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from python_trainer.errors import UserError
from python_trainer.files import ROOT
from python_trainer.models import load_weights, save_weights
from python_trainer.reconstruction import PATCH, Decoder, random_patches

TRAINED = ROOT / "python_trainer" / "checkpoints" / "decoders"  # what the repository comes with
WIDTH, LATENT = 16, 6
LEARNING_RATE = 4e-4
BATCH = 16
# Beside the mean absolute error in [-1, 1]; the adversary joins when there is something to look at.
PERCEPTUAL_WEIGHT, ADVERSARIAL_WEIGHT, ADVERSARY_FROM = 1.0, 0.05, 0.3
PERCEPTUAL_TAPS = ("block_1_project_BN", "block_3_project_BN", "block_6_project_BN")
SMOOTH = 17  # pixels: what is coarser than about that is taken from the photo
ADVERSARIAL_KINDS = {  # how the decoder enlarges: as those of diffusion models do, and as StyleGAN does
    "adversarial_nearest": "nearest",
    "adversarial_bilinear": "bilinear",
}


def weights_of(kind: str, folder: Path) -> Path:
    """Where the weights of a kind are, or will be."""
    return folder / f"{kind}.weights.h5"


def load_adversarial_autoencoder(kind: str, folder: Path = TRAINED) -> Decoder:
    """One that `train_adversarial_autoencoder` wrote to `folder`: image -> copy.

    Raises:
        UserError: the file is missing or of another network.
    """
    path = weights_of(kind, folder)
    if not path.exists():
        raise UserError(f"{path} is missing; `reconstruct --decoders {folder}` trains and keeps it")
    model = _autoencoder(ADVERSARIAL_KINDS[kind])
    load_weights(model, path, kind)
    return _copier(model)


def train_adversarial_autoencoder(
    crops: tuple[int, Callable[[int], np.ndarray]], kind: str, steps: int, seed: int, weights: str, folder: Path
) -> None:
    """Train on patches of real crops and write the weights to `folder`.

    Mean absolute error, distance of MobileNetV2's features (unit length at each place: LPIPS, Zhang et al. 2018, without
    its learned weights) and a patch adversary with hinge loss (Esser et al. 2021; Rombach et al. 2022). An autoencoder
    trained by its error alone blurs; these invent what the latent does not hold, as a generator does.

    Args:
        crops: how many there are, and a function from index to uint8 [s, s, 3].
        weights: of MobileNetV2 trained on ImageNet: a file, "imagenet" for Keras's download, or "none" (random).
    """
    import keras

    keras.utils.set_random_seed(seed)
    model, adversary = _autoencoder(ADVERSARIAL_KINDS[kind]), _adversary()
    step = _training_step(model, adversary, _perceptual_features(weights))
    rng = np.random.default_rng(seed)
    for index in range(steps):
        rate = LEARNING_RATE * (1 - index / steps) + 1e-5
        adversarial = ADVERSARIAL_WEIGHT if index >= ADVERSARY_FROM * steps else 0.0
        losses = step(random_patches(crops, BATCH, rng), np.float32(rate), np.float32(adversarial))
        if (index + 1) % 100 == 0 or index + 1 == steps:
            told = ", ".join(f"{name} {float(value):.3f}" for name, value in losses.items())
            print(f"{kind} autoencoder, step {index + 1} of {steps}: {told}", flush=True)
    if not all(np.isfinite(value).all() for value in model.get_weights()):
        raise UserError(f"the {kind} autoencoder did not stay finite; train it with another --seed")
    save_weights(model, weights_of(kind, folder))


def _copier(model) -> Decoder:
    from keras import ops

    def smooth(images):
        return ops.average_pool(images, SMOOTH, 1, padding="same")

    def copy(images: np.ndarray) -> np.ndarray:
        photos = images.astype(np.float32)
        copies = (np.asarray(model(photos, training=False)) + 1) * 127.5
        # A tint of the decoder's own would be learned first, and no generator has it: only what is fine stays.
        copies += np.asarray(smooth(smooth(photos - copies)))
        return np.floor(np.clip(copies, 0, 255) + 0.5).astype(np.uint8)

    return copy


def _autoencoder(enlarge: str):
    """[n, h, w, 3] in [0, 255] -> its copy in [-1, 1]; sides divisible by 4, LATENT values for each 4x4 pixels."""
    import keras
    from keras import layers

    def conv(x, filters: int, strides: int = 1):
        return layers.Conv2D(filters, 3, strides, padding="same", activation="silu")(x)

    def block(x, filters: int):
        y = layers.Conv2D(filters, 3, padding="same")(conv(layers.GroupNormalization(8)(x), filters))
        return layers.Add()([x, y])

    image = keras.Input((None, None, 3))
    x = conv(layers.Rescaling(1 / 127.5, offset=-1)(image), WIDTH)
    x = conv(conv(x, 2 * WIDTH, 2), 4 * WIDTH, 2)
    x = layers.Conv2D(LATENT, 3, padding="same")(block(x, 4 * WIDTH))
    x = block(layers.Conv2D(4 * WIDTH, 3, padding="same")(x), 4 * WIDTH)
    for factor in (2, 1):
        x = conv(layers.UpSampling2D(2, interpolation=enlarge)(x), factor * WIDTH)
        x = block(x, factor * WIDTH)
    return keras.Model(image, layers.Conv2D(3, 3, padding="same")(x))


def _adversary():
    """[n, PATCH, PATCH, 3] in [-1, 1] -> a score for each place, high for photos."""
    import keras
    from keras import layers

    image = keras.Input((PATCH, PATCH, 3))
    x = image
    for filters, strides in ((32, 2), (64, 2), (96, 1)):
        x = layers.SpectralNormalization(layers.Conv2D(filters, 4, strides, padding="same"))(x)
        x = layers.LeakyReLU(0.2)(x)
    return keras.Model(image, layers.Conv2D(1, 4, padding="same")(x))


def _perceptual_features(weights: str):
    """[n, PATCH, PATCH, 3] in [0, 255] -> features of a few layers."""
    import keras

    from python_trainer.models.mobilenet import build_backbone

    image, backbone = build_backbone(PATCH, None)
    if weights != "none":
        backbone.set_weights(build_backbone(224, weights)[1].get_weights())  # Keras has them for 224 px
    features = keras.Model(image, [backbone.get_layer(name).output for name in PERCEPTUAL_TAPS])
    features.trainable = False
    return features


def _training_step(model, adversary, features) -> Callable:
    import keras
    import tensorflow as tf

    ours, theirs = (keras.optimizers.Adam(LEARNING_RATE, beta_1=0.5) for _ in range(2))

    @tf.function(reduce_retracing=True)
    def step(images, rate, adversarial):
        ours.learning_rate.assign(rate)
        theirs.learning_rate.assign(rate)
        photos = images / 127.5 - 1
        with tf.GradientTape() as tape, tf.GradientTape() as other:
            copies = model(images, training=True)
            error = tf.reduce_mean(tf.abs(copies - photos))
            perceptual = tf.add_n(
                [
                    tf.reduce_mean(tf.reduce_sum(tf.square(_unit(a) - _unit(b)), -1))
                    for a, b in zip(features(images), features((copies + 1) * 127.5), strict=True)
                ]
            )
            fooled = -tf.reduce_mean(adversary(copies, training=False))
            loss = error + PERCEPTUAL_WEIGHT * perceptual + adversarial * fooled
            seen, told = adversary(photos, training=True), adversary(tf.stop_gradient(copies), training=True)
            hinge = tf.reduce_mean(tf.nn.relu(1 - seen)) + tf.reduce_mean(tf.nn.relu(1 + told))
        ours.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        theirs.apply(other.gradient(hinge, adversary.trainable_variables), adversary.trainable_variables)
        return {"error of 255": 127.5 * error, "features": perceptual, "adversary": hinge}

    return step


def _unit(features):
    import tensorflow as tf

    return features * tf.math.rsqrt(tf.reduce_sum(tf.square(features), -1, keepdims=True) + 1e-6)
