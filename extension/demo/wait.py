"""Waits for a condition: the one loop of the demo, the benchmarks and the browser tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(
    condition: Callable[[], T],
    timeout_s: float,
    what: str,
    *,
    interval_s: float = 0.1,
    pause: Callable[[float], object] = time.sleep,
) -> T:
    """Asks `condition` every `interval_s` seconds until it answers something true, and returns that answer.

    Args:
        condition: asked at least once.
        timeout_s: seconds.
        what: should come true, for the message.
        interval_s: seconds.
        pause: passes so many seconds; a driver whose events are handled only while it waits brings its own.

    Raises:
        TimeoutError: `what` had not come true after `timeout_s` seconds.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"After {timeout_s:.0f} s still not: {what}. Last answer: {answer!r}")
        pause(interval_s)
