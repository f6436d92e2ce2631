"""Both engines, with processes that are killed: every image once in the results, nothing twice, and resumable."""

import csv
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from extension.demo.wait import wait_for
from python_trainer.__main__ import main
from python_trainer.condition_scores import score_conditions
from python_trainer.conditions import CONDITIONS
from python_trainer.config import get_recipe, recipe_to_dict
from python_trainer.engines.local import LocalEngine
from python_trainer.errors import UserError
from python_trainer.files import ROOT
from python_trainer.inputs import into_parts, list_items
from python_trainer.manifest import read_prepared
from python_trainer.models import build_model
from python_trainer.part_results import make_results, read_results
from tests.python.engine_workers import (
    AlwaysKilledWork,
    EchoWork,
    FailingWork,
    KilledOnceWork,
    brightness_scorers,
    killed_condition_work,
    killed_crop_work,
    killed_predict_work,
    killed_prepare_work,
)
from tests.python.test_inputs import server as server
from tests.python.test_inputs import write_tar
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

CLUSTER = """
import sys

from ray.cluster_utils import Cluster

soon = {"health_check_period_ms": 1000, "health_check_failure_threshold": 2}  # after 2 s a node is gone, not after 20
options = {"env_vars": {"NODE": "head"}, "include_dashboard": False, "_system_config": soon}
cluster = Cluster(initialize_head=True, head_node_args=options)
lost = cluster.add_node(env_vars={"NODE": "lost"})
print(cluster.address, flush=True)
sys.stdin.readline()
cluster.remove_node(lost, allow_graceful=False)
sys.stdin.readline()
cluster.shutdown()
"""
ON_CLUSTER = """
import sys
from functools import partial
from pathlib import Path

from python_trainer import inputs
from python_trainer.engines.ray import RayEngine
from python_trainer.part_results import make_results
from tests.python.engine_workers import EchoWork, LostNodeWork

mark, out, fewer, *files = sys.argv[1:]
inputs.PART_SIZE = 8
parts = inputs.into_parts(inputs.list_items(files))
make_results(RayEngine(), partial(LostNodeWork, Path(mark)), parts, Path(out), "two nodes")
make_results(RayEngine(2), EchoWork, parts, Path(fewer), "one CPU for two")
"""
PHOTOS = {
    "real": ("faces/real_eileen_collins.jpg", "images/faces_three.jpg", "images/no_face.jpg"),
    "fake": ("altered/altered_swap_hopper_on_maher.jpg", "altered/altered_swap_giunchedi_on_henner.jpg"),
}


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


def test_a_run_that_nobody_wants_the_rest_of_gives_its_cpus_back(ray_cluster, files, tmp_path):
    import ray

    from python_trainer.engines.ray import RayEngine

    total = ray.cluster_resources()["CPU"]
    answers = RayEngine(2).map(partial(EchoWork), into_parts(list_items(files)))
    next(answers)
    answers.close()
    wait_for(lambda: ray.available_resources().get("CPU") == total, 30, "the actors have ended")


def test_predict_answers_the_same_on_ray_though_a_process_is_killed(
    ray_cluster, fixtures_dir, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(
        fixtures_dir / "images"
    )  # parts are cut by the hash of a file's name: not where this repository lies
    monkeypatch.setattr("python_trainer.inputs.PART_SIZE", 2)
    images = [f"{name}.jpg" for name in ("size_113", "size_256", "faces_three", "no_face")]
    parts = into_parts(list_items(images))
    assert len(parts) > 1
    longest = max(parts, key=lambda part: len(part.items))
    assert len(longest.items) > 1  # in the middle: others follow
    killed = partial(killed_predict_work, longest.items[0].location, tmp_path / "killed")
    command = ["predict", *images, "--json", "--workers"]
    assert main([*command, "2"]) == 0  # in processes, which have one thread each, as Ray's
    here = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["image"] for line in here] == images
    monkeypatch.setattr("python_trainer.predict.PredictWork", killed)
    out = tmp_path / "out"
    assert main([*command, "1", "--engine", "ray", "--out", str(out)]) == 0
    assert (tmp_path / "killed").exists()
    (report,) = json_lines(capsys.readouterr().out)
    assert report == {"images": 4, "status": {"scored": 3, "no_face": 1}, "failed": {}}
    assert {path.name for path in out.glob("*.jsonl")} == {f"{part.name}.jsonl" for part in parts}
    assert [json.dumps(record) for record in read_results(out, parts)] == here
    assert main(["predict", images[0], "--out", str(out)]) == 2
    assert "other images" in capsys.readouterr().err


