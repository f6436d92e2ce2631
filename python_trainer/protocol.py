"""The full protocol of `evaluate`: the split under every condition, peers beside the model; writes protocol.json."""

import argparse
import json
from pathlib import Path

import numpy as np

from python_trainer import peers
from python_trainer.condition_scores import Scorer, score_conditions
from python_trainer.conditions import CONDITIONS, FLIP_VARIANTS
from python_trainer.evaluation_report import ImageScore, collect_images, is_held_out, summarise
from python_trainer.files import write_atomically
from python_trainer.manifest import CropRow, read_prepared
from python_trainer.protocol_figures import band_shares, curves, goals, groups

SCHEMA_VERSION = 1
BOOTSTRAP = 200  # resamples for each condition
_FROM_REPORT = ("split", "labels", "calibration", "threshold", "thresholds", "operating_points", "condition", "date", "code_version")  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of the full protocol, for `evaluate`."""
    parser.add_argument(
        "--protocol",
        choices=["basic", "full"],
        default="basic",
        help="full: also score the original photos under many conditions and write protocol.json",
    )
    parser.add_argument("--meso4", type=Path, metavar="FILE", help="full: Meso4's published weights, as a peer")
    parser.add_argument(
        "--peer",
        action="append",
        default=[],
        metavar="NAME=CHECKPOINT",
        help="full: another checkpoint to run on the same photos; may be repeated",
    )
    parser.add_argument(
        "--protocol-bootstrap",
        type=int,
        default=BOOTSTRAP,
        metavar="N",
        help="full: resamples behind each condition's intervals",
    )


class Protocol:
    """The full protocol in two steps: reading everything, so that a wrong flag fails at once, and the long run."""

    def __init__(self, args: argparse.Namespace, view: View, score: ScoreFunction):
        """Load rows and peers. `args` are evaluate's; `score` is the model's, on crops cut by `view`."""
