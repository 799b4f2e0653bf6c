"""A server on 127.0.0.1 that behaves as publishers do, well and badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Served:
    """What the server has, how it behaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    """Path, with its query where it has one -> content."""
    etag: bool = True
    ranges: bool = True
    breaks_at: list[int] = field(default_factory=list)
    """After how many bytes of an answer the line breaks, one for each answer; whole ones afterwards."""
    busy: list[Mapping[str, str]] = field(default_factory=list)
    """Headers of answers 503 that come first."""
    moved: dict[str, str] = field(default_factory=dict)
    pages: dict[str, Any] = field(default_factory=dict)
    """Path and body of a POST as JSON -> answer."""
    status: int = 200
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(served: Served) -> Iterator[Served]:
    """The server, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            served.asked.append(("POST", self.path, {"body": body.decode()}))
            wanted = json.loads(body)
            answer = served.pages.get(f"{self.path} {wanted.get('token', '')}".strip())
            self._send(200 if answer else 404, json.dumps(answer).encode())

        def do_GET(self) -> None:
            served.asked.append(("GET", self.path, dict(self.headers)))
            if served.busy:
                self._send(503, b"busy", served.busy.pop(0))
            elif self.path in served.moved:
                self._send(302, b"", {"Location": served.moved[self.path]})
            elif self.path not in served.files:
                self._send(404, b"<html>not here</html>")
            else:
                self._file(served.files[self.path])

        def _file(self, content: bytes) -> None:
            tag = f'"{hash(content) & 0xFFFF:x}"'
            head = {"ETag": tag} if served.etag else {}
            if served.etag and self.headers.get("If-None-Match") == tag:
                self._send(304, b"", head)
                return
            wanted = self.headers.get("Range", "")
            if wanted and served.ranges and self.headers.get("If-Range") == tag:
                start = int(wanted.removeprefix("bytes=").removesuffix("-"))
                head["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
                self._send(206, content[start:], head)
            else:
                self._send(served.status, content, head)

        def _send(self, status: int, content: bytes, head: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, text in (head or {}).items():
                self.send_header(name, text)
            if status != 304:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if status in (200, 206) and served.breaks_at:
                self.wfile.write(content[: served.breaks_at.pop(0)])
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(2)
            elif status != 304:
                self.wfile.write(content)

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # a client that hangs up in the middle is what is tested

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
