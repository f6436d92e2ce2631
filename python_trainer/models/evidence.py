"""What ships: MobileNetV2 with differencing whose map is trained, and separate evidence of seams and of synthesis."""

import keras
from keras import layers, ops

from python_trainer.models.ifmd import EPSILON, MapWeighting
from python_trainer.models.mobilenet import build_backbone

PATCH_FILTERS = 32


def build_evidence(
    size: int = 224,
    weights: str | None = None,
    taps: tuple[str, str] = ("block_12_add", "block_10_project_BN"),
) -> keras.Model:
    """The `layers` reading of intermediate feature map differencing (Rutikanga 2024), with a map that is trained.

    D = F(l)(X) - F(l')(X) (eq. 15), normalised per image (eq. 16). Two 1x1 convolutions make D a patch logit for each
    cell: "this cell was altered". Their smooth maximum joins the pooled features; their probabilities raise the weight
    of the last features by up to two (eq. 17, with weights that are learned). A pasted face and a generated face leave
    different traces (ProDet, arXiv:2408.17052), so there is a logit for each; the verdict's is their noisy-or:
    1 - (1 - p_seam)(1 - p_synthetic).

    Returns:
        RGB float32 [n, size, size, 3] in [0, 255] -> {"logit": [n, 1], "seam": [n, 1], "synthetic": [n, 1],
        "anomaly_map": [n, m, m] in (0, 1), the probability that a cell was altered}; m is 14 at 224 px.
    """
    image, backbone = build_backbone(size, weights)
    first, second = (backbone.get_layer(name).output for name in taps)
    difference = NormalisedDifference(name="difference")([first, second])
    hidden = layers.Conv2D(PATCH_FILTERS, 1, activation="relu", name="head_patch_hidden")(difference)
    patches = layers.Conv2D(1, 1, name="head_patch_logits")(hidden)
    patch_logits = layers.Reshape(patches.shape[1:3], name="patch_logits")(patches)
    anomaly_map = layers.Activation("sigmoid", name="anomaly_map")(patch_logits)
    weighted = MapWeighting(name="weighted_features")([backbone.output, layers.Rescaling(2.0, offset=1.0)(anomaly_map)])
    x = layers.GlobalAveragePooling2D(name="pool")(weighted)
    x = layers.Dense(128, activation="relu", name="head_dense")(x)
    x = layers.BatchNormalization(name="head_norm")(x)
    x = layers.Dropout(0.3, name="head_dropout")(x)
    x = layers.Concatenate(name="head_evidence")([x, SmoothMaximum(name="patch_maximum")(patch_logits)])
    seam = layers.Dense(1, name="logit_seam")(x)
    synthetic = layers.Dense(1, name="logit_synthetic")(x)
    outputs = {
        "logit": NoisyOr(name="logit")([seam, synthetic]),
        "seam": seam,
        "synthetic": synthetic,
        "anomaly_map": anomaly_map,
    }
    return keras.Model(image, outputs, name="evidence")


@keras.saving.register_keras_serializable("python_trainer")
class NormalisedDifference(layers.Layer):
    """Two feature maps [n, m, m, c] -> their difference with mean 0 and deviation 1 per image (eq. 15, 16)."""

    def call(self, features: list) -> keras.KerasTensor:
        """[n, m, m, c]."""
        difference = features[0] - features[1]
        mean = ops.mean(difference, axis=(1, 2, 3), keepdims=True)
        deviation = ops.sqrt(ops.mean(ops.square(difference - mean), axis=(1, 2, 3), keepdims=True) + EPSILON**2)
        return (difference - mean) / deviation

    def compute_output_shape(self, input_shape: list) -> tuple:
        """That of one map."""
        return input_shape[0]


@keras.saving.register_keras_serializable("python_trainer")
class SmoothMaximum(layers.Layer):
    """Patch logits [n, m, m] -> log of the mean of their exponentials, [n, 1]: between the mean and the maximum."""

    def call(self, patch_logits: keras.KerasTensor) -> keras.KerasTensor:
        """[n, 1]."""
        peak = ops.max(patch_logits, axis=(1, 2), keepdims=True)
        share = ops.mean(ops.exp(patch_logits - peak), axis=(1, 2), keepdims=True)
        return (peak + ops.log(share))[:, :, 0]

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """[n, 1]."""
        return (input_shape[0], 1)


@keras.saving.register_keras_serializable("python_trainer")
class NoisyOr(layers.Layer):
    """Two logits a, b [n, 1] -> the logit of "one or the other": log(e^a + e^b + e^(a+b))."""

    def call(self, logits: list) -> keras.KerasTensor:
        """[n, 1]."""
        first, second = logits
        both = first + second
        peak = ops.maximum(ops.maximum(first, second), both)
        return peak + ops.log(ops.exp(first - peak) + ops.exp(second - peak) + ops.exp(both - peak))

    def compute_output_shape(self, input_shape: list) -> tuple:
        """[n, 1]."""
        return input_shape[0]
