"""The catalogue of ground stations: complete, plausible, and strict about rows."""

from pathlib import Path

import numpy as np
import pytest

from moonstead.comms.ground_stations import (
    COLUMNS,
    ground_stations_named,
    load_ground_stations,
)
from moonstead.errors import InputError

HEADING = ",".join(COLUMNS)
ROW = "here,Here,Us,10.5,20.5,100,35,S X,S 30 X 35,X 50.5,S 90,no,asked,measured,high"


def problems(path: Path, text: str | bytes) -> list[str]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load_ground_stations(path)
    return [str(problem).removeprefix(f"{path}: ") for problem in caught.value.problems]


def test_the_catalogue_that_comes_along() -> None:
    stations = {station.name: station for station in load_ground_stations()}
    assert len(stations) >= 30
    assert {s.owner for s in stations.values()} >= {"China", "Russia", "NASA", "ESA", "India"}
    assert all(set(s.noise_k) == set(s.bands) for s in stations.values())
    assert all("recall" in s.source or s.confidence == "high" for s in stations.values())
    dss = stations["dss-14"]
    assert (dss.latitude_deg, dss.longitude_deg, dss.height_m) == (35.4259, -116.88954, 1001.0)
    assert dss.bands == ("S", "X")
    # Gain of the dish over the noise: the table's two ways to say it must not contradict.
    for station in stations.values():
        for band, known_db in station.g_over_t_db_per_k.items():
            wavelength_m = {"S": 0.1319, "X": 0.03548, "Ka": 0.00937}[band]
            gain_db = 20 * np.log10(np.pi * station.antenna_m / wavelength_m)
            whole_db = gain_db - 10 * np.log10(station.noise_k[band])
            assert whole_db - 3.0 < known_db < whole_db, station.name


def test_stations_that_only_receive() -> None:
    stations = {station.name: station for station in load_ground_stations()}
    silent = {name for name, station in stations.items() if station.receive_only}
    assert silent >= {"tianma", "parkes"}
    assert not silent & {"jiamusi", "dss-14"}
    assert not any(stations[name].eirp_dbw for name in silent)


def test_a_catalogue_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADING}\r\n{ROW}\r\n\r\n".encode())
    assert [s.antenna_m for s in load_ground_stations(path)] == [35.0]


def test_every_wrong_cell_is_told_with_its_row_and_column(tmp_path: Path) -> None:
    rows = [
        HEADING,
        ROW.replace("10.5", "95").replace("S X", "S Y"),
        ROW.replace("100", "tall").replace("measured", " ").replace(",high", ",sure"),
        ROW.replace("100,35", "100,nan").replace("S 30 X 35", "S 30 X").replace("no,", "maybe,"),
        ROW.replace("here", "there").replace("X 50.5", "Ka 50.5").replace("no,", "yes,"),
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
        'row 4, noise_k = "S 30 X": must be like "S 25 X 30", each from 3 to 2000',
        'row 4, receive_only = "maybe": must be yes or no',
        'row 4, name = "here": stands there twice; keep one',
        'row 5, g_over_t_db_per_k = "Ka": must be one of its bands, S X',
        'row 5, eirp_dbw = "S 90": must be empty where receive_only is yes',
        "row 6 = 2 values: must have 15 values; a text with a comma goes in quotes",
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
