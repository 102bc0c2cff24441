"""The catalogue of launch sites, and which orbits about the Earth they reach.

The table is ``launch_sites.csv`` beside this file; its ``source`` column says where each row comes
from, and *recall* marks what was written down from memory and not read on a page. Azimuths stand
there only where a limit is known; empty cells allow everything, which no range safety does.
"""

import csv
import math
from dataclasses import dataclass
from importlib.resources import files

from moonstead.errors import InputError, Problem
from moonstead.spec import suggest


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchSite:
    """A place on Earth that rockets leave from.

    Parameters
    ----------
    name, title, country
        The name on the command line, the name for people, and whose it is.
    latitude_deg, longitude_deg
        Geodetic, WGS-84; longitude to the east.
    azimuth_from_deg, azimuth_to_deg
        Allowed launch azimuths from north through east; -inf and inf where no limit is known.
    source, confidence
        Where the row comes from, and how far to trust it.
    """

    name: str
    title: str
    country: str
    latitude_deg: float
    longitude_deg: float
    azimuth_from_deg: float
    azimuth_to_deg: float
    source: str
    confidence: str

    @property
    def least_inclination_deg(self) -> float:
        """Lowest inclination that a launch within the allowed azimuths reaches without a turn.

        Due east it is the latitude (taken geodetic: against the geocentric latitude that counts
        in truth it is high by 0.19 degrees at most).
        """
        nearest_east_deg = min(max(90.0, self.azimuth_from_deg), self.azimuth_to_deg)
        latitude, azimuth = math.radians(self.latitude_deg), math.radians(nearest_east_deg)
        return math.degrees(math.acos(math.cos(latitude) * math.sin(azimuth)))


def load_launch_sites() -> tuple[LaunchSite, ...]:
    """Return the catalogue, in the order of the file."""
    text = files("moonstead.orbits").joinpath("launch_sites.csv").read_text(encoding="utf-8")
    return tuple(
        LaunchSite(
            name=row["name"],
            title=row["title"],
            country=row["country"],
            latitude_deg=float(row["latitude_deg"]),
            longitude_deg=float(row["longitude_deg"]),
            azimuth_from_deg=float(row["azimuth_from_deg"] or -math.inf),
            azimuth_to_deg=float(row["azimuth_to_deg"] or math.inf),
            source=row["source"],
            confidence=row["confidence"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def find_launch_site(name: str) -> LaunchSite:
    """Return a launch site by name.

    Raises
    ------
    InputError
        Where no launch site has this name, with the one that was meant.
    """
    by_name = {site.name: site for site in load_launch_sites()}
    if name not in by_name:
        remedy = f"no launch site has this name; {suggest(name, by_name)}"
        raise InputError(Problem("launch site", "name", name, remedy))
    return by_name[name]
