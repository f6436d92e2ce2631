"""The command line: what ends a verb early is one sentence, and every file name can be printed."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from python_trainer import __main__
from python_trainer.__main__ import main
from python_trainer.files import ROOT

HOLD = """
import sys, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from python_trainer.own_process import behave_as_child, run_in_own_process

def wait(started):
    open(started, "w").close()
    time.sleep(60)

if __name__ == "__main__":
    with ProcessPoolExecutor(2, get_context("spawn"), initializer=behave_as_child) as pool:
        pool.submit(time.sleep, 0).result()  # one that waits for work
        try:
            run_in_own_process(wait, sys.argv[1])
        except KeyboardInterrupt:
            sys.exit(130)
"""


def give(monkeypatch, error: BaseException, verb: str = "collect", **flags) -> int:
    """What `main` answers where the verb's run raises `error`."""

    def run(_):
        raise error

    monkeypatch.setattr(__main__, "_parse", lambda _: SimpleNamespace(verb=verb, run=run, **flags))
    return main([])


def test_a_file_that_cannot_be_used_is_one_sentence(monkeypatch, capsys):
    assert give(monkeypatch, NotADirectoryError(20, "Not a directory", "/tmp/there/crops")) == 2
    assert capsys.readouterr().err == "error: /tmp/there/crops: Not a directory\n"
    with pytest.raises(OSError, match="not of a file"):
        give(monkeypatch, OSError("not of a file"))


def test_a_file_in_the_place_of_a_folder(tmp_path, capsys):
    (tmp_path / "file").touch()
    image = ROOT / "tests" / "fixtures"
    assert main(["prepare", "--data", str(image), "--out", str(tmp_path / "file")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and "Traceback" not in error and error.count("\n") == 1


@pytest.mark.parametrize(
    ("verb", "flags", "goes_on"),
    [
        ("prepare", {}, True),
        ("predict", {"out": None}, False),
        ("predict", {"out": "results"}, True),
        ("export", {}, False),
    ],
)
def test_ctrl_c_is_one_sentence_that_says_what_is_true_of_the_verb(monkeypatch, capsys, verb, flags, goes_on):
    assert give(monkeypatch, KeyboardInterrupt(), verb, **flags) == 130
    more = "; the same command goes on where it stopped" if goes_on else ""
    assert capsys.readouterr().err == f"stopped{more}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl-C is no signal to a group")
def test_ctrl_c_ends_processes_at_work_and_waiting_ones_without_a_traceback(tmp_path):
    script, started = tmp_path / "hold.py", tmp_path / "started"
    script.write_text(HOLD)
    process = subprocess.Popen(
        [sys.executable, str(script), str(started)], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    while not started.exists() and process.poll() is None:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    assert (process.communicate(timeout=60)[1], process.returncode) == ("", 130)


def test_a_name_that_is_not_utf_8_is_printed_as_an_escape(monkeypatch, capsys):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="utf-8"))

    def run(_):
        print(os.fsdecode(b"caf\xe9.jpg"))
        return 0

    monkeypatch.setattr(__main__, "_parse", lambda _: SimpleNamespace(verb="predict", run=run))
    assert main([]) == 0
    sys.stdout.flush()
    assert written.getvalue() == b"caf\\udce9.jpg\n"


def test_predict_prints_such_a_name(tmp_path, monkeypatch):
    path = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    with open(path, "wb") as file:
        file.write(b"no image")
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="utf-8"))
    assert main(["predict", os.fsdecode(path)]) == 1
    sys.stdout.flush()
    assert b"caf\\udce9.jpg: failed" in written.getvalue()
    assert main(["predict", "--json", os.fsdecode(path)]) == 1
    sys.stdout.flush()
    assert json.loads(written.getvalue().splitlines()[-1])["image"] == os.fsdecode(path)


@pytest.mark.parametrize("count", ["0", "-2"])
def test_without_workers_nothing_is_done(tmp_path, capsys, count):
    assert main(["predict", str(tmp_path), "--workers", count]) == 2
    assert f"--workers {count}: it must be 1 or more" in capsys.readouterr().err