def json_lines(printed: str) -> list[dict]:
    """What a verb printed: nothing else, what Ray says of a worker that died least of all."""
    return [json.loads(line) for line in printed.splitlines()]


def test_predict_on_ray_reads_a_list_of_addresses_and_a_shard_though_a_process_is_killed(
    ray_cluster, server, fixtures_dir, tmp_path, monkeypatch, capsys
):
    for name in ("size_113.jpg", "no_face.jpg"):
        shutil.copy(fixtures_dir / "images" / name, tmp_path)
    addresses = [f"{server}{name}" for name in ("size_113.jpg", "gone.jpg", "no_face.jpg")]
    (tmp_path / "list.txt").write_text("\n".join(addresses))
    shard = write_tar(tmp_path / "shard.tar", {"256.jpg": (fixtures_dir / "images" / "size_256.jpg").read_bytes()})
    command = ["predict", str(tmp_path / "list.txt"), str(shard), "--json", "--workers", "1"]
    assert main(command) == 1  # one could not be read
    here = json_lines(capsys.readouterr().out)
    expected = [*zip(addresses, ("scored", "failed", "no_face"), strict=True), (f"tar://256.jpg::{shard}", "scored")]
    assert [(record["image"], record["status"]) for record in here] == expected, "in the order of the list"
    killed = partial(killed_predict_work, addresses[0], tmp_path / "killed")
    monkeypatch.setattr("python_trainer.predict.PredictWork", killed)
    assert main([*command, "--engine", "ray"]) == 1
    assert (tmp_path / "killed").exists()
    there = json_lines(capsys.readouterr().out)
    for key in ("image", "status", "reason", "band"):
        assert [record[key] for record in there] == [record[key] for record in here]
    for one, other in zip(there, here, strict=True):
        # This process has more threads, which round differently.
        assert one["fake_score"] == pytest.approx(other["fake_score"], abs=1e-5)


