"""A network's numbers for prepared crops, part by part on an engine: what `evaluate` hands to workers."""

import shutil
from collections import defaultdict
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

ScoreFunction = Callable[[np.ndarray], np.ndarray]  # uint8 [n, s, s, 3] -> logits of fake [n], or [n, k] of k outputs
# Rows, condition ("clean" or "web") -> by the output's name, float [n], NaN without crop.
RowOutputs = Callable[[list[CropRow], str], dict[str, np.ndarray]]
LOGIT = "logit"  # the output that every network has
_CHUNK = 256  # crops in memory at a time


def score_rows(score_fn: ScoreFunction, prepared: Path, size: int, rows: list[CropRow], condition: str) -> np.ndarray:
    """What `score_fn` says of `rows`, float64 [n] or [n, k]; NaN where a row has no crop. Condition `web`: recompressed
    as JPEG.

    Raises:
        UserError: a crop cannot be read, or what is said of it is not a number.
    """
    from python_trainer.dataset import load_crops

    usable, chunks = [index for index, row in enumerate(rows) if row.crop], []
    for start in range(0, len(usable), _CHUNK):
        crops = load_crops(prepared, [rows[i] for i in usable[start : start + _CHUNK]], size)
        if condition == "web":
            crops = recompress_for_web(crops)
        chunks.append(np.asarray(score_fn(crops), np.float64))
        if not np.isfinite(chunks[-1]).all():
            raise UserError("the model gives scores that are not numbers; train it again")
    scores = np.full((len(rows), *(chunks[0].shape[1:] if chunks else ())), np.nan)
    if chunks:
        scores[usable] = np.concatenate(chunks)
    return scores


class CropWork:
    """Scores the crops of a part with a checkpoint."""

    def __init__(self, checkpoint: Path, prepared: Path, condition: str, outputs: tuple[str, ...] = (LOGIT,)):
        """Loads the network. outputs: which of its outputs of one number an image are told, all of one run."""
        from python_trainer.dataset import predict_outputs
        from python_trainer.models import load_checkpoint

        model, recipe = load_checkpoint(checkpoint)

        def score(crops: np.ndarray) -> np.ndarray:
            found = predict_outputs(model, crops, recipe.input_size, outputs)
            return np.stack([found[name] for name in outputs], axis=-1)

        self._outputs = outputs
        self._scores = partial(score_rows, score, prepared, recipe.input_size, condition=condition)

    def __call__(self, part: Part) -> Iterator[dict]:
        """A record for each crop, with each output under its name."""
        names = [item.location for item in part.items]
        scores = self._scores([SimpleNamespace(crop=name) for name in names])
        for name, values in zip(names, scores.tolist(), strict=True):
            yield {"image": name, "status": "ok", "reason": "", **dict(zip(self._outputs, values, strict=True))}


class EngineScores:
    """Scores rows on an engine, each once; what is done is kept in `out`/unfinished until `forget`, for a run that is
    killed.
    """

    def __init__(
        self, engine: Engine, checkpoint: Path, prepared: Path, out: Path, outputs: tuple[str, ...] = (LOGIT,)
    ):
        """Nothing is loaded here. outputs: as those of `CropWork`."""
        self._engine, self._checkpoint, self._prepared = engine, checkpoint, prepared
        self._outputs, self._folder = outputs, out / "unfinished"
        self._model, self._data = sha256_of(checkpoint)[:16], sha256_of(prepared / "manifest.csv")[:16]
        self._known: dict[str, dict[str, tuple[float, ...]]] = defaultdict(dict)  # condition -> crop -> outputs

    def __call__(self, rows: list[CropRow], condition: str) -> np.ndarray:
        """The output `logit`, as `outputs`."""
        return self.outputs(rows, condition)[LOGIT]

    def outputs(self, rows: list[CropRow], condition: str) -> dict[str, np.ndarray]:
        """Each output by its name, float64 [n] of `rows`, as `score_rows`. Rows that were asked for under this
        condition before are not scored again.

        Raises:
            UserError: a worker died again and again; figures of what is left would not be those of the data.
        """
        known = self._known[condition]
        if new := [Item(row.crop) for row in rows if row.crop and row.crop not in known]:
            known |= self._scored(into_parts(new), condition)
        without = (np.nan,) * len(self._outputs)
        values = np.array([known.get(row.crop, without) for row in rows], np.float64).reshape(-1, len(self._outputs))
        return dict(zip(self._outputs, values.T, strict=True))

    def _scored(self, parts: list[Part], condition: str) -> dict[str, tuple[float, ...]]:
        work = partial(CropWork, self._checkpoint, self._prepared, condition, self._outputs)
        # Everything that a record depends on is in the name: what an older run left of other outputs is not read.
        folder = self._folder / "-".join([self._model, self._data, condition, *self._outputs])
        tally = make_results(self._engine, work, parts, folder, f"evaluate, {condition}")
        for crop, reason in tally.failed.items():
            raise UserError(f"{crop} could not be scored: {reason}")
        return {r["image"]: tuple(r[name] for name in self._outputs) for r in read_results(folder, parts)}

    def forget(self) -> None:
        """Delete what was kept: a later run, perhaps of other code, measures anew."""
        shutil.rmtree(self._folder, ignore_errors=True)
