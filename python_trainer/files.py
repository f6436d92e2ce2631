"""Files that appear whole or not at all."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent  # of the repository


@contextmanager
def write_atomically(path: Path, mode: str = "w", newline: str | None = None) -> Iterator[IO[Any]]:
    """Open a temporary neighbour of `path` and rename it over `path` once the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not the process's number: on a shared folder two machines may write the same file at once.
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:12]}.tmp")
    try:
        # File names that are not UTF-8 go through as they are.
        text = {} if "b" in mode else {"encoding": "utf-8", "errors": "surrogateescape"}
        with temporary.open(mode, newline=newline, **text) as file:
            yield file
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
