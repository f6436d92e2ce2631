"""What an evaluation reports: calibration and thresholds from validation, then figures per source and overall."""

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain

import numpy as np

from python_trainer import metrics
from python_trainer.errors import UserError
from python_trainer.manifest import CropRow, is_label_certain
from python_trainer.operating_points import operating_points, score_table

RACES = ("White", "Black", "Asian", "Indian", "Others")


@dataclass(frozen=True)
class ImageScore:
    """One image: `logit` is its worst face's, None without a face to judge; `group` is what the bootstrap draws."""

    image: str
    source: str
    split: str
    label: int
    generator: str
    logit: float | None
    faces: int
    status: str
    group: str
    demographic: str
    second_look: bool


def collect_images(rows: list[CropRow], logits: np.ndarray) -> list[ImageScore]:
    """One entry for each image, with its highest-scoring face. Names are relative to the folder all images share."""
    by_image: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        by_image[row.image].append(index)
    parents = [os.path.dirname(name) for name in by_image]
    root = os.path.commonpath(parents) if parents and all(os.path.isabs(p) for p in parents) else ""
    images = []
    for name, members in by_image.items():
        first, values = rows[members[0]], logits[members]
        values = values[~np.isnan(values)]
        relative = os.path.relpath(name, root) if root else name
        images.append(
            ImageScore(
                relative, first.source, first.split, first.label, first.generator,
                float(values.max()) if len(values) else None, len(values), first.status,
                first.identity or first.pair_id or name, first.demographic, bool(first.second_look),
            )
        )  # fmt: skip
    return images


def is_held_out(source: str) -> bool:
    """Sources that are neither trained on nor used for any choice, and are reported on their own."""
    return source.startswith("unseen_") or source == "independent42"


def build_report(
    rows: list[CropRow],
    logits: np.ndarray,
    split: str = "test",
    bootstrap: int = 1000,
    seed: int = 0,
    degraded: dict[str, np.ndarray] | None = None,
) -> dict:
    """Everything measured. `logits` float [n] belong to `rows`, NaN without a crop; `degraded` holds those of the same
    crops under further conditions, by name.

    Calibration, thresholds and operating points come from the validation rows of sources that are not held out, and
    from all conditions together, since the web delivers them all.
    """
    sure = np.array([row.split == "val" and row.train_use == 1 and not is_held_out(row.source) for row in rows])
    sure &= ~np.isnan(logits)
    labels, sources = np.array([row.label for row in rows]), np.array([row.source for row in rows])
    conditions = {"": logits, **(degraded or {})}
    by_condition = [collect_images(rows, values) for values in conditions.values()]
    first = by_condition[0]
    val = [
        i
        for i in chain.from_iterable(by_condition)
        if i.split == "val" and not is_held_out(i.source) and i.logit is not None
    ]
    every = {label: np.concatenate([c[sure & (labels == label)] for c in conditions.values()]) for label in (0, 1)}
    every_source = np.concatenate([np.char.add(sources[sure & (labels == 0)], f" {name}") for name in conditions])
    try:
        calibration = metrics.fit_calibration(
            np.concatenate([every[0], every[1]]), np.repeat([0, 1], [len(every[0]), len(every[1])])
        )
        val_labels, val_scores = np.array([i.label for i in val]), image_scores(val, calibration)
        threshold = metrics.threshold_balanced(val_labels, val_scores)
    except ValueError as error:
        raise UserError(f"the validation split cannot fix the thresholds: {error}") from error
    calibrated = logits / calibration["temperature"] + calibration["bias"]
    known = ~np.isnan(logits) & np.array(
        [
            r.split == split
            and not is_held_out(r.source)
            and is_label_certain(r.label, r.faces_in_image, bool(r.generated))
            for r in rows
        ]
    )
    table = [metrics.sigmoid(calibrated[known & (labels == label)]) for label in (0, 1)]
    report = {
        "split": split,
        "labels": "1 = fake, 0 = real; fake_score = P(fake); positive_real is the thesis's positive class",
        "calibration": calibration,
        "threshold": threshold,
        "operating_points": operating_points(
            *(every[label] / calibration["temperature"] + calibration["bias"] for label in (0, 1)),
            every_source,
            len(conditions),
        ),
        "score_table": score_table(*table) if all(map(len, table)) else [],
        "score_table_split": split,
        "dataset": dict(Counter(f"{i.source}/{i.split}/{'fake' if i.label else 'real'}" for i in first)),
    }
    return report | summarise(first, split, report, bootstrap, seed)


