"""Events and plan of a run: Parquet parts, one per block of time, read as one table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from moonstead.errors import RecordError
from moonstead.record.files import write_atomically

EVENTS = pa.schema(
    [
        ("t_s", pa.float64()),
        ("origin", pa.string()),
        ("kind", pa.string()),
        ("subject", pa.string()),
        ("text", pa.string()),
        ("values", pa.string()),
    ]
)
"""``origin`` is ``truth`` or ``autonomy``; ``values`` is JSON."""
PLAN = pa.schema(
    [
        ("t_s", pa.float64()),
        ("activity", pa.string()),
        ("experiment", pa.string()),
        ("start_t_s", pa.float64()),
        ("end_t_s", pa.float64()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("way", pa.string()),
    ]
)
"""``status``: planned, left-out, started, done, aborted or skipped; at ``t_s`` it became so."""


def write_part(folder: Path, block: int, schema: pa.Schema, rows: Sequence[dict[str, Any]]) -> None:
    """Write the rows of one block."""
    folder.mkdir(exist_ok=True)
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_pylist(list(rows), schema=schema),
        sink,
        compression="zstd",
        write_page_checksum=True,
    )
    write_atomically(folder / f"part-{block:06d}.parquet", sink.getvalue().to_pybytes())


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """Return all rows of a table, in order.

    Raises
    ------
    RecordError
        A part is missing or damaged.
    """
    parts = sorted(folder.glob("part-*.parquet"))
    expected = [f"part-{block:06d}.parquet" for block in range(len(parts))]
    if not parts or [part.name for part in parts] != expected:
        raise RecordError(f"{folder}: a part of this table is missing; the record is not whole")
    rows: list[dict[str, Any]] = []
    for part in parts:
        try:
            rows.extend(pq.read_table(part, page_checksum_verification=True).to_pylist())
        except (OSError, pa.ArrowException) as error:
            raise RecordError(f"{part}: this part is damaged: {error}") from None
    return rows
