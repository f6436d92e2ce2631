"""Batches made ahead by threads and handed out in their order, each once.

Not left to Keras: on JAX its `fit` looks at a batch before a model's first epoch, and what its own threads had made by
then comes first, and again later; as many batches are never seen, and how many is chance, so that workers differ.
"""

from concurrent.futures import Future, ThreadPoolExecutor

import keras

AHEAD = 8  # batches that wait to be used, at most
THREADS = 2


class Prefetched(keras.utils.PyDataset):
    """The same batches as another dataset's, whose `__getitem__` threads call ahead of need, in a `with` block."""

    def __init__(self, batches: keras.utils.PyDataset):
        super().__init__()
        self._batches = batches
        self._threads = ThreadPoolExecutor(THREADS)
        self._made: dict[int, Future] = {}

    def __len__(self) -> int:
        """Batches in an epoch."""
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple:
        """As the other dataset's; from there on the next ones are begun."""
        for place in range(index, min(index + AHEAD, len(self))):
            if place not in self._made:
                self._made[place] = self._threads.submit(self._batches.__getitem__, place)
        return self._made.pop(index).result()

    def __enter__(self) -> "Prefetched":
        return self

    def __exit__(self, *_) -> None:
        """End the threads: Keras holds on to the dataset, and so they would wait for ever."""
        self._threads.shutdown(cancel_futures=True)
        self._made.clear()
