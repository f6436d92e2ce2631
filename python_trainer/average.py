"""The verb `average`: the mean of checkpoints of one run or of runs from one start, often better than each (model soups)."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from python_trainer.errors import UserError

if TYPE_CHECKING:
    import keras


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `average`."""
    parser.add_argument(
        "--checkpoints", type=Path, nargs="+", required=True, metavar="FILE", help="two or more of one architecture"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the mean's NAME.weights.h5")


def run(args: argparse.Namespace) -> int:
    """Average every weight, moving statistics included (Wortsman et al. 2022); returns 0.

    Checkpoints must have a common start, else their mean is no network. A branch that some do not have (`texture`) is the
    mean of those that do: what is not there has no statistics to take part with. The recipe.json of the largest goes with it.

    Raises:
        UserError: fewer than two checkpoints, one is missing, or they are of different networks.
    """
    from python_trainer.models import check_checkpoint_name, save_checkpoint

    if len(args.checkpoints) < 2:
        raise UserError("--checkpoints: give two or more")
    check_checkpoint_name(args.out)
    networks = [_weights(path)[1:] for path in args.checkpoints]
    largest = max(range(len(networks)), key=lambda place: len(networks[place][1]))
    architecture, whole = networks[largest]
    for path, (other, weights) in zip(args.checkpoints, networks, strict=True):
        fits = all(name in whole and whole[name].shape == value.shape for name, value in weights.items())
        if other != architecture or not fits:
            raise UserError(f"{path} is another network than {args.checkpoints[largest]}")
    model = _weights(args.checkpoints[largest])[0]
    for weight in model.weights:
        weight.assign(np.mean([weights[weight.path] for _, weights in networks if weight.path in weights], axis=0))
    save_checkpoint(model, args.out, args.checkpoints[largest])
    print(f"wrote {args.out}, the mean of {len(args.checkpoints)} checkpoints")
    return 0


def _weights(path: Path) -> tuple["keras.Model", str, dict[str, np.ndarray]]:
    import keras

    from python_trainer.models import load_checkpoint

    keras.utils.clear_session()  # names that Keras counts up begin anew, so that they are the same in every network
    model, recipe = load_checkpoint(path)
    return model, recipe.architecture, {weight.path: np.asarray(weight, np.float64) for weight in model.weights}
