"""The verb `ablate`: the readings of differencing, trained alike but for one thing each, with paired intervals."""

import argparse
import dataclasses
import json
from pathlib import Path

import numpy as np

from python_trainer.config import Recipe, get_recipe
from python_trainer.crop_settings import check_crop_settings, view_of
from python_trainer.errors import UserError
from python_trainer.figures import plot_gains
from python_trainer.files import write_atomically
from python_trainer.manifest import CropRow, read_training_rows, sha256_of
from python_trainer.own_process import run_in_own_process
from python_trainer.paired_bootstrap import Part, compare
from python_trainer.part_results import check_same_settings
from python_trainer.report_tables import ablation_table
from python_trainer.training_start import check_start

SCHEMA_VERSION = 1
BASELINE = "none"
VARIANTS = {  # name -> what differs from the recipe `evidence`
    BASELINE: {"difference": "none"},
    "layers": {},
    "layers 56x56": {"difference_taps": ("block_2_add", "block_1_project_BN")},
    "layers 28x28": {"difference_taps": ("block_5_add", "block_3_project_BN")},
    "layers 14x14x64": {"difference_taps": ("block_9_add", "block_6_project_BN")},
    "layers 7x7": {"difference_taps": ("block_15_add", "block_13_project_BN")},
    "across stages": {"difference_taps": ("block_12_add", "block_5_add")},
    "layers unnormalised": {"difference": "unnormalised"},
    "layers unweighted": {"difference": "unweighted"},
    "reference": {"difference": "reference"},
    "pair": {"difference": "none", "pair_weight": 0.1},
    "layers and pair": {"pair_weight": 0.1},
    "traces not told apart": {"difference": "none", "trace_weight": 0.0},
    "hull masks": {"difference": "none", "blend_mask": "hull"},
    "ellipse masks": {"difference": "none", "blend_mask": "ellipse"},
}
MOST_REALS = 300  # of the test part, against which unseen generators are measured


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `ablate`."""
    parser.add_argument("--data", type=Path, nargs="+", required=True, metavar="PREPARED", help="as for train")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="gets a run each, ablation.json and .png"
    )
    parser.add_argument("--weights", default="imagenet", metavar="FILE", help="as for train")
    parser.add_argument("--init", type=Path, metavar="CHECKPOINT", help="as for train: what every variant starts from")
    parser.add_argument(
        "--variants", nargs="+", choices=list(VARIANTS), default=list(VARIANTS), help=f"beside {BASELINE!r}"
    )
    parser.add_argument("--seeds", type=int, default=1, help="runs of each variant")
    parser.add_argument("--stages", default="2:128", help="as for train")
    parser.add_argument("--samples-per-epoch", type=int, default=9600, help="as for train")
    parser.add_argument("--resamples", type=int, default=1000, help="behind the 95%% intervals")


def run(args: argparse.Namespace) -> int:
    """Train what is not trained yet, score, compare, write, print; returns 0."""
    from python_trainer.train import parse_stages

    if args.seeds < 1:
        raise UserError(f"--seeds {args.seeds}: at least 1")
    given = {"stages": args.stages, "samples_per_epoch": args.samples_per_epoch, "weights": str(args.weights)}
    recipe = get_recipe(
        "evidence", stages=parse_stages(args.stages), window=1, samples_per_epoch=args.samples_per_epoch
    )
    for folder in args.data:
        check_crop_settings(folder, view_of(recipe))
    check_start(recipe, args.weights, args.init)
    rows = read_training_rows(args.data)
    # By what is in them: scores that are kept are of these images and no others.
    data = {str(folder): sha256_of(folder / "manifest.csv") for folder in args.data}
    check_same_settings(args.out, given | {"init": str(args.init), "data": data})
    parts, scores = _parts(args.data, rows, recipe), {}
    for variant in [BASELINE, *(v for v in args.variants if v != BASELINE)]:
        scores[variant] = []
        for seed in range(args.seeds):
            changed = dataclasses.replace(recipe, **VARIANTS[variant], seed=seed)
            out = args.out / f"{variant.replace(' ', '_')}_{seed}"
            scores[variant].append(_scores(changed, args, rows, out, parts))
            print(f"{variant}, seed {seed}: done", flush=True)
    sizes = {"stages": args.stages, "samples_per_epoch": args.samples_per_epoch, "seeds": args.seeds}
    sizes["init"] = args.init.name.removesuffix(".weights.h5") if args.init else "ImageNet"
    result = {"schema_version": SCHEMA_VERSION, **sizes, "baseline": BASELINE}
    result["variants"] = compare(parts, scores, BASELINE, args.resamples)
    with write_atomically(args.out / "ablation.json") as file:
        json.dump(result, file, indent=2, allow_nan=False)
    plot_gains(result["variants"], args.out / "ablation.png")
    print(ablation_table(result))
    return 0


def _parts(data: list[Path], rows: list[list[CropRow]], recipe: Recipe) -> dict[str, tuple[np.ndarray, Part]]:
    """What every run is measured on: name -> crops uint8 [n, s, s, 3] and their labels and groups."""
    from python_trainer.dataset import load_crops
    from python_trainer.validation import Validation

    val = Validation(data, [[row for row in part if row.split == "val"] for part in rows], recipe)
    known = Part(val.labels, val.groups)
    parts = {"clean": (val.crops, known), "web": (val.recompressed, known)}
    test = [row for row in rows[0] if row.split == "test"]
    reals = [row for row in test if row.label == 0]
    reals = [reals[i] for i in sorted(np.random.default_rng(0).permutation(len(reals))[:MOST_REALS])]
    unseen = [row for row in test if row.label == 1 and row.source.startswith("unseen_")]
    if reals and unseen:
        labels = np.repeat([0, 1], [len(reals), len(unseen)])
        groups = np.array(["reals"] * len(reals) + [row.source for row in unseen])
        parts["unseen"] = load_crops(data[0], [*reals, *unseen], recipe.input_size), Part(labels, groups)
    return parts


def _scores(recipe: Recipe, args: argparse.Namespace, rows: list, out: Path, parts: dict) -> dict[str, np.ndarray]:
    """Logits of one run on every part, from disk where it has been scored before."""
    saved = out / "scores.npz"
    if not saved.exists():
        run_in_own_process(_train_and_score, recipe, args, rows, out, parts)
    with np.load(saved) as values:
        return {name: values[name] for name in values.files}


def _train_and_score(recipe: Recipe, args: argparse.Namespace, rows: list, out: Path, parts: dict) -> None:
    import keras

    from python_trainer.dataset import predict_logits
    from python_trainer.models import load_checkpoint
    from python_trainer.training_run import TrainingRun

    keras.utils.set_random_seed(recipe.seed)
    train, val = ([[row for row in part if row.split == split] for part in rows] for split in ("train", "val"))
    TrainingRun(recipe, args.data, train, val, out, args.weights, args.init).fit()
    # The last epoch's, so that every variant has trained exactly as long.
    model, _ = load_checkpoint(out / "last.weights.h5")
    scores = {name: predict_logits(model, crops, recipe.input_size) for name, (crops, _) in parts.items()}
    with write_atomically(out / "scores.npz", "wb") as file:
        np.savez(file, **scores)
