"""Whole runs of `train` on a tiny network, each in a process of its own: `python -m tests.python.tiny_runs ADDRESSES PROCESS DATA OUT PART…`."""

import os
import signal
import sys

import keras
from keras import layers

from python_trainer import models
from python_trainer.__main__ import main
from python_trainer.errors import UserError
from python_trainer.several_workers import check_same, count_workers, leads
from python_trainer.training_run import TrainingRun

ADDRESSES, PROCESS, DATA, OUT = sys.argv[1:5]
SETTINGS = [
    "--recipe",
    "mobilenet",
    "--weights",
    "none",
    "--seed",
    "3",
    "--batch-size",
    "8",
    "--samples-per-epoch",
    "96",
]
SETTINGS += ["--stages", "2:32", "--optimizer", "adamw", "--schedule", "cosine", "--ema", "0.9", "--clip-norm", "1"]


def build_tiny(recipe, size=None, weights=None) -> keras.Model:
    """What a resumed run can lose: moving statistics, and dropout's draws."""
    image = keras.Input((size or recipe.input_size,) * 2 + (3,))
    x = layers.Rescaling(1 / 127.5, offset=-1)(image)
    x = layers.Conv2D(8, 3, strides=2, use_bias=False)(x)
    x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
    x = layers.Dropout(0.3)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(image, {"logit": layers.Dense(1)(x)})


class Interruption(keras.callbacks.Callback):
    """In the middle of an epoch: Ctrl-C, or of several workers SIGTERM to the last, until all have agreed to stop."""

    def __init__(self, stop: keras.callbacks.Callback | None):
        super().__init__()
        self._stop = stop

    def on_train_batch_end(self, batch, logs=None):
        if batch < 5:
            return
        if self._stop is None:
            raise KeyboardInterrupt
        if not leads():
            os.kill(os.getpid(), signal.SIGTERM)
        while True:
            self._stop.on_train_batch_end(batch)


def train(folder: str, *more: str) -> int:
    """`python -m python_trainer train` into a folder of OUT."""
    workers = ["--addresses", ADDRESSES, "--process", PROCESS] if ADDRESSES else []
    return main(["train", "--data", DATA, "--out", f"{OUT}/{folder}", *SETTINGS, *workers, *more])


def cut() -> int:
    """Interrupted in the second epoch."""
    fit_epoch = TrainingRun._fit_epoch

    def interrupted(run, epoch, *rest):
        if epoch == 1:
            run._callbacks.append(Interruption(run._callbacks[0] if run._callbacks else None))
        return fit_epoch(run, epoch, *rest)

    TrainingRun._fit_epoch = interrupted
    code = train("cut")
    TrainingRun._fit_epoch = fit_epoch
    return code


def refused() -> int:
    """Workers that hold different optimisers."""
    assert count_workers() > 1
    try:
        check_same({"recipe": b"same", "optimizer.npz": PROCESS.encode()})
    except UserError as error:
        print(error, flush=True)
        return 2
    return 0


PARTS = {
    "whole": (lambda: train("whole"), 0),
    "cut": (cut, 130),
    "resume": (lambda: train("cut", "--resume"), 0),
    "refused": (refused, 2),
}

if __name__ == "__main__":
    models.build_model = build_tiny
    for name in sys.argv[5:]:
        part, expected = PARTS[name]
        if (code := part()) != expected:
            sys.exit(f"{name}: {code}")
