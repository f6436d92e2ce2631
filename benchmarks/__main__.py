"""Runs the benchmarks, one after the other: `python -m benchmarks [NAME [its own flags]]`."""

from __future__ import annotations

import subprocess
import sys

NAMES = (
    "classifier",
    "detector",
    "pipeline",
    "page",
    "main_thread",
    "cold_start",
    "trainer",
    "engines",
    "several_workers",
)


def main() -> None:
    """All of them with their defaults, or the named one with the flags that follow it.

    Each runs in a process of its own: one that fails does not keep the next from running.

    Raises:
        SystemExit: flags without a name, an unknown name, or benchmarks that failed; the message says which.
    """
    name, flags = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else (None, [])
    if name and name.startswith("-"):
        raise SystemExit(f"{name} belongs to no benchmark: name one of {', '.join(NAMES)} before its flags")
    if name and name not in NAMES:
        raise SystemExit(f"unknown benchmark {name}; there are {', '.join(NAMES)}")
    chosen = [name] if name else NAMES
    if failed := [each for each in chosen if _run(each, flags)]:
        raise SystemExit(f"failed: {', '.join(failed)}")


def _run(name: str, flags: list[str]) -> int:
    """Its exit code."""
    return subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *flags]).returncode


if __name__ == "__main__":
    main()
