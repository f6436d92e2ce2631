"""Metrics against hand-computed values and scikit-learn, and what happens where a metric does not exist."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from python_trainer import metrics
from python_trainer.operating_points import operating_points, score_table

LABELS = np.array([0, 0, 0, 1, 1])
SCORES = np.array([0.1, 0.4, 0.8, 0.35, 0.9])


def test_report_of_both_positive_classes():
    report = metrics.binary_report(LABELS, SCORES, 0.5)
    assert report["confusion"] == {"real_as_real": 2, "real_as_fake": 1, "fake_as_real": 1, "fake_as_fake": 1}
    assert report["accuracy"] == pytest.approx(3 / 5)
    assert report["positive_fake"] == pytest.approx({"precision": 1 / 2, "recall": 1 / 2, "f1": 1 / 2})
    assert report["positive_real"] == pytest.approx({"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3})


def test_score_at_the_threshold_is_called_fake():
    assert metrics.binary_report([1], [0.5], 0.5)["confusion"]["fake_as_fake"] == 1


def test_one_class_has_no_ranking():
    labels, scores = np.zeros(4, int), np.linspace(0, 1, 4)
    for metric in (metrics.roc_auc, metrics.average_precision, metrics.equal_error_rate):
        assert metric(labels, scores) is None
    report = metrics.binary_report(labels, scores, 0.5)
    assert report["positive_fake"]["recall"] is None
    assert report["balanced_accuracy"] is None
    intervals = metrics.bootstrap_intervals(labels, scores, 0.5, resamples=50)
    assert intervals["auc"] is None and intervals["fake_recall"] is None and intervals["accuracy"] is not None


def test_ranking_by_hand():
    assert metrics.roc_auc(LABELS, SCORES) == pytest.approx(4 / 6)
    assert metrics.average_precision(LABELS, SCORES) == pytest.approx(0.5 * 1 + 0.5 * 2 / 4)
    assert metrics.equal_error_rate([0, 0, 1, 1], np.array([0.1, 0.6, 0.5, 0.9])) == pytest.approx(0.5)


def test_ece_by_hand():
    # One bin holds 0.95 twice with one fake: |0.5 - 0.95|; the other 0.05 once, real: |0 - 0.05|.
    value = metrics.expected_calibration_error(np.array([1, 0, 0]), np.array([0.95, 0.95, 0.05]))
    assert value == pytest.approx((2 * 0.45 + 0.05) / 3)


def test_ece_at_equal_base_rates_lets_both_classes_weigh_the_same():
    # The fake weighs as much as both reals: two thirds of the first bin are fakes.
    labels, scores = np.array([1, 0, 0]), np.array([0.95, 0.95, 0.05])
    value = metrics.expected_calibration_error(labels, scores, equal_rates=True)
    assert value == pytest.approx(0.75 * abs(2 / 3 - 0.95) + 0.25 * 0.05)
    assert metrics.expected_calibration_error(labels[1:], scores[1:], equal_rates=True) is None


def test_weighted_ranking_equals_scikit_learn_on_resamples_with_ties():
    rng = np.random.default_rng(1)
    labels, scores = rng.integers(0, 2, 80), rng.integers(0, 12, 80) / 12
    weights = rng.multinomial(80, np.full(80, 1 / 80), size=5).astype(float)
    ours = metrics._weighted_ranking(labels, scores, weights)
    for row, weight in enumerate(weights):
        assert ours["auc"][row] == pytest.approx(roc_auc_score(labels, scores, sample_weight=weight))
        assert ours["average_precision"][row] == pytest.approx(
            average_precision_score(labels, scores, sample_weight=weight)
        )


def test_balanced_threshold_separates():
    threshold = metrics.threshold_balanced(np.array([0, 0, 1, 1]), np.array([0.1, 0.3, 0.5, 0.9]))
    assert threshold == pytest.approx(0.4)
    with pytest.raises(ValueError, match="real and fake"):
        metrics.threshold_balanced(np.zeros(3, int), np.zeros(3))


@pytest.mark.parametrize("rate, flagged", [(0.0, 0), (0.1, 1), (0.25, 2), (1.0, 10)])
def test_threshold_at_rate_flags_no_more(rate, flagged):
    scores = np.arange(10) / 10
    assert (scores >= metrics.threshold_at_rate(scores, rate)).sum() == flagged
    assert (np.zeros(10) >= metrics.threshold_at_rate(np.zeros(10), 0.5)).sum() == 0  # ties go the safe way


def test_calibration_recovers_temperature_and_bias():
    rng = np.random.default_rng(2)
    true = rng.normal(0, 2, 20000)
    labels = (rng.random(20000) < metrics.sigmoid(true)).astype(int)
    fit = metrics.fit_calibration(3 * (true - 0.5), labels)
    assert fit["temperature"] == pytest.approx(3, rel=0.05)
    assert fit["bias"] == pytest.approx(0.5, abs=0.08)


def test_calibration_of_separable_logits_is_finite_and_of_reversed_ones_refused():
    fit = metrics.fit_calibration(np.array([-5.0, -4, 4, 5]), np.array([0, 0, 1, 1]))
    assert 0.1 < fit["temperature"] < 20
    with pytest.raises(ValueError, match="learned nothing"):
        metrics.fit_calibration(np.array([5.0, 4, -4, -5]), np.array([0, 0, 1, 1]))


def test_wilson():
    assert metrics.wilson_interval(5, 10) == pytest.approx([0.2366, 0.7634], abs=1e-4)
    assert metrics.wilson_interval(0, 10)[0] == 0
    assert metrics.wilson_interval(0, 0) is None


def test_bootstrap_is_seeded_covers_and_widens_with_groups():
    rng = np.random.default_rng(3)
    labels = np.repeat(rng.integers(0, 2, 40), 10)
    correct = np.repeat(rng.random(40) < 0.8, 10)  # right or wrong as a whole identity
    scores = np.where(correct, labels, 1 - labels) * 0.8 + 0.1
    groups = np.repeat(np.arange(40), 10)
    single = metrics.bootstrap_intervals(labels, scores, 0.5, seed=1)
    grouped = metrics.bootstrap_intervals(labels, scores, 0.5, groups, seed=1)
    assert single == metrics.bootstrap_intervals(labels, scores, 0.5, seed=1)
    low, high = single["accuracy"]
    assert low < correct.mean() < high
    assert grouped["accuracy"][1] - grouped["accuracy"][0] > 2 * (high - low)


def test_operating_points_keep_their_rates():
    rng = np.random.default_rng(4)
    real, fake = rng.normal(-3, 1, 1000), rng.normal(3, 1, 1000)
    points = operating_points(real, fake, np.repeat("photos", 1000))
    (likely,), (none,) = points["check"]["likely_fake"], points["check"]["no_traces"]
    assert 0.02 < (metrics.sigmoid(real) >= likely).mean() <= 0.03
    assert none == likely, "no fake in twenty lies so low here, and the bands do not overlap"
    assert points["check"]["bands"]["right_outside_band_attained"]
    automatic = points["automatic"]
    assert len(automatic["likely_fake"]) == 8 == len(automatic["no_traces"])
    assert automatic["likely_fake"] == sorted(automatic["likely_fake"])
    assert automatic["method"][0] == "empirical" and automatic["method"][-1] == "tail_fit"
    assert (metrics.sigmoid(real) >= automatic["likely_fake"][0]).mean() <= 0.005
    assert all(low <= high for low, high in zip(automatic["no_traces"], automatic["likely_fake"], strict=True))


def test_one_known_fake_in_twenty_may_be_told_no_traces():
    rng = np.random.default_rng(4)
    real, fake = rng.normal(-1, 1, 1000), rng.normal(1, 1, 1000)
    (none,) = operating_points(real, fake, np.repeat("photos", 1000))["check"]["no_traces"]
    assert 0.045 < (metrics.sigmoid(fake) < none).mean() <= 0.05


def test_a_check_keeps_its_rate_on_the_worst_real_source_that_is_large_enough():
    rng = np.random.default_rng(6)
    easy, hard, tiny = rng.normal(-3, 1, 900), rng.normal(0, 1, 100), np.full(5, 9.0)
    real, sources = np.concatenate([easy, hard, tiny]), np.repeat(["easy", "hard", "tiny"], [900, 100, 5])
    points = operating_points(real, rng.normal(3, 1, 500), sources)
    threshold = points["check"]["likely_fake"][0]
    assert 0.01 < (metrics.sigmoid(hard) >= threshold).mean() <= 0.03
    assert threshold < metrics.sigmoid(np.array(9.0))
    assert points["automatic"]["likely_fake"][0] >= threshold


def test_operating_points_say_when_reals_are_too_few_or_classes_overlap():
    rng = np.random.default_rng(5)
    few = operating_points(rng.normal(-1, 1, 20), rng.normal(1, 1, 20), np.repeat("photos", 20))
    assert few["check"]["n_real"] == 20
    assert set(few["automatic"]["method"]) == {"maximum"}
    same = operating_points(rng.normal(0, 1, 500), rng.normal(0, 1, 500), np.repeat("photos", 500))
    assert not same["check"]["bands"]["right_outside_band_attained"]
    with pytest.raises(ValueError, match="real and fake"):
        operating_points(np.empty(0), np.ones(3), np.empty(0))


def test_score_table_counts():
    table = {row["score"]: row for row in score_table(np.array([0.1, 0.6]), np.array([0.5, 0.9, 0.99, 0.2]))}
    assert table[0.5] == {"score": 0.5, "real_of_100": 50.0, "fake_of_100": 75.0}
    steps = np.diff([level for level in table if level >= 0.95])
    assert steps.max() < 0.011, "what is likely fake lies up there: a score must not quote one far below it"
