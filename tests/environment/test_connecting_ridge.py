"""A local search over the reference terrain for the best-lit points of Connecting Ridge."""

from pathlib import Path

import numpy as np
import pytest

from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.horizon import compute_horizon
from moonstead.environment.light import LightStatistics, light_series, light_statistics
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.environment.terrain.raster import ground_elevation_m, load_terrain
from moonstead.environment.timescale import from_utc

HOURS_OF_19_YEARS = int(19 * 365.25 * 24)
WITHIN_PUBLISHED = 0.01
METRES_PER_DEGREE = np.radians(1.0) * MOON_RADIUS_M


# Glaeser et al. 2014, Icarus 243:78, abstract. The search starts where an independent plain ray
# march over the same files (../shared/data/PROVENANCE.md) found its best points.
@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("height_m", "start", "published"),
    [(2.0, (-89.4392, 222.831), 0.9227), (10.0, (-89.4546, 222.819), 0.9565)],
)
def test_best_points(
    shared_data: Path, height_m: float, start: tuple[float, float], published: float
) -> None:
    layers = load_terrain(sorted((shared_data / "terrain").glob("*.tif")))
    ephemeris = load_ephemeris()
    east_deg = 10.0 / METRES_PER_DEGREE / np.cos(np.radians(start[0]))
    north_deg = 10.0 / METRES_PER_DEGREE

    def light(step_east: int, step_north: int) -> LightStatistics:
        latitude = start[0] + step_north * north_deg
        longitude = start[1] + step_east * east_deg
        ground_m = ground_elevation_m(layers, latitude, longitude)
        profile = compute_horizon(Site("x", latitude, longitude, ground_m, height_m), layers)
        grid = from_utc("2018-10-22"), 3600.0, HOURS_OF_19_YEARS
        return light_statistics(light_series(ephemeris, profile, *grid))

    around = [light(east, north) for east, north in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))]
    best = max(around, key=lambda found: found.any_disc_fraction)
    assert best.any_disc_fraction == pytest.approx(published, abs=WITHIN_PUBLISHED)
    assert 72.0 <= best.longest_dark_h <= 120.0
