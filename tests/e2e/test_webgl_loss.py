"""The browser takes the WebGL context away: the check is done again, on a new context and at last on WebAssembly."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from extension.demo.browser import find_chromium
from extension.demo.extension_build import EXTENSION, ROOT
from extension.demo.page_server import serve_folder


@pytest.fixture(scope="module")
def service_page(playwright, extension_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    for name in ("converted_models", "wasm"):
        shutil.copytree(extension_dir / name, folder / name)
    bundle = [str(EXTENSION / "node_modules" / ".bin" / "esbuild"), str(ROOT / "tests/e2e/webgl_loss_page.js")]
    options = ["--bundle", "--format=iife", "--log-level=error", f"--outfile={folder / 'page.js'}"]
    subprocess.run([*bundle, *options], check=True, stdin=subprocess.DEVNULL)
    (folder / "index.html").write_text('<!doctype html><link rel="icon" href="data:,"><script src="page.js"></script>')
    browser = playwright.chromium.launch(
        executable_path=find_chromium(playwright), args=["--enable-unsafe-swiftshader"]
    )
    with serve_folder(folder) as server:
        page = browser.new_page()
        page.goto(f"{server.origin}/index.html")
        yield page
    browser.close()


def test_a_lost_context_is_replaced_and_a_driver_that_loses_it_again_left_alone(service_page):
    expected = service_page.evaluate("expected")

    def check(backend: str, lose_meanwhile: bool = False) -> None:
        result = service_page.evaluate("(lose) => check(lose)", lose_meanwhile)
        assert (result["status"], result["backend"]) == ("scored", backend), result
        assert result["logit"] == pytest.approx(expected, rel=1e-3), "zeros are what a lost context reads"

    check("webgl")
    service_page.evaluate("lose()")
    check("webgl")
    check("wasm", lose_meanwhile=True)
    check("wasm")
