"""What every benchmark leaves behind: JSON with each round's figure and what made it, a table, and a plot."""

from __future__ import annotations

import json
import os
import platform
import shlex
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import TypeVar

from python_trainer.files import ROOT, write_atomically

T = TypeVar("T")

FOLDER = Path(__file__).parent
FEW = 5  # rounds, below which quartiles would be made up of one or two figures
SPREAD_LEGEND = f"Spread: the quartiles, and of fewer than {FEW} rounds the least and the largest."
RATIO_LEGEND = "÷: the median and the spread of the ratios round by round, unless it says that it is of the medians."
# Read here, because every benchmark imports this before it measures.
LOAD_AT_START = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


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


def interleave(contestants: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Asks every contestant once a round, each round starting with another: a slow minute is slow for all of them.

    Args:
        contestants: by name, what measures one of them once and returns its figure, or several.
        rounds: how often, >= 1.

    Returns:
        By name, the figures, round by round: figures at the same place were taken one after the other.
    """
    names = list(contestants)
    values: dict[str, list[T]] = {name: [] for name in names}
    for number in range(rounds):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            values[name].append(contestants[name]())
    return values


def ratio_to(series: Series, baseline: Series) -> str:
    """As the table shows it: the ratios round by round where both have as many rounds, else the ratio of the medians."""
    if len(series.values) != len(baseline.values):
        return f"{statistics.median(series.values) / statistics.median(baseline.values):.2f} (of medians)"
    ratios = [ours / theirs for ours, theirs in zip(series.values, baseline.values, strict=True)]
    shown, ends = f"{statistics.median(ratios):.2f}", _ends(ratios, "{:.2f}".format)
    return f"{shown} ({ends})" if ends else shown


def results_table(rows: Sequence[Series], baseline: str | None = None) -> str:
    """Markdown: a line for each series, with its median, spread and number of rounds, and a line that says what they are.

    Args:
        rows: in the order in which they are shown.
        baseline: name of the contestant to which the others of its group are set in relation, where a group has it.
    """
    notes = list(dict.fromkeys(heading for row in rows for heading in row.notes))
    headings = ["", "", "median", "spread", "rounds", *([f"÷ {baseline}"] if baseline else []), *notes]
    lines = [_line(headings), _line(["---"] * len(headings))]
    for row in rows:
        cells = [row.group, row.name, f"{_short(statistics.median(row.values))} {row.unit}".rstrip()]
        cells += [_ends(row.values, _short), str(len(row.values))]
        if baseline:
            other = next((each for each in rows if (each.group, each.name) == (row.group, baseline)), None)
            cells.append("1" if other is row else ratio_to(row, other) if other else "")
        lines.append(_line([*cells, *(str(row.notes.get(heading, "")) for heading in notes)]))
    legend = f"{SPREAD_LEGEND} {RATIO_LEGEND}" if baseline else SPREAD_LEGEND
    return "\n".join([*lines, "", legend]) + "\n"


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The quartiles; of fewer than FEW values the least and the largest."""
    if len(values) < FEW:
        return min(values), max(values)
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def peer_versions() -> dict[str, str]:
    """By package, the version of what `make bench` installed to compare with; empty where it has not."""
    named = json.loads((FOLDER / "package.json").read_text())["devDependencies"]
    manifests = {name: FOLDER / "node_modules" / name / "package.json" for name in named}
    scripts = {name: json.loads(file.read_text())["version"] for name, file in manifests.items() if file.is_file()}
    packages = {found.name: found.version for found in distributions(path=[str(FOLDER / "python-peers")])}
    return scripts | dict(sorted(packages.items()))


def write_results(
    out: Path,
    name: str,
    rows: Sequence[Series],
    *,
    baseline: str | None = None,
    about: str = "",
    versions: Mapping[str, str] = {},
) -> None:
    """Prints the table and writes `name`.json, `name`.md and `name`.png into `out`.

    Args:
        about: sentences above the table: what was measured, and what the reader should know of it.
        versions: by name, of what took part and is not fixed by the code's own revision: Chromium, `peer_versions`.
    """
    table = results_table(rows, baseline)
    print(f"\n{name}\n{about}\n\n{table}", flush=True)
    machine, made_by = _machine(), _made_by(versions)
    with write_atomically(out / f"{name}.json") as file:
        found = {"about": about, "machine": machine, "made_by": made_by, "series": [asdict(row) for row in rows]}
        json.dump(found, file, indent=1)
    with write_atomically(out / f"{name}.md") as file:
        file.write(f"# {name}\n\n{about}\n\n{table}\n{_origin(machine, made_by)}\n")
    _plot(out / f"{name}.png", name, rows)


def _plot(path: Path, title: str, rows: Sequence[Series]) -> None:
    """A panel for each group; a bar is the median, its line the spread."""
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
        lengths = [
            [abs(m - end) for m, end in zip(medians, ends, strict=True)]
            for ends in zip(*(spread(row.values) for row in shown), strict=True)
        ]
        axes.barh([row.name for row in shown], medians, xerr=lengths, color="tab:blue", ecolor="black", capsize=2)
        axes.set_title(group, fontsize="medium", loc="left")
        axes.set_xlabel(shown[0].unit)
    figure.suptitle(title)
    figure.tight_layout()
    with write_atomically(path, "wb") as file:
        figure.savefig(file, format="png", dpi=110)
    plt.close(figure)


def _ends(values: Sequence[float], shown: Callable[[float], str]) -> str:
    """Those of the spread; nothing of a single value, which has none."""
    return "–".join(shown(value) for value in spread(values)) if len(values) > 1 else ""


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _machine() -> dict:
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "load_at_start": LOAD_AT_START,
    }


def _processor() -> str:
    """The model's name as Linux tells it on x86, else what Python knows."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def _made_by(versions: Mapping[str, str]) -> dict:
    # Here, because it loads scikit-learn, which no browser benchmark needs before.
    from python_trainer.evaluate import code_version

    model = json.loads((ROOT / "converted_models" / "ifmd" / "manifest.json").read_text())
    return {
        "code_version": code_version(),
        "model": {"name": model["name"], "version": model["version"]},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "arguments": sys.argv[1:],
        "versions": {"Python": platform.python_version(), **versions},
    }


def _origin(machine: dict, made_by: dict) -> str:
    """On what and of what the results were made, in a line."""
    model, arguments = made_by["model"], shlex.join(made_by["arguments"])
    versions = ", ".join(f"{name} {version}" for name, version in made_by["versions"].items())
    return (
        f"{made_by['date']}, code {made_by['code_version']}, model {model['name']} {model['version']}, arguments:"
        f" {arguments or 'none'}; {machine['processor']}, {machine['cores']} cores, {machine['architecture']},"
        f" {machine['system']}, load at the start {machine['load_at_start']}; {versions}"
    )
