"""What the series of a run are and where they lie: ``series.json`` of a run directory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from moonstead.errors import RecordError
from moonstead.quantities import quantities
from moonstead.record.files import read_json, write_json
from moonstead.record.rounding import RELATIVE_ERROR

FloatArray = NDArray[np.float64]
Channels = Mapping[str, tuple[str, ...]]
"""Names of the channels of every quantity; none for a quantity of the whole station."""

NAME = "series.json"
_TIME = (
    "t_s: TDB seconds past J2000 at the end of each step; utc: the same instant, counted from the "
    "start of the run, so that a leap second within it is not counted"
)
_SLACK_STEPS = 1e-6


@dataclass(frozen=True)
class Layout:
    """Names, times and blocks of the series of one run.

    Parameters
    ----------
    channels
        Of every quantity.
    start_utc
        Beginning of the first step, ISO 8601.
    start_t_s
        The same in TDB seconds past J2000.
    step_s
        Length of a step.
    n_steps, block_steps
        Length of the run and of a block of it; the last block may be shorter.
    """

    channels: Channels
    start_utc: str
    start_t_s: float
    step_s: float
    n_steps: int
    block_steps: int

    @cached_property
    def columns(self) -> dict[str, int]:
        """Every series by name, ``quantity/channel`` or ``quantity``, with its place."""
        names = [name for quantity in sorted(self.channels) for name in self.columns_of(quantity)]
        return {name: place for place, name in enumerate(names)}

    def columns_of(self, quantity: str) -> tuple[str, ...]:
        """Return the names of all series of a quantity."""
        if quantities()[quantity].channels:
            return tuple(f"{quantity}/{channel}" for channel in self.channels[quantity])
        return (quantity,)

    @property
    def n_blocks(self) -> int:
        """Blocks of a whole run."""
        return -(-self.n_steps // self.block_steps)

    def bounds(self, block: int) -> tuple[int, int]:
        """Return the first step of a block and the step after its last."""
        first = block * self.block_steps
        return first, min(first + self.block_steps, self.n_steps)

    def end_t_s(self, first: int, end: int) -> FloatArray:
        """Return the epochs at the ends of steps [first, end)."""
        return self.start_t_s + self.step_s * np.arange(first + 1, end + 1, dtype=np.float64)

    def utc(self, t_s: float) -> str:
        """Return an epoch in ISO 8601 UTC, to the second, counted from the start of the run."""
        start = datetime.fromisoformat(self.start_utc)
        moment = start + timedelta(seconds=round(t_s - self.start_t_s))
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def steps_between(self, begin_t_s: float | None, end_t_s: float | None) -> tuple[int, int]:
        """Return the steps that end after one epoch and not after another, within the run."""
        bounds = []
        for t_s, otherwise in ((begin_t_s, 0), (end_t_s, self.n_steps)):
            step = otherwise
            if t_s is not None:
                step = int(np.floor((t_s - self.start_t_s) / self.step_s + _SLACK_STEPS))
            bounds.append(min(max(step, 0), self.n_steps))
        return bounds[0], max(bounds)


def write_layout(folder: Path, layout: Layout) -> None:
    """Write ``series.json``: for us, and for anyone who reads the Parquet parts."""
    value = {
        "time": _TIME,
        "start_utc": layout.start_utc,
        "start_t_s": layout.start_t_s,
        "step_s": layout.step_s,
        "steps": layout.n_steps,
        "block_steps": layout.block_steps,
        "largest_relative_error": RELATIVE_ERROR,
        "quantities": {
            name: {
                "unit": quantities()[name].unit,
                "per": quantities()[name].channels,
                "meaning": quantities()[name].meaning,
                "channels": list(channels),
            }
            for name, channels in layout.channels.items()
        },
    }
    write_json(folder / NAME, {**value, "crc32": _checksum(value)})


def read_layout(folder: Path) -> Layout:
    """Read ``series.json``.

    Raises
    ------
    RecordError
        It is missing, damaged or of another version.
    """
    found = read_json(folder / NAME)
    try:
        told = found.pop("crc32")
        layout = Layout(
            channels={
                str(name): tuple(str(channel) for channel in quantity["channels"])
                for name, quantity in found["quantities"].items()
            },
            start_utc=str(found["start_utc"]),
            start_t_s=float(found["start_t_s"]),
            step_s=float(found["step_s"]),
            n_steps=int(found["steps"]),
            block_steps=int(found["block_steps"]),
        )
        is_sound = told == _checksum(found) and min(layout.n_steps, layout.block_steps) > 0
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _damaged(folder, f"{error!r}") from None
    if not is_sound:
        raise _damaged(folder, "its checksum is another")
    return layout


def _checksum(value: Any) -> int:
    """Return the CRC-32 of what a file says, however it is written."""
    return crc32(json.dumps(value, sort_keys=True).encode())


def _damaged(folder: Path, why: Any) -> RecordError:
    return RecordError(
        f"{folder / NAME}: damaged, or written by another version ({why}); "
        "run the scenario again into a new folder"
    )
