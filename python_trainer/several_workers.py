"""Training on several workers: a process each, with its share of every batch; together they take the steps of one.

Keras's data parallelism on JAX: what is computed is one program over the whole batch, so that batch normalisation and
losses over pairs see all of it. The learning rate and the batch (now of all workers together) stay the recipe's.
"""

import hashlib
import itertools
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np

from python_trainer.errors import UserError


def join(addresses: str, process: int, batch_size: int) -> None:
    """Make this process one of several; call it before anything is computed. Returns once all have come.

    Args:
        addresses: HOST:PORT of every process, separated by commas; the first one leads.
        process: which of them this one is, from 0.
        batch_size: of all together.

    Raises:
        UserError: Keras does not run on JAX, there is no such process, or the batch cannot be shared out evenly.
    """
    count = len(addresses.split(","))
    if keras.backend.backend() != "jax":
        raise UserError("training on several workers needs KERAS_BACKEND=jax, and JAX installed")
    if not 0 <= process < count:
        raise UserError(f"--process {process}: --addresses names {count}, which are 0 to {count - 1}")
    if batch_size % count:
        raise UserError(
            f"a batch of {batch_size} cannot be shared by {count} workers evenly; choose another --batch-size"
        )
    import jax

    jax.config.update("jax_cpu_collectives_implementation", "gloo")  # where the workers are CPUs
    keras.distribution.initialize(addresses, count, process)
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    signal.signal(signal.SIGINT, _stop_together)


def count_workers() -> int:
    """How many processes train together; 1 where none has joined."""
    if keras.distribution.distribution() is None:
        return 1
    import jax

    return jax.process_count()


def leads() -> bool:
    """Whether this process is the one that writes: the first, or the only one."""
    if count_workers() == 1:
        return True
    import jax

    return jax.process_index() == 0


def wait_for_all(what: str) -> None:
    """Return once every worker has come here; `what` names the place."""
    if count_workers() > 1:
        from jax.experimental.multihost_utils import sync_global_devices

        sync_global_devices(what)


def agreed(value: float) -> float:
    """The first worker's value, in every worker: what decides how long to train must not differ in a last digit."""
    if count_workers() == 1:
        return value
    from jax.experimental.multihost_utils import broadcast_one_to_all

    return float(broadcast_one_to_all(np.float32(value)))


def check_same(parts: dict[str, bytes | np.ndarray]) -> None:
    """Compare what the workers are about to start from; `parts` is name -> content, of the same names in all.

    Raises:
        UserError: in every worker, naming the parts that differ, and where.
    """
    from jax.experimental.multihost_utils import process_allgather

    digests = [np.frombuffer(hashlib.sha256(part).digest(), np.uint32) for part in parts.values()]
    differs = (every := process_allgather(np.stack(digests))) != every[:1]  # [workers, parts, words]
    if differs.any():
        names = ", ".join(name for name, different in zip(parts, differs.any(axis=(0, 2)), strict=True) if different)
        workers = ", ".join(str(process) for process in np.flatnonzero(differs.any(axis=(1, 2))))
        raise UserError(
            f"the workers would not start alike: not the same in worker {workers} as in worker 0: {names}; "
            "give each the same command but for --process, the same data, and one --out that all share"
        )


def _stop_together(*_) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a second Ctrl-C ends this worker alone
    os.kill(os.getpid(), signal.SIGTERM)


class StopTogether(keras.callbacks.Callback):
    """Interrupts all workers after the same step, once any of them was sent SIGTERM (which JAX tells the others)."""

    _steps = itertools.count()  # of the process: JAX wants numbers that grow from one run to the next too

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Raises KeyboardInterrupt at the step that all have agreed upon."""
        from jax.experimental.multihost_utils import reached_preemption_sync_point

        if reached_preemption_sync_point(next(self._steps)):
            raise KeyboardInterrupt


@contextmanager
def alone() -> Iterator[None]:
    """Networks built and run in this block are this process's own."""
    distribution = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(distribution)


class Share(keras.utils.PyDataset):
    """A worker's part of each batch: consecutive items, so that all parts in order are the batch again."""

    def __init__(self, batches: keras.utils.PyDataset):
        """`batches` are the same in every worker."""
        super().__init__()
        self._batches = batches

    def __len__(self) -> int:
        """Batches in an epoch."""
        return len(self._batches)

    def __getitem__(self, index: int) -> tuple:
        """As the batch, of fewer items."""
        import jax

        def part(values):
            size = len(values) // jax.process_count()
            return values[jax.process_index() * size :][:size]

        return keras.tree.map_structure(part, self._batches[index])
