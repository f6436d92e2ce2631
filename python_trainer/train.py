"""The verb `train`: trains a recipe, once or on every fold, from the start or from where it stopped."""

import argparse
import dataclasses
import json
from pathlib import Path

from python_trainer.config import DIFFERENCES, RECIPES, Recipe, get_recipe, recipe_from_dict
from python_trainer.crop_settings import check_crop_settings, view_of, with_crops_of
from python_trainer.cross_validation import fold_rows, summarise_folds
from python_trainer.errors import UserError
from python_trainer.manifest import CropRow, read_training_rows
from python_trainer.own_process import run_in_own_process
from python_trainer.run_state import is_begun
from python_trainer.training_run import INTERRUPTED, TrainingRun
from python_trainer.training_start import check_start


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `train`: one for each field of the recipe, beside where things are."""
    parser.add_argument("--recipe", required=True, choices=sorted(RECIPES), help="which of the models")
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        required=True,
        metavar="PREPARED",
        help="folders that `prepare` wrote, and one that `reconstruct` made of them",
    )
    parser.add_argument(
        "--hold-out", nargs="*", default=[], metavar="SOURCE", help="sources to validate on but not train"
    )
    parser.add_argument(
        "--folds",
        type=int,
        metavar="K",
        help="cross-validate: K runs in OUT/fold_1 …, split by identity, pair and picture; folds.json has mean and deviation",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where checkpoints, logs and curves go")
    parser.add_argument(
        "--weights",
        default="imagenet",
        metavar="FILE",
        help="ImageNet weights of MobileNetV2 without its top: a file, `imagenet` (Keras downloads them) or `none`",
    )
    parser.add_argument(
        "--init",
        type=Path,
        metavar="CHECKPOINT",
        help="start from the layers of another checkpoint that are the same (ifmd: from mobilenet)",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on after the last whole epoch in --out, by its recipe, to where the run would have come uninterrupted; "
        "of several workers give it to each",
    )
    parser.add_argument("--stages", help="EPOCHS:SIZE[:frozen],… instead of the recipe's, say 1:128:frozen,6:128,2:224")
    for field in dataclasses.fields(Recipe):
        if field.type in (int, float) and field.name != "input_size":
            parser.add_argument(f"--{field.name.replace('_', '-')}", type=field.type, help="default: the recipe's")
    parser.add_argument("--epochs", type=int, help="of the last stage; shorter than --stages where there is one")
    parser.add_argument("--optimizer", choices=["adam", "adamw", "sgd", "rmsprop"], help="default: the recipe's, Adam")
    parser.add_argument("--schedule", choices=["constant", "cosine"], help="learning rate over the epochs")
    parser.add_argument(
        "--difference",
        choices=DIFFERENCES,
        help="evidence: what its map is made of (two layers, a layer and its mean over reals, one layer alone; "
        "two layers without normalisation, or without weighting the features by the map)",
    )
    parser.add_argument(
        "--difference-taps",
        nargs=2,
        metavar="LAYER",
        help="the two layers whose difference weights the features",
    )
    parser.add_argument(
        "--blend-mask", choices=["hull", "ellipse"], help="evidence: mask of self-blended faces (default: either)"
    )
    parser.add_argument("--pair-tap", metavar="LAYER", help="whose features the pair loss compares")
    parser.add_argument(
        "--addresses",
        metavar="HOST:PORT,…",
        help="train on several workers (KERAS_BACKEND=jax): where each process is; run the same command on each, --out shared",
    )
    parser.add_argument(
        "--process", type=int, default=0, metavar="N", help="which of --addresses this process is, from 0"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Train; 0 when done, 130 when interrupted (a usable checkpoint stays)."""
    if args.folds is not None and (args.hold_out or len(args.data) > 1):
        raise UserError("--folds divides one prepared folder; give one --data and no --hold-out")
    runs = [args.out] if args.folds is None else [args.out / f"fold_{fold}" for fold in range(1, args.folds + 1)]
    if begun := [run for run in runs if is_begun(run) and not args.resume]:
        raise UserError(f"{begun[0]} already holds a run; give --resume to go on or choose another --out")
    recipe = with_crops_of(args.data, _recipe_from(args))
    # What cannot be labelled with certainty cannot be validated on, face by face, either.
    rows = read_training_rows(args.data)
    try:
        if args.folds is None:
            train = [[row for row in part if row.split == "train" and row.source not in args.hold_out] for part in rows]
            val = [[row for row in part if row.split == "val"] for part in rows]
            result = _fit(args, recipe, args.out, train, val)
        else:
            for out, (train, val) in zip(runs, fold_rows(rows[0], args.folds, recipe.seed), strict=True):
                print(f"{out.name} of {args.folds}: {len(train)} faces to train, {len(val)} held out", flush=True)
                run_in_own_process(_fit, args, recipe, out, [train], [val])
            result = summarise_folds(args.out, args.folds)
    except KeyboardInterrupt:
        print(f"\ninterrupted; {_what_is_kept(args.out)}")
        return 130
    print(json.dumps(result) if args.json else "\n".join(f"{key}: {value}" for key, value in result.items()))
    return 0


