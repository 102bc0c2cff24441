"""Launch sites: what they reach, and names that are wrong."""

import pytest

from moonstead.errors import InputError
from moonstead.orbits.launch_sites import find_launch_site, load_launch_sites


def test_every_site_is_a_place_on_earth_with_a_source() -> None:
    sites = load_launch_sites()
    assert len({site.name for site in sites}) == len(sites) >= 10
    for site in sites:
        assert -90.0 < site.latitude_deg < 90.0
        assert -180.0 <= site.longitude_deg <= 180.0
        assert site.azimuth_from_deg < site.azimuth_to_deg
        assert site.source
        assert site.confidence in {"high", "medium", "low"}
        assert site.least_inclination_deg >= abs(site.latitude_deg) - 1e-9


@pytest.mark.parametrize(
    ("name", "least_deg"),
    # Due east it is the latitude; Baikonur is known for 51.6 degrees, as it may not fly due east.
    [
        ("wenchang", 19.61),
        ("vostochny", 51.88),
        ("plesetsk", 62.93),
        ("kourou", 5.24),
        ("baikonur", 51.6),
    ],
)
def test_lowest_inclination(name: str, least_deg: float) -> None:
    assert find_launch_site(name).least_inclination_deg == pytest.approx(least_deg, abs=0.4)


def test_an_unknown_site_is_told_with_the_one_that_was_meant() -> None:
    with pytest.raises(InputError, match=r'launch site: name = wenchan: .*"wenchang"'):
        find_launch_site("wenchan")
