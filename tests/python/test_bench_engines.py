"""The benchmark of engines: its parts, and that a wrong verdict is not counted as speed."""

import os

import pytest

from benchmarks.engines import PART, Judge, images_a_second, make_parts
from python_trainer.engines import WORKER_DIED


class TwoWorkers:
    """An engine whose two workers answer in turn that they judged so many of each part."""

    def __init__(self, wrong: int = 0, dies: bool = False):
        self._wrong, self._dies = wrong, dies

    def map(self, make_worker, parts, isolate=False):
        for number, part in enumerate(parts):
            yield part, WORKER_DIED if self._dies else (f"worker {number % 2}", len(part.items) - self._wrong)


@pytest.fixture
def parts(tmp_path):
    return make_parts(tmp_path / "photos", 4 * PART, [("scored", iter([b"a"] * 99)), ("no_face", iter([b"b"] * 99))])


def test_kinds_take_turns(parts):
    assert [len(part.items) for part in parts] == [PART] * 4
    assert [item.known["status"] for item in parts[0].items[:3]] == ["scored", "no_face", "scored"]


def test_what_is_counted_begins_once_all_have_answered(parts):
    waits = []
    assert images_a_second(TwoWorkers(), 2, parts, waits) > 0
    assert len(waits) == 1


@pytest.mark.parametrize(
    "engine, count, reason",
    [(TwoWorkers(wrong=1), 4, "not judged"), (TwoWorkers(dies=True), 4, "died"), (TwoWorkers(), 2, "too few")],
)
def test_nothing_is_told_of_speed_where_work_was_not_done(parts, engine, count, reason):
    with pytest.raises(SystemExit, match=reason):
        images_a_second(engine, 2, parts[:count], [])


def test_a_judge_counts_the_images_that_got_the_status_known_of_them(parts):
    judge = Judge.__new__(Judge)
    judge._work = lambda part: [{"status": "scored"} for _ in part.items]
    who, right = judge(parts[0])
    assert who.endswith(f":{os.getpid()}")
    assert right == PART / 2
