"""The thesis's first model: P-, R- and O-Net shaped sub-networks chained end to end into a two-class softmax."""

import keras
from keras import layers


def build_mtcnn_classifier(size: int = 256) -> keras.Model:
    """78,283,990 parameters at 256 px (Rutikanga 2024, table 4 and appendix A).

    The appendix lost P-Net and misprints a number in R-Net; the published parameter count settles both.

    Args:
        size: side of the input; the dense layers fix it, the thesis's is 256.

    Returns:
        RGB float32 [n, size, size, 3] in [0, 255] -> {"logit": [n, 1] (fake minus real), "class_logits": [n, 2]
        (real, fake), before the softmax}.
    """
    image = keras.Input((size, size, 3), name="image")
    x = layers.Rescaling(1 / 255, name="to_unit_range")(image)
    for index, filters in enumerate((10, 16, 32), 1):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"pnet_conv{index}")(x)

    x = layers.Resizing(128, 128, name="to_rnet")(x)
    x = layers.Conv2D(28, 3, padding="same", activation="relu", name="rnet_conv1")(x)
    x = layers.MaxPooling2D(3, 2, padding="same", name="rnet_pool1")(x)
    x = layers.Conv2D(48, 3, padding="same", activation="relu", name="rnet_conv2")(x)
    x = layers.MaxPooling2D(3, 2, padding="same", name="rnet_pool2")(x)
    x = layers.Conv2D(64, 2, padding="same", activation="relu", name="rnet_conv3")(x)
    x = layers.Flatten(name="rnet_flatten")(x)
    x = layers.Dense(128, activation="relu", name="rnet_dense1")(x)
    x = layers.Dense(64 * 64 * 128, activation="relu", name="rnet_dense2")(x)
    x = layers.Reshape((64, 64, 128), name="rnet_map")(x)

    x = layers.Resizing(64, 64, name="to_onet")(x)
    x = layers.Conv2D(32, 3, padding="same", activation="relu", name="onet_conv1")(x)
    x = layers.MaxPooling2D(3, 2, padding="same", name="onet_pool1")(x)
    x = layers.Conv2D(64, 3, padding="same", activation="relu", name="onet_conv2")(x)
    x = layers.MaxPooling2D(3, 2, padding="same", name="onet_pool2")(x)
    x = layers.Conv2D(64, 3, padding="same", activation="relu", name="onet_conv3")(x)
    x = layers.MaxPooling2D(2, 2, padding="same", name="onet_pool3")(x)
    x = layers.Conv2D(128, 2, padding="same", activation="relu", name="onet_conv4")(x)
    x = layers.Flatten(name="onet_flatten")(x)
    x = layers.Dense(256, activation="relu", name="onet_dense")(x)

    class_logits = layers.Dense(2, name="class_logits")(x)
    logit = layers.Subtract(name="logit")([class_logits[:, 1:], class_logits[:, :1]])
    return keras.Model(image, {"logit": logit, "class_logits": class_logits}, name="mtcnn_classifier")
