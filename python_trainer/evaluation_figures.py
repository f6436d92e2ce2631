"""Which figures an evaluation draws, and from what: ROC, confusion, reliability, sample predictions."""

from pathlib import Path

import numpy as np
from sklearn.metrics import roc_curve

from python_trainer import figures, metrics
from python_trainer.evaluation_report import collect_images, image_scores, is_held_out
from python_trainer.manifest import CropRow

SAMPLES_PER_KIND = 6  # correct and wrong, real and fake


def draw(
    report: dict,
    rows: list[CropRow],
    logits: dict[str, np.ndarray],
    prepared: Path,
    out: Path,
    split: str,
    samples: bool,
) -> None:
    """Write roc.png, confusion.png, reliability.png and, if `samples`, predictions.png to `out`.

    `logits`: by condition, float [n] of `rows`, NaN without a crop; only calibration is drawn for more than the first.
    Curves and calibration are over scored images.
    """
    scored = {
        condition: [i for i in collect_images(rows, values) if i.split == split and i.logit is not None]
        for condition, values in logits.items()
    }
    images = next(iter(scored.values()))
    known = {condition: [i for i in part if not is_held_out(i.source)] for condition, part in scored.items()}
    seen = next(iter(known.values()))
    curves = {}
    for name in ["all sources", *sorted({i.source for i in images})]:
        part = seen if name == "all sources" else [i for i in images if i.source == name]
        labels, scores = np.array([i.label for i in part]), image_scores(part, report["calibration"])
        if metrics.has_both_classes(labels):
            fpr, tpr, _ = roc_curve(labels, scores)
            curves[name] = (fpr, tpr, metrics.roc_auc(labels, scores))
    figures.plot_roc(curves, out / "roc.png")
    if report["overall"]:
        matrices = {"no score = error": report["overall"]["confusion"]}
        if only := report["overall"]["scored_only"]:
            matrices["scored only"] = only["confusion"]
        figures.plot_confusion(matrices, out / "confusion.png")
    bins = {
        condition: metrics.reliability_bins(
            np.array([i.label for i in part]), image_scores(part, report["calibration"])
        )
        for condition, part in known.items()
        if part
    }
    figures.plot_reliability(bins, out / "reliability.png")
    if samples:
        figures.plot_predictions(
            _samples(report, rows, next(iter(logits.values())), prepared, split), out / "predictions.png"
        )


def _samples(report: dict, rows: list[CropRow], logits: np.ndarray, prepared: Path, split: str) -> list[dict]:
    """Some single-face images of each kind, drawn with a fixed seed."""
    from python_trainer.dataset import load_crops

    usable = [i for i, r in enumerate(rows) if r.split == split and r.faces_in_image == 1 and not np.isnan(logits[i])]
    calibration = report["calibration"]
    scores = metrics.sigmoid(logits / calibration["temperature"] + calibration["bias"])
    rng, chosen = np.random.default_rng(0), []
    for label in (0, 1):
        for correct in (True, False):
            kind = [
                i
                for i in usable
                if rows[i].label == label and ((scores[i] >= report["threshold"]) == bool(label)) == correct
            ]
            picked = rng.permutation(kind)[:SAMPLES_PER_KIND].astype(int)
            chosen += [(int(i), correct) for i in picked]
    crops = load_crops(prepared, [rows[i] for i, _ in chosen], 128)
    return [
        {"image": crop, "label": rows[i].label, "score": float(scores[i]), "correct": correct}
        for crop, (i, correct) in zip(crops, chosen, strict=True)
    ]
