"""The verb `evaluate`: measures a checkpoint per source, with everything that is chosen chosen on validation."""

import argparse
import csv
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from python_trainer.config import Recipe
from python_trainer.crop_scores import LOGIT, EngineScores, RowOutputs
from python_trainer.crop_settings import check_crop_settings, view_of
from python_trainer.engines import Engine, add_engine_arguments, get_engine
from python_trainer.evaluation_figures import draw
from python_trainer.evaluation_report import ImageScore, build_report, collect_images, image_scores, summarise
from python_trainer.files import write_atomically
from python_trainer.images import WEB_QUALITY
from python_trainer.inputs import DATA_HELP
from python_trainer.manifest import CropRow, is_prepared, read_prepared, sha256_of
from python_trainer.peers import weights_sha256
from python_trainer.prepare import prepare
from python_trainer.protocol import add_protocol_arguments, protocol_scores, run_protocol

RowScores = Callable[[list[CropRow], str], np.ndarray]  # rows, condition -> logits of fake, float [n], NaN without crop


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `evaluate`."""
    parser.add_argument("--checkpoint", type=Path, required=True, help="weights, with recipe.json beside them")
    parser.add_argument(
        "--data",
        nargs="+",
        required=True,
        metavar="LOCATION",
        help=f"a folder that `prepare` wrote; or what it reads, which is prepared in DIR/prepared first: {DATA_HELP}",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="gets tables and figures; the checkpoint's own folder for export to find evaluation.json",
    )
    parser.add_argument("--split", choices=["val", "test"], default="test", help="which split is reported")
    parser.add_argument(
        "--conditions",
        nargs="+",
        choices=["clean", "web"],
        default=["clean"],
        help=f"web: crops recompressed as JPEG {WEB_QUALITY}; the first is reported in full; calibration, thresholds and operating points come from all",
    )
    parser.add_argument(
        "--bootstrap", type=int, default=1000, metavar="N", help="resamples behind the 95%% intervals; 0 for none"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the resampling")
    parser.add_argument(
        "--samples",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="draw predictions.png, which shows dataset images",
    )
    add_protocol_arguments(parser)
    add_engine_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the report as JSON instead of the table")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Score, report, write; returns 0."""
    from python_trainer.models import load_checkpoint
    from python_trainer.traces import KINDS

    model, recipe = load_checkpoint(args.checkpoint)
    engine = get_engine(args)
    args.data = _prepared(args.data, args.out, recipe, engine)
    check_crop_settings(args.data, view_of(recipe))
    score_protocol = protocol_scores(args, engine)
    tells_traces = set(KINDS) <= set(model.output)
    outputs = (LOGIT, *KINDS) if tells_traces else (LOGIT,)
    scores = EngineScores(engine, args.checkpoint, args.data, args.out, outputs)
    report = evaluate(
        scores, args.data, args.out, split=args.split, conditions=tuple(args.conditions),
        bootstrap=args.bootstrap, seed=args.seed, samples=args.samples, outputs=scores.outputs if tells_traces else None,
        about={
            "architecture": recipe.architecture, "checkpoint_sha256": sha256_of(args.checkpoint),
            "peer_sha256": weights_sha256(args.meso4, args.peer),
        },
    )  # fmt: skip
    if score_protocol:
        run_protocol(report, score_protocol, args.data, args.out, args.bootstrap, args.seed)
    scores.forget()
    print(json.dumps(report, indent=2) if args.json else format_table(report))
    return 0


def _prepared(locations: list[str], out: Path, recipe: Recipe, engine: Engine) -> Path:
    """The prepared folder that is meant, or one that is made of photos here: a second run finds it."""
    if len(locations) == 1 and is_prepared(Path(locations[0])):
        return Path(locations[0])
    prepare(locations, out / "prepared", recipe, engine)
    return out / "prepared"


