"""Download of one large file over HTTP that goes on where it was stopped.

The bytes go to a partial file; a note beside it remembers the server's mark of the version, so
that two versions of a file are never joined. A server that does not know ranges makes the download
start again. The target appears only when every byte is there.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import requests
from urllib3.exceptions import ReadTimeoutError

from moonstead.errors import RunError
from moonstead.version import VERSION

Progress = Callable[[str, int, int | None], None]
"""Called with file name, bytes done and bytes in all (None where unknown)."""

_CHUNK_BYTES = 1 << 14  # what a break may cost
_GOES_ON, _WHOLE, _BEYOND_END = 206, 200, 416
_WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504})
_SPARE_BYTES = 1 << 26


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a server.

    Parameters
    ----------
    connect_s, silence_s
        Longest wait for a connection, and for the next byte.
    tries
        In a row without one new byte.
    pause_s
        After a failure; it doubles with each.
    """

    connect_s: float = 20.0
    silence_s: float = 60.0
    tries: int = 4
    pause_s: float = 1.0


class _BrokenError(Exception):
    """The transfer stopped, and may go on."""


class _UnusableError(Exception):
    """The server has not what is wanted, and will not have it a second later."""


def download(
    address: str,
    target: Path,
    partial: Path,
    size_bytes: int | None,
    progress: Progress,
    patience: Patience,
) -> None:
    """Download a file, or what is missing of it.

    Parameters
    ----------
    address
        Of the file.
    target
        Where the whole file is put.
    partial
        Where bytes are kept until then, from call to call; on the disk of the target.
    size_bytes
        What the catalogue says; None where unknown.
    progress
        Told of every piece.
    patience
        With the server.

    Raises
    ------
    RunError
        The server does not have the file, has another one, or was interrupted too often; what
        arrived is kept for the next call.
    """
    with _sole_writer(partial) as file:
        failures, pause_s = 0, patience.pause_s
        while True:
            begin_bytes = file.seek(0, os.SEEK_END)
            try:
                _transfer(address, file, _Mark(partial), size_bytes, progress, patience)
                break
            except _UnusableError as error:
                raise RunError(f"{address}: {error}") from None
            except (_BrokenError, requests.RequestException) as error:
                has_moved = file.seek(0, os.SEEK_END) > begin_bytes
                failures, pause_s = (1, patience.pause_s) if has_moved else (failures + 1, pause_s)
                if failures >= patience.tries:
                    raise RunError(_interrupted(address, file, size_bytes, error)) from None
                time.sleep(pause_s)
                pause_s *= 2.0
    partial.replace(target)
    _Mark(partial).forget()


@contextmanager
def _sole_writer(partial: Path) -> Iterator[IO[bytes]]:
    with partial.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunError(f"{partial}: another process is fetching this file") from None
        yield file


class _Mark:
    """The server's mark of the version that a partial file belongs to."""

    def __init__(self, partial: Path) -> None:
        self._path = partial.with_name(partial.name + ".json")

    def read(self, address: str) -> str | None:
        try:
            found = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        is_same = isinstance(found, dict) and found.get("address") == address
        return str(found.get("mark", "")) if is_same else None

    def write(self, address: str, headers: Any) -> None:
        etag = headers.get("ETag", "")
        # Only a strong mark holds byte for byte (RFC 9110, 13.1.5).
        mark = headers.get("Last-Modified", "") if etag.startswith("W/") or not etag else etag
        text = json.dumps({"address": address, "mark": mark})
        self._path.write_text(text, encoding="utf-8")

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)


def _transfer(
    address: str,
    file: IO[bytes],
    mark: _Mark,
    size_bytes: int | None,
    progress: Progress,
    patience: Patience,
) -> None:
    known_mark = mark.read(address)
    if known_mark is None:
        file.truncate(0)
    have_bytes = file.seek(0, os.SEEK_END)
    headers = {"Accept-Encoding": "identity", "User-Agent": f"moonstead/{VERSION}"}
    if have_bytes:
        headers["Range"] = f"bytes={have_bytes}-"
        if known_mark:
            headers["If-Range"] = known_mark
    timeout = (patience.connect_s, patience.silence_s)
    with requests.get(address, headers=headers, timeout=timeout, stream=True) as answer:
        if answer.status_code == _BEYOND_END and have_bytes:
            if answer.headers.get("Content-Range", "") == f"bytes */{have_bytes}":
                return
            file.truncate(0)
            message = "what was kept is longer than the file"
            raise _BrokenError(message)
        total_bytes = _expected_bytes(answer, file, have_bytes, size_bytes)
        if answer.status_code == _WHOLE:
            mark.write(address, answer.headers)
        _receive(answer, file, total_bytes, progress)


