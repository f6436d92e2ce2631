"""How a page's figures grow with its pictures: a panel for each figure, a line for each kind of page."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.results import Series, quartiles
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
    """A figure's lower quartile, median and upper quartile on pages of `count` pictures."""

    count: int
    low: float
    median: float
    high: float


Measured = Sequence[tuple[Scenario, Series]]  # a series' group is the figure


def growth_lines(measured: Measured) -> dict[str, dict[str, list[Point]]]:
    """By figure and by line, its points, from few pictures to many."""
    panels: dict[str, dict[str, list[Point]]] = {}
    for scenario, series in sorted(measured, key=lambda pair: pair[0].count):
        low, high = quartiles(series.values)
        point = Point(scenario.count, low, statistics.median(series.values), high)
        panels.setdefault(series.group, {}).setdefault(scenario.line, []).append(point)
    return panels


def plot_growth(path: Path, measured: Measured) -> None:
    """Writes `growth_figure` as a PNG."""
    with write_atomically(path, "wb") as file:
        growth_figure(measured).savefig(file, format="png", dpi=110)


def growth_figure(measured: Measured) -> Figure:
    """Each line's medians, with bars from quartile to quartile, in a panel for each figure."""
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
    else:
        axes.set_ylim(0, None if most else 1)
    axes.yaxis.set_major_formatter("{x:,g}")
