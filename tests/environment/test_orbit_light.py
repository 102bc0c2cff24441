"""Light in orbit against the geometry of shadows."""

import numpy as np
import pytest

from moonstead.environment.orbit_light import sun_seen

AU_M = 1.495978707e11
EARTH_M = np.array([0.0, 0.0, 3.844e8])


def _seen(position_m: np.ndarray, sun_m: np.ndarray) -> np.ndarray:
    count = len(position_m)
    return sun_seen(position_m, np.tile(sun_m, (count, 1)), np.tile(EARTH_M, (count, 1)))


def test_a_low_orbit_in_the_plane_of_the_sun_is_lit_for_0_606_of_it() -> None:
    """At 100 km 39.4 % of the orbit lies in a shadow of one radius."""
    angle = np.linspace(0.0, 2.0 * np.pi, 100_001)[:-1]
    position_m = 1837.4e3 * np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=1)
    lit = np.mean((position_m[:, 0] > 0.0) | (np.abs(position_m[:, 1]) > 1737.4e3))
    assert lit == pytest.approx(0.606, abs=0.001)
    assert _seen(position_m, np.array([AU_M, 0.0, 0.0])).mean() == pytest.approx(lit, abs=2e-4)


def test_the_hidden_share_of_the_disc_is_that_of_points_on_it() -> None:
    """By a grid of points on the solar disc, each of which is seen or not."""
    rng = np.random.default_rng(3)
    sun_m = np.array([AU_M, 0.0, 0.0])
    distance_m = 7.0e7
    offset = np.arcsin(1737.4e3 / distance_m) + rng.uniform(-0.005, 0.005, 40)
    position_m = distance_m * np.stack([-np.cos(offset), np.sin(offset), 0.0 * offset], axis=1)
    grid = np.linspace(-1.0, 1.0, 601)
    y, z = (part.ravel() for part in np.meshgrid(grid, grid))
    y, z = y[y * y + z * z <= 1.0], z[y * y + z * z <= 1.0]
    got = _seen(position_m, sun_m)
    for place_m, share in zip(position_m, got, strict=True):
        point_m = np.stack([np.full_like(y, AU_M), 6.96e8 * y, 6.96e8 * z], axis=1) - place_m
        ray = point_m / np.linalg.norm(point_m, axis=1, keepdims=True)
        along_m = ray @ -place_m
        nearest_m = np.linalg.norm(place_m + along_m[:, None] * ray, axis=1)
        free = (along_m <= 0.0) | (nearest_m > 1737.4e3)
        assert share == pytest.approx(free.mean(), abs=0.004)


def test_before_a_body_smaller_than_the_sun_a_ring_is_left() -> None:
    position_m = np.array([[-4.5e8, 0.0, 0.0]])
    share = _seen(position_m, np.array([AU_M, 0.0, 0.0]))[0]
    sun_rad = np.arcsin(6.96e8 / (AU_M + 4.5e8))
    moon_rad = np.arcsin(1737.4e3 / 4.5e8)
    assert share == pytest.approx(1.0 - (moon_rad / sun_rad) ** 2, abs=1e-6)


def test_an_eclipse_by_the_earth_is_dark() -> None:
    earth_m = np.array([[3.844e8, 0.0, 0.0]])
    position_m = np.array([[0.0, 4e6, 0.0]])
    assert sun_seen(position_m, np.array([[AU_M, 0.0, 0.0]]), earth_m)[0] == 0.0
