"""Commodities, working time, ties, processors: against closed forms and sums by hand."""

from typing import Any

import numpy as np
import pytest
from networks import Level, Series, load, node, oxygen_maker, run, simulator, source, store
from scipy.integrate import solve_ivp
from scipy.stats import linregress

from moonstead.components import (
    BoilOff,
    Bus,
    Converter,
    Flow,
    Need,
    Parts,
    Priority,
    Reactant,
    Recorder,
    Supply,
    Tank,
    Tie,
)
from moonstead.contracts import Command
from moonstead.simulation.simulator import Simulator

SUN = source("sun", 1e5)
HEAVY = node(heat_capacity_j_per_k=1e15)


def tank(name: str, commodity: str, capacity_kg: float = 100.0, **changes: object) -> Tank:
    return Tank(name=name, commodity=commodity, capacity_kg=capacity_kg, **changes)  # type: ignore[arg-type]


def kg(made: Simulator, name: str) -> float:
    return float(made.state.tank_kg[made.station.names.tanks.index(name)])


def electrolyser(power_w: float, kg_per_s: float, **changes: object) -> Converter:
    """Nine parts of water into eight of oxygen and one of hydrogen."""
    flows = (
        Flow(commodity="water", kg_per_s=-kg_per_s, tank="water"),
        Flow(commodity="oxygen", kg_per_s=kg_per_s * 8.0 / 9.0, tank="oxygen"),
        Flow(commodity="hydrogen", kg_per_s=kg_per_s / 9.0, tank="hydrogen"),
    )
    worker = load("split", power_w, divisible=True)
    return Converter(load=worker, flows=flows, **changes)  # type: ignore[arg-type]


