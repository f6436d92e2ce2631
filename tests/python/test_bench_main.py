"""`python -m benchmarks`: each benchmark in a process of its own, and what its command line refuses."""

import sys
from subprocess import CompletedProcess

import pytest

from benchmarks.__main__ import NAMES, main


@pytest.fixture
def commands(monkeypatch):
    """What was started; "classifier" and "page" fail."""
    started = []

    def run(command):
        started.append(command)
        return CompletedProcess(command, int(command[2] in ("benchmarks.classifier", "benchmarks.page")))

    monkeypatch.setattr("subprocess.run", run)
    return started


def test_one_that_fails_does_not_end_the_later_ones(commands, monkeypatch):
    monkeypatch.setattr("sys.argv", ["benchmarks"])
    with pytest.raises(SystemExit, match=r"^failed: classifier, page$"):
        main()
    assert commands == [[sys.executable, "-m", f"benchmarks.{name}"] for name in NAMES]


def test_flags_go_to_the_named_one(commands, monkeypatch):
    monkeypatch.setattr("sys.argv", ["benchmarks", "detector", "--rounds", "3"])
    main()
    assert commands == [[sys.executable, "-m", "benchmarks.detector", "--rounds", "3"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--rounds", "3"], "--rounds belongs to no benchmark"), (["speed"], "unknown benchmark speed")],
    ids=["flags alone", "unknown"],
)
def test_what_is_refused(commands, monkeypatch, arguments, message):
    monkeypatch.setattr("sys.argv", ["benchmarks", *arguments])
    with pytest.raises(SystemExit, match=message):
        main()
    assert not commands
