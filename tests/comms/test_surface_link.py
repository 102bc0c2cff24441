"""Links over the Moon's ground: the ITU's own examples, closed forms, and made terrain."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from itu_profile import CASES, RADIUS_M, profile
from scipy.special import fresnel

from moonstead.comms.surface_diffraction import (
    bullington_db,
    delta_bullington_db,
    knife_edge_db,
    smooth_ends_m,
    sphere_db,
)
from moonstead.comms.surface_link import GroundProfile, ground_profile, horizon_m, surface_path
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.environment.terrain.synthetic import synthetic_terrain
from moonstead.errors import InputError, RangeError

# Path 2 of the ITU's validation examples for the delta-Bullington method (delB_valid_temp.xlsx):
# heights of the antennas over smooth ground (m), frequency (GHz), and in dB the losses over the
# smooth sphere, over the terrain, and of both together.
PATH_2_M = 132_315.397
PATH_2 = (
    ((37.97366242, 119.2363492), 1.0, 69.45434151, 36.20419305, 69.83036947),
    ((57.97664284, 99.82603022), 2.5, 85.53863749, 44.81240928, 90.68232743),
    ((27.97366242, 109.2363492), 0.6, 66.31647651, 34.43917939, 66.46062522),
    ((47.97366242, 139.2363492), 0.2, 45.75473480, 28.37368149, 46.38832061),
    ((78.00115495, 99.67579634), 0.15, 43.35361839, 34.61746032, 51.38547874),
)
ITU_TOLERANCE_DB = 0.01  # the examples take light at 3e8 m/s


def average_land(ghz: float) -> complex:
    """Return the permittivity of the ITU's land: 22, 0.003 S/m."""
    return 22.0 - 18.0j * 0.003 / ghz


@pytest.mark.parametrize(("ends_m", "ghz", "sphere", "terrain", "both"), PATH_2)
def test_the_smooth_sphere_of_the_itu(
    ends_m: tuple[float, float], ghz: float, sphere: float, terrain: float, both: float
) -> None:
    found = sphere_db(PATH_2_M, ends_m, ghz * 1e9, RADIUS_M, average_land(ghz))
    assert found == pytest.approx(sphere, abs=ITU_TOLERANCE_DB)
    along_m = np.append(np.arange(0.0, PATH_2_M, 50.0), PATH_2_M)
    level = bullington_db(along_m, np.zeros_like(along_m), ends_m, ghz * 1e9, RADIUS_M)
    assert level == pytest.approx(terrain + sphere - both, abs=ITU_TOLERANCE_DB)


@pytest.mark.parametrize(("above_m", "mhz", "loss_db"), CASES)
def test_the_hills_of_the_itu(above_m: tuple[float, float], mhz: float, loss_db: float) -> None:
    along_m, height_m = profile()
    ends_m = height_m[0] + above_m[0], height_m[-1] + above_m[1]
    found = bullington_db(along_m, height_m, ends_m, mhz * 1e6, RADIUS_M)
    assert found == pytest.approx(loss_db, abs=ITU_TOLERANCE_DB)


@given(st.floats(-0.7, 30.0))
def test_a_knife_edge_is_fresnels_integral(nu: float) -> None:
    sine, cosine = fresnel(nu)
    field = np.hypot(1.0 - cosine - sine, cosine - sine) / 2.0
    assert knife_edge_db(nu) == pytest.approx(-20.0 * np.log10(field), abs=0.8 if nu < 0 else 0.15)


def test_smooth_ground_is_the_line_of_least_squares() -> None:
    along_m = np.linspace(0.0, 20e3, 4001)
    height_m = 300.0 + 4e-3 * along_m + 20.0 * np.sin(along_m / 700.0)
    slope, start = np.polyfit(along_m, height_m, 1)
    ends_m = height_m[0] + 200.0, height_m[-1] + 200.0  # above all hills
    found = smooth_ends_m(along_m, height_m, ends_m)
    assert found[0] == pytest.approx(min(start, height_m[0]), abs=0.05)
    assert found[1] == pytest.approx(min(start + slope * 20e3, height_m[-1]), abs=0.05)


def level_ground(distance_m: float, step_m: float = 25.0) -> GroundProfile:
    along_m = np.linspace(0.0, distance_m, int(distance_m / step_m) + 1)
    return GroundProfile(along_m, np.zeros_like(along_m))


@given(st.floats(1.0, 50.0), st.floats(1.0, 50.0))
def test_sight_ends_where_both_horizons_meet(first_m: float, last_m: float) -> None:
    arc_m = MOON_RADIUS_M * sum(
        np.arccos(MOON_RADIUS_M / (MOON_RADIUS_M + h)) for h in (first_m, last_m)
    )
    assert surface_path(level_ground(arc_m * 0.995), (first_m, last_m), 4e8).visible
    assert not surface_path(level_ground(arc_m * 1.005), (first_m, last_m), 4e8).visible
    chord_m = horizon_m(first_m) + horizon_m(last_m)
    found = surface_path(level_ground(arc_m), (first_m, last_m), 4e8)
    assert found.range_m == pytest.approx(chord_m, rel=1e-6)
    assert found.clearance_m == pytest.approx(0.0, abs=1e-3)


