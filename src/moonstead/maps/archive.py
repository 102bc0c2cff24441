"""Horizons of a map on disk: a Zarr group, compact, with its error stated."""

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec

from moonstead.environment.profile import TerrainFile
from moonstead.environment.sweep.elevation import COUNTS_PER_DEG, NO_COUNT
from moonstead.environment.sweep.horizons import HorizonMap, Window
from moonstead.environment.terrain.grid import Terrain
from moonstead.errors import InputError, Problem

FORMAT, FORMAT_VERSION = "moonstead-horizons", 1
_CHUNK_PX = 64
_ERROR = (
    "rounded by at most 0.00125 degrees; median error 0.006, 95th percentile 0.05 degrees against "
    "a ray march, for horizons more than three pixels away"
)


def write_horizons(horizons: HorizonMap, path: Path) -> None:
    """Write the horizons of a map.

    Whole 1/400 degrees in 16 bits, compressed; one chunk holds all directions of 64 by 64 pixels.
    The ground of the window is written along.

    Parameters
    ----------
    horizons
        To write.
    path
        Folder of the group; what is there is replaced.
    """
    w, terrain = horizons.window, horizons.terrain
    group = zarr.open_group(path, mode="w", zarr_format=3)
    columns_rows = terrain.columns_rows.copy()
    columns_rows[:, 2] -= [w.column, w.row]
    group.attrs.update(
        {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "crs": terrain.crs.to_wkt(),
            "columns_rows": columns_rows.tolist(),
            "pixel_m": terrain.pixel_m,
            "frame": horizons.frame.tolist(),
            "height_m": horizons.height_m,
            "source": [[file.name, file.product, file.sha256] for file in horizons.source],
            "error": _ERROR,
        }
    )
    group.create_array("heading_deg", data=horizons.heading_deg)
    heights_m = terrain.heights_m[w.row : w.row + w.rows, w.column : w.column + w.columns]
    group.create_array("ground_m", data=np.ascontiguousarray(heights_m))
    counts = horizons.counts
    array = group.create_array(
        "horizon",
        shape=counts.shape,
        chunks=(len(counts), min(_CHUNK_PX, w.rows), min(_CHUNK_PX, w.columns)),
        dtype="int16",
        compressors=BloscCodec(cname="zstd", clevel=3, shuffle="bitshuffle"),
        fill_value=int(NO_COUNT),
        dimension_names=["direction", "row", "column"],
    )
    array.attrs.update({"unit": "deg", "scale": 1.0 / COUNTS_PER_DEG, "missing": int(NO_COUNT)})
    array[:] = counts


def read_horizons(path: Path) -> HorizonMap:
    """Read the horizons of a map.

    Parameters
    ----------
    path
        A folder by `write_horizons`.

    Returns
    -------
    HorizonMap
        Whose terrain is the map's window alone.

    Raises
    ------
    InputError
        Where there is no such group, or it is of another version.
    """
    try:
        group = zarr.open_group(path, mode="r")
    except (OSError, ValueError, KeyError) as error:
        remedy = "holds no horizons; name a folder that moonstead map --keep-horizons wrote"
        raise InputError(Problem(str(path), "", "", remedy)) from error
    told: dict[str, Any] = dict(group.attrs)
    found = (told.get("format"), told.get("version"))
    if found != (FORMAT, FORMAT_VERSION):
        remedy = f"this Moonstead reads {FORMAT} of version {FORMAT_VERSION}"
        raise InputError(Problem(str(path), "format, version", str(found), remedy))
    source = tuple(TerrainFile(*file) for file in told["source"])
    heights_m = _array(group, "ground_m")
    terrain = Terrain(
        heights_m,
        float(told["pixel_m"]),
        source[0],
        pyproj.CRS.from_wkt(told["crs"]),
        np.array(told["columns_rows"]),
    )
    return HorizonMap(
        terrain,
        Window(0, 0, *heights_m.shape),
        np.array(told["frame"]),
        _array(group, "heading_deg"),
        _array(group, "horizon"),
        float(told["height_m"]),
        source,
    )


def _array(group: zarr.Group, name: str) -> NDArray[Any]:
    held = group[name]
    if not isinstance(held, zarr.Array):
        remedy = "is not whole; make the map again"
        raise InputError(Problem(str(group.store_path), name, "", remedy))
    return np.asarray(held[:])
