"""Folds: nothing straddles, every source is in each, and a whole tiny cross-validation runs, resumes and is summed up."""

import json
from dataclasses import replace

import pytest

from python_trainer.__main__ import main
from python_trainer.cross_validation import fold_rows
from python_trainer.errors import UserError
from tests.python.test_train import SMALL, crop_row
from tests.python.test_train import data as data


def rows_of(count: int = 80) -> list:
    rows = [
        crop_row(i, i % 2, "train" if i % 5 else "val", pair=f"p{i // 4}", source="ab"[i // (count // 2)])
        for i in range(count)
    ]
    return [*rows, crop_row(count, 0, "test"), crop_row(count + 1, 1, "test")]


def test_pairs_identities_and_look_alikes_stay_together_and_test_takes_no_part():
    rows = rows_of()
    rows[0], rows[79] = replace(rows[0], phash="00000000000000ff"), replace(rows[79], phash="00000000000000fe")
    rows[10], rows[50] = replace(rows[10], identity="Ada"), replace(rows[50], identity="Ada")
    fold_of = {}
    for fold, (train, held_out) in enumerate(fold_rows(rows, 4)):
        assert len(train) + len(held_out) == 80 and not {r.crop for r in train} & {r.crop for r in held_out}
        assert {(r.source, r.label) for r in held_out} == {("a", 0), ("a", 1), ("b", 0), ("b", 1)}
        fold_of |= {row.crop: fold for row in held_out}
    assert len(fold_of) == 80
    for first, second in ((0, 79), (10, 50), (0, 3), (40, 43)):
        assert fold_of[rows[first].crop] == fold_of[rows[second].crop]


@pytest.mark.parametrize("folds", [1, 21])
def test_too_few_or_too_many_folds_are_refused(folds):
    with pytest.raises(UserError, match="choose 2 to 20"):
        fold_rows(rows_of(), folds)


def test_a_cross_validation_runs_and_resumes(data, tmp_path, monkeypatch, capsys):
    # Each fold has a process of its own: in this one TensorFlow would hold on to its crops.
    monkeypatch.setattr("python_trainer.train.TrainingRun", None)
    out = tmp_path / "run"
    arguments = ["train", "--recipe", "ifmd", "--data", str(data), "--out", str(out), "--folds", "2", "--json", *SMALL]
    assert main([*arguments, "--stages", "1:32"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result == json.loads((out / "folds.json").read_text())
    assert [fold["fold"] for fold in result["folds"]] == [1, 2]
    values = [fold["val_auc"] for fold in result["folds"]]
    assert result["mean"]["val_auc"] == pytest.approx(sum(values) / 2)
    assert result["deviation"]["val_auc"] == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    assert main(arguments) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([*arguments, "--resume"]) == 0


def test_folds_divide_one_folder_only(data, tmp_path, capsys):
    arguments = [
        "train",
        "--recipe",
        "ifmd",
        "--data",
        str(data),
        str(data),
        "--out",
        str(tmp_path / "run"),
        "--folds",
        "2",
    ]
    assert main(arguments) == 2
    assert "one --data" in capsys.readouterr().err
