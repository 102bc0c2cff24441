"""What the record of a run costs: room, writing, and reading a day or a year of it.

    python benchmarks/record.py [--days N] [--runs N] [--scenario NAME] [--json]

Writes a year at one minute by 200 made channels (temperatures, duties, powers with dawn and dusk,
stores; no noise) through the writer that a run uses; as many temperatures, none ever at rest; and
white noise, the worst case.
Reads a day of three channels of three quantities, with a day chosen anew each time, and a year of
a channel as 1000 least and greatest values: through `SeriesReader`, opened anew each time, and
through pandas, xarray and DuckDB. Prints
median and least time of each, in a warm process. With ``--scenario``, also how
long a run of that scenario takes, and how much of that goes into writing its series.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.record.directory import RunDirectory
from moonstead.record.layout import Layout
from moonstead.record.series import SeriesReader
from moonstead.units import DAY_S
from record_channels import made_channels, noise_channels, restless_channels

BLOCK_STEPS = 20160
STEP_S = 60.0
START_T_S = 1_104_537_669.184
THREE = ("node_temperature_k/node-7", "load_power_w/load-3", "store_energy_j/store-2")
ONE = "node_temperature_k/node-11"
POINTS = 1000

Times = tuple[float, float]
KINDS = {
    "realistic": made_channels,
    "only temperatures": restless_channels,
    "white noise": noise_channels,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=365.0)
    parser.add_argument("--runs", type=int, default=40, help="repetitions of each read")
    parser.add_argument("--scenario", help="also run this scenario")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    n_steps = round(given.days * DAY_S / STEP_S)
    results: dict[str, Any] = {"days": given.days}
    with tempfile.TemporaryDirectory() as folder:
        for name, make in KINDS.items():
            place = Path(folder) / name.replace(" ", "-")
            results[name] = written(place, make(n_steps, STEP_S), n_steps)
            results[name] |= reads(place, given.runs)
        results["peers"] = peers(Path(folder) / "realistic", max(given.runs // 4, 3))
    if given.scenario:
        results["run"] = runs(given.scenario, given.days)
    print(json.dumps(results, indent=1) if given.json else table(results))


def written(folder: Path, series: dict[str, NDArray[Any]], n_steps: int) -> dict[str, Any]:
    """Write the series of a run and return what they take."""
    layout = Layout(
        channels={name: _names(name, values) for name, values in series.items()},
        start_utc="2035-01-01T00:00:00Z",
        start_t_s=START_T_S,
        step_s=STEP_S,
        n_steps=n_steps,
        block_steps=BLOCK_STEPS,
    )
    directory = RunDirectory(folder)
    directory.begin({})
    writer = directory.writer(layout)
    begin = time.perf_counter()
    directory.create_series(writer)
    for block in range(layout.n_blocks):
        first, end = layout.bounds(block)
        writer.write(first, {name: values[..., first:end] for name, values in series.items()})
    seconds = time.perf_counter() - begin
    parts_byte = sum(path.stat().st_size for path in (folder / "series").iterdir())
    total_byte = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {
        "channels": len(layout.columns),
        "write_s": seconds,
        "parts_mb": parts_byte / 1e6,
        "all_mb": total_byte / 1e6,
        "single_precision_mb": 4e-6 * n_steps * len(layout.columns),
    }


def _names(quantity: str, values: NDArray[Any]) -> tuple[str, ...]:
    word = quantity.partition("_")[0]
    return tuple(f"{word}-{k}" for k in range(len(values))) if values.ndim == 2 else ()


def reads(folder: Path, runs: int) -> dict[str, Times]:
    """Return the times of reads through a reader that is opened anew each time."""
    layout = SeriesReader(folder).layout
    dice = np.random.default_rng(1)
    last = max(int(layout.n_steps * STEP_S / DAY_S) - 1, 1)

    def day(begin_day: float) -> None:
        begin_t_s = START_T_S + begin_day * DAY_S
        found = SeriesReader(folder).between(THREE, begin_t_s, begin_t_s + DAY_S)
        if len(found.t_s) != DAY_S / STEP_S:
            raise AssertionError("a day has its steps")

    def year(days: float) -> None:
        SeriesReader(folder).envelope(ONE, None, START_T_S + days * DAY_S, POINTS)

    middle = BLOCK_STEPS * STEP_S / DAY_S - 0.5
    return {
        "a day of three channels_ms": times_ms(lambda: day(float(dice.integers(last))), runs),
        "a day across two blocks_ms": times_ms(lambda: day(middle), runs),
        "a year to 1000 points_ms": times_ms(lambda: year(1e6), runs),
        "60 days to 1000 points_ms": times_ms(lambda: year(60.0), runs),
        "30 days to 1000 points_ms": times_ms(lambda: year(30.0), runs),
        "a year at full resolution_ms": times_ms(lambda: SeriesReader(folder).between([ONE]), runs),
    }


def peers(folder: Path, runs: int) -> dict[str, dict[str, Times]]:
    """Return the same reads by tools that know nothing of Moonstead."""
    import duckdb
    import pandas as pd

    parts = folder / "series"
    begin = pd.Timestamp("2035-04-11")
    end = begin + pd.Timedelta(days=1)
    chosen = [("utc", ">", begin), ("utc", "<=", end)]
    glob = f"'{parts}/*.parquet'"
    names = ", ".join(f'"{name}"' for name in THREE)
    connection = duckdb.connect()

    def pandas_day() -> Any:
        return pd.read_parquet(parts, columns=["utc", *THREE], filters=chosen)

    def pandas_year() -> Any:
        values = pd.read_parquet(parts, columns=[ONE])[ONE]
        bins = np.arange(len(values)) * POINTS // len(values)
        return values.groupby(bins).agg(["min", "max"])

    def xarray_day() -> Any:
        return pandas_day().set_index("utc").to_xarray().load()

    def xarray_year() -> Any:
        series = pd.read_parquet(parts, columns=["utc", ONE]).set_index("utc").to_xarray()[ONE]
        coarse = series.coarsen(utc=max(series.sizes["utc"] // POINTS, 1), boundary="trim")
        return coarse.min(), coarse.max()

    def duckdb_day() -> Any:
        return connection.execute(
            f"SELECT utc, {names} FROM {glob} WHERE utc > ? AND utc <= ?",  # noqa: S608
            [begin.to_pydatetime(), end.to_pydatetime()],
        ).fetchnumpy()

    def duckdb_year() -> Any:
        return connection.execute(
            f'SELECT min("{ONE}"), max("{ONE}") FROM (SELECT "{ONE}", ntile({POINTS}) '  # noqa: S608
            f"OVER (ORDER BY t_s) AS bin FROM {glob}) GROUP BY bin ORDER BY bin"
        ).fetchnumpy()

    return {
        tool: {"a day of three channels_ms": times_ms(day, runs),
               "a year to 1000 points_ms": times_ms(year, runs)}
        for tool, day, year in (
            ("pandas", pandas_day, pandas_year),
            ("xarray", xarray_day, xarray_year),
            ("DuckDB", duckdb_day, duckdb_year),
        )
    }  # fmt: skip


def runs(scenario: str, days: float) -> dict[str, float]:
    """Return how long a run takes, and how much of it goes into writing its series."""
    from moonstead.record.writer import SeriesWriter
    from year import whole_run_s

    whole_run_s(scenario, 1.0)
    writing: list[float] = []
    original = SeriesWriter.write

    def timed(self: SeriesWriter, first: int, block: Any) -> None:
        begin = time.perf_counter()
        original(self, first, block)
        writing.append(time.perf_counter() - begin)

    SeriesWriter.write = timed  # type: ignore[method-assign]
    seconds = whole_run_s(scenario, days)
    return {"whole_s": seconds, "writing_series_s": sum(writing)}


def times_ms(read: Callable[[], Any], runs: int) -> Times:
    """Return median and least time of a read."""
    read()
    seconds = []
    for _ in range(runs):
        begin = time.perf_counter()
        read()
        seconds.append(time.perf_counter() - begin)
    return 1e3 * statistics.median(seconds), 1e3 * min(seconds)


def table(results: dict[str, Any]) -> str:
    lines = [f"{results['days']:g} days at one minute"]
    for name in KINDS:
        found = results[name]
        lines.append(
            f"{name}, {found['channels']} channels: {found['all_mb']:.0f} MB on disk, of them "
            f"{found['parts_mb']:.0f} MB Parquet; {found['single_precision_mb']:.0f} MB as bare "
            f"single precision; written in {found['write_s']:.1f} s"
        )
        lines += rows({key: value for key, value in found.items() if key.endswith("_ms")})
    for tool, found in results["peers"].items():
        lines += [f"{tool}, realistic"]
        lines += rows(found)
    if "run" in results:
        run = results["run"]
        lines.append(
            f"a run of {run['whole_s']:.1f} s spends {run['writing_series_s']:.2f} s writing series"
        )
    return "\n".join(lines)


def rows(found: dict[str, Times]) -> list[str]:
    return [
        f"  {key[:-3]:32s}{median:8.1f} ms, least {least:.1f}"
        for key, (median, least) in found.items()
    ]


if __name__ == "__main__":
    main()
