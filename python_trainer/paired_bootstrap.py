"""Compares networks on the same images: mean AUC over groups of fakes, and the gain over a baseline with its interval."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from python_trainer.validation import auc_by_group


@dataclass(frozen=True)
class Part:
    """Images that every network has scored: labels int [n], 1 for fake; groups str [n], the source of each."""

    labels: np.ndarray
    groups: np.ndarray


def compare(
    parts: dict[str, tuple], scores: dict[str, list[dict[str, np.ndarray]]], baseline: str, resamples: int = 1000
) -> dict[str, dict[str, dict]]:
    """Variant -> part -> {"auc", "seeds", "gain": {"mean", "interval"}}; the baseline has no gain.

    A variant's AUC is the mean over its runs of the mean over groups of fakes (`auc_by_group`). The interval (95 %) is
    of the mean gain. The luck of the images is that of resampling them within each group and class, the same for
    all networks. That of the training is the standard error of the gain of the runs (seeds), in pairs, by Student's t: so few
    runs cannot be resampled (of two, the extremes would be the interval). With one run nothing is known of it, and the
    interval is of the images alone.

    Args:
        parts: name -> (anything, Part).
        scores: variant -> for each run, part's name -> logits float [n].
    """
    result: dict[str, dict[str, dict]] = {variant: {} for variant in scores}
    for name, (_, part) in parts.items():
        runs = {variant: [one[name] for one in each] for variant, each in scores.items()}
        for variant, each in runs.items():
            aucs = [_mean_auc(part, logits) for logits in each]
            result[variant][name] = {"auc": float(np.mean(aucs)), "seeds": aucs}
        resampled = _resampled(part, runs, resamples)
        for variant in runs:
            if variant != baseline:
                gains = np.subtract(result[variant][name]["seeds"], result[baseline][name]["seeds"])
                interval = _interval(gains, resampled[variant] - resampled[baseline])
                result[variant][name]["gain"] = {"mean": float(gains.mean()), "interval": interval}
    return result


def _interval(gains: np.ndarray, resampled: np.ndarray) -> list[float]:
    """Of the mean of the runs' gains, float [runs], whose value in resamples of the images is `resampled`, float [n]."""
    runs = len(gains)
    if runs == 1:
        return [float(value) for value in np.percentile(resampled, [2.5, 97.5])]
    images = stats.norm.ppf(0.975) * resampled.std(ddof=1)
    training = stats.t.ppf(0.975, runs - 1) * gains.std(ddof=1) / runs**0.5
    half = float(np.hypot(images, training))
    return [float(gains.mean()) - half, float(gains.mean()) + half]


def _resampled(part: Part, runs: dict[str, list[np.ndarray]], resamples: int) -> dict[str, np.ndarray]:
    """Variant -> mean over its runs of the AUC in each resample of the images, float [resamples]."""
    rng = np.random.default_rng(0)
    strata = [
        np.flatnonzero((part.groups == group) & (part.labels == label))
        for group in np.unique(part.groups)
        for label in (0, 1)
    ]
    values = {variant: np.empty(resamples) for variant in runs}
    for turn in range(resamples):
        drawn = np.concatenate([rng.choice(members, len(members)) for members in strata if len(members)])
        again = Part(part.labels[drawn], part.groups[drawn])
        for variant, each in runs.items():
            values[variant][turn] = np.mean([_mean_auc(again, logits[drawn]) for logits in each])
    return values


def _mean_auc(part: Part, logits: np.ndarray) -> float:
    return float(np.mean(list(auc_by_group(part.labels, logits, part.groups).values())))
