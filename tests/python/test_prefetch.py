"""Batches made ahead: nothing of an epoch is left when it ends."""

import threading

import keras
import numpy as np
import pytest

from python_trainer.prefetch import Prefetched


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 12

    def __getitem__(self, index):
        return np.zeros((2, 1), np.float32), np.zeros((2, 1), np.float32)


class Interrupt(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        raise KeyboardInterrupt


def test_its_threads_end_with_the_epoch():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    with Prefetched(Batches()) as batches:
        model.fit(batches, shuffle=False, verbose=0)  # what Keras and TensorFlow begin once, they keep
    before = threading.active_count()
    for _ in range(3):
        with Prefetched(Batches()) as batches:
            model.fit(batches, shuffle=False, verbose=0)
    with pytest.raises(KeyboardInterrupt), Prefetched(Batches()) as batches:
        model.fit(batches, shuffle=False, verbose=0, callbacks=[Interrupt()])
    assert threading.active_count() <= before
