"""The thesis's third model: MobileNetV2 with intermediate feature map differencing inside the graph."""

import keras
from keras import layers, ops

from python_trainer.models.mobilenet import add_head, build_backbone

EPSILON = 1e-4


def build_ifmd(
    size: int = 224,
    weights: str | None = None,
    taps: tuple[str, str] = ("block_12_add", "block_10_project_BN"),
) -> keras.Model:
    """MobileNetV2 whose last features are weighted by where two of its layers differ; no parameter is added.

    At prediction there is one image, so the difference is taken between two layers of the network (thesis 3.5):
    D = F(l)(X) - F(l')(X) (eq. 15), normalised by its own mean and deviation per image (eq. 16). The channel mean
    of |D_final| says where the image is odd; scaled to mean 1 it weights the 7x7 features before the pooling.
    With D = 0 the map is 1 everywhere and the network is exactly the plain one.

    Args:
        size: side of the input, a multiple of 32.
        weights: as for `build_model`.
        taps: names of two layers with outputs of the same shape, l and l'.

    Returns:
        RGB float32 [n, size, size, 3] in [0, 255] -> {"logit": [n, 1], "anomaly_map": [n, m, m]}, the map
        non-negative with mean 1; m is 14 at 224 px with the default taps.
    """
    image, backbone = build_backbone(size, weights)
    first, second = (backbone.get_layer(name).output for name in taps)
    anomaly_map = DifferenceMap(name="anomaly_map")([first, second])
    weighted = MapWeighting(name="weighted_features")([backbone.output, anomaly_map])
    return keras.Model(image, {"logit": add_head(weighted), "anomaly_map": anomaly_map}, name="ifmd")


@keras.saving.register_keras_serializable("python_trainer")
class DifferenceMap(layers.Layer):
    """Two feature maps [n, m, m, c] -> where they differ: [n, m, m], non-negative, mean 1 per image."""

    def call(self, features: list) -> keras.KerasTensor:
        """Eq. 15, eq. 16 with the statistics of the image itself, then the channel mean of the magnitude."""
        difference = features[0] - features[1]
        mean = ops.mean(difference, axis=(1, 2, 3), keepdims=True)
        deviation = ops.sqrt(ops.mean(ops.square(difference - mean), axis=(1, 2, 3), keepdims=True) + EPSILON**2)
        magnitude = ops.mean(ops.abs((difference - mean) / deviation), axis=-1)
        return (magnitude + EPSILON) / (ops.mean(magnitude, axis=(1, 2), keepdims=True) + EPSILON)

    def compute_output_shape(self, input_shape: list) -> tuple:
        """[n, m, m]."""
        return input_shape[0][:3]


@keras.saving.register_keras_serializable("python_trainer")
class MapWeighting(layers.Layer):
    """Last features [n, s, s, c] times a map [n, m, m] brought to s x s by averaging; m is a multiple of s."""

    def call(self, inputs: list) -> keras.KerasTensor:
        """Weighted features, the shape of the features."""
        features, anomaly_map = inputs
        step = anomaly_map.shape[1] // features.shape[1]
        weights = ops.average_pool(ops.expand_dims(anomaly_map, -1), step, step, padding="valid")
        return features * weights

    def compute_output_shape(self, input_shape: list) -> tuple:
        """That of the features."""
        return input_shape[0]
