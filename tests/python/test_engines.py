"""Both engines, with processes that are killed: every image once in the results, nothing twice, and resumable."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from extension.demo.wait import wait_for
from python_trainer.__main__ import main
from python_trainer.condition_scores import score_conditions
from python_trainer.conditions import CONDITIONS
from python_trainer.engines.local import LocalEngine
from python_trainer.errors import UserError
from python_trainer.files import ROOT
from python_trainer.inputs import into_parts, list_items
from python_trainer.manifest import read_prepared
from python_trainer.part_results import make_results, read_results
from tests.python.engine_workers import (
    AlwaysKilledWork,
    EchoWork,
    FailingWork,
    KilledOnceWork,
    brightness_scorers,
    killed_condition_work,
)
from tests.python.test_protocol import make_prepared

COMMAND = """
import sys
from functools import partial

from python_trainer.engines.local import LocalEngine
from python_trainer.inputs import into_parts, list_items
from tests.python.engine_workers import ParentKillingWork

if __name__ == "__main__":
    log, *files = sys.argv[1:]
    list(LocalEngine(2).map(partial(ParentKillingWork, log), into_parts(list_items(files))))
"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr("python_trainer.inputs.PART_SIZE", 8)  # at least five parts, wherever their hashes cut
    (tmp_path / "files").mkdir()
    for index in range(150):
        (tmp_path / "files" / f"{index:03d}.png").write_bytes(b"x" * index)
    return [str(path) for path in sorted((tmp_path / "files").iterdir())]


@pytest.fixture(scope="module")
def ray_cluster():
    """Ray on this machine: a head, a scheduler and worker processes."""
    import ray

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        yield
        ray.shutdown()


@pytest.fixture(params=["local", "ray"])
def engine(request):
    if request.param == "local":
        return LocalEngine(2)
    request.getfixturevalue("ray_cluster")
    from python_trainer.engines.ray import RayEngine

    return RayEngine()


def images_in(folder, parts):
    return [record["image"] for record in read_results(folder, parts)]


def test_a_run_goes_on_where_it_stopped_and_a_process_killed_in_its_middle_costs_nothing(engine, files, tmp_path):
    parts, log, out = into_parts(list_items([str(tmp_path / "files")])), tmp_path / "log", tmp_path / "out"
    make_results(engine, partial(EchoWork, log), parts[:1], out, "test")
    (killed,) = [part for part in parts if files[-1] in [item.location for item in part.items]]
    work = partial(KilledOnceWork, partial(EchoWork, log), files[-1], tmp_path / "killed")
    tally = make_results(engine, work, parts, out, "test")
    assert (tmp_path / "killed").exists()
    assert tally.status == {"ok": 150}
    assert images_in(out, parts) == files
    assert sorted(path.name for path in out.iterdir()) == sorted(f"{part.name}.jsonl" for part in parts)
    again = Counter(line.split()[1] for line in log.read_text().splitlines())
    twice = {part.name for part in parts for item in part.items if again[item.location] > 1}
    assert len(twice - {killed.name}) <= 1  # of two processes on this machine, one that dies takes the other with it
    assert all(again[item.location] == 1 for item in parts[0].items)


def test_a_part_that_kills_every_process_is_listed_and_the_rest_done(engine, files, tmp_path):
    parts = into_parts(list_items(files))
    (guilty,) = [part for part in parts if files[70] in [item.location for item in part.items]]
    tally = make_results(engine, partial(AlwaysKilledWork, files[70]), parts, tmp_path / "out", "test")
    assert set(tally.failed) == {item.location for item in guilty.items}
    assert all("died" in reason for reason in tally.failed.values())
    assert set(images_in(tmp_path / "out", parts)) == set(files) - set(tally.failed)


def test_a_part_that_killed_a_run_does_not_kill_the_next(files, tmp_path):
    parts = into_parts(list_items(files))
    work = partial(AlwaysKilledWork, files[70])
    first = make_results(LocalEngine(2), work, parts, tmp_path / "out", "test")
    again = make_results(LocalEngine(2), work, parts, tmp_path / "out", "test")
    assert again.failed == first.failed and len(again.failed) > 0


