"""The extension's own inference modules in a real Chromium, callable from Python."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from tests.parity.goldens import FIXTURES, ROOT
from tests.parity.module_page import MODULES, ORIGIN, module_page

WASM = MODULES / "@tensorflow" / "tfjs-backend-wasm" / "dist"


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
    folders = {"models": models, "fixtures": FIXTURES, "wasm": WASM}
    with module_page(ROOT / "tests" / "parity" / "page.js", folders, scratch) as page:
        yield BrowserPipeline(page)
