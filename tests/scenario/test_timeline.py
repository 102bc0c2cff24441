"""Scripts of growth and faults: what is told of bad ones, and what good ones become."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scenarios
from moonstead.comms.plan import plan_of_rows
from moonstead.components import joined
from moonstead.errors import InputError
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.contact_network import ContactNetwork
from moonstead.scenario.surroundings import PlacedSurroundings, run_grid, surroundings
from moonstead.simulation.schedule import Mode

TANKS = """
[[element]]
type = "tank"
name = "stores"
partner = "cnsa"
mass_kg = 20
commodity = "spare-parts"
capacity_kg = 100
arrives = 2035-03-03

[[element]]
type = "tank"
name = "oxygen"
partner = "cnsa"
mass_kg = 20
commodity = "oxygen"
capacity_kg = 100
initial_kg = 50
"""
SITE = scenarios.SITE + scenarios.GROUND
PARTS = (
    SITE,
    scenarios.PARTNER,
    scenarios.NETWORK,
    scenarios.HUB,
    scenarios.POWER,
    scenarios.CAMERA,
    TANKS,
)


def world(tmp_path: Path, *more: str, **run: Any) -> World:
    path = tmp_path / "grown.toml"
    path.write_text(scenarios.text(*PARTS, *more, **run))
    return build_world(*read_scenario(path), path)


def told(tmp_path: Path, *more: str) -> list[tuple[str, str, str]]:
    with pytest.raises(InputError) as caught:
        world(tmp_path, *more)
    return [(p.path, str(p.value), p.remedy) for p in caught.value.problems]


def fault(name: str = "trouble", **changes: str) -> str:
    keys = {"at": "2035-03-04", "target": '["battery"]', "mode": '"off"'} | changes
    lines = "\n".join(f"{key} = {value}" for key, value in keys.items() if value)
    return f'[[fault]]\nname = "{name}"\n{lines}\n'


BAD = [
    (
        fault(target='["batery"]'),
        'fault "trouble".target',
        "batery",
        'nothing has this name; did you mean "battery"?',
    ),
    (
        fault(target='["battery.heatr"]'),
        'fault "trouble".target',
        "battery.heatr",
        'did you mean "battery.heater"?',
    ),
    (
        fault(mode='"faded"', target='["array"]'),
        'fault "trouble".target',
        "array",
        'mode "faded" harms a store; it has none',
    ),
    (
        fault(mode='"leak"', target='["oxygen", "hub"]'),
        'fault "trouble".target',
        "hub",
        'mode "leak" harms a tank; it has none',
    ),
    (
        fault(
            at="",
            when='{ quantity = "tank_fraction", channel = "oxigen", below = 0.1 }',
        ),
        'fault "trouble".when.channel',
        "oxigen",
        'no tank has this name; did you mean "oxygen"?',
    ),
    (
        fault(target='["stores"]', mode='"leak"', at="2035-03-02"),
        'fault "trouble".at',
        "2035-03-02 00:00 UTC",
        "stores arrives only on 2035-03-03 00:00 UTC; give a later date",
    ),
    (
        '[[delivery]]\nat = 2035-03-04\ntank = "stroes"\nmass_kg = 5\n',
        "delivery #1.tank",
        "stroes",
        'no element or tank has this name; did you mean "stores"?',
    ),
    (
        '[[delivery]]\nat = 2035-03-02\ntank = "stores"\nmass_kg = 5\n',
        "delivery #1.at",
        "2035-03-02 00:00 UTC",
        "stores arrives only on 2035-03-03",
    ),
    (
        '[[event]]\nname = "grain"\nkind = "micrometeoroid"\nat = 2035-03-04\n',
        'event "grain".target',
        "[]",
        "name the one tank that it hits",
    ),
    (
        '[[event]]\nname = "storm"\nkind = "radiation-storm"\nat = 2035-03-04\ntarget = ["hub"]\n',
        'event "storm".target',
        "hub",
        'mode "worn" harms a source; it has none',
    ),
]


@pytest.mark.parametrize(("script", "place", "value", "remedy"), BAD)
def test_one_mistake_is_told_with_its_place_and_value(
    tmp_path: Path, script: str, place: str, value: str, remedy: str
) -> None:
    found = told(tmp_path, script)
    assert len(found) == 1
    if not place.startswith("delivery #1.tank"):  # found when the file is read
        assert found[0][:2] == (place, value)
        assert remedy in found[0][2]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    scripts = [
        script.replace('"trouble"', f'"trouble-{k}"')
        for k, (script, place, _, _) in enumerate(BAD)
        if not place.startswith("delivery #1.tank")
    ]
    assert len(told(tmp_path, *scripts)) == len(scripts)


def test_two_of_one_name(tmp_path: Path) -> None:
    event = '[[event]]\nname = "trouble"\nkind = "dust"\nat = 2035-03-04\n'
    found = told(tmp_path, fault(), event)
    assert found == [
        ('event "trouble".name', "trouble", "another fault or event has this name already")
    ]


@pytest.mark.parametrize(
    ("key", "line", "remedy"),
    [
        ("failure #1.part", 'part = "heatr"\nscale_s = "1 year"', 'did you mean "heater"?'),
        ("failure #1.part", 'part = "heater"\nscale_cycles = 100', "names no store of it"),
        ("failure #1.part", 'mode = "leak"\nscale_s = "1 year"', "names no tank of it"),
        ("failure #1.scale_s", 'part = "heater"', "give either scale_s or scale_cycles"),
        (
            "failure #1.part",
            'counts = "running"\nscale_s = "1 year"',
            "name the load whose running time counts",
        ),
    ],
)
def test_failures_of_what_an_element_has_not(
    tmp_path: Path, key: str, line: str, remedy: str
) -> None:
    battery = scenarios.POWER + f"[[element.failure]]\n{line}\n"
    path = tmp_path / "bad.toml"
    path.write_text(scenarios.text(*(battery if p is scenarios.POWER else p for p in PARTS)))
    with pytest.raises(InputError) as caught:
        build_world(*read_scenario(path), path)
    (problem,) = caught.value.problems
    assert problem.path == f'element "battery".{key}'
    assert remedy in problem.remedy


def changed(tmp_path: Path, old: str, new: str) -> list[str]:
    path = tmp_path / "bad.toml"
    text = scenarios.text(*PARTS)
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        build_world(*read_scenario(path), path)
    return [f"{p.path}: {p.remedy}" for p in caught.value.problems]


def test_lives_out_of_order(tmp_path: Path) -> None:
    line = "arrives = 2035-03-03"
    for new, said in (
        (f"{line}\nretires = 2035-03-02", "retires: must be after it arrives"),
        (
            f'{line}\nmove = [{{ at = 2035-03-02, place = "x" }}]',
            "move #1.place: no place has this name",
        ),
        ('assembly = { duration_s = "1 h" }', "assembly: an element that is there from the start"),
        (f"{line}\nspare_kg = 3", "spares: spare_kg and spares go together"),
    ):
        assert any(said in text for text in changed(tmp_path, line, new)), said


def test_what_needs_something_cannot_come_before_it(tmp_path: Path) -> None:
    found = changed(tmp_path, 'name = "hub"', 'name = "hub"\narrives = 2035-03-05')
    said = 'element "camera".arrives: hub arrives only on 2035-03-05 00:00 UTC; give a later date'
    assert found == [f"{said}, and recorder needs it"]


def test_assembly_needs_somebody(tmp_path: Path) -> None:
    line = "arrives = 2035-03-03"
    new = f'{line}\nassembly = {{ duration_s = "1 h", robots = 1 }}'
    assert any("no element gives robot time" in text for text in changed(tmp_path, line, new))


@pytest.mark.parametrize(
    "text",
    [
        'at = 2035-03-04\nwhen = { quantity = "tank_fraction", channel = "oxygen", below = 0.1 }',
        "",
        'when = { quantity = "tank_fraction", channel = "oxygen" }',
    ],
)
def test_a_fault_begins_in_one_way(tmp_path: Path, text: str) -> None:
    script = f'[[fault]]\nname = "x"\ntarget = ["hub"]\nmode = "off"\n{text}\n'
    assert any(
        "either at or when" in t[2] or "below, above" in t[2] for t in told(tmp_path, script)
    )


# --- good ones ------------------------------------------------------------------------------------


def test_events_become_faults_of_what_they_harm(tmp_path: Path) -> None:
    events = "".join(
        f'[[event]]\nname = "{kind}"\nkind = "{kind}"\nat = 2035-03-04\n'
        for kind in ("dust", "lander-plume", "radiation-storm", "moonquake")
    )
    grain = '[[event]]\nname = "grain"\nkind = "micrometeoroid"\nmean_interval_s = "10 year"\n'
    schedule = world(tmp_path, events, grain).schedule
    assert {(f.targets, f.mode) for f in schedule.faults} == {
        (("array",), Mode.DUSTED), (("array",), Mode.WORN), (("array",), Mode.DERATED),
    }  # fmt: skip
    rates = [1.0 / failure.scale for failure in schedule.failures]
    targets = [failure.fault.targets for failure in schedule.failures]
    assert targets == [("stores",), ("oxygen",)]  # one is hit, not all
    assert sum(rates) == pytest.approx(1.0 / (10 * 365.25 * 86400.0))


@pytest.mark.parametrize(
    ("arrives", "left_h"),
    [("2035-03-02", 9.0), ("2035-03-01", 9.0), ("2035-02-28T20:00:00", 5.0), ("2035-01-01", 0.0)],
)
def test_what_landed_before_the_run_has_been_worked_on(
    tmp_path: Path, arrives: str, left_h: float
) -> None:
    late = f"""