def evaluate(
    scores: RowScores,
    prepared: Path,
    out: Path,
    split: str = "test",
    conditions: tuple[str, ...] = ("clean",),
    bootstrap: int = 1000,
    seed: int = 0,
    samples: bool = True,
    about: dict | None = None,
    outputs: RowOutputs | None = None,
) -> dict:
    """Score validation and `split`, write metrics.json, evaluation.json, scores.csv and figures to `out`.

    about: goes into the report as it is. outputs: of a network that tells kinds of traces, whose figures the report has then.

    Raises:
        UserError: no manifest, or validation lacks a class.
    """
    rows = [row for row in read_prepared(prepared) if row.split in ("val", split)]
    scored = {c: scores(rows, c) for c in conditions}
    degraded = {c: scored[c] for c in conditions[1:]}
    report = build_report(rows, scored[conditions[0]], split, bootstrap, seed, degraded)
    report["calibrated_on"] = list(conditions)
    report["condition"] = conditions[0]
    report["conditions"] = {
        c: summarise(collect_images(rows, scored[c]), split, report, bootstrap, seed) for c in conditions[1:]
    }
    report |= {"date": datetime.now(UTC).isoformat(timespec="seconds"), "code_version": code_version(), **(about or {})}
    if outputs:
        from python_trainer.traces import trace_figures

        report |= trace_figures(outputs, rows, split)
    _write_json(out / "metrics.json", report)
    export_keys = (
        "calibration",
        "operating_points",
        "score_table",
        "dataset",
        "code_version",
        "date",
        "checkpoint_sha256",
    )
    summary = {"split": split, "overall": report["overall"], "macro": report["macro"]}
    traces = {"traces": report["traces"]} if report.get("traces") else {}
    _write_json(out / "evaluation.json", {key: report.get(key) for key in export_keys} | {"summary": summary} | traces)
    _write_scores(out / "scores.csv", collect_images(rows, scored[conditions[0]]), report["calibration"])
    draw(report, rows, scored, prepared, out, split, samples)
    return report


def format_table(report: dict) -> str:
    """The report as aligned text, one line for each source."""
    header = ("source", "real", "fake", "scored", "accuracy", "95 %", "scored only", "AUC", "95 %", "flagged", "found")
    parts = {**report["sources"], "OVERALL": report["overall"], **report["held_out"], "UNSEEN": report["unseen_pooled"]}
    lines = [header, *(_table_line(name, figures) for name, figures in parts.items() if figures)]
    widths = [max(len(line[c]) for line in lines) for c in range(len(header))]
    text = ["  ".join(v.ljust(w) if c == 0 else v.rjust(w) for c, (v, w) in enumerate(zip(line, widths, strict=True))) for line in lines]  # fmt: skip
    macro = report["macro"]
    if macro["sources"]:
        text.append(
            f"macro mean of {macro['sources']} sources: accuracy {macro['accuracy']:.3f}, AUC {macro['auc']:.3f}"
        )
    text.append(f"threshold {report['threshold']:.4f}, fixed on validation; an image without a score counts as an error (also in flagged and found); flagged: of reals, found: of fakes")  # fmt: skip
    return "\n".join(text)


def _table_line(name: str, figures: dict) -> tuple[str, ...]:
    def number(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    def interval(key: str) -> str:
        pair = figures["intervals"].get(key)
        return f"{pair[0]:.3f}-{pair[1]:.3f}" if pair else "-"

    rates = [figures[key]["rate"] if figures[key] else None for key in ("false_positive_rate", "recall_fake")]
    only = figures["scored_only"]
    return (
        name, str(figures["n_real"]), str(figures["n_fake"]), f"{figures['coverage']:.1%}", number(figures["accuracy"]),
        interval("accuracy"), number(only["accuracy"] if only else None), number(figures["auc"]), interval("auc"),
        number(rates[0]), number(rates[1]),
    )  # fmt: skip


def code_version() -> str:
    """`git describe` of this code, or "unknown" outside a repository."""
    command = ["git", "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _write_json(path: Path, values: dict) -> None:
    with write_atomically(path) as file:
        json.dump(values, file, indent=2, allow_nan=False)


def _write_scores(path: Path, images: list[ImageScore], calibration: dict) -> None:
    with write_atomically(path, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", "source", "split", "label", "score", "faces", "status"])
        for image, score in zip(images, image_scores(images, calibration), strict=True):
            shown = "" if image.logit is None else f"{score:.6f}"
            writer.writerow([image.image, image.source, image.split, image.label, shown, image.faces, image.status])
