"""Files that appear whole or not at all."""

import hashlib
import os
import re
import socket
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent  # of the repository
ABANDONED_AFTER = 3600  # seconds without a change: where nobody here can tell whether the writer still runs
_HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


@contextmanager
def write_atomically(path: Path, mode: str = "w", newline: str | None = None) -> Iterator[IO[Any]]:
    """Open a temporary neighbour of `path` and rename it over `path` once the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whose it is, for `is_abandoned`; that alone would not do: one process may write the same file twice at once.
    temporary = path.with_name(f".{path.name}.{_HOST}-{os.getpid()}-{uuid.uuid4().hex[:12]}.tmp")
    try:
        # File names that are not UTF-8 go through as they are.
        text = {} if "b" in mode else {"encoding": "utf-8", "errors": "surrogateescape"}
        with temporary.open(mode, newline=newline, **text) as file:
            yield file
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def is_abandoned(temporary: Path) -> bool:
    """Whether nobody writes a temporary file of `write_atomically` any more.

    Of this machine's own, its process has ended; of another's on a shared folder, it has not changed for an hour.
    """
    named = re.search(r"\.([0-9a-f]{8})-(\d+)-[0-9a-f]{12}\.tmp$", temporary.name)
    if named and named[1] == _HOST and sys.platform != "win32":  # where a signal 0 is not harmless
        return not _is_running(int(named[2]))
    try:
        return time.time() - temporary.stat().st_mtime > ABANDONED_AFTER
    except FileNotFoundError:  # renamed or removed since it was listed
        return False


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # another user's
    return True
