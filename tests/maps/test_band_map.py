"""The band of light on maps, against the band that the series of single sites gives."""

from pathlib import Path

import numpy as np
import pytest

from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.horizon import compute_horizon
from moonstead.environment.site import Site
from moonstead.environment.terrain.grid import places_of
from moonstead.environment.terrain.raster import open_terrain
from moonstead.environment.terrain.synthetic import synthetic_terrain
from moonstead.environment.terrain.write import write_terrain
from moonstead.environment.timescale import from_utc
from moonstead.environment.uncertainty import disturbed_horizons, light_band, usual_error
from moonstead.maps.band import TerrainErrors
from moonstead.maps.plan import Area
from moonstead.maps.products import chosen_products
from moonstead.maps.run import MadeMap, MapRequest, make_map
from moonstead.units import JULIAN_YEAR_S

START_T_S = from_utc("2035-01-01")
PIXEL_M = 60.0


@pytest.fixture(scope="module")
def dem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("band") / "ground.tif"
    write_terrain(synthetic_terrain(5, 96, PIXEL_M, -89.0, 40.0), path)
    return path


def mapped(dem: Path, folder: Path, errors: TerrainErrors) -> MadeMap:
    request = MapRequest(
        area=Area(-89.0, 40.0, 8 * PIXEL_M), products=chosen_products(["sun_any_fraction", "band"]),
        height_m=2.0, n_directions=90, start_t_s=START_T_S, years=1.0, errors=errors,
    )  # fmt: skip
    return make_map(open_terrain([dem]), request, load_ephemeris(), folder, lambda _s, _w: None)


def test_terrain_without_errors_has_no_band(dem: Path, tmp_path: Path) -> None:
    made = mapped(dem, tmp_path, TerrainErrors(2, 0.0, 100.0))
    given = made.image("sun_any_fraction").values
    for name in ("sun_low_fraction", "sun_high_fraction"):
        np.testing.assert_allclose(made.image(name).values, given, atol=1e-6)


def test_the_band_is_that_of_single_sites(dem: Path, tmp_path: Path) -> None:
    made = mapped(dem, tmp_path / "a", TerrainErrors(16))
    image = made.image("sun_low_fraction")
    low, high = image.values, made.image("sun_high_fraction").values
    assert (low <= high).all()
    assert "16 disturbed terrains" in image.note
    again = mapped(dem, tmp_path / "b", TerrainErrors(16)).image("sun_low_fraction").values
    np.testing.assert_array_equal(again, low)
    layers = tuple(raster.whole() for raster in open_terrain([dem]))
    ephemeris = load_ephemeris()
    differences = []
    for row, column in ((4, 4), (4, 14), (14, 4), (14, 14), (9, 9)):
        latitude, longitude = places_of(image.crs, image.columns_rows, [column], [row])
        ground_m = float(made.terrain().heights_m[row, column])
        site = Site("a pixel", float(latitude[0]), float(longitude[0]), ground_m, 2.0)
        profile = compute_horizon(site, layers)
        errors = [usual_error(PIXEL_M)]
        horizons_deg = disturbed_horizons(
            profile, layers, errors, 0.0, 16, np.random.default_rng(1)
        )
        grid = START_T_S, 7200.0, round(JULIAN_YEAR_S / 7200.0)
        tracks = (ephemeris.track(site, body, *grid) for body in ("sun", "earth"))
        band = light_band(profile, horizons_deg, *tracks).any_disc_fraction
        differences += [low[row, column] - band.low, high[row, column] - band.high]
    # Two draws of 16 members each; the bands are 0.017 wide in the mean.
    assert np.abs(differences).max() < 0.01
    assert np.sqrt(np.mean(np.square(differences))) < 0.004
    assert (high - low).mean() > 0.01
