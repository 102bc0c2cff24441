"""The verb orbit, through the command line's own door."""

import json
from pathlib import Path
from typing import Any

import pytest

from moonstead.cli.main import run
from moonstead.orbits.catalogue import orbit_names

OPM = """CCSDS_OPM_VERS = 2.0
CREATION_DATE = 2035-01-01T00:00:00
ORIGINATOR = TEST
OBJECT_NAME = PROBE
OBJECT_ID = 2035-001A
CENTER_NAME = MOON
REF_FRAME = ICRF
TIME_SYSTEM = TDB
EPOCH = 2035-01-01T00:00:00
X = 2500.0
Y = 0.0
Z = 0.0
X_DOT = 0.0
Y_DOT = {speed}
Z_DOT = 0.9
"""


def found(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert run(("orbit", *words, "--no-plot", "--json")) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(("orbit", *words, "--no-plot")) == 2
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return captured.err


def test_without_a_name_the_catalogue_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(("orbit",)) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in orbit_names())
    assert run(("orbit", "--json")) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == list(orbit_names())


def test_a_frozen_orbit_is_told_and_drawn_and_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture, oem = tmp_path / "elfo.png", tmp_path / "elfo.oem"
    czml, table = tmp_path / "elfo.czml", tmp_path / "elfo.csv"
    words = ("--plot", str(picture), "--oem", str(oem), "--czml", str(czml), "--csv", str(table))
    assert run(("orbit", "elfo", "--days", "31", "--degree", "4", *words, "--json")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["days"] == pytest.approx(31.0)
    assert answer["osculating"]["semi_major_axis_km"] == pytest.approx(6541.4, abs=0.01)
    assert answer["osculating"]["eccentricity"] == pytest.approx(0.6, abs=1e-4)
    assert answer["mean_period_h"] == pytest.approx(13.19, abs=0.03)
    assert answer["drift"]["is_frozen"] is True
    assert answer["eclipses"]["moon"]["count"] > 0
    assert answer["files"] == [str(path) for path in (picture, oem, czml, table)]
    assert all(path.stat().st_size > 10_000 for path in (picture, oem, czml, table))
    # What is written comes back as the same flight.
    again = found(capsys, "--state", str(oem))
    assert again["start_utc"] == answer["start_utc"]
    assert again["end_utc"] == answer["end_utc"]
    assert again["perilune_altitude_km"] == pytest.approx(answer["perilune_altitude_km"], abs=1e-3)


def test_keeping_gateways_orbit_is_told_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("nrho-9-2", "--days", "15", "--degree", "2", "--keep", "--no-plot")
    assert run(("orbit", *words)) == 0
    out = capsys.readouterr().out
    assert "m/s a year" in out
    assert "2 burns" in out
    assert "follows no ellipse" in out


def test_a_state_file_is_flown_and_meets_the_ground_where_it_does(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "probe.opm"
    path.write_text(OPM.format(speed=1.0), encoding="utf-8")
    answer = found(capsys, "--state", str(path), "--days", "2", "--degree", "2")
    assert answer["name"] == "PROBE"
    assert answer["state_icrf"]["position_m"] == pytest.approx([2.5e6, 0.0, 0.0])
    path.write_text(OPM.format(speed=0.1), encoding="utf-8")
    assert run(("orbit", "--state", str(path), "--days", "2", "--no-plot")) == 0
    assert "MEETS THE GROUND after 0.0 days" in capsys.readouterr().out
    path.write_text(OPM.format(speed=2.5), encoding="utf-8")
    away = found(capsys, "--state", str(path), "--days", "1", "--degree", "2")
    assert away["osculating"] is None
    assert away["mean_period_h"] is None


def test_a_scenario_lends_its_relay(capsys: pytest.CaptureFixture[str]) -> None:
    answer = found(capsys, "ilrs-basic", "--days", "1", "--degree", "2")
    assert answer["title"] == "relay of ilrs-basic"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nrho",), "did you mean nrho-9-2"),
        (("elfo", "--start", "soon"), "'soon' is not a date"),
        (("elfo", "--start", "1066-01-01"), "outside the ephemeris"),
        (("elfo", "--start", "2149-12-20", "--days", "3000"), "ends after the ephemeris (2150-"),
        (("elfo", "--days", "0"), "Invalid value for '--days'"),
        (("elfo", "--degree", "40"), "must be 0 or from 2 to 12"),
        (("elfo", "--gravity", "README"), "README"),
        (("elfo", "--oem", "elfo.pdf"), "an OEM ends with .oem, .txt or .xml"),
        (("elfo", "--state", "x.oem"), "give it or elfo, not both"),
        (("no-such.toml",), "no such file"),
        (("lro-50km", "--degree", "2", "--keep", "--start", "nan"), "is not a date"),
    ],
)
def test_mistakes_are_named(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], message: str
) -> None:
    assert message in refused(capsys, *words)


def test_a_file_that_holds_no_orbit_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "junk.oem"
    path.write_bytes(b"\x00\xff junk")
    assert "junk.oem" in refused(capsys, "--state", str(path))
    path.write_text(OPM.format(speed="fast"), encoding="utf-8")
    assert "Y_DOT" in refused(capsys, "--state", str(path))
    good = tmp_path / "good.opm"
    good.write_text(OPM.format(speed=1.0), encoding="utf-8")
    assert "needs an orbit of the catalogue" in refused(capsys, "--state", str(good), "--keep")
