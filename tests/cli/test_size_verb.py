"""The verb size, through the command line's own door."""

import json
from pathlib import Path

import pytest

from moonstead.cli.main import run

QUICK = ("--years", "1", "--draws", "0", "--step-minutes", "60")


def found(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert run(("size", *words, *QUICK, "--json")) == 0
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


def refused(capsys: pytest.CaptureFixture[str], *words: str, status: int = 2) -> str:
    assert run(("size", *words, *QUICK)) == status
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return captured.err


def test_json_adds_up_and_names_the_picture(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    picture = tmp_path / "size.svg"
    answer = found(capsys, "--site", "connecting-ridge", "--load", "2 kW", "--plot", str(picture))
    assert answer["load_w"] == 2000.0
    assert answer["plot_file"] == str(picture)
    assert picture.read_text(encoding="utf-8").count("<svg") == 1
    (site,) = answer["sites"]  # type: ignore[misc]
    assert site["heights_m"] == [2.0, 10.0]
    assert site["kernel"]["agrees"]
    assert site["kernel"]["judged_otherwise"] == 0
    for design in (*site["by_height"], *site["by_reactor"]):
        pieces = [design[f"{piece}_kg"] for piece in ("array", "mast", "store", "reactor")]
        assert design["total_kg"] == pytest.approx(sum(pieces))
        assert design["total_kg"] >= site["best"]["total_kg"]
        assert design["failing"] == 0
    # What stays is as large as the load times the longest dark, and no more than thrice that.
    dark_kwh = 2.0 * 24.0 * site["longest_dark_d"][1]
    assert dark_kwh <= site["by_height"][1]["store_kwh"] < 3.0 * dark_kwh


def test_a_scenario_gives_site_and_load(capsys: pytest.CaptureFixture[str]) -> None:
    answer = found(capsys, "shackleton-dark", "--no-plot", "--reactor-units", "0")
    (site,) = answer["sites"]  # type: ignore[misc]
    assert site["site"] == "shackleton-rim"
    assert answer["load_w"] > 1000.0  # type: ignore[operator]
    assert len(site["by_reactor"]) == 1  # sunlight alone


def test_the_table_tells_the_lightest(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--site", "flat:-70,0", "--height", "4", "--no-plot", "--store", "battery")
    assert run(("size", *words, *QUICK)) == 0
    out = capsys.readouterr().out
    assert "no terrain: a smooth sphere" in out
    assert "reactors alone" in out
    assert "kernel agrees" in out


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--site", "nowhere"), "no site has this name"),
        (("--site", "-89.4,222"), "add --dem FILE"),
        (("--site", "connecting-ridge", "--dem", "x.tif"), "no --site is LAT,LON"),
        (("--site", "connecting-ridge", "--height", "3"), "has its own heights"),
        (("--site", "flat:99,0"), "write -90 to 90 degrees"),
        (("--load", "3 kg"), "not a unit of a power"),
        (("--load", "0"), "above zero"),
        (("--risk", "nan"), "not a finite number"),
        (("--plot", "size.txt"), "a picture ends with"),
        (("nowhere.toml",), "no such file"),
    ],
)
def test_what_is_wrong_is_told(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], part: str
) -> None:
    assert part in refused(capsys, *words)


def test_a_limit_that_nothing_holds_says_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--site", "connecting-ridge-10m", "--limit", "500", "--no-plot")
    told = refused(capsys, *words, status=1)
    assert "nothing survives below 500 kg; the lightest weighs" in told
    assert "kg more" in told


def test_a_place_without_sun_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--site", "shackleton-floor", "--reactor-units", "0", "--no-plot")
    assert "the Sun is never in view" in refused(capsys, *words, status=1)
