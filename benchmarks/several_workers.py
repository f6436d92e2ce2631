"""Training on one worker and on several, a core each: images a second, with JAX on this machine.

python -m benchmarks.several_workers [--workers 1 2] [--steps 40] [--rounds 3] [--out bench-output]

Every worker is a process that is new in each round and has one core to itself, where the system can see to that (Linux).
The network is the recipe `mobilenet` from random weights on noise of 64 px. Counted are the epochs after the first, which
compiles: batches that are drawn and augmented, forward, backward and the optimiser, without validation.
"""

import argparse
import os
import socket
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.options import add_options
from benchmarks.results import Series, interleave, write_results
from python_trainer.config import get_recipe
from python_trainer.manifest import CropRow

SIDE = 64  # pixels
BATCH = 16  # images, of all workers together
CROPS = 64
EPOCHS = 3  # the first is not counted


def images_a_second(folder: Path, workers: int, steps: int) -> tuple[float, float]:
    """Of one run of `workers` processes, whose epochs have `steps` steps; and of batches that one of them makes and nobody
    trains on.
    """
    addresses = local_addresses(workers) if workers > 1 else ""
    with ExitStack() as stack:
        pools = [ProcessPoolExecutor(1, get_context("spawn"), _settle, (core,)) for core in cores()[:workers]]
        started = [
            stack.enter_context(pool).submit(_train, folder, addresses, process, steps)
            for process, pool in enumerate(pools)
        ]
        made, epochs = started[0].result()
    return rate_after_the_first(epochs, steps * BATCH), steps * BATCH / made


def rate_after_the_first(seconds: Sequence[float], images: int) -> float:
    """Images a second of epochs of `images` each, from their `seconds`; the first, which compiles, is left out."""
    return images * (len(seconds) - 1) / sum(seconds[1:])


def local_addresses(count: int) -> str:
    """Where as many workers of this machine meet, as `train --addresses` has it: ports that nothing listens on, each another."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return ",".join(f"127.0.0.1:{each.getsockname()[1]}" for each in sockets)


def cores() -> list[int]:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _settle(core: int) -> None:
    """Before Keras is imported."""
    os.environ.update(KERAS_BACKEND="jax", JAX_PLATFORMS="cpu", TF_CPP_MIN_LOG_LEVEL="3")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def _train(folder: Path, addresses: str, process: int, steps: int) -> tuple[float, list[float]]:
    """Seconds in which an epoch of batches is made alone, and those of each epoch of training, of `steps` each."""
    from python_trainer.manifest import read_prepared
    from python_trainer.objectives import batches_for
    from python_trainer.several_workers import Share, StopTogether, join
    from python_trainer.training_run import TrainingRun, own_values

    recipe = get_recipe("mobilenet", input_size=SIDE, batch_size=BATCH, samples_per_epoch=steps * BATCH)
    if addresses:
        join(addresses, process, BATCH)
    rows = read_prepared(folder)
    run = TrainingRun(recipe, [folder], [rows], [rows], folder / "run", "none", None)
    model, trained, targets = run._compiled(SIDE, False)

    def batches_of(epoch: int):
        return batches_for(model, run.crops, run.rows, recipe, SIDE, epoch, targets)

    started = time.perf_counter()
    with batches_of(0) as batches:
        for index in range(steps):
            batches[index]
    made, epochs = time.perf_counter() - started, []
    for epoch in range(EPOCHS):
        started = time.perf_counter()
        with batches_of(epoch) as batches:
            share, callbacks = (Share(batches), [StopTogether()]) if addresses else (batches, [])
            trained.fit(share, verbose=0, shuffle=False, callbacks=callbacks)
        own_values(trained)
        epochs.append(time.perf_counter() - started)
    if addresses:
        import jax

        jax.distributed.shutdown()  # each waits here for the others, and not for one that was not told to end yet
    return made, epochs


def prepare_noise(folder: Path) -> None:
    """A folder as `prepare` writes it: CROPS of noise, half of them fake."""
    from python_trainer.manifest import write_prepared

    rng, rows = np.random.default_rng(0), []
    (folder / "crops").mkdir()
    for index in range(CROPS):
        crop = f"crops/{index}.png"
        Image.fromarray(rng.integers(0, 255, (SIDE, SIDE, 3), np.uint8)).save(folder / crop)
        rows.append(
            CropRow(
                crop=crop, image=crop, label=index % 2, source="noise", generator="", split="train", identity="", pair_id="",
                demographic="", face_index=0, faces_in_image=1, status="ok", reason="", box_xyxy="[]", keypoints="[]",
                detection_score=1.0, sha256="", phash="", second_look=0, generated=0, train_use=1,
            )
        )  # fmt: skip
    write_prepared(folder, rows)


def main() -> None:
    """Prints and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, rounds=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--steps", type=int, default=40, help="that count, of each run (default: %(default)s)")
    args = parser.parse_args()
    most = len(cores())
    if not all(1 <= count <= most and BATCH % count == 0 for count in args.workers):
        parser.error(f"--workers: numbers that divide {BATCH}, and at most {most}: a core for each")
    if args.steps < EPOCHS - 1:
        parser.error(f"--steps: at least {EPOCHS - 1}")
    steps = args.steps // (EPOCHS - 1)  # of an epoch
    with tempfile.TemporaryDirectory() as folder:
        prepare_noise(Path(folder))
        contestants = {
            f"{count} {'worker' if count == 1 else 'workers'}": partial(images_a_second, Path(folder), count, steps)
            for count in args.workers
        }
        rates = interleave(contestants, args.rounds)
    groups = ("training", "making batches, one worker of them")
    rows = [
        Series(group, name, [rate[place] for rate in values], "images/s")
        for place, group in enumerate(groups)
        for name, values in rates.items()
    ]
    about = (
        f"Training mobilenet at {SIDE} px on JAX, batches of {BATCH} in all, one core a worker, {steps * (EPOCHS - 1)} steps after the "
        "first epoch. Each worker makes every batch whole before it takes its share, as fast as the lower lines say where "
        "nobody trains."
    )
    write_results(args.out, "several_workers", rows, baseline=next(iter(contestants)), about=about)


if __name__ == "__main__":
    from benchmarks import several_workers  # by its own name: processes cannot be handed functions of `__main__`

    several_workers.main()
