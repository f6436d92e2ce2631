"""Builds the extension when a source is newer than the build: what the demo and the browser tests load."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "extension"
MODELS = ROOT / "converted_models"
SOURCES = (
    "src",
    "_locales",
    "icons",
    "build.mjs",
    "manifest.json",
    "manifest.chrome.json",
    "package-lock.json",
)


class BuildError(Exception):
    """The extension could not be built; the message holds the builder's own."""


def find_node() -> str:
    """Path of the Node that the set-up chose: the system's, else the one in the Python environment.

    Raises:
        BuildError: there is none.
    """
    node = shutil.which("node") or shutil.which("node", path=str(ROOT / ".venv" / "bin"))
    if node is None:
        raise BuildError("Node is missing. Run `make setup`, which installs it.")
    return node


def build_extension(out: Path, *, models: Path = MODELS, test_permissions: bool) -> Path:
    """Builds into `out` unless what lies there is newer than every source; returns the folder for Chrome.

    Args:
        out: receives chrome/ and firefox/.
        models: folder laid out like converted_models.
        test_permissions: grants the build every host at installation, because a permission prompt cannot be
            answered without a window. Never ship such a build.

    Raises:
        BuildError: Node is missing, or the builder failed.
    """
    chrome = out / "chrome"
    built = chrome / "manifest.json"
    if built.is_file() and built.stat().st_mtime > max(path.stat().st_mtime for path in _sources(models)):
        return chrome
    command = [find_node(), str(EXTENSION / "build.mjs"), "--models", str(models), "--out", str(out)]
    if test_permissions:
        command.append("--test-permissions")
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if run.returncode:
        raise BuildError(f"Building the extension failed: {' '.join(command)}\n{run.stdout}{run.stderr}")
    return chrome


def _sources(models: Path) -> Iterator[Path]:
    for top in (*(EXTENSION / name for name in SOURCES), models):
        if top.is_dir():
            yield from (path for path in top.rglob("*") if path.is_file())
        elif top.is_file():
            yield top
