"""The verb `average`: the mean of checkpoints of one run or of runs from one start, often better than each (model soups)."""

import argparse
from pathlib import Path

import numpy as np

from python_trainer.errors import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `average`."""
    parser.add_argument(
        "--checkpoints", type=Path, nargs="+", required=True, metavar="FILE", help="two or more of one architecture"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the mean's NAME.weights.h5")


def run(args: argparse.Namespace) -> int:
    """Average every weight, moving statistics included (Wortsman et al. 2022); returns 0.

    Checkpoints must have a common start, else their mean is no network. The first one's recipe.json goes with it.

    Raises:
        UserError: fewer than two checkpoints, one is missing, or they are of different networks.
    """
    from python_trainer.models import check_checkpoint_name, load_checkpoint, save_checkpoint

    if len(args.checkpoints) < 2:
        raise UserError("--checkpoints: give two or more")
    check_checkpoint_name(args.out)
    model, recipe = load_checkpoint(args.checkpoints[0])
    total = [weight.astype(np.float64) for weight in model.get_weights()]
    for path in args.checkpoints[1:]:
        other, of = load_checkpoint(path)
        shapes = [weight.shape for weight in other.get_weights()]
        if of.architecture != recipe.architecture or shapes != [weight.shape for weight in total]:
            raise UserError(f"{path} is another network than {args.checkpoints[0]}")
        total = [mean + weight for mean, weight in zip(total, other.get_weights(), strict=True)]
    model.set_weights([weight / len(args.checkpoints) for weight in total])
    save_checkpoint(model, args.out, args.checkpoints[0])
    print(f"wrote {args.out}, the mean of {len(args.checkpoints)} checkpoints")
    return 0
