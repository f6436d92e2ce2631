"""Both engines, with processes that are killed: every image once in the results, nothing twice, and resumable."""

import json
from collections import Counter
from functools import partial

import pytest

from python_trainer.__main__ import main
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
    assert {key for key, count in again.items() if count > 1} <= {item.location for item in killed.items} | {
        item.location
        for item in parts[-2].items  # on this machine one process takes its whole pool with it
    }
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


def test_predict_answers_the_same_on_ray(ray_cluster, fixtures_dir, tmp_path, capsys):
    images = [str(fixtures_dir / "images" / f"size_{size}.jpg") for size in (113, 256)]
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
