"""Orbits of the catalogue against their published numbers."""

import numpy as np
import pytest

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.orbits.catalogue import Ellipse, catalogue_rows, find_orbit, fly, orbit_names
from moonstead.orbits.course import swing_of
from moonstead.orbits.forces import Forces
from moonstead.orbits.halo import Halo
from moonstead.units import DAY_S, HOUR_S

START_T_S = from_utc("2030-01-01")


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


@pytest.mark.parametrize("name", orbit_names())
def test_every_orbit_flies_and_names_its_source(name: str, ephemeris: Ephemeris) -> None:
    orbit = find_orbit(name)
    assert orbit.source
    assert orbit.confidence in {"high", "medium", "low"}
    assert orbit.upkeep > 0.0
    days = 8.0 if isinstance(orbit.shape, Halo) else 1.5
    end_t_s = START_T_S + days * DAY_S
    flown = fly(orbit, START_T_S, end_t_s, Forces(degree=4), ephemeris=ephemeris)
    assert flown.name == name
    assert flown.start_t_s == START_T_S
    assert flown.end_t_s == pytest.approx(end_t_s, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "period_h"),
    [
        # Kepler's law on the published size: 24.3, 13.2, 10.8, 1.88 h (figures of each orbit).
        ("queqiao-2", 24.32),
        ("elfo", 13.19),
        ("lunar-pathfinder", 10.84),
        ("lro-50km", 113.02 / 60.0),
        ("orbital-module", 117.79 / 60.0),
    ],
)
def test_ellipses_have_their_published_periods(name: str, period_h: float) -> None:
    shape = find_orbit(name).shape
    assert isinstance(shape, Ellipse)
    assert shape.at(START_T_S).period_s / HOUR_S == pytest.approx(period_h, rel=1e-3)


def test_the_second_relay_keeps_its_perilune_off_the_ground_for_a_year(
    ephemeris: Ephemeris,
) -> None:
    end_t_s = START_T_S + 365.25 * DAY_S
    flown = fly(find_orbit("queqiao-2"), START_T_S, end_t_s, Forces(degree=4), ephemeris=ephemeris)
    own_t_s = np.arange(START_T_S, end_t_s, 120.0)
    height_m = np.linalg.norm(flown.state(own_t_s)[0], axis=1) - MOON_RADIUS_M
    low = np.flatnonzero((height_m[1:-1] < height_m[:-2]) & (height_m[1:-1] <= height_m[2:])) + 1
    assert height_m.min() > 150e3
    assert height_m.max() < 16_100e3
    assert np.diff(own_t_s[low]).mean() == pytest.approx(24.3 * HOUR_S, rel=0.01)
    assert swing_of(flown, own_t_s[low], ephemeris, "earth").is_frozen
    # It lingers over the south: seen from the pole it is up for more than four fifths of the time.
    t_s = np.arange(START_T_S, START_T_S + 28.0 * DAY_S, 600.0)
    turn = ephemeris.rotation_icrf_to_moon_me(t_s)
    height = np.einsum("jn,nj->n", turn[2], flown.state(t_s)[0])
    assert (height < -1.74e6).mean() > 0.8


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match="did you mean nrho-9-2"):
        find_orbit("nrho-9-3")
    assert {row["name"] for row in catalogue_rows()} == set(orbit_names())
