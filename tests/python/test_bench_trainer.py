"""The benchmark of the trainer: what it tells of the work that its contestants did."""

from contextlib import ExitStack

from benchmarks.photos import PORTRAIT
from benchmarks.plain_loops import PlainPrepare
from benchmarks.trainer import Contestant, agreement
from python_trainer.inputs import Item, Part
from tests.python.engine_workers import EchoWork


def test_faces_are_counted_and_compared_photo_by_photo():
    ours, others = {"a": 1, "b": 2, "c": 0}, {"a": 1, "b": 1, "c": 1}
    assert agreement("prepare", ours, others) == {"faces found": "3", "as many as ours": "1/3 photos"}
    assert agreement("predict", ours, ours) == {"faces found": "3", "as many as ours": "3/3 photos"}


def test_logits_are_compared_by_the_largest_difference():
    assert agreement("evaluate", {"a": 1.0, "b": -2.0}, {"a": 1.25, "b": -2.0}) == {"largest |Δlogit|": "0.2"}
    assert agreement("train", {}, {}) == {}


def test_the_plain_loop_finds_the_face_from_either_size_on(tmp_path, monkeypatch):
    from mtcnn.stages import stage_pnet

    monkeypatch.setattr(stage_pnet, "build_scale_pyramid", stage_pnet.build_scale_pyramid)  # back to it afterwards
    part = Part("one", (Item(str(PORTRAIT)),))
    assert list(PlainPrepare(tmp_path)(part)) == [1]
    assert list(PlainPrepare(tmp_path, least=40)(part)) == [1]


def test_every_item_has_its_own_answer_whoever_worked_on_it(tmp_path):
    items = []
    for length in range(5):
        (tmp_path / str(length)).write_bytes(b"x" * length)
        items.append(Item(str(tmp_path / str(length))))
    with ExitStack() as stack:
        contestant = Contestant(stack, EchoWork, items, 2)
        assert contestant.measure() > 0
        lengths = {place: answer["bytes"] for place, answer in contestant.answers.items()}
    assert lengths == {item.location: length for length, item in enumerate(items)}
    assert len(contestant.cpu_seconds) == 1
