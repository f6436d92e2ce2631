"""Logits of prepared crops, part by part on an engine: what `evaluate` hands to workers."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from python_trainer.engines import Engine
from python_trainer.errors import UserError
from python_trainer.images import recompress_for_web
from python_trainer.inputs import Item, Part, into_parts
from python_trainer.manifest import CropRow, sha256_of
from python_trainer.part_results import make_results, read_results

ScoreFunction = Callable[[np.ndarray], np.ndarray]  # uint8 [n, s, s, 3] -> logits of fake, float [n]
_CHUNK = 256  # crops in memory at a time


def score_rows(score_fn: ScoreFunction, prepared: Path, size: int, rows: list[CropRow], condition: str) -> np.ndarray:
    """Logits float64 [n] of `rows`; NaN where a row has no crop. Condition `web`: recompressed as JPEG."""
    from python_trainer.dataset import load_crops

    logits = np.full(len(rows), np.nan)
    usable = [index for index, row in enumerate(rows) if row.crop]
    for start in range(0, len(usable), _CHUNK):
        part = usable[start : start + _CHUNK]
        crops = load_crops(prepared, [rows[i] for i in part], size)
        if condition == "web":
            crops = recompress_for_web(crops)
        values = np.asarray(score_fn(crops), np.float64).reshape(-1)
        if not np.isfinite(values).all():
            raise UserError("the model gives scores that are not numbers; train it again")
        logits[part] = values
    return logits


class CropWork:
    """Scores the crops of a part with a checkpoint."""

    def __init__(self, checkpoint: Path, prepared: Path, condition: str):
        """Loads the network."""
        from python_trainer.dataset import predict_logits
        from python_trainer.models import load_checkpoint

        model, recipe = load_checkpoint(checkpoint)

        def score(crops: np.ndarray) -> np.ndarray:
            return predict_logits(model, crops, recipe.input_size)

        self._logits = partial(score_rows, score, prepared, recipe.input_size, condition=condition)

    def __call__(self, part: Part) -> Iterator[dict]:
        """A record with its `logit` for each crop."""
        names = [item.location for item in part.items]
        logits = self._logits([SimpleNamespace(crop=name) for name in names])
        for name, logit in zip(names, logits, strict=True):
            yield {"image": name, "status": "ok", "reason": "", "logit": float(logit)}


class EngineScores:
    """Scores rows on an engine; what is done is kept in `out`/unfinished until `forget`, for a run that is killed."""

    def __init__(self, engine: Engine, checkpoint: Path, prepared: Path, out: Path):
        """Nothing is loaded here."""
        self._engine, self._checkpoint, self._prepared = engine, checkpoint, prepared
        self._folder = out / "unfinished"
        self._model, self._data = sha256_of(checkpoint)[:16], sha256_of(prepared / "manifest.csv")[:16]

    def __call__(self, rows: list[CropRow], condition: str) -> np.ndarray:
        """As `score_rows`.

        Raises:
            UserError: a worker died again and again; figures of what is left would not be those of the data.
        """
        parts = into_parts(Item(row.crop) for row in rows if row.crop)
        work = partial(CropWork, self._checkpoint, self._prepared, condition)
        folder = self._folder / f"{self._model}-{self._data}-{condition}"
        tally = make_results(self._engine, work, parts, folder, f"evaluate, {condition}")
        for crop, reason in tally.failed.items():
            raise UserError(f"{crop} could not be scored: {reason}")
        logits = {record["image"]: record["logit"] for record in read_results(folder, parts)}
        return np.array([logits.get(row.crop, np.nan) for row in rows], np.float64)

    def forget(self) -> None:
        """Delete what was kept: a later run, perhaps of other code, measures anew."""
        shutil.rmtree(self._folder, ignore_errors=True)
