"""The fault catalogue: complete, fit to what it strikes, and at the rates that it says."""

from pathlib import Path
from typing import get_args

import pytest
from scipy import stats

import scenarios
from moonstead.elements.catalogue import AnyElement
from moonstead.elements.examples import example_elements
from moonstead.errors import InputError
from moonstead.scenario.avionics import PARTS, PATH_MODES
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.examples import scenario_path
from moonstead.scenario.fault_catalogue import (
    EVERY,
    GROUND_STATIONS,
    PATHS,
    catalogue_failures,
    fault_catalogue,
    struck,
    units_of,
)
from moonstead.simulation.schedule import AVIONICS, Mode
from moonstead.units import JULIAN_YEAR_S

ROWS = fault_catalogue()
TYPES = {get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(AnyElement)}


def test_all_44_faults_are_in_it_and_only_three_come_of_something_else() -> None:
    assert {row.number for row in ROWS.values()} == set(range(1, 45))
    assert {row.number for row in ROWS.values() if row.mode is None} == {24, 33}
    for row in ROWS.values():
        assert row.source or row.note, row.name
        assert row.kind in {"O", "D", "C"} or row.mode is None, row.name
        assert (row.rate_per_year > 0.0) == (row.mode is not None), row.name


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.mode is not None])
def test_a_row_strikes_what_its_mode_can_harm(name: str) -> None:
    row = ROWS[name]
    for what in row.elements:
        if what.startswith(f"{AVIONICS}."):
            assert row.mode in PARTS[what]
        elif what in {PATHS, GROUND_STATIONS}:
            assert row.mode in PATH_MODES
        elif what != EVERY:
            assert what in TYPES
            assert struck(row, example_elements(what)[0]), what


def test_rows_of_one_cause_come_at_one_rate() -> None:
    for cause in {row.cause for row in ROWS.values() if row.cause}:
        same = [row for row in ROWS.values() if row.cause == cause]
        assert len(same) > 1
        assert len({(row.shape, row.rate_per_year) for row in same}) == 1


@pytest.mark.parametrize("name", ["pv-string-open", "heater-off"])
def test_the_mean_time_to_a_failure_is_that_of_its_rate(name: str) -> None:
    row = ROWS[name]
    mean_s = stats.weibull_min.mean(row.shape, scale=row.scale_s)
    assert mean_s == pytest.approx(JULIAN_YEAR_S / row.rate_per_year)


def test_in_the_reference_station_everything_that_can_be_struck_is() -> None:
    scenario, _ = read_scenario(scenario_path("ilrs-basic"))
    strikes = {name for name, row in ROWS.items() if units_of(row, scenario)}
    absent = {name for name in ROWS if name not in strikes}
    assert {ROWS[name].number for name in absent} <= {25, 27, 29, 32}  # no loop, habitat, drill
    assert len(units_of(ROWS["pv-string-open"], scenario)) == 2
    assert dict(units_of(ROWS["antenna-off-point"], scenario))["relay"] == ("path:relay",)


def world(tmp_path: Path, *more: str) -> World:
    path = tmp_path / "struck.toml"
    own = scenarios.SITE + scenarios.GROUND
    parts = (scenarios.PARTNER, scenarios.NETWORK, scenarios.HUB, scenarios.POWER, scenarios.CAMERA)
    path.write_text(scenarios.text(own, *parts, *more))
    return build_world(*read_scenario(path), path)


def told(tmp_path: Path, *more: str) -> list[tuple[str, str, str]]:
    with pytest.raises(InputError) as caught:
        world(tmp_path, *more)
    return [(p.path, str(p.value), p.remedy) for p in caught.value.problems]


def test_rates_scale_and_rows_can_be_left_out(tmp_path: Path) -> None:
    text = '[catalogue_faults]\nfactor = 4\nwithout = ["heater-off"]\n'
    scenario = world(tmp_path, text).scenario
    failures = {one.fault.name: one for one in catalogue_failures(scenario)}
    assert failures["heater-on:camera"].scale == pytest.approx(ROWS["heater-on"].scale_s / 4)
    assert not [name for name in failures if name.startswith("heater-off")]
    assert failures["ground-station-outage:kashi"].fault.targets == ("kashi",)
    assert failures["unforecast-shadow:all"].cause == "unforecast-shadow:all"
    assert failures["unforecast-shadow-seen:all"].cause == "unforecast-shadow:all"
    assert not list(catalogue_failures(world(tmp_path).scenario))


def fault(**keys: str) -> str:
    given = {"name": '"trouble"', "at": "2035-03-02", "target": '["camera"]', **keys}
    return "[[fault]]\n" + "\n".join(f"{key} = {value}" for key, value in given.items()) + "\n"


def test_a_fault_takes_what_it_does_not_say_from_its_row(tmp_path: Path) -> None:
    text = fault(catalogue='"reset-loop"', target='["avionics.computer"]', size="0.5")
    made = world(tmp_path, text).schedule.faults[0]
    assert (made.mode, made.size, made.duration_s) == (Mode.INTERMITTENT, 0.5, 86400.0)
    assert made.period_s == pytest.approx(2400.0, abs=1.0)
    assert "again and again" in made.text


def test_a_row_strikes_its_part_of_an_element_that_is_named(tmp_path: Path) -> None:
    made = world(tmp_path, fault(catalogue='"heater-on"')).schedule.faults[0]
    assert made.targets == ("camera.heater",)
    assert (made.mode, made.duration_s) == (Mode.STUCK, None)


BAD = [
    (fault(mode='"hang"'), "target", "camera", 'mode "hang" is one of avionics.PART'),
    (
        fault(mode='"off"', target='["avionics.computr"]'),
        "target",
        "avionics.computr",
        'did you mean "avionics.computer"?',
    ),
    (
        fault(mode='"leak"', target='["avionics.computer"]'),
        "target",
        "avionics.computer",
        "give reset or hang or intermittent or off",
    ),
    (
        fault(mode='"derated"', target='["kashi"]'),
        "target",
        "kashi",
        'mode "derated" is none of a link; give off or intermittent',
    ),
    (fault(mode='"off"', target='["kasi"]'), "target", "kasi", 'did you mean "kashi"?'),
    (fault(mode='"off"', target='["home:csna"]'), "target", "home:csna", '"home:cnsa"'),
    (
        fault(catalogue='"rover-stuck"'),
        "target",
        "camera",
        '"rover-stuck" strikes rover; it is of type instrument',
    ),
    (fault(catalogue='"lunar-eclipse"'), "target", "camera", "every run has the eclipses"),
    (fault(), "mode", "", "give either mode or catalogue"),
    (fault(catalogue='"heater-of"'), "catalogue", "heater-of", 'did you mean "heater-off"?'),
    ('[catalogue_faults]\nwithout = ["heter"]\n', "without", "heter", "heater-off"),
]


@pytest.mark.parametrize(("text", "key", "value", "remedy"), BAD, ids=range(len(BAD)))
def test_what_is_wrong_is_told(
    tmp_path: Path, text: str, key: str, value: str, remedy: str
) -> None:
    problems = told(tmp_path, text)
    assert len(problems) == 1
    path, shown, said = problems[0]
    assert key in path
    assert value in shown
    assert remedy in said
