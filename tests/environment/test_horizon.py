"""Horizons over terrain with a closed form, in several projections, and over real terrain."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from made_terrain import (
    EQUIRECTANGULAR,
    GEOGRAPHIC,
    MOON_RADIUS_M,
    ORTHOGRAPHIC,
    POLAR,
    Hills,
    write_hills,
    write_raster,
)

from moonstead.environment.horizon import compute_horizon, smooth_horizon
from moonstead.environment.site import Site
from moonstead.environment.terrain.raster import Terrain, ground_elevation_m, load_terrain

WITHIN_DEG = 0.01  # a twenty-fifth of the Sun's radius; pixels of 100 m over smooth hills
COARSE_FILE = "south_pole_84S_240m_float32.tif"
FINE_FILE = "connecting_ridge_site01_10m_float32.tif"


def site_on(
    layers: tuple[Terrain, ...], latitude: float, longitude: float, height_m: float
) -> Site:
    ground_m = ground_elevation_m(layers, latitude, longitude)
    return Site("here", latitude, longitude, ground_m, height_m)


def test_dip_of_the_smooth_sphere() -> None:
    # distance to the smooth horizon 5.89 km at 10 m, 2.64 km at 2 m: the dip is distance / radius
    assert np.radians(-smooth_horizon(10.0)) * MOON_RADIUS_M == pytest.approx(5.89e3, abs=10.0)
    assert np.radians(-smooth_horizon(2.0)) * MOON_RADIUS_M == pytest.approx(2.64e3, abs=10.0)
    assert smooth_horizon(0.0) == 0.0


@pytest.mark.parametrize("height_m", [2.0, 10.0, 200.0, 2000.0])
def test_flat_terrain_gives_the_dip(tmp_path: Path, height_m: float) -> None:
    # 30 km to every side; from 2000 m the smooth horizon, 83 km away, lies beyond the terrain
    path = write_raster(tmp_path / "flat.tif", np.zeros((600, 600)), POLAR, (-30e3, 30e3, 100.0))
    site = Site("here", -89.9, 12.0, 0.0, height_m)
    found = compute_horizon(site, load_terrain([path]), n_azimuths=72)
    assert found.elevation_deg == pytest.approx(np.full(72, smooth_horizon(height_m)), abs=1e-4)


def test_a_wall_all_around(tmp_path: Path) -> None:
    # A ring wall of 1000 m whose foot is 10 km away, seen from a pole that stands 5 m high.
    half, pixel = 200, 100.0
    x, y = np.meshgrid((np.arange(400) - half + 0.5) * pixel, (np.arange(400) - half + 0.5) * pixel)
    arc = 2.0 * np.arctan(np.hypot(x, y) / (2.0 * MOON_RADIUS_M))
    heights = np.where(arc * MOON_RADIUS_M >= 10e3, 1000.0, 0.0)
    path = write_raster(tmp_path / "wall.tif", heights, POLAR, (-20e3, 20e3, pixel))
    found = compute_horizon(Site("pole", -90.0, 0.0, 0.0, 5.0), load_terrain([path]))
    near, far = (
        np.degrees(
            np.arctan2(
                (MOON_RADIUS_M + 1000.0) * np.cos(d / MOON_RADIUS_M) - MOON_RADIUS_M - 5.0,
                (MOON_RADIUS_M + 1000.0) * np.sin(d / MOON_RADIUS_M),
            )
        )
        for d in (10e3 - pixel, 10e3 + 2.5 * pixel)  # a pixel's diagonal, bilinear, half a step
    )
    assert np.all(found.elevation_deg > far)
    assert np.all(found.elevation_deg < near)


CASES = {
    "polar": (POLAR, (-89.6, 30.0), (-40e3, 40e3), 100.0, 800),
    "equirectangular": (EQUIRECTANGULAR, (3.0, 5.0), (111_600.0, 130_980.0), 100.0, 800),
    "geographic": (GEOGRAPHIC, (3.0, 5.0), (3.68, 4.32), 0.0033, 800),
    "orthographic": (ORTHOGRAPHIC, (-45.3, 30.5), (-30e3, 30e3), 100.0, 800),
}


@pytest.mark.parametrize("case", CASES)
def test_hills_in_any_projection_against_a_march_over_their_closed_form(
    tmp_path: Path, case: str
) -> None:
    crs, (latitude, longitude), corner, pixel, size = CASES[case]
    stretch = 1.0 / np.cos(np.radians(latitude))
    hills = Hills(
        (latitude, longitude, 300.0, 4e3),
        (latitude + 0.3, longitude, 1500.0, 3e3),
        (latitude - 0.2, longitude + 0.3 * stretch, 900.0, 2e3),
        (latitude + 0.1, longitude - 0.4 * stretch, 2500.0, 4e3),
        (latitude - 0.35, longitude - 0.1 * stretch, -1500.0, 5e3),
    )
    layers = load_terrain([write_hills(tmp_path / "hills.tif", hills, crs, corner, pixel, size)])
    site = site_on(layers, latitude, longitude, 10.0)
    assert site.ground_elevation_m == pytest.approx(
        float(hills.height_m(latitude, longitude)), abs=1.0
    )
    found = compute_horizon(site, layers)
    # to a distance that every ray has within the square; ground beyond it is flat and lower
    expected = [hills.horizon_deg(latitude, longitude, 10.0, az, 60e3) for az in range(0, 360, 15)]
    assert found.elevation_deg[::30] == pytest.approx(expected, abs=WITHIN_DEG)


def test_nested_layers_agree_with_one(tmp_path: Path) -> None:
    hills = Hills((-89.6, 30.0, 300.0, 3e3), (-89.5, 60.0, 800.0, 2e3), (-89.1, 0.0, 2500.0, 6e3))
    fine = write_hills(tmp_path / "fine.tif", hills, POLAR, (0.0, 17e3), 25.0, 520)
    coarse = write_hills(tmp_path / "coarse.tif", hills, POLAR, (-40e3, 40e3), 200.0, 400)
    nested = load_terrain([fine, coarse])
    site = site_on(nested, -89.6, 30.0, 10.0)
    found = compute_horizon(site, nested)
    expected = [hills.horizon_deg(-89.6, 30.0, 10.0, az, 60e3) for az in range(0, 360, 10)]
    assert found.elevation_deg[::20] == pytest.approx(expected, abs=0.02)
    assert [file.name for file in found.source] == ["fine.tif", "coarse.tif"]


def test_fewer_samples_come_close(tmp_path: Path) -> None:
    hills = Hills((-89.5, 60.0, 800.0, 2e3), (-89.1, 0.0, 2500.0, 6e3))
    layers = load_terrain(
        [write_hills(tmp_path / "h.tif", hills, POLAR, (-40e3, 40e3), 200.0, 400)]
    )
    site = site_on(layers, -89.6, 30.0, 10.0)
    slow, fast = compute_horizon(site, layers), compute_horizon(site, layers, samples_per_pixel=1.0)
    assert np.all(fast.elevation_deg <= slow.elevation_deg + 1e-9)
    assert np.abs(slow.elevation_deg - fast.elevation_deg).max() < 0.05


def plain_horizon_deg(
    folder: Path, latitude: float, longitude: float, height_m: float, azimuth_deg: float
) -> float:
    """March over the two real maps with nothing of Moonstead: nearest eighths of their pixels."""
    rho = 2.0 * MOON_RADIUS_M * np.tan(np.radians(90.0 + latitude) / 2.0)
    lon = np.radians(longitude)
    best, eye = -np.inf, 0.0
    for distance in (np.zeros(1), np.arange(1.25, 24e3, 1.25), np.arange(1.5e3, 270e3, 30.0)):
        arc, az, lat = distance / MOON_RADIUS_M, np.radians(azimuth_deg), np.radians(latitude)
        sine = np.sin(lat) * np.cos(arc) + np.cos(lat) * np.sin(arc) * np.cos(az)
        turn = np.arctan2(np.sin(az) * np.sin(arc) * np.cos(lat), np.cos(arc) - np.sin(lat) * sine)
        rho = 2.0 * MOON_RADIUS_M * np.tan((np.pi / 2.0 + np.arcsin(sine)) / 2.0)
        x, y = rho * np.sin(lon + turn), rho * np.cos(lon + turn)
        on_fine = (x > -18_995) & (x < -3_005) & (y > -19_995) & (y < -4_005)
        fine = len(distance) != len(np.arange(1.5e3, 270e3, 30.0))
        name = FINE_FILE if fine else COARSE_FILE
        with rasterio.open(folder / "terrain" / name) as raster:
            heights, pixel = raster.read(1), raster.res[0]
            left, top = raster.bounds.left, raster.bounds.top
        u, v = (x - left) / pixel - 0.5, (top - y) / pixel - 0.5
        keep = on_fine if fine else ~on_fine & (np.abs(x) < 184_000) & (np.abs(y) < 184_000)
        u, v, arc = u[keep], v[keep], arc[keep]
        i, j = v.astype(int), u.astype(int)
        b, a = v - i, u - j
        z = (1 - b) * ((1 - a) * heights[i, j] + a * heights[i, j + 1])
        z += b * ((1 - a) * heights[i + 1, j] + a * heights[i + 1, j + 1])
        if len(distance) == 1:
            eye = MOON_RADIUS_M + float(z[0]) + height_m
            continue
        r = MOON_RADIUS_M + z
        best = max(best, float(np.arctan2(r * np.cos(arc) - eye, r * np.sin(arc)).max()))
    return float(np.degrees(best))


@pytest.mark.data
def test_real_terrain_against_a_plain_march(shared_data: Path) -> None:
    layers = load_terrain(shared_data / "terrain" / name for name in (COARSE_FILE, FINE_FILE))
    site = site_on(layers, -89.4546, 222.819, 10.0)
    found = compute_horizon(site, layers)
    azimuths = np.arange(0, 720, 60)
    expected = [plain_horizon_deg(shared_data, -89.4546, 222.819, 10.0, a / 2.0) for a in azimuths]
    assert found.elevation_deg[azimuths] == pytest.approx(expected, abs=0.02)
