"""Results of parts, each in a file that is there whole or not at all; what is there is not made again."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from python_trainer.engines import DEATH, WORKER_DIED, Engine
from python_trainer.errors import UserError
from python_trainer.files import is_abandoned, write_atomically
from python_trainer.inputs import Part

Record = dict  # of one image; always with `image` (its key), `status` and `reason`
Work = Callable[[Part], Iterator[Record]]


@dataclass
class Tally:
    """How many images came to which status, and why those failed that did."""

    status: Counter = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Count one image."""
        self.status[record["status"]] += 1
        if record["status"] == "failed":
            self.failed[record["image"]] = record["reason"]

    def merge(self, other: "Tally") -> None:
        """Count another tally's images too."""
        self.status += other.status
        self.failed |= other.failed

    def check_some_are_good(self) -> None:
        """Raises UserError when every single image failed."""
        if self.failed and self.status.keys() == {"failed"}:
            key, reason = next(iter(self.failed.items()))
            raise UserError(f"not one of {self.status.total()} images could be read; the first: {key}: {reason}")


class PartWriter:
    """A worker that writes what its work answers to FOLDER/PART.jsonl, under a temporary name until it is whole."""

    def __init__(self, make_work: Callable[[], Work], folder: Path):
        """`make_work` loads what the work needs."""
        self._work, self._folder = make_work(), folder

    def __call__(self, part: Part) -> Tally:
        """Work on the part, keep its records, count them."""
        tally = Tally()
        with write_atomically(_path(self._folder, part)) as file:
            for record in self._work(part):
                tally.add(record)
                file.write(json.dumps(record) + "\n")
        return tally


def make_results(
    engine: Engine,
    make_work: Callable[[], Work],
    parts: list[Part],
    folder: Path,
    title: str,
    retry_failed: bool = False,
) -> Tally:
    """Work on the parts that have no results in `folder` yet; the tally is of all.

    retry_failed: make again what is there, too, of parts with a failed image.
    """
    from tqdm import tqdm

    folder.mkdir(parents=True, exist_ok=True)
    tally, todo = Tally(), []
    for part in parts:
        there = _path(folder, part).exists()
        done = _tally_of(_path(folder, part)) if there else Tally()
        if there and not (retry_failed and done.failed):
            tally.merge(done)
        else:
            todo.append(part)
    # What a run before this one left may be what killed it.
    resumed = len(todo) < len(parts) or any(folder.glob(".*.tmp"))
    with tqdm(total=len(parts), initial=len(parts) - len(todo), desc=title, unit="part") as bar:
        for part, answer in engine.map(partial(PartWriter, make_work, folder), todo, isolate=resumed):
            if answer is WORKER_DIED:
                answer = Tally(Counter(failed=len(part.items)), {item.location: DEATH for item in part.items})
            tally.merge(answer)
            bar.set_postfix(images=tally.status.total(), failed=len(tally.failed))
            bar.update()
    for left in folder.glob(".*.tmp"):  # what workers that died were writing, and no other command's
        if is_abandoned(left):
            left.unlink(missing_ok=True)
    return tally


def read_results(folder: Path, parts: list[Part]) -> Iterator[Record]:
    """The records of the parts, in their order; a part whose worker died has none."""
    for part in parts:
        if _path(folder, part).exists():
            with _path(folder, part).open(encoding="utf-8") as file:
                yield from map(json.loads, file)


def check_same_settings(out: Path, wanted: dict) -> None:
    """Results of different settings must not mix in one folder: raises UserError when others are in settings.json."""
    path = out / "settings.json"
    there = json.loads(path.read_text(encoding="utf-8")) if path.exists() else wanted
    if there != wanted:
        raise UserError(f"{out} was made with other settings ({_differences(there, wanted)}); choose another --out")
    with write_atomically(path) as file:
        json.dump(wanted, file)


def _differences(there: dict, wanted: dict) -> str:
    """What two settings do not share, key by key, those inside others as OUTER.INNER."""
    old, new = _flat(there), _flat(wanted)
    keys = [key for key in old | new if old.get(key, "nothing") != new.get(key, "nothing")]
    return "; ".join(f"{key}: {old.get(key, 'nothing')} there, {new.get(key, 'nothing')} now" for key in keys)


def _flat(settings: dict, outer: str = "") -> dict[str, str]:
    """Values as JSON, by their keys; an empty dict is a value."""
    flat = {}
    for key, value in settings.items():
        inner = isinstance(value, dict) and value
        flat |= _flat(value, f"{outer}{key}.") if inner else {f"{outer}{key}": json.dumps(value)}
    return flat


def _tally_of(path: Path) -> Tally:
    tally = Tally()
    with path.open(encoding="utf-8") as file:
        for line in file:
            tally.add(json.loads(line))
    return tally


def _path(folder: Path, part: Part) -> Path:
    return folder / f"{part.name}.jsonl"
