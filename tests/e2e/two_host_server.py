"""The web site of the browser tests: pages and images on two hosts, and the ways an image can go wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from extension.demo.page_server import FolderHandler, serve_folder

OTHER_PICTURE = "images/no_face.jpg"
STRICT_POLICY = "default-src 'none'; img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"


@dataclass(frozen=True)
class LoggedRequest:
    """One request as it arrived; headers have lower-case names."""

    method: str
    host: str
    path: str
    headers: dict[str, str]


@dataclass
class SiteState:
    """What the handlers of one site share with the test."""

    pages: dict[str, str] = field(default_factory=dict)
    images: dict[str, bytes] = field(default_factory=dict)
    requests: list[LoggedRequest] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    release: threading.Event = field(default_factory=threading.Event)


class SiteHandler(FolderHandler):
    """The first part of the path picks the behaviour; the rest names a file of the fixtures.

    /pages/NAME      a page the test wrote
    /csp/NAME        the same with a strict content security policy and Trusted Types
    /made/NAME       an image the test made
    /FILE            the file
    /copy-N/FILE     the file under another address (N is any text)
    /hang/FILE       no answer until the test releases it
    /hang-again/FILE the first answer at once, later ones when the test releases them
    /slow/FILE       headers and half of the file, the rest when the test releases it
    /html/FILE       an HTML page that says it is image/jpeg
    /redirect/FILE   302 to the file on the other host
    /missing/FILE    404
    /ranges/FILE     the file, or the part of it that is asked for, as a server of videos sends it
    /cookie/FILE     the file if a cookie came along, else 403
    /page-only/FILE  the file for a page, a picture of another shape and without a face for others
    """

    state: ClassVar[SiteState]

    def do_GET(self):  # noqa: N802 (the name http.server calls)
        """Answers as the class describes."""
        path = unquote(urlsplit(self.path).path)
        state = self.state
        with state.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.requests.append(LoggedRequest(self.command, headers.get("host", ""), self.path, headers))
        behaviour, _, rest = path.lstrip("/").partition("/")
        if behaviour == "pages":
            status = 200 if rest in state.pages else 404
            self._send(state.pages.get(rest, "").encode(), "text/html; charset=utf-8", status)
        elif behaviour == "made":
            self._send(state.images[rest], "image/jpeg", 200)
        elif behaviour == "csp":
            self._send(state.pages[rest].encode(), "text/html; charset=utf-8", 200, policy=STRICT_POLICY)
        elif behaviour == "hang":
            state.release.wait()
            self._send_file(rest)
        elif behaviour == "hang-again":
            if len([request for request in state.requests if request.path == self.path]) > 1:
                state.release.wait()
            self._send_file(rest)
        elif behaviour == "slow":
            self._send_file(rest, wait_halfway=True)
        elif behaviour == "html":
            self._send(b"<!doctype html><title>not an image</title>", "image/jpeg", 200)
        elif behaviour == "ranges":
            self._send_range(rest)
        elif behaviour == "redirect":
            self._redirect(rest)
        elif behaviour == "missing":
            self._send(b"not found", "text/plain", 404)
        elif behaviour == "cookie" and "cookie" not in headers:
            self._send(b"log in first", "text/plain", 403)
        elif behaviour == "page-only":
            self._send_file(rest if "referer" in headers else OTHER_PICTURE)
        elif behaviour == "cookie" or behaviour.startswith("copy-"):
            self._send_file(rest)
        else:
            self._send_file(path.lstrip("/"))

    def _redirect(self, rest: str) -> None:
        host, _, port = self.headers["host"].partition(":")
        other = "127.0.0.1" if host == "localhost" else "localhost"
        self.send_response(302)
        self.send_header("Location", f"http://{other}:{port}/{rest}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send_file(self, name: str, wait_halfway: bool = False) -> None:
        file = Path(self.directory, name).resolve()
        if not file.is_file() or not file.is_relative_to(Path(self.directory).resolve()):
            self._send(b"not found", "text/plain", 404)
            return
        self._send(file.read_bytes(), self.guess_type(str(file)), 200, wait_halfway)

    def _send_range(self, name: str) -> None:
        body = Path(self.directory, name).read_bytes()
        first, _, last = self.headers.get("range", "bytes=0-").removeprefix("bytes=").partition("-")
        part = body[int(first) : int(last) + 1 if last else None]
        self.send_response(206)
        self.send_header("Content-Type", self.guess_type(name))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Range", f"bytes {first}-{int(first) + len(part) - 1}/{len(body)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)

    def _send(
        self, body: bytes, content_type: str, status: int, wait_halfway: bool = False, policy: str | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        half = len(body) // 2 if wait_halfway else len(body)
        self.wfile.write(body[:half])
        if wait_halfway:
            self.wfile.flush()
            self.state.release.wait()
            self.wfile.write(body[half:])


@dataclass(frozen=True)
class Site:
    """The running site: `origin` is where the pages live, `other_origin` has the same under another host."""

    origin: str
    other_origin: str
    state: SiteState

    def add_page(self, html: str, name: str = "test.html") -> str:
        """Publishes a page (a whole document, or what goes into the body); returns its address."""
        if "<html" not in html:
            html = f'<!doctype html><html lang="en"><meta charset="utf-8"><body>{html}</body></html>'
        self.state.pages[name] = html
        return f"{self.origin}/pages/{name}"

    def add_image(self, jpeg: bytes, name: str) -> str:
        """Publishes an image; returns its address."""
        self.state.images[name] = jpeg
        return f"{self.origin}/made/{name}"

    def requests(self, containing: str = "") -> list[LoggedRequest]:
        """The requests so far whose path contains the text, oldest first."""
        with self.state.lock:
            return [request for request in self.state.requests if containing in request.path]

    def release(self) -> None:
        """Lets the hanging and slow answers go on."""
        self.state.release.set()


@contextmanager
def serve_site(folder: Path) -> Iterator[Site]:
    """Serves a folder with the behaviours of `SiteHandler`; hanging answers are released at the end."""
    state = SiteState()
    handler = type("Handler", (SiteHandler,), {"state": state})
    with serve_folder(folder, handler) as server:
        try:
            yield Site(server.origin, server.other_origin, state)
        finally:
            state.release.set()
