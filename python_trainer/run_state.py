"""What a training run goes on from: weights, optimiser and state of its last whole epoch, replaced together or not at all."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from python_trainer.files import write_atomically
from python_trainer.models import save_weights

if TYPE_CHECKING:
    import keras

NAMES = ("last.weights.h5", "optimizer.npz", "state.json")


def is_begun(out: Path) -> bool:
    """Whether the folder `out` holds an epoch to go on from."""
    return (out / "state.json").exists() or (_next(out) / "state.json").exists()


def read_state(out: Path) -> dict:
    """Epochs done and what is known of the best one; of a run that has not begun, that none is."""
    if (out / "state.json").exists():
        return json.loads((out / "state.json").read_text())
    return {
        "epoch": 0, "best": None, "best_val_loss": None, "best_epoch": None, "best_size": None, "stale": 0,
    }  # fmt: skip


def save_state(out: Path, state: dict) -> None:
    """Write the state alone."""
    with write_atomically(out / "state.json") as file:
        json.dump(state, file)


def save_epoch(out: Path, model: "keras.Model", optimizer: "keras.Optimizer", state: dict) -> None:
    """Write all of an epoch beside the one before, and only then put it in its place."""
    folder = _next(out)
    save_weights(model, folder / "last.weights.h5")
    with write_atomically(folder / "optimizer.npz", "wb") as file:
        np.savez(file, *[np.asarray(variable) for variable in optimizer.variables])
    save_state(folder, state)  # the last: with it the epoch is whole
    finish_saving(out)


def finish_saving(out: Path) -> None:
    """Put a whole epoch in its place, also one whose run was killed while doing so, and clear away half a one."""
    folder = _next(out)
    if (folder / "state.json").exists():
        for name in NAMES:
            if (folder / name).exists():
                (folder / name).replace(out / name)
    shutil.rmtree(folder, ignore_errors=True)


def load_optimizer(out: Path, optimizer: "keras.Optimizer", variables: list) -> None:
    """Give an optimiser of the trainable `variables` the state that it had after the last whole epoch."""
    optimizer.build(variables)
    with np.load(out / "optimizer.npz") as saved:
        values = [saved[name] for name in saved.files]
    for variable, value in zip(optimizer.variables, values, strict=True):
        variable.assign(value)


def _next(out: Path) -> Path:
    return out / "next"
