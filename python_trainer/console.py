"""What is printed is printed whatever a file is called."""

import io
import sys


def print_any_name() -> None:
    """Write what a terminal's encoding has no characters for, such as a file name that is not UTF-8, as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
