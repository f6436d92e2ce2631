"""Builds the extension when a source is newer than the build: what the demo and the browser tests load."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "extension"
MODELS = ROOT / "converted_models"
SOURCES = (
    "src",
    "tools",
    "_locales",
    "icons",
    "trust-lists",
    "build.mjs",
    "manifest.json",
    "manifest.chrome.json",
    "manifest.firefox.json",
    "package.json",
    "package-lock.json",
)


class BuildError(Exception):
    """The extension could not be built; the message holds the builder's own."""


def find_node() -> str:
    """Path of the Node that the set-up chose: the one in the Python environment where there is one, else the system's.

    Raises:
        BuildError: there is none.
    """
    node = shutil.which("node", path=str(ROOT / ".venv" / "bin")) or shutil.which("node")
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
    if built.is_file() and _holds(chrome, models) and built.stat().st_mtime > _newest_source():
        return chrome
    command = [find_node(), str(EXTENSION / "build.mjs"), "--models", str(models), "--out", str(out)]
    if test_permissions:
        command.append("--test-permissions")
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if run.returncode:
        raise BuildError(f"Building the extension failed: {' '.join(command)}\n{run.stdout}{run.stderr}")
    return chrome


def _holds(chrome: Path, models: Path) -> bool:
    """True when the build holds this model: a model's manifest names the hash of each of its files."""
    built, source = (folder / "ifmd" / "manifest.json" for folder in (chrome / "converted_models", models))
    return built.is_file() and source.is_file() and built.read_bytes() == source.read_bytes()


def _newest_source() -> float:
    """When a source was last changed, seconds since the epoch."""
    tops = [EXTENSION / name for name in SOURCES]
    files = [path for top in tops for path in (top, *top.rglob("*")) if path.is_file()]
    return max(path.stat().st_mtime for path in files)
