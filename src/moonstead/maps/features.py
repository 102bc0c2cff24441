"""Named features of the Moon, with the shipped sites and the Artemis III regions.

Names, centres and diameters are those of the Gazetteer of Planetary Nomenclature of the
International Astronomical Union, kept by the USGS: poleward of 75 degrees all features that had a
name in the middle of the 2010s, satellite features included, elsewhere the large ones; of later
names Mons Mouton. The polar craters Henson, Spudis and others named since 2016 are missing.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike

from moonstead.environment.profile import FloatArray
from moonstead.environment.site import MOON_RADIUS_M

SITE, REGION, SATELLITE = "site", "region", "satellite feature"
_ROUND = frozenset(("crater", SATELLITE))


@dataclass(frozen=True, slots=True)
class Feature:
    """A named place.

    Parameters
    ----------
    name
        As the IAU writes it; of a site the name of its horizon profile.
    kind
        ``crater``, ``satellite feature`` (a lettered crater), ``mare``, ``mons`` and so on;
        ``site`` or ``region``.
    latitude_deg, longitude_deg
        Of its centre, planetocentric, longitude to the east from 0 to 360.
    diameter_km
        Or length; 0 for a site.
    source
        Of the row.
    """

    name: str
    kind: str
    latitude_deg: float
    longitude_deg: float
    diameter_km: float
    source: str


@cache
def features() -> tuple[Feature, ...]:
    """Return all named features that come with Moonstead, in the order of the table."""
    text = files("moonstead.maps").joinpath("features.csv").read_text(encoding="utf-8")
    return tuple(
        Feature(
            row["name"],
            row["kind"],
            float(row["latitude_deg"]),
            float(row["longitude_deg"]),
            float(row["diameter_km"]),
            row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def craters_at(latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> list[Feature | None]:
    """Return of each place the smallest named crater whose circle holds it.

    Parameters
    ----------
    latitude_deg, longitude_deg
        Planetocentric, arrays of one shape (n,) or numbers.

    Returns
    -------
    list of n Features, None where no crater holds the place
    """
    craters, centres, radius = _craters()
    place = _directions(np.atleast_1d(latitude_deg), np.atleast_1d(longitude_deg))
    # Half the chord between centre and place is the sine of half the arc: exact for small ones.
    holds = [np.sum((place - centre) ** 2, axis=1) for centre in centres]
    inside = np.stack(holds) <= (2.0 * np.sin(radius / 2.0))[:, np.newaxis] ** 2
    first = np.argmax(inside, axis=0)
    return [craters[k] if inside[k, n] else None for n, k in enumerate(first.tolist())]


@cache
def _craters() -> tuple[tuple[Feature, ...], FloatArray, FloatArray]:
    """Return the craters from small to large, their directions and their angular radii."""
    craters = sorted((f for f in features() if f.kind in _ROUND), key=lambda f: f.diameter_km)
    centres = _directions(
        np.array([f.latitude_deg for f in craters]), np.array([f.longitude_deg for f in craters])
    )
    radius_m = np.array([f.diameter_km for f in craters]) * (1e3 / 2.0)
    return tuple(craters), centres, radius_m / MOON_RADIUS_M


def _directions(latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> FloatArray:
    north, east = np.radians(latitude_deg), np.radians(longitude_deg)
    level = np.cos(north)
    return np.stack([level * np.cos(east), level * np.sin(east), np.sin(north)], axis=-1)
