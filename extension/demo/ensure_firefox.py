"""Makes sure that there is a Firefox: the system's, or Debian's package; where there is none, says so and goes on."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from extension.demo.ensure_chromium import is_debian, run

ROOT = Path(__file__).resolve().parents[2]
FIREFOX_NAMES = ("firefox-esr", "firefox")
MACOS_FIREFOX = "/Applications/Firefox.app/Contents/MacOS/firefox"
APT = (
    ("apt-get", "update", "-qq"),
    ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "firefox-esr"),
)


class NoFirefoxError(Exception):
    """There is no Firefox that can run the extension; the message says what to do."""


def minimum_version() -> int:
    """The oldest Firefox that the extension's manifest accepts."""
    manifest = json.loads((ROOT / "extension" / "manifest.firefox.json").read_text())
    return int(manifest["browser_specific_settings"]["gecko"]["strict_min_version"].split(".")[0])


def find_firefox() -> str:
    """Path of a Firefox that is new enough: the environment variable FIREFOX, else the system's.

    Raises:
        NoFirefoxError: there is none.
    """
    named = os.environ.get("FIREFOX")
    if named and not shutil.which(named):
        raise NoFirefoxError(f"FIREFOX is set to {named}, which is no program. Correct it or unset it.")
    candidates = [named] if named else [*map(shutil.which, FIREFOX_NAMES), MACOS_FIREFOX]
    found = [path for path in candidates if path and shutil.which(path)]
    for path in found:
        if version_of(path) >= minimum_version():
            return path
    old = f" ({', '.join(found)} is too old)" if found else ""
    raise NoFirefoxError(
        f"No Firefox {minimum_version()} or newer was found{old}. Install it (Debian: apt-get install firefox-esr; "
        "elsewhere from mozilla.org), or set FIREFOX to the path of one."
    )


def version_of(path: str) -> int:
    """Major version of a Firefox; 0 when it does not say (Ubuntu's package only points at a snap)."""
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r"Firefox (\d+)", told.stdout)
    return int(match[1]) if match else 0


def can_install() -> bool:
    """True where a package of it can be installed: as root on Debian."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return root and is_debian() and shutil.which("apt-get") is not None


def main() -> int:
    """Always exit code 0: the extension is built and tested in Chromium without it."""
    try:
        find_firefox()
    except NoFirefoxError as error:
        problem = str(error)
        if not os.environ.get("FIREFOX") and can_install() and run(APT, "Firefox"):
            return 0
        print(f"{problem}\nUntil then the tests in Firefox are SKIPPED.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
