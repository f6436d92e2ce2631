"""From which logit on a face is said to show a kind of traces, and how often that is right, on validation."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from python_trainer.config import Recipe
from python_trainer.dataset import load_crops, predict_outputs
from python_trainer.errors import UserError
from python_trainer.evaluation_report import is_held_out
from python_trainer.evidence_batches import traces_of
from python_trainer.images import recompress_for_web
from python_trainer.manifest import CropRow, read_trainable
from python_trainer.metrics import threshold_at_rate
from python_trainer.operating_points import CHECK_RATE

KINDS = ("seam", "synthetic")  # the order of TRACES' values
_AT_ONCE = 1024  # crops in memory, 150 MB


def trace_thresholds(model: keras.Model, prepared: Path, recipe: Recipe) -> dict[str, dict]:
    """For each kind of traces: `threshold`, a logit that at most CHECK_RATE of real validation faces reach; and the shares
    of validation faces that reach it: `found` of the `n_with` fakes that are known to carry this kind, `wrong` of the
    `n_without` that are known not to, `real` of the `n_real` real ones (None: there are none). Empty for a network without these outputs.

    Raises:
        UserError: there are no real validation faces.
    """
    if not set(KINDS) <= set(model.output):
        return {}
    rows = [r for r in read_trainable(prepared) if r.split == "val" and not is_held_out(r.source)]
    if not any(row.label == 0 for row in rows):
        raise UserError(f"{prepared} has no real faces in its val split, and thresholds come from those alone")
    outputs = _outputs(model, prepared, rows, recipe.input_size)
    labels = np.array([row.label for row in rows])
    thresholds = {kind: threshold_at_rate(outputs[kind][labels == 0], CHECK_RATE) for kind in KINDS}
    return {
        kind: {"threshold": thresholds[kind], **shares} for kind, shares in _shares(rows, outputs, thresholds).items()
    }


def trace_shares(
    model: keras.Model, prepared: Path, recipe: Recipe, split: str, thresholds: dict[str, dict]
) -> dict[str, dict]:
    """Condition ("clean", "web": crops saved as JPEG) -> for each kind of `thresholds` (of `trace_thresholds`) the same
    shares of the faces in `split` whose own label is certain, those of sources that nothing was trained on among them.
    """
    rows = [row for row in read_trainable(prepared) if row.split == split]
    if not thresholds or not rows:
        return {}
    limits = {kind: values["threshold"] for kind, values in thresholds.items()}
    return {
        condition: _shares(rows, _outputs(model, prepared, rows, recipe.input_size, change), limits)
        for condition, change in (("clean", None), ("web", recompress_for_web))
    }


def _outputs(
    model: keras.Model,
    prepared: Path,
    rows: list[CropRow],
    size: int,
    change: Callable[[np.ndarray], np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """Logits of both kinds, float64 [n], of the crops of `rows`, changed first."""
    parts = []
    for start in range(0, len(rows), _AT_ONCE):
        crops = load_crops(prepared, rows[start : start + _AT_ONCE], size)
        parts.append(predict_outputs(model, change(crops) if change else crops, size, KINDS))
    return {kind: np.concatenate([part[kind] for part in parts]) for kind in KINDS}


def _shares(rows: list[CropRow], outputs: dict[str, np.ndarray], thresholds: dict[str, float]) -> dict[str, dict]:
    result, labels = {}, np.array([row.label for row in rows])
    for place, kind in enumerate(KINDS):
        known = np.array([traces_of(row)[place] for row in rows], object)
        reach, shares = outputs[kind] >= thresholds[kind], {}
        for share, count, part in (
            ("found", "n_with", known == 1),
            ("wrong", "n_without", known == 0),
            ("real", "n_real", labels == 0),
        ):
            shares |= {share: float(reach[part].mean()) if part.any() else None, count: int(part.sum())}
        result[kind] = shares
    return result
