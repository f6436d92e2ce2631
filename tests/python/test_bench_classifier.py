"""The benchmark of the classifier: nothing is reported unless every run of every runtime gave the same logits."""

import numpy as np
import pytest

from benchmarks.classifier import ONE_AT_A_TIME, PLAIN, check_parity, measure


def runtime(logit: float, off_at: int = 0, off_by: float = 0.0):
    """Takes as many milliseconds as it was run before; the `off_at`-th run of a batch of that size is off."""
    runs = []

    def run(batch: int):
        runs.append(batch)
        wrong = off_by if runs.count(batch) == off_at else 0
        return float(len(runs) - 1), np.full(batch, logit + wrong)

    return run


def test_differences_are_from_the_first_runtime_and_the_other_network_has_none():
    answers = {"native": [(1, np.array([2.0]))], "web": [(1, np.array([2.01])), (1, np.array([1.98]))]}
    assert check_parity(answers | {PLAIN: [(1, np.array([9.0]))]}) == {"native": 0, "web": pytest.approx(0.02)}


def test_each_batch_has_its_first_run_and_its_rounds():
    rows = measure({"native": runtime(1), PLAIN: runtime(7), ONE_AT_A_TIME: runtime(1)}, rounds=2)
    assert [(row.group, row.values) for row in rows if row.name == "native"] == [
        ("first run, batch 1", [0]),
        ("batch 1", [1, 2]),
        ("first run, batch 8", [3]),
        ("batch 8", [4, 5]),
    ]
    assert [row.group for row in rows if row.name == ONE_AT_A_TIME] == ["first run, batch 1", "batch 1"]
    assert {row.notes["Δlogit"] for row in rows if row.name == PLAIN} == {""}


@pytest.mark.parametrize("run", [1, 2, 3], ids=["first run", "first round", "last round"])
@pytest.mark.parametrize("off_by", [0.1, float("nan")])
def test_one_wrong_run_ends_it(run, off_by):
    with pytest.raises(SystemExit, match=r"^web gives a logit that differs by (0\.1|nan): nothing is reported$"):
        measure({"native": runtime(1), "web": runtime(1, run, off_by)}, rounds=2)
