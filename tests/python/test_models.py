"""The three networks: the thesis's parameter counts, and differencing that does something."""

import keras
import numpy as np
import pytest

from python_trainer.config import get_recipe
from python_trainer.errors import UserError
from python_trainer.models import build_model
from python_trainer.models.ifmd import build_ifmd
from python_trainer.models.mobilenet import build_mobilenet


def not_trainable(model: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.non_trainable_weights)


@pytest.mark.parametrize(
    ("recipe", "total", "frozen"),
    [("mtcnn", 78_283_990, 0), ("mobilenet", 2_422_593, 34_368), ("ifmd", 2_422_593, 34_368)],
)
def test_parameter_counts_are_the_thesis_s(recipe, total, frozen):
    model = build_model(get_recipe(recipe))
    assert model.count_params() == total
    assert not_trainable(model) == frozen


def settled(model: keras.Model, faces: np.ndarray) -> keras.Model:
    """Gives a random network the batch statistics of real activations; without them its signal dies out."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    model(faces, training=True)
    return model


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(0).uniform(0, 255, (8, 64, 64, 3)).astype(np.float32)


def test_anomaly_map_is_a_map_of_mean_one(faces):
    keras.utils.set_random_seed(0)
    output = settled(build_ifmd(64), faces)(faces)
    anomaly_map = keras.ops.convert_to_numpy(output["anomaly_map"])
    assert output["logit"].shape == (8, 1)
    assert anomaly_map.shape == (8, 4, 4)
    assert (anomaly_map >= 0).all()
    np.testing.assert_allclose(anomaly_map.mean(axis=(1, 2)), 1, atol=1e-5)
    assert anomaly_map.std() > 0.01


def test_zeroing_the_difference_changes_the_logit_into_the_plain_network_s(faces):
    keras.utils.set_random_seed(0)
    model = settled(build_ifmd(64), faces)
    zeroed = build_ifmd(64, taps=("block_12_add", "block_12_add"))  # l = l': D is zero
    plain = build_mobilenet(64)
    zeroed.set_weights(model.get_weights())
    plain.set_weights(model.get_weights())
    logits = [keras.ops.convert_to_numpy(m(faces)["logit"]) for m in (model, zeroed, plain)]
    assert np.abs(logits[0] - logits[1]).max() > 1e-3
    np.testing.assert_allclose(logits[1], logits[2], rtol=1e-3, atol=1e-4)


def test_without_a_network_the_way_out_is_named(monkeypatch):
    def get_file(*_, **__):
        raise Exception("URL fetch failure on https://example.org/w.h5: None -- unreachable")

    monkeypatch.setattr("keras.src.applications.mobilenet_v2.file_utils.get_file", get_file)
    with pytest.raises(UserError, match=r"unreachable.*--weights"):
        build_mobilenet(96, "imagenet")
