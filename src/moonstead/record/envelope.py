"""Least and greatest value of every series in short cells: what zoomed-out views read.

``envelope.npy`` is one NumPy array of shape (blocks, series), of a record each: the least and
the greatest value in every cell of 64 steps, the CRC-32 of the block's values themselves, where
they lie in the Parquet part, and the CRC-32 of the record. It has its full length from the start,
so a block is written in its place and a resumed run ends with the same bytes; a block that was not
written has a wrong checksum.
"""

import io
import os
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.errors import RecordError
from moonstead.record.files import beside
from moonstead.record.layout import Layout
from moonstead.record.pages import Page
from moonstead.record.rounding import Float32Array

NAME = "envelope.npy"
CELL_STEPS = 64
_REMEDY = "the same command makes it again from the series, and goes on"


def cell_starts(n_steps: int) -> NDArray[np.intp]:
    """Return the first step of every cell of a block."""
    return np.arange(0, n_steps, CELL_STEPS, dtype=np.intp)


def create_envelope(folder: Path, layout: Layout) -> None:
    """Make the file at its full length, with nothing in it."""
    path = beside(folder / NAME)
    header = _header(layout)
    with path.open("wb") as file:
        file.write(header)
        file.truncate(len(header) + int(np.prod(_shape(layout))) * _dtype(layout).itemsize)
    path.replace(folder / NAME)


def write_envelope(
    folder: Path, layout: Layout, block: int, values: Float32Array, pages: Sequence[Page]
) -> None:
    """Write one block.

    Parameters
    ----------
    folder
        The run directory.
    layout
        Of the run.
    block
        Its number.
    values
        As they are recorded, shape (series, steps of the block).
    pages
        Where each series lies in the part of the block.

    Raises
    ------
    RecordError
        The file is not that of this run.
    OSError
        The disk is full, or refuses for another reason.
    """
    _demand_header(folder, layout)
    records = np.zeros(len(values), dtype=_dtype(layout))
    starts = cell_starts(values.shape[1])
    records["low"][:, : len(starts)] = np.minimum.reduceat(values, starts, axis=1)
    records["high"][:, : len(starts)] = np.maximum.reduceat(values, starts, axis=1)
    records["values_crc32"] = [checksum(row) for row in values]
    records["page_offset"] = [page.offset for page in pages]
    records["page_size"] = [page.size for page in pages]
    records["crc32"] = [_checksum(record) for record in records]
    with (folder / NAME).open("r+b") as file:
        file.seek(len(_header(layout)) + block * records.nbytes)
        file.write(records.tobytes())
        file.flush()
        os.fsync(file.fileno())


def is_whole(folder: Path, layout: Layout, n_blocks: int) -> bool:
    """Say whether the file is there at its full length and its first blocks are as written."""
    dtype, shape = _dtype(layout), _shape(layout)
    try:
        _demand_header(folder, layout)
        data = (folder / NAME).read_bytes()
    except (RecordError, OSError):
        return False
    begin = len(_header(layout))
    if len(data) != begin + int(np.prod(shape)) * dtype.itemsize:
        return False
    records = np.frombuffer(data, dtype=dtype, count=n_blocks * shape[1], offset=begin)
    return all(int(record["crc32"]) == _checksum(record) for record in records)


class EnvelopeReader:
    """Reads records one by one, and keeps no file open: the run may be deleted meanwhile.

    Parameters
    ----------
    folder
        The run directory.
    layout
        Of the run.
    """

    def __init__(self, folder: Path, layout: Layout) -> None:
        self._path = folder / NAME
        self._dtype, self._shape = _dtype(layout), _shape(layout)
        self._begin = len(_header(layout))
        try:
            _demand_header(folder, layout)
        except RecordError:
            self._shape = (0, 0)

    def record(self, block: int, place: int) -> Any | None:
        """Return a record as it was written, or None where it is missing or damaged."""
        if block >= self._shape[0]:
            return None
        size = self._dtype.itemsize
        try:
            with self._path.open("rb", buffering=0) as file:
                file.seek(self._begin + (block * self._shape[1] + place) * size)
                data = file.read(size)
        except OSError:
            return None
        if len(data) != size:
            return None
        record = np.frombuffer(data, dtype=self._dtype)[0]
        return record if int(record["crc32"]) == _checksum(record) else None


def _demand_header(folder: Path, layout: Layout) -> None:
    path, header = folder / NAME, _header(layout)
    try:
        with path.open("rb") as file:
            found = file.read(len(header))
    except OSError as error:
        raise RecordError(f"{path}: missing or damaged ({error}); {_REMEDY}") from None
    if found != header:
        raise RecordError(f"{path}: damaged, or of another run; {_REMEDY}")


def _header(layout: Layout) -> bytes:
    return _header_of(_dtype(layout), _shape(layout))


@cache
def _header_of(dtype: np.dtype[Any], shape: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    about = {
        "descr": np.lib.format.dtype_to_descr(dtype),
        "fortran_order": False,
        "shape": shape,
    }
    np.lib.format.write_array_header_1_0(buffer, about)
    return buffer.getvalue()


def _shape(layout: Layout) -> tuple[int, int]:
    return layout.n_blocks, len(layout.columns)


def _dtype(layout: Layout) -> np.dtype[Any]:
    cells = (len(cell_starts(min(layout.block_steps, layout.n_steps))),)
    return np.dtype(
        [
            ("crc32", "<u4"),
            ("values_crc32", "<u4"),
            ("page_offset", "<u8"),
            ("page_size", "<u8"),
            ("low", "<f4", cells),
            ("high", "<f4", cells),
        ]
    )


def checksum(values: NDArray[Any]) -> int:
    """Return the CRC-32 of the bytes of an array."""
    return zlib.crc32(values.data)


def _checksum(record: Any) -> int:
    return zlib.crc32(record.tobytes()[4:])
