"""What is told of the pages that were visited: the figures with their units, and what the extension adds to a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.growth import Measured, Scenario
from benchmarks.results import Series

# By figure, in the order of the table.
UNITS = {
    "first in view": "ms",
    "all in view": "ms",
    "all": "ms",
    "pictures a second": "/s",
    "processor time": "s",
    "processor time over the browser alone": "s",
    "processor time a picture": "ms",
    "processor time a picture over the browser alone": "ms",
    "peak memory of the browser": "MB",
    "memory over the browser alone": "MB",
    "tensors of a worker": "",
    "all in view painted": "ms",
    "pictures painted": "",
    "long tasks": "",
    "blocking time": "ms",
    "layout shift": "",
    "processor once done": "%",
    "processor once done over the browser alone": "%",
    "processor at rest": "%",
    "processor at rest over the browser alone": "%",
}
OVER_THE_BROWSER = {
    "processor time over the browser alone": "processor time",
    "processor time a picture over the browser alone": "processor time a picture",
    "memory over the browser alone": "peak memory of the browser",
    "processor once done over the browser alone": "processor once done",
    "processor at rest over the browser alone": "processor at rest",
}
# Which may grow in proportion to the number of pictures, and no faster.
TOTALS = ["all", "processor time", "processor time over the browser alone", "memory over the browser alone"]


def times_of(seen: Mapping[int, float], in_view: int) -> dict[str, float]:
    """Figures of when pictures were seen.

    Args:
        seen: milliseconds from the navigation on, by the number of the picture; those first `in_view` were in view then.
    """
    first = [time for number, time in seen.items() if number < in_view]
    last = max(seen.values())
    rate = 1000 * len(seen) / last
    return {"first in view": min(first), "all in view": max(first), "all": last, "pictures a second": rate}


def compared(alone: Mapping[str, float], checked: Mapping[str, float]) -> dict[str, float]:
    """The figures of a checked page, with what they are over those of the same page with the extension off."""
    return {**checked} | {figure: checked[taken] - alone[taken] for figure, taken in OVER_THE_BROWSER.items()}


def measured_series(rounds: Mapping[Scenario, Sequence[Mapping[str, float]]]) -> Measured:
    """A series for each figure of each page, in the order of the table.

    Args:
        rounds: by page, its figures a round; one that has no model loaded tells of no tensors.
    """
    return [
        (scenario, Series(figure, scenario.name, values, unit))
        for figure, unit in UNITS.items()
        for scenario, found in rounds.items()
        if (values := [each[figure] for each in found if figure in each])
    ]
