"""Series come back as they were written, and envelopes bound them, whatever is asked for."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_record import START_T_S, STEP_S, write_record

from moonstead.errors import RecordError
from moonstead.record.parts import PartReader
from moonstead.record.rounding import RELATIVE_ERROR, rounded
from moonstead.record.series import SeriesReader

SHAPES = ((700, 200), (641, 64), (130, 500), (1, 1), (1000, 65), (64, 64))


@pytest.fixture(scope="module", params=SHAPES, ids=str)
def record(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple:
    folder = tmp_path_factory.mktemp("record") / "run"
    return folder, *write_record(folder, *request.param)


def test_all_comes_back(record: tuple) -> None:
    folder, layout, truth = record
    reader = SeriesReader(folder)
    t_s = START_T_S + STEP_S * np.arange(1, layout.n_steps + 1)
    np.testing.assert_array_equal(reader.read("t_s"), t_s)
    for name, values in truth.items():
        quantity, _, channel = name.partition("/")
        np.testing.assert_array_equal(reader.read(quantity, channel or None), values)
    every = reader.read("load_power_w")
    assert every.shape == (3, layout.n_steps)
    np.testing.assert_array_equal(every[2], truth["load_power_w/plant.reactor"])
    assert reader.read("tank_kg").shape == (0, layout.n_steps)
    assert reader.channels("load_power_w") == ("hub.computer", "hub.heater", "plant.reactor")


@given(data=st.data())
def test_between_gives_the_steps_that_end_in_between(record: tuple, data: st.DataObject) -> None:
    folder, layout, truth = record
    first, end = sorted(data.draw(st.tuples(*[st.integers(-5, layout.n_steps + 5)] * 2)))
    names = ["mode", "load_power_w/hub.heater"]
    found = SeriesReader(folder).between(
        names, START_T_S + first * STEP_S, START_T_S + end * STEP_S
    )
    part = slice(max(first, 0), max(end, 0))
    t_s = START_T_S + STEP_S * np.arange(1, layout.n_steps + 1)
    np.testing.assert_array_equal(found.t_s, t_s[part])
    assert list(found.values) == names
    for name in names:
        np.testing.assert_array_equal(found.values[name], truth[name][part])
        assert found.values[name].dtype == np.float32
    assert found.gaps == ()


@given(data=st.data())
def test_an_envelope_is_what_brute_force_finds(record: tuple, data: st.DataObject) -> None:
    folder, layout, truth = record
    first, end = sorted(data.draw(st.tuples(*[st.integers(0, layout.n_steps)] * 2)))
    points = data.draw(st.integers(1, 40))
    name = data.draw(st.sampled_from(sorted(truth)))
    begin_t_s, end_t_s = START_T_S + first * STEP_S, START_T_S + end * STEP_S
    found = SeriesReader(folder).envelope(name, begin_t_s, end_t_s, points)
    firsts = np.rint((found.begin_t_s - START_T_S) / STEP_S).astype(int)
    ends = np.rint((found.end_t_s - START_T_S) / STEP_S).astype(int)
    assert len(firsts) <= points
    if first < end:  # the bins cover all that was asked for, and nothing else
        assert (firsts[0], ends[-1]) == (first, end)
        np.testing.assert_array_equal(firsts[1:], ends[:-1])
    for a, b, low, high in zip(firsts, ends, found.low, found.high, strict=True):
        assert low == truth[name][a:b].min()
        assert high == truth[name][a:b].max()


def test_an_envelope_needs_no_values_where_its_cells_do(tmp_path: Path) -> None:
    """What makes a year quick: whole cells are read from the envelope alone."""
    _, truth = write_record(tmp_path / "run", 20_000, 2_000)
    whole = SeriesReader(tmp_path / "run").envelope("load_power_w/hub.heater", points=100)
    for part in (tmp_path / "run" / "series").iterdir():
        part.unlink()
    found = SeriesReader(tmp_path / "run").envelope("load_power_w/hub.heater", points=100)
    np.testing.assert_array_equal(found.low, whole.low)
    np.testing.assert_array_equal(found.high, whole.high)
    assert found.gaps == ()
    assert 50 <= len(found.low) <= 100
    assert found.low.min() == truth["load_power_w/hub.heater"].min()


def test_the_short_way_to_a_page_is_taken_and_agrees_with_parquet(
    record: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages found by ourselves against those that Arrow reads."""
    folder, _, truth = record
    names = sorted(truth)
    arrow = pq.read_table(folder / "series").to_pydict()

    def fail(*_arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr(PartReader, "read", fail)
    found = SeriesReader(folder).between(names)
    for name in names:
        np.testing.assert_array_equal(found.values[name], np.float32(arrow[name]))


def test_a_long_block_is_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than Arrow's usual pages of 20 000 rows or a megabyte."""
    _, truth = write_record(tmp_path / "run", 300_000, 300_000)
    monkeypatch.delattr(PartReader, "read")
    values = SeriesReader(tmp_path / "run").read("store_energy_j", "battery")
    np.testing.assert_array_equal(values, truth["store_energy_j/battery"])


def test_what_is_not_recorded_is_told(tmp_path: Path) -> None:
    write_record(tmp_path / "run")
    reader = SeriesReader(tmp_path / "run")
    for ask in (
        lambda: reader.read("tank_g"),
        lambda: reader.read("load_power_w", "nothing"),
        lambda: reader.between(["load_power_w"]),
        lambda: reader.envelope("store_energy_j/nothing"),
        lambda: reader.channels("nothing"),
    ):
        with pytest.raises(RecordError, match="this run has no series"):
            ask()


@given(st.lists(st.floats(width=32, allow_nan=True, allow_infinity=True), min_size=1))
def test_rounding_is_by_less_than_a_millionth(numbers: list[float]) -> None:
    values = np.array(numbers, dtype=np.float32)
    near = rounded(values)
    ordinary = np.isfinite(values) & (np.abs(values) > 1.2e-38) & (np.abs(values) < 3.4e38)
    error = np.abs(near[ordinary].astype(np.float64) - values[ordinary])
    assert np.all(error <= RELATIVE_ERROR * np.abs(values[ordinary].astype(np.float64)))
    assert RELATIVE_ERROR < 1e-6
    np.testing.assert_array_equal(near[~np.isfinite(values)], values[~np.isfinite(values)])
    np.testing.assert_array_equal(rounded(near), near)


@given(st.integers(-(2**21), 2**21), st.integers(0, 20))
def test_whole_numbers_and_their_halves_stay_as_they_are(number: int, halvings: int) -> None:
    assert rounded([number / 2**halvings])[0] == number / 2**halvings


def test_rounding_is_to_the_nearest_and_of_a_tie_to_the_even() -> None:
    """By Python's own rounding of fractions, whose rule is the same."""
    dice = np.random.default_rng(1)
    mantissas = dice.integers(2**23, 2**24, 2000)
    expected = [round(int(m) / 8) * 8 for m in mantissas]
    np.testing.assert_array_equal(rounded(mantissas), np.array(expected, dtype=np.float32))
