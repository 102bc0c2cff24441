"""From the numbers of a file to metres above the sphere of `MOON_RADIUS_M`.

Metres are assumed where a file names no unit, with one exception that is refused: numbers that
are possible as kilometres and, read as metres, make ground that is a thousand times too flat. The
mean slope between neighbours of real ground is never below 0.1 degrees (0.002), not even of a mare
at kilometre pixels; ground of 30 degrees throughout written in kilometres looks like 0.0006. The
border lies between, so a small or flat area in metres passes, and perfectly level ground does too.

A planetary radius is told from a height by its size: no ground of the Moon is 1700 km high.
"""

from typing import Final

import numpy as np

from moonstead.environment.profile import FloatArray
from moonstead.environment.site import MOON_RADIUS_M

_HEIGHT_SPAN_M: Final = (-12e3, 13e3)  # lowest and highest ground of the Moon: -9.1 and +10.8 km
_LEAST_RADIUS_M: Final = 1.7e6
_FLATTEST_SLOPE: Final = 7e-4
_METRES: Final = {
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1.0),
    **dict.fromkeys(("km", "kilometer", "kilometers", "kilometre", "kilometres"), 1e3),
}


def metres_in(unit: str) -> float | None:
    """Return the length of a unit in metres; None where the text names none.

    Raises
    ------
    ValueError
        Where it names something else, such as degrees.
    """
    text = unit.strip().lower()
    if text in ("", "1", "unknown", "none", "n/a"):
        return None
    if text not in _METRES:
        raise ValueError(f"its values are in {unit!r}; heights in m or km are wanted")
    return _METRES[text]


def heights_m(values: FloatArray, unit_m: float, sphere_shift_m: float) -> FloatArray:
    """Return heights above `MOON_RADIUS_M` of values that are heights or radii.

    Parameters
    ----------
    values
        Shape (rows, columns), NaN where there are none.
    unit_m
        Of the values, in metres.
    sphere_shift_m
        Added to heights; radii need no reference sphere.

    Raises
    ------
    ValueError
        Where they are no heights of the Moon.
    """
    found_m = values * unit_m
    lowest, highest = float(np.fmin.reduce(found_m, None)), float(np.fmax.reduce(found_m, None))
    if np.isinf(lowest) or np.isinf(highest):
        found_m[np.isinf(found_m)] = np.nan
        lowest, highest = float(np.fmin.reduce(found_m, None)), float(np.fmax.reduce(found_m, None))
    if np.isnan(lowest):
        return found_m
    shift_m = -MOON_RADIUS_M if highest > _LEAST_RADIUS_M else sphere_shift_m
    if shift_m != 0.0:
        found_m += shift_m
    lowest, highest = lowest + shift_m, highest + shift_m
    if lowest < _HEIGHT_SPAN_M[0] or highest > _HEIGHT_SPAN_M[1]:
        raise ValueError(
            f"heights from {lowest:g} to {highest:g} m are not of the Moon; metres above the "
            "sphere of 1737.4 km, or from its centre, are wanted, with missing data marked as such"
        )
    return found_m


def check_metres(blocks: list[FloatArray], pixel_m: float) -> None:
    """Refuse values without a unit that are likely kilometres.

    Parameters
    ----------
    blocks
        Samples of neighbouring pixels, each (rows, columns), in the unit of the file.
    pixel_m
        Side of a pixel on the ground.

    Raises
    ------
    ValueError
        With the question.
    """
    blocks = [np.where(np.isfinite(block), block, np.nan) for block in blocks]
    known = np.concatenate([block[~np.isnan(block)] for block in blocks])
    steps = [np.abs(np.diff(block, axis=axis)).ravel() for block in blocks for axis in (0, 1)]
    step = np.concatenate(steps)
    step = step[np.isfinite(step)]
    if not known.size or not step.size:
        return
    lowest, highest = float(known.min()), float(known.max())
    as_radius = lowest * 1e3 > _LEAST_RADIUS_M
    sphere_m = MOON_RADIUS_M if as_radius else 0.0
    possible = (
        _HEIGHT_SPAN_M[0] < lowest * 1e3 - sphere_m
        and highest * 1e3 - sphere_m < (_HEIGHT_SPAN_M[1])
    )
    if possible and 0.0 < float(step.mean()) / pixel_m < _FLATTEST_SLOPE:
        raise ValueError(
            f"values from {lowest:g} to {highest:g} without a unit are likely kilometres: read as "
            "metres the ground would be flatter than any on the Moon; which are they? Pass "
            'unit="km" or unit="m", or write it into the file with `gdal_edit.py -units km`'
        )
