"""An archive on loopback that can misbehave in the ways that real ones do."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote


@dataclass
class Archive:
    """What the server holds, and how it behaves."""

    files: dict[str, bytes]
    etags: dict[str, str] = field(default_factory=dict)
    knows_ranges: bool = True
    breaks_after_bytes: list[int] = field(default_factory=list)
    """Of each answer in turn; answers beyond the list are whole."""
    silent_s: list[float] = field(default_factory=list)
    """Of each answer in turn, in its middle."""
    statuses: list[int] = field(default_factory=list)
    """Of each answer in turn; answers beyond the list are good."""
    wrong_start: bool = False
    content_type: str = "application/octet-stream"
    tells_length: bool = True
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def ranges(self) -> list[str | None]:
        return [headers.get("Range") for _, headers in self.asked]


class _Handler(BaseHTTPRequestHandler):
    archive: Archive

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        archive = self.archive
        path = unquote(self.path).lstrip("/")
        archive.asked.append((path, dict(self.headers.items())))
        status = archive.statuses.pop(0) if archive.statuses else 200
        if status != 200 or path not in archive.files:
            self.send_error(status if status != 200 else 404)
            return
        content = archive.files[path]
        start = self._start(path, len(content))
        if start is None:
            return
        body = content[start:]
        self.send_header("Content-Type", archive.content_type)
        if path in archive.etags:
            self.send_header("ETag", archive.etags[path])
        if archive.tells_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._send(body)

    def _start(self, path: str, size: int) -> int | None:
        archive = self.archive
        wanted = self.headers.get("Range", "")
        mark = self.headers.get("If-Range")
        is_same = mark is None or mark == archive.etags.get(path)
        if not (archive.knows_ranges and wanted and is_same):
            self.send_response(200)
            return 0
        start = int(wanted.removeprefix("bytes=").rstrip("-"))
        if start >= size:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{size}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return None
        if archive.wrong_start:
            archive.wrong_start = False
            start -= 1
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        return start

    def _send(self, body: bytes) -> None:
        archive = self.archive
        if archive.silent_s:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            time.sleep(archive.silent_s.pop(0))
            body = body[len(body) // 2 :]
        if archive.breaks_after_bytes:
            self.wfile.write(body[: archive.breaks_after_bytes.pop(0)])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away: the tests make them."""


@contextmanager
def serving(archive: Archive) -> Iterator[Archive]:
    handler = type("Handler", (_Handler,), {"archive": archive})
    with _QuietServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        archive.address = f"http://127.0.0.1:{server.server_address[1]}/"
        try:
            yield archive
        finally:
            server.shutdown()
            thread.join()
