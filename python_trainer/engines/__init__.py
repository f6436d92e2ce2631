"""Where parts are worked on: the cores of this machine or a Ray cluster, by the same worker either way."""

import argparse
import importlib.util
import os
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from python_trainer.errors import UserError
from python_trainer.inputs import Part

Worker = Callable[[Part], Any]
MakeWorker = Callable[[], Worker]  # picklable; called once in each process, so that a network is loaded once


class Engine(Protocol):
    """Hands parts to workers."""

    def map(self, make_worker: MakeWorker, parts: list[Part], isolate: bool = False) -> Iterator[tuple[Part, Any]]:
        """Each part with what a worker answers for it, as they come; `WORKER_DIED` where its process died each time.

        isolate: never in the caller's own process, not even a lone part: what kills a worker must not kill the caller.

        What a worker raises is raised here.
        """


WORKER_DIED = object()
# There is a process for each core.
_ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
DEATH = "the process that worked on it died, again and again (out of memory?)"


class HeldWorker:
    """A process's worker, made at its first part: what goes wrong then reaches the caller as it is."""

    def __init__(self, make_worker: MakeWorker, folder: str | None = None):
        """`folder`: the caller's, where its relative paths hold; None where this process is in it already."""
        self._make_worker, self._worker, self._folder = make_worker, None, folder

    def work(self, part: Part) -> Any:
        """The worker's answer."""
        if self._worker is None:
            os.environ.update(_ONE_THREAD)
            if self._folder:
                os.chdir(self._folder)
            self._worker = self._make_worker()
        return self._worker(part)


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags that choose an engine."""
    parser.add_argument(
        "--engine",
        choices=["local", "ray"],
        default="local",
        help="local: processes on this machine; ray: a Ray cluster (RAY_ADDRESS, or the one that runs here, or a new one)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes (default: as many as there are cores, here or in the cluster)",
    )


def get_engine(args: argparse.Namespace) -> Engine:
    """The engine that the flags choose.

    Raises:
        UserError: Ray is not installed, or there would be no worker.
    """
    if args.workers is not None and args.workers < 1:
        raise UserError(f"--workers {args.workers}: it must be 1 or more")
    if args.engine == "local":
        from python_trainer.engines.local import LocalEngine

        one = os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow"  # a GPU: two processes would fight for it
        return LocalEngine(args.workers or (1 if one else None))
    if not importlib.util.find_spec("ray"):
        raise UserError("--engine ray needs Ray: install it with `uv sync --extra ray`")
    from python_trainer.engines.ray import RayEngine

    return RayEngine(args.workers)
