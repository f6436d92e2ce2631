"""How well a map points at what was altered: four measures of one map against one mask, chance, and intervals.

Everywhere: a map is float [m, m] in [0, 1], one value a cell; a mask is bool [s, s], one value a pixel, s a multiple
of m. A cell counts as altered when at least half of its pixels are.
"""

import numpy as np
from PIL import Image

from python_trainer.metrics import roc_auc

METRICS = ("iou_at_half", "iou_same_area", "pixel_auc", "pointing")
DEFINITIONS = {
    "iou_at_half": "cells with map >= 0.5 against the mask's cells: intersection over union",
    "iou_same_area": "the same, with as many of the highest cells as the mask has; free of the map's scale",
    "pixel_auc": "the map, enlarged bilinearly to the mask's pixels, ranks altered pixels above the others",
    "pointing": "the highest cell is an altered one",
}
CENTRE_REACH = 0.3  # of the side: where the fixed map falls to one half
RESAMPLES = 1000


def cell_mask(mask: np.ndarray, cells: int) -> np.ndarray:
    """The cells of which at least half is altered: bool [cells, cells]."""
    step = mask.shape[0] // cells
    return mask.reshape(cells, step, cells, step).mean(axis=(1, 3)) >= 0.5


def measure(anomaly_map: np.ndarray, mask: np.ndarray) -> dict[str, float]:
    """METRICS of a map against a mask that leaves some cells altered and some not, each in [0, 1].

    Ties are shared: a flat map gets what chance does, whatever the order of its cells.
    """
    altered = cell_mask(mask, anomaly_map.shape[0])
    called = anomaly_map >= 0.5
    return {
        "iou_at_half": float((called & altered).sum() / (called | altered).sum()),
        "iou_same_area": _iou_same_area(anomaly_map, altered),
        "pixel_auc": roc_auc(mask.ravel(), enlarged(anomaly_map, mask.shape[0]).ravel()),
        "pointing": float(altered[anomaly_map == anomaly_map.max()].mean()),
    }


def chance(mask: np.ndarray, cells: int) -> dict[str, float]:
    """METRICS that a map of independent uniform random cells is expected to get (IoU: ratio of expectations)."""
    share = float(cell_mask(mask, cells).mean())
    values = (share / (1 + share), share / (2 - share), 0.5, share)
    return dict(zip(METRICS, values, strict=True))


def centre_map(cells: int) -> np.ndarray:
    """A map that points at the middle of every crop, float [cells, cells]: what knowing "here is a face" is worth."""
    offsets = (np.arange(cells) + 0.5) / cells - 0.5
    return 0.5 ** ((offsets[:, None] ** 2 + offsets[None, :] ** 2) / CENTRE_REACH**2)


def enlarged(anomaly_map: np.ndarray, size: int) -> np.ndarray:
    """A map [m, m] sampled bilinearly: float32 [size, size], size at least m."""
    image = Image.fromarray(np.asarray(anomaly_map, np.float32))
    return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR))


def mean_with_interval(values: np.ndarray, groups: np.ndarray, seed: int) -> dict:
    """Mean of `values` [n >= 1] and its 95 % bootstrap interval, values of one group entering or leaving together.

    Returns:
        {"mean": float, "interval": [low, high]}.
    """
    _, units = np.unique(groups, return_inverse=True)
    sums, sizes = np.bincount(units, weights=values), np.bincount(units)
    drawn = np.random.default_rng(seed).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=RESAMPLES)
    interval = np.percentile((drawn @ sums) / (drawn @ sizes), [2.5, 97.5])
    return {"mean": float(np.mean(values)), "interval": [float(v) for v in interval]}


def _iou_same_area(anomaly_map: np.ndarray, altered: np.ndarray) -> float:
    wanted = int(altered.sum())
    level = np.sort(anomaly_map, axis=None)[-wanted]
    above, tied = anomaly_map > level, anomaly_map == level
    hits = altered[above].sum() + altered[tied].mean() * (wanted - above.sum())
    return float(hits / (2 * wanted - hits))