def test_progress_is_shown_beside_the_results(fixtures_dir, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("python_trainer.inputs.PART_SIZE", 1)  # each file a part
    images = [str(fixtures_dir / "images" / f"{name}.jpg") for name in ("no_face", "gone")]
    command = ["predict", *images, "--workers", "1", "--json", "--out", str(tmp_path / "out")]
    assert main(command) == 1
    shown = capsys.readouterr()
    assert re.search(r"predict: 100%.* 2/2 \[.*part.*, failed=1, images=2\]", shown.err)
    assert json.loads(shown.out)["images"] == 2
    assert main(command) == 1
    assert re.search(r"predict: 100%.* 2/2 ", capsys.readouterr().err)  # all of it was there


def test_prepare_on_ray_writes_what_this_machine_writes_though_a_process_is_killed(
    ray_cluster, fixtures_dir, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # parts are cut by the hash of a file's name: not where this folder lies
    monkeypatch.setattr("python_trainer.inputs.PART_SIZE", 2)
    for label, photos in PHOTOS.items():
        Path("data", label).mkdir(parents=True)
        for photo in photos:
            shutil.copy(fixtures_dir / photo, Path("data", label))
    command = ["prepare", "--data", "data", "--workers", "2", "--out"]
    assert main([*command, "local"]) == 0
    victim = "data/fake/altered_swap_hopper_on_maher.jpg"  # between two others in its part
    killed = partial(killed_prepare_work, victim, tmp_path / "killed")
    monkeypatch.setattr("python_trainer.prepare.PrepareWork", killed)
    assert main([*command, "ray", "--engine", "ray"]) == 0
    assert (tmp_path / "killed").exists()
    assert contents("ray") == contents("local")
    records = [json.loads(line) for path in Path("ray/parts").iterdir() for line in path.read_text().splitlines()]
    assert sorted(record["image"] for record in records) == sorted(map(str, Path("data").rglob("*.jpg")))


def contents(folder: str) -> dict[str, bytes]:
    """A prepared folder's files but for the report, whose counts come in the order in which parts were ready."""
    found = {str(path.relative_to(folder)): path for path in Path(folder).rglob("*") if path.is_file()}
    del found["report.json"]
    return {name: path.read_bytes() for name, path in found.items()}


def test_evaluate_on_ray_gives_the_scores_of_this_machine_though_a_process_is_killed(
    ray_cluster, tmp_path, monkeypatch
):
    monkeypatch.setattr("python_trainer.inputs.PART_SIZE", 16)
    folder, checkpoint = make_prepared(tmp_path), small_checkpoint(tmp_path)
    command = ["evaluate", "--checkpoint", str(checkpoint), "--data", str(folder), "--bootstrap", "0", "--no-samples"]
    command += ["--workers", "1", "--out"]
    assert main([*command, str(tmp_path / "local")]) == 0
    killed = partial(killed_crop_work, "crops/test_a_3.png", tmp_path / "killed")
    monkeypatch.setattr("python_trainer.crop_scores.CropWork", killed)
    assert main([*command, str(tmp_path / "ray"), "--engine", "ray"]) == 0
    assert (tmp_path / "killed").exists()
    tables = [(tmp_path / engine / "scores.csv").read_text().splitlines() for engine in ("local", "ray")]
    local, ray = (list(csv.DictReader(lines)) for lines in tables)
    alone, scores = ([float(row.pop("score") or "nan") for row in rows] for rows in (local, ray))
    assert ray == local
    np.testing.assert_allclose(scores, alone, atol=1e-5)  # this process has more threads, which round differently
    assert len(set(alone)) > 40  # a crop's score is not another's
    assert "traces" not in json.loads((tmp_path / "ray" / "metrics.json").read_text())  # mobilenet knows of no kinds


def small_checkpoint(folder: Path) -> Path:
    """Random weights, the last of them turned and enlarged until bright faces are fake, as those of `make_prepared` are."""
    import keras

    from python_trainer.dataset import predict_logits

    keras.utils.set_random_seed(0)
    recipe = get_recipe("mobilenet", input_size=32)
    model = build_model(recipe)
    dark, bright = predict_logits(model, np.stack([np.full((32, 32, 3), level, np.uint8) for level in (80, 170)]), 32)
    kernel = model.get_layer("logit").kernel
    kernel.assign(kernel * (4 / (bright - dark)))
    model.save_weights(folder / "small.weights.h5")
    (folder / "recipe.json").write_text(json.dumps(recipe_to_dict(recipe)))
    return folder / "small.weights.h5"


def test_a_cluster_that_does_not_answer_is_an_error_that_says_what_to_do(files, tmp_path, monkeypatch):
    from python_trainer.engines.ray import RayEngine

    def refuse(**_):
        raise ConnectionError("ray client connection timeout")

    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    monkeypatch.setattr("ray.init", refuse)
    with pytest.raises(UserError, match=r"Ray cluster at 10.0.0.1:6379 does not answer .*timeout.*RAY_AUTH_TOKEN"):
        make_results(RayEngine(), EchoWork, into_parts(list_items(files)), tmp_path / "out", "test")


@pytest.fixture
def two_nodes(tmp_path):
    """A cluster of two nodes of one CPU, on this machine, that knows nothing of this repository: the environment of a
    command that uses it, and a function that kills the second node.

    Its processes and files are its own: the tests' other cluster, and one of whoever runs them, are not disturbed.
    """
    # Not tmp_path: the name of a socket may not be as long.
    folder = tempfile.TemporaryDirectory(prefix="ray", dir="/tmp", ignore_cleanup_errors=True)
    # Ray's way with a token that is in the user's home, or in none, depends on its version.
    own = {"RAY_TMPDIR": folder.name, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | own
    command, pipe = [sys.executable, "-c", CLUSTER], subprocess.PIPE
    with (
        folder,
        subprocess.Popen(command, env=environment, cwd=tmp_path, stdin=pipe, stdout=pipe, text=True) as process,
    ):
        address = process.stdout.readline().strip()
        assert address  # or it has ended, and said why
        yield environment | {"RAY_ADDRESS": address}, partial(print, file=process.stdin, flush=True)


def test_a_cluster_that_runs_already_is_used_and_loses_a_node_but_no_image(two_nodes, files, tmp_path):
    environment, lose_node = two_nodes
    mark, out, fewer = (tmp_path / name for name in ("mark", "out", "fewer"))
    (tmp_path / "command.py").write_text(ON_CLUSTER)
    command = [sys.executable, "command.py", str(mark), str(out), str(fewer), *files]
    environment = environment | {"PYTHONPATH": str(ROOT)}  # of the command alone
    # Not in this repository, which workers would find as the folder of the command.
    process = subprocess.Popen(command, env=environment, cwd=tmp_path, stdin=subprocess.DEVNULL)
    try:
        wait_for(lambda: mark.exists() or process.poll() is not None, 180, "both nodes work")
        lose_node()
        assert process.wait(180) == 0
    finally:
        process.kill()
        process.wait()
    parts = into_parts(list_items(files))
    records = list(read_results(out, parts))
    assert [record["image"] for record in records] == files
    nodes = {record["image"]: record["node"] for record in records}
    of_parts = [{nodes[item.location] for item in part.items} for part in parts]
    assert of_parts.count({"lost"}) == 1 and of_parts.count({"head"}) == len(parts) - 1
    # Of two actors for the one CPU that is left, the second has its place once the first has no more to do.
    assert images_in(fewer, parts) == files
