"""A bundled script in a real Chromium, in a page that the browser trusts like https; no server runs."""

import mimetypes
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, sync_playwright

from extension.demo.browser import find_chromium
from tests.parity.goldens import ROOT

# A name that the browser trusts like https (it hashes model files), answered from files.
ORIGIN = "http://localhost"
CALL_LIMIT_MS = 60_000
MODULES = ROOT / "extension" / "node_modules"
ESBUILD = MODULES / ".bin" / "esbuild"


def bundle(source: Path, script: Path) -> None:
    """Writes a JavaScript module with all that it imports as one script. Wherever it lies, it finds the extension's packages."""
    environment = {**os.environ, "NODE_PATH": str(MODULES)}
    subprocess.run(
        [ESBUILD, source, "--bundle", f"--outfile={script}", "--log-level=error"], check=True, env=environment
    )


@contextmanager
def module_page(
    source: Path, folders: Mapping[str, Path], scratch: Path, flags: Sequence[str] = (), limit_ms: int = CALL_LIMIT_MS
) -> Iterator[Page]:
    """Bundles `source` into `scratch` and opens a page that has loaded it.

    Args:
        source: a JavaScript module.
        folders: what the page may fetch: /NAME/file is answered from the folder of that name.
        scratch: an empty folder.
        flags: further flags of the browser's command line.
        limit_ms: of a call into the page.
    """
    bundle(source, scratch / "page.js")
    served = {**folders, "page": scratch}

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            html = '<!doctype html><meta charset="utf-8"><script src="/page/page.js"></script>'
            return route.fulfill(body=html, content_type="text/html")
        _, top, rest = path.split("/", 2)
        file = served[top] / rest
        if not file.is_file():
            return route.fulfill(status=404)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return route.fulfill(body=file.read_bytes(), content_type=kind)

    with sync_playwright() as playwright:
        executable = find_chromium(playwright)
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", *flags])
        try:
            page = browser.new_page()
            page.set_default_timeout(limit_ms)
            page.route(f"{ORIGIN}/**", answer)
            page.goto(f"{ORIGIN}/")
            yield page
        finally:
            browser.close()
