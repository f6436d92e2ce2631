"""The work of `predict`, without its files, on this machine's processes and on a Ray cluster: images a second.

python -m benchmarks.engines [--images 480] [--workers 1 2] [--rounds 3] [--out bench-output]

RAY_ADDRESS names a cluster; without one a cluster of one node is started on this machine, before the first round. On
several hosts this repository and the folder given by TMPDIR must lie under the same path on each.
"""

import argparse
import importlib.util
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from pathlib import Path

from benchmarks.options import add_options
from benchmarks.photos import LANDSCAPE, copies, photo
from benchmarks.results import Series, interleave, write_results
from python_trainer.engines import WORKER_DIED, Engine
from python_trainer.engines.local import LocalEngine
from python_trainer.inputs import Item, Part
from python_trainer.predict import SHIPPED_CHECKPOINT, SHIPPED_MANIFEST, PredictWork

SIDE = 640  # pixels
PART = 8  # images


class Judge:
    """A worker that answers who it is and how many images of a part it judged as is known of them."""

    def __init__(self):
        """Loads the networks."""
        self._work = PredictWork(SHIPPED_CHECKPOINT, SHIPPED_MANIFEST, "check")

    def __call__(self, part: Part) -> tuple[str, int]:
        """Judges all of them."""
        results = zip(part.items, self._work(part), strict=True)
        right = sum(result["status"] == item.known["status"] for item, result in results)
        return f"{socket.gethostname()}:{os.getpid()}", right


def images_a_second(engine: Engine, workers: int, parts: list[Part], waits: list[float]) -> float:
    """From when every worker has answered once, so has loaded its networks, to the end; the time until the first answer is
    appended to `waits`.

    Raises:
        SystemExit: an image was not judged, a worker died, or there was nothing left once all had answered.
    """
    started, loaded, since, images, now = time.perf_counter(), set(), None, 0, 0.0
    for part, answer in engine.map(Judge, parts, isolate=True):
        now = time.perf_counter()
        if answer is WORKER_DIED or answer[1] != len(part.items):
            raise SystemExit("a worker died, or an image was not judged as it should be: nothing is told of speed")
        if not loaded:
            waits.append(now - started)
        if since is not None:
            images += answer[1]
        loaded.add(answer[0])
        if since is None and len(loaded) == workers:
            since = now
    if not images:
        raise SystemExit(f"{len(parts)} parts are too few for {workers} workers: give more --images")
    return images / (now - since)


def main() -> None:
    """Prints and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, rounds=3)
    parser.add_argument("--images", type=int, default=480)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, os.cpu_count() or 1])
    args = parser.parse_args()
    if args.images < 2 * PART * max(args.workers):
        parser.error(f"--images: at least {2 * PART * max(args.workers)}, two parts of {PART} for each worker")
    os.environ.update(TF_ENABLE_ONEDNN_OPTS="0", TF_CPP_MIN_LOG_LEVEL="3")  # as `predict` has it
    engines = {"local": LocalEngine}
    if importlib.util.find_spec("ray"):
        from python_trainer.engines.ray import RayEngine

        engines["ray"] = RayEngine
    else:
        print("Ray is not installed (`uv sync --extra ray`): local alone", flush=True)
    waits: dict[str, list[float]] = {}
    contestants = {}
    with tempfile.TemporaryDirectory() as folder:
        face, none = ("scored", copies(photo(SIDE))), ("no_face", copies(photo(SIDE, LANDSCAPE)))
        kinds = {
            "a face in each": make_parts(Path(folder) / "each", args.images, [face]),
            "a face in every other": make_parts(Path(folder) / "half", args.images, [face, none]),
        }
        for kind, parts in kinds.items():
            for name, engine in engines.items():
                for workers in dict.fromkeys(args.workers):
                    who = f"{name}, {workers} {'worker' if workers == 1 else 'workers'}"
                    run = partial(images_a_second, engine(workers), workers, parts, waits.setdefault(who, []))
                    contestants[kind, who] = run
        if "ray" in engines:
            images_a_second(engines["ray"](1), 1, parts[:2], [])  # the cluster starts outside the rounds
        rates = interleave(contestants, args.rounds)
    rows = [Series(f"images a second, once loaded: {kind}", who, values, "/s") for (kind, who), values in rates.items()]
    rows += [Series("until the first part is judged", who, values, "s") for who, values in waits.items()]
    about = (
        f"The work of `predict` over {args.images} photos of {SIDE} px, {PART} a part, one thread a worker; processes and"
        " actors are new in each round. A photo without a face is searched a second time."
    )
    write_results(args.out, "engines", rows, about=about)


def make_parts(folder: Path, count: int, kinds: list[tuple[str, Iterator[bytes]]]) -> list[Part]:
    """Files of each kind in turn; of a kind, the `status` that each must get, and where its files come from."""
    folder.mkdir()
    items = []
    for number, (status, files) in zip(range(count), cycle(kinds), strict=False):
        path = folder / f"{number:05d}.jpg"
        path.write_bytes(next(files))
        items.append(Item(str(path), {"status": status}))
    return [Part(str(start), tuple(items[start : start + PART])) for start in range(0, count, PART)]


if __name__ == "__main__":
    from benchmarks import engines  # by its own name: processes cannot be handed classes of `__main__`

    engines.main()
