"""DuckDB, pandas and xarray read the series of a run, and agree, without Moonstead."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from small_record import START_T_S, STEP_S, write_record

HEATER = "load_power_w/hub.heater"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, np.ndarray]]:
    folder = tmp_path_factory.mktemp("record") / "run"
    return folder, write_record(folder)[1]


def test_pandas_reads_the_folder(record: tuple[Path, dict[str, np.ndarray]]) -> None:
    folder, truth = record
    frame = pd.read_parquet(folder / "series")
    assert list(frame.columns) == ["utc", "t_s", *sorted(truth)]
    for name, values in truth.items():
        np.testing.assert_array_equal(frame[name].to_numpy(), values)
    np.testing.assert_array_equal(frame["t_s"], START_T_S + STEP_S * np.arange(1, 701))
    assert frame["utc"].iloc[0] == pd.Timestamp("2035-01-01T00:01:00")
    assert frame["utc"].iloc[-1] == pd.Timestamp("2035-01-01T11:40:00")


def test_pandas_reads_some_series_of_some_hours(
    record: tuple[Path, dict[str, np.ndarray]],
) -> None:
    folder, truth = record
    begin, end = pd.Timestamp("2035-01-01T03:00"), pd.Timestamp("2035-01-01T04:00")
    chosen = [("utc", ">", begin), ("utc", "<=", end)]
    frame = pd.read_parquet(folder / "series", columns=["utc", HEATER], filters=chosen)
    np.testing.assert_array_equal(frame[HEATER], truth[HEATER][180:240])


def test_xarray_takes_it_with_its_times_and_channels(
    record: tuple[Path, dict[str, np.ndarray]],
) -> None:
    folder, truth = record
    frame = pd.read_parquet(folder / "series").set_index("utc")
    data = frame.to_xarray()
    assert isinstance(data, xr.Dataset)
    hour = data[HEATER].sel(utc=slice("2035-01-01T03:01", "2035-01-01T04:00"))
    np.testing.assert_array_equal(hour, truth[HEATER][180:240])
    loads = xr.DataArray(frame.filter(like="load_power_w/"), dims=("utc", "load"))
    assert loads.sizes == {"utc": 700, "load": 3}
    np.testing.assert_array_equal(loads.sel(load="load_power_w/plant.reactor"),
                                  truth["load_power_w/plant.reactor"])  # fmt: skip


def test_duckdb_asks_it_in_sql(record: tuple[Path, dict[str, np.ndarray]]) -> None:
    folder, truth = record
    parts = folder / "series" / "*.parquet"
    rows = duckdb.sql(
        f"SELECT mode, count(*), max(\"{HEATER}\") FROM '{parts}' "  # noqa: S608
        "WHERE utc > TIMESTAMP '2035-01-01 02:00:00' GROUP BY mode ORDER BY mode"
    ).fetchall()
    late, mode = truth[HEATER][120:], truth["mode"][120:]
    expected = [(m, int((mode == m).sum()), float(late[mode == m].max())) for m in range(4)]
    assert rows == expected


def test_duckdb_finds_units_and_meanings(record: tuple[Path, dict[str, np.ndarray]]) -> None:
    told = duckdb.sql(
        f"SELECT quantities.load_power_w.unit, quantities.load_power_w.channels[2], step_s "  # noqa: S608
        f"FROM read_json('{record[0] / 'series.json'}')"
    ).fetchall()
    assert told == [("W", "hub.heater", 60.0)]


def test_they_read_a_run_that_is_still_going_on(tmp_path: Path) -> None:
    _, truth = write_record(tmp_path / "run", blocks=2)
    (tmp_path / "run" / "series" / ".part-000002.parquet.part").write_bytes(b"half a block")
    frame = pd.read_parquet(tmp_path / "run" / "series")
    np.testing.assert_array_equal(frame["mode"], truth["mode"][:400])
    parts = tmp_path / "run" / "series" / "*.parquet"
    assert duckdb.sql(f"SELECT count(*) FROM '{parts}'").fetchall() == [(400,)]  # noqa: S608


def test_numpy_opens_the_envelope(record: tuple[Path, dict[str, np.ndarray]]) -> None:
    folder, truth = record
    records = np.load(folder / "envelope.npy", mmap_mode="r")
    place = sorted(truth).index(HEATER)
    assert records["high"][:, place].max() == truth[HEATER].max()
    assert records["low"][0, place, 1] == truth[HEATER][64:128].min()
