"""The series of a run, written block by block."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.errors import RecordError
from moonstead.record import envelope, parts
from moonstead.record.layout import Layout, read_layout, write_layout
from moonstead.record.rounding import rounded

_LOG = logging.getLogger(__name__)


class SeriesWriter:
    """Writes the series of a run block by block.

    Parameters
    ----------
    folder
        The run directory.
    layout
        What is written, and when.
    """

    def __init__(self, folder: Path, layout: Layout) -> None:
        self._folder = folder
        self._layout = layout

    def create(self) -> None:
        """Write what does not change with time."""
        write_layout(self._folder, self._layout)
        envelope.create_envelope(self._folder, self._layout)

    def demand_blocks(self, n_blocks: int) -> None:
        """Make sure that the first blocks, written by a former session, are there.

        The truth is in the parts: an envelope that is damaged is made again from them, and a
        warning is logged.

        Raises
        ------
        RecordError
            They are not all there, or are those of another run; or the envelope is damaged and
            one of them too.
        """
        found = read_layout(self._folder)
        paths = [parts.part_path(self._folder, block) for block in range(n_blocks)]
        missing = [path for path in paths if not path.exists()]
        if found != self._layout or missing:
            place = missing[0] if missing else self._folder
            raise RecordError(
                f"{place}: the series of this run are damaged, missing or of another version; "
                "delete the folder and run the scenario again"
            )

        if not envelope.is_whole(self._folder, self._layout, n_blocks):
            path = self._folder / envelope.NAME
            _LOG.warning("%s: missing or damaged; made again from the series", path)
            self._make_envelope(n_blocks)

    def _make_envelope(self, n_blocks: int) -> None:
        reader = parts.PartReader(self._folder, self._layout)
        envelope.create_envelope(self._folder, self._layout)
        for block in range(n_blocks):
            values = np.stack(reader.read(block, list(self._layout.columns)))
            pages = parts.pages_of(self._folder, block)
            envelope.write_envelope(self._folder, self._layout, block, values, pages)

    def write(self, first: int, block: Mapping[str, NDArray[Any]]) -> None:
        """Write one block of every quantity, starting at a step.

        Parameters
        ----------
        first
            First step of the block.
        block
            By quantity, shape (channels, steps of the block) or (steps of the block,).

        Raises
        ------
        RecordError
            What a former session wrote is damaged.
        OSError
            The disk is full, or refuses for another reason.
        """
        names = sorted(self._layout.channels)
        values = np.concatenate([np.atleast_2d(rounded(block[name])) for name in names])
        number = first // self._layout.block_steps
        pages = parts.write_series_part(self._folder, self._layout, number, values)
        envelope.write_envelope(self._folder, self._layout, number, values, pages)
