"""The flags that benchmarks share."""

from __future__ import annotations

import argparse
from pathlib import Path

from python_trainer.files import ROOT


def add_options(parser: argparse.ArgumentParser, rounds: int) -> None:
    """Adds --out and --rounds, which every benchmark has."""
    parser.add_argument(
        "--out", type=Path, default=ROOT / "bench-output", metavar="DIR", help="gets JSON, table and plot"
    )
    parser.add_argument("--rounds", type=int, default=rounds, help="how often each is measured (default: %(default)s)")


def add_backend(parser: argparse.ArgumentParser, what: str) -> None:
    """Adds --backend, of `what` is measured by itself."""
    parser.add_argument(
        "--backend",
        choices=["wasm", "webgl"],
        default="wasm",
        help=f"of {what} (the extension itself takes WebGL where it is faster); without a GPU the processor draws",
    )
