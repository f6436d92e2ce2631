"""From validation scores to the thresholds and the score table that ship with a model."""

import numpy as np

from python_trainer.metrics import sigmoid, threshold_at_rate

CHECK_RATE = 0.03  # of real faces flagged, when the user asked for a check
AUTOMATIC_RATE = 0.005  # of real images flagged, when badges appear by themselves
MAX_FACES = 8
SOURCE_MINIMUM = 30  # validation reals with which a source has a say of its own; fewer only count in the pool
# Of known kinds that may be told "no traces": half of what is bearable, since unknown kinds are told so more often. That the test
# had shown, twice as often; so the test's own share is met by this choice, and not found (model card).
MISSED_FAKES = 0.05
RIGHT_OUTSIDE_BAND = 0.95  # of each class, among the faces that get a verdict at all
TAIL_SHARE = 0.10  # the highest-scoring reals, to which the tail is fitted
TAIL_MINIMUM = 10  # fewer of them say nothing about a tail
SCORE_LEVELS = (*(round(0.05 * i, 2) for i in range(1, 20)), 0.96, 0.97, 0.98, 0.99)


def operating_points(
    real_logits: np.ndarray, fake_logits: np.ndarray, real_sources: np.ndarray, conditions: int = 1
) -> dict[str, dict]:
    """The bands' thresholds for both modes, from calibrated logits (logit / temperature + bias) of validation faces.

    real_logits, fake_logits: float [n], [m], one for each face whose own label is certain and for each condition under
    which it was scored; real_sources: [n], the source together with the condition; conditions: how many those are.
    `check` keeps its rate on the worst real source, since nobody's photos may pay for another kind being easy.
    `automatic` is rarer than a single source could show and comes from all reals, but is never below `check`. An image
    of f real faces is flagged as soon as one of them is, so it allows each face 1-(1-rate)^(1/f) (Šidák), f = 1 … 8.
    Returns mode -> no_traces, likely_fake (lists of scores in (0, 1)), the allowed rate, and what is behind them:
    n_real, n_fake (faces, each counted once), method (for each threshold: "empirical", or "tail_fit" / "maximum" where
    there are too few reals to see so small a rate), and bands: what validation faces get, under all conditions, with the
    thresholds for one face.

    Raises:
        ValueError: no real or no fake faces.
    """
    real, fake = np.asarray(real_logits, np.float64), np.asarray(fake_logits, np.float64)
    if not len(real) or not len(fake):
        raise ValueError("operating points need real and fake validation faces")
    worst = check_threshold(real, real_sources)
    per_face = [1 - (1 - AUTOMATIC_RATE) ** (1 / count) for count in range(1, MAX_FACES + 1)]
    faces = {"n_real": len(real) // conditions, "n_fake": len(fake) // conditions}
    return {
        "check": {**_points(real, fake, [CHECK_RATE], worst), **faces, "real_faces_flagged": CHECK_RATE},
        "automatic": {**_points(real, fake, per_face, worst), **faces, "real_images_flagged": AUTOMATIC_RATE},
    }


def check_threshold(real: np.ndarray, sources: np.ndarray) -> float:
    """The lowest logit that at most CHECK_RATE of all reals, float [n], and of those of each large source, [n], reach."""
    parts = [real[sources == name] for name in np.unique(sources)]
    return max(threshold_at_rate(part, CHECK_RATE) for part in [real, *(p for p in parts if len(p) >= SOURCE_MINIMUM)])


def _points(real: np.ndarray, fake: np.ndarray, rates: list[float], least: float) -> dict:
    upper, methods = zip(*(_flagging_threshold(real, rate) for rate in rates), strict=True)
    # More faces never mean a lower bar, also where one method hands over to the next.
    upper = np.maximum.accumulate(np.maximum(upper, least))
    # What counts as "no traces" depends neither on who asked nor on how many faces there are.
    lower = np.minimum(np.quantile(fake, MISSED_FAKES, method="lower"), upper)
    return {
        "no_traces": [float(v) for v in sigmoid(lower)],
        "likely_fake": [float(v) for v in sigmoid(upper)],
        "method": list(methods),
        "bands": _bands(real, fake, lower[0], upper[0]),
    }


def _flagging_threshold(real: np.ndarray, rate: float) -> tuple[float, str]:
    """The logit that at most `rate` of reals should reach, and how it was found."""
    empirical = threshold_at_rate(real, rate)
    if rate * len(real) >= 1:
        return empirical, "empirical"
    tail_start = np.quantile(real, 1 - TAIL_SHARE)
    excess = real[real > tail_start] - tail_start
    if len(excess) < TAIL_MINIMUM:
        return empirical, "maximum"
    # Exponential tail: P(logit > start + x) = share · exp(-x / mean excess). Never below what was seen.
    fitted = tail_start + excess.mean() * np.log(len(excess) / len(real) / rate)
    return max(float(fitted), empirical), "tail_fit"


def _bands(real: np.ndarray, fake: np.ndarray, lower: float, upper: float) -> dict:
    """Shares of each class in each band, and of what gets a verdict the share that is right (None: nothing does)."""
    shares = {
        name: {
            "no_traces": float(np.mean(values < lower)),
            "inconclusive": float(np.mean((values >= lower) & (values < upper))),
            "likely_fake": float(np.mean(values >= upper)),
        }
        for name, values in (("real", real), ("fake", fake))
    }
    right = {}
    for name, correct in (("real", "no_traces"), ("fake", "likely_fake")):
        decided = 1 - shares[name]["inconclusive"]
        right[name] = shares[name][correct] / decided if decided > 1e-12 else None
    attained = all(value is not None and value >= RIGHT_OUTSIDE_BAND - 1e-9 for value in right.values())
    return {**shares, "right_outside_band": right, "right_outside_band_attained": attained}


def score_table(real_scores: np.ndarray, fake_scores: np.ndarray) -> list[dict[str, float]]:
    """For scores from 0.05 to 0.99: of 100 real and of 100 fake faces, how many score at least this high (one decimal).

    real_scores, fake_scores: calibrated, float [n], [m] in [0, 1].

    Raises:
        ValueError: no real or no fake faces.
    """
    if not len(real_scores) or not len(fake_scores):
        raise ValueError("a score table needs real and fake faces")
    return [
        {
            "score": level,
            "real_of_100": round(100 * float(np.mean(np.asarray(real_scores) >= level)), 1),
            "fake_of_100": round(100 * float(np.mean(np.asarray(fake_scores) >= level)), 1),
        }
        for level in SCORE_LEVELS
    ]
