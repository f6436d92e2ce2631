"""The engine of one machine: a process for each core, and new ones where some die."""

import os
import sys
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

from python_trainer.engines import WORKER_DIED, HeldWorker, MakeWorker
from python_trainer.inputs import Part
from python_trainer.own_process import behave_as_child

_held: HeldWorker  # in a process of the pool


class LocalEngine:
    """Processes on this machine; unless it must be isolated, one part or one worker needs none beside this one."""

    def __init__(self, workers: int | None = None):
        """`workers`: processes; None for as many as there are cores."""
        most = 61 if sys.platform == "win32" else 1 << 20  # what Windows can wait for
        self._workers = min(workers or os.cpu_count() or 1, most)

    def map(self, make_worker: MakeWorker, parts: list[Part], isolate: bool = False) -> Iterator[tuple[Part, Any]]:
        """As `Engine.map`."""
        if not isolate and min(self._workers, len(parts)) <= 1:
            worker = make_worker() if parts else None
            yield from ((part, worker(part)) for part in parts)
            return
        waiting, suspects = yield from _until_a_death(make_worker, parts, self._workers)
        while suspects:
            # One process that dies takes the whole pool with it. Which part was to blame shows when each has a pool.
            for part in suspects:
                _, guilty = yield from _until_a_death(make_worker, [part], 1)
                if guilty:
                    yield part, WORKER_DIED
            waiting, suspects = yield from _until_a_death(make_worker, waiting, self._workers)


def _until_a_death(
    make_worker: MakeWorker, parts: list[Part], workers: int
) -> Generator[tuple[Part, Any], None, tuple[list[Part], list[Part]]]:
    """Answers until a process dies; returns the parts not begun and those that were in hand."""
    waiting, in_hand = deque(parts), {}
    context = get_context("spawn")  # TensorFlow does not survive a fork
    count = min(workers, len(parts)) or 1
    with ProcessPoolExecutor(count, mp_context=context, initializer=_hold, initargs=(make_worker,)) as pool:
        try:
            while waiting or in_hand:
                while waiting and len(in_hand) < count:
                    in_hand[pool.submit(_work, waiting[0])] = waiting[0]
                    waiting.popleft()
                for future in wait(in_hand, return_when=FIRST_COMPLETED).done:
                    answer = future.result()
                    yield in_hand.pop(future), answer
        except BrokenProcessPool:
            pass
    return list(waiting), list(in_hand.values())


def _hold(make_worker: MakeWorker) -> None:
    global _held
    behave_as_child()
    _held = HeldWorker(make_worker)


def _work(part: Part) -> Any:
    return _held.work(part)
