"""How a page's figures grow with its pictures: slopes in numbers, and a plot with a panel for each figure."""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter

from benchmarks.results import Series, spread
from python_trainer.files import write_atomically

COLUMNS = 3
WIDE = 20  # the largest value in units of the smallest, from which on an axis is logarithmic


@dataclass(frozen=True)
class Scenario:
    """A page of a `kind` with `count` pictures, `checked` by the extension or left alone."""

    count: int
    kind: str
    checked: bool

    @property
    def line(self) -> str:
        """What it is called whatever the number of pictures."""
        return f"{self.kind}, {'checked' if self.checked else 'extension off'}"

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return f"{self.count}, {self.line}"


class Point(NamedTuple):
    """A figure's median and the ends of its spread on pages of `count` pictures."""

    count: int
    low: float
    median: float
    high: float


Measured = Sequence[tuple[Scenario, Series]]  # a series' group is the figure


def growth_lines(measured: Measured) -> dict[str, dict[str, list[Point]]]:
    """By figure and by line, its points, from few pictures to many."""
    panels: dict[str, dict[str, list[Point]]] = {}
    for scenario, series in sorted(measured, key=lambda pair: pair[0].count):
        low, high = spread(series.values)
        point = Point(scenario.count, low, statistics.median(series.values), high)
        panels.setdefault(series.group, {}).setdefault(scenario.line, []).append(point)
    return panels


def slopes(measured: Measured, figures: Collection[str]) -> list[Series]:
    """How steeply each of the `figures` rises between two neighbouring numbers of pictures, on logarithmic axes.

    1 is in proportion, 0 not at all, 2 with the square. From step to step, since what a page of few pictures takes for the
    start would hide in one slope over all what goes wrong with many.

    Returns:
        A value for each round in which the figure is above 0 at both ends; a line that has none is left out.
    """
    lines: dict[tuple[str, str], list[tuple[int, Series]]] = {}
    for scenario, series in sorted(measured, key=lambda pair: pair[0].count):
        if series.group in figures:
            lines.setdefault((series.group, scenario.line), []).append((scenario.count, series))
    found = []
    for (figure, line), points in lines.items():
        for (few, low), (many, high) in pairwise(points):
            rounds = [pair for pair in zip(low.values, high.values, strict=True) if min(pair) > 0]
            if values := [math.log(more / less) / math.log(many / few) for less, more in rounds]:
                found.append(Series(f"slope of {figure}", f"{line}, {few:,} to {many:,}", values, ""))
    return found


def plot_growth(path: Path, measured: Measured) -> None:
    """Writes `growth_figure` as a PNG."""
    with write_atomically(path, "wb") as file:
        growth_figure(measured).savefig(file, format="png", dpi=110)


def growth_figure(measured: Measured) -> Figure:
    """Each line's medians, with bars for their spread, in a panel for each figure."""
    panels = growth_lines(measured)
    units = {series.group: series.unit for _, series in measured}
    kinds = list(dict.fromkeys(scenario.kind for scenario, _ in measured))
    styles = {
        scenario.line: {"color": f"C{kinds.index(scenario.kind)}", "linestyle": "-" if scenario.checked else ":"}
        for scenario, _ in measured
    }
    rows = -(-len(panels) // COLUMNS)
    # Without pyplot there is no window, and a PNG is drawn by Agg.
    figure = Figure(figsize=(4 * COLUMNS, 0.6 + 2.6 * rows), layout="constrained")
    grid = list(figure.subplots(rows, COLUMNS, squeeze=False).flat)
    for axes, (name, lines) in zip(grid, panels.items(), strict=False):
        for line, points in lines.items():
            _draw(axes, line, points, styles[line])
        _set_axes(axes, lines)
        axes.set_title(f"{name}, {units[name]}" if units[name] else name, fontsize="medium", loc="left")
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    figure.supxlabel("pictures of the page")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(styles))
    return figure


def _draw(axes: Axes, line: str, points: Sequence[Point], style: dict[str, str]) -> None:
    counts, low, medians, high = zip(*points, strict=True)
    bars = [[abs(m - q) for m, q in zip(medians, ends, strict=True)] for ends in (low, high)]
    axes.errorbar(counts, medians, yerr=bars, label=line, marker="o", markersize=3, capsize=2, **style)


def _set_axes(axes: Axes, lines: dict[str, list[Point]]) -> None:
    points = [point for line in lines.values() for point in line]
    counts = sorted({point.count for point in points})
    axes.set_xscale("log")
    axes.set_xticks(counts, [f"{count:,}" for count in counts])
    axes.set_xticks([], minor=True)
    least, most = min(point.low for point in points), max(point.high for point in points)
    if least > 0 and most / least > WIDE:
        axes.set_yscale("log")
        axes.yaxis.set_minor_formatter(LogFormatter(labelOnlyBase=False))  # plain numbers, where there are few decades
    elif least >= 0:
        axes.set_ylim(0, None if most else 1)
    axes.yaxis.set_major_formatter("{x:,g}")
