"""Makes sure that there is a Chromium: the system's, Debian's package, or Playwright's download, in this order."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

from extension.demo.browser import BrowserError, find_chromium

APT = (
    ("apt-get", "update", "-qq"),
    ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"),
)


def is_debian() -> bool:
    """True on Debian itself; Ubuntu's package of this name only points at a snap."""
    release = Path("/etc/os-release")
    return release.is_file() and "ID=debian" in release.read_text().splitlines()


def ways_to_install() -> list[Sequence[Sequence[str]]]:
    """The ways to try, each a list of commands, best first."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    playwright = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    if not root:
        return [[playwright]]
    with_libraries = [[*playwright, "--with-deps"]]
    return [APT, with_libraries] if is_debian() and shutil.which("apt-get") else [with_libraries]


def run(commands: Sequence[Sequence[str]], what: str = "Chromium") -> bool:
    """Runs the commands that install `what` until one fails; True when all succeeded."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in commands:
        print(f"{what}:", " ".join(command), flush=True)
        if subprocess.run(command, env=environment, stdin=subprocess.DEVNULL).returncode:
            return False
    return True


def find_problem() -> str | None:
    """Why there is no Chromium; None when there is one."""
    try:
        with sync_playwright() as playwright:
            find_chromium(playwright)
    except BrowserError as error:
        return str(error)
    return None


def main() -> int:
    """Exit code 0 when a Chromium is there at the end."""
    problem = find_problem()
    if problem and not os.environ.get("CHROMIUM"):
        for commands in ways_to_install():
            if run(commands) and not find_problem():
                return 0
    if problem:
        print(problem, file=sys.stderr)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
