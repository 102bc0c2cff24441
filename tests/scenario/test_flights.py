"""Orbiters of a scenario: where they fly, in what light, and what is wrong with their orbits."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moonstead.elements.examples import example_elements
from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.orbit_light import sunlit_fraction
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.interop.oem import write_oem
from moonstead.interop.oem_trajectory import oem_of
from moonstead.orbits.catalogue import orbit_names
from moonstead.scenario.flights import trajectory_of
from moonstead.units import DAY_S

START_T_S = from_utc("2030-01-01")
FILE = Path("made.toml")


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def _relay(**orbit: Any) -> Any:
    (relay,) = example_elements("relay_orbiter")
    return relay.model_copy(update={"orbit": type(relay.orbit)(**orbit)})


POLAR = {"inclination_deg": 90.0, "perilune_argument_deg": 0.0}
LOW = {"perilune_altitude_m": 1e5, "apolune_altitude_m": 1e5, **POLAR}


def test_the_lit_share_of_a_low_orbit_is_that_of_its_plane(ephemeris: Ephemeris) -> None:
    """A polar orbit sees between 0.606 of its orbit in light and all of it, by the season."""
    end_t_s = START_T_S + 200 * DAY_S
    flight = trajectory_of(_relay(**LOW), FILE, ephemeris, START_T_S, end_t_s)
    seen = sunlit_fraction(flight, ephemeris, START_T_S, 600.0, 200 * 144)
    by_day = seen.reshape(200, 144).mean(axis=1)
    assert np.sort(by_day)[1] == pytest.approx(0.606, abs=0.02)  # the first lies in an eclipse
    assert by_day.max() == pytest.approx(1.0, abs=1e-9)
    # The Sun passes once a year through the plane, fixed among the stars.
    t_s = START_T_S + (np.arange(200) + 0.5) * DAY_S
    position_m, velocity_m_per_s = flight.state(t_s)
    pole = np.cross(position_m, velocity_m_per_s)
    sun_m = ephemeris.position_icrf_m("sun", t_s).T
    cosine = np.sum(pole * sun_m, axis=1) / (
        np.linalg.norm(pole, axis=1) * np.linalg.norm(sun_m, axis=1)
    )
    beta = np.arcsin(np.abs(cosine))
    limit = np.arcsin(1737.4 / 1837.4)
    half_shadow = np.arccos(
        np.clip(np.sqrt(1.0 - (1737.4 / 1837.4) ** 2) / np.cos(np.minimum(beta, limit)), -1.0, 1.0)
    )
    apart = np.abs(by_day - (1.0 - half_shadow / np.pi))
    assert np.sort(apart)[-2] < 0.02
    # The partial eclipse of 15 June 2030 (NASA's five millennium catalogue).
    assert t_s[apart.argmax()] == pytest.approx(from_utc("2030-06-15T18:33:00"), abs=DAY_S)


@pytest.mark.parametrize("name", orbit_names())
def test_every_orbit_of_the_catalogue_can_be_flown(name: str, ephemeris: Ephemeris) -> None:
    end_t_s = START_T_S + 20 * DAY_S
    relay = _relay(catalogue=name)
    flight = trajectory_of(relay, FILE, ephemeris, START_T_S, end_t_s)
    assert flight.name == relay.name
    assert flight.start_t_s <= START_T_S
    assert flight.end_t_s >= end_t_s
    assert np.linalg.norm(flight.position_m, axis=1).min() > 1.737e6


def test_an_orbit_comes_from_a_file_and_must_cover_the_run(
    tmp_path: Path, ephemeris: Ephemeris
) -> None:
    end_t_s = START_T_S + 2 * DAY_S
    flown = trajectory_of(_relay(catalogue="elfo"), FILE, ephemeris, START_T_S, end_t_s)
    oem = oem_of(flown, object_id="1", originator="TEST", creation_date="2030-01-01T00:00:00")
    write_oem(oem, tmp_path / "elfo.oem")
    relay = _relay(ephemeris="elfo.oem")
    read = trajectory_of(relay, tmp_path / "made.toml", ephemeris, START_T_S + 60.0, end_t_s - 60.0)
    t_s = np.linspace(START_T_S + 60.0, end_t_s - 60.0, 500)
    np.testing.assert_allclose(read.state(t_s)[0], flown.state(t_s)[0], atol=1.0)
    with pytest.raises(InputError, match="must cover the run"):
        trajectory_of(relay, tmp_path / "made.toml", ephemeris, START_T_S, end_t_s + DAY_S)


def test_a_free_orbit_that_meets_the_ground_is_told(ephemeris: Ephemeris) -> None:
    low = {**LOW, "perilune_altitude_m": 2e4, "apolune_altitude_m": 2.2e4, "motion": "free"}
    with pytest.raises(
        InputError, match=r'element "relay".orbit = impact 20.*motion = "held"'
    ) as told:
        trajectory_of(_relay(**low), FILE, ephemeris, START_T_S, START_T_S + 200 * DAY_S)
    assert len(told.value.problems) == 1


@pytest.mark.parametrize(
    ("orbit", "words"),
    [
        ({}, "give either catalogue"),
        ({"catalogue": "elfo", "ephemeris": "a.oem"}, "give either catalogue"),
        ({"perilune_altitude_m": 1e5}, "give either catalogue"),
        ({**LOW, "apolune_altitude_m": 1e4}, "must not be below perilune_altitude_m"),
    ],
)
def test_an_orbit_is_said_once_and_wholly(orbit: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        _relay(**orbit)
