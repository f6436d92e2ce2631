"""Plots only: training curves, ROC, confusion matrix, reliability, sample predictions. Nothing is measured here."""

import csv
import itertools
import math
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from python_trainer.files import write_atomically

# Okabe and Ito's palette: told apart with every kind of colour vision.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
SAMPLE_WARNING = "Shows images of the dataset: for your own eyes, do not publish or commit."


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _style(axes, title: str, x: str, y: str) -> None:
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)


def _save(figure: Figure, path: Path) -> None:
    with write_atomically(Path(path), "wb") as file:
        figure.savefig(file, format="png")


def _number(text: str | None) -> float:
    return float(text) if text else math.nan


def plot_curves(csv_log: Path, out_png: Path) -> None:
    """Loss, accuracy and AUC by epoch, training and validation (thesis fig. 4.5), from a training log.

    csv_log has the columns epoch, loss, accuracy, auc, val_loss, val_accuracy, val_auc; `size` or `phase`, where there
    is one, marks with a dotted line where the training went on to another stage. An empty value leaves a gap.
    """
    with Path(csv_log).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    epochs = [int(row["epoch"]) for row in rows]
    figure = _figure(12, 3.6)
    for axes, name in zip(figure.subplots(1, 3), ("loss", "accuracy", "auc"), strict=True):
        for key, label, color in ((name, "training", COLORS[0]), (f"val_{name}", "validation", COLORS[1])):
            axes.plot(epochs, [_number(row.get(key)) for row in rows], marker="o", ms=3, color=color, label=label)
        for before, after in itertools.pairwise(rows):
            if any(before.get(key) != after.get(key) for key in ("size", "phase")):
                axes.axvline(int(after["epoch"]) - 0.5, color="grey", linestyle=":")
        _style(axes, {"auc": "AUC"}.get(name, name.capitalize()), "epoch", "")
        axes.legend(frameon=False)
    _save(figure, out_png)


