"""Refined transfers hold under all forces, flown by the propagator once more."""

import numpy as np
import pytest

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.sites import load_profile
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.orbits.arrival import (
    inclination_deg,
    moon_axis,
    pole_of_inclination,
    pole_over,
    site_up,
)
from moonstead.orbits.launch_sites import find_launch_site
from moonstead.orbits.moon_track import MoonTrack
from moonstead.orbits.propagate import propagate
from moonstead.orbits.refine import TRANSFER_FORCES, refine
from moonstead.orbits.transfer import Transfers, find_transfers
from moonstead.units import DAY_S


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


@pytest.fixture(scope="module")
def track(ephemeris: Ephemeris) -> MoonTrack:
    first_t_s = from_utc("2030-01-01")
    return MoonTrack(ephemeris, first_t_s, first_t_s + 40 * DAY_S)


@pytest.fixture(scope="module")
def found(track: MoonTrack) -> Transfers:
    flight_s = np.array([3.0, 4.0, 5.0, 6.0]) * DAY_S
    launch_site = find_launch_site("wenchang")
    return find_transfers(launch_site, track, from_utc("2030-01-01"), 28, flight_s, 200e3)


@pytest.mark.parametrize("row", [0, 61, 107, 150])
def test_a_refined_flight_comes_over_the_site_at_100_km(
    row: int, found: Transfers, track: MoonTrack, ephemeris: Ephemeris
) -> None:
    site = load_profile("shackleton-rim-2m").site
    up = site_up(site, ephemeris, found.arrival_t_s[row] + 3.0 * DAY_S)[0]
    refined = refine(
        found, row, lambda way: pole_over(way, up), 100e3, track=track, ephemeris=ephemeris
    )
    flown = propagate(
        refined.injection, refined.perilune_t_s + 1800.0, TRANSFER_FORCES, ephemeris=ephemeris
    )
    t_s = refined.perilune_t_s + np.arange(-1800.0, 1800.0, 1.0)
    position_m, velocity = flown.state(t_s)
    altitude_m = np.linalg.norm(position_m, axis=1) - MOON_RADIUS_M
    assert altitude_m.min() == pytest.approx(100e3, abs=1e3)
    assert abs(t_s[altitude_m.argmin()] - refined.perilune_t_s) < 60.0
    pole = np.cross(position_m, velocity)[altitude_m.argmin()]
    assert abs(pole @ up) / np.linalg.norm(pole) < np.radians(0.1)
    # Against patched conics: TLI within metres a second, the Moon missed by up to some radii.
    assert refined.tli_m_per_s == pytest.approx(found.tli_m_per_s[row], abs=10.0)
    assert 100e3 < refined.patched_miss_m < 25e6
    assert abs(refined.patched_delay_s) < 8 * 3600.0
    assert refined.turn_deg < 5.0
    assert 3.05e3 < refined.tli_m_per_s < 3.28e3
    assert 780.0 < refined.insertion_m_per_s < 960.0


def test_an_inclination_comes_out(found: Transfers, track: MoonTrack, ephemeris: Ephemeris) -> None:
    axis = moon_axis(ephemeris, found.arrival_t_s[41])[0]
    refined = refine(
        found,
        41,
        lambda way: pole_of_inclination(way, 62.4, axis),
        200e3,
        track=track,
        ephemeris=ephemeris,
    )
    assert float(inclination_deg(refined.pole, axis)) == pytest.approx(62.4, abs=0.01)
    assert refined.perilune_altitude_m == pytest.approx(200e3, abs=100.0)


def test_a_plane_that_cannot_be_is_told(
    found: Transfers, track: MoonTrack, ephemeris: Ephemeris
) -> None:
    with pytest.raises(InputError, match=r"injection = 2030-01-.*another flight time"):
        refine(
            found,
            3,
            lambda way: np.full(3, np.nan),
            100e3,
            track=track,
            ephemeris=ephemeris,
        )
