"""What a file and an image's global statistics give away, without looking at the face: features and a linear probe."""

import numpy as np
from PIL import Image, JpegImagePlugin
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from python_trainer.metrics import bootstrap_intervals, roc_auc, sigmoid

FILE_FEATURES = (
    "log_bytes", "log_width", "log_height", "log_bytes_per_pixel", "jpeg", "log_quantisation", "subsampled_across",
    "subsampled_down",
)  # fmt: skip
IMAGE_FEATURES = (
    "mean_red", "mean_green", "mean_blue", "deviation_red", "deviation_green", "deviation_blue",
    "log_laplacian_variance", "blockiness", "log_high_frequencies", "saturation",
)  # fmt: skip
FOLDS = 5
RESAMPLES = 300


def file_features(path: str) -> list[float] | None:
    """FILE_FEATURES of an image file as it lies on disk; None where it cannot be read.

    Quantisation is the mean of a JPEG's first table, higher where the quality is lower; 0 for other formats. Colour
    is subsampled across in 4:2:2, across and down in 4:2:0. No pixel is decoded.
    """
    try:
        with open(path, "rb") as file, Image.open(file) as image:
            size = file.seek(0, 2)
            pixels = image.width * image.height
            tables = getattr(image, "quantization", None)
            jpeg = isinstance(image, JpegImagePlugin.JpegImageFile)
            sampling = JpegImagePlugin.get_sampling(image) if jpeg else 0
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    quantisation = float(np.mean(next(iter(tables.values())))) if tables else 0.0
    return [
        float(np.log(size)), float(np.log(image.width)), float(np.log(image.height)), float(np.log(size / pixels)),
        float(jpeg), float(np.log1p(quantisation)), float(sampling in (1, 2)), float(sampling == 2),
    ]  # fmt: skip


def image_features(crop: np.ndarray) -> list[float]:
    """IMAGE_FEATURES of a uint8 crop [s, s, 3], s at least 16.

    Blockiness is how much larger steps across the borders of 8x8 blocks are than elsewhere, as a logarithm;
    high frequencies are the spectrum's share above half of the Nyquist frequency.
    """
    pixels = crop.astype(np.float64)
    grey = pixels @ (0.299, 0.587, 0.114)
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    window = np.outer(*(np.hanning(side) for side in grey.shape))  # else opposite edges meet in a step
    power = np.abs(np.fft.rfft2((grey - grey.mean()) * window)) ** 2
    down, across = np.fft.fftfreq(grey.shape[0])[:, None], np.fft.rfftfreq(grey.shape[1])[None, :]
    high = power[np.hypot(down, across) > 0.25].sum() / (power.sum() + 1e-9)
    highest = pixels.max(axis=-1)
    saturation = np.where(highest > 0, 1 - pixels.min(axis=-1) / np.maximum(highest, 1), 0).mean()
    return [
        *pixels.mean(axis=(0, 1)), *pixels.std(axis=(0, 1)), float(np.log1p(laplacian.var())), _blockiness(grey),
        float(np.log(high + 1e-6)), float(saturation),
    ]  # fmt: skip


def _blockiness(grey: np.ndarray) -> float:
    border = inside = 0.0
    for one in (grey, grey.T):
        steps = np.abs(np.diff(one, axis=1)).mean(axis=0)
        at_border = np.arange(len(steps)) % 8 == 7
        border, inside = border + steps[at_border].mean(), inside + steps[~at_border].mean()
    return float(np.log((border + 0.1) / (inside + 0.1)))


def probe_labels(features: np.ndarray, labels: np.ndarray, groups: np.ndarray, seed: int) -> dict | None:
    """How well a logistic regression tells real from fake, on folds that share no group with its training.

    Args:
        features: float [n, d]; labels: int [n] in {0, 1}; groups: any values [n].

    Returns:
        {"auc", "interval" (95 %, resampling groups), "n_real", "n_fake", "groups"}; None with too few groups to fold.
    """
    if not _can_fold(labels, groups):
        return None
    scores = np.empty(len(labels))
    for train, test in _folds(labels, groups, seed):
        scores[test] = _classifier().fit(features[train], labels[train]).decision_function(features[test])
    interval = bootstrap_intervals(labels, sigmoid(scores), 0.5, groups, RESAMPLES, seed)["auc"]
    fakes = int(labels.sum())
    counts = {"n_real": len(labels) - fakes, "n_fake": fakes, "groups": len(np.unique(groups))}
    return {"auc": roc_auc(labels, scores), "interval": interval, **counts}


def probe_sources(features: np.ndarray, sources: np.ndarray, groups: np.ndarray, seed: int) -> dict | None:
    """How well a logistic regression tells sources apart, str [n]: {"balanced_accuracy", "chance"}; None as above."""
    if not _can_fold(sources, groups):
        return None
    predicted = np.empty_like(sources)
    for train, test in _folds(sources, groups, seed):
        predicted[test] = _classifier().fit(features[train], sources[train]).predict(features[test])
    chance = 1 / len(np.unique(sources))
    return {"balanced_accuracy": float(balanced_accuracy_score(sources, predicted)), "chance": chance}


def _classifier():
    return make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000))


def _folds(classes: np.ndarray, groups: np.ndarray, seed: int):
    return StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(classes, classes, groups)


def _can_fold(classes: np.ndarray, groups: np.ndarray) -> bool:
    """Two classes at least, each in as many groups as there are folds."""
    each = [len(np.unique(groups[classes == one])) for one in np.unique(classes)]
    return len(each) > 1 and min(each) >= FOLDS
