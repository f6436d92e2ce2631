"""The same network with fewer passes over memory: depthwise convolutions that pad and normalise by themselves."""

import keras
import numpy as np
from keras import layers


def fold_normalisation(model: keras.Model) -> keras.Model:
    """A copy for inference: the same outputs but for rounding.

    Batch normalisation after a depthwise convolution goes into its weights and bias (Jacob et al. 2018, eq. 14), as
    converters do for other convolutions by themselves, and the padding before one of stride two into its own.

    Args:
        model: functional; left as it is.
    """
    norms, pads = {}, {}  # by the convolution's name
    for layer in model.layers:
        source = _layer_before(layer)
        if isinstance(layer, layers.BatchNormalization) and _is_linear_depthwise(source) and _feeds_only(source, layer):
            norms[source.name] = layer
        if _is_depthwise_of_stride_two(layer) and _pads_half(source) and _feeds_only(source, layer):
            pads[layer.name] = source
    left_out = {layer.name for layer in (*norms.values(), *pads.values())}

    def copy(layer: layers.Layer) -> layers.Layer:
        changes = {"use_bias": True} if layer.name in norms else {}
        if layer.name in pads:
            changes["padding"] = "same"
        return type(layer).from_config({**layer.get_config(), **changes})

    def call(layer: layers.Layer, tensor: keras.KerasTensor, *others, **options) -> keras.KerasTensor:
        return tensor if layer.name in left_out else layer(tensor, *others, **options)

    folded = keras.models.clone_model(model, clone_function=copy, call_function=call)
    for layer in model.layers:
        if layer.name in norms:
            folded.get_layer(layer.name).set_weights(_folded_weights(layer, norms[layer.name]))
        elif layer.weights and layer.name not in left_out:
            folded.get_layer(layer.name).set_weights(layer.get_weights())
    return folded


def _layer_before(layer: layers.Layer) -> layers.Layer | None:
    return layer.input._keras_history.operation if isinstance(layer.input, keras.KerasTensor) else None


def _feeds_only(source: layers.Layer, layer: layers.Layer) -> bool:
    return [node.operation for node in source._outbound_nodes] == [layer]


def _is_linear_depthwise(layer: layers.Layer | None) -> bool:
    return isinstance(layer, layers.DepthwiseConv2D) and layer.activation is keras.activations.linear


def _is_depthwise_of_stride_two(layer: layers.Layer) -> bool:
    return isinstance(layer, layers.DepthwiseConv2D) and (layer.kernel_size, layer.strides) == ((3, 3), (2, 2))


def _pads_half(layer: layers.Layer | None) -> bool:
    """As "same" does before a 3x3 kernel of stride two."""
    if not isinstance(layer, layers.ZeroPadding2D) or layer.padding != ((0, 1), (0, 1)):
        return False
    return all(side % 2 == 0 for side in layer.input.shape[1:3])


def _folded_weights(convolution: layers.DepthwiseConv2D, norm: layers.BatchNormalization) -> list[np.ndarray]:
    """Kernel [k, k, c, 1] and bias [c]."""
    gamma, beta, mean, variance = (values.astype(np.float64) for values in norm.get_weights())
    scale = gamma / np.sqrt(variance + norm.epsilon)
    kernel, *bias = convolution.get_weights()
    shift = beta + ((bias[0] if bias else 0) - mean) * scale
    return [(kernel * scale[:, None]).astype(np.float32), shift.astype(np.float32)]
