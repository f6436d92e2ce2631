"""Images a second of prepare, predict, evaluate and train, beside the loops that one would write with mtcnn and Keras.

python -m benchmarks.trainer [--data FOLDER] [--images 48] [--rounds 5] [--out bench-output]

Every contestant is loaded and warm before the first round; what starting a process costs is not in the figures. All
have the whole machine: ours a process for each core, the loops one process with TensorFlow's own threads.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import chain, cycle, islice
from multiprocessing import get_context
from operator import itemgetter
from pathlib import Path

from benchmarks.options import add_options
from benchmarks.plain_loops import PlainEvaluate, PlainPredict, PlainPrepare, PlainTrain
from benchmarks.results import Series, interleave, write_results
from python_trainer.config import DetectorSettings, get_recipe
from python_trainer.crop_scores import CropWork
from python_trainer.engines import HeldWorker
from python_trainer.engines.local import LocalEngine
from python_trainer.files import ROOT
from python_trainer.inputs import Item, Part, list_images
from python_trainer.manifest import read_prepared
from python_trainer.predict import SHIPPED_CHECKPOINT, SHIPPED_MANIFEST, PredictWork
from python_trainer.prepare import PrepareWork, prepare

LEAST = DetectorSettings().min_face_size  # pixels: the smallest face that ours looks for
PLAIN = "plain loop"
PLAIN_LEAST = f"plain loop, faces from {LEAST} px"
VERBS = ("prepare", "predict", "evaluate", "train")
BATCH = 16
STEPS = 8  # of training, a round
Work = Callable[[Part], Iterable]
MakeWork = Callable[[], Work]


class Contestant:
    """A kind of work in processes of its own, which stay until the benchmark ends.

    answers: by the item's location, what the work gave for it.
    """

    def __init__(self, stack: ExitStack, make_work: MakeWork, items: list[Item], processes: int, onednn: bool = True):
        """Starts the processes; `stack` ends them. Without oneDNN as predict and evaluate, for the sake of equal digits."""
        settings = {"TF_ENABLE_ONEDNN_OPTS": str(int(onednn)), "TF_CPP_MIN_LOG_LEVEL": "3"}
        initial = (make_work, processes > 1, settings)
        pools = [ProcessPoolExecutor(1, get_context("spawn"), _hold, initial) for _ in range(processes)]
        self._pools = [stack.enter_context(pool) for pool in pools]
        self._shares = [Part(str(i), tuple(items[i::processes])) for i in range(processes)]
        self._count = len(items)
        self.cpu_seconds: list[float] = []
        places = chain.from_iterable((item.location for item in share.items) for share in self._shares)
        given = chain.from_iterable(answers for _, answers in self._work(told=True))
        self.answers = dict(zip(places, given, strict=False))  # training gives nothing

    def measure(self) -> float:
        """Works on all items once; images a second. Appends to `cpu_seconds` what one image took of all cores."""
        started = time.perf_counter()
        cpu = sum(seconds for seconds, _ in self._work(told=False))
        self.cpu_seconds.append(cpu / self._count)
        return self._count / (time.perf_counter() - started)

    def _work(self, told: bool) -> list[tuple[float, list]]:
        pairs = zip(self._pools, self._shares, strict=True)
        return [future.result() for future in [pool.submit(_work, share, told) for pool, share in pairs]]


def _hold(make_work: MakeWork, one_thread: bool, settings: dict[str, str]) -> None:
    global _worker
    os.environ.update(settings)  # read when TensorFlow is imported, which is later
    _worker = HeldWorker(make_work).work if one_thread else make_work()


def _work(part: Part, told: bool) -> tuple[float, list]:
    """Seconds of CPU, of all threads; and the answers, where they are to be told."""
    started = time.process_time()
    answers = list(_worker(part))
    return time.process_time() - started, answers if told else []


class OurTrain:
    """The recipe `mobilenet`: the same network through this trainer, with its augmentation and balanced batches."""

    def __init__(self, prepared: Path, out: Path):
        from dataclasses import replace

        from python_trainer.training_run import TrainingRun

        rows = [row for row in read_prepared(prepared) if row.crop]
        rows = [replace(row, label=index % 2) for index, row in enumerate(rows)]
        self._recipe = get_recipe("mobilenet", batch_size=BATCH, samples_per_epoch=STEPS * BATCH)
        run = TrainingRun(self._recipe, [prepared], [rows], [rows], out, "none", None)
        self._crops, self._rows = run.crops, run.rows
        self._model, self._trained, self._targets = run._compiled(self._recipe.input_size, False)

    def __call__(self, part: Part) -> tuple[()]:
        """One epoch."""
        from python_trainer.objectives import batches_for

        recipe = self._recipe
        batches = batches_for(self._model, self._crops, self._rows, recipe, recipe.input_size, 0, self._targets)
        self._trained.fit(batches, epochs=1, verbose=0, shuffle=False)
        return ()


@dataclass(frozen=True)
class Verb:
    """Who works on what. plain: by name. number: what of our answer for an item is compared with the plain loop's."""

    ours: MakeWork
    plain: Mapping[str, MakeWork]
    items: list[Item]
    processes: int
    number: Callable[[dict], float] = float


