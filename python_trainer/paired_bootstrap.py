"""Compares networks on the same images: mean AUC over groups of fakes, and the gain over a baseline with its interval."""

from dataclasses import dataclass

import numpy as np

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

    A variant's AUC is the mean over its runs of the mean over groups of fakes (`auc_by_group`). The interval (95 %,
    percentile) resamples images within each group and class, the same for both networks, and runs (seeds) in pairs: it
    covers the luck of the images and, with several runs, of the training.

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
                gains = resampled[variant] - resampled[baseline]
                mean = result[variant][name]["auc"] - result[baseline][name]["auc"]
                low, high = np.percentile(gains, [2.5, 97.5])
                result[variant][name]["gain"] = {"mean": mean, "interval": [float(low), float(high)]}
    return result


def _resampled(part: Part, runs: dict[str, list[np.ndarray]], resamples: int) -> dict[str, np.ndarray]:
    """Variant -> mean AUC in each resample, float [resamples]."""
    rng = np.random.default_rng(0)
    strata = [
        np.flatnonzero((part.groups == group) & (part.labels == label))
        for group in np.unique(part.groups)
        for label in (0, 1)
    ]
    count = len(next(iter(runs.values())))
    values = {variant: np.empty(resamples) for variant in runs}
    for turn in range(resamples):
        drawn = np.concatenate([rng.choice(members, len(members)) for members in strata if len(members)])
        seeds = rng.integers(count, size=count)
        again = Part(part.labels[drawn], part.groups[drawn])
        for variant, each in runs.items():
            values[variant][turn] = np.mean([_mean_auc(again, each[seed][drawn]) for seed in seeds])
    return values


def _mean_auc(part: Part, logits: np.ndarray) -> float:
    return float(np.mean(list(auc_by_group(part.labels, logits, part.groups).values())))
