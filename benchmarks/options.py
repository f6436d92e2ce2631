"""The flags that every benchmark has."""

from __future__ import annotations

import argparse
from pathlib import Path

from python_trainer.files import ROOT


def add_options(parser: argparse.ArgumentParser, rounds: int) -> None:
    """Adds --out and --rounds."""
    parser.add_argument(
        "--out", type=Path, default=ROOT / "bench-output", metavar="DIR", help="gets JSON, table and plot"
    )
    parser.add_argument("--rounds", type=int, default=rounds, help="how often each is measured (default: %(default)s)")
