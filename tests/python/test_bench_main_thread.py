"""The benchmark of a page's main thread: which stretches and tasks of a trace are the extension's, and what is told of them."""

from benchmarks.main_thread import Taken, figures, taken_by_us
from benchmarks.results import Series

OURS = "chrome-extension://abc/content.js"


def event(name: str, url: str = "", *, at: int = 0, clock: int, processor: int, thread: int = 1) -> dict:
    times = {"ts": at, "dur": clock, "tdur": processor}
    return {"ph": "X", "pid": 7, "tid": thread, "name": name, **times, "args": {"data": {"url": url}}}


def test_only_the_content_script_runs_on_a_pages_main_thread():
    trace = {
        "traceEvents": [
            event("FunctionCall", OURS, clock=2000, processor=1500),
            event("EvaluateScript", OURS, clock=9000, processor=8000),
            event("FunctionCall", OURS, clock=3000, processor=7000),  # more than has passed
            event("Layout", OURS, clock=70000, processor=70000),
            event("FunctionCall", "https://example.org/content.js", clock=70000, processor=70000),
            event("EvaluateScript", "chrome-extension://abc/inference-worker.js", clock=70000, processor=70000),
            {"ph": "M", "name": "thread_name", "args": {"name": "CrRendererMain"}},
        ]
    }
    assert taken_by_us(trace) == Taken(stretches=[(1.5, 2), (8, 9), (3, 3)], tasks=[])


def test_a_task_is_ours_where_our_script_ran_in_it():
    trace = {
        "traceEvents": [
            event("RunTask", at=90_000, clock=5000, processor=4000),  # out of order, as a trace's events may be
            event("RunTask", at=0, clock=60_000, processor=9000),
            event("RunTask", at=60_000, clock=30_000, processor=20_000),
            event("RunTask", at=0, clock=80_000, processor=80_000, thread=2),
            event("FunctionCall", OURS, at=10_000, clock=1000, processor=1000),
            event("FunctionCall", OURS, at=20_000, clock=2000, processor=2000),
            event("FunctionCall", OURS, at=91_000, clock=3000, processor=3000),
            event("FunctionCall", OURS, at=99_000, clock=3000, processor=3000),  # its task is not in the trace
        ]
    }
    taken = taken_by_us(trace)
    assert len(taken.stretches) == 4
    assert sorted(taken.tasks) == [(4, 5), (9, 60)]


def test_the_figures_of_each_round():
    short = Taken([(1, 2)], [(3, 4)])
    found = {
        "200 pictures": [Taken([(60, 70), (3, 80)], [(61, 90), (40, 55)]), Taken([(51, 52), (1, 1)], [(52, 53)])],
        "5,000 pictures": [short, short],
    }
    assert figures(found) == [
        Series("longest stretch, on the processor", "200 pictures", [60, 51]),
        Series("longest stretch, on the processor", "5,000 pictures", [1, 1]),
        Series("longest stretch, by the clock", "200 pictures", [80, 52]),
        Series("longest stretch, by the clock", "5,000 pictures", [2, 2]),
        Series("stretches", "200 pictures", [2, 2], ""),
        Series("stretches", "5,000 pictures", [1, 1], ""),
        Series("longest task, on the processor", "200 pictures", [61, 52]),
        Series("longest task, on the processor", "5,000 pictures", [3, 3]),
        Series("longest task, by the clock", "200 pictures", [90, 53]),
        Series("longest task, by the clock", "5,000 pictures", [4, 4]),
        Series("tasks over 50 ms on the processor", "200 pictures", [1, 1], ""),
        Series("tasks over 50 ms on the processor", "5,000 pictures", [0, 0], ""),
        Series("tasks over 50 ms by the clock", "200 pictures", [2, 1], ""),
        Series("tasks over 50 ms by the clock", "5,000 pictures", [0, 0], ""),
    ]
