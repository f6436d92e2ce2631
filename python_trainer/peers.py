"""Other detectors that the full protocol runs on the same photos: Meso4, a power-spectrum baseline, our checkpoints."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from python_trainer import metrics
from python_trainer.condition_scores import Scorer
from python_trainer.conditions import View
from python_trainer.crop_settings import view_of
from python_trainer.errors import UserError
from python_trainer.evaluation_report import ImageScore, collect_images, is_held_out
from python_trainer.manifest import CropRow, sha256_of
from python_trainer.models import load_checkpoint, load_weights
from python_trainer.preprocessing import resize_antialiased
from python_trainer.protocol_figures import mean, unseen_aucs

if TYPE_CHECKING:
    import keras

CONDITIONS = ("clean", "web")
OWN_NAME = "model"  # the checkpoint under evaluation, measured like its peers
EQUAL_ALARMS = (0.01, 0.05)  # shares of real images flagged, at which what detectors find is compared
SPECTRUM_CROPS = 3000  # to which the baseline is fitted, at most
_MESO_SIZE = 256
_BATCH = 64


def build_meso4() -> "keras.Model":
    """Meso4 (Afchar et al. 2018): RGB float32 [n, 256, 256, 3] in [0, 1] -> logit [n, 1], positive for *real*."""
    import keras

    layers = [keras.Input((_MESO_SIZE, _MESO_SIZE, 3))]
    for filters, kernel, pool in ((8, 3, 2), (8, 5, 2), (16, 5, 2), (16, 5, 4)):
        layers += [
            keras.layers.Conv2D(filters, kernel, padding="same", activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.MaxPooling2D(pool, padding="same"),
        ]
    layers += [
        keras.layers.Flatten(),
        keras.layers.Dense(16),
        keras.layers.LeakyReLU(negative_slope=0.1),
        keras.layers.Dense(1),
    ]
    return keras.Sequential(layers, name="meso4")


def load_meso4(path: Path) -> Callable[[np.ndarray], np.ndarray]:
    """Scores of fake, float64 [n], of uint8 crops [n, s, s, 3], from the authors' weights (Keras's old .h5 format).

    The published output is P(real) = sigmoid(z); the score is −z, in the order of 1 − P(real) and never saturated.

    Raises:
        UserError: no such file, or not Meso4's weights.
    """
    if not path.exists():
        raise UserError(f"{path} is missing; --meso4 takes the authors' Meso4_DF.h5 or Meso4_F2F.h5")
    model = build_meso4()
    load_weights(model, path, "Meso4")

    def score(crops: np.ndarray) -> np.ndarray:
        values = []
        for start in range(0, len(crops), _BATCH):
            batch = [resize_antialiased(crop, _MESO_SIZE, _MESO_SIZE) for crop in crops[start : start + _BATCH]]
            values.append(np.asarray(model.predict_on_batch(np.asarray(batch, np.float32) / 255)).reshape(-1))
        return -np.concatenate(values).astype(np.float64)

    return score


def radial_spectrum(crops: np.ndarray) -> np.ndarray:
    """Log of the power spectrum's mean over each ring of whole-pixel radius, of the grey crops.

    Args:
        crops: uint8 [n, s, s, 3].

    Returns:
        float64 [n, s // 2], lowest frequency first.
    """
    size = crops.shape[1]
    grey = crops @ np.array([0.299, 0.587, 0.114])
    power = np.abs(np.fft.fftshift(np.fft.fft2(grey), axes=(1, 2))) ** 2
    offsets = np.arange(size) - size // 2
    radius = np.hypot(offsets[:, None], offsets[None, :]).astype(int).reshape(-1)
    ring = np.flatnonzero(radius < size // 2)
    counts = np.bincount(radius[ring], minlength=size // 2)
    sums = [np.bincount(radius[ring], one.reshape(-1)[ring], minlength=size // 2) for one in power]
    return np.log(np.array(sums) / counts + 1e-8)


def fit_spectrum(prepared: Path, rows: list[CropRow], size: int, seed: int) -> Callable[[np.ndarray], np.ndarray]:
    """Fits the baseline (logistic regression on `radial_spectrum`) to training crops; gives its score function.

    `rows` are all of the prepared folder's; at most SPECTRUM_CROPS of the training ones are drawn, by `seed`.

    Raises:
        UserError: the training split lacks a class.
    """
    from python_trainer.dataset import load_crops

    usable = [r for r in rows if r.split == "train" and r.crop and r.train_use and not is_held_out(r.source)]
    order = np.random.default_rng(seed).permutation(len(usable))[:SPECTRUM_CROPS]
    chosen = [usable[i] for i in order]
    if len({row.label for row in chosen}) < 2:
        raise UserError(f"{prepared} has no training crops of both classes; the spectrum baseline is fitted to them")
    features = [
        radial_spectrum(load_crops(prepared, chosen[start : start + _BATCH], size))
        for start in range(0, len(chosen), _BATCH)
    ]
    model: Pipeline = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000))
    model.fit(np.concatenate(features), [row.label for row in chosen])
    return lambda crops: model.decision_function(radial_spectrum(crops))


def load_peers(
    prepared: Path, rows: list[CropRow], view: View, meso4: Path | None, checkpoints: list[str], seed: int
) -> list[Scorer]:
    """All peers: the spectrum baseline, Meso4 where its weights are given, and each NAME=CHECKPOINT.

    `view` is the evaluated model's. Meso4 and the baseline see its crops; a checkpoint cuts its own from the same
    boxes, or sees the whole photo where its recipe says so.

    Raises:
        UserError: a file is missing, a name is taken, or a peer wants faces and the folder was prepared without.
    """
    files = _named(checkpoints)
    peers = [Scorer("spectrum", view, fit_spectrum(prepared, rows, view.size, seed), CONDITIONS)]
    if meso4:
        peers.append(Scorer("meso4", view, load_meso4(meso4), CONDITIONS))
    for name, path in files.items():
        peer = load_checkpoint_scorer(name, path, CONDITIONS)
        if view.whole_image and not peer.view.whole_image:
            raise UserError(f"--peer {name} judges faces, but {prepared} was prepared without looking for any")
        peers.append(peer)
    return peers


def load_checkpoint_scorer(name: str, path: Path, conditions: tuple[str, ...]) -> Scorer:
    """One of our checkpoints, with the view that its recipe says."""
    from python_trainer.dataset import predict_logits

    model, recipe = load_checkpoint(path)
    return Scorer(name, view_of(recipe), lambda crops: predict_logits(model, crops, recipe.input_size), conditions)


def weights_sha256(meso4: Path | None, checkpoints: list[str]) -> dict[str, str]:
    """Of each peer's file of weights, by its name in the figures; as for `load_peers`."""
    files = ({"meso4": meso4} if meso4 else {}) | _named(checkpoints)
    return {name: sha256_of(path) for name, path in files.items()}


def _named(checkpoints: list[str]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for text in checkpoints:
        name, separator, path = text.partition("=")
        if not (name and separator and path):
            raise UserError(f"--peer {text}: write NAME=CHECKPOINT, say mobilenet=runs/mobilenet/best.weights.h5")
        if name in {*files, OWN_NAME, "meso4", "spectrum"}:
            raise UserError(f"--peer {name}: that name is taken")
        files[name] = Path(path)
    return files


def compare(rows: list[CropRow], scores: dict[str, dict[str, np.ndarray]], split: str) -> dict[str, dict]:
    """Figures of each detector on the same images of `split`: those with a crop; the others are left out for all.

    scores: detector -> condition ("clean" and more) -> float [n] of `rows`, any scale, NaN without a crop. Each
    detector's threshold is the one of highest balanced accuracy on its clean validation scores.
    """
    return {name: _figures(rows, by_condition, split) for name, by_condition in scores.items()}


def _figures(rows: list[CropRow], scores: dict[str, np.ndarray], split: str) -> dict:
    val = _scored(rows, scores["clean"], "val", seen=True)
    threshold = metrics.threshold_balanced(*_arrays(val))
    return {
        "threshold": threshold,
        "conditions": {c: _of_condition(_scored(rows, scores[c], split), threshold) for c in CONDITIONS},
    }


def _of_condition(images: list[ImageScore], threshold: float) -> dict:
    sources = {n: [i for i in images if i.source == n] for n in sorted({i.source for i in images})}
    seen = {name: part for name, part in sources.items() if not is_held_out(name)}
    unseen = unseen_aucs(images, _arrays(images)[1])
    return {
        "sources": {name: metrics.roc_auc(*_arrays(part)) for name, part in sources.items()},
        "mean_auc": mean(metrics.roc_auc(*_arrays(part)) for part in seen.values()),
        "unseen_mean_auc": unseen["mean"],
        "unseen": {name: values["auc"] for name, values in unseen["sources"].items()},
        "balanced_accuracy": _balanced([i for part in seen.values() for i in part], threshold),
        "found": {str(rate): _found(sources, rate) for rate in EQUAL_ALARMS},
    }


def _found(sources: dict[str, list[ImageScore]], rate: float) -> dict[str, float]:
    """By source, the share of its fakes that score higher than all but `rate` of the real images of all sources do.

    So detectors are compared at as many wrong alarms, on the same images; no threshold that ships comes from it.
    """
    labels, scores = _arrays([image for part in sources.values() for image in part])
    if not (labels == 0).any():
        return {}
    threshold = metrics.threshold_at_rate(scores[labels == 0], rate)
    fakes = {name: [i.logit >= threshold for i in part if i.label == 1] for name, part in sources.items()}
    return {name: float(np.mean(found)) for name, found in fakes.items() if found}


def _scored(rows: list[CropRow], scores: np.ndarray, split: str, seen: bool = False) -> list[ImageScore]:
    images = [i for i in collect_images(rows, scores) if i.split == split and i.logit is not None]
    return [i for i in images if not (seen and is_held_out(i.source))]


def _arrays(images: list[ImageScore]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([i.label for i in images]), np.array([i.logit for i in images], np.float64)


def _balanced(images: list[ImageScore], threshold: float) -> float | None:
    """Balanced accuracy; None without both classes."""
    return metrics.binary_report(*_arrays(images), threshold)["balanced_accuracy"] if images else None
