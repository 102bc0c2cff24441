"""Assembly and repair by people who go out: they take what an excursion takes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_elements import element, simulator, sky, small_hub
from running import gained_kg
from test_life_support import crew, habitat

from moonstead.components import Parts, Source, joined
from moonstead.elements.element import Constant
from moonstead.errors import InputError
from moonstead.scenario.build import read_scenario
from moonstead.scenario.examples import scenario_path
from moonstead.scenario.outside import with_outside_work
from moonstead.simulation.schedule import Fault, Mode, Repair, Schedule
from moonstead.simulation.simulator import Simulator
from moonstead.simulation.upkeep import Upkeep
from moonstead.units import DAY_S, HOUR_S

LENGTH_S, DT_S = 7.0 * HOUR_S, 60.0


def worked(people: float, *, by_airlock: bool, water_kg: float | None = None) -> Simulator:
    """Return a station in which a battery has been repaired for seven hours."""
    changes: dict[str, Any] = {"oxygen_supply": None, "nitrogen_supply": None}
    if water_kg is not None:
        changes["water"] = {"capacity_kg": 500.0, "initial_kg": water_kg}
    repair: dict[str, Any] = {"duration_s": DAY_S, "crew": people}
    if by_airlock:
        repair["airlock"] = "airlock"
    elements = [
        *habitat(**changes),
        crew(2.0, work_s=DAY_S),
        element("airlock"),
        element("battery", repair=repair),
    ]
    n_steps = round(LENGTH_S / DT_S)
    series = sky(n_steps, elapsed_s=0.0)
    series["elapsed_s"] = DT_S * np.arange(n_steps)
    plant = Source(name="hub.plant", bus="main", node="hub", available_w=Constant(1e7))
    own = (small_hub().all_parts(), Parts(sources=(plant,)))
    parts = joined([*own, *(made.all_parts() for made in elements)])
    made = simulator(with_outside_work(elements, parts), series, DT_S)
    trouble = Fault(name="trouble", targets=("battery",), mode=Mode.OFF, size=1.0, t_s=0.0)
    repairs = (Repair(element="battery", work_s=LENGTH_S),)
    schedule = Schedule(faults=(trouble,), repairs=repairs)
    made.upkeep = Upkeep(made.station, made.state, made.ledger, schedule, 0.0)
    assert [notice.kind for notice in made.happen(0.0)] == ["failed"]
    made.advance(0, n_steps, made.new_output(n_steps), 0)
    return made


def done_s(made: Simulator) -> float:
    return float(made.ledger.work_done_s[made.station.names.work.index("battery.repair")])


@pytest.mark.parametrize("people", [1.0, 2.0])
def test_it_takes_air_water_and_oxygen_by_persons_and_time(people: float) -> None:
    """Per person: half a tenth of the lock, 5 g/h of leak, sublimator, and work of the body."""
    at_home, outside = worked(people, by_airlock=False), worked(people, by_airlock=True)
    assert done_s(at_home) == done_s(outside) == pytest.approx(LENGTH_S)
    assert [notice.kind for notice in outside.happen(LENGTH_S)] == ["repaired"]
    lost_mol = 0.5 * people * 0.1 * 56.5e3 * 4.5 / (8.314 * 295.0)
    assert -gained_kg(outside, "habitat.nitrogen") == pytest.approx(
        lost_mol * 0.66 * 28.014e-3, rel=1e-3
    )
    harder = people * (293.0 / 136.7 - 1.0) * 0.816 * 7.0 / 24.0
    by_hand = lost_mol * 0.34 * 31.998e-3 + people * 0.005 * 7.0 + harder
    oxygen = gained_kg(at_home, "habitat.oxygen") - gained_kg(outside, "habitat.oxygen")
    assert oxygen == pytest.approx(by_hand, rel=1e-3)
    water = gained_kg(at_home, "habitat.water") - gained_kg(outside, "habitat.water")
    assert water > people * 393.0 * LENGTH_S / 2.50e6


def test_it_waits_where_there_is_no_water_for_the_suits() -> None:
    assert done_s(worked(2.0, by_airlock=True, water_kg=0.0)) < 0.5 * LENGTH_S
    assert done_s(worked(2.0, by_airlock=False, water_kg=0.0)) == pytest.approx(LENGTH_S)


def test_cleaning_by_people_goes_out_too_and_still_cleans() -> None:
    """Half the time takes the square root of what all of it leaves."""
    cleaning = {
        "duration_s": 2 * LENGTH_S,
        "crew": 2.0,
        "removed_fraction": 0.84,
        "airlock": "airlock",
    }
    array = element("solar_array", dust_per_year=0.1, cleaning=cleaning)
    home = habitat(oxygen_supply=None, nitrogen_supply=None)
    elements = [*home, crew(2.0, work_s=DAY_S), element("airlock"), array]
    n_steps = round(LENGTH_S / DT_S)
    parts = joined([small_hub().all_parts(), *(made.all_parts() for made in elements)])
    series = sky(n_steps, elapsed_s=0.0)
    made = simulator(with_outside_work(elements, parts), series, DT_S)
    row = made.station.names.sources.index(array.name)
    made.state.source_dust[row] = 0.5
    made.state.load_level[made.station.names.loads.index(f"{array.name}.cleaning")] = 1.0
    made.advance(0, n_steps, made.new_output(n_steps), 0)
    assert made.state.source_dust[row] == pytest.approx(0.5 * 0.4, rel=1e-2)
    assert gained_kg(made, "habitat.nitrogen") < -0.1


@pytest.mark.parametrize(
    ("work", "told"),
    [
        ('crew = 2\nairlock = "battery-ridge"', "must name an element of type airlock"),
        ('robots = 1\nairlock = "airlock"', "robots need no airlock"),
        ('crew = 2\nairlock = "air-lock"', "airlock"),
    ],
)
def test_what_is_no_way_out_is_refused(tmp_path: Path, work: str, told: str) -> None:
    text = scenario_path("ilrs-crewed").read_text(encoding="utf-8")
    begin = text.index('name = "reactor"')
    end = text.index("[[element.failure]]", begin)
    text = f'{text[:end]}[element.repair]\nduration_s = "8 h"\n{work}\n{text[end:]}'
    path = tmp_path / "s.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told) as caught:
        read_scenario(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 1
    assert 'element "reactor".repair.airlock' in lines[0]
