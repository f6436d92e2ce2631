"""What every benchmark leaves behind: JSON with each round's figure, a table of medians and spread, and a plot."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from python_trainer.files import write_atomically


@dataclass(frozen=True)
class Series:
    """The rounds of one contestant.

    group: what is compared with each other ("batch 1"); name: the contestant; values: one figure a round, in `unit`;
    notes: further columns of the table, by their heading.
    """

    group: str
    name: str
    values: Sequence[float]
    unit: str = "ms"
    notes: Mapping[str, str] = field(default_factory=dict)


def interleave(contestants: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Asks every contestant once a round, each round starting with another: a slow minute is slow for all of them.

    Args:
        contestants: by name, what measures one of them once and returns its figure.
        rounds: how often, >= 1.

    Returns:
        By name, the figures, round by round: figures at the same place were taken one after the other.
    """
    names = list(contestants)
    values: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            values[name].append(contestants[name]())
    return values


def ratio_to(series: Series, baseline: Series) -> float:
    """Median of the ratios round by round where both have the same rounds, else the ratio of the medians."""
    if len(series.values) == len(baseline.values):
        return statistics.median(ours / theirs for ours, theirs in zip(series.values, baseline.values, strict=True))
    return statistics.median(series.values) / statistics.median(baseline.values)


def results_table(rows: Sequence[Series], baseline: str | None = None) -> str:
    """Markdown: a line for each series, with its median, quartiles and number of rounds.

    Args:
        rows: in the order in which they are shown.
        baseline: name of the contestant to which the others of its group are set in relation, where a group has it.
    """
    notes = list(dict.fromkeys(heading for row in rows for heading in row.notes))
    headings = ["", "", "median", "quartiles", "rounds", *([f"÷ {baseline}"] if baseline else []), *notes]
    lines = [_line(headings), _line(["---"] * len(headings))]
    for row in rows:
        cells = [row.group, row.name, f"{_short(statistics.median(row.values))} {row.unit}"]
        cells += ["–".join(_short(value) for value in quartiles(row.values)), str(len(row.values))]
        if baseline:
            other = next((each for each in rows if (each.group, each.name) == (row.group, baseline)), None)
            cells.append(f"{ratio_to(row, other):.2f}" if other else "")
        lines.append(_line([*cells, *(str(row.notes.get(heading, "")) for heading in notes)]))
    return "\n".join(lines) + "\n"


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """The lower and the upper one; of a single value that value twice."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def write_results(
    out: Path, name: str, rows: Sequence[Series], *, baseline: str | None = None, about: str = ""
) -> None:
    """Prints the table and writes `name`.json, `name`.md and `name`.png into `out`.

    Args:
        about: sentences above the table: what was measured, and what the reader should know of it.
    """
    table = results_table(rows, baseline)
    print(f"\n{name}\n{about}\n\n{table}", flush=True)
    machine = _machine()
    with write_atomically(out / f"{name}.json") as file:
        json.dump({"about": about, "machine": machine, "series": [asdict(row) for row in rows]}, file, indent=1)
    with write_atomically(out / f"{name}.md") as file:
        file.write(f"# {name}\n\n{about}\n\n{table}\n{machine}\n")
    _plot(out / f"{name}.png", name, rows)


def _plot(path: Path, title: str, rows: Sequence[Series]) -> None:
    """A panel for each group; a bar is the median, its line reaches from quartile to quartile."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    groups = list(dict.fromkeys(row.group for row in rows))
    counts = [sum(row.group == group for row in rows) for group in groups]
    figure, panels = plt.subplots(
        len(groups), squeeze=False, figsize=(8, 0.9 * len(groups) + 0.35 * sum(counts)), height_ratios=counts
    )
    for axes, group in zip(panels[:, 0], groups, strict=True):
        shown = [row for row in rows if row.group == group][::-1]
        medians = [statistics.median(row.values) for row in shown]
        spread = [
            [abs(m - q) for m, q in zip(medians, ends, strict=True)]
            for ends in zip(*(quartiles(r.values) for r in shown), strict=True)
        ]
        axes.barh([row.name for row in shown], medians, xerr=spread, color="tab:blue", ecolor="black", capsize=2)
        axes.set_title(group, fontsize="medium", loc="left")
        axes.set_xlabel(shown[0].unit)
    figure.suptitle(title)
    figure.tight_layout()
    with write_atomically(path, "wb") as file:
        figure.savefig(file, format="png", dpi=110)
    plt.close(figure)


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
