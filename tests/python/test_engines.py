"""Both engines, with processes that are killed: every image once in the results, nothing twice, and resumable."""

import json
import os
import subprocess
import sys
from functools import partial

import pytest

from python_trainer.engines.local import LocalEngine
from python_trainer.errors import UserError
from python_trainer.files import ROOT
from python_trainer.inputs import into_parts, list_items
from python_trainer.part_results import make_results, read_results
from tests.python.engine_workers import AlwaysKilledWork, EchoWork, FailingWork, KilledOnceWork


@pytest.fixture
def files(tmp_path):
    (tmp_path / "files").mkdir()
    for index in range(150):
        (tmp_path / "files" / f"{index:03d}.png").write_bytes(b"x" * index)
    return [str(path) for path in sorted((tmp_path / "files").iterdir())]


@pytest.fixture(scope="module")
def ray_engine():
    """Ray on this machine: a head, a scheduler and two worker processes."""
    import ray

    from python_trainer.engines.ray import RayEngine

    environment = {"PYTHONPATH": str(ROOT)}
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env={"env_vars": environment})
    yield RayEngine()
    ray.shutdown()


@pytest.fixture(params=["local", "ray"])
def engine(request):
    return LocalEngine(2) if request.param == "local" else request.getfixturevalue("ray_engine")


def images_in(folder, parts):
    return [record["image"] for record in read_results(folder, parts)]


def test_a_process_killed_in_the_middle_costs_nothing(engine, files, tmp_path):
    parts = into_parts(list_items([str(tmp_path / "files")]))
    work = partial(KilledOnceWork, EchoWork, files[70], tmp_path / "killed")
    tally = make_results(engine, work, parts, tmp_path / "out", "test")
    assert (tmp_path / "killed").exists()
    assert images_in(tmp_path / "out", parts) == files
    assert tally.status == {"ok": 150}
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(f"{part.name}.jsonl" for part in parts)


def test_a_part_that_kills_every_process_is_listed_and_the_rest_done(engine, files, tmp_path):
    parts = into_parts(list_items(files))
    (guilty,) = [part for part in parts if files[70] in [item.location for item in part.items]]
    tally = make_results(engine, partial(AlwaysKilledWork, files[70]), parts, tmp_path / "out", "test")
    assert set(tally.failed) == {item.location for item in guilty.items}
    assert all("died" in reason for reason in tally.failed.values())
    assert set(images_in(tmp_path / "out", parts)) == set(files) - set(tally.failed)


def test_what_a_worker_raises_arrives_as_it_is(engine, files, tmp_path):
    with pytest.raises(UserError, match=r"^no such checkpoint$"):
        make_results(engine, FailingWork, into_parts(list_items(files)), tmp_path / "out", "test")


def test_a_killed_run_goes_on_where_it_stopped(engine, files, tmp_path):
    parts = into_parts(list_items(files))
    log, half = tmp_path / "log", parts[: len(parts) // 2]
    make_results(engine, partial(EchoWork, log), half, tmp_path / "out", "test")
    before = log.read_text().splitlines()
    make_results(engine, partial(EchoWork, log), parts, tmp_path / "out", "test")
    done = [line.split()[1] for line in log.read_text().splitlines()]
    assert sorted(done) == files
    assert len(before) == sum(len(part.items) for part in half)


def test_failed_images_are_tried_again_on_request(files, tmp_path):
    parts = into_parts(list_items([*files, str(tmp_path / "late.png")]))
    tally = make_results(LocalEngine(1), EchoWork, parts, tmp_path / "out", "test")
    assert tally.failed == {str(tmp_path / "late.png"): "cannot be read: No such file or directory"}
    (tmp_path / "late.png").write_bytes(b"x")
    assert make_results(LocalEngine(1), EchoWork, parts, tmp_path / "out", "test").failed
    assert not make_results(LocalEngine(1), EchoWork, parts, tmp_path / "out", "test", retry_failed=True).failed


def test_the_verb_runs_on_ray_and_resumes(ray_engine, fixtures_dir, tmp_path):
    """`predict --engine ray` in a process of its own, on the cluster of this test: the answers of one process."""
    import ray

    (tmp_path / "list.txt").write_text("\n".join(map(str, sorted((fixtures_dir / "images").glob("size_*.jpg"))[:4])))
    command = [sys.executable, "-m", "python_trainer", "predict", str(tmp_path / "list.txt"), "--json"]
    address = {"RAY_ADDRESS": ray.get_runtime_context().gcs_address}

    def predict(*flags: str) -> str:
        return subprocess.run(
            [*command, *flags], cwd=ROOT, env=os.environ | address, capture_output=True, text=True, check=True
        ).stdout

    here = [json.loads(line) for line in predict().splitlines()]
    out = tmp_path / "out"
    report = json.loads(predict("--engine", "ray", "--out", str(out)))
    assert report == {"images": 4, "status": {"scored": 4}, "failed": {}}
    (results,) = out.glob("*.jsonl")
    assert [json.loads(line) for line in results.read_text().splitlines()] == here
    written = results.stat().st_mtime_ns
    predict("--engine", "ray", "--out", str(out))
    assert results.stat().st_mtime_ns == written
