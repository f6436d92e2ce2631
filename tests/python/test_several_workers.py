"""Two workers take the steps that one takes, and stop and resume as one does: small networks, in processes of their own."""

import csv
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest

from benchmarks.several_workers import local_addresses
from python_trainer.files import ROOT
from tests.python.test_train import data as data

SCRIPT = """
import sys
import keras, numpy as np
from python_trainer.several_workers import Share, count_workers, join, leads, wait_for_all

if sys.argv[2]:
    join(sys.argv[2], int(sys.argv[3]), batch_size=8)
rng = np.random.default_rng(0)
images, labels = rng.normal(size=(32, 8, 8, 3)).astype("f4"), rng.integers(0, 2, (32, 1)).astype("f4")

class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        chosen = slice(8 * index, 8 * index + 8)
        return images[chosen], {"logit": labels[chosen]}

keras.utils.set_random_seed(1)
image = keras.Input((8, 8, 3))
x = keras.layers.Conv2D(4, 3, use_bias=False)(image)
x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
model = keras.Model(image, {"logit": keras.layers.Dense(1)(keras.layers.Flatten()(x))})
first = model.get_weights()
model.compile(keras.optimizers.Adam(1e-2), {"logit": keras.losses.BinaryCrossentropy(from_logits=True)})
batches = Batches()
loss = model.fit(Share(batches) if count_workers() > 1 else batches, epochs=3, shuffle=False, verbose=0).history["loss"]
assert max(np.abs(a - b).max() for a, b in zip(first, model.get_weights())) > 0.01  # it did learn
if leads():
    np.savez(sys.argv[1], *model.get_weights(), loss=loss, workers=count_workers())
wait_for_all("the end")
"""


def start(out, addresses: str = "", process: int = 0) -> subprocess.Popen:
    return on_jax("-c", SCRIPT, str(out), addresses, str(process))


def on_jax(*arguments: str, **options) -> subprocess.Popen:
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, **options)


def tiny_runs(workers: int, data, out, *parts: str) -> list[subprocess.Popen]:
    addresses = local_addresses(workers) if workers > 1 else ""
    start = ("-m", "tests.python.tiny_runs", addresses)
    options = {"stdout": subprocess.PIPE, "text": True}
    return [on_jax(*start, str(process), str(data), str(out), *parts, **options) for process in range(workers)]


def finish(*processes: subprocess.Popen) -> list[str]:
    """What each printed; all ended well."""
    outputs = [process.communicate(timeout=600)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes), "\n".join(outputs)
    return outputs


def arrays_of(run) -> dict[str, np.ndarray]:
    """Everything that a run leaves for another to go on from, and its log."""
    arrays = {}
    for name in ("best.weights.h5", "last.weights.h5"):
        with h5py.File(run / name) as file:
            file.visititems(
                lambda key, item, name=name: arrays.update(
                    {f"{name} {key}": np.array(item)} if isinstance(item, h5py.Dataset) else {}
                )
            )
    with np.load(run / "optimizer.npz") as optimizer:
        arrays |= dict(optimizer)
    with (run / "log.csv").open() as file:
        for row in csv.DictReader(file):
            arrays |= {
                f"epoch {row['epoch']} {key}": np.float64(row[key]) for key in ("loss", "val_loss", "val_macro_auc")
            }
    return arrays


@pytest.mark.parametrize("count", [2])
def test_several_workers_end_with_the_weights_of_one(tmp_path, count):
    addresses = local_addresses(count)
    processes = [start(tmp_path / "several.npz", addresses, process) for process in range(count)]
    processes.append(start(tmp_path / "one.npz"))
    assert [process.wait(timeout=600) for process in processes] == [0] * (count + 1)
    with np.load(tmp_path / "one.npz") as one, np.load(tmp_path / "several.npz") as several:
        assert (one["workers"], several["workers"]) == (1, count)
        assert set(one.files) == set(several.files)
        for name in set(one.files) - {"workers"}:
            np.testing.assert_allclose(several[name], one[name], atol=1e-5, err_msg=name)


def test_a_batch_that_cannot_be_shared_and_another_backend_are_refused(monkeypatch):
    from python_trainer import several_workers
    from python_trainer.errors import UserError

    with pytest.raises(UserError, match="KERAS_BACKEND=jax"):
        several_workers.join("a:1,b:2", 0, 8)
    monkeypatch.setattr(several_workers.keras.backend, "backend", lambda: "jax")
    with pytest.raises(UserError, match="0 to 1"):
        several_workers.join("a:1,b:2", 2, 8)
    with pytest.raises(UserError, match="evenly"):
        several_workers.join("a:1,b:2", 1, 9)


def test_an_interrupted_run_of_one_or_two_workers_ends_as_if_it_had_not_been(data, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    alone = tiny_runs(1, data, one, "whole", "cut", "resume")
    outputs = finish(*tiny_runs(2, data, two, "whole", "refused", "cut", "resume"), *alone)
    for process in (0, 1):
        assert "not the same in worker 1 as in worker 0: optimizer.npz;" in outputs[process]
        assert "interrupted; " in outputs[process]
    assert (two / "cut/interrupted.weights.h5").exists()
    for run in (one, two):
        whole, resumed = arrays_of(run / "whole"), arrays_of(run / "cut")
        assert whole.keys() == resumed.keys()
        assert "epoch 2 loss" in whole
        for name in whole:
            np.testing.assert_allclose(resumed[name], whole[name], rtol=0, atol=1e-6, err_msg=f"{run.name} {name}")
    of_one, of_two = arrays_of(one / "whole"), arrays_of(two / "whole")
    for name in of_one:
        np.testing.assert_allclose(of_two[name], of_one[name], rtol=0, atol=1e-5, err_msg=name)
