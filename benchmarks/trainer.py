"""Images a second of prepare, predict, evaluate and train, beside the loops that one would write with mtcnn and Keras.

python -m benchmarks.trainer [--data FOLDER] [--images 48] [--rounds 5] [--out bench-output]

Every contestant is loaded and warm before the first round; what starting a process costs is not in the figures. All
have the whole machine: ours a process for each core, the loops one process with TensorFlow's own threads.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.options import add_options
from benchmarks.results import Series, interleave, write_results
from python_trainer.config import get_recipe
from python_trainer.crop_scores import CropWork
from python_trainer.engines import HeldWorker
from python_trainer.engines.local import LocalEngine
from python_trainer.files import ROOT
from python_trainer.inputs import Item, Part, list_images
from python_trainer.manifest import read_prepared
from python_trainer.predict import SHIPPED_CHECKPOINT, SHIPPED_MANIFEST, PredictWork
from python_trainer.prepare import PrepareWork, prepare

PLAIN = "plain loop"
VERBS = ("prepare", "predict", "evaluate", "train")
BATCH = 16
Work = Callable[[Part], object]


class Contestant:
    """A kind of work in processes of its own, which stay until the benchmark ends."""

    def __init__(
        self, stack: ExitStack, make_work: Callable[[], Work], items: list[Item], processes: int, onednn: bool = True
    ):
        """Starts the processes; `stack` ends them. Without oneDNN as predict and evaluate, for the sake of equal digits."""
        settings = {"TF_ENABLE_ONEDNN_OPTS": str(int(onednn)), "TF_CPP_MIN_LOG_LEVEL": "3"}
        initial = (make_work, processes > 1, settings)
        pools = [ProcessPoolExecutor(1, get_context("spawn"), _hold, initial) for _ in range(processes)]
        self._pools = [stack.enter_context(pool) for pool in pools]
        self._items = items
        self.cpu_seconds: list[float] = []
        self.measure()
        self.cpu_seconds.clear()

    def measure(self) -> float:
        """Works on all items once; images a second. Appends to `cpu_seconds` what one image took of all cores."""
        count = len(self._pools)
        started = time.perf_counter()
        shares = [Part(str(i), tuple(self._items[i::count])) for i in range(count)]
        futures = [pool.submit(_work, share) for pool, share in zip(self._pools, shares, strict=True)]
        cpu = sum(future.result() for future in futures)
        self.cpu_seconds.append(cpu / len(self._items))
        return len(self._items) / (time.perf_counter() - started)


def _hold(make_work: Callable[[], Work], one_thread: bool, settings: dict[str, str]) -> None:
    global _worker
    os.environ.update(settings)  # read when TensorFlow is imported, which is later
    _worker = HeldWorker(make_work).work if one_thread else make_work()


def _work(part: Part) -> float:
    """Seconds of CPU, of all threads."""
    started = time.process_time()
    answer = _worker(part)
    if isinstance(answer, Iterator):
        for _ in answer:
            pass
    return time.process_time() - started


class PlainPrepare:
    """Photos to crops with the package as its readme shows it."""

    def __init__(self, out: Path):
        from mtcnn import MTCNN

        self._detector, self._out = MTCNN(), out

    def faces(self, path: str) -> Iterator:
        """Crops of 224 pixels."""
        from PIL import Image

        image = Image.open(path).convert("RGB")
        for face in self._detector.detect_faces(np.asarray(image)):
            x, y, width, height = face["box"]
            extra = 0.15 * max(width, height)
            yield image.crop((x - extra, y - extra, x + width + extra, y + height + extra)).resize((224, 224))

    def __call__(self, part: Part) -> None:
        """Faces of each photo, cut and stored."""
        for item in part.items:
            for index, crop in enumerate(self.faces(item.location)):
                crop.save(self._out / f"{Path(item.location).stem}_{index}.png")


class PlainPredict:
    """Photos to scores: the loop above and Keras's `predict`, face by face."""

    def __init__(self, out: Path):
        from python_trainer.models import load_checkpoint

        self._faces, (self._model, _) = PlainPrepare(out).faces, load_checkpoint(SHIPPED_CHECKPOINT)

    def __call__(self, part: Part) -> None:
        """Faces of each photo, cut and scored one by one."""
        for item in part.items:
            for crop in self._faces(item.location):
                self._model.predict(np.asarray(crop, np.float32)[None], verbose=0)


class PlainEvaluate:
    """Crops to scores: one array, one call of Keras's `predict`."""

    def __init__(self, prepared: Path):
        from python_trainer.models import load_checkpoint

        self._prepared, (self._model, _) = prepared, load_checkpoint(SHIPPED_CHECKPOINT)

    def __call__(self, part: Part) -> None:
        """All crops at once."""
        import keras

        crops = [keras.utils.img_to_array(keras.utils.load_img(self._prepared / i.location)) for i in part.items]
        self._model.predict(np.stack(crops), verbose=0)


