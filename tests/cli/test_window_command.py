"""The verb window, through the command line's own door."""

import json
from pathlib import Path
from typing import Any

import pytest

from moonstead.cli.main import run

SPAN = ("--from", "2035-02-01", "--to", "2035-03-15")


def found(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run(("window", *words, "--json")) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(("window", *words, "--no-plot")) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return captured.err


def test_json_and_picture_tell_the_same_windows(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture = tmp_path / "window.svg"
    words = ("connecting-ridge-2m", *SPAN, "--launch-site", "kennedy-39a", "--no-refine")
    answer = found(capsys, *words, "--plot", str(picture))
    assert answer["launch_site"] == "kennedy-39a"
    assert answer["plot_file"] == str(picture)
    assert picture.read_text(encoding="utf-8").count("<svg") == 1
    assert [month["month"] for month in answer["months"]] == [2, 3]
    assert sum(month["launches"] for month in answer["months"]) == len(answer["flights"])
    for month in answer["months"]:
        best = month["best"]
        days = {
            int(flight["lift_off_utc"][8:10])
            for flight in answer["flights"]
            if int(flight["lift_off_utc"][5:7]) == month["month"]
        }
        assert sorted(days) == month["launch_days"]
        assert best["lift_off_utc"] < best["injection_utc"] < best["arrival_utc"]
        assert best["arrival_utc"] < best["landing_utc"] == best["landing"]["utc"]
        assert best["landing"]["light_h"] >= 168.0
        assert best["landing"]["earth_h"] >= 168.0
        assert best["refined"] is None
        assert 35.0 <= best["azimuth_deg"] <= 120.0
        assert 5.9e3 < best["all_m_per_s"] < 6.5e3
    chance = answer["landing_chance"]
    assert chance["low"] < chance["mean"] < chance["high"]


def test_the_table_names_months_without_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    span = ("--from", "2035-01-05", "--to", "2035-03-01")
    words = ("connecting-ridge-2m", *span, "--light-days", "14", "--earth-days", "7")
    assert run(("window", *words, "--stay-days", "2", "--no-refine", "--no-plot")) == 0
    said = capsys.readouterr().out
    assert "From Wenchang to connecting-ridge-2m" in said
    assert "No limit of launch azimuths is known for Wenchang." in said
    assert "patched conics" in said
    assert "Chance of a landing (agency: 5 of 8 went well)" in said


def test_the_best_is_flown_under_all_forces(capsys: pytest.CaptureFixture[str]) -> None:
    span = ("--from", "2035-02-20", "--to", "2035-03-01")
    answer = found(capsys, "connecting-ridge-2m", *span, "--no-plot")
    assert answer["plot_file"] is None
    (refined,) = (month["best"]["refined"] for month in answer["months"])
    assert abs(refined["perilune_altitude_m"] - 100e3) < 1e3
    assert len(refined["injection_from_moon_m"]) == 3


def test_an_orbit_needs_no_site(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = tmp_path / "orbit.png"
    words = ("--orbit", "200,62.4", *SPAN, "--no-refine", "--plot", str(picture))
    answer = found(capsys, *words)
    assert answer["target"] == "200 km lunar orbit of 62.4 deg"
    assert answer["descent"] is None
    assert picture.stat().st_size > 10_000
    for month in answer["months"]:
        assert month["best"]["orbit_inclination_deg"] == pytest.approx(62.4)
    assert run(("window", "--orbit", "nrho", *SPAN, "--no-plot")) == 0
    assert "figure of a published table" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "SITE: name a site to land at"),
        (("connecting-ridge-2m", "--orbit", "100"), "--orbit = 100: goes with no SITE"),
        (("conecting-ridge",), 'did you mean "connecting-ridge'),
        (("connecting-ridge-2m", "--launch-site", "wenchan"), 'did you mean "wenchang"?'),
        (("connecting-ridge-2m", "--from", "someday"), "--from: 'someday' is not a date"),
        (("connecting-ridge-2m", "--to", "2034-01-01"), "one day to ten years after --from"),
        (("connecting-ridge-2m", "--from", "2155-01-01"), "outside the ephemeris"),
        (("--orbit", "5"), "15 to 10000 km"),
        (("--orbit", "100,200"), "inclination of 0 to 180"),
        (("--orbit", "nan"), "15 to 10000 km"),
        (("shackleton-floor", *SPAN), "light lasts 0.0 d at most, 7 d are wished"),
        (("connecting-ridge-2m", *SPAN, "--light-days", "20"), "Earth stays 1"),
        (("connecting-ridge-2m", "--light-days", "nan"), "not a finite number"),
        (("connecting-ridge-2m", "--lander", "toy"), "not one of"),
        (("connecting-ridge-2m", "--frm", "2035-01-01"), "No such option"),
    ],
)
def test_mistakes_are_told(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in refused(capsys, *words)
