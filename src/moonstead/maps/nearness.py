"""Distances on the sphere between the pixels of a map, and from permanent shadow."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from moonstead.environment.profile import FloatArray
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.terrain.grid import Terrain, places_of
from moonstead.environment.terrain.metric import pixel_sides
from moonstead.maps.criteria import SHADOW_DISTANCE
from moonstead.maps.image import MapImage


def shadow_distance(image: MapImage) -> MapImage:
    """Return the distance of every pixel to permanent shadow.

    Parameters
    ----------
    image
        Classes: 1 in shadow, 0 or unknown elsewhere.

    Returns
    -------
    MapImage
        m, along the sphere from the pixel's centre to that of the pixel in shadow which is
        nearest in the plane of the map, its pixels taken as rectangles of their true sides at the
        map's centre; infinite where the map has no shadow.
    """
    values = np.asarray(image.values, dtype=np.float64)
    in_shadow = values == 1.0
    distance_m = np.full(values.shape, np.inf)
    if in_shadow.any():
        nearest = distance_transform_edt(
            ~in_shadow, sampling=_sides_m(image), return_distances=False, return_indices=True
        )
        ways = directions(image, *np.indices(values.shape))
        distance_m = arc_m(ways, ways[:, nearest[0], nearest[1]])
    title = "Distance to permanent shadow"
    return image.with_values(SHADOW_DISTANCE, title, "m", distance_m)


def directions(image: MapImage, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> FloatArray:
    """Return unit vectors from the Moon's centre to pixels, shape (3, ...); NaN off the map.

    Parameters
    ----------
    image
        Of the map.
    rows, columns
        Of the pixels, of one shape.
    """
    where = columns.ravel().astype(np.float64), rows.ravel().astype(np.float64)
    places = np.radians(places_of(image.crs, image.columns_rows, *where))
    latitude, longitude = np.where(np.isfinite(places), places, np.nan)
    level = np.cos(latitude)
    found = [level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)]
    return np.stack(found).reshape(3, *rows.shape)


def arc_m(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return distances along the sphere between unit vectors, shape (3, ...) each."""
    chord = np.sqrt(np.sum((a - b) ** 2, axis=0))
    way_m: FloatArray = 2.0 * MOON_RADIUS_M * np.arcsin(np.minimum(chord / 2.0, 1.0))
    return way_m


def _sides_m(image: MapImage) -> tuple[float, float]:
    """Return the height and the width of the pixel at a map's centre."""
    rows, columns = image.values.shape
    level = Terrain(
        np.broadcast_to(np.float32(0.0), (rows, columns)),
        image.pixel_m, image.source[0], image.crs, image.columns_rows,
    )  # fmt: skip
    along_m, _, across_m = pixel_sides(level).at([(rows - 1) / 2.0], [(columns - 1) / 2.0])
    return float(across_m[0, 0]), float(along_m[0, 0])
