"""What a program and the processes it started take: processor time and memory (Linux's /proc; elsewhere nothing)."""

from __future__ import annotations

import os
import threading
from pathlib import Path

PROC = Path("/proc")


class ProcessTree:
    """A program, found by a text that its command line holds, with everything it started."""

    def __init__(self, marker: str):
        self._marker = marker
        self._lock = threading.Lock()
        self._ticks: dict[tuple[str, str], int] = {}  # by number and start: a number is given again

    def cpu_s(self) -> float:
        """Processor time of all processes that were ever seen here, seconds; never less than at an earlier call.

        Of one that has ended it is what was last seen: who asks more often misses less.
        """
        with self._lock:
            for pid in self._pids():
                if fields := _stat(pid):
                    self._ticks[pid, fields[19]] = int(fields[11]) + int(fields[12])
            ticks = sum(self._ticks.values())
        return ticks / os.sysconf("SC_CLK_TCK") if ticks else 0.0

    def memory_mb(self) -> float:
        """Memory, with pages that several processes share counted in proportion, 10^6 bytes.

        Without the pages of program files: another program that runs from the same files takes its share of them, and
        they would seem to shrink when it starts.
        """
        lines = [line for pid in self._pids() for line in _read(pid, "smaps_rollup").splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:"))) * 1024 / 1e6

    def _pids(self) -> list[str]:
        parents = {}
        for folder in PROC.glob("[0-9]*"):
            if fields := _stat(folder.name):
                parents[folder.name] = fields[1]
        found = [pid for pid in parents if self._marker in _read(pid, "cmdline")]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid and child not in found]
        return found


class Meter:
    """What a tree takes while a `with` block runs; a thread looks now and then, whatever the block waits for.

    After the block: `cpu_s`, processor time in seconds, and `peak_mb`, the most memory at any look, 10^6 bytes.
    """

    def __init__(self, tree: ProcessTree, interval_s: float = 0.5):
        self.cpu_s = self.peak_mb = 0.0
        self._tree = tree
        self._interval_s = interval_s
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Meter:
        self._before_s = self._tree.cpu_s()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu_s = self._tree.cpu_s() - self._before_s
        self._done.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._done.wait(self._interval_s):
            self._look()
            self._tree.cpu_s()  # it remembers those that end before the block does

    def _look(self) -> None:
        self.peak_mb = max(self.peak_mb, self._tree.memory_mb())


def _stat(pid: str) -> list[str]:
    """Fields from the third on, the process's state; empty when it has ended."""
    return _read(pid, "stat").rpartition(")")[2].split()


def _read(pid: str, name: str) -> str:
    try:
        return (PROC / pid / name).read_text(errors="replace")
    except OSError:
        return ""  # it ended meanwhile
