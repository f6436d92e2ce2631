"""The losses of training beyond the verdict's own: real/fake pairs, and labels that are known for some images only."""

import keras
from keras import ops

EPSILON = 1e-4


def pair_loss(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
    """Push the feature maps of a real and of its fake apart where the two differ, together where they do not.

    D = F_real(l) - F_fake(l') (Rutikanga 2024, eq. 15), D_final = (D - mean) / deviation per pair (eq. 16, 18); its
    channel mean of magnitudes, scaled to mean 1, is hinged at 1 inside the changed region and pulled to 0 outside.

    Args:
        y_true: float32 [batch, s, s, 2]: how much a cell changed in [0, 1], and the pair's weight (0: no pair).
        y_pred: float32 [batch, m, m, c] features; the first half of the batch are reals, the second their fakes.

    Returns:
        Scalar: mean over the pairs of the batch, 0 when it holds none.
    """
    half = ops.shape(y_pred)[0] // 2
    target = ops.image.resize(y_true[:half], y_pred.shape[1:3], interpolation="bilinear", antialias=True)
    changed, weight = target[..., 0], target[..., 1]
    difference = y_pred[:half] - y_pred[half:]
    centred = difference - ops.mean(difference, axis=(1, 2, 3), keepdims=True)
    deviation = ops.sqrt(ops.mean(ops.square(centred), axis=(1, 2, 3), keepdims=True) + EPSILON**2)
    magnitude = ops.mean(ops.abs(centred / deviation), axis=-1)
    magnitude = magnitude / (ops.mean(magnitude, axis=(1, 2), keepdims=True) + EPSILON)
    loss = changed * ops.relu(1 - magnitude) + (1 - changed) * magnitude
    return ops.sum(loss * weight) / ops.maximum(ops.sum(weight), 1.0)


def known_binary_crossentropy(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
    """Binary cross-entropy over what is known.

    Args:
        y_true: float32 [batch, ..., 2]: label in [0, 1], and its weight (0: unknown).
        y_pred: float32 logits [batch, ...], or [batch, 1] where y_true is [batch, 2].

    Returns:
        Scalar: weighted mean, 0 when nothing is known.
    """
    label, weight = y_true[..., 0], y_true[..., 1]
    logit = ops.reshape(y_pred, ops.shape(label))
    loss = ops.relu(logit) - logit * label + ops.log1p(ops.exp(-ops.abs(logit)))
    return ops.sum(loss * weight) / ops.maximum(ops.sum(weight), 1.0)
