"""Runs that end early: what they say is what they leave."""

import json
import math
import os

import pytest

from python_trainer.__main__ import main
from python_trainer.dataset import BalancedBatches
from python_trainer.training_run import TrainingRun
from tests.python.test_train import SMALL
from tests.python.test_train import data as data


@pytest.fixture
def train(data, tmp_path):
    out = tmp_path / "run"
    arguments = ["train", "--recipe", "mobilenet", "--data", str(data), "--out", str(out), *SMALL, "--stages", "2:32"]
    return out, lambda *flags: main([*arguments, *flags])


def test_a_rate_that_loses_the_network_is_named(train, capsys):
    assert train[1]("--learning-rate", "1e12") == 2
    assert "not a number after epoch 1; start again with a learning rate below 1e+12\n" in capsys.readouterr().err


def test_the_last_whole_epoch_is_kept_where_a_later_one_is_lost(train, monkeypatch, capsys):
    out, run = train
    good = {"val_loss": 0.5, "val_accuracy": 0.5, "val_auc": 0.5}
    found = iter([good, {"val_loss": math.nan}])
    monkeypatch.setattr(TrainingRun, "_validate", lambda *_: next(found))
    assert run() == 2
    kept = (
        f"after epoch 2; start again with a learning rate below 0.001 in another --out; last.weights.h5 in {out} keeps"
    )
    assert f"{kept} the last whole epoch, 1\n" in capsys.readouterr().err
    assert json.loads((out / "state.json").read_text())["epoch"] == 1 and (out / "last.weights.h5").exists()


def test_an_interruption_tells_of_weights_only_where_they_are(train, monkeypatch, capsys):
    out, run = train
    moment = out / "interrupted.weights.h5"

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(TrainingRun, "__init__", interrupt)
        assert run() == 130
        assert "no epoch was whole, so the same command begins anew" in capsys.readouterr().out
    with monkeypatch.context() as patch:
        patch.setattr(BalancedBatches, "__init__", interrupt)
        assert run() == 130 and moment.exists()
        assert f"{moment} holds the weights of this moment, and no epoch" in capsys.readouterr().out
    keep = TrainingRun._keep
    with monkeypatch.context() as patch:
        patch.setattr(TrainingRun, "_keep", lambda *given: (keep(*given), interrupt()))
        assert run() == 130
        assert f"{moment} holds the weights of this moment, and --resume" in capsys.readouterr().out
    with monkeypatch.context() as patch:
        patch.setattr(TrainingRun, "fit", interrupt)
        os.utime(moment, (0, 0))  # an earlier interruption's, after which came the whole epoch
        assert run("--resume") == 130
        assert "\ninterrupted; --resume goes on" in capsys.readouterr().out
