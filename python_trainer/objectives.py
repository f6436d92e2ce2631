"""What each network is trained for: its outputs, their losses and weights, and the batches that carry their targets."""

from typing import NamedTuple

import keras
import numpy as np

from python_trainer.config import Recipe
from python_trainer.losses import known_binary_crossentropy, pair_loss
from python_trainer.manifest import CropRow
from python_trainer.prefetch import Prefetched


class Objective(NamedTuple):
    """Dicts by output name, as `keras.Model.compile` takes them."""

    outputs: dict
    losses: dict
    loss_weights: dict
    metrics: dict


def objective_for(model: keras.Model, recipe: Recipe) -> Objective:
    """The verdict's loss, the pair loss where the recipe has one, and what belongs to the architecture."""
    if recipe.architecture == "mtcnn_classifier":
        return Objective(
            {"class_logits": model.output["class_logits"]},
            {"class_logits": keras.losses.SparseCategoricalCrossentropy(from_logits=True)},
            {"class_logits": 1.0},
            {"class_logits": [keras.metrics.SparseCategoricalAccuracy("accuracy")]},
        )
    objective = Objective(
        {"logit": model.output["logit"]},
        {"logit": keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=recipe.label_smoothing)},
        {"logit": 1.0},
        {
            "logit": [
                keras.metrics.BinaryAccuracy("accuracy", threshold=0.0),
                keras.metrics.AUC(from_logits=True, name="auc"),
            ]
        },
    )
    if recipe.architecture == "evidence":
        weights = {"seam": recipe.trace_weight, "synthetic": recipe.trace_weight, "patch_logits": recipe.patch_weight}
        for name, weight in weights.items():
            inside = model.output[name] if name in model.output else model.get_layer(name).output
            objective.outputs[name], objective.losses[name] = inside, known_binary_crossentropy
            objective.loss_weights[name] = weight
    if recipe.pair_weight > 0:
        objective.outputs["pair_features"] = model.get_layer(recipe.pair_tap).output
        objective.losses["pair_features"], objective.loss_weights["pair_features"] = pair_loss, recipe.pair_weight
    return objective


def batches_for(
    model: keras.Model,
    crops: np.ndarray,
    rows: list[CropRow],
    recipe: Recipe,
    size: int,
    epoch: int,
    targets: tuple[str, ...],
) -> keras.utils.PyDataset:
    """One epoch of batches at image side `size`; `crops` uint8 [n, s, s, 3] belong to `rows`."""
    if recipe.architecture == "evidence":
        from python_trainer.evidence_batches import EvidenceBatches

        cells = model.output["anomaly_map"].shape[1]
        return Prefetched(EvidenceBatches(crops, rows, recipe, size, epoch, cells, targets))
    from python_trainer.dataset import BalancedBatches

    return Prefetched(BalancedBatches(crops, rows, recipe, size, epoch, targets))
