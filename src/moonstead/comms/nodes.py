"""What can send or receive: places on the Moon, orbiters, and ground stations on Earth."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.ground_stations import GroundStation
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError, Problem

FloatArray = NDArray[np.float64]

FLAT_AZIMUTH_DEG = np.zeros(1)
FLAT_ELEVATION_DEG = np.zeros(1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MoonPlace:
    """An antenna that stands on the Moon: of the site, or of a rover where it stops.

    Parameters
    ----------
    name
        Of the node.
    latitude_deg, longitude_deg
        Planetocentric, in MOON_ME_DE440_ME421, east positive.
    radius_m
        Of the antenna, from the Moon's centre.
    skyline_azimuth_deg, skyline_elevation_deg
        The horizon around it, shape (k,): azimuths from north by east, rising, within one turn;
        straight lines in between, and from the last to the first. Flat where left out.
    mask_deg
        How far above the skyline something must stand.

    Raises
    ------
    InputError
        With every number that cannot be.
    """

    name: str
    latitude_deg: float
    longitude_deg: float
    radius_m: float
    skyline_azimuth_deg: FloatArray = field(default_factory=FLAT_AZIMUTH_DEG.copy, repr=False)
    skyline_elevation_deg: FloatArray = field(default_factory=FLAT_ELEVATION_DEG.copy, repr=False)
    mask_deg: float = 0.0

    def __post_init__(self) -> None:
        _refuse(
            self.name,
            [
                *_out_of_bounds("latitude_deg", self.latitude_deg, -90.0, 90.0),
                *_out_of_bounds("longitude_deg", self.longitude_deg, -360.0, 360.0),
                *_out_of_bounds("radius_m", self.radius_m, 1.7e6, 1.8e6),
                *_wrong_skyline(
                    self.skyline_azimuth_deg, self.skyline_elevation_deg, self.mask_deg
                ),
            ],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Orbiter:
    """Something that flies.

    Parameters
    ----------
    trajectory
        Its states; the node has its name.
    grazing_height_m
        How high above the Moon's mean sphere a line to it must pass: 0 for the sphere itself,
        some kilometres where mountains may be in the way.
    """

    trajectory: Trajectory
    grazing_height_m: float = 0.0

    def __post_init__(self) -> None:
        _refuse(
            self.name, _out_of_bounds("grazing_height_m", self.grazing_height_m, -10_000.0, 1e6)
        )

    @property
    def name(self) -> str:
        """Of the node: that of the trajectory."""
        return self.trajectory.name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroundNode:
    """A ground station and the lowest elevations at which it works.

    Parameters
    ----------
    station
        A row of the catalogue; the node has its name.
    mask_deg
        Lowest elevation, above the skyline where there is one.
    skyline_azimuth_deg, skyline_elevation_deg
        As for `MoonPlace`.

    Raises
    ------
    InputError
        With every number that cannot be.
    """

    station: GroundStation
    mask_deg: float
    skyline_azimuth_deg: FloatArray = field(default_factory=FLAT_AZIMUTH_DEG.copy, repr=False)
    skyline_elevation_deg: FloatArray = field(default_factory=FLAT_ELEVATION_DEG.copy, repr=False)

    def __post_init__(self) -> None:
        _refuse(
            self.name,
            _wrong_skyline(self.skyline_azimuth_deg, self.skyline_elevation_deg, self.mask_deg),
        )

    @property
    def name(self) -> str:
        """Of the node: that of the station."""
        return self.station.name


Node = MoonPlace | Orbiter | GroundNode


def place_of_profile(name: str, profile: HorizonProfile, mask_deg: float) -> MoonPlace:
    """Return the node of a site with its terrain horizon.

    Parameters
    ----------
    name
        Of the node.
    profile
        Site and horizon.
    mask_deg
        How far above the horizon something must stand.
    """
    return MoonPlace(
        name=name,
        latitude_deg=profile.site.latitude_deg,
        longitude_deg=profile.site.longitude_deg,
        radius_m=profile.site.radius_m,
        skyline_azimuth_deg=profile.azimuth_deg,
        skyline_elevation_deg=profile.elevation_deg,
        mask_deg=mask_deg,
    )


def directed_pairs(nodes: Iterable[Node]) -> tuple[tuple[Node, Node], ...]:
    """Return every pair that space lies between, in both directions.

    Two ground stations are joined by cables, and two places on the Moon by terrain; neither is
    a matter of sight through space.
    """
    given = tuple(nodes)
    return tuple((a, b) for a in given for b in given if a is not b and through_space(a, b))


def through_space(one: Node, other: Node) -> bool:
    """Say whether the line between two nodes is a matter of orbits and horizons alone."""
    return isinstance(one, Orbiter) or isinstance(other, Orbiter) or type(one) is not type(other)


def _refuse(name: str, problems: Iterable[tuple[str, str, str]]) -> None:
    found = [Problem(f'node "{name}"', *problem) for problem in problems]
    if not name:
        found.insert(0, Problem("node", "name", '""', "give the node a name"))
    if found:
        raise InputError(found)


def _out_of_bounds(
    path: str, value: float, low: float, high: float
) -> Iterator[tuple[str, str, str]]:
    if not low <= value <= high:
        yield path, f"{value:g}", f"must be from {low:g} to {high:g}"


def _wrong_skyline(
    azimuth_deg: FloatArray, elevation_deg: FloatArray, mask_deg: float
) -> Iterator[tuple[str, str, str]]:
    yield from _out_of_bounds("mask_deg", mask_deg, -90.0, 90.0)
    shape = np.shape(azimuth_deg)
    if len(shape) != 1 or shape[0] == 0 or shape != np.shape(elevation_deg):
        text = f"shapes {shape} and {np.shape(elevation_deg)}"
        yield "skyline", text, "give one elevation for each azimuth"
        return
    turn = float(azimuth_deg[-1] - azimuth_deg[0])
    if not (np.all(np.diff(azimuth_deg) > 0) and turn < 360.0 and np.isfinite(turn)):
        yield "skyline_azimuth_deg", "", "azimuths must rise within one turn"
    if not np.all(np.abs(elevation_deg) <= 90.0):
        yield "skyline_elevation_deg", "", "elevations must be from -90 to 90"
