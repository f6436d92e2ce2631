"""On WebGL: a lost context is followed by a new one and at last by WebAssembly, several faces get each its own score, and who is faster computes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from extension.demo.browser import GPU_FLAGS, find_chromium
from extension.demo.extension_build import EXTENSION, ROOT
from extension.demo.page_server import serve_folder


def bundle(source: str, target: Path) -> None:
    """A script of this folder with all that it imports."""
    command = [str(EXTENSION / "node_modules" / ".bin" / "esbuild"), str(ROOT / "tests" / "e2e" / source)]
    options = ["--bundle", "--format=iife", "--log-level=error", f"--outfile={target}"]
    subprocess.run([*command, *options], check=True, stdin=subprocess.DEVNULL)


@contextmanager
def page_on_gpu(playwright, extension_dir: Path, folder: Path, source: str) -> Iterator[Page]:
    """An ordinary page that has loaded a bundled script of this folder, in a browser whose processor plays the GPU."""
    for name in ("converted_models", "wasm", "welcome"):
        shutil.copytree(extension_dir / name, folder / name)
    bundle(source, folder / "page.js")
    (folder / "index.html").write_text('<!doctype html><link rel="icon" href="data:,"><script src="page.js"></script>')
    browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=[*GPU_FLAGS["webgl"]])
    with serve_folder(folder) as server:
        page = browser.new_page()
        page.goto(f"{server.origin}/index.html")
        yield page
    browser.close()


def test_a_lost_context_is_replaced_and_a_driver_that_loses_it_again_left_alone(playwright, extension_dir, tmp_path):
    with page_on_gpu(playwright, extension_dir, tmp_path, "webgl_loss_page.js") as page:
        expected = page.evaluate("expected")

        def check(backend: str, lose_meanwhile: bool = False) -> None:
            result = page.evaluate("(lose) => check(lose)", lose_meanwhile)
            assert (result["status"], result["backend"]) == ("scored", backend), result
            assert result["logit"] == pytest.approx(expected, rel=1e-3), "zeros are what a lost context reads"

        check("webgl")
        page.evaluate("lose()")
        check("webgl")
        check("wasm", lose_meanwhile=True)
        check("wasm")


def test_each_of_several_faces_gets_the_score_that_it_has_alone(playwright, extension_dir, tmp_path):
    with page_on_gpu(playwright, extension_dir, tmp_path, "webgl_classifier_page.js") as page:
        page.set_default_timeout(120_000)  # the processor plays the GPU
        drawn, computed = (page.evaluate("(wanted) => logitsOf(wanted)", name) for name in ("webgl", "wasm"))
    assert (drawn["backend"], computed["backend"]) == ("webgl", "wasm")
    (alone,), (first, second, third), (third_again, second_again) = computed["logits"]
    assert len({round(logit, 3) for logit in (first, second, third)}) == 3, "three different crops"
    assert (alone, second, third) == pytest.approx((first, second_again, third_again), abs=1e-4)
    for found, expected in zip(drawn["logits"], computed["logits"], strict=True):
        assert found == pytest.approx(expected, abs=1e-2)


def test_the_faster_of_both_is_found_with_as_many_workers_as_each_would_have(playwright, extension_dir, tmp_path):
    bundle("disguised_worker.js", tmp_path / "disguised-worker.js")
    shutil.copy(extension_dir / "inference-worker.js", tmp_path)
    with page_on_gpu(playwright, extension_dir, tmp_path, "webgl_trial_page.js") as page:
        page.set_default_timeout(120_000)

        def trial(script: str, slowdown: float) -> dict:
            return page.evaluate("([script, slowdown]) => trial(script, slowdown)", [script, slowdown])

        found = {slowdown: trial("disguised-worker.js", slowdown) for slowdown in (1, 10_000)}
        without_gpu = trial("inference-worker.js", 10_000)
    assert {slowdown: result["faster"] for slowdown, result in found.items()} == {1: "wasm", 10_000: "webgl"}
    for result in found.values():
        assert [worker["wanted"] for worker in result["workers"]] == ["webgl", "wasm", "wasm"]
        assert all(set(worker["faces"]) == {1} for worker in result["workers"]), "without a face no classifier runs"
    assert without_gpu == {"faster": "wasm", "workers": [{"wanted": "webgl", "faces": [], "isEnded": True}]}
    assert all(worker["isEnded"] for result in found.values() for worker in result["workers"])
