"""Events of a flight against SPICE's searches and closed forms."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import spiceypy
from independent_orbits import load_kernels
from numpy.typing import NDArray

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.timescale import from_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.orbits.events import find_events, shadow_spans
from moonstead.orbits.forces import TWO_BODY, Forces
from moonstead.orbits.kepler import Orbit, shape_of_altitudes
from moonstead.orbits.propagate import propagate
from moonstead.orbits.state import state_of_orbit
from moonstead.units import DAY_S, HOUR_S

FloatArray = NDArray[np.float64]
CRAFT = -999
_POOL = [
    "BODY301_RADII = ( 1737.4 1737.4 1737.4 )",
    "BODY399_RADII = ( 6378.137 6378.137 6378.137 )",
    "BODY10_RADII = ( 696000 696000 696000 )",
    # Spheres need axes of some kind at their centres.
    *(
        line
        for number, name, centre in ((1400001, "BALL_SUN", 10), (1400002, "BALL_EARTH", 399))
        for line in (
            f"FRAME_{name} = {number}",
            f"FRAME_{number}_NAME = '{name}'",
            f"FRAME_{number}_CLASS = 4",
            f"FRAME_{number}_CLASS_ID = {number}",
            f"FRAME_{number}_CENTER = {centre}",
            f"TKFRAME_{number}_SPEC = 'MATRIX'",
            f"TKFRAME_{number}_RELATIVE = 'J2000'",
            f"TKFRAME_{number}_MATRIX = ( 1 0 0 0 1 0 0 0 1 )",
        )
    ),
]


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def flight(
    ephemeris: Ephemeris, epoch_t_s: float, days: float, altitudes_m: tuple[float, float]
) -> Trajectory:
    axis_m, eccentricity = shape_of_altitudes(*altitudes_m)
    start = state_of_orbit(
        Orbit(
            semi_major_axis_m=axis_m,
            eccentricity=eccentricity,
            inclination_deg=20.0,
            ascending_node_deg=100.0,
            perilune_argument_deg=50.0,
            mean_anomaly_deg=10.0,
            epoch_t_s=epoch_t_s,
        )
    )
    return propagate(start, epoch_t_s + days * DAY_S, Forces(degree=8), ephemeris=ephemeris)


def spice_spans(
    folder: Path, flown: Trajectory, body: str, frame: str, part: str, step_s: float
) -> FloatArray:
    """Return begin and end of each occultation that SPICE finds, shape (n, 2)."""
    load_kernels()
    spiceypy.lmpool(_POOL)
    path = folder / f"{body}{part}.bsp"
    handle = spiceypy.spkopn(str(path), "craft", 0)
    states = np.hstack([flown.position_m, flown.velocity_m_per_s]) / 1e3
    first, last = flown.start_t_s, flown.end_t_s
    spiceypy.spkw13(
        handle, CRAFT, 301, "J2000", first, last, "craft", 7, len(states), states, flown.t_s
    )
    spiceypy.spkcls(handle)
    spiceypy.furnsh(str(path))
    within = spiceypy.cell_double(2)
    spiceypy.wninsd(first, last, within)
    found = spiceypy.cell_double(2000)
    kind = "ANY" if part == "penumbra" else "FULL"
    args = (body, "ELLIPSOID", frame, "SUN", "ELLIPSOID", "BALL_SUN", "NONE", str(CRAFT), step_s)
    spiceypy.gfoclt(kind, *args, within, found)
    spans = [spiceypy.wnfetd(found, k) for k in range(spiceypy.wncard(found))]
    spiceypy.kclear()
    inside = [span for span in spans if span[0] > first + 1.0 and span[1] < last - 1.0]
    return np.array(inside)


@pytest.mark.parametrize("part", ["penumbra", "umbra"])
def test_shadow_of_the_moon_is_that_of_spice(
    part: str, ephemeris: Ephemeris, tmp_path: Path
) -> None:
    flown = flight(ephemeris, 8.5e8, 1.5, (2e5, 1e6))
    expected = spice_spans(tmp_path, flown, "MOON", "MOON_PA_DE440", part, 300.0)
    assert len(expected) >= 6
    found = shadow_spans(find_events(flown, ephemeris), "moon", part)
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize("part", ["penumbra", "umbra"])
def test_shadow_of_the_earth_is_that_of_spice(
    part: str, ephemeris: Ephemeris, tmp_path: Path
) -> None:
    # The total lunar eclipse of 2029-01-01 takes an orbiter with it.
    flown = flight(ephemeris, from_utc("2028-12-31T00:00:00Z"), 2.0, (1e6, 9e6))
    expected = spice_spans(tmp_path, flown, "EARTH", "BALL_EARTH", part, 300.0)
    assert len(expected) >= 1
    found = shadow_spans(find_events(flown, ephemeris), "earth", part)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_apsides_are_half_a_period_apart(ephemeris: Ephemeris) -> None:
    axis_m, eccentricity = shape_of_altitudes(3e5, 3e6)
    orbit = Orbit(
        semi_major_axis_m=axis_m,
        eccentricity=eccentricity,
        inclination_deg=70.0,
        ascending_node_deg=0.0,
        perilune_argument_deg=0.0,
        mean_anomaly_deg=-30.0,
        epoch_t_s=8.5e8,
    )
    flown = propagate(
        state_of_orbit(orbit), 8.5e8 + 3.0 * orbit.period_s, TWO_BODY, ephemeris=ephemeris
    )
    events = find_events(flown, ephemeris)
    for kind, phase in (("perilune", 30.0 / 360.0), ("apolune", 210.0 / 360.0)):
        found = [event.t_s for event in events if event.kind == kind]
        expected = 8.5e8 + (np.arange(3) + phase) * orbit.period_s
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_nodes_lie_in_the_equator_of_date(ephemeris: Ephemeris) -> None:
    flown = flight(ephemeris, 8.5e8, 2.0, (2e5, 1e6))
    nodes = [event for event in find_events(flown, ephemeris) if "node" in event.kind]
    kinds = [event.kind for event in nodes]
    assert len(nodes) >= 20
    assert all(a != b for a, b in pairwise(kinds))
    t_s = np.array([event.t_s for event in nodes])
    position_m, velocity_m_per_s = flown.state(t_s)
    pole = ephemeris.rotation_icrf_to_moon_me(t_s)[2]
    assert np.abs(np.einsum("nj,jn->n", position_m, pole)).max() < 1.0
    north = np.einsum("nj,jn->n", velocity_m_per_s, pole) > 0.0
    np.testing.assert_array_equal(north, np.array(kinds) == "ascending node")


def test_grazed_shadow_between_samples_is_found(ephemeris: Ephemeris) -> None:
    # High above the Moon a shadow passes in minutes, between nodes that are hours apart.
    flown = flight(ephemeris, 8.5e8, 30.0, (5e6, 6e7))
    dense = np.arange(flown.start_t_s, flown.end_t_s, 20.0)
    sun_m = ephemeris.position_icrf_m("sun", dense).T - flown.state(dense)[0]
    to_moon_m = -flown.state(dense)[0]
    cosine = (sun_m * to_moon_m).sum(axis=1) / np.linalg.norm(sun_m, axis=1)
    distance_m = np.linalg.norm(to_moon_m, axis=1)
    apart = np.arccos(np.clip(cosine / distance_m, -1.0, 1.0))
    hidden = apart < np.arcsin(1737.4e3 / distance_m) + np.arcsin(
        696e6 / np.linalg.norm(sun_m, axis=1)
    )
    begins = dense[1:][hidden[1:] & ~hidden[:-1]]
    found = shadow_spans(find_events(flown, ephemeris), "moon", "penumbra")
    assert len(found) == len(begins)
    np.testing.assert_allclose([span[0] for span in found], begins, atol=20.0)
    assert all(end - begin < 12.0 * HOUR_S for begin, end in found)
