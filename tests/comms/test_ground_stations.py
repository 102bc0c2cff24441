"""The catalogue of ground stations: complete, plausible, and strict about rows."""

from pathlib import Path

import pytest

from moonstead.comms.ground_stations import (
    COLUMNS,
    ground_stations_named,
    load_ground_stations,
)
from moonstead.errors import InputError

HEADING = ",".join(COLUMNS)
ROW = "here,Here,Us,10.5,20.5,100,35,S X,measured,high"


def problems(path: Path, text: str | bytes) -> list[str]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load_ground_stations(path)
    return [str(problem).removeprefix(f"{path}: ") for problem in caught.value.problems]


def test_the_catalogue_that_comes_along() -> None:
    stations = {station.name: station for station in load_ground_stations()}
    assert len(stations) >= 15
    assert all("recall" in s.source or s.confidence == "high" for s in stations.values())
    dss = stations["dss-14"]
    assert (dss.latitude_deg, dss.longitude_deg, dss.height_m) == (35.4259, -116.88954, 1001.0)
    assert dss.bands == ("S", "X")


def test_a_catalogue_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADING}\r\n{ROW}\r\n\r\n".encode())
    assert [s.antenna_m for s in load_ground_stations(path)] == [35.0]


def test_every_wrong_cell_is_told_with_its_row_and_column(tmp_path: Path) -> None:
    rows = [
        HEADING,
        ROW.replace("10.5", "95").replace("S X", "S Y"),
        ROW.replace("100", "tall").replace("measured", " ").replace(",high", ",sure"),
        ROW.replace("35", "nan"),
        "here,There",
    ]
    assert problems(tmp_path / "bad.csv", "\n".join(rows)) == [
        'row 2, latitude_deg = "95": must be a number from -90 to 90',
        'row 2, bands = "S Y": must be one or more of L S C X Ku K Ka Q',
        'row 3, height_m = "tall": must be a number from -500 to 9000',
        'row 3, source = " ": must not be empty',
        'row 3, confidence = "sure": must be one of high, medium, low',
        'row 3, name = "here": stands there twice; keep one',
        'row 4, antenna_m = "nan": must be a number from 0.1 to 600',
        'row 4, name = "here": stands there twice; keep one',
        "row 5 = 2 values: must have 10 values; a text with a comma goes in quotes",
    ]


@pytest.mark.parametrize("text", ["", "name,title\n", "\xff", b"\xff\xfe", 'a"b\n"'])
def test_what_is_no_catalogue(tmp_path: Path, text: str | bytes) -> None:
    assert len(problems(tmp_path / "bad.csv", text)) == 1


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_ground_stations(tmp_path / "none.csv")


def test_lookup_by_name() -> None:
    catalogue = load_ground_stations()
    assert [s.name for s in ground_stations_named(["kashi", "dss-14"], catalogue)] == [
        "kashi",
        "dss-14",
    ]
    with pytest.raises(InputError) as caught:
        ground_stations_named(["kashy", "kashi", "qqq"], catalogue)
    first, second = caught.value.problems
    assert first.value == '"kashy"'
    assert 'did you mean "kashi"?' in first.remedy
    assert second.remedy.startswith("unknown; known: bear-lakes")
