"""Two runs beside each other: every difference that was made is told, and no other."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_record import START_T_S, STEP_S, write_record

from moonstead.errors import RecordError
from moonstead.record.compare.inputs import input_differences
from moonstead.record.compare.results import result_differences
from moonstead.record.compare.series import compare_series
from moonstead.record.compare.trees import differences
from moonstead.record.directory import RunDirectory
from moonstead.record.layout import Layout
from moonstead.record.series import SeriesReader

SCENARIO = """
name = "small"
[run]
seed = 1
end = 2035-02-01T00:00:00Z
[site]
profile = "ridge"
[[element]]
name = "array"
area_m2 = 12
mass_kg = "30 kg"
[element.thermal]
heat_capacity_j_per_k = 4e5
[[element]]
name = "hub"
radio = [{ path = "direct", power_w = 60 }, { path = "relay", power_w = 30 }]
[[ground_station]]
station = "kashi"
"""


def run_of(folder: Path, scenario: str = SCENARIO, **changes: Any) -> RunDirectory:
    directory = RunDirectory(folder)
    kernels = {"de440s.bsp": "ab" * 32}
    told = {"scenario": scenario, "scenario_name": "small", "seed": 1, "kernels": kernels}
    directory.begin({**told, **changes})
    return directory


@pytest.mark.parametrize(
    ("old", "new", "place", "a", "b"),
    [
        ("area_m2 = 12", "area_m2 = 14", 'element "array".area_m2', 12, 14),
        ("4e5", "5e5", 'element "array".thermal.heat_capacity_j_per_k', 4e5, 5e5),
        ("power_w = 30", 'power_w = "31 W"', 'element "hub".radio "relay".power_w', 30, "31 W"),
        ("mass_kg", "dry_kg", 'element "array".mass_kg', "30 kg", None),
        ('"ridge"', '"rim"', "site.profile", "ridge", "rim"),
        ('"kashi"', '"neuquen"', 'ground_station "kashi"', {"station": "kashi"}, None),
        ('name = "array"', 'name = "panel"', 'element "panel"', None, ...),
    ],
)
def test_what_differs_in_a_scenario_is_told_by_its_place(
    tmp_path: Path, old: str, new: str, place: str, a: Any, b: Any
) -> None:
    runs = run_of(tmp_path / "a"), run_of(tmp_path / "b", SCENARIO.replace(old, new))
    found = {d.place: d for d in input_differences(*runs)}
    assert found[place].a == a
    assert found[place].b == b or b is ...
    assert len(found) == (1 if a is not None and b is not None else 2)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("area_m2 = 12", 'area_m2 = "12 m2"  # as before'),
        ('"30 kg"', "30.0"),
        ("4e5", '"400 kJ/K"'),
        ("seed = 1", "seed = 2"),  # what counts is the seed that was run
        ("2035-02-01", "2035-03-01"),
        (
            '{ path = "direct", power_w = 60 }, { path = "relay", power_w = 30 }',
            '{ path = "relay", power_w = 30 }, { path = "direct", power_w = 60 }',
        ),
    ],
)
def test_what_means_the_same_is_no_difference(tmp_path: Path, old: str, new: str) -> None:
    assert old in SCENARIO
    runs = run_of(tmp_path / "a"), run_of(tmp_path / "b", SCENARIO.replace(old, new))
    assert input_differences(*runs) == ()


def test_seed_version_and_kernels_are_inputs(tmp_path: Path) -> None:
    changed = {"seed": 7, "moonstead": "9.9", "kernels": {"de440s.bsp": "cd" * 32}}
    runs = run_of(tmp_path / "a"), run_of(tmp_path / "b", **changed)
    found = {d.place: (d.a, d.b) for d in input_differences(*runs)}
    assert found == {
        "kernels.de440s.bsp": ("ab" * 32, "cd" * 32),
        "moonstead": (None, "9.9"),
        "seed": (1, 7),
    }


DOCUMENTS = st.recursive(
    st.integers() | st.booleans() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3)
        | st.lists(
            st.fixed_dictionaries({"name": st.sampled_from("xyz"), "value": inner}), max_size=3
        )
    ),
    max_leaves=12,
)


@given(DOCUMENTS)
def test_no_document_differs_from_itself(document: Any) -> None:
    assert list(differences(document, document, lambda _name, x, y: x == y)) == []


@given(DOCUMENTS, DOCUMENTS)
def test_documents_that_differ_differ_both_ways(a: Any, b: Any) -> None:
    """As sets: named tables may stand in any order; and each way tells the same places."""

    def exact(_name: str, x: Any, y: Any) -> bool:
        return json.dumps(x, sort_keys=True) == json.dumps(y, sort_keys=True)

    there = {(d.place, repr(d.a), repr(d.b)) for d in differences(a, b, exact)}
    back = {(d.place, repr(d.b), repr(d.a)) for d in differences(b, a, exact)}
    assert there == back


def summary_of(**values: Any) -> dict[str, Any]:
    told = {
        "survival": {"survives": True, "elements_lost": [], "least_margin_fraction": 0.5},
        "stores": {"battery": {"end_kwh": 10.0, "loss_kwh": 1.0}, "cell": {"end_kwh": 1e-6}},
        "experiments": [{"name": "listen", "hours": 7.0}, {"name": "look", "hours": 70.0}],
        "balances": [{"carrier": "heat", "place": "hub", "relative_residual": 1e-13}],
        "elements": [{"name": "hub", "mass_kg": 5.0}],
        "balances_close": True,
    }
    return {**told, **values}


def results(tmp_path: Path, b: dict[str, Any], tolerance: float = 0.0) -> list[Any]:
    runs = run_of(tmp_path / "a"), run_of(tmp_path / "b")
    runs[0].finish(summary_of())
    runs[1].finish(b)
    return list(result_differences(*runs, tolerance))


def test_results_come_by_weight_the_verdict_first(tmp_path: Path) -> None:
    found = results(
        tmp_path,
        summary_of(
            survival={"survives": False, "elements_lost": ["hub"], "least_margin_fraction": 0.49},
            stores={
                "battery": {"end_kwh": 9.0, "loss_kwh": 1.0},
                "cell": {"end_kwh": 2e-6},
                "tank": {"end_kwh": 3.0},
            },
            experiments=[{"name": "look", "hours": 35.0}, {"name": "listen", "hours": 7.0}],
        ),
    )
    assert [d.place for d in found] == [
        "survival.elements_lost",
        "survival.survives",
        "survival.least_margin_fraction",
        'experiments "look".hours',
        "stores.battery.end_kwh",
        "stores.cell.end_kwh",  # doubled, but of no weight beside the battery
        "stores.tank",
    ]
    assert found[3].change == -35.0
    assert found[3].relative == 0.5
    assert found[5].relative == 0.5
    assert found[5].weight == pytest.approx(1e-7)


def test_a_tolerance_lets_small_changes_pass(tmp_path: Path) -> None:
    stores = {"battery": {"end_kwh": 10.01, "loss_kwh": 1.1}, "cell": {"end_kwh": 1e-6}}
    found = results(tmp_path, summary_of(stores=stores), tolerance=0.002)
    assert [d.place for d in found] == ["stores.battery.loss_kwh"]


def test_rounding_in_a_balance_is_no_result(tmp_path: Path) -> None:
    balances = [{"carrier": "heat", "place": "hub", "relative_residual": 2e-13}]
    assert results(tmp_path, summary_of(balances=balances)) == []


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "run"
    write_record(folder, 700, 200)
    return folder


def rewritten(base: Path, folder: Path, layout: Layout, change: Any) -> SeriesReader:
    """Write the series of a record again, in another layout and changed."""
    reader = SeriesReader(base)
    directory = RunDirectory(folder)
    directory.begin({})
    writer = directory.writer(layout)
    directory.create_series(writer)
    values = {
        name: np.array(reader.read(name), dtype=np.float64) for name in reader.layout.channels
    }
    change(values)
    for block in range(layout.n_blocks):
        first, end = layout.bounds(block)
        writer.write(first, {name: v[..., first:end] for name, v in values.items()})
    return SeriesReader(folder)


def relaid(layout: Layout, **changes: Any) -> Layout:
    keys = ("channels", "start_utc", "start_t_s", "step_s", "n_steps", "block_steps")
    return Layout(**{**{key: getattr(layout, key) for key in keys}, **changes})


@pytest.mark.parametrize("block_steps", [200, 64, 700])
def test_series_tell_their_largest_difference_and_the_first(
    base: Path, tmp_path: Path, block_steps: int
) -> None:
    """However the two runs are cut into blocks."""

    def change(values: dict[str, np.ndarray]) -> None:
        values["load_power_w"][0, [250, 251, 600]] += [1.0, 16.0, -2.0]

    a = SeriesReader(base)
    b = rewritten(base, tmp_path / "b", relaid(a.layout, block_steps=block_steps), change)
    found = compare_series(a, b, 0.0)
    assert found.compared == 5
    assert (found.only_a, found.only_b, found.why_not) == ((), (), "")
    (only,) = found.differences
    assert only.name == "load_power_w/hub.computer"
    assert (only.largest, only.a, only.b, only.unit) == (16.0, 400.0, 416.0, "W")
    assert only.steps == 3
    assert only.first_utc == "2035-01-01T04:11:00Z"  # step 250 ends after 251 minutes
    assert only.at_utc == "2035-01-01T04:12:00Z"
    assert compare_series(a, b, 0.0026).differences[0].steps == 2
    assert compare_series(b, a, 0.1).differences == ()


def test_what_is_no_number_in_one_run_is_told(base: Path, tmp_path: Path) -> None:
    def broken(values: dict[str, np.ndarray]) -> None:
        values["mode"][[40, 50]] = np.nan

    layout = SeriesReader(base).layout
    readers = [SeriesReader(base)]
    readers += [rewritten(base, tmp_path / name, layout, broken) for name in "bc"]
    (only,) = compare_series(readers[0], readers[1], 1e-3).differences
    assert (only.name, only.steps, only.largest) == ("mode", 2, np.inf)
    assert compare_series(readers[1], readers[2], 0.0).differences == ()


def test_series_that_only_one_run_has(base: Path, tmp_path: Path) -> None:
    def change(values: dict[str, np.ndarray]) -> None:
        values["load_power_w"] = values["load_power_w"][1:]
        values["store_energy_j"] = np.vstack([values["store_energy_j"], np.ones(700)])

    a = SeriesReader(base)
    channels = {
        **a.layout.channels,
        "load_power_w": ("hub.heater", "plant.reactor"),
        "store_energy_j": ("battery", "cell"),
    }
    b = rewritten(base, tmp_path / "b", relaid(a.layout, channels=channels), change)
    found = compare_series(a, b, 0.0)
    assert found.only_a == ("load_power_w/hub.computer",)
    assert found.only_b == ("store_energy_j/cell",)
    assert found.differences == ()
    assert found.compared == 4


def test_runs_of_other_times_are_compared_where_they_overlap(base: Path, tmp_path: Path) -> None:
    def later(values: dict[str, np.ndarray]) -> None:
        for name in values:
            values[name] = values[name][..., 300:]
        values["mode"][10] += 1.0

    a = SeriesReader(base)
    layout = relaid(
        a.layout,
        start_t_s=START_T_S + 300 * STEP_S,
        start_utc="2035-01-01T05:00:00Z",
        n_steps=400,
        block_steps=90,
    )
    b = rewritten(base, tmp_path / "b", layout, later)
    for x, y in ((a, b), (b, a)):
        (only,) = compare_series(x, y, 0.0).differences
        assert (only.name, only.steps, only.first_utc) == ("mode", 1, "2035-01-01T05:11:00Z")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"step_s": 600.0}, "steps are of 60 s and 600 s"),
        ({"start_t_s": START_T_S + 17.0}, "do not end at the same instants"),
        ({"start_t_s": START_T_S + 700 * STEP_S}, "no time in common"),
    ],
)
def test_series_that_cannot_be_compared_say_why(
    base: Path, tmp_path: Path, changes: dict[str, float], told: str
) -> None:
    a = SeriesReader(base)
    b = rewritten(base, tmp_path / "b", relaid(a.layout, **changes), lambda _values: None)
    assert told in compare_series(a, b, 0.0).why_not


def test_a_damaged_block_is_told(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "b")
    (tmp_path / "b" / "series" / "part-000002.parquet").unlink()
    (tmp_path / "b" / "envelope.npy").unlink()
    with pytest.raises(RecordError, match=r"part-000002\.parquet: this block"):
        compare_series(SeriesReader(base), SeriesReader(tmp_path / "b"), 0.0)
