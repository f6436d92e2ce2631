"""The thesis's second model: MobileNetV2 on a face crop, with a small dense head."""

import keras
from keras import layers

from python_trainer.errors import UserError

LAST_FEATURES = "out_relu"


def build_backbone(size: int, weights: str | None) -> tuple[keras.KerasTensor, keras.Model]:
    """The input [n, size, size, 3] in [0, 255] and MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) on it.

    Raises:
        UserError: Keras cannot download the weights.
    """
    image = keras.Input((size, size, 3), name="image")
    scaled = layers.Rescaling(1 / 127.5, offset=-1, name="to_symmetric_range")(image)
    try:
        backbone = keras.applications.MobileNetV2(
            input_tensor=scaled, input_shape=(size, size, 3), include_top=False, weights=weights
        )
    except Exception as error:  # Keras raises no narrower one
        if "URL fetch failure" not in str(error):
            raise
        raise UserError(
            f"ImageNet's weights could not be downloaded ({error}); give a file that you have with --weights, or start "
            "from nothing with --weights none"
        ) from error
    for layer in backbone.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.99  # Keras's 0.999 still remembers ImageNet after the few thousand steps here
    return image, backbone


def add_head(features: keras.KerasTensor) -> keras.KerasTensor:
    """Pooling, Dense(128, ReLU), BatchNormalization, Dropout(0.3), Dense(1): float [n, 1], logit of fake.

    The thesis ends in a sigmoid; here the loss and the calibration apply it, which is the same function.
    """
    x = layers.GlobalAveragePooling2D(name="pool")(features)
    x = layers.Dense(128, activation="relu", name="head_dense")(x)
    x = layers.BatchNormalization(name="head_norm")(x)
    x = layers.Dropout(0.3, name="head_dropout")(x)
    return layers.Dense(1, name="logit")(x)


def build_mobilenet(size: int = 224, weights: str | None = None) -> keras.Model:
    """2,422,593 parameters, 34,368 of them not trainable (Rutikanga 2024, table 4).

    Returns:
        RGB float32 [n, size, size, 3] in [0, 255] -> {"logit": [n, 1]}.
    """
    image, backbone = build_backbone(size, weights)
    return keras.Model(image, {"logit": add_head(backbone.output)}, name="mobilenet")
