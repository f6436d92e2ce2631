"""The extension's own inference modules in a real Chromium, callable from Python."""

import base64
import mimetypes
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import Page, Route, sync_playwright

from extension.demo.browser import find_chromium
from tests.parity.goldens import FIXTURES, ROOT

EXTENSION = ROOT / "extension"
# A name that the browser trusts like https (it hashes model files), answered from files: no server runs.
ORIGIN = "http://localhost"
CALL_LIMIT_MS = 60_000


class BrowserPipeline:
    """The pipeline behind a page. Images are named by their path below tests/fixtures."""

    def __init__(self, page: Page):
        self._page = page
        self.backend: str = page.evaluate("parity.start()")

    def judge(self, image: str) -> dict:
        """Results by mode ("check", "automatic"), in the extension's own form."""
        return self._page.evaluate("url => parity.judge(url)", f"{ORIGIN}/fixtures/{image}")

    def crop(self, image: str, face: dict, size: int) -> np.ndarray:
        """The crop of a golden face, uint8 [size, size, 3]."""
        call = "([url, box, keypoints]) => parity.crop(url, box, keypoints)"
        encoded = self._page.evaluate(call, [f"{ORIGIN}/fixtures/{image}", face["box_xyxy"], face["keypoints"]])
        return np.frombuffer(base64.b64decode(encoded), np.uint8).reshape(size, size, 3)

    def decode(self, image: str) -> np.ndarray:
        """The decoded image's bytes, uint8 [height * width * 3]."""
        encoded = self._page.evaluate("url => parity.decode(url)", f"{ORIGIN}/fixtures/{image}")
        return np.frombuffer(base64.b64decode(encoded), np.uint8)

    def logit(self, crop: np.ndarray) -> float:
        """The classifier's logit of a crop, uint8 [size, size, 3]."""
        return self._page.evaluate("crop => parity.logit(crop)", base64.b64encode(crop.tobytes()).decode())


@contextmanager
def browser_pipeline(models: Path, scratch: Path) -> Iterator[BrowserPipeline]:
    """Bundles the page into `scratch` and opens it with the model of `models`."""
    esbuild = EXTENSION / "node_modules" / ".bin" / "esbuild"
    script = scratch / "page.js"
    source = ROOT / "tests" / "parity" / "page.js"
    subprocess.run([esbuild, source, "--bundle", f"--outfile={script}", "--log-level=warning"], check=True)
    folders = {
        "models": models,
        "fixtures": FIXTURES,
        "wasm": EXTENSION / "node_modules" / "@tensorflow" / "tfjs-backend-wasm" / "dist",
        "page": scratch,
    }

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            html = '<!doctype html><meta charset="utf-8"><script src="/page/page.js"></script>'
            return route.fulfill(body=html, content_type="text/html")
        _, top, rest = path.split("/", 2)
        file = folders[top] / rest
        if not file.is_file():
            return route.fulfill(status=404)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return route.fulfill(body=file.read_bytes(), content_type=kind)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=["--no-sandbox"])
        try:
            page = browser.new_page()
            page.set_default_timeout(CALL_LIMIT_MS)
            page.route(f"{ORIGIN}/**", answer)
            page.goto(f"{ORIGIN}/")
            yield BrowserPipeline(page)
        finally:
            browser.close()
