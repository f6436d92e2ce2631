"""What several commands on one folder leave to each other, and what they refuse."""

import os
import subprocess
import sys
import time

import pytest

from python_trainer.engines.local import LocalEngine
from python_trainer.errors import UserError
from python_trainer.files import ABANDONED_AFTER, ROOT, is_abandoned, write_atomically
from python_trainer.inputs import into_parts, list_items
from python_trainer.part_results import check_same_settings, make_results
from tests.python.engine_workers import EchoWork

DYING = """
import os, sys
from pathlib import Path
from python_trainer.files import write_atomically
with write_atomically(Path(sys.argv[1])) as file:
    os._exit(1)
"""


def die_writing(path) -> None:
    """A process that ends while it writes the file."""
    command = [sys.executable, "-c", DYING, str(path)]
    assert subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}).returncode == 1


def test_another_command_may_write_to_the_same_folder_meanwhile(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    out = tmp_path / "out"
    die_writing(out / "dead.jsonl")
    (left,) = out.iterdir()
    with write_atomically(out / "alive.jsonl") as file:
        file.write("whole\n")
        parts = into_parts(list_items([str(tmp_path / "a.png")]))
        make_results(LocalEngine(1), EchoWork, parts, out, "test")
        assert not left.exists()
    assert (out / "alive.jsonl").read_text() == "whole\n"
    assert not list(out.glob(".*"))


def test_what_another_machine_was_writing_is_abandoned_after_an_hour(tmp_path):
    other = tmp_path / ".a.jsonl.00000000-1-0123456789ab.tmp"
    assert not is_abandoned(other), "gone since it was listed"
    other.touch()
    assert not is_abandoned(other)
    long_ago = time.time() - ABANDONED_AFTER - 1
    os.utime(other, (long_ago, long_ago))
    assert is_abandoned(other)


def test_a_long_part_of_this_machine_is_not_abandoned(tmp_path):
    with write_atomically(tmp_path / "film.jsonl"):
        (file,) = tmp_path.iterdir()
        os.utime(file, (0, 0))
        assert not is_abandoned(file)


def test_of_other_settings_only_what_differs_is_told(tmp_path):
    there = {
        "input_size": 224,
        "crop": {"margin": 0.3, "size": 224, "alignment": "eyes"},
        "detector": {"steps": [1, 2]},
    }
    check_same_settings(tmp_path, there)
    check_same_settings(tmp_path, there)
    wanted = there | {"crop": there["crop"] | {"margin": 0.5}, "mode": "faces"}
    with pytest.raises(UserError) as caught:
        check_same_settings(tmp_path, wanted)
    assert str(caught.value) == (
        f'{tmp_path} was made with other settings (crop.margin: 0.3 there, 0.5 now; mode: nothing there, "faces" now); '
        "choose another --out"
    )
