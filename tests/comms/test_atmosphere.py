"""The air against the ITU's own validation examples."""

import numpy as np
import pytest

from moonstead.comms.atmosphere import GroundPlace, air_loss
from moonstead.errors import InputError

# CG-3M3J-13-ValEx (rev. 5), sheets of P.618-13: place, elevation, GHz, % of time; rain, total, dB.
# Dish of 1 m. The sheets have the dish 65 % efficient where the library's default is 50 %.
EXAMPLES = (
    (51.5, -0.14, 31.38, 31.07699124, 14.25, 1.0, 0.495, 1.213),
    (41.9, 12.49, 46.12, 40.232036, 14.25, 1.0, 0.623, 1.104),
    (33.94, 18.43, 0.0, 46.35969261, 14.25, 0.1, 1.913, 2.311),
    (51.5, -0.14, 31.38, 31.07699124, 29.0, 1.0, 2.208, 4.837),
    (41.9, 12.49, 46.12, 40.232036, 29.0, 0.1, 10.731, 12.476),
    (22.9, -43.23, 0.0, 22.27833468, 14.25, 0.1, 8.272, 9.282),
    (25.78, -80.22, 8.617, 52.67898486, 29.0, 1.0, 6.655, 9.640),
    (28.717, 77.3, 209.4, 48.24117054, 14.25, 1.0, 1.274, 2.258),
    (9.05, 38.7, 2539.9, 20.14335809, 29.0, 0.1, 19.239, 22.535),
)
KASHI = GroundPlace(38.44, 76.72, 1300.0, 35.0)


@pytest.mark.parametrize(
    ("latitude", "longitude", "height_m", "elevation", "ghz", "percent", "rain_db", "total_db"),
    EXAMPLES,
)
def test_the_examples_of_the_itu(
    latitude: float,
    longitude: float,
    height_m: float,
    elevation: float,
    ghz: float,
    percent: float,
    rain_db: float,
    total_db: float,
) -> None:
    place = GroundPlace(latitude, longitude, height_m, 1.0)
    found = air_loss(place, ghz * 1e9, elevation, 1.0 - percent / 100.0)
    # The sheets have the wave horizontal or vertical, here it is circular: up to 10 % of the rain.
    assert found.rain_db == pytest.approx(rain_db, rel=0.10)
    assert found.total_db == pytest.approx(total_db, rel=0.10)


def test_between_nodes_the_library_says_the_same() -> None:
    import itur  # noqa: PLC0415 - two seconds, and this test alone wants it

    elevations = np.array([5.2, 7.6, 13.1, 24.4, 57.3, 88.0])
    found = air_loss(KASHI, 26.25e9, elevations, 0.99).total_db
    with np.errstate(all="ignore"):
        wanted = itur.atmospheric_attenuation_slant_path(
            38.44, 76.72, 26.25, elevations, 1.0, D=35.0, hs=1.3
        ).value
    assert found == pytest.approx(wanted, abs=0.05)


def test_more_of_everything_is_worse() -> None:
    elevations = np.linspace(5.0, 90.0, 40)
    by_height = air_loss(KASHI, 26.25e9, elevations, 0.99)
    assert np.all(np.diff(by_height.total_db) < 0.0)
    assert np.all(by_height.total_db <= by_height.absorbed_db + by_height.scintillation_db + 1e-9)
    share = [float(air_loss(KASHI, 26.25e9, 20.0, a).total_db) for a in (0.9, 0.99, 0.999)]
    assert share == sorted(share)
    band = [float(air_loss(KASHI, hz, 20.0, 0.99).total_db) for hz in (2.2e9, 8.45e9, 32e9)]
    assert band == sorted(band)


def test_low_in_the_sky_nothing_is_promised() -> None:
    found = air_loss(KASHI, 8.45e9, np.array([4.9, 4.995, 5.0]), 0.99)
    assert found.total_db[0] == np.inf
    assert found.total_db[1] == found.total_db[2] < 2.0


def test_bounds_are_told_together() -> None:
    with pytest.raises(InputError) as caught:
        air_loss(GroundPlace(91.0, 0.0, 0.0, 1.0), 4e8, 20.0, 1.0)
    assert [str(problem) for problem in caught.value.problems] == [
        "air loss: latitude_deg = 91: must be from -90 to 90",
        "air loss: frequency_hz = 4e+08: must be from 1e+09 to 5.5e+10",
        "air loss: availability = 1: must be from 0.5 to 0.99999",
    ]
