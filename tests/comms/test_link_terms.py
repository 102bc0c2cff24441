"""Closed forms and noise of links against published figures and other ways to the same number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.comms.link_noise import (
    air_noise_k,
    angular_radius_deg,
    beam_share,
    disc_noise_k,
    moon_brightness_k,
    moon_noise_k,
    moon_phase_deg,
    system_noise_k,
)
from moonstead.comms.link_terms import (
    dish_gain_dbi,
    free_space_loss_db,
    half_power_of_dish_deg,
    half_power_of_gain_deg,
    pointing_loss_db,
    polarisation_loss_db,
    power_ratio,
)
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.site import MOON_RADIUS_M

# figures.md, G.3.
LOSSES = (
    (356.4e6, 2.2e9, 210.33),
    (384.4e6, 2.2e9, 210.99),
    (406.7e6, 2.2e9, 211.48),
    (356.4e6, 8.45e9, 222.02),
    (384.4e6, 8.45e9, 222.68),
    (406.7e6, 8.45e9, 223.17),
    (356.4e6, 26.25e9, 231.87),
    (384.4e6, 26.25e9, 232.53),
    (406.7e6, 26.25e9, 233.02),
    (18_000e3, 0.4e9, 169.59),
    (79_000e3, 8.45e9, 208.94),
)
GAINS = (
    (35.0, 8.45e9, 0.65, 67.95),
    (66.0, 8.45e9, 0.65, 73.46),
    (70.0, 8.42e9, 0.70, 74.27),  # the table says 8.45 GHz, which gives 74.30
    (0.75, 25.65e9, 0.55, 43.49),
    (18.0, 25.65e9, 0.55, 71.10),
    (4.2, 8.47e9, 0.55, 48.83),
    (4.2, 7.2e9, 0.55, 47.42),
)


@pytest.mark.parametrize(("range_m", "frequency_hz", "loss_db"), LOSSES)
def test_free_space(range_m: float, frequency_hz: float, loss_db: float) -> None:
    assert free_space_loss_db(range_m, frequency_hz) == pytest.approx(loss_db, abs=0.005)


@pytest.mark.parametrize(("diameter_m", "frequency_hz", "efficiency", "gain_dbi"), GAINS)
def test_gain(diameter_m: float, frequency_hz: float, efficiency: float, gain_dbi: float) -> None:
    assert dish_gain_dbi(diameter_m, frequency_hz, efficiency) == pytest.approx(gain_dbi, abs=0.006)


def test_a_beam_is_three_decibels_down_at_half_its_width() -> None:
    width_deg = half_power_of_dish_deg(34.0, 8.42e9)
    assert width_deg == pytest.approx(0.0733, abs=2e-4)  # DSN handbook: 0.066 to 0.074 degrees
    assert power_ratio(-pointing_loss_db(width_deg / 2.0, width_deg)) == pytest.approx(0.5)
    assert half_power_of_gain_deg(dish_gain_dbi(34.0, 8.42e9, 0.55)) == pytest.approx(width_deg)
    assert half_power_of_gain_deg(-5.0) == 180.0


@given(st.floats(0.0, 20.0), st.floats(0.0, 20.0))
def test_crossed_ellipses_lose_what_their_fields_do(first_db: float, second_db: float) -> None:
    """By the sum of fields instead of the formula: ellipses of one sense, axes crossed."""
    a, b = 10.0 ** (first_db / 20.0), 10.0 ** (second_db / 20.0)
    sent = np.array([a, 1j]) / np.hypot(a, 1.0)
    taken = np.array([1.0, 1j * b]) / np.hypot(b, 1.0)
    kept = abs(np.vdot(taken, sent)) ** 2
    assert polarisation_loss_db(first_db, second_db) == pytest.approx(
        -10.0 * np.log10(kept), abs=1e-9
    )


@given(st.floats(0.05, 3.0), st.floats(0.02, 3.0), st.floats(0.0, 2.0))
def test_the_share_of_a_beam_on_a_disc(radius: float, width: float, offset: float) -> None:
    """Summed over a grid of the disc instead."""
    r, turn = (np.arange(400) + 0.5) / 400.0 * radius, (np.arange(180) + 0.5) / 180.0 * 2.0 * np.pi
    rr, tt = np.meshgrid(r, turn)
    away2 = rr**2 + offset**2 - 2.0 * rr * offset * np.cos(tt)
    density = 4.0 * np.log(2.0) / np.pi / width**2 * np.exp(-4.0 * np.log(2.0) * away2 / width**2)
    wanted = float(np.sum(density * rr) * (radius / 400.0) * (2.0 * np.pi / 180.0))
    if width > 0.1 * max(radius, offset):  # the grid is too coarse for a narrower beam
        assert beam_share(radius, width, offset) == pytest.approx(wanted, abs=2e-3)


def test_the_moon_as_it_was_measured() -> None:
    """The fit's own tables: 0.8 cm 211 K and 40 K of swing, 3.2 cm 210 to 216 K and 11 to 16 K."""
    for cm, mean_k, swing_k in ((0.8, 208.0, 40.0), (3.2, 212.0, 13.5), (10.0, 220.0, 7.0)):
        phases = np.arange(0.0, 360.0, 1.0)
        found = moon_brightness_k(2.99792458e10 / cm, phases)
        assert found.mean() == pytest.approx(mean_k, abs=5.0)
        assert np.ptp(found) / 2.0 == pytest.approx(swing_k, abs=4.0)
        assert 20.0 < phases[np.argmax(found)] < 50.0  # warmest after full Moon
    assert moon_brightness_k(0.4e9, 0.0) == pytest.approx(228.0, abs=1.0)
    assert moon_brightness_k(2.0e9, 0.0) == pytest.approx(225.0, abs=6.0)