def test_horizons_of_figures() -> None:
    """figures.md, section A: heights in m to distances in km."""
    for height_m, km in ((1.5, 2.28), (2.0, 2.64), (10.0, 5.89), (20.0, 8.34), (50.0, 13.18)):
        assert horizon_m(height_m) / 1e3 == pytest.approx(km, abs=0.006)


def test_a_ridge_costs_its_knife_edge() -> None:
    """One wall between two masts, far above the ground: nothing else is left of the model."""
    along_m = np.linspace(0.0, 10e3, 1001)
    height_m = np.where(along_m == 5e3, 500.0, -600.0)
    ends = 480.0 + 600.0
    path = surface_path(GroundProfile(along_m, height_m), (ends, ends), 4e8)
    bulge_m = 5e3**2 / (2.0 * MOON_RADIUS_M)
    nu = (20.0 + bulge_m) * np.sqrt(4.0 / (299_792_458.0 / 4e8 * 5e3))
    edge_db = knife_edge_db(nu)
    wanted = edge_db + (1.0 - np.exp(-edge_db / 6.0)) * 10.2
    assert not path.visible
    assert path.clearance_m == pytest.approx(-20.0 - bulge_m, abs=0.01)
    assert path.obstruction_db == pytest.approx(wanted, abs=0.05)


@pytest.mark.parametrize("ends_m", [(2.0, 10.0), (1.0, 3.0), (4.0, 4.0)])
def test_low_antennas_lose_what_a_plane_reflects(ends_m: tuple[float, float]) -> None:
    """Near by, the sphere is the plane of two rays: wavelength d / (4 pi h h) of the field."""
    wave_m, distance_m = 299_792_458.0 / 4e8, 3e3
    wanted = 20.0 * np.log10(wave_m * distance_m / (4.0 * np.pi * ends_m[0] * ends_m[1]))
    assert sphere_db(distance_m, ends_m, 4e8, MOON_RADIUS_M) == pytest.approx(wanted, abs=2.0)


def test_free_of_the_ground_nothing_is_lost() -> None:
    path = surface_path(level_ground(2e3), (100.0, 100.0), 2.2e9)
    assert (path.visible, path.obstruction_db) == (True, 0.0)
    assert path.clearance_zones > 5.0


@given(st.floats(2e3, 60e3), st.floats(0.5, 30.0), st.sampled_from([0.4e9, 2.2e9, 8.4e9]))
def test_both_ways_are_one(distance_m: float, height_m: float, frequency_hz: float) -> None:
    along_m = np.linspace(0.0, distance_m, 401)
    ground_m = 30.0 * np.sin(along_m / 900.0) + 10.0 * np.cos(along_m / 170.0)
    ends = ground_m[0] + height_m, ground_m[-1] + 10.0
    there = delta_bullington_db(along_m, ground_m, ends, frequency_hz, MOON_RADIUS_M)
    back = delta_bullington_db(
        distance_m - along_m[::-1], ground_m[::-1], ends[::-1], frequency_hz, MOON_RADIUS_M
    )
    assert there == pytest.approx(back, abs=1e-6)
    assert there >= 0.0


@pytest.mark.parametrize("height_m", [1.5, 10.0])
def test_loss_grows_with_distance_beyond_the_horizon(height_m: float) -> None:
    losses = [
        surface_path(level_ground(km * 1e3), (height_m, height_m), 4e8).obstruction_db
        for km in range(15, 60, 5)
    ]
    assert all(a < b for a, b in pairwise(losses))


def test_the_ground_between_two_places_of_a_map() -> None:
    terrain = synthetic_terrain(3, 256, 20.0, -89.0, 120.0, "mare")
    first = Site("a", -89.0, 120.0, 0.0, 2.0)
    last = Site("b", -89.05, 121.0, 0.0, 2.0)
    found = ground_profile([terrain], first, last, 20.0)
    assert found.height_m[0] == terrain.sample_m(-89.0, 120.0)[0]
    assert found.height_m[-1] == pytest.approx(terrain.sample_m(-89.05, 121.0)[0], abs=1e-6)
    lat = np.radians([-89.0, -89.05])
    cosine = np.sin(lat).prod() + np.cos(lat).prod() * np.cos(np.radians(1.0))
    assert found.along_m[-1] == pytest.approx(MOON_RADIUS_M * np.arccos(cosine), rel=1e-6)
    assert np.max(np.diff(found.along_m)) <= 20.0
    with pytest.raises(RangeError, match=r"no elevation model has heights"):
        ground_profile([terrain], first, Site("c", -89.3, 120.0, 0.0, 2.0), 20.0)


def test_bad_links_are_told() -> None:
    here, far = Site("here", 0.0, 0.0, 0.0, 2.0), Site("far", 0.0, 20.0, 0.0, 2.0)
    with pytest.raises(InputError, match=r"20\.000 degrees apart.*at most 10"):
        ground_profile([], here, far, 20.0)
    with pytest.raises(InputError, match=r"apart"):
        ground_profile([], here, here, 20.0)
    with pytest.raises(InputError, match=r"step_m = 0.*above 0 m"):
        ground_profile([], here, Site("b", 0.0, 1.0, 0.0, 2.0), 0.0)
    with pytest.raises(InputError, match=r"above its ground"):
        surface_path(level_ground(1e3), (2.0, 0.0), 4e8)
