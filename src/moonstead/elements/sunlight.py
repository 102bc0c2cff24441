"""Where sunlight falls: cosines of incidence, and the share of a disc above a straight skyline.

Directions are unit vectors (east, north, up), shape (3, n).
"""

import numpy as np

from moonstead.components import FloatArray, Surroundings

SUN_RADIUS_RAD = np.radians(15.99 / 60.0)
"""Mean angular radius of the Sun seen from the Moon, 2025 to 2045 (15.69 to 16.31 arcminutes)."""


def direction(azimuth_deg: FloatArray | float, elevation_deg: FloatArray | float) -> FloatArray:
    """Return the unit vector (east, north, up) towards a place in the sky.

    Parameters
    ----------
    azimuth_deg
        From north through east; a number or shape (n,).
    elevation_deg
        Above the horizontal; a number or shape (n,).

    Returns
    -------
    ndarray
        Shape (3,) or (3, n).
    """
    azimuth_rad, elevation_rad = np.radians(azimuth_deg), np.radians(elevation_deg)
    level = np.cos(elevation_rad)
    vector: FloatArray = np.array(
        [np.sin(azimuth_rad) * level, np.cos(azimuth_rad) * level, np.sin(elevation_rad)]
    )
    return vector


def sun_direction(surroundings: Surroundings) -> FloatArray:
    """Return the direction of the Sun's centre, shape (3, n)."""
    return direction(surroundings["sun_azimuth_deg"], surroundings["sun_elevation_deg"])


def cosine_on_fixed(sun: FloatArray, normal: FloatArray) -> FloatArray:
    """Return the cosine of incidence on a face with a given normal; zero for light from behind."""
    lit: FloatArray = np.maximum(normal @ sun, 0.0)
    return lit


def cosine_on_turning(sun: FloatArray, axis: FloatArray, tilt_deg: float) -> FloatArray:
    """Return the cosine of incidence on a face that turns about an axis to follow the Sun.

    Parameters
    ----------
    sun, axis
        Unit vectors, shapes (3, n) and (3,).
    tilt_deg
        Between the face's normal and the axis: 90 for a face that holds the axis.

    Returns
    -------
    ndarray
        Shape (n,). The normal sweeps a cone about the axis; where it comes nearest to the Sun the
        angle between them is the difference of their angles from the axis.
    """
    from_axis_rad = np.arccos(np.clip(axis @ sun, -1.0, 1.0))
    lit: FloatArray = np.maximum(np.cos(from_axis_rad - np.radians(tilt_deg)), 0.0)
    return lit


def share_above(offset: FloatArray) -> FloatArray:
    """Return the share of a disc's area above a straight line.

    Parameters
    ----------
    offset
        Height of the disc's centre above the line, in radii.
    """
    x = np.clip(offset, -1.0, 1.0)
    share: FloatArray = 1.0 - (np.arccos(x) - x * np.sqrt(1.0 - x * x)) / np.pi
    return share
