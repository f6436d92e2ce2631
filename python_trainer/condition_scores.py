"""Scores photos under many conditions for several detectors at once, decoding each photo one time."""

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from python_trainer.conditions import CONDITIONS, View, cut
from python_trainer.errors import UserError
from python_trainer.images import ImageError, decode_image
from python_trainer.manifest import CropRow

_PHOTOS = 48  # whose crops, of all conditions, are in memory at a time: some 140 MB with 224-pixel crops

Crops = dict[tuple[str, View], list[np.ndarray]]  # (condition, view) -> crops uint8 [size, size, 3]


@dataclass(frozen=True)
class Scorer:
    """A detector: `score` takes uint8 [n, size, size, 3] cut by `view` and gives float [n], higher for fake."""

    name: str
    view: View
    score: Callable[[np.ndarray], np.ndarray]
    conditions: tuple[str, ...]


def score_conditions(scorers: list[Scorer], rows: list[CropRow]) -> dict[str, dict[str, np.ndarray]]:
    """Scorer -> condition -> scores float64 [n] of `rows`; NaN where a row has no crop.

    Raises:
        UserError: a photo is gone or damaged, or a detector's scores are not numbers.
    """
    from tqdm import tqdm

    scores = {s.name: {c: np.full(len(rows), np.nan) for c in s.conditions} for s in scorers}
    photos: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row.crop:
            photos[row.image].append(index)
    views = {c: list({s.view: None for s in scorers if c in s.conditions}) for c in CONDITIONS}  # each view once
    groups = list(photos.values())
    with ThreadPoolExecutor(4) as pool:
        for start in tqdm(range(0, len(groups), _PHOTOS), desc="conditions", unit=f"{_PHOTOS} photos"):
            part = groups[start : start + _PHOTOS]
            cuts = list(pool.map(lambda group: _cut_photo([rows[i] for i in group], views), part))
            indices = [i for group in part for i in group]
            for scorer in scorers:
                for condition in scorer.conditions:
                    crops = np.stack([crop for one in cuts for crop in one[condition, scorer.view]])
                    scores[scorer.name][condition][indices] = _numbers(scorer, crops)
    return scores


def _numbers(scorer: Scorer, crops: np.ndarray) -> np.ndarray:
    values = np.asarray(scorer.score(crops), np.float64).reshape(-1)
    if not np.isfinite(values).all():
        raise UserError(f"{scorer.name} gives scores that are not numbers")
    return values


def _cut_photo(rows: list[CropRow], views: dict[str, list[View]]) -> Crops:
    """The crops of one photo's faces, in the order of `rows`."""
    path = rows[0].image
    try:
        clean = decode_image(path).rgb
    except ImageError as error:
        raise UserError(
            f"{path}: {error}; the conditions are made from the photos themselves, so keep them where prepare read "
            "them (relative names start at the folder that prepare ran in)"
        ) from error
    crops = {}
    for condition, wanted in views.items():
        if wanted:
            photo = CONDITIONS[condition](clean)
            for view in wanted:
                crops[condition, view] = [cut(photo, row, clean.shape[:2], view) for row in rows]
    return crops
