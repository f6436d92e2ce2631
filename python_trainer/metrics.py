"""Metrics of a binary detector: point values, bootstrap intervals, thresholds and calibration. Label 1 means fake.

Everywhere: labels int [n] in {0, 1} (1 = fake); scores float [n] in [0, 1], higher is more likely fake; an image is
called fake when score >= threshold. The thesis (Rutikanga 2024) counts *real* as positive; both are reported.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, confusion_matrix, precision_recall_fscore_support, roc_auc_score
from sklearn.metrics import roc_curve as sklearn_roc_curve

ECE_BINS = 15
_CHUNK = 100  # resamples held in memory at a time


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Probabilities float64, same shape, of logits; never overflows; NaN stays NaN."""
    with np.errstate(invalid="ignore"):
        return np.exp(-np.logaddexp(0, -np.asarray(logits, np.float64)))


def binary_report(labels: np.ndarray, scores: np.ndarray, threshold: float) -> dict:
    """Accuracy, confusion matrix, and precision, recall and F1 of each class, at a threshold.

    A rate whose denominator is empty (say, the recall of fakes where there are none) is None. Returns keys n,
    n_real, n_fake, accuracy, balanced_accuracy, positive_fake and positive_real (each precision, recall, f1) and
    confusion (real_as_real, real_as_fake, fake_as_real, fake_as_fake).
    """
    labels, predicted = np.asarray(labels), (np.asarray(scores) >= threshold).astype(int)
    matrix = confusion_matrix(labels, predicted, labels=[0, 1])
    precision, recall, f1, support = precision_recall_fscore_support(
        labels, predicted, labels=[0, 1], zero_division=np.nan
    )
    recall = np.where(support > 0, recall, np.nan)
    f1 = np.where(support > 0, f1, np.nan)
    classes = [
        {"precision": as_float(precision[c]), "recall": as_float(recall[c]), "f1": as_float(f1[c])} for c in (0, 1)
    ]
    total = matrix.sum()
    return {
        "n": int(total),
        "n_real": int(support[0]),
        "n_fake": int(support[1]),
        "accuracy": as_float(np.trace(matrix) / total) if total else None,
        "balanced_accuracy": as_float(recall.mean()),
        "positive_fake": classes[1],
        "positive_real": classes[0],
        "confusion": {
            "real_as_real": int(matrix[0, 0]),
            "real_as_fake": int(matrix[0, 1]),
            "fake_as_real": int(matrix[1, 0]),
            "fake_as_fake": int(matrix[1, 1]),
        },
    }


def as_float(value: float) -> float | None:
    """A plain float, or None where the value is not a number."""
    return None if not np.isfinite(value) else float(value)


def has_both_classes(labels: np.ndarray) -> bool:
    """Whether ranking metrics exist at all."""
    return len(np.unique(labels)) == 2


def roc_auc(labels: np.ndarray, scores: np.ndarray) -> float | None:
    """Area under the ROC curve in [0, 1]; None with one class only."""
    return float(roc_auc_score(labels, scores)) if has_both_classes(labels) else None


def average_precision(labels: np.ndarray, scores: np.ndarray) -> float | None:
    """Average precision with fake as positive, in [0, 1]; None with one class only."""
    return float(average_precision_score(labels, scores)) if has_both_classes(labels) else None


def equal_error_rate(labels: np.ndarray, scores: np.ndarray) -> float | None:
    """The error rate where false positives and false negatives are nearest to equal; None with one class only."""
    if not has_both_classes(labels):
        return None
    return as_float(_weighted_ranking(np.asarray(labels), np.asarray(scores), np.ones((1, len(labels))))["eer"][0])


def expected_calibration_error(
    labels: np.ndarray, scores: np.ndarray, bins: int = ECE_BINS, equal_rates: bool = False
) -> float | None:
    """Mean |share of fakes − mean score| over equal-width bins, weighted by size, in [0, 1]; None without images.

    equal_rates: both classes weigh the same, as in `fit_calibration`, whose scores are probabilities at equal base rates;
    None then with one class only.
    """
    labels = np.asarray(labels)
    if len(labels) == 0 or (equal_rates and not has_both_classes(labels)):
        return None
    weights = 0.5 / np.where(labels == 1, labels.mean(), 1 - labels.mean()) if equal_rates else np.ones(len(labels))
    return float(_weighted_ece(labels, np.asarray(scores), weights[None], bins)[0])


