"""Serves a folder to one browser under two host names, so that a page can show images of another origin."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class FolderHandler(SimpleHTTPRequestHandler):
    """Sends the files of a folder: no listing, no caching, no log on the terminal."""

    protocol_version = "HTTP/1.1"
    # Python 3.11's table lacks these two, and a browser shows no image sent as octet-stream with nosniff.
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".webp": "image/webp", ".avif": "image/avif"}  # noqa: RUF012

    def list_directory(self, path):
        """Answers 404 instead of a listing: only named files are served."""
        self.send_error(404)

    def end_headers(self):
        """Adds the headers every answer carries."""
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format, *args):
        """Keeps the terminal quiet."""


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Stays silent when a browser closes a connection early: that is no error of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@dataclass(frozen=True)
class PageServer:
    """A running server: the same files under two origins, such as http://localhost:40123."""

    origin: str
    other_origin: str


@contextmanager
def serve_folder(folder: Path, handler: type[FolderHandler] = FolderHandler) -> Iterator[PageServer]:
    """Serves `folder` on an unused port of this machine only, as localhost and as 127.0.0.1."""
    server = _QuietServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    port = server.server_address[1]
    try:
        yield PageServer(f"http://localhost:{port}", f"http://127.0.0.1:{port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
