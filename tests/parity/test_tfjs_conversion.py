"""Conversion to TF.js: the detector's networks compute what Keras computes, and a failure changes nothing."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from python_trainer.blazeface import SIDE, build_blazeface, load_blazeface
from python_trainer.errors import UserError
from python_trainer.shipped_graph import read_weights
from python_trainer.tfjs_conversion import SMALL, convert_saved_model, export_blazeface, export_detector
from python_trainer.tfjs_runner import run_graph_model

# Shapes beside the networks' own: several images at once and, for P-Net, any height and width.
SHAPES = {"pnet": (2, 37, 52, 3), "rnet": (3, 24, 24, 3), "onet": (3, 48, 48, 3)}
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def detector(tmp_path_factory):
    return export_detector(tmp_path_factory.mktemp("mtcnn"))


@pytest.mark.parametrize(("stage", "name"), list(enumerate(SHAPES)))
def test_a_detector_network_computes_what_keras_computes(detector, stage, name):
    from mtcnn import MTCNN

    images = np.random.default_rng(0).uniform(-1, 1, SHAPES[name]).astype(np.float32)
    expected = MTCNN().stages[stage].model(images)
    outputs = run_graph_model(detector[stage], images)
    names = ["box_offsets", "landmarks", "scores"] if name == "onet" else ["box_offsets", "scores"]
    for output, tensor in zip(names, expected, strict=True):
        np.testing.assert_allclose(outputs[output], np.asarray(tensor), atol=TOLERANCE)


def test_the_shipped_detector_is_what_export_writes(detector, models_dir):
    for path in detector:
        for file in path.parent.iterdir():
            assert (models_dir / "mtcnn" / path.parent.name / file.name).read_bytes() == file.read_bytes()


def test_blazeface_computes_what_keras_computes_and_is_what_ships(models_dir, tmp_path):
    build_blazeface()  # Keras's counter of layers is further on then
    path = export_blazeface(tmp_path / "blazeface")
    images = np.random.default_rng(0).uniform(-1, 1, (1, SIDE, SIDE, 3)).astype(np.float32)
    outputs = run_graph_model(path, images)
    for name, tensor in load_blazeface()(images).items():
        np.testing.assert_allclose(outputs[name], np.asarray(tensor), atol=2e-4)
    for file in path.parent.iterdir():
        assert (models_dir / "blazeface" / file.name).read_bytes() == file.read_bytes()


def test_map_and_verdict_that_ship_come_from_the_difference_of_two_layers(models_dir, tmp_path):
    folder = shutil.copytree(models_dir / "ifmd", tmp_path / "ifmd")
    graph = json.loads((folder / "model.json").read_text())
    (difference,) = (n for n in graph["modelTopology"]["node"] if n["op"] == "Sub" and n["name"].endswith("/Sub"))
    first, second = difference["input"]
    assert "/block_12_add" in first and "/block_10_project_BN" in second
    image = np.random.default_rng(0).uniform(0, 255, (1, 14, 14, 3)).repeat(16, axis=1).repeat(16, axis=2)
    before = run_graph_model(folder / "model.json", image.astype(np.float32))
    difference["input"] = [first, first]
    (folder / "model.json").write_text(json.dumps(graph))
    after = run_graph_model(folder / "model.json", image.astype(np.float32))
    assert abs(before["logit"] - after["logit"]).item() > 1e-2
    assert np.ptp(after["anomaly_map"]) < 1e-6 < np.ptp(before["anomaly_map"])


def test_an_unknown_weight_type_is_refused(tmp_path):
    with pytest.raises(UserError, match="uint8"):
        convert_saved_model(tmp_path, tmp_path / "out", "uint8")


def test_without_a_saved_model_the_old_one_stays(tmp_path):
    old = tmp_path / "out" / "model.json"
    old.parent.mkdir()
    old.write_text("old")
    with pytest.raises(UserError, match=r"saved_model\.pb is missing"):
        convert_saved_model(tmp_path / "nothing", tmp_path / "out")
    assert old.read_text() == "old"


def test_small_tensors_stay_exact_and_large_ones_take_16_bits(tmp_path):
    rng = np.random.default_rng(0)
    small, large = (rng.normal(size=shape).astype(np.float32) for shape in ((8, SMALL // 8), (SMALL // 8, 16)))

    class Network(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.float32, name="image")])
        def serve(self, image):
            return {"logit": tf.linalg.matmul(tf.linalg.matmul(image, tf.constant(small)), tf.constant(large))}

    network = Network()
    tf.saved_model.save(network, tmp_path / "saved", signatures=network.serve)
    model_json = convert_saved_model(tmp_path / "saved", tmp_path / "out", "uint16")
    weights = read_weights(json.loads(model_json.read_text())["weightsManifest"], model_json.parent)
    by_shape = {values.shape: values for values in weights.values()}
    np.testing.assert_array_equal(by_shape[small.shape], small)
    rounded = by_shape[large.shape]
    assert 0 < np.abs(rounded - large).max() <= 1.6 * np.ptp(large) / (2**16 - 1)
    (shard,) = model_json.parent.glob("*.bin")
    stored = np.frombuffer(shard.read_bytes()[-2 * large.size :], "<u2")
    assert np.mean(stored % 2 == 0) > 0.999, "for the package's sake"
    assert sum(path.stat().st_size for path in model_json.parent.glob("*.bin")) == 4 * small.size + 2 * large.size
