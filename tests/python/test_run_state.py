"""A run killed at any moment of saving an epoch goes on from files of one and the same epoch."""

from pathlib import Path

import keras
import numpy as np
import pytest

from python_trainer import run_state


class Killed(BaseException):
    pass


@pytest.fixture
def network():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.5))
    return model


def save(out, model, epoch: int) -> None:
    model.set_weights([np.full(values.shape, epoch) for values in model.get_weights()])
    model.optimizer.iterations.assign(epoch)
    run_state.save_epoch(out, model, model.optimizer, {"epoch": epoch})


def epochs_on_disk(out, model) -> set[int]:
    """Of the weights, the optimiser and the state."""
    run_state.finish_saving(out)
    model.load_weights(out / "last.weights.h5")
    run_state.load_optimizer(out, optimizer := keras.optimizers.SGD(0.5), model.trainable_variables)
    return {int(model.get_weights()[0][0, 0]), int(optimizer.iterations), run_state.read_state(out)["epoch"]}


@pytest.mark.parametrize(
    ("moment", "epoch"),
    [
        ("next/optimizer.npz", 1),
        ("next/state.json", 1),
        ("last.weights.h5", 2),
        ("optimizer.npz", 2),
        ("state.json", 2),
    ],
)
def test_what_is_on_disk_is_of_one_epoch(tmp_path, monkeypatch, network, moment, epoch):
    save(tmp_path, network, 1)
    assert epochs_on_disk(tmp_path, network) == {1}
    replace = Path.replace

    def killed(source, target):
        if target == tmp_path / moment:
            raise Killed
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(Killed):
        save(tmp_path, network, 2)
    monkeypatch.undo()
    assert epochs_on_disk(tmp_path, network) == {epoch}
    save(tmp_path, network, 3)
    assert epochs_on_disk(tmp_path, network) == {3}
    assert not (tmp_path / "next").exists()


def test_a_run_killed_while_it_first_saves_has_begun_once_its_files_are_whole(tmp_path, monkeypatch, network):
    assert not run_state.is_begun(tmp_path)
    assert run_state.read_state(tmp_path)["epoch"] == 0
    monkeypatch.setattr(run_state, "finish_saving", lambda out: None)
    save(tmp_path, network, 1)
    monkeypatch.undo()
    assert run_state.is_begun(tmp_path)
    assert epochs_on_disk(tmp_path, network) == {1}