def test_the_moon_in_the_beam_of_a_large_dish() -> None:
    radius_deg = angular_radius_deg(MOON_RADIUS_M, 384.4e6)
    assert radius_deg == pytest.approx(0.259, abs=1e-3)
    narrow, wide = half_power_of_dish_deg(34.0, 8.42e9), half_power_of_dish_deg(5.0, 2.25e9)
    assert disc_noise_k(220.0, radius_deg, narrow) == pytest.approx(220.0, abs=0.01)
    # A wide beam sees the disc's part of its own solid angle.
    thin = 220.0 * (radius_deg**2 * np.pi) / (np.pi * wide**2 / (4.0 * np.log(2.0)))
    assert disc_noise_k(220.0, radius_deg, wide) == pytest.approx(thin, rel=0.05)
    assert disc_noise_k(220.0, radius_deg, narrow, 1.0) < 0.01
    assert angular_radius_deg(MOON_RADIUS_M, MOON_RADIUS_M) == 90.0


def test_warm_air() -> None:
    """ITU-R P.618-13: none without loss, half of the mean temperature at 3 dB."""
    assert air_noise_k(0.0) == 0.0
    assert air_noise_k(10.0 * np.log10(2.0)) == pytest.approx(137.5)
    assert system_noise_k(20.0, 1.0, 200.0) == pytest.approx(
        20.0 + 275.0 * (1.0 - 10.0**-0.1) + 200.0 * 10.0**-0.1
    )
    assert system_noise_k(20.0) == 20.0


# figures.md, D.2: greatest eclipses of the Moon, seconds of dynamical time past J2000.
FULL_MOONS = ("2025-03-14T06:59:56", "2026-08-28T04:14:04", "2028-07-06T18:20:57")


def test_phases_count_from_full_moon() -> None:
    full_t_s = (np.array(FULL_MOONS, "datetime64[s]") - np.datetime64("2000-01-01T12:00:00")) / (
        np.timedelta64(1, "s")
    )
    ephemeris = load_ephemeris()

    def phase_deg(days: float) -> np.ndarray:
        t_s = full_t_s + days * 86_400.0
        earth_m = ephemeris.position_icrf_m("earth", t_s)
        return moon_phase_deg(-earth_m, ephemeris.position_icrf_m("sun", t_s) - earth_m)

    assert np.abs((phase_deg(0.0) + 180.0) % 360.0 - 180.0).max() < 1.5  # eclipses pass off-centre
    assert np.all((phase_deg(1.0) > 8.0) & (phase_deg(1.0) < 17.0))  # 12.2 degrees a day on average
    assert np.all((phase_deg(7.38) > 79.0) & (phase_deg(7.38) < 101.0))
    assert np.all((phase_deg(-7.38) > 259.0) & (phase_deg(-7.38) < 281.0))


def test_the_moon_behind_a_target() -> None:
    moon_m = np.array([[384.4e6], [0.0], [0.0]])
    offsets_deg = np.array([0.0, 0.2, 0.5, 3.0])
    target_m = 3.8e8 * np.stack([np.cos(t := np.radians(offsets_deg)), np.sin(t), 0.0 * t])
    found = moon_noise_k(target_m, np.broadcast_to(moon_m, (3, 4)), 8.42e9, 0.073)
    wanted = disc_noise_k(211.2, angular_radius_deg(MOON_RADIUS_M, 384.4e6), 0.073, offsets_deg)
    assert found == pytest.approx(wanted, abs=0.2)
    assert found[0] > 205.0
    assert found[3] == 0.0