def reliability_bins(labels: np.ndarray, scores: np.ndarray, bins: int = ECE_BINS) -> list[dict]:
    """The non-empty bins behind the ECE: count, mean_score, share_of_fakes."""
    labels, scores = np.asarray(labels), np.asarray(scores)
    which = _bin_of(scores, bins)
    return [
        {
            "count": int((which == b).sum()),
            "mean_score": float(scores[which == b].mean()),
            "share_of_fakes": float(labels[which == b].mean()),
        }
        for b in np.unique(which)
    ]


def threshold_balanced(labels: np.ndarray, scores: np.ndarray) -> float:
    """The threshold of highest balanced accuracy; midway between the two scores around it.

    Raises:
        ValueError: one class only.
    """
    if not has_both_classes(labels):
        raise ValueError("a threshold needs real and fake validation images")
    fpr, tpr, thresholds = sklearn_roc_curve(labels, scores, drop_intermediate=False)
    best = int(np.argmax(tpr - fpr))
    above = min(thresholds[best], np.max(scores) + 1e-9)  # the first threshold of scikit-learn is infinite
    below = np.asarray(scores)[np.asarray(scores) < above]
    return float((above + below.max()) / 2) if len(below) else float(above)


def threshold_at_rate(scores: np.ndarray, rate: float) -> float:
    """The lowest threshold that at most `rate` of these scores reach (score >= threshold).

    Given the reals' scores, it bounds the false-positive rate.

    Raises:
        ValueError: no scores.
    """
    ordered = np.sort(np.asarray(scores, np.float64))[::-1]
    if len(ordered) == 0:
        raise ValueError("a threshold needs at least one score")
    allowed = int(np.floor(rate * len(ordered) + 1e-9))
    if allowed >= len(ordered):
        return float(ordered[-1])
    # A visible step above the first score that may not pass: it must survive rounding on the way to another scale.
    midway = (ordered[allowed] + ordered[max(allowed - 1, 0)]) / 2
    return float(max(midway, ordered[allowed] + 1e-6))