def test_a_command_that_is_killed_leaves_no_process_behind(files, tmp_path):
    script, log = tmp_path / "command.py", tmp_path / "log"
    script.write_text(COMMAND)
    command = [sys.executable, str(script), str(log), *files]  # too many for one part, which would need no process
    killed = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL)
    assert killed.returncode == -signal.SIGKILL
    left = {int(line) for line in log.read_text().split()}
    assert len(left) == 2
    try:
        wait_for(lambda: not any(is_running(pid) for pid in left), 60, "its processes have ended")
    finally:
        for pid in filter(is_running, left):
            os.kill(pid, signal.SIGKILL)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()  # ended, and nobody has asked how
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_what_a_killed_run_was_writing_makes_the_next_careful(files, tmp_path):
    """A part that killed the command itself left nothing finished, but its temporary file."""
    parts = into_parts(list_items(files[:3]))[:1]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / f".{parts[0].name}.jsonl.0123456789ab.tmp").touch()
    tally = make_results(LocalEngine(1), partial(AlwaysKilledWork, files[0]), parts, tmp_path / "out", "test")
    assert set(tally.failed) == {item.location for item in parts[0].items}


def test_what_a_worker_raises_arrives_as_it_is(engine, files, tmp_path):
    with pytest.raises(UserError, match=r"^no such checkpoint$"):
        make_results(engine, FailingWork, into_parts(list_items(files)), tmp_path / "out", "test")


def test_failed_images_are_tried_again_on_request(files, tmp_path):
    parts = into_parts(list_items([*files, str(tmp_path / "late.png")]))
    tally = make_results(LocalEngine(1), EchoWork, parts, tmp_path / "out", "test")
    assert tally.failed == {str(tmp_path / "late.png"): "cannot be read: No such file or directory"}
    (tmp_path / "late.png").write_bytes(b"x")
    assert make_results(LocalEngine(1), EchoWork, parts, tmp_path / "out", "test").failed
    assert not make_results(LocalEngine(1), EchoWork, parts, tmp_path / "out", "test", retry_failed=True).failed


class Stopping:
    """An engine that counts the parts it is given, and is interrupted after the first."""

    given = 0

    def map(self, make_worker, parts, isolate=False):
        self.given = len(parts)
        yield from LocalEngine(1).map(make_worker, parts[:1])
        raise KeyboardInterrupt


def test_conditions_are_scored_alike_by_any_engine_and_a_process_that_is_killed_costs_nothing(
    engine, tmp_path, monkeypatch
):
    monkeypatch.setattr("python_trainer.inputs.PART_SIZE", 8)
    rows = [row for row in read_prepared(make_prepared(tmp_path)) if row.split != "train"]
    conditions = {"val": ("clean", "web"), "test": tuple(CONDITIONS)}
    alone = score_conditions(LocalEngine(1), brightness_scorers, tmp_path / "alone", rows, conditions)
    assert {name: np.isnan(by["web"]).sum() for name, by in alone.items()} == {"faces": 1, "whole": 1}
    assert np.isnan(alone["faces"]["hard"]).sum() == 1 + sum(row.split == "val" for row in rows)

    out, stopping = tmp_path / "out", Stopping()
    with pytest.raises(KeyboardInterrupt):
        score_conditions(stopping, brightness_scorers, out, rows, conditions)
    done = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    assert len(done) == 1 < stopping.given
    killed = partial(killed_condition_work, rows[-2].image, tmp_path / "killed")
    monkeypatch.setattr("python_trainer.condition_scores.ConditionWork", killed)
    scores = score_conditions(engine, brightness_scorers, out, rows, conditions)
    assert (tmp_path / "killed").exists()
    for name, by_condition in alone.items():
        for condition, values in by_condition.items():
            np.testing.assert_allclose(scores[name][condition], values, atol=1e-6, err_msg=f"{name} {condition}")
    files = sorted(out.iterdir())
    assert len(files) == stopping.given and all(path.stat().st_mtime_ns == time for path, time in done.items())
    images = [json.loads(line)["image"] for path in files for line in path.read_text().splitlines()]
    assert sorted(images) == sorted(row.image for row in rows if row.crop)


def test_predict_answers_the_same_on_ray(ray_cluster, fixtures_dir, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(
        fixtures_dir / "images"
    )  # parts are cut by the hash of a file's name: not where this repository lies
    images = [f"size_{size}.jpg" for size in (113, 256)]
    assert main(["predict", *images, "--json"]) == 0
    here = capsys.readouterr().out.splitlines()
    out = tmp_path / "out"
    arguments = ["predict", *images, "--engine", "ray", "--out", str(out), "--json"]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == {"images": 2, "status": {"scored": 2}, "failed": {}}
    (results,) = out.glob("*.jsonl")
    assert results.read_text().splitlines() == here
    assert main(["predict", images[0], "--out", str(out)]) == 2
    assert "other images" in capsys.readouterr().err
