"""Coordinate reference systems: which are of the Moon, and of which sphere.

A system counts as lunar by the radius of its body, never by its name: "Moon 2000" of ESRI, an
unnamed PROJ string with ``+R`` or ``+a +b``, and a datum that is named after the Earth by mistake
all work as long as the radius is the Moon's. Heights count from the sphere of the system, which
nearly always is 1737.4 km; those of a file that says 1738 km are shifted by the difference.
"""

from typing import Final

import pyproj

from moonstead.environment.site import MOON_RADIUS_M
from moonstead.errors import InputError, Problem

_MOON_RADIUS_SPAN_M: Final = (1.73e6, 1.745e6)  # every sphere ever used for the Moon
_OTHER_BODIES_KM: Final = {
    "the Earth": (6350.0, 6390.0),
    "Mars": (3370.0, 3400.0),
    "Mercury": (2435.0, 2445.0),
    "Venus": (6045.0, 6060.0),
}
_ANSWERS: Final = (
    '"IAU_2015:30135" (south polar stereographic), "IAU_2015:30130" (north polar), '
    '"IAU_2015:30100" (longitude and latitude) or "IAU_2015:30110" (equirectangular)'
)
NO_CRS: Final = (
    "has no coordinate reference system; which one is it? Pass crs= with the answer, or write it "
    f"into the file with `gdal_edit.py -a_srs`: {_ANSWERS}"
)


def lunar_crs(text: str) -> pyproj.CRS:
    """Return the horizontal reference system that a text describes.

    Parameters
    ----------
    text
        WKT of any version, a PROJ string, or authority and code such as ``IAU_2015:30135``.

    Returns
    -------
    pyproj.CRS
        Geographic or projected, on a sphere of the Moon.

    Raises
    ------
    ValueError
        Where it is not understood, of another body, flattened, or counts longitudes to the west
        or not from the prime meridian.
    """
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        message = f"its reference system {text[:60]!r} is not understood; a lunar one is {_ANSWERS}"
        raise ValueError(message) from error
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    base = _checked_body(crs)
    if any(axis.direction == "west" for axis in base.axis_info):
        message = f"its reference system {crs.name!r} counts longitudes to the west"
        raise ValueError(f"{message}; reproject it to one that counts to the east")
    if base.prime_meridian is not None and base.prime_meridian.longitude != 0.0:
        message = f"its reference system {crs.name!r} counts longitudes from another meridian"
        raise ValueError(f"{message}; reproject it to one that counts from the prime meridian")
    return crs


def answered_crs(text: str | None) -> pyproj.CRS | None:
    """Return the reference system that the user names for files without one.

    Raises
    ------
    InputError
        As `lunar_crs`.
    """
    if text is None:
        return None
    try:
        return lunar_crs(text)
    except ValueError as error:
        raise InputError(Problem("crs", "", text, str(error))) from error


def sphere_shift_m(crs: pyproj.CRS) -> float:
    """Return what to add to heights above the sphere of a system, to count from `MOON_RADIUS_M`."""
    ellipsoid = crs.ellipsoid
    return 0.0 if ellipsoid is None else float(ellipsoid.semi_major_metre) - MOON_RADIUS_M


def _checked_body(crs: pyproj.CRS) -> pyproj.CRS:
    """Return the system of latitude and longitude of one that is of the Moon."""
    ellipsoid, base = crs.ellipsoid, crs.geodetic_crs
    if ellipsoid is None or base is None:
        message = f"its reference system {crs.name!r} has no body; a lunar one is {_ANSWERS}"
        raise ValueError(message)
    radius_m, polar_m = ellipsoid.semi_major_metre, ellipsoid.semi_minor_metre
    if not _MOON_RADIUS_SPAN_M[0] < radius_m < _MOON_RADIUS_SPAN_M[1]:
        km = radius_m / 1e3
        bodies = [name for name, (low, high) in _OTHER_BODIES_KM.items() if low < km < high]
        whose = f" of {bodies[0]}" if bodies else ""
        message = (
            f"its reference system {crs.name!r} has a radius of {km:.1f} km{whose}: not the Moon's "
            "1737.4 km; choose a map of the Moon, or where only the label is wrong correct it "
            "with `gdal_edit.py -a_srs`"
        )
        raise ValueError(message)
    if abs(radius_m - polar_m) > 1.0:
        message = (
            f"its reference system {crs.name!r} is flattened ({radius_m / 1e3:.3f} by "
            f"{polar_m / 1e3:.3f} km), so its latitudes and heights are not of a sphere; a model "
            "on the sphere of 1737.4 km is wanted"
        )
        raise ValueError(message)
    return base