def gases(water_kg: float = 90.0, **changes: object) -> tuple[Tank, ...]:
    return (
        tank("water", "water", initial_kg=water_kg),
        tank("oxygen", "oxygen"),
        tank("hydrogen", "hydrogen", **changes),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("dt_s", [60.0, 3600.0, 86400.0])
def test_a_leak_is_exponential_at_any_step(dt_s: float) -> None:
    n_steps = round(30 * 86400.0 / dt_s)
    made = simulator(
        Parts(tanks=(tank("air", "oxygen", initial_kg=80.0, leak_per_s=1e-6),)), n_steps, dt_s
    )
    run(made, n_steps)
    assert kg(made, "air") == pytest.approx(80.0 * np.exp(-1e-6 * 30 * 86400.0), rel=1e-12)


def test_boil_off_follows_the_heat_that_comes_in() -> None:
    """Constant node: linear. Cooling node: the integral of its excess over the boiling point."""
    boil = BoilOff(node="box", conductance_w_per_k=0.5, boiling_k=90.0, latent_j_per_kg=2.13e5)
    oxygen = tank("lox", "oxygen", initial_kg=100.0, boil_off=boil)
    made = simulator(Parts(nodes=(HEAVY,), tanks=(oxygen,)), 1000)
    run(made, 1000)
    assert kg(made, "lox") == pytest.approx(100.0 - 0.5 * 200.0 / 2.13e5 * 6e4, rel=1e-9)
    cooling = node(
        heat_capacity_j_per_k=1e4, radiating_area_m2=0.0, ground_conductance_w_per_k=1.0,
        initial_temperature_k=290.0,
    )  # fmt: skip
    series = {"ground_temperature_k": np.full(4000, 90.0)}
    made = simulator(Parts(nodes=(cooling,), tanks=(oxygen,)), 4000, 5.0, series)
    run(made, 4000)
    lost_kg = 0.5 / 2.13e5 * 200.0 * 1e4 * (1.0 - np.exp(-2.0))
    assert kg(made, "lox") == pytest.approx(100.0 - lost_kg, rel=1e-4)


def test_a_tank_empties_by_leak_and_boiling_but_not_below_nothing() -> None:
    boil = BoilOff(node="box", conductance_w_per_k=50.0, boiling_k=90.0, latent_j_per_kg=2.13e5)
    made = simulator(
        Parts(
            nodes=(HEAVY,),
            tanks=(tank("lox", "oxygen", initial_kg=1.0, boil_off=boil, leak_per_s=1e-4),),
        ),
        1000,
    )
    run(made, 1000)
    assert kg(made, "lox") == 0.0
    assert made.ledger.tank_lost_kg[0] == pytest.approx(1.0, rel=1e-12)


def test_a_converter_takes_power_along_a_willans_line() -> None:
    parts = Parts(
        sources=(SUN,), converters=(electrolyser(1000.0, 9e-4, idle_fraction=0.3),), tanks=gases()
    )
    powers_w = []
    rates = (0.1, 0.4, 0.7, 1.0)
    for level in rates:
        made = simulator(parts, 10)
        made.obey([Command("split", level)])
        run(made, 10)
        powers_w.append(made.ledger.load_used_j[0] / 600.0)
        assert 90.0 - kg(made, "water") == pytest.approx(9e-4 * level * 600.0)
        assert kg(made, "oxygen") == pytest.approx(8e-4 * level * 600.0)
    line = linregress(rates, powers_w)
    assert (line.intercept, line.slope) == pytest.approx((300.0, 700.0))
    short = simulator(
        Parts(sources=(source("sun", 650.0),), converters=parts.converters, tanks=parts.tanks), 10
    )
    run(short, 10)  # 650 W are 300 W for being on and 350 of 700 W for half the throughput
    assert 90.0 - kg(short, "water") == pytest.approx(9e-4 * 0.5 * 600.0)


def test_warm_up_costs_its_time_and_cooling_brings_it_back() -> None:
    plant = electrolyser(1000.0, 9e-4, warm_up_s=600.0)
    made = simulator(Parts(sources=(SUN,), converters=(plant,), tanks=gases()), 100)
    output = made.new_output(100)
    made.advance(0, 10, output, 0)
    assert kg(made, "oxygen") == 0.0
    assert made.ledger.load_used_j[0] == pytest.approx(6e5)
    made.advance(10, 20, output, 0)
    assert kg(made, "oxygen") == pytest.approx(8e-4 * 600.0)
    made.obey([Command("split", 0.0)])
    made.advance(20, 24, output, 0)  # 240 s off: as much to warm up again
    made.obey([Command("split", 1.0)])
    made.advance(24, 34, output, 0)
    assert kg(made, "oxygen") == pytest.approx(8e-4 * (600.0 + 360.0))


def test_a_minimum_run_goes_on_after_the_command() -> None:
    plant = electrolyser(1000.0, 9e-4, min_run_s=1200.0)
    made = simulator(Parts(sources=(SUN,), converters=(plant,), tanks=gases()), 60)
    output = made.new_output(60)
    made.advance(0, 5, output, 0)
    made.obey([Command("split", 0.0)])
    made.advance(5, 60, output, 0)
    assert kg(made, "oxygen") == pytest.approx(8e-4 * 1200.0)
    assert output["load_power_w"][0].tolist() == [1000.0] * 20 + [0.0] * 40


def test_a_full_tank_stops_its_maker_and_a_relief_valve_does_not() -> None:
    for relief in (False, True):
        small = gases(capacity_kg=0.01, relief=relief)
        made = simulator(
            Parts(sources=(SUN,), converters=(electrolyser(1000.0, 9e-4),), tanks=small), 100
        )
        run(made, 100)
        assert kg(made, "hydrogen") == pytest.approx(0.01)
        split_kg = 5.4 if relief else 0.09
        assert 90.0 - kg(made, "water") == pytest.approx(split_kg)
        vented_kg = made.ledger.tank_lost_kg[made.station.names.tanks.index("hydrogen")]
        assert vented_kg == pytest.approx(split_kg / 9.0 - 0.01, abs=1e-12)


def test_reaction_heat_warms_its_node() -> None:
    box = node(heat_capacity_j_per_k=1e6, radiating_area_m2=0.0, initial_temperature_k=280.0)
    body = Converter(
        load=load("body", 0.0, bus=""),
        flows=(
            Flow(commodity="oxygen", kg_per_s=-9.5e-6, tank="air"),
            Flow(commodity="carbon-dioxide", kg_per_s=9.5e-6),
        ),
        reaction_heat_w=137.0,
    )
    made = simulator(
        Parts(nodes=(box,), converters=(body,), tanks=(tank("air", "oxygen", initial_kg=50.0),)),
        1440,
    )
    run(made, 1440)
    assert made.state.node_temperature_k[0] == pytest.approx(280.0 + 137.0 * 86400.0 / 1e6)
    assert kg(made, "air") == pytest.approx(50.0 - 9.5e-6 * 86400.0)


def test_a_store_with_reactants_holds_what_its_tanks_hold() -> None:
    """Hydrogen and oxygen at 8: 1 with 1e-8 kg/J of hydrogen; others fill its tank as well."""
    per_j = 1e-8
    reactants = (
        Reactant(tank="water", commodity="water", kg_per_j=-9.0 * per_j),
        Reactant(tank="oxygen", commodity="oxygen", kg_per_j=8.0 * per_j),
        Reactant(tank="hydrogen", commodity="hydrogen", kg_per_j=per_j),
    )
    cell = store("cell", reactants=reactants, floor_fraction=0.0, charge_efficiency=0.5)
    parts = Parts(
        nodes=(HEAVY,), sources=(source("sun", Series("sun")),), loads=(load("lamp", 100.0),),
        stores=(cell,), tanks=gases(10.0),
    )  # fmt: skip
    sun_w = np.where(np.arange(200) < 100, 600.0, 0.0)
    made = simulator(parts, 200, 10.0, {"sun": sun_w})
    output = run(made, 200)
    peak_j = 500.0 * 0.5 * 1000.0
    assert output["store_energy_j"][0, 99] == pytest.approx(peak_j, rel=1e-6)
    hydrogen = made.station.names.tanks.index("hydrogen")
    assert output["tank_kg"][hydrogen, 99] == pytest.approx(peak_j * per_j, rel=1e-6)
    left_j = peak_j - 100.0 * 1000.0 / 0.8
    assert made.state.store_energy_j[0] == pytest.approx(left_j, rel=1e-9)
    assert kg(made, "water") == pytest.approx(10.0 - left_j * 9.0 * per_j, rel=1e-9)
    held = (
        tank("water", "water", initial_kg=10.0),
        tank("oxygen", "oxygen", initial_kg=8e-3),
        tank("hydrogen", "hydrogen", initial_kg=1e-3, leak_per_s=1e-3),
    )
    leaking = simulator(Parts(stores=(cell,), tanks=held), 100, 10.0)
    run(leaking, 100)  # its energy is what the scarcer gas allows
    held_j = 1e5 * np.exp(-1e-3 * 990.0)
    assert leaking.state.store_energy_j[0] == pytest.approx(held_j, rel=1e-9)


def test_a_store_takes_of_a_tank_what_converters_leave() -> None:
    """A cell being charged and an electrolyser that drink from one small tank never overdraw it."""
    per_j = 1e-8
    reactants = (
        Reactant(tank="water", commodity="water", kg_per_j=-9.0 * per_j),
        Reactant(tank="oxygen", commodity="oxygen", kg_per_j=8.0 * per_j),
        Reactant(tank="hydrogen", commodity="hydrogen", kg_per_j=per_j),
    )
    cell = store("cell", reactants=reactants, floor_fraction=0.0)
    split = Converter(
        load=load("split", 100.0, divisible=True),
        flows=(
            Flow(commodity="water", kg_per_s=-9e-6, tank="water"),
            Flow(commodity="oxygen", kg_per_s=8e-6, tank="oxygen"),
            Flow(commodity="hydrogen", kg_per_s=1e-6, tank="hydrogen"),
        ),
    )
    parts = Parts(
        sources=(source("sun", 1100.0),), stores=(cell,), converters=(split,), tanks=gases(1e-3)
    )
    made = simulator(parts, 20, 60.0)
    for step in range(20):
        made.advance(step, step + 1, made.new_output(1), step)
        assert made.state.tank_kg.min() >= 0.0
    assert kg(made, "water") == pytest.approx(0.0, abs=1e-12)
    assert sum(kg(made, name) for name in ("water", "oxygen", "hydrogen")) == pytest.approx(1e-3)


def test_working_time_is_shared_by_priority() -> None:
    one, two = (Need(pool="crew", amount=1.0),), (Need(pool="crew", amount=2.0),)
    free: dict[str, Any] = {"power_w": 0.0, "bus": ""}
    tasks = (
        load("dig", needs=two, **free),
        load("mend", needs=one, priority=Priority.MAINTENANCE, **free),
        load("read", needs=one, divisible=True, priority=Priority.PRODUCTION, **free),
    )
    people = Supply(name="people", pool="crew", amount=Series("people"))
    awake = np.array([4.0, 3.5, 3.0, 2.0, 1.0, 0.5, 0.0])
    made = simulator(Parts(loads=tasks, supplies=(people,)), 7, 3600.0, {"people": awake})
    output = made.new_output(7)
    names = made.station.names
    did = []
    for step in range(7):
        made.advance(step, step + 1, output, 0)
        did.append({name: float(made.state.work_duty[k]) for k, name in enumerate(names.work)})
    order = sorted(tasks, key=lambda task: (task.priority, task.name))
    for step, people_awake in enumerate(awake):
        left = people_awake
        for task in order:
            share = min(left / task.needs[0].amount, 1.0)
            share = share if task.divisible or share == 1.0 else 0.0
            left -= share * task.needs[0].amount
            assert did[step][task.name] == pytest.approx(share), (step, task.name)
    assert made.ledger.pool_offered_s[0] == pytest.approx(awake.sum() * 3600.0)


def test_a_crane_without_power_gives_no_time() -> None:
    motor = load("motor", 100.0)
    arm = Supply(name="arm", pool="robot", amount=Level(1.0), load="motor")
    task = load("build", 0.0, bus="", needs=(Need(pool="robot", amount=1.0),), divisible=True)
    made = simulator(
        Parts(sources=(source("sun", Series("sun")),), loads=(motor, task), supplies=(arm,)),
        6, 60.0, {"sun": np.array([200.0, 200.0, 0.0, 0.0, 200.0, 200.0])},
    )  # fmt: skip
    run(made, 6)
    assert made.ledger.pool_offered_s[0] == pytest.approx(180.0)  # by the power of the step before
    assert made.ledger.work_done_s[0] == pytest.approx(180.0)


def tied(level: float) -> Parts:
    return Parts(
        buses=(Bus(name="main"), Bus(name="far")),
        ties=(Tie(name="tie", bus_a="main", bus_b="far", initial_level=level),),
        nodes=(HEAVY,),
        sources=(source("sun", Series("sun")),),
        loads=(load("lamp", 80.0), load("far-lamp", 50.0, bus="far", priority=Priority.SURVIVAL)),
        stores=(store("battery", bus="far", capacity_j=2e6),),
    )


def untied(buses: tuple[str, ...]) -> Parts:
    parts = tied(0.0)
    far = buses[-1]
    return Parts(
        buses=tuple(Bus(name=name) for name in buses),
        nodes=parts.nodes,
        sources=parts.sources,
        loads=(load("lamp", 80.0), load("far-lamp", 50.0, bus=far, priority=Priority.SURVIVAL)),
        stores=(store("battery", bus=far, capacity_j=2e6),),
    )


def test_a_closed_tie_is_one_bus_and_an_open_one_is_two() -> None:
    sun = {"sun": 200.0 * np.clip(np.sin(np.arange(300) / 20.0), 0.0, None)}
    for level, buses in ((1.0, ("main",)), (0.0, ("main", "far"))):
        with_tie = simulator(tied(level), 300, 60.0, sun)
        without = simulator(untied(buses), 300, 60.0, sun)
        rows = run(with_tie, 300).rows, run(without, 300).rows
        assert rows[0].tobytes() == rows[1].tobytes()
    turned = simulator(tied(1.0), 300, 60.0, sun)
    output = turned.new_output(300)
    turned.advance(0, 150, output, 0)
    turned.obey([Command("tie", 0.0)])
    turned.advance(150, 300, output, 0)
    lamp = turned.station.names.loads.index("lamp")
    expected_w = np.where(sun["sun"][150:] >= 80.0, 80.0, 0.0)
    assert output["load_power_w"][lamp, 150:] == pytest.approx(expected_w)


def test_a_processor_turns_raw_data_into_its_own() -> None:
    """1000 bit/s raw for 100 s, read at 400 bit/s, a tenth of it kept."""
    parts = Parts(
        nodes=(HEAVY,), sources=(SUN,), recorders=(Recorder(name="disk", capacity_bit=1e9),),
        loads=(
            load("camera", 5.0, data_rate_bit_per_s=1000.0, recorder="disk"),
            load("chip", 5.0, data_rate_bit_per_s=40.0, recorder="disk", reads="disk",
                 read_rate_bit_per_s=400.0),
        ),
    )  # fmt: skip
    made = simulator(parts, 400, 1.0)
    output = made.new_output(400)
    made.advance(0, 100, output, 0)
    made.obey([Command("camera", 0.0)])
    made.advance(100, 400, output, 0)
    camera, chip = (made.station.names.loads.index(name) for name in ("camera", "chip"))
    assert made.ledger.load_processed_bit[camera] == pytest.approx(100_000.0)
    assert made.state.load_queue_bit[camera] == pytest.approx(0.0, abs=1e-6)
    assert made.state.load_queue_bit[chip] == pytest.approx(10_000.0)


def test_brushing_and_settling_dust_balance_as_scipy_says() -> None:
    brush = load("brush", 0.0, bus="", cleans="sun", cleaning_per_s=1e-6)
    dusty = source("sun", 100.0, dust_per_year=3.0)
    made = simulator(Parts(sources=(dusty,), loads=(brush,)), 20000, 600.0)
    run(made, 20000)
    per_s = 3.0 / (365.25 * 86400.0)
    solved = solve_ivp(
        lambda _, y: per_s * (1.0 - y) - 1e-6 * y, (0.0, 1.2e7), [0.0], rtol=1e-9, atol=1e-12
    )
    assert made.state.source_dust[0] == pytest.approx(solved.y[0, -1], rel=1e-3)


def test_two_makers_take_from_one_tank_in_their_order() -> None:
    first = oxygen_maker(load("a-plant", 100.0, divisible=True), 1e4, "oxygen")
    burner = Converter(
        load=load("z-engine", 0.0, bus="", divisible=True),
        flows=(
            Flow(commodity="oxygen", kg_per_s=-0.05, tank="oxygen"),
            Flow(commodity="carbon-dioxide", kg_per_s=0.05),
        ),
    )
    made = simulator(
        Parts(sources=(SUN,), converters=(first, burner), tanks=(tank("oxygen", "oxygen"),)),
        100,
        1.0,
    )
    run(made, 100)
    # What is made in a step can be used in the next: 0.01 kg/s from the second step on.
    assert made.ledger.work_done_s[made.station.names.work.index("z-engine")] == pytest.approx(
        99 * 0.01 / 0.05
    )
