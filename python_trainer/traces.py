"""From which logit on a face is said to show a kind of traces, and how often that is right, on validation."""

from pathlib import Path

import keras
import numpy as np

from python_trainer.config import Recipe
from python_trainer.dataset import load_crops, predict_outputs
from python_trainer.errors import UserError
from python_trainer.evaluation_report import is_held_out
from python_trainer.evidence_batches import traces_of
from python_trainer.manifest import read_trainable
from python_trainer.metrics import threshold_at_rate
from python_trainer.operating_points import CHECK_RATE

KINDS = ("seam", "synthetic")  # the order of TRACES' values


def trace_thresholds(model: keras.Model, prepared: Path, recipe: Recipe) -> dict[str, dict]:
    """For each kind of traces: `threshold`, a logit that at most CHECK_RATE of real validation faces reach; and of the
    validation fakes that are known to carry this kind, and of those known not to, the share that reaches it (None:
    there are none). Empty for a network without these outputs.

    Raises:
        UserError: there are no real validation faces.
    """
    if not set(KINDS) <= set(model.output):
        return {}
    rows = [r for r in read_trainable(prepared) if r.split == "val" and not is_held_out(r.source)]
    if not any(row.label == 0 for row in rows):
        raise UserError(f"{prepared} has no real faces in its val split, and thresholds come from those alone")
    crops = load_crops(prepared, rows, recipe.input_size)
    outputs = predict_outputs(model, crops, recipe.input_size, KINDS)
    labels = np.array([row.label for row in rows])
    result = {}
    for place, kind in enumerate(KINDS):
        threshold = threshold_at_rate(outputs[kind][labels == 0], CHECK_RATE)
        known = np.array([traces_of(row)[place] for row in rows], object)
        shares = {
            name: float(np.mean(outputs[kind][known == value] >= threshold)) if (known == value).any() else None
            for name, value in (("found", 1), ("wrong", 0))
        }
        counts = {"n_with": int((known == 1).sum()), "n_without": int((known == 0).sum())}
        result[kind] = {"threshold": threshold, **shares, **counts}
    return result
