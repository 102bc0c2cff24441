"""The series as Parquet, one part per block: for DuckDB, pandas, xarray and everything else.

A part has one row a step and one column a series, all of the station, so that a block is there or
is not, and one name finds a value in any tool. Bytes of equal weight are stored together
(BYTE_STREAM_SPLIT) and compressed by zstd; every page has its checksum.
"""

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from moonstead.errors import RecordError
from moonstead.record.files import write_atomically
from moonstead.record.layout import Layout
from moonstead.record.pages import Page, find_pages
from moonstead.record.rounding import Float32Array

FOLDER = "series"
TIMES = ("utc", "t_s")
"""Columns that come before the series."""


def part_path(folder: Path, block: int) -> Path:
    """Return where the part of a block lies in a run directory."""
    return folder / FOLDER / f"part-{block:06d}.parquet"


def write_series_part(folder: Path, layout: Layout, block: int, values: Float32Array) -> list[Page]:
    """Write one block, and return where its series lie in the file.

    Parameters
    ----------
    folder
        The run directory.
    layout
        Of the run.
    block
        Its number.
    values
        Shape (series, steps of the block).
    """
    first, end = layout.bounds(block)
    step_ms = round(layout.step_s * 1000.0)
    # Without a zone, as xarray knows none; the name of the column says which it is.
    start = np.datetime64(layout.start_utc.removesuffix("Z"), "ms")
    utc = start + step_ms * np.arange(first + 1, end + 1).astype("timedelta64[ms]")
    arrays = [pa.array(utc), pa.array(layout.end_t_s(first, end))]
    arrays += [pa.array(row) for row in values]
    names = [*TIMES, *layout.columns]
    schema = pa.schema(
        pa.field(name, array.type, nullable=False)
        for name, array in zip(names, arrays, strict=True)
    )
    encoding = dict.fromkeys(names, "BYTE_STREAM_SPLIT") | {"utc": "DELTA_BINARY_PACKED"}
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_arrays(arrays, schema=schema),
        sink,
        row_group_size=end - first,
        compression="zstd",
        compression_level=3,
        use_dictionary=False,
        column_encoding=encoding,
        # Enough for a query by time to pass over a part; of all columns it slows down opening.
        write_statistics=list(TIMES),
        write_page_checksum=True,
        # Said again in Arrow's words, the names of the columns would double the time to open.
        store_schema=False,
        **_one_page(end - first),
    )
    part = sink.getvalue()
    part_path(folder, block).parent.mkdir(exist_ok=True)
    write_atomically(part_path(folder, block), part.to_pybytes())
    return find_pages(part, len(TIMES))


def pages_of(folder: Path, block: int) -> list[Page]:
    """Return where the series of a part that is known to be whole lie in it."""
    return find_pages(pa.py_buffer(part_path(folder, block).read_bytes()), len(TIMES))


def _one_page(n_rows: int) -> dict[str, int]:
    """Return what keeps a column in one page: newer Arrow begins another after 20 000 rows."""
    newer = "max_rows_per_page" in inspect.signature(pq.write_table).parameters
    most = {"data_page_size": 16 * n_rows + (1 << 20)}
    return most | {"max_rows_per_page": n_rows} if newer else most


class PartReader:
    """Reads parts, and keeps what their ends say: to read that takes longer than a series does."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        self._folder = folder
        self._layout = layout
        self._known: dict[int, Any] = {}

    def read(self, block: int, columns: Sequence[str]) -> list[Float32Array]:
        """Read some series of one block.

        Raises
        ------
        RecordError
            The part is missing or damaged.
        """
        path, layout = part_path(self._folder, block), self._layout
        first, end = layout.bounds(block)
        places = [layout.columns[name] + len(TIMES) for name in columns]
        try:
            with pq.ParquetFile(
                path,
                metadata=self._known.get(block),
                memory_map=True,
                page_checksum_verification=True,
            ) as file:
                _demand_shape(file.metadata, layout, end - first)
                _demand_columns(file.metadata, places, columns)
                self._known[block] = file.metadata
                table = file.reader.read_row_group(0, column_indices=places, use_threads=False)
                return [_single(table.column(name).to_numpy()) for name in columns]
        except FileNotFoundError:
            raise RecordError(f"{path}: this block of the series is missing") from None
        except (OSError, ValueError, KeyError, IndexError, MemoryError, pa.ArrowException) as error:
            why = " ".join(str(error).split())
            raise RecordError(f"{path}: this block of the series is damaged ({why})") from None


def _single(values: NDArray[Any]) -> Float32Array:
    if values.dtype != np.float32:
        raise ValueError("numbers of another kind than the run has")
    return values


def _demand_shape(metadata: Any, layout: Layout, n_rows: int) -> None:
    shape = (metadata.num_row_groups, metadata.num_rows, metadata.num_columns)
    if shape != (1, n_rows, len(layout.columns) + len(TIMES)):
        raise ValueError(f"{shape[1]} steps of {shape[2]} columns where {n_rows} steps should be")


def _demand_columns(metadata: Any, places: Sequence[int], columns: Sequence[str]) -> None:
    group = metadata.row_group(0)
    if [group.column(place).path_in_schema for place in places] != list(columns):
        raise ValueError("other columns than the run has")
