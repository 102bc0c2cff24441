"""The series of a run: a Zarr group that xarray, and anything else that reads Zarr 3, opens.

One array per quantity, ``(channel, time)`` or ``(time,)``, single precision (``t_s`` in double),
with unit, meaning and channel names as attributes. One shard per block of time, so that a block is
written once and whole; one chunk per channel within it, so that a channel is read alone.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec

from moonstead.errors import RecordError
from moonstead.quantities import quantities

FloatArray = NDArray[np.float64]
Channels = Mapping[str, tuple[str, ...]]


class SeriesWriter:
    """Creates the arrays of a run and writes them block by block.

    Parameters
    ----------
    path
        Folder of the group.
    channels
        Names of the channels of every quantity to be written; empty for one of the station.
    n_steps, block_steps
        Length of the run and of a block.
    """

    def __init__(self, path: Path, channels: Channels, n_steps: int, block_steps: int) -> None:
        self._path = path
        self._channels = channels
        self._n_steps = n_steps
        self._block_steps = block_steps

    def create(self, t_s: FloatArray) -> None:
        """Create the group with empty arrays, and write the time axis."""
        group = zarr.open_group(self._path, mode="w", zarr_format=3)
        group.attrs["time"] = "t_s: TDB seconds past J2000 at the end of each step"
        group.create_array(
            "t_s",
            data=t_s,
            chunks=(min(len(t_s), 1 << 17),),
            dimension_names=["time"],
            fill_value=float("nan"),
        )
        for name, names in self._channels.items():
            self._create(group, name, names)

    def write(self, first: int, block: Mapping[str, NDArray[Any]]) -> None:
        """Write one block of every quantity, starting at a step.

        Raises
        ------
        RecordError
            What a former session wrote is damaged.
        OSError
            The disk is full, or refuses for another reason.
        """
        arrays = self._arrays(tuple(block))
        for name, values in block.items():
            arrays[name][..., first : first + values.shape[-1]] = values.astype(np.float32)

    def _arrays(self, names: tuple[str, ...]) -> dict[str, "zarr.Array[Any]"]:
        try:
            group = zarr.open_group(self._path, mode="r+")
            return {name: _array(group, name) for name in names}
        except (KeyError, ValueError, FileNotFoundError) as error:
            raise RecordError(
                f"{self._path}: the series of this run are damaged ({error}); "
                "delete the folder and run the scenario again"
            ) from None

    def _create(self, group: zarr.Group, name: str, names: tuple[str, ...]) -> None:
        quantity = quantities()[name]
        length = min(self._block_steps, self._n_steps)
        many = bool(quantity.channels)
        count = max(len(names), 1)
        group.create_array(
            name,
            shape=(len(names), self._n_steps) if many else (self._n_steps,),
            chunks=(1, length) if many else (length,),
            shards=(count, length) if many else None,
            dtype="float32",
            compressors=BloscCodec(cname="zstd", clevel=3, shuffle="bitshuffle"),
            dimension_names=[quantity.channels, "time"] if many else ["time"],
            fill_value=float("nan"),
            attributes={
                "unit": quantity.unit,
                "meaning": quantity.meaning,
                "channels": list(names),
            },
        )


class SeriesReader:
    """Reads the series of a run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._group = zarr.open_group(path, mode="r")
        except (OSError, ValueError, KeyError) as error:
            raise RecordError(f"{path}: the series of this run cannot be read: {error}") from None

    def channels(self, quantity: str) -> tuple[str, ...]:
        """Return the names of a quantity's channels."""
        return tuple(str(name) for name in self._opened(quantity).attrs["channels"])  # type: ignore[union-attr]

    def read(self, quantity: str, channel: str | None = None) -> NDArray[Any]:
        """Return a quantity, all of it or one channel.

        Raises
        ------
        RecordError
            It is not in the record, or the record is damaged.
        """
        array = self._opened(quantity)
        place: Any = ... if channel is None else self.channels(quantity).index(channel)
        try:
            values = np.asarray(array[place])
        except Exception as error:  # noqa: BLE001  codecs raise errors of many kinds on damaged bytes
            raise RecordError(
                f"{self._path / quantity}: this series is damaged ({error}); "
                "run the scenario again into a new folder"
            ) from None
        if np.isnan(values).any():  # what Zarr gives for a file that is not there
            raise RecordError(
                f"{self._path / quantity}: a part of this series is missing or empty; "
                "run the scenario again into a new folder"
            )
        return values

    def _opened(self, quantity: str) -> "zarr.Array[Any]":
        try:
            return _array(self._group, quantity)
        except KeyError:
            raise RecordError(f"{self._path}: this run has no series {quantity!r}") from None
        except (OSError, ValueError) as error:
            raise RecordError(f"{self._path / quantity}: cannot be read: {error}") from None


def _array(group: zarr.Group, name: str) -> "zarr.Array[Any]":
    array = group[name]
    if not isinstance(array, zarr.Array):
        raise RecordError(f"{name} is not a series")
    return array
