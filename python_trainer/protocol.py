"""The full protocol of `evaluate`: the split under every condition, peers beside the model; writes protocol.json."""

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from python_trainer import peers
from python_trainer.condition_scores import Scorer, score_conditions
from python_trainer.conditions import CONDITIONS, CURVES, FLIP_VARIANTS, View
from python_trainer.config import Recipe
from python_trainer.errors import UserError
from python_trainer.evaluation_report import ImageScore, collect_images, summarise
from python_trainer.figures import plot_robustness
from python_trainer.files import write_atomically
from python_trainer.manifest import CropRow, read_prepared
from python_trainer.protocol_figures import band_shares, curves, goals, groups
from python_trainer.protocol_tables import protocol_page

SCHEMA_VERSION = 1
MAX_BOOTSTRAP = 200  # resamples for each condition
_FROM_REPORT = (
    "split", "labels", "condition", "calibrated_on", "calibration", "threshold", "thresholds", "operating_points", "date", "code_version",
    "architecture", "checkpoint_sha256",
)  # fmt: skip


def add_protocol_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags that `evaluate` has for this protocol."""
    parser.add_argument(
        "--protocol",
        choices=["basic", "full"],
        default="basic",
        help=f"full: score the original photos under {len(CONDITIONS)} conditions too, and write protocol.json",
    )
    parser.add_argument("--meso4", type=Path, metavar="FILE", help="full: Meso4's published .h5 weights, as a peer")
    parser.add_argument(
        "--peer",
        action="append",
        default=[],
        metavar="NAME=CHECKPOINT",
        help="full: another checkpoint to run on the same photos; may be repeated",
    )


def load_scorers(args: argparse.Namespace, recipe: Recipe, score: Callable[[np.ndarray], np.ndarray]) -> list[Scorer]:
    """The model under evaluation and its peers, ready to run; `args` are evaluate's, empty for `--protocol basic`.

    `score`: uint8 crops [n, s, s, 3] -> logits of fake, float [n].

    Raises:
        UserError: a flag of the full protocol without it, or a peer that cannot be loaded.
    """
    if args.protocol == "basic":
        if args.meso4 or args.peer:
            raise UserError("--meso4 and --peer belong to --protocol full")
        return []
    view = View(recipe.input_size, recipe.crop, recipe.whole_image)
    peers.check_crop_settings(args.data, view)
    others = peers.load_peers(args.data, read_prepared(args.data), view, args.meso4, args.peer, args.seed)
    return [Scorer(peers.OWN_NAME, view, score, tuple(CONDITIONS)), *others]


def run_protocol(
    report: dict, scorers: list[Scorer], prepared: Path, out: Path, bootstrap: int = MAX_BOOTSTRAP, seed: int = 0
) -> dict:
    """Score validation and the report's split under all conditions; write `out`/protocol.json, its tables to
    protocol.md, and return it.

    Calibration, thresholds and bands are `report`'s (evaluate's), which come from validation alone; nothing is chosen
    here. `scorers` are from `load_scorers`. At most MAX_BOOTSTRAP resamples.

    Raises:
        UserError: a photo behind the prepared folder is gone.
    """
    split, bootstrap = report["split"], min(bootstrap, MAX_BOOTSTRAP)
    rows = [row for row in read_prepared(prepared) if row.split in ("val", split)]
    scores = _score(scorers, rows, split)
    every = {c: collect_images(rows, logits) for c, logits in scores[peers.OWN_NAME].items()}
    images = {c: [i for i in part if i.split == split] for c, part in every.items()}
    conditions = {
        c: summarise(images[c], split, report, bootstrap, seed)
        | {"bands": _bands(images[c], report)}
        | ({"validation": _validation(every[c], report)} if c in peers.CONDITIONS else {})
        for c in CONDITIONS
    }
    result = {
        "schema_version": SCHEMA_VERSION,
        **{key: report[key] for key in _FROM_REPORT if key in report},
        "bootstrap": bootstrap,
        "flip_variants": list(FLIP_VARIANTS),
        "goals": goals(images, conditions, report),
        "curves": curves(conditions, [row for row in rows if row.split == split], images["clean"], report),
        "groups": groups(images["clean"], report),
        "peers": peers.compare(rows, scores, split),
        "conditions": conditions,
    }
    with write_atomically(out / "protocol.json") as file:
        json.dump(result, file, indent=2, allow_nan=False)
    plot_robustness({name: result["curves"][name] for name in CURVES}, out / "robustness.png")
    with write_atomically(out / "protocol.md") as file:
        file.write(protocol_page(result))
    return result


def _score(scorers: list[Scorer], rows: list[CropRow], split: str) -> dict[str, dict[str, np.ndarray]]:
    """As `score_conditions`; validation, where it is not the split reported, under the peers' conditions alone."""
    few = [replace(s, conditions=tuple(c for c in s.conditions if c in peers.CONDITIONS)) for s in scorers]
    scores = {s.name: {c: np.full(len(rows), np.nan) for c in s.conditions} for s in scorers}
    for part, wanted in ((split, scorers), *([] if split == "val" else [("val", few)])):
        indices = [index for index, row in enumerate(rows) if row.split == part]
        for name, by_condition in score_conditions(wanted, [rows[i] for i in indices]).items():
            for condition, values in by_condition.items():
                scores[name][condition][indices] = values
    return scores


def _bands(images: list[ImageScore], report: dict) -> dict:
    """Shares of the bands for all images of the split and for each source."""
    sources = sorted({i.source for i in images})
    by_source = {name: band_shares([i for i in images if i.source == name], report) for name in sources}
    return {"all": band_shares(images, report), "sources": by_source}


def _validation(images: list[ImageScore], report: dict) -> dict:
    """What validation itself gets under a condition, without intervals."""
    figures = summarise(images, "val", report, bootstrap=0, seed=0)
    return {"overall": figures["overall"], "macro": figures["macro"]}
