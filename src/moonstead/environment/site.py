"""A place on the Moon."""

from dataclasses import dataclass

MOON_RADIUS_M = 1_737_400.0
"""Radius of the sphere that elevations count from: IAU 2015, and every LOLA product."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place on the Moon, and how high above its ground the observer stands.

    Parameters
    ----------
    name
        What people call it.
    latitude_deg, longitude_deg
        Planetocentric, in the Moon mean-Earth frame MOON_ME_DE440_ME421; longitude to the east.
    ground_elevation_m
        Of the ground, above the sphere of radius `MOON_RADIUS_M`.
    height_m
        Of the observer (mast, camera, antenna) above the ground.
    """

    name: str
    latitude_deg: float
    longitude_deg: float
    ground_elevation_m: float
    height_m: float

    @property
    def radius_m(self) -> float:
        """Distance of the observer from the Moon's centre, m."""
        return MOON_RADIUS_M + self.ground_elevation_m + self.height_m
