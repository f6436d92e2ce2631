"""The folded network answers as the network does, with none of the passes that it saves."""

import keras
import numpy as np
import pytest
from keras import layers

from python_trainer.folded_normalisation import fold_normalisation
from python_trainer.models.mobilenet import build_mobilenet


@pytest.fixture(scope="module")
def network():
    """MobileNetV2 whose statistics are far apart, and let something of the image through to the end."""
    keras.utils.set_random_seed(0)
    model = build_mobilenet(64, None)
    rng = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights(
                [
                    rng.uniform(0.5, 1.5, gamma.shape),
                    rng.normal(0, 0.5, beta.shape),
                    rng.normal(0, 0.1, mean.shape),
                    10 ** rng.uniform(-1.5, -0.5, variance.shape),
                ]
            )
    return model


def kinds(model: keras.Model, kind: type) -> list[str]:
    return [layer.name for layer in model.layers if isinstance(layer, kind)]


def test_the_same_answers_without_the_passes(network):
    before = [weights.copy() for weights in network.get_weights()]
    folded = fold_normalisation(network)
    images = np.random.default_rng(1).uniform(0, 255, (3, 64, 64, 3)).astype(np.float32)
    expected, found = (np.asarray(model.predict_on_batch(images)["logit"]) for model in (network, folded))
    assert np.std(expected) > 0.1
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    depthwise = kinds(network, layers.DepthwiseConv2D)
    assert len(depthwise) == 17 and kinds(folded, layers.DepthwiseConv2D) == depthwise
    assert len(kinds(folded, layers.BatchNormalization)) == len(kinds(network, layers.BatchNormalization)) - 17
    assert kinds(network, layers.ZeroPadding2D) and not kinds(folded, layers.ZeroPadding2D)
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(("side", "strides"), [(9, 2), (8, 1)])
def test_padding_that_is_not_what_same_pads_stays(side, strides):
    keras.utils.set_random_seed(0)
    image = keras.Input((side, side, 4))
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(image)
    x = layers.DepthwiseConv2D(3, strides=strides, bias_initializer="ones")(x)
    x = layers.BatchNormalization(gamma_initializer="random_normal", moving_mean_initializer="random_normal")(x)
    model = keras.Model(image, x)
    folded = fold_normalisation(model)
    values = np.random.default_rng(0).normal(size=(2, side, side, 4)).astype(np.float32)
    np.testing.assert_allclose(folded.predict_on_batch(values), model.predict_on_batch(values), atol=1e-6)
    assert len(kinds(folded, layers.ZeroPadding2D)) == 1
    assert not kinds(folded, layers.BatchNormalization)


def test_what_others_read_too_and_what_is_not_linear_stays():
    keras.utils.set_random_seed(0)
    image = keras.Input((8, 8, 4))
    x = layers.DepthwiseConv2D(3, padding="same", activation="relu")(image)
    x = layers.BatchNormalization(moving_mean_initializer="random_normal")(x)
    raw = layers.DepthwiseConv2D(3, padding="same")(x)
    x = layers.Add()([raw, layers.BatchNormalization(moving_mean_initializer="random_normal")(raw)])
    model = keras.Model(image, x)
    folded = fold_normalisation(model)
    values = np.random.default_rng(0).normal(size=(2, 8, 8, 4)).astype(np.float32)
    np.testing.assert_allclose(folded.predict_on_batch(values), model.predict_on_batch(values), atol=1e-6)
    assert len(kinds(folded, layers.BatchNormalization)) == 2
