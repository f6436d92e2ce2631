"""From which logit on a face is said to show a kind of traces, and how often that is right, on validation."""

import numpy as np

from python_trainer.crop_scores import RowOutputs
from python_trainer.errors import UserError
from python_trainer.evaluation_report import is_held_out
from python_trainer.evidence_batches import traces_of
from python_trainer.manifest import CropRow
from python_trainer.metrics import threshold_at_rate
from python_trainer.operating_points import CHECK_RATE

KINDS = ("seam", "synthetic")  # the order of TRACES' values, and the network's outputs


def trace_figures(outputs: RowOutputs, rows: list[CropRow], split: str) -> dict[str, dict]:
    """What a report says of traces: `traces`, of `trace_thresholds`, and `trace_shares`, of the function of this name.

    outputs: KINDS among them. rows: of validation and `split`.
    """
    thresholds = trace_thresholds(outputs, rows)
    return {"traces": thresholds, "trace_shares": trace_shares(outputs, rows, split, thresholds)}


def trace_thresholds(outputs: RowOutputs, rows: list[CropRow]) -> dict[str, dict]:
    """For each kind of traces: `threshold`, a logit that at most CHECK_RATE of real validation faces reach; and the shares
    of validation faces that reach it: `found` of the `n_with` fakes that are known to carry this kind, `wrong` of the
    `n_without` that are known not to, `real` of the `n_real` real ones (None: there are none). rows: of any splits.

    Raises:
        UserError: there are no real validation faces.
    """
    rows = [row for row in _certain(rows, "val") if not is_held_out(row.source)]
    labels = np.array([row.label for row in rows])
    if not (labels == 0).any():
        raise UserError("there are no real faces in the val split, and thresholds come from those alone")
    found = outputs(rows, "clean")
    thresholds = {kind: threshold_at_rate(found[kind][labels == 0], CHECK_RATE) for kind in KINDS}
    shares = _shares(rows, found, thresholds)
    return {kind: {"threshold": thresholds[kind], **shares[kind]} for kind in KINDS}


def trace_shares(outputs: RowOutputs, rows: list[CropRow], split: str, thresholds: dict[str, dict]) -> dict[str, dict]:
    """Condition -> for each kind of `thresholds` (of `trace_thresholds`) the same shares of the faces in `split` whose
    own label is certain, those of sources that nothing was trained on among them. Empty where there are none.
    """
    if not (rows := _certain(rows, split)):
        return {}
    limits = {kind: values["threshold"] for kind, values in thresholds.items()}
    return {condition: _shares(rows, outputs(rows, condition), limits) for condition in ("clean", "web")}


def _certain(rows: list[CropRow], split: str) -> list[CropRow]:
    """Faces of the split whose own label is certain."""
    return [row for row in rows if row.split == split and row.crop and row.train_use]


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
