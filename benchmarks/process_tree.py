"""What a program and the processes it started take: processor time and memory (Linux's /proc; elsewhere nothing)."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")


class ProcessTree:
    """A program, found by a text that its command line holds, with everything it started."""

    def __init__(self, marker: str):
        self._marker = marker

    def cpu_s(self) -> float:
        """Processor time of the processes that run now, seconds."""
        ticks = 0
        for pid in self._pids():
            fields = _read(pid, "stat").rpartition(")")[2].split()
            ticks += sum(int(value) for value in fields[11:13])
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
            if fields := _read(folder.name, "stat").rpartition(")")[2].split():
                parents[folder.name] = fields[1]
        found = [pid for pid in parents if self._marker in _read(pid, "cmdline")]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid and child not in found]
        return found


def _read(pid: str, name: str) -> str:
    try:
        return (PROC / pid / name).read_text(errors="replace")
    except OSError:
        return ""  # it ended meanwhile