def fit_calibration(logits: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Platt's temperature and bias, so that sigmoid(logit / temperature + bias) is P(fake) at equal base rates.

    The classes weigh the same: on a page nobody knows the base rate. The unit Gaussian prior on the slope matters only where
    the logits separate the classes and the likelihood alone would have no maximum.

    Raises:
        ValueError: one class only, or logits that do not grow from real to fake.
    """
    if not has_both_classes(labels):
        raise ValueError("calibration needs real and fake validation faces")
    fit = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
    fit.fit(np.asarray(logits, np.float64).reshape(-1, 1), labels)
    slope, bias = float(fit.coef_[0, 0]), float(fit.intercept_[0])
    if slope <= 1e-6:
        raise ValueError("the logits do not rank fakes above reals on validation: the model has learned nothing")
    return {"temperature": 1 / slope, "bias": bias}


def wilson_interval(successes: int, total: int, z: float = 1.959964) -> list[float] | None:
    """Wilson's 95 % interval of a rate, [low, high] in [0, 1]; None when total is 0."""
    if total == 0:
        return None
    rate, spread = successes / total, z * z / total
    centre = (rate + spread / 2) / (1 + spread)
    half = z / (1 + spread) * np.sqrt(rate * (1 - rate) / total + spread / (4 * total))
    return [float(max(0.0, centre - half)), float(min(1.0, centre + half))]


def rate(count: int, total: int) -> dict | None:
    """A rate in [0, 1] with its count, n and Wilson's 95 % interval; None out of nothing."""
    if not total:
        return None
    return {"rate": count / total, "count": count, "n": total, "interval": wilson_interval(count, total)}


def bootstrap_intervals(
    labels: np.ndarray,
    scores: np.ndarray,
    threshold: float,
    groups: np.ndarray | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, list[float] | None]:
    """95 % percentile intervals of every metric, resampling images, or whole groups (identities) when given.

    groups: any hashable values [n]; images of one group enter or leave together. Resamples that lack what a metric
    needs are left out of that metric; None where all do, or where resamples is 0. Returns name -> [low, high] for
    accuracy, balanced_accuracy, fake_precision, fake_recall, fake_f1, real_precision, real_recall, real_f1, auc,
    average_precision, eer, ece.
    """
    labels, scores = np.asarray(labels), np.asarray(scores, np.float64)
    units = np.arange(len(labels)) if groups is None else np.unique(groups, return_inverse=True)[1]
    count = int(units.max()) + 1 if len(units) else 0
    rng, values = np.random.default_rng(seed), []
    for start in range(0, resamples if count else 0, _CHUNK):
        size = min(_CHUNK, resamples - start)
        weights = rng.multinomial(count, np.full(count, 1 / count), size=size)[:, units].astype(np.float64)
        values.append(_weighted_metrics(labels, scores, threshold, weights))
    if not values:
        return {}
    return {name: _percentiles(np.concatenate([v[name] for v in values])) for name in values[0]}


def _percentiles(values: np.ndarray) -> list[float] | None:
    values = values[np.isfinite(values)]
    return [float(v) for v in np.percentile(values, [2.5, 97.5])] if len(values) else None


def _weighted_metrics(labels: np.ndarray, scores: np.ndarray, threshold: float, weights: np.ndarray) -> dict:
    """Each metric for each row of weights [r, n]: arrays [r], NaN where undefined."""
    called = scores >= threshold
    rr, rf = (weights @ ((labels == 0) & (called == c)) for c in (False, True))
    fr, ff = (weights @ ((labels == 1) & (called == c)) for c in (False, True))
    with np.errstate(divide="ignore", invalid="ignore"):
        real_recall, fake_recall = rr / (rr + rf), ff / (fr + ff)
        values = {
            "accuracy": (rr + ff) / (rr + rf + fr + ff),
            "balanced_accuracy": (real_recall + fake_recall) / 2,
            "fake_precision": ff / (ff + rf),
            "fake_recall": fake_recall,
            "fake_f1": np.where(fr + ff > 0, 2 * ff / (2 * ff + rf + fr), np.nan),
            "real_precision": rr / (rr + fr),
            "real_recall": real_recall,
            "real_f1": np.where(rr + rf > 0, 2 * rr / (2 * rr + rf + fr), np.nan),
        }
    return values | _weighted_ranking(labels, scores, weights) | {"ece": _weighted_ece(labels, scores, weights)}


def _weighted_ranking(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """AUC, average precision and EER under weights [r, n]: scikit-learn's values, for all resamples at once."""
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) != 0])  # equal scores are passed together
    fake = np.add.reduceat((weights * labels)[:, order], starts, axis=1)
    real = np.add.reduceat((weights * (1 - labels))[:, order], starts, axis=1)
    caught, flagged = fake.cumsum(1), real.cumsum(1)
    rows = np.arange(len(weights))
    with np.errstate(divide="ignore", invalid="ignore"):
        tpr, fpr = caught / caught[:, -1:], flagged / flagged[:, -1:]
        auc = (real * (caught - fake / 2)).sum(1) / (caught[:, -1] * flagged[:, -1])
        precision = np.nan_to_num(caught / (caught + flagged))  # 0/0 above the first drawn image adds nothing
        ap = (fake / caught[:, -1:] * precision).sum(1)
        nearest = np.argmin(np.abs(1 - tpr - fpr), axis=1)
        eer = (1 - tpr[rows, nearest] + fpr[rows, nearest]) / 2
        ap = np.where(flagged[:, -1] > 0, ap, np.nan)
    return {"auc": auc, "average_precision": ap, "eer": eer}


def _bin_of(scores: np.ndarray, bins: int) -> np.ndarray:
    return np.clip((np.asarray(scores) * bins).astype(int), 0, bins - 1)


def _weighted_ece(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray, bins: int = ECE_BINS) -> np.ndarray:
    member = np.eye(bins)[_bin_of(scores, bins)]
    return np.abs((weights * (labels - scores)) @ member).sum(1) / weights.sum(1)
