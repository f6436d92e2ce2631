"""The full protocol of `evaluate`: the split under every condition, peers beside the model; writes protocol.json."""

import argparse
import hashlib
import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from python_trainer import peers
from python_trainer.condition_scores import Scorer, Scores, SplitConditions, score_conditions
from python_trainer.conditions import CONDITIONS, CURVES, FLIP_VARIANTS
from python_trainer.engines import Engine
from python_trainer.errors import UserError
from python_trainer.evaluation_report import ImageScore, collect_images, summarise
from python_trainer.figures import plot_robustness
from python_trainer.files import write_atomically
from python_trainer.manifest import CropRow, read_prepared, sha256_of
from python_trainer.protocol_figures import band_shares, curves, flagged, generators, goals, groups, second_look
from python_trainer.protocol_tables import protocol_page

ConditionScores = Callable[[list[CropRow], SplitConditions], Scores]

SCHEMA_VERSION = 1
LEAST_OF_A_SIZE = 30  # of each class; fewer draw chance
MAX_BOOTSTRAP = 200  # resamples for each condition
_FROM_REPORT = (
    "split", "labels", "condition", "calibrated_on", "calibration", "threshold", "operating_points", "date", "code_version",
    "architecture", "checkpoint_sha256", "peer_sha256",
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


def protocol_scores(args: argparse.Namespace, engine: Engine) -> ConditionScores | None:
    """What scores photos under conditions, with the model under evaluation and its peers; `args` are evaluate's. None
    for `--protocol basic`. What is done is kept in `unfinished` of the output folder, for a run that is killed.

    Raises:
        UserError: a flag of the full protocol without it, or a peer that cannot be loaded.
    """
    if args.protocol == "basic":
        if args.meso4 or args.peer:
            raise UserError("--meso4 and --peer belong to --protocol full")
        return None
    make_scorers = partial(load_scorers, args.checkpoint, args.data, args.meso4, tuple(args.peer), args.seed)
    scorers = make_scorers()  # first, so that a wrong flag fails before the work
    others = [Path(peer.partition("=")[2]) for peer in args.peer]
    files = [args.data / "manifest.csv", args.checkpoint, *([args.meso4] if args.meso4 else []), *others]
    text = repr([args.seed, *((s.name, s.view, s.conditions) for s in scorers), *map(sha256_of, files)])
    folder = args.out / "unfinished" / f"conditions-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return partial(score_conditions, engine, make_scorers, folder)


@cache  # the process that checks the flags may be the one that scores
def load_scorers(
    checkpoint: Path, prepared: Path, meso4: Path | None, others: tuple[str, ...], seed: int
) -> list[Scorer]:
    """The checkpoint under evaluation and its peers, `others` as NAME=CHECKPOINT, ready to run.

    Raises:
        UserError: one cannot be loaded.
    """
    model = peers.load_checkpoint_scorer(peers.OWN_NAME, checkpoint, tuple(CONDITIONS))
    rows = read_prepared(prepared)
    return [model, *peers.load_peers(prepared, rows, model.view, meso4, list(others), seed)]


def run_protocol(
    report: dict, score: ConditionScores, prepared: Path, out: Path, bootstrap: int = MAX_BOOTSTRAP, seed: int = 0
) -> dict:
    """Score validation and the report's split under all conditions; write `out`/protocol.json, its tables to
    protocol.md, and return it.

    Calibration, thresholds and bands are `report`'s (evaluate's), which come from validation alone; nothing is chosen
    here. `score` is from `protocol_scores`. At most MAX_BOOTSTRAP resamples.

    Raises:
        UserError: a photo behind the prepared folder is gone.
    """
    split, bootstrap = report["split"], min(bootstrap, MAX_BOOTSTRAP)
    rows = [row for row in read_prepared(prepared) if row.split in ("val", split)]
    # Validation, where it is not what is reported, is scored under the peers' conditions alone.
    scores = score(rows, {"val": peers.CONDITIONS, split: tuple(CONDITIONS)})
    every = {c: collect_images(rows, logits) for c, logits in scores[peers.OWN_NAME].items()}
    images = {c: [i for i in part if i.split == split] for c, part in every.items()}
    # What the thresholds promise, where they were chosen, and what they keep: whole photos, not crops as there.
    at_points = {
        part: {c: flagged([i for i in every[c] if i.split == part], report) for c in peers.CONDITIONS}
        for part in dict.fromkeys(("val", split))
    }
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
        "flagged": at_points,
        "second_look": second_look(images["clean"], report),
        "generators": generators(images["clean"], report),
        "peers": peers.compare(rows, scores, split),
        "conditions": conditions,
    }
    with write_atomically(out / "protocol.json") as file:
        json.dump(result, file, indent=2, allow_nan=False)
    plot_robustness(plotted_curves(result["curves"]), out / "robustness.png")
    with write_atomically(out / "protocol.md") as file:
        file.write(protocol_page(result))
    return result


def plotted_curves(found: dict[str, list[dict]]) -> dict[str, list[dict]]:
    """What robustness.png shows: the curves over degradations, and over the face's size where both classes are there."""
    sizes = [
        {**part, "value": f"{part['from']}-{part['below'] or ''}"}
        for part in found["face_size"]
        if min(part["n_real"], part["n_fake"]) >= LEAST_OF_A_SIZE
    ]
    return {name: found[name] for name in CURVES} | {"face, pixels": sizes}


def _bands(images: list[ImageScore], report: dict) -> dict:
    """Shares of the bands for all images of the split and for each source."""
    sources = sorted({i.source for i in images})
    by_source = {name: band_shares([i for i in images if i.source == name], report) for name in sources}
    return {"all": band_shares(images, report), "sources": by_source}


def _validation(images: list[ImageScore], report: dict) -> dict:
    """What validation itself gets under a condition, without intervals."""
    figures = summarise(images, "val", report, bootstrap=0, seed=0)
    return {"overall": figures["overall"], "macro": figures["macro"]}
