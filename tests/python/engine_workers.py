"""Workers for the tests of engines: quick ones, and ones whose process is killed."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from extension.demo.wait import wait_for
from python_trainer.condition_scores import ConditionWork, Scorer
from python_trainer.conditions import CONDITIONS, View
from python_trainer.config import FaceCropSettings
from python_trainer.crop_scores import CropWork
from python_trainer.inputs import Part, read_part
from python_trainer.predict import PredictWork
from python_trainer.prepare import PrepareWork


class EchoWork:
    """Answers the length of each image's bytes; every image becomes a line in `log`, so that work done twice shows."""

    def __init__(self, log: Path | None = None):
        self._log = log

    def __call__(self, part: Part) -> Iterator[dict]:
        for sample in read_part(part):
            if self._log:
                with self._log.open("a") as file:
                    file.write(f"{os.getpid()} {sample.key}\n")
            status = "ok" if sample.data is not None else "failed"
            yield {"image": sample.key, "status": status, "reason": sample.reason, "bytes": len(sample.data or b"")}


class KilledOnceWork:
    """Its process is killed in the middle of the first part that holds `victim`, once among all processes."""

    def __init__(self, make_work: Callable, victim: str, mark: Path):
        self._work, self._victim, self._mark = make_work(), victim, mark

    def __call__(self, part: Part) -> Iterator[dict]:
        for record in self._work(part):
            yield record
            if record["image"] == self._victim and not self._mark.exists():
                self._mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)


def killed_condition_work(victim: str, mark: Path, *arguments) -> KilledOnceWork:
    """In the place of ConditionWork."""
    return KilledOnceWork(partial(ConditionWork, *arguments), victim, mark)


def killed_prepare_work(victim: str, mark: Path, *arguments) -> KilledOnceWork:
    """In the place of PrepareWork."""
    return KilledOnceWork(partial(PrepareWork, *arguments), victim, mark)


def killed_predict_work(victim: str, mark: Path, *arguments) -> KilledOnceWork:
    """In the place of PredictWork."""
    return KilledOnceWork(partial(PredictWork, *arguments), victim, mark)


def killed_crop_work(victim: str, mark: Path, *arguments) -> KilledOnceWork:
    """In the place of CropWork."""
    return KilledOnceWork(partial(CropWork, *arguments), victim, mark)


def brightness_scorers() -> list[Scorer]:
    """Two detectors that need no network, of face crops and of whole photos."""
    faces = View(32, FaceCropSettings(size=32))
    return [
        Scorer("faces", faces, lambda crops: crops.mean(axis=(1, 2, 3)), tuple(CONDITIONS)),
        Scorer("whole", View(16, faces.crop, True), lambda crops: -crops.mean(axis=(1, 2, 3)), ("clean", "web")),
    ]


class ParentKillingWork:
    """Writes its process's number into `log`; once there are two, kills the process that started it."""

    def __init__(self, log: str):
        self._log = Path(log)

    def __call__(self, part: Part) -> list[dict]:
        with self._log.open("a") as file:
            file.write(f"{os.getpid()}\n")
        while len(self._log.read_text().splitlines()) < 2:
            time.sleep(0.01)
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(600)
        return []


class LostNodeWork:
    """Answers the name of its node too, which is NODE in the environment. On the node "lost" the second part touches
    `mark` and never ends; on others the first waits for that, so that each node has done work when that one is lost.
    """

    def __init__(self, mark: Path):
        self._node, self._mark, self._parts = os.environ["NODE"], mark, 0

    def __call__(self, part: Part) -> Iterator[dict]:
        self._parts += 1
        if self._node != "lost":
            wait_for(self._mark.exists, 180, "the other node is in the middle of a part")
        for record in EchoWork()(part):
            yield record | {"node": self._node}
            if self._node == "lost" and self._parts == 2:
                self._mark.touch()
                threading.Event().wait()


class AlwaysKilledWork:
    """Its process is killed by every part that holds `victim`."""

    def __init__(self, victim: str):
        self._victim = victim

    def __call__(self, part: Part) -> Iterator[dict]:
        for record in EchoWork()(part):
            if record["image"] == self._victim:
                os.kill(os.getpid(), signal.SIGKILL)
            yield record


class FailingWork:
    """Cannot be made, as where a checkpoint is missing."""

    def __init__(self):
        from python_trainer.errors import UserError

        raise UserError("no such checkpoint")
