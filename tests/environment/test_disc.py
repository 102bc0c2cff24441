"""The share of a disc above a horizon, against counting points and against closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstead.environment.disc import disc_fraction

WITHIN_COUNT = 2e-3  # of a grid of 400 x 400 points


def share(
    azimuth_deg: float, elevation_deg: float, radius_deg: float, horizon: np.ndarray
) -> float:
    one = (np.array([x]) for x in (azimuth_deg, elevation_deg, radius_deg))
    return float(disc_fraction(*one, horizon)[0])


def counted(
    azimuth_deg: float, elevation_deg: float, radius_deg: float, horizon: np.ndarray
) -> float:
    side = (np.arange(400) + 0.5) / 200.0 - 1.0
    x, y = np.meshgrid(side, side)
    inside = x * x + y * y < 1.0
    at_deg = azimuth_deg + x[inside] * radius_deg / np.cos(np.radians(elevation_deg))
    around_deg = np.arange(len(horizon)) * 360.0 / len(horizon)
    ground_deg = np.interp(at_deg, around_deg, horizon, period=360.0)
    return float(np.mean(elevation_deg + y[inside] * radius_deg > ground_deg))


@pytest.mark.parametrize(("offset", "expected"), [(-1.0, 0.0), (0.0, 0.5), (1.0, 1.0)])
def test_flat_horizon(offset: float, expected: float) -> None:
    assert share(123.4, 1.5 + offset * 0.27, 0.27, np.full(720, 1.5)) == pytest.approx(expected)


def test_flat_horizon_against_the_circular_segment() -> None:
    for depth in np.linspace(-0.99, 0.99, 21):
        segment = (np.arccos(-depth) + depth * np.sqrt(1.0 - depth**2)) / np.pi
        assert share(359.9, depth * 0.27, 0.27, np.zeros(720)) == pytest.approx(segment, abs=1e-12)


@given(
    azimuth_deg=st.floats(0.0, 360.0),
    offset=st.floats(-1.5, 1.5),
    radius_deg=st.sampled_from([0.262, 0.272, 0.9, 1.03]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_any_horizon_against_counting(
    azimuth_deg: float, offset: float, radius_deg: float, seed: int
) -> None:
    horizon = np.random.default_rng(seed).normal(1.0, 0.3, 720)
    elevation_deg = 1.0 + offset * radius_deg
    found = share(azimuth_deg, elevation_deg, radius_deg, horizon)
    assert 0.0 <= found <= 1.0
    expected = counted(azimuth_deg, elevation_deg, radius_deg, horizon)
    assert found == pytest.approx(expected, abs=WITHIN_COUNT)


@given(azimuth_deg=st.floats(-360.0, 720.0), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_higher_is_never_less(azimuth_deg: float, seed: int) -> None:
    horizon = np.random.default_rng(seed).normal(0.0, 1.0, 720)
    elevation_deg = np.linspace(-5.0, 5.0, 200)
    same = np.ones(200)
    found = disc_fraction(azimuth_deg * same, elevation_deg, 0.267 * same, horizon)
    # Seen from the plane of the disc its width grows with 1/cos(elevation): 0.4 % at 5 degrees.
    assert np.all(np.diff(found) > -2e-3)
    assert found[0] == 0.0
    assert found[-1] == 1.0


def test_a_disc_near_the_zenith_is_whole() -> None:
    assert share(10.0, 89.9, 0.27, np.full(720, 20.0)) == 1.0
    assert share(10.0, -89.9, 0.27, np.full(720, -20.0)) == 0.0
    assert share(10.0, 89.9, 0.27, np.append(np.full(719, 20.0), 89.95)) > 0.5
