"""What ships: MobileNetV2 with differencing whose map is trained, and separate evidence of seams and of synthesis."""

import keras
from keras import layers, ops

from python_trainer.models.ifmd import EPSILON, MapWeighting
from python_trainer.models.mobilenet import build_backbone

PATCH_FILTERS = 32
# From a quarter to a sixteenth of the image's side: what the decoder of a generator leaves is finer than what
# reaches the last layers.
TEXTURE_TAPS = (
    "block_1_project_BN", "block_2_add", "block_4_add", "block_5_add", "block_7_add", "block_9_add", "block_11_add",
)  # fmt: skip


def build_evidence(
    size: int = 224,
    weights: str | None = None,
    taps: tuple[str, str] = ("block_12_add", "block_10_project_BN"),
    difference: str = "layers",
    texture: bool = False,
) -> keras.Model:
    """Intermediate feature map differencing (Rutikanga 2024), with a map that is trained.

    `difference` "layers", what ships: D = F(l)(X) - F(l')(X) (eq. 15), normalised per image (eq. 16); a tap of other
    channels is projected, a larger one pooled. "reference": D = F_ref - F(l)(X), F_ref the mean features of the reals
    trained on (eq. 20-21). For comparison, with the same parameters: "none", F(l)(X) itself; "unnormalised", without
    eq. 16; "unweighted", without eq. 17. Two 1x1 convolutions make D a patch logit for each cell: "this cell was
    altered". Their smooth maximum joins the pooled features; their probabilities raise the weight of the last
    features by up to two (eq. 17, with weights that are learned). A pasted face and a generated face leave different
    traces (ProDet, arXiv:2408.17052), so there is a logit for each; the verdict's is their noisy-or: 1 - (1 -
    p_seam)(1 - p_synthetic). With `texture`, both logits also see the mean and the deviation of each channel of
    TEXTURE_TAPS over the image.

    Returns:
        RGB float32 [n, size, size, 3] in [0, 255] -> {"logit": [n, 1], "seam": [n, 1], "synthetic": [n, 1],
        "anomaly_map": [n, m, m] in (0, 1), the probability that a cell was altered}; m is 14 at 224 px.
    """
    image, backbone = build_backbone(size, weights)
    first, second = (backbone.get_layer(name).output for name in taps)
    if difference in ("layers", "unweighted"):
        compared = Normalise(name="difference")(first - _like(second, first))
    elif difference == "unnormalised":
        compared = layers.Subtract(name="difference")([first, _like(second, first)])
    elif difference == "reference":
        compared = Normalise(name="difference")(DifferenceFromReals(name="from_reals")(first))
    else:
        compared = Normalise(name="features")(first)
    hidden = layers.Conv2D(PATCH_FILTERS, 1, activation="relu", name="head_patch_hidden")(compared)
    patches = layers.Conv2D(1, 1, name="head_patch_logits")(hidden)
    patch_logits = layers.Reshape(patches.shape[1:3], name="patch_logits")(patches)
    anomaly_map = layers.Activation("sigmoid", name="anomaly_map")(patch_logits)
    x = backbone.output
    if difference != "unweighted":
        x = MapWeighting(name="weighted_features")([x, layers.Rescaling(2.0, offset=1.0)(anomaly_map)])
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dense(128, activation="relu", name="head_dense")(x)
    x = layers.BatchNormalization(name="head_norm")(x)
    x = layers.Dropout(0.3, name="head_dropout")(x)
    x = layers.Concatenate(name="head_evidence")([x, SmoothMaximum(name="patch_maximum")(patch_logits)])
    seam = layers.Dense(1, name="logit_seam")(x)
    synthetic = layers.Dense(1, name="logit_synthetic")(x)
    if texture:
        statistics = [
            ChannelStatistics(name=f"statistics_{tap}")(backbone.get_layer(tap).output) for tap in TEXTURE_TAPS
        ]
        x = layers.BatchNormalization(name="head_texture_norm")(layers.Concatenate(name="texture")(statistics))
        x = layers.Dropout(0.3, name="head_texture_dropout")(x)
        # From nothing, so that a checkpoint without this branch goes on where it was.
        seam, synthetic = (
            layers.Add(name=name)([logit, layers.Dense(1, kernel_initializer="zeros", name=f"logit_texture_{name}")(x)])
            for name, logit in (("seam", seam), ("synthetic", synthetic))
        )
    outputs = {
        "logit": NoisyOr(name="logit")([seam, synthetic]),
        "seam": seam,
        "synthetic": synthetic,
        "anomaly_map": anomaly_map,
    }
    return keras.Model(image, outputs, name="evidence")


def _like(features: keras.KerasTensor, other: keras.KerasTensor) -> keras.KerasTensor:
    """Features brought to the shape of others at most as large: averaged over cells, projected to their channels."""
    step = features.shape[1] // other.shape[1]
    if step > 1:
        features = layers.AveragePooling2D(step, name="head_pool_tap")(features)
    if features.shape[-1] != other.shape[-1]:
        features = layers.Conv2D(other.shape[-1], 1, use_bias=False, name="head_project_tap")(features)
    return features


@keras.saving.register_keras_serializable("python_trainer")
class Normalise(layers.Layer):
    """A map [n, m, m, c] with mean 0 and deviation 1 per image (eq. 16)."""

    def call(self, difference: keras.KerasTensor) -> keras.KerasTensor:
        """[n, m, m, c]."""
        mean = ops.mean(difference, axis=(1, 2, 3), keepdims=True)
        deviation = ops.sqrt(ops.mean(ops.square(difference - mean), axis=(1, 2, 3), keepdims=True) + EPSILON**2)
        return (difference - mean) / deviation

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """The same."""
        return input_shape


@keras.saving.register_keras_serializable("python_trainer")
class DifferenceFromReals(layers.Layer):
    """Features [n, m, m, c] taken from the mean features of reals, a running mean [c] of training batches' first halves.

    One mean for all cells: training sees windows of a crop, whose cells are no fixed places of a face.
    """

    MOMENTUM = 0.99

    def build(self, input_shape: tuple) -> None:
        """The running mean is kept with the weights and not trained."""
        self.reference = self.add_weight(shape=(input_shape[-1],), initializer="zeros", trainable=False, name="reals")

    def call(self, features: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """[n, m, m, c]; in training the first half of the batch are reals, as in both kinds of batches."""
        if training:
            reals = ops.mean(features[: ops.shape(features)[0] // 2], axis=(0, 1, 2))
            self.reference.assign(self.MOMENTUM * self.reference + (1 - self.MOMENTUM) * ops.stop_gradient(reals))
        return self.reference - features

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """The same."""
        return input_shape


@keras.saving.register_keras_serializable("python_trainer")
class ChannelStatistics(layers.Layer):
    """Features [n, m, m, c] -> each channel's mean and standard deviation over the cells, [n, 2c]."""

    def call(self, features: keras.KerasTensor) -> keras.KerasTensor:
        """[n, 2c]."""
        mean = _over_cells(features)
        deviation = ops.sqrt(_over_cells(ops.square(features - mean)) + EPSILON**2)
        return ops.concatenate([mean, deviation], axis=-1)[:, 0, 0]

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """[n, 2c]."""
        return (input_shape[0], 2 * input_shape[-1])


def _over_cells(features: keras.KerasTensor) -> keras.KerasTensor:
    """The mean, [n, 1, 1, c]: as a pooling, which takes TF.js a tenth of the time of a mean."""
    return ops.average_pool(features, features.shape[1:3])


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
