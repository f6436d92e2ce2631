"""What an epoch is judged by: loss and AUC on validation crops, and the mean AUC over sources of fakes, clean and recompressed."""

import math
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from python_trainer.config import Recipe
from python_trainer.images import recompress_for_web
from python_trainer.manifest import CropRow

SELF_BLENDED = 120  # fakes made from validation reals, where the recipe trains on such
MOST = 120  # crops of a source and class: enough to choose an epoch by, and an epoch is not to wait for more
SEED = 0  # of the sample, and not the recipe's: runs are compared by what they reach here


class Validation:
    """The validation crops of one or more prepared folders, in memory."""

    def __init__(self, folders: list[Path], rows: list[list[CropRow]], recipe: Recipe):
        """Loads what `rows` list of each folder, at most MOST of a source and class; never trained on."""
        from python_trainer.dataset import load_crops
        from python_trainer.evidence_batches import traces_of

        rows = [_sample(part) for part in rows]
        self.crops = np.concatenate(
            [load_crops(folder, part, recipe.input_size) for folder, part in zip(folders, rows, strict=True)]
        )
        flat = [row for part in rows for row in part]
        self.labels = np.array([row.label for row in flat])
        self.groups = np.array([_group(row) for row in flat])
        # bool [n, 2]: known to be a seam, known to be synthetic
        self.carries = np.array([[known == 1 for known in traces_of(row)] for row in flat])
        if recipe.self_blended:
            self._add_self_blended(flat, recipe)
        self.recompressed = recompress_for_web(self.crops)

    def measure(self, model, size: int) -> dict:
        """val_loss, val_accuracy and val_auc over all crops; by_source, name -> AUC, and val_macro_auc, its mean;
        val_web_macro_auc, the same after recompression. Of a network whose answers are not all numbers, val_loss NaN alone.
        """
        from python_trainer.dataset import predict_logits

        logits, recompressed = (predict_logits(model, crops, size) for crops in (self.crops, self.recompressed))
        if not np.isfinite([logits, recompressed]).all():
            return {"val_loss": math.nan}
        web = auc_by_group(self.labels, recompressed, self.groups)
        loss = np.logaddexp(0, np.where(self.labels == 1, -logits, logits)).mean()
        by_source = auc_by_group(self.labels, logits, self.groups)
        return {
            "val_loss": float(loss),
            "val_accuracy": float(((logits > 0) == self.labels).mean()),
            "val_auc": float(roc_auc_score(self.labels, logits)),
            "val_macro_auc": float(np.mean(list(by_source.values()))),
            "val_web_macro_auc": float(np.mean(list(web.values()))),
            "by_source": by_source,
        }

    def _add_self_blended(self, rows: list[CropRow], recipe: Recipe) -> None:
        from python_trainer.evidence_batches import keypoints_in_crop
        from python_trainer.self_blending import self_blend

        rng = np.random.default_rng((SEED, 78))
        reals = [i for i, row in enumerate(rows) if row.label == 0]
        fakes = []
        for index in rng.choice(reals, min(SELF_BLENDED, len(reals)), replace=False):
            points = keypoints_in_crop(rows[index], recipe.crop, recipe.input_size)
            fakes.append(self_blend(self.crops[index], points, rng)[1])
        self.crops = np.concatenate([self.crops, fakes])
        self.labels = np.append(self.labels, np.ones(len(fakes), int))
        self.groups = np.append(self.groups, ["self_blended"] * len(fakes))
        self.carries = np.concatenate([self.carries, [[True, False]] * len(fakes)])


def auc_by_group(labels: np.ndarray, logits: np.ndarray, groups: np.ndarray) -> dict[str, float]:
    """AUC of each group of fakes against its own reals or, where it has none, against all reals."""
    result = {}
    for group in np.unique(groups[labels == 1]):
        fakes, reals = (groups == group) & (labels == 1), (groups == group) & (labels == 0)
        against = reals if reals.any() else labels == 0
        result[str(group)] = float(roc_auc_score(labels[fakes | against], logits[fakes | against]))
    return result


def _group(row: CropRow) -> str:
    return f"{row.source}:{row.generator}" if row.source == "reconstruction" else row.source


def _sample(rows: list[CropRow]) -> list[CropRow]:
    """At most MOST rows of each group and class, in their order."""
    rng, kept, counts = np.random.default_rng((SEED, 79)), set(), {}
    for index in rng.permutation(len(rows)):
        key = (_group(rows[index]), rows[index].label)
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= MOST:
            kept.add(int(index))
    return [row for index, row in enumerate(rows) if index in kept]
