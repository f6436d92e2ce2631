"""The fused kernel trains exactly what Keras's own batch normalisation trains."""

import keras
import numpy as np
import pytest

from python_trainer.models.fused_norm import fuse_batch_normalization

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow's kernel")


def trained(fused: bool, trainable: bool = True) -> tuple[list[np.ndarray], np.ndarray]:
    """Weights after three steps, and predictions."""
    keras.utils.set_random_seed(3)
    image = keras.Input((12, 12, 3))
    x = keras.layers.Conv2D(5, 3, use_bias=False)(image)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9, trainable=trainable)(x))
    x = keras.layers.BatchNormalization()(keras.layers.GlobalAveragePooling2D()(x))  # flat: left to Keras
    model = keras.Model(image, keras.layers.Dense(1)(x))
    if fused:
        fuse_batch_normalization(model)
    model.compile(keras.optimizers.SGD(0.1), "mean_squared_error", jit_compile=False)
    rng = np.random.default_rng(0)
    images, targets = rng.normal(2, 3, (8, 12, 12, 3)).astype(np.float32), rng.normal(size=(8, 1)).astype(np.float32)
    for _ in range(3):
        model.train_on_batch(images, targets)
    return [np.asarray(w) for w in model.get_weights()], np.asarray(model.predict_on_batch(images))


@pytest.mark.parametrize("trainable", [True, False])
def test_weights_statistics_and_predictions_are_the_same(trainable):
    (own, before), (fused, after) = trained(False, trainable), trained(True, trainable)
    for one, other in zip(own, fused, strict=True):
        assert np.allclose(one, other, rtol=1e-3, atol=1e-4)
    assert np.allclose(before, after, rtol=1e-3, atol=1e-3)
