"""Grouped k-fold cross-validation (Rutikanga 2024, 4.3): K runs of one recipe, each judged on a fold it never saw."""

import json
from collections import Counter
from pathlib import Path

import numpy as np

from python_trainer.errors import UserError
from python_trainer.files import write_atomically
from python_trainer.manifest import CropRow
from python_trainer.splits import SplitItem, linked_groups
from python_trainer.training_log import read_log

SCHEMA_VERSION = 1
MEASURED = ("val_loss", "val_accuracy", "val_auc", "val_macro_auc", "val_web_macro_auc")


def fold_rows(rows: list[CropRow], folds: int, seed: int = 0) -> list[tuple[list[CropRow], list[CropRow]]]:
    """(training rows, held-out rows) of each fold; test rows take no part.

    Faces of one image, identity, pair or (nearly) the same picture stay together, and every fold has about the same
    share of each source's reals and fakes (scikit-learn's StratifiedGroupKFold).

    Raises:
        UserError: fewer than two folds, or more than there are groups of either class.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    rows = [row for row in rows if row.split in ("train", "val")]
    items = [
        SplitItem("", r.label, r.identity, r.pair_id, r.sha256, int(r.phash, 16) if r.phash else None) for r in rows
    ]
    groups = np.array(linked_groups(items))
    fewest = min(len({group for group, row in zip(groups, rows, strict=True) if row.label == c}) for c in (0, 1))
    if not 2 <= folds <= fewest:
        raise UserError(
            f"--folds {folds}: choose 2 to {fewest}; there are {fewest} independent groups of the rarer class"
        )
    strata = [f"{row.source} {row.label}" for row in rows]
    sizes = Counter(strata)  # what is too small to be in every fold is spread with its class alone
    strata = [s if sizes[s] >= folds else str(row.label) for s, row in zip(strata, rows, strict=True)]
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    return [
        ([rows[i] for i in train], [rows[i] for i in held_out])
        for train, held_out in splitter.split(rows, strata, groups)
    ]


def summarise_folds(out: Path, folds: int) -> dict:
    """Write `out`/folds.json from the logs of `out`/fold_1 … and return it: each fold's best epoch, means, deviations.

    The deviation is that of a sample (n - 1). Folds share training data, so it understates that of fresh data.
    """
    best = []
    for fold in range(1, folds + 1):
        folder = out / f"fold_{fold}"
        epoch = json.loads((folder / "state.json").read_text(encoding="utf-8"))["best_epoch"]
        [record] = [row for row in read_log(folder) if int(row["epoch"]) == epoch]
        best.append({"fold": fold, "epoch": epoch, **{key: float(record[key]) for key in MEASURED}})
    values = {key: np.array([record[key] for record in best]) for key in MEASURED}
    result = {
        "schema_version": SCHEMA_VERSION,
        "folds": best,
        "mean": {key: float(v.mean()) for key, v in values.items()},
        "deviation": {key: float(v.std(ddof=1)) for key, v in values.items()},
    }
    with write_atomically(out / "folds.json") as file:
        json.dump(result, file, indent=2)
    return result
