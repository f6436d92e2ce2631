"""A program's processor time and memory, with what it started, what has ended, and what was only there for a while."""

import os
import threading

import pytest

from benchmarks import process_tree
from benchmarks.process_tree import Meter, ProcessTree


@pytest.fixture
def proc(tmp_path, monkeypatch):
    """A folder in place of /proc, in which `run` writes a process."""
    monkeypatch.setattr(process_tree, "PROC", tmp_path)
    monkeypatch.setattr(os, "sysconf", lambda name: 100)
    return tmp_path


def run(
    proc, pid: int, parent: int = 1, *, ticks: int = 0, start: int = 7, command: str = "child", kb: int = 0
) -> None:
    folder = proc / str(pid)
    folder.mkdir(exist_ok=True)
    # From the third field on: state, parent, nine others, user and system time, six others, start.
    fields = ["S", str(parent), *["0"] * 9, str(ticks), "1", *["0"] * 6, str(start), "0"]
    (folder / "stat").write_text(f"{pid} (a name (odd)) {' '.join(fields)}\n")
    (folder / "cmdline").write_text(command)
    (folder / "smaps_rollup").write_text(f"Rss: 9 kB\nPss_Anon: {kb} kB\nPss_File: 5 kB\nPss_Shmem: {kb} kB\n")


def end(proc, pid: int) -> None:
    for file in (proc / str(pid)).iterdir():
        file.unlink()
    (proc / str(pid)).rmdir()


def test_a_tree_is_the_marked_program_with_all_that_it_started(proc):
    run(proc, 10, ticks=99, command="browser\0--profile=x", kb=1000)
    run(proc, 11, 10, ticks=199, kb=500)
    run(proc, 12, 11, ticks=299)
    run(proc, 13, ticks=1000, command="another", kb=1000)
    tree = ProcessTree("--profile=x")
    assert tree.cpu_s() == pytest.approx(6)
    assert tree.memory_mb() == pytest.approx(2 * 1500 * 1024 / 1e6)


def test_what_a_process_took_stays_counted_when_it_has_ended(proc):
    run(proc, 10, ticks=99, command="--profile=x")
    run(proc, 11, 10, ticks=199)
    tree = ProcessTree("--profile=x")
    before = tree.cpu_s()
    end(proc, 11)
    run(proc, 10, ticks=149, command="--profile=x")
    assert tree.cpu_s() - before == pytest.approx(0.5)


def test_a_new_process_with_the_number_of_one_that_ended_adds_its_own(proc):
    run(proc, 10, ticks=99, command="--profile=x")
    run(proc, 11, 10, ticks=199, start=7)
    tree = ProcessTree("--profile=x")
    assert tree.cpu_s() == pytest.approx(3)
    run(proc, 11, 10, ticks=49, start=8)
    assert tree.cpu_s() == pytest.approx(3.5)


def test_without_such_a_program_there_is_nothing(proc):
    tree = ProcessTree("--profile=x")
    assert (tree.cpu_s(), tree.memory_mb()) == (0, 0)


class Tree:
    """Takes a second of processor whenever it is asked; its memory rises and falls while the block waits."""

    def __init__(self):
        self.seconds = 0
        self.memory = iter([10.0, 70.0, 20.0])
        self.is_over = threading.Event()

    def cpu_s(self) -> float:
        self.seconds += 1
        return self.seconds

    def memory_mb(self) -> float:
        value = next(self.memory, None)
        if value is None:
            self.is_over.set()
        return value or 5.0


def test_a_peak_is_seen_while_the_block_waits_for_something_else():
    tree = Tree()
    with Meter(tree, interval_s=0.001) as meter:
        assert tree.is_over.wait(60)
    assert meter.peak_mb == 70
    assert meter.cpu_s >= 3  # of the start, of the looks between and of the end


def test_a_block_shorter_than_the_interval_is_looked_at_once():
    with Meter(Tree(), interval_s=60) as meter:
        pass
    assert (meter.peak_mb, meter.cpu_s) == (10, 1)


def test_of_a_program_that_ends_within_the_block_its_time_is_counted(proc):
    run(proc, 10, ticks=99, command="--profile=x")
    tree = ProcessTree("--profile=x")
    with Meter(tree, interval_s=60) as meter:
        run(proc, 11, 10, ticks=199)
        tree.cpu_s()  # as the thread does
        end(proc, 11)
    assert meter.cpu_s == pytest.approx(2)
