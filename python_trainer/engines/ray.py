"""The engine of a cluster: one Ray actor for each CPU, each with one part in hand; a part whose actor dies goes to another."""

import os
import sys
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import redirect_stdout
from threading import current_thread, main_thread
from typing import Any, TextIO

import ray

from python_trainer.engines import WORKER_DIED, HeldWorker, MakeWorker
from python_trainer.errors import UserError
from python_trainer.files import ROOT
from python_trainer.inputs import Part

_ATTEMPTS = 3
_PASSED_ON = ("TF_ENABLE_ONEDNN_OPTS", "TF_CPP_MIN_LOG_LEVEL", "KERAS_BACKEND")  # what numbers depend on, and noise


class RayEngine:
    """Actors on a Ray cluster: RAY_ADDRESS, else the one that `ray start` started here, else a new one on this machine.

    Every node needs this repository, the inputs and the output folder under the same path.
    """

    def __init__(self, workers: int | None = None):
        """`workers`: actors; None for as many as the cluster has CPUs now. More than that wait until nodes join."""
        self._workers = workers

    def map(self, make_worker: MakeWorker, parts: list[Part], isolate: bool = False) -> Iterator[tuple[Part, Any]]:
        """As `Engine.map`; actors are processes of their own in any case."""
        with redirect_stdout(_MainThreadsOutput(sys.stdout)):
            yield from self._map(make_worker, parts)

    def _map(self, make_worker: MakeWorker, parts: list[Part]) -> Iterator[tuple[Part, Any]]:
        if not ray.is_initialized():
            variables = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
            _connect({"PYTHONPATH": str(ROOT), **variables})
        count = min(len(parts), self._workers or int(ray.cluster_resources().get("CPU", 1)))
        actor_class = ray.remote(num_cpus=1)(HeldWorker)
        idle = [actor_class.remote(make_worker, os.getcwd()) for _ in range(count)]
        waiting, in_hand, deaths = deque(parts), {}, Counter()
        try:
            while waiting or in_hand:
                while waiting and idle:
                    actor, part = idle.pop(), waiting.popleft()
                    in_hand[actor.work.remote(part)] = actor, part
                _end(idle)  # an actor without work gives its CPU to one that waits for a place
                (answered,), _ = ray.wait(list(in_hand), num_returns=1)
                actor, part = in_hand.pop(answered)
                try:
                    answer = ray.get(answered)
                except ray.exceptions.RayTaskError as error:
                    raise error.cause from None
                except ray.exceptions.RayError:  # the actor, its process or its node is gone
                    deaths[part.name] += 1
                    idle.append(actor_class.remote(make_worker, os.getcwd()))
                    if deaths[part.name] < _ATTEMPTS:
                        waiting.append(part)
                    else:
                        yield part, WORKER_DIED
                    continue
                idle.append(actor)
                yield part, answer
        finally:  # also where a worker has raised, or nobody wants the rest
            _end([*idle, *(actor for actor, _ in in_hand.values())])


class _MainThreadsOutput:
    """Standard output for the command alone: Ray's own threads print there that a worker died, amid a verb's JSON."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream if current_thread() is main_thread() else sys.stderr, name)


def _connect(variables: dict[str, str]) -> None:
    """Join the cluster, or start one. variables: of the workers' environment."""
    try:
        ray.init(runtime_env={"env_vars": variables}, log_to_driver=False)
    except ConnectionError as error:
        raise UserError(
            f"the Ray cluster at {os.environ.get('RAY_ADDRESS', 'this machine')} does not answer ({error}); is it running, "
            "and, where it asks for a token (Ray 2.60 and later), are RAY_AUTH_MODE=token and RAY_AUTH_TOKEN set?"
        ) from error


def _end(actors: list[Any]) -> None:
    """At once, not when nothing refers to them any more: a name may, and so does the traceback of one that died."""
    while actors:
        ray.kill(actors.pop())
