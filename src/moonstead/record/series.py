"""The series of a run, read: at full resolution, or as an envelope for drawing.

Parquet parts hold every value (``parts.py``), ``series.json`` says what they are (``layout.py``),
``envelope.npy`` lets a year be drawn without reading it (``envelope.py``). Values are rounded by
less than a millionth of themselves (``rounding.py``); totals and balances of a run come from its
state, not from here.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.errors import RecordError
from moonstead.record import envelope, parts
from moonstead.record.excerpts import Envelope, Excerpt, Gap
from moonstead.record.layout import FloatArray, read_layout
from moonstead.record.pages import Page, read_pages
from moonstead.record.rounding import Float32Array


class _Cells(NamedTuple):
    """Least and greatest value between two steps each."""

    first: NDArray[np.intp]
    end: NDArray[np.intp]
    low: Float32Array
    high: Float32Array


class SeriesReader:
    """Reads the series of a run, one that is still running or was damaged too.

    A series is named as its column in the Parquet parts: ``quantity/channel``, or ``quantity``
    alone where there is one of the whole station.

    Parameters
    ----------
    folder
        The run directory.

    Raises
    ------
    RecordError
        It has no series, or what says which they are is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.layout = read_layout(folder)
        self._envelope = envelope.EnvelopeReader(folder, self.layout)
        self._parts = parts.PartReader(folder, self.layout)

    def channels(self, quantity: str) -> tuple[str, ...]:
        """Return the names of a quantity's channels.

        Raises
        ------
        RecordError
            The run has no such quantity.
        """
        if quantity not in self.layout.channels:
            raise RecordError(f"{self._folder}: this run has no series {quantity!r}")
        return self.layout.channels[quantity]

    def read(self, quantity: str, channel: str | None = None) -> NDArray[Any]:
        """Return a quantity over the whole run, all of it or one channel.

        Parameters
        ----------
        quantity
            Its name, or ``t_s`` for the epochs at the ends of the steps.
        channel
            One of its channels; None for all.

        Returns
        -------
        numpy.ndarray
            Shape (steps,) for a channel or a quantity of the whole station, else
            (channels, steps).

        Raises
        ------
        RecordError
            It is not in the record, or a block is missing or damaged.
        """
        if quantity == "t_s":
            return self.layout.end_t_s(0, self.layout.n_steps)
        self.channels(quantity)
        columns: tuple[str, ...] = self.layout.columns_of(quantity)
        is_many = columns != (quantity,) and channel is None
        if channel is not None:
            columns = (f"{quantity}/{channel}",)
        values = np.empty((len(columns), self.layout.n_steps), dtype=np.float32)
        if columns:
            excerpt = self.between(columns)
            if excerpt.gaps:
                raise RecordError(_told(excerpt.gaps, self.layout.n_blocks))
            np.stack(list(excerpt.values.values()), out=values)
        return values if is_many else values[0]

    def between(
        self,
        columns: Sequence[str],
        begin_t_s: float | None = None,
        end_t_s: float | None = None,
    ) -> Excerpt:
        """Return some series at full resolution.

        Parameters
        ----------
        columns
            Names of series.
        begin_t_s, end_t_s
            TDB seconds past J2000: steps that end after the one and not after the other. None for
            the begin or the end of the run.

        Raises
        ------
        RecordError
            The run has no such series.
        """
        self._demand(columns)
        first, end = self.layout.steps_between(begin_t_s, end_t_s)
        pieces: dict[str, list[Float32Array]] = {name: [] for name in columns}
        times: list[FloatArray] = []
        gaps: list[Gap] = []
        for block, begin, stop in self._overlaps(first, end):
            try:
                found = self._block(block, columns)
            except RecordError as error:
                gaps.append(self._gap(block, error))
                continue
            start = self.layout.bounds(block)[0]
            times.append(self.layout.end_t_s(begin, stop))
            for name, values in zip(columns, found, strict=True):
                pieces[name].append(values[begin - start : stop - start])
        return Excerpt(
            _joined(times, np.float64),
            {name: _joined(piece, np.float32) for name, piece in pieces.items()},
            tuple(gaps),
        )

    def envelope(
        self,
        column: str,
        begin_t_s: float | None = None,
        end_t_s: float | None = None,
        points: int = 1000,
    ) -> Envelope:
        """Return the least and greatest values of a series in bins of nearly equal length.

        Exact: no recorded value of a bin lies outside, and both are values of the bin.

        Parameters
        ----------
        column
            Name of a series.
        begin_t_s, end_t_s
            As for `between`.
        points
            Most bins wanted, of which at least half come where the time has so many steps; where
            blocks cannot be read, one more for each.

        Raises
        ------
        RecordError
            The run has no such series.
        """
        self._demand([column])
        first, end = self.layout.steps_between(begin_t_s, end_t_s)
        is_coarse = 2 * (end - first) >= points * envelope.CELL_STEPS
        found: list[_Cells] = []
        gaps: list[Gap] = []
        for block, begin, stop in self._overlaps(first, end):
            try:
                read = self._cells if is_coarse else self._steps
                found.append(read(block, column, begin, stop))
            except RecordError as error:
                gaps.append(self._gap(block, error))
        if not found:
            nothing, none = np.empty(0), np.empty(0, dtype=np.float32)
            return Envelope(nothing, nothing, none, none, tuple(gaps))
        cells = _Cells(*(np.concatenate(arrays) for arrays in zip(*found, strict=True)))
        begins = _bin_starts(cells, points)
        ends = np.append(begins[1:], len(cells.end)) - 1
        t_s = self.layout.start_t_s + self.layout.step_s * np.array(
            [cells.first[begins], cells.end[ends]]
        )
        low, high = np.minimum.reduceat(cells.low, begins), np.maximum.reduceat(cells.high, begins)
        return Envelope(t_s[0], t_s[1], low, high, tuple(gaps))

    def fingerprint(self, column: str, block: int) -> int | None:
        """Return the CRC-32 of a block of a series, unread; None where no one knows it."""
        record = self._record(column, block)
        return None if record is None else int(record["values_crc32"])

    def _demand(self, columns: Sequence[str]) -> None:
        for name in columns:
            if name not in self.layout.columns:
                raise RecordError(f"{self._folder}: this run has no series {name!r}")

    def _overlaps(self, first: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield every block that has some of the steps, with the first of them and their end."""
        for block in range(first // self.layout.block_steps, self.layout.n_blocks):
            start, stop = self.layout.bounds(block)
            if max(start, first) >= end:
                return
            yield block, max(start, first), min(stop, end)

    def _gap(self, block: int, error: RecordError) -> Gap:
        first, end = self.layout.bounds(block)
        t_s = self.layout.start_t_s + self.layout.step_s * np.array([first, end])
        return Gap(block, float(t_s[0]), float(t_s[1]), str(error))

    def _record(self, column: str, block: int) -> Any | None:
        """Return what the envelope says of a block, or None where that is missing or damaged."""
        return self._envelope.record(block, self.layout.columns[column])

    def _block(self, block: int, columns: Sequence[str]) -> list[Float32Array]:
        records = [self._record(name, block) for name in columns]
        path, (first, end) = parts.part_path(self._folder, block), self.layout.bounds(block)
        if None not in records:
            places = [Page(int(r["page_offset"]), int(r["page_size"])) for r in records]  # type: ignore[index]
            quick = read_pages(path, places, end - first)
            if quick is not None and _first_wrong(quick, records) is None:
                return quick
        found = self._parts.read(block, columns)
        wrong = _first_wrong(found, records)
        if wrong is not None:
            raise RecordError(
                f"{path}: this block of the series is damaged ({columns[wrong]} has another "
                "checksum than when it was written)"
            )
        return found

    def _steps(self, block: int, column: str, begin: int, stop: int) -> _Cells:
        """Return every step as a cell of its own."""
        start = self.layout.bounds(block)[0]
        values = self._block(block, [column])[0][begin - start : stop - start]
        steps = np.arange(begin, stop, dtype=np.intp)
        return _Cells(steps, steps + 1, values, values)

    def _cells(self, block: int, column: str, begin: int, stop: int) -> _Cells:
        """Return cells of the envelope; those that the ends cut through, from their values."""
        start, block_end = self.layout.bounds(block)
        record = self._record(column, block)
        size = envelope.CELL_STEPS
        from_cell, to_cell = (begin - start) // size, -(-(stop - start) // size)
        edges = start + size * np.arange(from_cell, to_cell + 1, dtype=np.intp)
        edges[0], edges[-1] = begin, stop
        firsts, ends = edges[:-1], edges[1:]
        is_cut = (begin - start) % size or ((stop - start) % size and stop != block_end)
        if record is None or is_cut:
            values = self._block(block, [column])[0][begin - start : stop - start]
            at = firsts - begin
            low, high = np.minimum.reduceat(values, at), np.maximum.reduceat(values, at)
        else:
            low, high = record["low"][from_cell:to_cell], record["high"][from_cell:to_cell]
        return _Cells(firsts, ends, low, high)


def _first_wrong(found: Sequence[Float32Array], records: Sequence[Any | None]) -> int | None:
    """Return the place of the first series that is not what was written, as far as is known."""
    for place, (values, record) in enumerate(zip(found, records, strict=True)):
        if record is not None and envelope.checksum(values) != record["values_crc32"]:
            return place
    return None


def _bin_starts(cells: _Cells, points: int) -> NDArray[np.intp]:
    """Return the first cell of every bin; no bin reaches over a gap."""
    per_bin = -(-len(cells.first) // max(points, 1))
    regular = np.arange(0, len(cells.first), per_bin, dtype=np.intp)
    after_gaps = np.flatnonzero(cells.first[1:] != cells.end[:-1]) + 1
    return np.union1d(regular, after_gaps)


def _told(gaps: Sequence[Gap], n_blocks: int) -> str:
    """Say in a sentence what of a record cannot be read."""
    more = f"; so are {len(gaps) - 1} more" if len(gaps) > 1 else ""
    return (
        f"{gaps[0].reason}{more}, of {n_blocks} blocks; the others can be read with "
        "SeriesReader.between, or run the scenario again into a new folder"
    )


def _joined(pieces: list[Any], dtype: Any) -> Any:
    return np.concatenate(pieces) if pieces else np.empty(0, dtype=dtype)
