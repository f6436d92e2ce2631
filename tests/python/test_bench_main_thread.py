"""The benchmark of a page's main thread: which stretches of a trace are the extension's, and what is told of them."""

from benchmarks.main_thread import figures, stretches
from benchmarks.results import Series

OURS = "chrome-extension://abc/content.js"


def event(name: str, url: str, *, clock: int, processor: int) -> dict:
    return {"ph": "X", "name": name, "dur": clock, "tdur": processor, "args": {"data": {"url": url}}}


def test_only_the_content_script_runs_on_a_pages_main_thread():
    trace = {
        "traceEvents": [
            event("FunctionCall", OURS, clock=2000, processor=1500),
            event("EvaluateScript", OURS, clock=9000, processor=8000),
            event("Layout", OURS, clock=70000, processor=70000),
            event("FunctionCall", "https://example.org/content.js", clock=70000, processor=70000),
            event("EvaluateScript", "chrome-extension://abc/inference-worker.js", clock=70000, processor=70000),
            {"ph": "M", "name": "thread_name", "args": {"name": "CrRendererMain"}},
        ]
    }
    assert stretches(trace) == [(1.5, 2), (8, 9)]


def test_the_figures_of_each_round():
    found = {
        "200 pictures": [[(60, 70), (3, 80)], [(51, 52), (55, 56), (1, 1)]],
        "5,000 pictures": [[(1, 2)], [(2, 3)]],
    }
    assert figures(found) == [
        Series("longest stretch, on the processor", "200 pictures", [60, 55]),
        Series("longest stretch, on the processor", "5,000 pictures", [1, 2]),
        Series("longest stretch, by the clock", "200 pictures", [80, 56]),
        Series("longest stretch, by the clock", "5,000 pictures", [2, 3]),
        Series("stretches over 50 ms on the processor", "200 pictures", [1, 2], ""),
        Series("stretches over 50 ms on the processor", "5,000 pictures", [0, 0], ""),
        Series("stretches", "200 pictures", [2, 3], ""),
        Series("stretches", "5,000 pictures", [1, 1], ""),
    ]