def _what_is_kept(out: Path) -> str:
    """What an interrupted run, or one of its folds, leaves in `out`."""
    runs = [out, *sorted(out.glob("fold_*"))]
    way_on = (
        "--resume goes on after the last whole epoch"
        if any(map(is_begun, runs))
        else "no epoch was whole, so the same command begins anew"
    )
    moments = [run / INTERRUPTED for run in runs if _is_of_now(run / INTERRUPTED)]
    return "".join(f"{path} holds the weights of this moment, and " for path in moments) + way_on


def _is_of_now(moment: Path) -> bool:
    """Whether no whole epoch has followed: an earlier interruption's weights stay where they are."""
    state = moment.with_name("state.json")
    return moment.exists() and not (state.exists() and state.stat().st_mtime > moment.stat().st_mtime)


def _fit(
    args: argparse.Namespace, recipe: Recipe, out: Path, train: list[list[CropRow]], val: list[list[CropRow]]
) -> dict:
    """One run in `out`, or the rest of it by the recipe that is there: on `train` rows of each folder, judged on `val`."""
    import keras

    from python_trainer.several_workers import count_workers, join

    if is_begun(out):
        recipe = recipe_from_dict(json.loads((out / "recipe.json").read_text()))
        for folder in args.data:
            check_crop_settings(folder, view_of(recipe))
    if args.addresses and count_workers() == 1:
        join(args.addresses, args.process, recipe.batch_size)
        print(
            f"{count_workers()} workers: batches of {recipe.batch_size} in all, {recipe.batch_size // count_workers()} each; "
            f"learning rate {recipe.learning_rate}",
            flush=True,
        )
    check_start(recipe, args.weights, args.init)
    keras.utils.set_random_seed(recipe.seed)
    return TrainingRun(recipe, args.data, train, val, out, args.weights, args.init).fit()


def parse_stages(text: str) -> tuple[tuple[int, int, bool], ...]:
    """`1:128:frozen,6:128,2:224` -> ((1, 128, True), (6, 128, False), (2, 224, False)).

    Raises:
        UserError: anything else.
    """
    stages = []
    for part in text.split(","):
        numbers = part.split(":")
        if (
            len(numbers) not in (2, 3)
            or not all(n.isdigit() for n in numbers[:2])
            or numbers[2:] not in ([], ["frozen"])
        ):
            raise UserError(f"--stages {part!r}: write EPOCHS:SIZE or EPOCHS:SIZE:frozen")
        stages.append((int(numbers[0]), int(numbers[1]), len(numbers) == 3))
    return tuple(stages)


def _recipe_from(args: argparse.Namespace) -> Recipe:
    names = {field.name for field in dataclasses.fields(Recipe)} & set(vars(args))
    changes = {name: value for name in names if (value := getattr(args, name)) is not None and name != "stages"}
    if args.stages:
        changes["stages"] = parse_stages(args.stages)
    if args.epochs is not None:
        stages = changes.get("stages", get_recipe(args.recipe).stages)
        changes["stages"] = (*stages[:-1], (args.epochs, *stages[-1][1:]))
    if args.difference_taps:
        changes["difference_taps"] = tuple(args.difference_taps)
    return get_recipe(changes.pop("recipe", args.recipe), **changes)