class PlainTrain:
    """Keras's example of fine-tuning: MobileNetV2, a dense layer, `fit` on the crops of a folder, no augmentation."""

    def __init__(self, prepared: Path):
        import keras

        base = keras.applications.MobileNetV2((224, 224, 3), include_top=False, weights=None, pooling="avg")
        self._model = keras.Sequential([keras.layers.Rescaling(1 / 127.5, -1), base, keras.layers.Dense(1)])
        self._model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
        self._prepared = prepared

    def __call__(self, part: Part) -> None:
        """One epoch."""
        import keras

        crops = [keras.utils.img_to_array(keras.utils.load_img(self._prepared / i.location)) for i in part.items]
        labels = np.arange(len(crops)) % 2
        self._model.fit(np.stack(crops), labels, batch_size=BATCH, verbose=0)


class OurTrain:
    """The recipe `mobilenet`: the same network through this trainer, with its augmentation and balanced batches."""

    def __init__(self, prepared: Path, out: Path, count: int):
        from dataclasses import replace

        from python_trainer.training_run import TrainingRun

        rows = [row for row in read_prepared(prepared) if row.crop]
        rows = [replace(row, label=index % 2) for index, row in enumerate(rows)]
        self._recipe = get_recipe("mobilenet", batch_size=BATCH, samples_per_epoch=count)
        run = TrainingRun(self._recipe, [prepared], [rows], [rows], out, "none", None)
        self._crops, self._rows = run.crops, run.rows
        self._model, self._trained, self._targets = run._compiled(self._recipe.input_size, False)

    def __call__(self, part: Part) -> None:
        """One epoch."""
        from python_trainer.objectives import batches_for

        recipe = self._recipe
        batches = batches_for(self._model, self._crops, self._rows, recipe, recipe.input_size, 0, self._targets)
        self._trained.fit(batches, epochs=1, verbose=0, shuffle=False)


def main() -> None:
    """Runs every pair of contestants in turns and writes trainer.json, .md and .png."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT / "tests" / "fixtures" / "faces", help="a folder of photos")
    parser.add_argument("--images", type=int, default=48, help="at most; spread over the folder")
    add_options(parser, rounds=5)
    parser.add_argument("--verbs", nargs="+", choices=VERBS, default=VERBS)
    args = parser.parse_args()
    photos = list(list_images([args.data]))
    photos = photos[:: max(1, len(photos) // args.images)][: args.images]
    with tempfile.TemporaryDirectory() as folder:
        rows = _measure(photos, Path(folder), args.rounds, args.verbs)
    about = (
        f"{len(photos)} photos of {args.data.name}, {args.rounds} rounds in turns. train counts crops drawn, forward and "
        "backward, in batches of 16; ours augments them and the plain loop does not."
    )
    write_results(args.out, "trainer", rows, baseline=PLAIN, about=about)


def _measure(photos: list[Path], folder: Path, rounds: int, verbs: list[str]) -> list[Series]:
    cores = os.cpu_count() or 1
    labelled = folder / "photos"
    for index, photo in enumerate(photos):
        name = labelled / ("fake" if index % 2 else "real") / f"{index:05d}{photo.suffix}"
        name.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(photo, name)
    items = [Item(str(path), {"label": 0}) for path in list_images([labelled])]
    recipe, prepared, scratch = get_recipe("ifmd"), folder / "prepared", folder / "scratch"
    prepare([str(labelled)], prepared, recipe, LocalEngine(1))
    scratch.mkdir()
    names = [row.crop for row in read_prepared(prepared) if row.crop]
    count = max(2, min(4, len(names) // BATCH)) * BATCH
    crops = [Item(name) for name in islice(cycle(names), count)]
    predict = partial(PredictWork, SHIPPED_CHECKPOINT, SHIPPED_MANIFEST, "check")
    pairs = {
        "prepare": (partial(PrepareWork, recipe, scratch), partial(PlainPrepare, scratch), items, cores),
        "predict": (predict, partial(PlainPredict, scratch), items, cores),
        "evaluate": (partial(CropWork, SHIPPED_CHECKPOINT, prepared, "clean"), partial(PlainEvaluate, prepared), crops, cores),
        "train": (partial(OurTrain, prepared, folder / "run", count), partial(PlainTrain, prepared), crops, 1),
    }  # fmt: skip
    rows = []
    for verb in verbs:
        ours, plain, work, processes = pairs[verb]
        with ExitStack() as stack:
            contestants = {
                verb: Contestant(stack, ours, work, processes, onednn=verb in ("prepare", "train")),
                PLAIN: Contestant(stack, plain, work, 1),
            }
            values = interleave({name: c.measure for name, c in contestants.items()}, rounds)
            for name, contestant in contestants.items():
                notes = {"CPU s an image": f"{statistics.median(contestant.cpu_seconds):.3f}"}
                rows.append(Series(verb, name, values[name], "images/s", notes))
    return rows


if __name__ == "__main__":
    from benchmarks import trainer  # by its own name: processes cannot be handed functions of `__main__`

    trainer.main()
