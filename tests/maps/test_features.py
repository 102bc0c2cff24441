"""The table of named features against the Gazetteer's rules, and the search in it."""

import json
from importlib.resources import files

import numpy as np
import pyproj
import pytest

from moonstead.maps.features import SITE, craters_at, features


def test_rows_are_places_on_the_moon_with_a_source() -> None:
    table = features()
    names = [(feature.name, feature.kind) for feature in table]
    assert len(set(names)) == len(names) > 400
    for feature in table:
        assert -90.0 <= feature.latitude_deg <= 90.0
        assert 0.0 <= feature.longitude_deg < 360.0
        assert 0.0 <= feature.diameter_km < 2600.0  # Oceanus Procellarum
        assert feature.source
        assert (feature.diameter_km == 0.0) == (feature.kind == SITE)


def test_every_shipped_site_is_named_where_its_profile_is() -> None:
    sites = {f.name: f for f in features() if f.kind == SITE}
    folder = files("moonstead.environment").joinpath("profiles")
    found = set()
    for entry in folder.iterdir():
        if not entry.name.endswith(".json"):
            continue
        site = json.loads(entry.read_text(encoding="utf-8"))["site"]
        name = site["name"].removesuffix("-2m").removesuffix("-10m")
        found.add(name)
        feature = sites[name]
        apart_deg = feature.latitude_deg - site["latitude_deg"]
        assert abs(apart_deg) < 0.02  # two mast heights may have two best points
    assert found == set(sites)


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "name"),
    [
        # Places of landings and of the LCROSS impact, and what crater they lie in.
        (-89.67, 129.78, "Shackleton"),
        (-84.675, 311.275, "Cabeus"),
        (-45.457, 177.589, "Von Kármán"),
        (-87.5, 358.0, "Haworth"),
        (-90.0, 0.0, "Shackleton"),
    ],
)
def test_places_lie_in_the_crater_that_they_are_known_for(
    latitude_deg: float, longitude_deg: float, name: str
) -> None:
    (crater,) = craters_at(latitude_deg, longitude_deg)
    assert crater is not None
    assert crater.name == name


def test_circles_are_those_of_geodesics() -> None:
    """A place just inside and one just outside the rim of Shackleton, by PROJ's geodesics."""
    ball = pyproj.Geod(a=1737400.0, b=1737400.0)
    shackleton = next(f for f in features() if f.name == "Shackleton")
    azimuths = np.arange(0.0, 360.0, 30.0)
    for share, is_in in ((0.999, True), (1.001, False)):
        radius_m = np.full(azimuths.size, share * shackleton.diameter_km * 500.0)
        longitude, latitude, _ = ball.fwd(
            np.full(azimuths.size, shackleton.longitude_deg),
            np.full(azimuths.size, shackleton.latitude_deg),
            azimuths,
            radius_m,
        )
        found = craters_at(latitude, longitude)
        assert all((f is not None and f.name == "Shackleton") == is_in for f in found)


def test_the_smallest_crater_wins() -> None:
    (crater,) = craters_at(-87.22, 75.94)  # Malinkin lies on the wall of Faustini
    assert crater is not None
    assert crater.name == "Malinkin"
    assert craters_at(8.0, 330.0)[0] is None
