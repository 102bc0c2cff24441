"""Permanent shadow: where no part of the Sun is ever in view, and how much ground that is.

Areas are on the sphere of 1737.4 km, level: each pixel counts with its own sides on the ground
(:mod:`moonstead.environment.terrain.metric`), because a polar stereographic map that is true at
the pole draws ground 6 degrees away 0.55 % too large. Slopes are not unrolled.

Shadow is only as permanent as the span of the map is long, and only as complete as its terrain:
relief smaller than a pixel is not in it, and a mast stands in the light where the ground does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.grid import Terrain, places_of
from moonstead.environment.terrain.metric import pixel_sides
from moonstead.errors import InputError, Problem
from moonstead.maps.features import craters_at
from moonstead.maps.image import MapImage

BoolArray = NDArray[np.bool_]

_TOUCHING = np.ones((3, 3), dtype=np.int8)  # pixels that share a corner are one region


@dataclass(frozen=True, slots=True)
class ShadowRegion:
    """A connected piece of ground in permanent shadow.

    Parameters
    ----------
    label
        Its number in `Shadow.labels`; 1 is the largest.
    area_km2
        Level, on the sphere.
    pixels
        How many.
    latitude_deg, longitude_deg
        Of its centre of area, which may lie outside a curved region.
    feature
        Smallest named crater whose circle holds the centre; empty for none.
    is_cut
        Whether it touches the edge of the map or unknown ground, so that it may go on.
    """

    label: int
    area_km2: float
    pixels: int
    latitude_deg: float
    longitude_deg: float
    feature: str
    is_cut: bool


@dataclass(frozen=True, slots=True, eq=False)
class Shadow:
    """The permanent shadow of a map.

    Parameters
    ----------
    image
        The layer that it was found in.
    area_m2
        Shape (rows, columns): of each pixel, on the sphere.
    labels
        Shape (rows, columns): numbers of the regions, 0 for light and unknown ground.
    regions
        Largest first.
    """

    image: MapImage
    area_m2: FloatArray
    labels: NDArray[np.int32]
    regions: tuple[ShadowRegion, ...]

    @property
    def mask(self) -> BoolArray:
        """Where the ground is in permanent shadow, in a region that was kept."""
        return self.labels > 0

    def area_km2(self, poleward_of_deg: float | None = None) -> float:
        """Return the area of all regions that were kept.

        Parameters
        ----------
        poleward_of_deg
            Count only ground whose latitude, in either hemisphere, is at least this.
        """
        mask = self.mask
        if poleward_of_deg is not None:
            latitude_deg, _ = _places(self.image)
            mask = mask & (np.abs(latitude_deg) >= poleward_of_deg)
        return float(self.area_m2[mask].sum(dtype=np.float64)) / 1e6


def find_shadow(image: MapImage, least_pixels: int = 1) -> Shadow:
    """Find the ground that never sees any part of the Sun.

    Parameters
    ----------
    image
        Share of time with any part of the Sun in view, as ``sun_any_fraction``: shadow is where
        it is 0 and known.
    least_pixels
        Smaller regions are left out.

    Returns
    -------
    Shadow

    Raises
    ------
    InputError
        The layer is of something else than a share of time, or `least_pixels` is less than 1.
    """
    values = np.asarray(image.values, dtype=np.float64)
    if image.unit != "1" or not (np.isnan(values) | ((values >= 0.0) & (values <= 1.0))).all():
        remedy = "permanent shadow is found in a layer of shares of time, such as sun_any_fraction"
        raise InputError(Problem(image.name, "unit", image.unit or "none", remedy))
    if least_pixels < 1:
        raise InputError(Problem("least_pixels", "", str(least_pixels), "write 1 or more"))
    area_m2 = pixel_area_m2(image)
    found, count = label(values == 0.0, structure=_TOUCHING)
    pixels = np.bincount(found.ravel(), minlength=count + 1)
    areas_m2 = np.bincount(found.ravel(), weights=area_m2.ravel(), minlength=count + 1)
    kept = 1 + np.flatnonzero(pixels[1:] >= least_pixels)
    kept = kept[np.argsort(-areas_m2[kept], kind="stable")]
    number = np.zeros(count + 1, dtype=np.int32)
    number[kept] = np.arange(1, len(kept) + 1)
    labels = number[found]
    north_deg, east_deg = _places(image)
    centres_deg = _centres_deg(labels, area_m2, len(kept), north_deg, east_deg)
    cut = _cut(labels, np.isnan(values))
    craters = craters_at(*centres_deg.T)
    regions = [
        ShadowRegion(
            label=new,
            area_km2=float(areas_m2[old]) / 1e6,
            pixels=int(pixels[old]),
            latitude_deg=float(centres_deg[new - 1, 0]),
            longitude_deg=float(centres_deg[new - 1, 1]),
            feature=crater.name if crater else "",
            is_cut=new in cut,
        )
        for new, (old, crater) in enumerate(zip(kept.tolist(), craters, strict=True), start=1)
    ]
    return Shadow(image, area_m2, labels, tuple(regions))


def pixel_area_m2(image: MapImage) -> FloatArray:
    """Return the area of each pixel of a map on the sphere of 1737.4 km, shape (rows, columns)."""
    rows, columns = image.values.shape
    level = Terrain(
        np.broadcast_to(np.float32(0.0), (rows, columns)),
        image.pixel_m,
        image.source[0],
        image.crs,
        image.columns_rows,
    )
    along_m, _, across_m = pixel_sides(level).at(np.arange(rows), np.arange(columns))
    return along_m * across_m


def shadow_summary(shadow: Shadow, latitudes_deg: Sequence[float] = ()) -> dict[str, float]:
    """Return areas by name, for tables: all, and poleward of each latitude.

    Parameters
    ----------
    shadow
        Of a map.
    latitudes_deg
        In either hemisphere, such as 84 and 88.
    """
    told = {"area_km2": shadow.area_km2()}
    for latitude_deg in latitudes_deg:
        name = f"area_poleward_of_{abs(latitude_deg):g}_deg_km2"
        told[name] = shadow.area_km2(abs(latitude_deg))
    return told


def _places(image: MapImage) -> tuple[FloatArray, FloatArray]:
    rows, columns = image.values.shape
    row, column = np.indices((rows, columns), dtype=np.float64)
    latitude_deg, longitude_deg = places_of(
        image.crs, image.columns_rows, column.ravel(), row.ravel()
    )
    return latitude_deg.reshape(rows, columns), longitude_deg.reshape(rows, columns)


def _centres_deg(
    labels: NDArray[np.int32],
    area_m2: FloatArray,
    count: int,
    latitude_deg: FloatArray,
    longitude_deg: FloatArray,
) -> FloatArray:
    """Return latitude and longitude of the mean directions, shape (count, 2)."""
    inside = labels > 0
    north, east = np.radians(latitude_deg[inside]), np.radians(longitude_deg[inside])
    directions = (np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north))
    x, y, z = (
        np.bincount(labels[inside], weights=area_m2[inside] * part, minlength=count + 1)[1:]
        for part in directions
    )
    centre_north = np.degrees(np.arctan2(z, np.hypot(x, y)))
    return np.stack([centre_north, np.degrees(np.arctan2(y, x)) % 360.0], axis=1)


def _cut(labels: NDArray[np.int32], unknown: BoolArray) -> set[int]:
    """Return the numbers of regions at the edge of the map or beside unknown ground."""
    rows, columns = labels.shape
    cut: set[int] = set()
    for number, box in enumerate(find_objects(labels), start=1):
        (top, bottom), (left, right) = ((part.start, part.stop) for part in box)
        if top == 0 or left == 0 or bottom == rows or right == columns:
            cut.add(number)
            continue
        around = np.s_[top - 1 : bottom + 1, left - 1 : right + 1]
        if unknown[around].any() and _touches(labels[around] == number, unknown[around]):
            cut.add(number)
    return cut


def _touches(region: BoolArray, other: BoolArray) -> bool:
    padded = np.pad(other, 1)
    rows, columns = region.shape
    return any(
        bool((region & padded[1 + i : 1 + i + rows, 1 + j : 1 + j + columns]).any())
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    )