def main() -> None:
    """Runs the contestants of each verb in turns and writes trainer.json, .md and .png."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT / "tests" / "fixtures" / "faces", help="a folder of photos")
    parser.add_argument(
        "--images", type=int, default=48, help="spread over the folder; over and over, where it has fewer"
    )
    add_options(parser, rounds=5)
    parser.add_argument("--verbs", nargs="+", choices=VERBS, default=VERBS)
    args = parser.parse_args()
    photos = list(list_images([args.data]))
    photos = photos[:: max(1, len(photos) // args.images)][: args.images]
    with tempfile.TemporaryDirectory() as folder:
        rows = _measure(list(islice(cycle(photos), args.images)), Path(folder), args.rounds, args.verbs)
    about = (
        f"{args.images} photos, {len(photos)} different ones of {args.data.name}, {args.rounds} rounds in turns. train counts"
        f" crops drawn, forward and backward, {STEPS} batches of {BATCH}; ours augments them and the plain loop does not."
        f" mtcnn looks for faces from 20 px on, ours and the second loop from {LEAST}; ours looks twice where it finds none."
    )
    write_results(args.out, "trainer", rows, baseline=PLAIN, about=about)


def _measure(photos: list[Path], folder: Path, rounds: int, verbs: list[str]) -> list[Series]:
    labelled = folder / "photos"
    for index, photo in enumerate(photos):
        name = labelled / ("fake" if index % 2 else "real") / f"{index:05d}{photo.suffix}"
        name.parent.mkdir(parents=True, exist_ok=True)
        # A number behind the picture's end: of two equal files `prepare` would keep one.
        name.write_bytes(photo.read_bytes() + index.to_bytes(8, "big"))
    prepared = folder / "prepared"
    prepare([str(labelled)], prepared, get_recipe("ifmd"), LocalEngine(1))
    (folder / "scratch").mkdir()
    table, rows = _verbs(labelled, prepared, folder), []
    for verb in verbs:
        with ExitStack() as stack:
            work = table[verb]
            ours = Contestant(stack, work.ours, work.items, work.processes, onednn=verb in ("prepare", "train"))
            plain = {name: Contestant(stack, make, work.items, 1) for name, make in work.plain.items()}
            contestants = {verb: ours, **plain}
            values = interleave({name: each.measure for name, each in contestants.items()}, rounds)
            answers = {name: each.answers for name, each in plain.items()}
            answers[verb] = {place: work.number(answer) for place, answer in ours.answers.items()}
            for name, each in contestants.items():
                notes = {"CPU s an image": f"{statistics.median(each.cpu_seconds):.3f}"}
                notes |= agreement(verb, answers[verb], answers[name])
                rows.append(Series(verb, name, values[name], "images/s", notes))
    return rows


def _verbs(labelled: Path, prepared: Path, folder: Path) -> dict[str, Verb]:
    cores, scratch = os.cpu_count() or 1, folder / "scratch"
    photos = [Item(str(path), {"label": 0}) for path in list_images([labelled])]
    names = [row.crop for row in read_prepared(prepared) if row.crop]
    crops = [Item(name) for name in names]
    drawn = [Item(name) for name in islice(cycle(names), STEPS * BATCH)]

    def loops(make: type) -> dict[str, MakeWork]:
        return {PLAIN: partial(make, scratch), PLAIN_LEAST: partial(make, scratch, least=LEAST)}

    prepare_work = partial(PrepareWork, get_recipe("ifmd"), scratch)
    predict = partial(PredictWork, SHIPPED_CHECKPOINT, SHIPPED_MANIFEST, "check")
    evaluate = partial(CropWork, SHIPPED_CHECKPOINT, prepared, "clean")
    return {
        "prepare": Verb(prepare_work, loops(PlainPrepare), photos, cores, itemgetter("faces_in_image")),
        "predict": Verb(predict, loops(PlainPredict), photos, cores, lambda result: len(result["faces"])),
        "evaluate": Verb(evaluate, {PLAIN: partial(PlainEvaluate, prepared)}, crops, cores, itemgetter("logit")),
        "train": Verb(
            partial(OurTrain, prepared, folder / "run"), {PLAIN: partial(PlainTrain, prepared, drawn, BATCH)}, drawn, 1
        ),
    }


def agreement(verb: str, ours: Mapping[str, float], others: Mapping[str, float]) -> dict[str, str]:
    """Columns on how far another contestant gives what ours does.

    Args:
        verb: prepare and predict give the number of faces of each photo, evaluate the logit of each crop, train nothing.
        ours, others: numbers by item.
    """
    if verb == "train":
        return {}
    if verb == "evaluate":
        return {"largest |Δlogit|": f"{max(abs(others[item] - number) for item, number in ours.items()):.1g}"}
    alike = sum(others[item] == number for item, number in ours.items())
    return {"faces found": f"{sum(others.values())}", "as many as ours": f"{alike}/{len(ours)} photos"}


if __name__ == "__main__":
    from benchmarks import trainer  # by its own name: processes cannot be handed functions of `__main__`

    trainer.main()
