"""Where a vehicle can go: ground sorted by its limits, what it costs, and what it can reach.

An elevation model shows no obstacle smaller than its pixels: rocks, small craters and soft soil
are not in these maps. Slopes and steps are those of the model's own pixels.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d, distance_transform_edt, label

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.metric import Field, PixelSides, pixel_sides
from moonstead.environment.terrain.relief import roughness_m, slope_deg
from moonstead.errors import InputError, Problem, RangeError

ClassArray = NDArray[np.uint8]

_STEP_WINDOW = 3
_EVEN_PIXELS = 1.1  # longest over shortest side that distances are measured with


class Ground(IntEnum):
    """What a pixel is to a vehicle."""

    UNKNOWN = 0
    GO = 1
    NEAR = 2
    """Closer to ground that it cannot take than its clearance."""
    STEEP = 3
    ROUGH = 4
    STEP = 5


@dataclass(frozen=True, slots=True)
class VehicleLimits:
    """What a vehicle can take.

    Parameters
    ----------
    slope_deg
        Steepest ground.
    step_m
        Highest departure of a pixel from the plane through it and its eight neighbours.
    roughness_m
        Largest root mean square departure from a plane over `roughness_window_m`.
    clearance_m
        Kept from all ground that it cannot take.
    roughness_window_m
        Side of the square; None for five pixels.
    """

    slope_deg: float
    step_m: float
    roughness_m: float
    clearance_m: float = 0.0
    roughness_window_m: float | None = None

    def __post_init__(self) -> None:
        problems = [
            Problem("vehicle", name, f"{value:g}", wanted)
            for name, value, good, wanted in (
                ("slope_deg", self.slope_deg, 0.0 < self.slope_deg < 90.0, "write 0 to 90 degrees"),
                ("step_m", self.step_m, self.step_m > 0.0, "write more than 0 m"),
                ("roughness_m", self.roughness_m, self.roughness_m > 0.0, "write more than 0 m"),
                ("clearance_m", self.clearance_m, self.clearance_m >= 0.0, "write 0 m or more"),
            )
            if not good
        ]
        if problems:
            raise InputError(problems)


@dataclass(frozen=True, slots=True, eq=False)
class Traversability:
    """Ground sorted by the limits of a vehicle.

    Parameters
    ----------
    ground
        Shape of the terrain: values of `Ground`.
    cost
        Shape of the terrain: effort of a metre against one on level, smooth ground, from 1 to 3;
        infinite where the vehicle cannot go.
    area_m2
        Shape of the terrain: of each pixel, on the sphere.
    """

    ground: ClassArray
    cost: Field
    area_m2: Field

    def area_of_m2(self, kind: Ground) -> float:
        """Return the area of all ground of a kind."""
        return float(self.area_m2[self.ground == kind].sum(dtype=np.float64))


def traversability(terrain: Terrain, limits: VehicleLimits) -> Traversability:
    """Sort the ground by what a vehicle can take.

    Where ground fails in several ways the class is the first of steep, rough, step. The cost is
    1 + (slope / limit)^2 + (roughness / limit)^2: a stated convention for comparing routes, not an
    energy.

    Parameters
    ----------
    terrain
        One elevation model.
    limits
        Of the vehicle.

    Returns
    -------
    Traversability

    Raises
    ------
    InputError
        The map is smaller than the window of the roughness, or distances cannot be measured on it
        since its pixels differ by more than a tenth.
    """
    sides = pixel_sides(terrain)
    window_m = limits.roughness_window_m or 5.0 * terrain.pixel_m
    slope, rough = slope_deg(terrain), roughness_m(terrain, window_m)
    step = _step_m(terrain)
    ground = np.full(terrain.heights_m.shape, Ground.GO, np.uint8)
    ground[step > limits.step_m] = Ground.STEP
    ground[rough > limits.roughness_m] = Ground.ROUGH
    ground[slope > limits.slope_deg] = Ground.STEEP
    unknown = np.isnan(slope) | np.isnan(rough) | np.isnan(step)
    ground[unknown & (ground == Ground.GO)] = Ground.UNKNOWN
    if limits.clearance_m > 0.0:
        no_go = ground > Ground.NEAR
        near = _distance_m(no_go, terrain, sides) < limits.clearance_m
        ground[near & (ground == Ground.GO)] = Ground.NEAR
    effort = 1.0 + (slope / limits.slope_deg) ** 2 + (rough / limits.roughness_m) ** 2
    cost = np.where(ground == Ground.GO, effort, np.inf).astype(np.float32)
    return Traversability(ground, cost, _areas_m2(terrain, sides))


def reachable(
    terrain: Terrain, found: Traversability, latitude_deg: float, longitude_deg: float
) -> NDArray[np.bool_]:
    """Return the ground that can be reached from a place without leaving ground that is a go.

    Pixels are joined by their sides, not by their corners.

    Parameters
    ----------
    terrain
        That was sorted.
    found
        As `traversability` returns it.
    latitude_deg, longitude_deg
        Of the start, planetocentric.

    Raises
    ------
    RangeError
        The start is outside the terrain, or on ground that is no go; it says which.
    """
    column, row = terrain.pixels(np.array([latitude_deg]), np.array([longitude_deg]))
    rows, columns = found.ground.shape
    place = f"{latitude_deg:g}, {longitude_deg:g}"
    inside = -0.5 <= column[0] <= columns - 0.5 and -0.5 <= row[0] <= rows - 0.5
    if not inside:
        raise RangeError(Problem("start", "", place, "outside the terrain; choose a place inside"))
    at = min(max(round(row[0]), 0), rows - 1), min(max(round(column[0]), 0), columns - 1)
    kind = Ground(int(found.ground[at]))
    if kind != Ground.GO:
        remedy = f"the ground there is {kind.name.lower()}; start where the vehicle can stand"
        raise RangeError(Problem("start", "", place, remedy))
    parts, _ = label(found.ground == Ground.GO)
    connected: NDArray[np.bool_] = parts == parts[at]
    return connected


def _step_m(terrain: Terrain) -> FloatArray:
    """Return the greatest departure from the plane fitted to each 3 by 3 window."""
    heights = terrain.heights_m.astype(np.float64)
    rows, columns = heights.shape
    found = np.full(heights.shape, np.nan)
    if min(rows, columns) < _STEP_WINDOW:
        return found
    level, steps = np.full(3, 1.0 / 3.0), np.array([-0.5, 0.0, 0.5])

    def windows(down: FloatArray, along: FloatArray) -> FloatArray:
        summed = correlate1d(correlate1d(heights, down, axis=0), along, axis=1)
        inner: FloatArray = summed[1:-1, 1:-1]
        return inner

    mean, by_column, by_row = windows(level, level), windows(level, steps), windows(steps, level)
    most = np.zeros_like(mean)
    for down in (-1, 0, 1):
        for along in (-1, 0, 1):
            there = heights[1 + down : rows - 1 + down, 1 + along : columns - 1 + along]
            departure = there - mean - along * by_column - down * by_row
            most = np.maximum(most, np.abs(departure))
    found[1:-1, 1:-1] = most
    return found


def _distance_m(from_what: NDArray[np.bool_], terrain: Terrain, sides: PixelSides) -> FloatArray:
    """Return the distance of every pixel's centre to the nearest marked one's."""
    if not from_what.any():
        return np.full(from_what.shape, np.inf)
    along_m, across_m = np.nanmean(sides.along_m), np.nanmean(sides.across_m)
    unevenness = max(np.nanmax(side) / np.nanmin(side) for side in (sides.along_m, sides.across_m))
    if not unevenness < _EVEN_PIXELS:
        remedy = "its pixels differ too much in size for distances; project it to a local map"
        raise InputError(Problem(terrain.file.name, "", "", remedy))
    found: FloatArray = distance_transform_edt(~from_what, sampling=(across_m, along_m))
    return found


def _areas_m2(terrain: Terrain, sides: PixelSides) -> Field:
    rows, columns = terrain.heights_m.shape
    found = np.empty((rows, columns), np.float32)
    for row in range(rows):
        along_m, _, across_m = sides.at([row], np.arange(columns))
        found[row] = (along_m * across_m)[0]
    return found