def image_scores(images: list[ImageScore], calibration: dict) -> np.ndarray:
    """Calibrated scores float [n]; an image without one gets 1 − label, as wrong as can be."""
    logits = np.array([np.nan if i.logit is None else i.logit for i in images], np.float64)
    scores = metrics.sigmoid(logits / calibration["temperature"] + calibration["bias"])
    return np.where(np.isnan(logits), 1.0 - np.array([i.label for i in images]), scores)


def summarise(images: list[ImageScore], split: str, report: dict, bootstrap: int, seed: int) -> dict:
    """Overall, macro, per-source, held-out and demographic figures of `split` at the report's thresholds."""
    images = [i for i in images if i.split == split]
    seen = [i for i in images if not is_held_out(i.source)]
    by_source: dict[str, list[ImageScore]] = defaultdict(list)
    for image in images:
        by_source[image.source].append(image)
    sources = {name: _measure(by_source[name], report, bootstrap, seed) for name in sorted(by_source)}
    reals = [i for i in seen if i.label == 0]
    for name, figures in sources.items():
        if is_held_out(name) and figures["n_real"] == 0:
            figures["auc_against_other_reals"] = _auc(by_source[name] + reals, report["calibration"])
    both = [f for n, f in sources.items() if not is_held_out(n) and f["n_real"] and f["n_fake"]]
    unseen = [i for i in images if i.source.startswith("unseen_")]
    return {
        "overall": _measure(seen, report, bootstrap, seed) if seen else None,
        "macro": {
            "sources": len(both),
            **{k: float(np.mean([f[k] for f in both])) if both else None for k in ("accuracy", "balanced_accuracy", "auc", "average_precision", "eer", "ece")},
        },
        "sources": {n: f for n, f in sources.items() if not is_held_out(n)},
        "held_out": {n: f for n, f in sources.items() if is_held_out(n)},
        "unseen_pooled": _measure(unseen, report, bootstrap, seed) if unseen else None,
        "demographics": demographics(seen, report["calibration"], report["threshold"]),
    }  # fmt: skip


def _auc(images: list[ImageScore], calibration: dict) -> float | None:
    return metrics.roc_auc(np.array([i.label for i in images]), image_scores(images, calibration))


def _measure(images: list[ImageScore], report: dict, bootstrap: int, seed: int) -> dict:
    """Headline figures (no score = an error), their intervals, and the same over scored images alone."""
    figures = _figures(images, report)
    scored = [i for i in images if i.logit is not None]
    labels, scores = np.array([i.label for i in images]), image_scores(images, report["calibration"])
    groups = np.array([i.group for i in images])
    figures["intervals"] = metrics.bootstrap_intervals(labels, scores, report["threshold"], groups, bootstrap, seed)
    figures["groups"] = len(set(groups))  # intervals from fewer than some twenty of them are too narrow
    figures["coverage"] = len(scored) / len(images)
    figures["not_scored"] = dict(Counter(i.status for i in images if i.logit is None))
    figures["scored_only"] = _figures(scored, report) if scored else None
    return figures


def _figures(images: list[ImageScore], report: dict) -> dict:
    labels, scores = np.array([i.label for i in images]), image_scores(images, report["calibration"])
    result = metrics.binary_report(labels, scores, report["threshold"])
    counts = result["confusion"]
    return result | {
        "auc": metrics.roc_auc(labels, scores),
        "average_precision": metrics.average_precision(labels, scores),
        "eer": metrics.equal_error_rate(labels, scores),
        "ece": metrics.expected_calibration_error(labels, scores),
        "ece_equal_rates": metrics.expected_calibration_error(labels, scores, equal_rates=True),
        "false_positive_rate": metrics.rate(counts["real_as_fake"], result["n_real"]),
        "recall_fake": metrics.rate(counts["fake_as_fake"], result["n_fake"]),
    }


def demographics(images: list[ImageScore], calibration: dict, threshold: float) -> dict:
    """False-positive rates of scored reals by gender, age and race, where `demographic` is age-gender-race."""
    groups: dict[str, list[bool]] = defaultdict(list)
    for image in images:
        parts = image.demographic.split("-")
        if image.label or image.logit is None or len(parts) != 3 or not all(p.isdigit() for p in parts):
            continue
        flagged = bool(image_scores([image], calibration)[0] >= threshold)
        age, gender, race = map(int, parts)
        band = "0-17" if age < 18 else "18-39" if age < 40 else "40-64" if age < 65 else "65+"
        names = [f"age {band}", f"gender {('male', 'female')[gender] if gender < 2 else 'unknown'}"]
        for name in [*names, f"race {RACES[race] if race < len(RACES) else 'unknown'}"]:
            groups[name].append(flagged)
    return {name: metrics.rate(sum(flags), len(flags)) for name, flags in sorted(groups.items())}
