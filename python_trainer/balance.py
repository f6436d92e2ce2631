"""The verb `balance`: weighs the evidence of seams against that of synthesis, by four numbers chosen on validation."""

import argparse
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from python_trainer.crop_settings import check_crop_settings, view_of
from python_trainer.errors import UserError
from python_trainer.traces import KINDS

if TYPE_CHECKING:
    import keras

    from python_trainer.validation import Validation

SCALES = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
BIASES = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Flags of `balance`."""
    parser.add_argument("--checkpoint", type=Path, required=True, metavar="FILE", help="of the evidence network")
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        required=True,
        metavar="PREPARED",
        help="folders of `prepare` and `reconstruct`, as for `train`; their validation split is used",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the new NAME.weights.h5")


def run(args: argparse.Namespace) -> int:
    """Scale and shift both logits where their noisy-or then finds and ranks validation fakes best; returns 0.

    Each logit learns from the images whose traces are known for it, and so each has a prior of its own, which the
    noisy-or takes for evidence. Fakes are counted at the threshold of a check, clean and JPEG, each source of them
    weighing the same within its kind of traces, and both kinds the same, and their share is added to the mean AUC over sources:
    by AUC alone the easier kind would be served and the other given up; by that share alone, the fakes that no threshold
    finds yet. The numbers go into the weights of the last layers; the network stays the same.

    Raises:
        UserError: the checkpoint is missing or of a network without these outputs, a name is wrong, a folder's crops were
            cut otherwise than its recipe says, or the data do not tell of any fake which traces it carries.
    """
    from python_trainer.dataset import predict_outputs
    from python_trainer.manifest import read_training_rows
    from python_trainer.models import check_checkpoint_name, load_checkpoint, save_checkpoint
    from python_trainer.validation import Validation

    check_checkpoint_name(args.out)
    model, recipe = load_checkpoint(args.checkpoint)
    if not set(KINDS) <= set(model.output):
        raise UserError(f"{args.checkpoint} has one logit only; `balance` weighs the two of the evidence network")
    for folder in args.data:
        check_crop_settings(folder, view_of(recipe))
    rows = [[row for row in part if row.split == "val"] for part in read_training_rows(args.data)]
    validation = Validation(args.data, rows, recipe)
    if not validation.carries.any():
        raise UserError(
            "no validation fake here is known to be pasted in or generated, so there is nothing to weigh by; give the "
            "folder of `reconstruct` too, or name the fakes' generators"
        )
    logits = [
        predict_outputs(model, crops, recipe.input_size, KINDS) for crops in (validation.crops, validation.recompressed)
    ]
    as_it_is = (1.0, 0.0, 1.0, 0.0)  # first, so that it stays where nothing is better
    scores = {n: _score(logits, validation, n) for n in (as_it_is, *itertools.product(SCALES, BIASES, SCALES, BIASES))}
    numbers = max(scores, key=scores.__getitem__)
    _apply(model, numbers)
    save_checkpoint(model, args.out, args.checkpoint)
    print(
        f"wrote {args.out}: seam times {numbers[0]} plus {numbers[1]}, synthetic times {numbers[2]} plus {numbers[3]}; "
        f"validation fakes found at the threshold of a check (mean of both kinds) and mean AUC, together: "
        f"{scores[as_it_is]:.4f} to {scores[numbers]:.4f}"
    )
    return 0


def _score(logits: list[dict[str, np.ndarray]], validation: "Validation", numbers: tuple[float, ...]) -> float:
    """Share of fakes found (mean over the kinds of traces, of it over sources) plus mean AUC over sources, both of it over
    clean and recompressed.
    """
    from python_trainer.operating_points import check_threshold
    from python_trainer.validation import auc_by_group

    seam_scale, seam_bias, synthetic_scale, synthetic_bias = numbers
    verdicts = []
    for one in logits:
        seam, synthetic = seam_scale * one["seam"] + seam_bias, synthetic_scale * one["synthetic"] + synthetic_bias
        verdicts.append(np.logaddexp(np.logaddexp(seam, synthetic), seam + synthetic))  # models.evidence.NoisyOr
    real, groups = validation.labels == 0, validation.groups
    sources = np.concatenate([np.char.add(groups[real], condition) for condition in (" clean", " web")])
    found = np.mean(np.stack(verdicts) >= check_threshold(np.concatenate([v[real] for v in verdicts]), sources), axis=0)
    kinds = [
        [found[(groups == group) & carried].mean() for group in np.unique(groups[carried])]
        for carried in validation.carries.T
        if carried.any()
    ]
    aucs = [list(auc_by_group(validation.labels, v, validation.groups).values()) for v in verdicts]
    return float(np.mean([np.mean(kind) for kind in kinds]) + np.mean(aucs))


def _apply(model: "keras.Model", numbers: tuple[float, ...]) -> None:
    names = {layer.name for layer in model.layers}
    for kind, scale, bias in zip(KINDS, numbers[::2], numbers[1::2], strict=True):
        for name, shift in ((f"logit_{kind}", bias), (f"logit_texture_{kind}", 0.0)):
            if name in names:
                layer = model.get_layer(name)
                kernel, offset = layer.get_weights()
                layer.set_weights([kernel * scale, offset * scale + shift])
