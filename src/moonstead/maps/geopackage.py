"""Regions of permanent shadow as polygons in a GeoPackage, in the map's lunar reference system."""

from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray
from rasterio import Affine
from rasterio.features import shapes
from shapely.geometry import shape

from moonstead.environment.terrain.write import check_target
from moonstead.errors import InputError, Problem
from moonstead.maps.shadow import Shadow

LAYER = "permanent_shadow"
# Of the time stamp that GeoPackage demands; a fixed one keeps the bytes the same.
_TIME_STAMP = "2000-01-01T00:00:00.000Z"


def write_shadow(shadow: Shadow, path: Path | str) -> None:
    """Write the regions of permanent shadow, one polygon with holes or several a region.

    The outlines follow the edges of the pixels, so no area is gained or lost. Attributes:
    ``region`` (its number, 1 the largest), ``area_km2`` (on the sphere; the polygons' own area is
    that of the map), ``pixels``, ``latitude_deg``, ``longitude_deg``, ``feature``, ``is_cut``.

    Parameters
    ----------
    shadow
        Of a map; without any region the file holds an empty layer.
    path
        File that ends with ``.gpkg``. It appears when it is whole.

    Raises
    ------
    InputError
        The name does not end with ``.gpkg``, or the folder does not exist.
    """
    path = Path(path)
    if path.suffix.lower() != ".gpkg":
        raise InputError(Problem(str(path), "", "", "the name of a GeoPackage ends with .gpkg"))
    check_target(path)
    regions = shadow.regions
    partial = path.with_name(path.stem + ".part.gpkg")
    partial.unlink(missing_ok=True)
    try:
        _write(
            partial,
            _outlines(shadow),
            {
                "region": np.array([r.label for r in regions], dtype=np.int32),
                "area_km2": np.array([r.area_km2 for r in regions], dtype=np.float64),
                "pixels": np.array([r.pixels for r in regions], dtype=np.int32),
                "latitude_deg": np.array([r.latitude_deg for r in regions], dtype=np.float64),
                "longitude_deg": np.array([r.longitude_deg for r in regions], dtype=np.float64),
                "feature": np.array([r.feature for r in regions], dtype=object),
                "is_cut": np.array([r.is_cut for r in regions], dtype=bool),
            },
            shadow.image.crs,
        )
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _outlines(shadow: Shadow) -> NDArray[np.object_]:
    """Return one geometry a region, in map coordinates."""
    (a, b, c), (d, e, f) = shadow.image.columns_rows
    transform = ~Affine(a, b, c + 0.5, d, e, f + 0.5)
    parts: list[list[shapely.Polygon]] = [[] for _ in shadow.regions]
    # Four neighbours: a polygon must not touch itself at a corner. Regions joined by a corner
    # become several polygons.
    for outline, number in shapes(
        shadow.labels, mask=shadow.mask, connectivity=4, transform=transform
    ):
        parts[int(number) - 1].append(shape(outline))
    outlines = np.empty(len(parts), dtype=object)
    for i, polygons in enumerate(parts):
        outlines[i] = shapely.MultiPolygon(polygons)
    return outlines


def _write(
    path: Path,
    outlines: NDArray[np.object_],
    fields: dict[str, NDArray[np.generic]],
    crs: pyproj.CRS,
) -> None:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _TIME_STAMP})
    try:
        pyogrio.raw.write(
            path,
            shapely.to_wkb(outlines),
            list(fields.values()),
            list(fields),
            layer=LAYER,
            driver="GPKG",
            geometry_type="MultiPolygon",
            crs=crs.to_wkt(),
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