[[element]]
type = "tank"
name = "late"
partner = "cnsa"
mass_kg = 20
commodity = "oxygen"
capacity_kg = 100
arrives = {arrives}
[element.assembly]
duration_s = "9 h"
"""
    made = world(tmp_path, late, start="2035-03-01T00:00:00Z", end="2035-03-05T00:00:00Z")
    life = next(life for life in made.schedule.lives if life.element == "late")
    assert life.assembly_s == left_h * 3600.0


def test_a_move_changes_the_light_from_that_step_on(tmp_path: Path) -> None:
    place = '[[place]]\nname = "trap"\nground_temperature_k = 60\n'
    moved = scenarios.POWER.replace(
        'name = "array"', 'name = "array"\nmove = [{ at = 2035-03-03T12:00:00, place = "trap" }]'
    )
    parts = [moved if p is scenarios.POWER else p for p in PARTS]
    path = tmp_path / "moved.toml"
    path.write_text(scenarios.text(*parts, place))
    made = build_world(*read_scenario(path), path)
    placed = surroundings(made, run_grid(made))
    step = int(2.5 * 144)
    array = joined(e.all_parts() for e in made.scenario.element if e.name == "array").sources[0]
    here_w = array.available_w(placed(""))
    power_w = array.available_w(placed("array"))
    assert np.array_equal(power_w[:step], here_w[:step])
    assert here_w[step - 1] > 0.0
    assert here_w[step] > 0.0
    assert np.all(power_w[step:] == 0.0)
    assert np.all(placed("battery")["ground_temperature_k"] == placed("")["ground_temperature_k"])


def test_two_moves_are_spliced_in_order() -> None:
    series = {"x": np.zeros(6)}, {"x": np.ones(6)}, {"x": np.full(6, 2.0)}
    silence = ContactNetwork(plan_of_rows(("station",), []), {}, {}, {}, {}, ())
    stays = {"rover": ((0, None), (2, "a"), (3, "b"))}
    placed = PlacedSurroundings(series[0], {"a": series[1], "b": series[2]}, stays, silence)
    assert placed("rover.battery")["x"].tolist() == [0.0, 0.0, 1.0, 2.0, 2.0, 2.0]
    assert placed("hub")["x"].tolist() == [0.0] * 6


def test_a_run_may_be_long_with_long_steps(tmp_path: Path) -> None:
    long = world(tmp_path, start="2035-03-01", end="2055-03-01")
    assert run_grid(long).run_count > 1_000_000
    path = tmp_path / "too-long.toml"
    path.write_text(scenarios.text(*PARTS, start="2035-03-01", end="2055-03-01", step_s=60.0))
    with pytest.raises(InputError, match="a run is at most 1830 days long"):
        read_scenario(path)


def test_the_seed_decides_the_chance(tmp_path: Path) -> None:
    made = world(tmp_path)
    assert made.schedule.seed == made.scenario.run.seed
    assert replace(made.schedule, seed=9) != made.schedule