def _expected_bytes(
    answer: requests.Response, file: IO[bytes], have_bytes: int, size_bytes: int | None
) -> int | None:
    """Return the size of the whole file after checking that this answer is what is wanted."""
    status = answer.status_code
    if status in _WORTH_ANOTHER_TRY:
        message = f"the server answers {status} {answer.reason}"
        raise _BrokenError(message)
    if status not in (_WHOLE, _GOES_ON):
        message = f"the server does not have this file ({status} {answer.reason})"
        raise _UnusableError(message)
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        message = "the server answers with a web page instead of the file"
        raise _UnusableError(message)
    length = answer.headers.get("Content-Length")
    rest_bytes = int(length) if length is not None and length.isdigit() else None
    if status == _GOES_ON:
        begins, _, total = answer.headers.get("Content-Range", "").rpartition("/")
        if not begins.startswith(f"bytes {have_bytes}-"):
            file.truncate(0)
            message = "the server goes on at another place than was asked for"
            raise _BrokenError(message)
        total_bytes = int(total) if total.isdigit() else None
    else:
        file.truncate(0)
        total_bytes = rest_bytes
    if size_bytes is not None and total_bytes is not None and total_bytes != size_bytes:
        message = (
            f"the server has {total_bytes} bytes, the catalogue says {size_bytes}: it is another "
            "version or another file"
        )
        raise _UnusableError(message)
    expected_bytes = total_bytes if total_bytes is not None else size_bytes
    _check_room(Path(file.name), expected_bytes)
    return expected_bytes


def _check_room(partial: Path, expected_bytes: int | None) -> None:
    if expected_bytes is None:
        return
    wanted_bytes = expected_bytes - partial.stat().st_size + _SPARE_BYTES
    free_bytes = shutil.disk_usage(partial.parent).free
    if wanted_bytes > free_bytes:
        message = (
            f"needs {wanted_bytes / 1e9:.2f} GB, and {partial.parent} has {free_bytes / 1e9:.2f} "
            "GB left; name another folder with --cache"
        )
        raise _UnusableError(message)


def _receive(
    answer: requests.Response, file: IO[bytes], total_bytes: int | None, progress: Progress
) -> None:
    name = Path(file.name).name.removesuffix(".part")
    done_bytes = file.seek(0, os.SEEK_END)
    progress(name, done_bytes, total_bytes)
    try:
        for piece in answer.iter_content(_CHUNK_BYTES):
            file.write(piece)
            done_bytes += len(piece)
            progress(name, done_bytes, total_bytes)
    finally:
        file.flush()
    if total_bytes is not None and done_bytes != total_bytes:
        message = f"the transfer ended after {done_bytes} of {total_bytes} bytes"
        raise _BrokenError(message)


def _interrupted(address: str, file: IO[bytes], size_bytes: int | None, error: Exception) -> str:
    done_bytes = file.seek(0, os.SEEK_END)
    of_all = f" of {size_bytes}" if size_bytes is not None else ""
    kept = f"{done_bytes}{of_all} bytes are kept; the same command goes on from there"
    return f"{address}: {_reason(error)}; {kept if done_bytes else 'nothing arrived'}"


def _reason(error: Exception) -> str:
    if isinstance(error, _BrokenError):
        return str(error)
    # Silence in the middle of a body comes as a broken connection with the reason inside.
    inner = error.args[0] if error.args else None
    if isinstance(error, requests.Timeout) or isinstance(inner, ReadTimeoutError):
        return "the server was silent for too long"
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return "is not an address"
    return "the connection broke or could not be made"
