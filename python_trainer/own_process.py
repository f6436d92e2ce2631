"""Work in a process of its own, and how such a process ends."""

import multiprocessing.connection
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from threading import Thread
from typing import Any

from python_trainer.console import print_any_name
from python_trainer.errors import UserError


class Interrupted(SystemExit, KeyboardInterrupt):
    """Ctrl-C in a process that another one started: where nobody catches it, an end without a traceback."""


def run_in_own_process(work: Callable[..., Any], *arguments: Any) -> Any:
    """What `work(*arguments)` returns or raises, in a new process: what it held in memory goes with it.

    TensorFlow holds on to every dataset that it has gone through, crops and all.

    Raises:
        UserError: the process was killed.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=behave_as_child) as process:
        try:
            return process.submit(work, *arguments).result()
        except BrokenProcessPool as error:
            raise UserError("the process that trained was killed (out of memory?)") from error


def behave_as_child() -> None:
    """Called first in a process that another one started: it ends with that one, and on Ctrl-C without a traceback."""
    Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, _interrupt)
    print_any_name()


def _end_with_parent() -> None:
    """Without it, a command that is killed leaves its processes behind, each with a network in memory, waiting for ever."""
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def _interrupt(*_) -> None:
    raise Interrupted(130)