def plot_roc(curves: dict[str, tuple[np.ndarray, np.ndarray, float]], out_png: Path) -> None:
    """ROC curves. curves: name -> (false-positive rates [k], true-positive rates [k], AUC), all in [0, 1]."""
    figure = _figure(6, 5.5)
    axes = figure.subplots()
    styles = ("-", "--", "-.", ":")
    for index, (name, (fpr, tpr, auc)) in enumerate(curves.items()):
        color, line = COLORS[index % len(COLORS)], styles[index // len(COLORS) % len(styles)]
        axes.plot(fpr, tpr, line, color=color, label=f"{name} (AUC {auc:.3f})")
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    _style(axes, "ROC, fake as positive", "real images flagged", "fake images found")
    if curves:
        axes.legend(frameon=False, fontsize=8, loc="lower right")
    _save(figure, out_png)


def plot_confusion(matrices: dict[str, dict[str, int]], out_png: Path) -> None:
    """Confusion matrices side by side. matrices: title -> real_as_real, real_as_fake, fake_as_real, fake_as_fake."""
    figure = _figure(max(4.2, 3.4 * len(matrices)), 3.6)
    for axes, (title, counts) in zip(
        figure.subplots(1, len(matrices), squeeze=False)[0], matrices.items(), strict=True
    ):
        matrix = np.array([[counts[f"{a}_as_{p}"] for p in ("real", "fake")] for a in ("real", "fake")])
        shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        for i, j in np.ndindex(2, 2):
            color = "white" if shares[i, j] > 0.5 else "black"
            axes.text(j, i, f"{matrix[i, j]}\n{shares[i, j]:.1%}", ha="center", va="center", color=color)
        axes.set(title=title, xlabel="called", ylabel="is", xticks=[0, 1], yticks=[0, 1])
        axes.set_xticklabels(["real", "fake"])
        axes.set_yticklabels(["real", "fake"])
    _save(figure, out_png)


def plot_reliability(bins: dict[str, list[dict]], out_png: Path) -> None:
    """Share of fakes against mean score. bins: condition -> dicts of count, mean_score, share_of_fakes."""
    figure = _figure(5.5, 5.5)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    for color, (condition, part) in zip(COLORS, bins.items(), strict=False):
        counts = np.array([b["count"] for b in part], float)
        x, y = [b["mean_score"] for b in part], [b["share_of_fakes"] for b in part]
        axes.plot(x, y, color=color, label=condition)
        axes.scatter(x, y, s=20 + 180 * counts / max(counts.max(initial=0), 1), color=color, alpha=0.7)
    if len(bins) > 1:
        axes.legend(frameon=False, loc="upper left")
    _style(axes, "Calibration (dot size: number of images)", "fake score", "share of fakes")
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    _save(figure, out_png)


def plot_robustness(curves: dict[str, list[dict]], out_png: Path) -> None:
    """AUC and balanced accuracy against each kind of degradation, clean first, or against something else.

    curves: name -> points, each a dict of value (None: clean), auc and balanced_accuracy (None leaves a gap).
    """
    figure = _figure(3.6 * max(len(curves), 1), 3.4)
    for axes, (name, points) in zip(
        figure.subplots(1, max(len(curves), 1), squeeze=False)[0], curves.items(), strict=False
    ):
        places = range(len(points))
        for key, color, marker in (("auc", COLORS[0], "o"), ("balanced_accuracy", COLORS[1], "s")):
            values = [math.nan if p[key] is None else p[key] for p in points]
            axes.plot(
                places, values, marker=marker, ms=4, color=color, label={"auc": "AUC"}.get(key, "balanced accuracy")
            )
        axes.set_xticks(list(places), ["clean" if p["value"] is None else str(p["value"]) for p in points])
        axes.set_ylim(0.45, 1.0)
        _style(axes, name.replace("_", " "), "", "")
    if curves:
        axes.legend(frameon=False, fontsize=8)
    _save(figure, out_png)


def plot_gains(variants: dict[str, dict], out_png: Path) -> None:
    """What each variant of an ablation gains in AUC over the baseline on each part, with its 95 % interval.

    variants: name -> part -> {"gain": {"mean", "interval"}}; the baseline, which has no gain, is left out.
    """
    shown = {name: parts for name, parts in variants.items() if all("gain" in part for part in parts.values())}
    parts = list(next(iter(shown.values()), {}))
    figure = _figure(3.4 * max(len(parts), 1), 1.2 + 0.35 * len(shown))
    panels = figure.subplots(1, max(len(parts), 1), squeeze=False, sharey=True)[0]
    for axes, part in zip(panels, parts, strict=False):
        gains = [found[part]["gain"] for found in shown.values()]
        means = np.array([gain["mean"] for gain in gains])
        reach = np.abs(np.array([gain["interval"] for gain in gains]).T - means)
        axes.errorbar(means, list(shown), xerr=reach, fmt="o", ms=4, capsize=2, color=COLORS[0])
        axes.axvline(0, color="grey", linewidth=0.8)
        axes.set_ylim(-0.6, len(shown) - 0.4)
        _style(axes, part, "AUC gained", "")
    _save(figure, out_png)


def plot_maps(samples: list[dict], out_png: Path, columns: int = 8) -> None:
    """Crops with the anomaly map laid over them, the caption above.

    samples: dicts of image (uint8 [h, w, 3]), map (float [m, m] in [0, 1]) and caption.
    """
    rows = max(1, math.ceil(len(samples) / columns))
    figure = _figure(1.6 * columns, 2.0 * rows)
    grid = figure.subplots(rows, columns, squeeze=False).flat
    for axes, sample in itertools.zip_longest(grid, samples):
        axes.axis("off")
        if sample is not None:
            side = sample["image"].shape[0]
            axes.imshow(sample["image"])
            axes.imshow(
                sample["map"],
                cmap="inferno",
                vmin=0,
                vmax=1,
                alpha=0.45,
                extent=(0, side, side, 0),
                interpolation="bilinear",
            )
            axes.set_title(sample["caption"], fontsize=7)
    _save(figure, out_png)


def plot_predictions(samples: list[dict], out_png: Path, columns: int = 6) -> None:
    """A grid of crops with score and verdict (thesis fig. 4.6).

    samples: dicts of image (uint8 [h, w, 3]), label (1 = fake), score in [0, 1], correct (bool).
    """
    rows = max(1, math.ceil(len(samples) / columns))
    figure = _figure(1.7 * columns, 2.1 * rows + 0.5)
    for axes, sample in zip(
        figure.subplots(rows, columns, squeeze=False).flat, samples + [None] * columns * rows, strict=False
    ):
        axes.axis("off")
        if sample is None:
            continue
        axes.imshow(sample["image"])
        color, word = (COLORS[0], "correct") if sample["correct"] else (COLORS[1], "WRONG")
        axes.set_title(
            f"is {'fake' if sample['label'] else 'real'}, {sample['score']:.2f}\n{word}", fontsize=8, color=color
        )
    figure.suptitle(SAMPLE_WARNING, fontsize=9)
    _save(figure, out_png)
