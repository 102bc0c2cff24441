"""Positions within the station, and the zone about a reactor in which nobody may be."""

from datetime import UTC, datetime
from math import cos, hypot, radians, sin
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_elements import element

from moonstead.elements.fission_unit import FissionUnit
from moonstead.errors import InputError
from moonstead.scenario.build import read_scenario
from moonstead.scenario.examples import scenario_path
from moonstead.scenario.keep_out import keep_out_mistakes

CREWED = scenario_path("ilrs-crewed").read_text(encoding="utf-8")
HABITAT = """\
name = "habitat"
partner = "cnsa"
mass_kg = 9000                            # assumption
"""
POSITION = """\
easting_m = 60                            # assumption
northing_m = -40                          # assumption
"""
REACTOR_M = (-800.0, 700.0)


def utc(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def moved(tmp_path: Path, habitat_m: tuple[Any, Any], reactor: str = "") -> list[str]:
    """Return what is refused when the habitat, or the reactor, is elsewhere."""
    old = HABITAT + POSITION
    assert CREWED.count(old) == 1
    place = "".join(
        f"{key} = {value}\n"
        for key, value in zip(("easting_m", "northing_m"), habitat_m, strict=True)
        if value is not None
    )
    text = CREWED.replace(old, HABITAT + place)
    assert text.count("keep_out_m = 1000") == 1
    text = text.replace("keep_out_m = 1000", f"{reactor}\nkeep_out_m = 1000")
    path = tmp_path / "s.toml"
    path.write_text(text, encoding="utf-8")
    try:
        read_scenario(path)
    except InputError as error:
        return str(error).splitlines()
    return []


@given(
    keep_out_m=st.floats(0.0, 5e3),
    azimuth_deg=st.floats(0.0, 359.9),
    half_deg=st.floats(0.5, 180.0),
    away_m=st.floats(0.0, 1e4),
    bearing_deg=st.floats(0.0, 360.0),
)
def test_the_place_that_is_proposed_is_right(
    keep_out_m: float, azimuth_deg: float, half_deg: float, away_m: float, bearing_deg: float
) -> None:
    reactor = element(
        "fission_unit",
        keep_out_m=keep_out_m,
        shield_azimuth_deg=azimuth_deg,
        shadow_shield_half_angle_deg=half_deg,
    )
    assert isinstance(reactor, FissionUnit)
    east_m, north_m = away_m * sin(radians(bearing_deg)), away_m * cos(radians(bearing_deg))
    right_m = reactor.nearest_allowed(east_m, north_m)
    assert not reactor.forbids(*right_m)
    assert hypot(*right_m) >= keep_out_m + 1.0


@pytest.mark.parametrize("name", ["ilrs-construction", "ilrs-crewed", "ilrs-full"])
def test_the_reactors_of_the_phases_stand_a_kilometre_from_people(name: str) -> None:
    """The distance of most studies of surface reactors with regolith or shadow shields."""
    elements = {e.name: e for e in read_scenario(scenario_path(name))[0].element}
    reactor = elements["reactor"]
    assert (reactor.easting_m, reactor.northing_m) == REACTOR_M
    for other in ("hub", "habitat", "airlock", "lander-1", "lander-5"):
        if other in elements:
            at = elements[other]
            away_m = hypot(at.easting_m - REACTOR_M[0], at.northing_m - REACTOR_M[1])
            assert 1000.0 <= away_m <= 2000.0


def test_a_habitat_too_near_is_refused_with_distance_and_what_would_be_right(
    tmp_path: Path,
) -> None:
    told = moved(tmp_path, (-500, 300))  # 3-4-5: 500 m away
    assert len(told) == 1
    assert 'element "habitat".easting_m = -500' in told[0]
    assert 'stands 500 m from reactor "reactor"' in told[0]
    assert "at least 1000 m away, such as at easting_m = -199, northing_m = -102" in told[0]
    assert moved(tmp_path, (-199, -102)) == []


@pytest.mark.parametrize(
    ("habitat_m", "is_right"), [((200, -302), True), ((700, 700), False), ((200, 700), False)]
)
def test_a_shadow_shield_protects_to_one_side(
    tmp_path: Path, habitat_m: tuple[int, int], is_right: bool
) -> None:
    """Towards the south-east, 20 degrees to both sides: (1000, -1002) m is on its axis."""
    shield = "shield_azimuth_deg = 135\nshadow_shield_half_angle_deg = 20"
    told = [line for line in moved(tmp_path, habitat_m, shield) if '"habitat"' in line]
    assert (told == []) is is_right
    assert all("within 20 degrees of azimuth 135" in line for line in told)


def test_who_is_gone_before_the_reactor_comes_is_not_in_its_zone() -> None:
    near = {"easting_m": -500.0, "northing_m": 300.0}
    reactor = element("fission_unit", keep_out_m=1000.0, easting_m=-800.0, northing_m=700.0)
    reactor = reactor.model_copy(update={"arrives": utc("2035-03-01")})
    habitat = element("habitat", **near)
    gone = habitat.model_copy(update={"retires": utc("2035-02-01")})
    later = habitat.model_copy(update={"retires": utc("2035-04-01")})
    assert list(keep_out_mistakes([reactor, gone])) == []
    assert len(list(keep_out_mistakes([reactor, later]))) == 1
    assert len(list(keep_out_mistakes([habitat, reactor]))) == 1


def test_without_positions_nothing_is_checked(tmp_path: Path) -> None:
    assert moved(tmp_path, (None, None)) == []


def test_half_a_position_is_refused(tmp_path: Path) -> None:
    told = moved(tmp_path, (60, None))
    assert len(told) == 1
    assert "easting_m and northing_m go together" in told[0]
    assert 'element "habitat".easting_m = 60' in told[0]


def test_a_position_beyond_the_plane_is_refused(tmp_path: Path) -> None:
    assert "easting_m" in moved(tmp_path, (2e5, 0))[0]


def test_what_people_repair_is_kept_out_too_and_what_robots_repair_is_not() -> None:
    reactor = element("fission_unit", keep_out_m=1000.0, easting_m=0.0, northing_m=0.0)
    near: dict[str, Any] = {"easting_m": 30.0, "northing_m": 40.0}
    by_crew = element("battery", **near, repair={"duration_s": 3600.0, "crew": 2.0})
    by_robots = element("battery", **near, repair={"duration_s": 3600.0, "robots": 1.0})
    found = list(keep_out_mistakes([by_crew, reactor, by_robots]))
    assert [mistake.place for mistake in found] == [("element", 0, "easting_m")]
    assert "stands 50 m from" in found[0].remedy
