"""Scores photos under many conditions for several detectors at once, decoding each photo one time, on an engine."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from python_trainer.conditions import CONDITIONS, View, cut
from python_trainer.engines import DEATH, Engine
from python_trainer.errors import UserError
from python_trainer.images import ImageError, decode_image
from python_trainer.inputs import Item, Part, into_parts
from python_trainer.manifest import CropRow
from python_trainer.part_results import make_results, read_results

_PHOTOS = 48  # whose crops, of all conditions, are in memory at a time: some 140 MB with 224-pixel crops
_NAMED = 10  # photos that an error lists

Crops = dict[tuple[str, View], list[np.ndarray]]  # (condition, view) -> crops uint8 [size, size, 3]
Scores = dict[str, dict[str, np.ndarray]]  # detector -> condition -> float64 [n] of rows
SplitConditions = dict[str, tuple[str, ...]]  # split -> the conditions that its photos are scored under


@dataclass(frozen=True)
class Scorer:
    """A detector: `score` takes uint8 [n, size, size, 3] cut by `view` and gives float [n], higher for fake."""

    name: str
    view: View
    score: Callable[[np.ndarray], np.ndarray]
    conditions: tuple[str, ...]


MakeScorers = Callable[[], list[Scorer]]  # picklable; called once in each process


def score_conditions(
    engine: Engine, make_scorers: MakeScorers, folder: Path, rows: list[CropRow], conditions: SplitConditions
) -> Scores:
    """Scores of `rows` by each detector under those of its conditions that their split has; NaN without a crop.

    `folder` keeps what is done, for a run that is killed: it must be that of these detectors and rows alone.

    Raises:
        UserError: photos are gone or damaged, a detector's scores are not numbers, or a worker died again and again.
    """
    photos: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if row.crop and row.split in conditions:
            photos[row.split, row.image].append(index)
    # By split: photos that are scored under the same conditions make full batches. Named after a crop, because a photo
    # in a shard has an address that would be taken for the shard.
    items = [
        Item(rows[indices[0]].crop, {"rows": [asdict(rows[i]) for i in indices]})
        for (split, _), indices in sorted(photos.items(), key=lambda photo: photo[0][0])
    ]
    parts = into_parts(items)
    work = partial(ConditionWork, make_scorers, conditions)
    tally = make_results(engine, work, parts, folder, "evaluate, conditions", retry_failed=True)
    _check_all_are_good(tally.failed)
    scores = {s.name: {c: np.full(len(rows), np.nan) for c in s.conditions} for s in make_scorers()}
    for record in read_results(folder, parts):
        indices = photos[record["split"], record["image"]]
        for name, by_condition in record["scores"].items():
            for condition, values in by_condition.items():
                scores[name][condition][indices] = values
    return scores


class ConditionWork:
    """Scores the photos of a part."""

    def __init__(self, make_scorers: MakeScorers, conditions: SplitConditions):
        """Loads the detectors."""
        self._scorers, self._views = make_scorers(), {}
        for split, wanted in conditions.items():
            views = {c: list({s.view: None for s in self._scorers if c in s.conditions}) for c in wanted}
            # In the table's order, whatever the order they are wanted in; each view once.
            self._views[split] = {c: views[c] for c in CONDITIONS if views.get(c)}

    def __call__(self, part: Part) -> Iterator[dict]:
        """A record for each photo; `scores` has detector -> condition -> a score for each of its rows."""
        with ThreadPoolExecutor(4) as pool:
            for start in range(0, len(part.items), _PHOTOS):
                chosen = part.items[start : start + _PHOTOS]
                photos = [[CropRow(**values) for values in item.known["rows"]] for item in chosen]
                yield from self._score(photos, list(pool.map(self._cut_photo, photos)))

    def _cut_photo(self, rows: list[CropRow]) -> Crops | ImageError:
        """The crops of one photo's faces, in the order of `rows`; what is wrong where it cannot be read."""
        try:
            clean = decode_image(rows[0].image).rgb
        except ImageError as error:
            return error
        crops = {}
        for condition, wanted in self._views[rows[0].split].items():
            photo = CONDITIONS[condition](clean)
            for view in wanted:
                crops[condition, view] = [cut(photo, row, clean.shape[:2], view) for row in rows]
        return crops

    def _score(self, photos: list[list[CropRow]], cuts: list[Crops | ImageError]) -> list[dict]:
        records = []
        for rows, crops in zip(photos, cuts, strict=True):
            failed = isinstance(crops, ImageError)
            known = {"image": rows[0].image, "split": rows[0].split, "scores": {}}
            records.append(known | {"status": "failed" if failed else "ok", "reason": str(crops) if failed else ""})
        good = [(rows, crops, r) for rows, crops, r in zip(photos, cuts, records, strict=True) if r["status"] == "ok"]
        for scorer in self._scorers:
            for condition in scorer.conditions:
                one = [(rows, crops[key], r) for rows, crops, r in good if (key := (condition, scorer.view)) in crops]
                if one:
                    values = iter(_numbers(scorer, np.stack([crop for _, crops, _ in one for crop in crops])))
                    for rows, _, record in one:
                        found = record["scores"].setdefault(scorer.name, {})
                        found[condition] = [next(values) for _ in rows]
        return records


def _numbers(scorer: Scorer, crops: np.ndarray) -> list[float]:
    values = np.asarray(scorer.score(crops), np.float64).reshape(-1)
    if not np.isfinite(values).all():
        raise UserError(f"{scorer.name} gives scores that are not numbers")
    return values.tolist()


def _check_all_are_good(failed: dict[str, str]) -> None:
    """Figures of the photos that are left would not be those of the data."""
    if not failed:
        return
    lines = [f"{photo}: {reason}" for photo, reason in list(failed.items())[:_NAMED]]
    if len(failed) > _NAMED:
        lines.append(f"… and {len(failed) - _NAMED} more")
    if set(failed.values()) != {DEATH}:
        lines.append(
            "the conditions are made from the photos themselves, so keep them where prepare read them (relative names "
            "start at the folder that prepare ran in)"
        )
    raise UserError("\n".join(lines))
