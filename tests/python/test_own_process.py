"""Work in a process of its own: its answer, its error, its death."""

import os

import pytest

from python_trainer.errors import UserError
from python_trainer.own_process import run_in_own_process
from python_trainer.train import parse_stages


def test_it_is_another_process_whose_answer_and_error_arrive():
    assert run_in_own_process(os.getpid) != os.getpid()
    with pytest.raises(UserError, match="EPOCHS:SIZE"):
        run_in_own_process(parse_stages, "melted")


def test_a_process_that_is_killed_is_a_sentence():
    with pytest.raises(UserError, match="out of memory"):
        run_in_own_process(os._exit, 1)
