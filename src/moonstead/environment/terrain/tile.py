"""One file of heights, of whatever kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import pyproj
from rasterio import Affine
from rasterio.errors import RasterioError

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.crs import sphere_shift_m
from moonstead.environment.terrain.heights import heights_m
from moonstead.errors import InputError, Problem

_DAMAGED: Final = "cannot be read: the file is damaged or was cut short; fetch it again"


class Reader(Protocol):
    """Reads windows of a file, in the unit of the file, NaN where it has no data."""

    def read(
        self, row_start: int, row_stop: int, column_start: int, column_stop: int
    ) -> FloatArray:
        """Return a window, shape (rows, columns)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """One file of heights.

    Parameters
    ----------
    path
        The file with the pixels.
    product
        What the file says of its source product; may be empty.
    crs
        Its reference system.
    transform
        From pixel corners to the map.
    rows, columns
        Of the file.
    reader
        Of its values.
    unit_m
        Of the values, in metres; None where nobody says, which is read as metres.
    overviews
        Readers of the smaller copies inside the file, by their factor.
    """

    path: Path
    product: str
    crs: pyproj.CRS
    transform: Affine
    rows: int
    columns: int
    reader: Reader
    unit_m: float | None
    overviews: Mapping[int, Reader] = field(default_factory=dict)

    def heights_m(
        self, rows: tuple[int, int], columns: tuple[int, int], factor: int = 1
    ) -> FloatArray:
        """Return heights above `MOON_RADIUS_M`; NaN where there are none.

        Parameters
        ----------
        rows, columns
            First, and one past the last; multiples of ``factor``.
        factor
            1, or one of `overviews`: one height for so many rows and columns.

        Raises
        ------
        InputError
            Where the file is damaged, or the values are no heights of the Moon.
        """
        reader = self.reader if factor == 1 else self.overviews[factor]
        try:
            values = reader.read(*(at // factor for at in (*rows, *columns)))
        except (RasterioError, OSError, RuntimeError) as error:
            place = f"rows {rows[0]} to {rows[1]}"
            raise InputError(Problem(str(self.path), place, "", _DAMAGED)) from error
        try:
            return heights_m(values, self.unit_m or 1.0, sphere_shift_m(self.crs))
        except ValueError as error:
            raise InputError(Problem(str(self.path), "", "", str(error))) from error
