"""Orbits that come with Moonstead: of relays, of Gateway, of mapping missions, of the module.

``catalogue.csv`` holds them, each with its source; what no source says is called an assumption.
"""

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Final

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError, Problem
from moonstead.orbits.constructors import Plane, halo_trajectory, keplerian_state
from moonstead.orbits.forces import Forces
from moonstead.orbits.halo import Halo, halo_of_amplitude, halo_of_resonance
from moonstead.orbits.keeping import Errors, Keeping
from moonstead.orbits.keeping_halo import keep_halo
from moonstead.orbits.keeping_shape import keep_shape
from moonstead.orbits.kepler import Orbit, shape_of_altitudes
from moonstead.orbits.propagate import propagate
from moonstead.units import DAY_S

_FILE: Final = "catalogue.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse:
    """An osculating ellipse, whatever the epoch.

    Parameters
    ----------
    plane
        What its angles count from, as in `keplerian_state`.
    perilune_altitude_m, apolune_altitude_m
        Above the mean sphere of 1737.4 km.
    inclination_deg, ascending_node_deg, perilune_argument_deg, mean_anomaly_deg
        At the epoch.
    """

    plane: Plane
    perilune_altitude_m: float
    apolune_altitude_m: float
    inclination_deg: float
    ascending_node_deg: float
    perilune_argument_deg: float
    mean_anomaly_deg: float

    def at(self, epoch_t_s: float) -> Orbit:
        """Return it as a two-body orbit of an epoch."""
        axis_m, eccentricity = shape_of_altitudes(self.perilune_altitude_m, self.apolune_altitude_m)
        return Orbit(
            semi_major_axis_m=axis_m,
            eccentricity=eccentricity,
            inclination_deg=self.inclination_deg,
            ascending_node_deg=self.ascending_node_deg,
            perilune_argument_deg=self.perilune_argument_deg,
            mean_anomaly_deg=self.mean_anomaly_deg,
            epoch_t_s=epoch_t_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedOrbit:
    """An orbit of the catalogue.

    Parameters
    ----------
    name, title
        For machines and for people.
    shape
        An ellipse, or a halo about L2.
    upkeep
        Of a halo: time between burns of station keeping, s. Of an ellipse: how far it may shift
        before it is brought back, m.
    source, confidence, note
        Where its numbers are from; ``"high"``, ``"medium"`` or ``"low"``; what else to know.
    """

    name: str
    title: str
    shape: Ellipse | Halo
    upkeep: float
    source: str
    confidence: str
    note: str


def orbit_names() -> tuple[str, ...]:
    """Return the names of the catalogue, in its order."""
    return tuple(_rows())


def catalogue_rows() -> tuple[dict[str, str], ...]:
    """Return the rows of the catalogue as they stand in its file, without building the orbits."""
    return tuple(_rows().values())


def find_orbit(name: str) -> NamedOrbit:
    """Return an orbit of the catalogue.

    Raises
    ------
    InputError
        There is none of that name.
    """
    row = _rows().get(name)
    if row is None:
        near = get_close_matches(name, _rows(), n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        remedy = f"{hint}known orbits: {', '.join(_rows())}"
        raise InputError(Problem("orbit", "", name, remedy))
    return NamedOrbit(
        name=name,
        title=row["title"],
        shape=_halo(row) if row["kind"] == "halo" else _ellipse(row),
        upkeep=_upkeep(row),
        source=row["source"],
        confidence=row["confidence"],
        note=row["note"],
    )


def fly(
    orbit: NamedOrbit,
    start_t_s: float,
    end_t_s: float,
    forces: Forces,
    *,
    ephemeris: Ephemeris,
    until_impact: bool = False,
) -> Trajectory:
    """Fly an orbit of the catalogue with no burn.

    Parameters
    ----------
    orbit
        Begins with its numbers at the start.
    start_t_s, end_t_s
        TDB seconds past J2000.
    forces
        What acts.
    ephemeris
        Of all bodies.
    until_impact
        Whether the trajectory may end on the ground, as that of a low orbit may; else an error.

    Returns
    -------
    Trajectory
        Of the orbit's name.

    Raises
    ------
    InputError
        It meets the ground, or the end is not after the start.
    RangeError
        An epoch is outside the ephemeris.
    """
    if isinstance(orbit.shape, Halo):
        return halo_trajectory(
            orbit.shape, start_t_s, end_t_s, forces, ephemeris=ephemeris, name=orbit.name
        )
    state = keplerian_state(orbit.shape.at(start_t_s), ephemeris, orbit.shape.plane)
    return propagate(
        state, end_t_s, forces, ephemeris=ephemeris, name=orbit.name, until_impact=until_impact
    )


def keep(
    orbit: NamedOrbit,
    start_t_s: float,
    end_t_s: float,
    forces: Forces,
    *,
    ephemeris: Ephemeris,
    errors: Errors,
) -> Keeping:
    """Keep an orbit of the catalogue by its usual rule.

    Parameters
    ----------
    orbit, start_t_s, end_t_s, forces, ephemeris
        As in `fly`.
    errors
        Of navigation and engine.

    Returns
    -------
    Keeping
        By `keep_halo` or `keep_shape`.

    Raises
    ------
    InputError, RangeError, RunError
        As these.
    """
    if isinstance(orbit.shape, Halo):
        return keep_halo(
            orbit.shape,
            start_t_s,
            end_t_s,
            orbit.upkeep,
            forces,
            ephemeris=ephemeris,
            errors=errors,
            name=orbit.name,
        )
    return keep_shape(
        keplerian_state(orbit.shape.at(start_t_s), ephemeris, orbit.shape.plane),
        end_t_s,
        orbit.upkeep,
        forces,
        ephemeris=ephemeris,
        errors=errors,
        plane=orbit.shape.plane,
        name=orbit.name,
    )


@cache
def _rows() -> dict[str, dict[str, str]]:
    text = (files("moonstead.orbits") / _FILE).read_text(encoding="utf-8")
    return {row["name"]: row for row in csv.DictReader(text.splitlines())}


def _upkeep(row: dict[str, str]) -> float:
    if row["kind"] == "halo":
        return float(row["upkeep_days"]) * DAY_S
    return float(row["upkeep_band_km"]) * 1e3


def _halo(row: dict[str, str]) -> Halo:
    if row["amplitude_km"]:
        return halo_of_amplitude(float(row["amplitude_km"]) * 1e3)
    return halo_of_resonance(int(row["revolutions"]), int(row["months"]))


def _ellipse(row: dict[str, str]) -> Ellipse:
    plane: Plane = "earth" if row["plane"] == "earth" else "equator"
    return Ellipse(
        plane=plane,
        perilune_altitude_m=float(row["perilune_altitude_km"]) * 1e3,
        apolune_altitude_m=float(row["apolune_altitude_km"]) * 1e3,
        inclination_deg=float(row["inclination_deg"]),
        ascending_node_deg=float(row["ascending_node_deg"]),
        perilune_argument_deg=float(row["perilune_argument_deg"]),
        mean_anomaly_deg=float(row["mean_anomaly_deg"]),
    )
