"""Horizon profile files: round trip, and everything that can be wrong with one."""

import json
from pathlib import Path

import numpy as np
import pytest

from moonstead.environment.profile import (
    HorizonProfile,
    TerrainFile,
    even_azimuths_deg,
    parse_profile,
    profile_text,
    read_profile,
    write_profile,
)
from moonstead.environment.site import Site
from moonstead.errors import InputError


def example() -> HorizonProfile:
    elevation_deg = np.random.default_rng(3).normal(0.0, 2.0, 720)
    site = Site("somewhere", -89.45, 222.8, 1949.25, 10.0)
    source = (TerrainFile("a.tif", "a product", "ab" * 32), TerrainFile("b.tif", "b", "cd" * 32))
    return HorizonProfile(site, even_azimuths_deg(720), elevation_deg, source, "a note with °")


def test_round_trip(tmp_path: Path) -> None:
    profile = example()
    path = tmp_path / "p.json"
    write_profile(profile, path)
    again = read_profile(path)
    assert again.site == profile.site
    assert again.source == profile.source
    assert again.note == profile.note
    assert np.array_equal(again.azimuth_deg, profile.azimuth_deg)
    assert np.abs(again.elevation_deg - profile.elevation_deg).max() <= 0.5001e-4
    assert profile_text(again) == path.read_text(encoding="utf-8")


def test_between_the_azimuths_the_horizon_is_linear_and_closes() -> None:
    profile = example()
    found = profile.elevation_at_deg(np.array([0.0, 0.25, 359.75, 360.0]))
    e = profile.elevation_deg
    assert found == pytest.approx([e[0], (e[0] + e[1]) / 2.0, (e[719] + e[0]) / 2.0, e[0]])


def changed(**changes: object) -> str:
    document = json.loads(profile_text(example()))
    document.update(changes)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is not JSON"),
        ("[1, 2]", "is no horizon profile"),
        ('{"format": "other"}', "is no horizon profile"),
        (changed(version=99), "version = 99: this Moonstead reads version 1"),
        (changed(surprise=1), "surprise = 1"),
        (changed(note=None), "note"),
        (changed(horizon_elevation_deg=[0.0] * 3), "horizon_elevation_deg"),
        (changed(horizon_elevation_deg=[0.0] * 7 + ["x"]), "horizon_elevation_deg.7 = 'x'"),
        (changed(horizon_elevation_deg=[0.0] * 8 + [91.0]), "horizon_elevation_deg.8 = 91.0"),
        (changed(horizon_elevation_deg=[0.0] * 8 + [float("nan")]), "horizon_elevation_deg.8"),
        (profile_text(example())[:2000], "is not JSON"),
    ],
)
def test_a_bad_file_gives_one_clear_error(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_profile(path)
    assert expected in str(caught.value)
    assert "bad.json" in str(caught.value)


def test_all_mistakes_are_told_at_once() -> None:
    site = {"name": "x", "latitude_deg": -91.0, "longitude_deg": 0.0, "height_m": -1.0}
    with pytest.raises(InputError) as caught:
        parse_profile(changed(site=site), "x.json")
    paths = {problem.path for problem in caught.value.problems}
    assert paths == {"site.latitude_deg", "site.height_m", "site.ground_elevation_m"}


def test_a_missing_file_or_another_kind(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_profile(tmp_path / "absent.json")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError, match="not a text file"):
        read_profile(tmp_path / "binary.json")
