"""Runs the benchmarks, one after the other: `python -m benchmarks [NAME [its own flags]]`."""

from __future__ import annotations

import runpy
import sys

NAMES = ("classifier", "detector", "pipeline", "page", "cold_start", "trainer", "engines")


def main() -> None:
    """All of them with their defaults, or the named one with the flags that follow it."""
    chosen = [name for name in sys.argv[1:2] if not name.startswith("-")]
    if unknown := [name for name in chosen if name not in NAMES]:
        raise SystemExit(f"unknown benchmark {unknown[0]}; there are {', '.join(NAMES)}")
    flags = sys.argv[1 + len(chosen) :]
    for name in chosen or NAMES:
        sys.argv = [f"benchmarks {name}", *flags]
        runpy.run_module(f"benchmarks.{name}", run_name="__main__")


if __name__ == "__main__":
    main()
