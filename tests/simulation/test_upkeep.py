"""What happens to a station besides physics: lives, faults of every mode, repairs, chance."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from living import DAY_S, DT_S, HOUR_S, fault, kinds, lived, living, station, steps
from networks import load, node, oxygen_maker, random_parts, random_sky, simulator
from scipy import stats

from moonstead.components import Parts, Tank, Tie
from moonstead.contracts import Command
from moonstead.simulation.balance import balances
from moonstead.simulation.schedule import (
    Condition,
    Delivery,
    Failure,
    Fault,
    Life,
    Mode,
    Repair,
    Schedule,
)
from moonstead.simulation.simulator import Simulator
from moonstead.simulation.upkeep import Upkeep

HEALTHY = Schedule()


def kg(made: Simulator, tank: str, account: str = "tank_kg") -> float:
    of = made.state if account == "tank_kg" else made.ledger
    return float(getattr(of, account)[made.station.names.tanks.index(tank)])


def at(schedule: Schedule, n_steps: int = 40, **changes: Any) -> Any:
    return lived(living(station(**changes), schedule, n_steps), n_steps)


# --- lives ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("robots", [1.0, 0.25, 2.0])
def test_commissioned_after_exactly_the_hours_that_the_pool_gave(robots: float) -> None:
    life = Life(element="lamp", arrives_t_s=600.0, assembly_s=900.0)
    power_w, told = at(Schedule(lives=(life,)), 100, robots=robots)
    done_s = 600.0 + 900.0 / min(robots, 1.0)
    assert kinds(told) == [(600.0, "arrived", "lamp"), (done_s, "commissioned", "lamp")]
    first = round(done_s / DT_S)
    assert np.all(power_w["lamp"][:first] == 0.0)
    assert np.all(power_w["lamp"][first:] == 100.0)


def test_assembly_waits_while_the_pool_gives_nothing() -> None:
    robots = np.repeat([1.0, 0.0, 0.5], [15, 20, 65])  # 5 min of work by 900 s, none by 2100 s
    life = Life(element="lamp", arrives_t_s=600.0, assembly_s=900.0)
    told = at(Schedule(lives=(life,)), 100, robots=robots)[1]
    assert kinds(told)[-1] == (2100.0 + 600.0 / 0.5, "commissioned", "lamp")


def test_nothing_works_before_arrival_and_after_retirement() -> None:
    life = Life(element="lamp", arrives_t_s=600.0, retires_t_s=1800.0)
    power_w, told = at(Schedule(lives=(life,)))
    assert kinds(told) == [
        (600.0, "arrived", "lamp"),
        (600.0, "commissioned", "lamp"),
        (1800.0, "retired", "lamp"),
    ]
    for name, rated_w in (("lamp", 100.0), ("lamp.second", 50.0)):
        expected_w = np.repeat([0.0, rated_w, 0.0], [10, 20, 10])
        assert np.array_equal(power_w[name], expected_w)


def test_a_part_of_another_name_is_not_of_the_element() -> None:
    parts = replace(station(), loads=(*station().loads, load("lamp-2", 10.0)))
    made = living(parts, Schedule(lives=(Life(element="lamp", arrives_t_s=600.0),)), 5)
    assert np.all(lived(made, 5)[0]["lamp-2"] == 10.0)


def test_what_is_broken_when_it_is_retired_asks_for_no_repair() -> None:
    schedule = Schedule(
        lives=(Life(element="lamp", retires_t_s=900.0),),
        faults=(fault(Mode.OFF, "lamp"),),
        repairs=(Repair(element="lamp", work_s=3600.0),),
    )
    made = living(station(), schedule, 40)
    for t_s, _, _ in steps(made, 40):
        assert made.upkeep.faulty() == (("lamp",) if 600.0 <= t_s < 900.0 else ())
    worked_s = made.ledger.work_done_s[made.station.names.work.index("lamp.repair")]
    assert worked_s == 300.0


def test_mass_is_brought_where_there_is_room_and_the_rest_is_told() -> None:
    schedule = Schedule(
        deliveries=(Delivery(t_s=600.0, tank="oxygen", mass_kg=30.0), Delivery(
            t_s=1200.0, tank="oxygen", mass_kg=30.0)),
        lives=(Life(element="ship", arrives_t_s=1800.0, contents=(("spares", 5.0),)),),
    )  # fmt: skip
    made = living(station(), schedule, 40)
    told = [notice for _, notice in lived(made, 40)[1] if notice.kind == "delivered"]
    assert [dict(notice.values) for notice in told] == [
        {"tank_kg": 30.0, "no_room_kg": 0.0},
        {"tank_kg": 20.0, "no_room_kg": 10.0},
        {"tank_kg": 5.0, "no_room_kg": 0.0},
    ]
    assert (kg(made, "spares"), kg(made, "oxygen")) == (15.0, 100.0)


def test_nothing_is_put_into_a_tank_that_is_not_there() -> None:
    schedule = Schedule(
        lives=(Life(element="oxygen", arrives_t_s=1200.0),),
        deliveries=(Delivery(t_s=600.0, tank="oxygen", mass_kg=80.0),),
    )
    made = living(station(), schedule, 40)
    told = lived(made, 40)[1]
    assert dict(told[0][1].values) == {"tank_kg": 0.0, "no_room_kg": 80.0}
    assert kg(made, "oxygen") == 50.0  # what it brings itself


# --- every mode -----------------------------------------------------------------------------------


def test_off_derated_and_drift_take_power() -> None:
    for mode, size, expected in (
        (Mode.OFF, 1.0, np.zeros(30)),
        (Mode.DERATED, 0.3, np.full(30, 0.7)),
        (Mode.DRIFT, 0.5, np.maximum(1.0 - 0.5 * np.arange(30) * DT_S / DAY_S, 0.0)),
        (Mode.DRIFT, 1.0, np.maximum(1.0 - np.arange(30) * DT_S / DAY_S, 0.0)),
    ):
        loads = tuple(replace(one, divisible=True) for one in station().loads)
        made = living(
            replace(station(), loads=loads), Schedule(faults=(fault(mode, "lamp", size=size),)), 40
        )
        power_w = lived(made, 40)[0]["lamp"]
        assert power_w == pytest.approx(100.0 * np.concatenate([np.ones(10), expected]))


@pytest.mark.parametrize("target", ["plant", "lamp.second"])
def test_a_target_is_an_element_or_one_part(target: str) -> None:
    power_w, _ = at(Schedule(faults=(fault(Mode.OFF, target),)))
    names = {name for name, values in power_w.items() if np.all(values[10:] == 0.0)}
    healthy, _ = at(HEALTHY)
    assert names - {name for name, values in healthy.items() if np.all(values == 0.0)} == {target}


def test_intermittent_is_off_for_its_share_of_every_period() -> None:
    trouble = fault(Mode.INTERMITTENT, "lamp", size=0.25, period_s=480.0)
    power_w, _ = at(Schedule(faults=(trouble,)), 90)
    off = power_w["lamp"][10:] == 0.0
    assert np.array_equal(off, np.tile(np.repeat([True, False], [2, 6]), 10))


def test_stuck_holds_a_level_and_then_obeys_what_was_last_commanded() -> None:
    made = living(
        station(),
        Schedule(faults=(fault(Mode.STUCK, "lamp", size=0.4, duration_s=600.0),)),
        40,
    )
    levels = []
    for t_s, _, _ in steps(made, 40):
        if t_s == 720.0:
            made.obey([Command("lamp", 0.0)])
        levels.append(made.state.load_level[made.station.names.loads.index("lamp")])
    assert levels == [1.0] * 10 + [0.4] * 10 + [0.0] * 20


def test_a_stuck_tie_stays_open() -> None:
    tied = replace(
        station(), ties=(Tie(name="tie", bus_a="main", bus_b="main", initial_level=1.0),)
    )
    made = living(tied, Schedule(faults=(fault(Mode.STUCK, "tie", size=0.0),)), 20)
    closed = [float(made.state.tie_level[0]) for _ in steps(made, 20)]
    assert closed == [1.0] * 10 + [0.0] * 10


def test_weak_makes_less_of_the_same_power() -> None:
    plant = oxygen_maker(load("maker", 200.0), 1e6, "oxygen")
    parts = replace(station(), converters=(plant,))
    made_kg = []
    for schedule in (HEALTHY, Schedule(faults=(fault(Mode.WEAK, "maker", size=0.3, t_s=0.0),))):
        made = living(parts, schedule, 40)
        power_w = lived(made, 40)[0]["maker"]
        assert np.all(power_w == 200.0)
        made_kg.append(kg(made, "oxygen") - 50.0)
    assert made_kg[1] == pytest.approx(0.7 * made_kg[0])
    assert made_kg[0] == pytest.approx(200.0 * 40 * DT_S / 1e6)


def test_a_leak_empties_a_tank_exponentially() -> None:
    made = living(station(), Schedule(faults=(fault(Mode.LEAK, "oxygen", size=0.5, t_s=0.0),)), 720)
    lived(made, 720)
    assert kg(made, "oxygen") == pytest.approx(50.0 * np.exp(-0.5 * 0.5), rel=1e-3)
    assert kg(made, "oxygen", "tank_lost_kg") == pytest.approx(50.0 - kg(made, "oxygen"))


def test_half_a_radiator_radiates_half() -> None:
    parts = replace(station(), nodes=(node("box", heat_capacity_j_per_k=1e9), node("lamp")))
    radiated_j = []
    for schedule in (HEALTHY, Schedule(faults=(fault(Mode.COLD_LOOP, "box", size=0.5, t_s=0.0),))):
        made = living(parts, schedule, 10)
        lived(made, 10)
        radiated_j.append(made.ledger.node_radiated_j[0])
    assert radiated_j[1] == pytest.approx(0.5 * radiated_j[0], rel=1e-4)


def test_lasting_modes_change_the_state_once() -> None:
    faults = (
        fault(Mode.FADED, "battery", size=0.5, name="fade"),
        fault(Mode.WORN, "plant", size=0.1, name="wear"),
        fault(Mode.DUSTED, "plant", size=0.2, name="dust"),
        fault(Mode.DUSTED, "plant", size=0.5, name="dust again", t_s=1200.0),
    )
    made = living(station(), Schedule(faults=faults), 40)
    before_j = float(made.state.store_capacity_j[0])
    told = lived(made, 40)[1]
    assert [notice.kind for _, notice in told] == ["failed"] * 4
    assert made.state.store_capacity_j[0] == pytest.approx(0.5 * before_j)
    assert made.state.source_health[0] == pytest.approx(0.9)
    assert 1.0 - made.state.source_dust[0] == pytest.approx(0.8 * 0.5)
    assert not made.upkeep.memory()["active"]


def test_sensors_are_off_or_frozen_while_the_truth_goes_on() -> None:
    faults = (
        fault(Mode.BIASED, "oxygen", size=0.03, name="bias", duration_s=900.0),
        fault(Mode.FROZEN, "box", name="frozen", duration_s=900.0),
    )
    made = living(station(), Schedule(faults=faults), 40)
    oxygen_kg, box_k, true_k = [], [], []
    for k, (_, _, output) in enumerate(steps(made, 40)):
        frame = made.telemetry(0.0, k, k, output, np.zeros(made.random_width))
        oxygen_kg.append(frame.tank_kg[made.station.names.tanks.index("oxygen")])
        box_k.append(frame.node_temperature_k[0])
        true_k.append(made.state.node_temperature_k[0])
    assert oxygen_kg == pytest.approx([50.0] * 10 + [51.5] * 15 + [50.0] * 15)
    assert len(set(box_k[10:25])) == 1
    assert len(set(true_k[10:25])) == 15
    assert box_k[:10] == true_k[:10]
    assert box_k[25:] == true_k[25:]


@pytest.mark.parametrize("mode", [m for m in Mode if m not in {Mode.FADED, Mode.WORN, Mode.DUSTED}])
def test_a_fault_that_is_over_leaves_every_lever_as_it_was(mode: Mode) -> None:
    """What remains is what the time of the fault did, not the fault."""
    targets = ("plant", "lamp", "battery", "oxygen", "box")
    trouble = fault(mode, *targets, size=0.5, duration_s=300.0)
    broken = living(station(), Schedule(faults=(trouble,)), 20)
    sound = living(station(), HEALTHY, 20)
    lived(broken, 20)
    lived(sound, 20)
    for name in broken.state._fields:
        if name.endswith(("_scale", "_gain", "_level", "_stuck", "_hole_per_s", "_radiating")):
            assert np.array_equal(getattr(broken.state, name), getattr(sound.state, name)), name


# --- conditions, repairs, spares ------------------------------------------------------------------


def test_a_condition_begins_a_fault_once() -> None:
    full = Condition(quantity="store_energy_fraction", channel="battery", above=0.8)
    trouble = Fault(name="hot", targets=("lamp",), mode=Mode.OFF, condition=full, duration_s=300.0)
    made = living(station(), Schedule(faults=(trouble,)), 60)
    began = []
    for t_s, notices, _ in steps(made, 60):
        if any(notice.kind == "failed" for notice in notices):
            began.append((t_s, made.state.store_energy_j[0] / made.state.store_capacity_j[0]))
    assert len(began) == 1  # it stays full, but a script is played once
    assert began[0][1] > 0.8


def test_a_condition_on_what_is_not_there_waits() -> None:
    empty = Condition(quantity="tank_fraction", channel="oxygen", below=0.6)
    schedule = Schedule(
        lives=(Life(element="oxygen", arrives_t_s=1200.0),),
        faults=(Fault(name="dry", targets=("lamp",), mode=Mode.OFF, condition=empty),),
    )
    told = at(schedule)[1]
    assert [t_s for t_s, notice in told if notice.kind == "failed"] == [1200.0]


def test_repair_takes_its_work_and_its_spares() -> None:
    schedule = Schedule(
        faults=(fault(Mode.OFF, "lamp"),),
        repairs=(Repair(element="lamp", work_s=900.0, spare_tank="spares", spare_kg=4.0),),
    )
    made = living(station(robots=0.5), schedule, 60)
    power_w, told = lived(made, 60)
    assert kinds(told) == [(600.0, "failed", "lamp"), (2400.0, "repaired", "lamp")]
    assert np.array_equal(power_w["lamp"] > 0.0, np.repeat([True, False, True], [10, 30, 20]))
    assert kg(made, "spares") == 6.0
    assert kg(made, "spares", "tank_out_kg") == 4.0


def test_without_spares_no_repair_until_they_are_brought() -> None:
    schedule = Schedule(
        faults=(fault(Mode.OFF, "lamp"),),
        repairs=(Repair(element="lamp", work_s=600.0, spare_tank="spares", spare_kg=40.0),),
        deliveries=(Delivery(t_s=1800.0, tank="spares", mass_kg=50.0),),
    )
    made = living(station(), schedule, 60)
    told = lived(made, 60)[1]
    assert kinds(told)[-1] == (2400.0, "repaired", "lamp")
    assert kg(made, "spares") == 20.0
    assert made.ledger.work_done_s.sum() == 600.0  # nobody worked while there was nothing to fit


def test_two_repairs_cannot_use_the_same_spare() -> None:
    schedule = Schedule(
        faults=(fault(Mode.OFF, "lamp", "plant"),),
        repairs=tuple(
            Repair(element=name, work_s=600.0, spare_tank="spares", spare_kg=10.0)
            for name in ("lamp", "plant")
        ),
    )
    made = living(station(robots=2.0), schedule, 60)
    told = lived(made, 60)[1]
    assert kinds(told) == [(600.0, "failed", "lamp, plant"), (1200.0, "repaired", "lamp")]
    assert kg(made, "spares") == 0.0
    assert made.upkeep.faulty() == ("plant",)


def test_a_common_cause_ends_element_by_element() -> None:
    schedule = Schedule(
        faults=(fault(Mode.DERATED, "lamp", "plant", size=0.5),),
        repairs=(Repair(element="lamp", work_s=600.0), Repair(element="plant", work_s=1200.0)),
    )
    loads = tuple(replace(one, divisible=True) for one in station().loads)
    made = living(replace(station(robots=2.0), loads=loads), schedule, 60)
    output = []
    told = []
    for t_s, notices, _ in steps(made, 60):
        told += [(t_s, n) for n in notices]
        made.upkeep.report(made.upkeep.hurt())
        output.append((float(made.state.load_scale[0]), float(made.state.source_scale[0])))
    assert kinds(told) == [
        (600.0, "failed", "lamp, plant"),
        (1260.0, "repaired", "lamp"),
        (1860.0, "repaired", "lamp, plant"),
    ]
    assert output == [(1.0, 1.0)] * 10 + [(0.5, 0.5)] * 11 + [(1.0, 0.5)] * 10 + [(1.0, 1.0)] * 29


@pytest.mark.parametrize(
    ("mode", "target"), [(Mode.DERATED, "lamp"), (Mode.OFF, "lamp.second"), (Mode.STUCK, "lamp")]
)
def test_what_the_built_in_test_does_not_tell_is_repaired_when_it_is_reported(
    mode: Mode, target: str
) -> None:
    schedule = Schedule(
        faults=(fault(mode, target, size=0.5),), repairs=(Repair(element="lamp", work_s=600.0),)
    )
    made = living(station(), schedule, 60)
    told = []
    for t_s, notices, _ in steps(made, 60):
        told += [(t_s, n) for n in notices]
        assert made.upkeep.faulty() == ()
        made.upkeep.report(("lamp",) if t_s >= 1800.0 else ())
    assert kinds(told) == [(600.0, "failed", target), (2400.0 + DT_S, "repaired", target)]


def test_an_intermittent_fault_is_told_while_it_is_there() -> None:
    trouble = fault(Mode.INTERMITTENT, "lamp", size=0.25, period_s=480.0)
    repair = Repair(element="lamp", work_s=1e6)
    made = living(station(), Schedule(faults=(trouble,), repairs=(repair,)), 90)
    told = [made.upkeep.faulty() == ("lamp",) for _ in steps(made, 90)]
    assert told == [k >= 10 and (k - 10) % 8 < 2 for k in range(90)]


def test_a_sound_element_is_looked_at_once_and_costs_no_spares() -> None:
    repair = Repair(element="lamp", work_s=600.0, spare_tank="spares", spare_kg=4.0)
    made = living(station(), Schedule(repairs=(repair,)), 60)
    told = []
    for t_s, notices, _ in steps(made, 60):
        told += [(t_s, n) for n in notices]
        made.upkeep.report(() if 1800.0 <= t_s < 2400.0 else ("lamp", "nothing-here"))
    assert [kind for _, kind, _ in kinds(told)] == ["inspected", "inspected"]
    assert kg(made, "spares") == 10.0
    assert made.ledger.work_done_s.sum() == pytest.approx(1200.0)


# --- chance ---------------------------------------------------------------------------------------


def by_chance(shape: float, scale: float, **more: Any) -> Failure:
    trouble = Fault(name="lamp#1", targets=("lamp",), mode=Mode.OFF, **more)
    return Failure(fault=trouble, shape=shape, scale=scale)


@pytest.mark.parametrize(("shape", "years"), [(0.4521, 2607.0), (1.0, 4.0), (1.456, 408.0)])
def test_times_to_failure_are_weibull(shape: float, years: float) -> None:
    """Kolmogorov-Smirnov against scipy, over the first draws of many seeds."""
    made = simulator(station(), 1)
    drawn = [
        Upkeep(
            made.station, made.state, made.ledger,
            Schedule(failures=(by_chance(shape, years),), seed=seed), 0.0,
        )._failures.limits[0]
        for seed in range(600)
    ]  # fmt: skip
    assert stats.kstest(drawn, stats.weibull_min(shape, scale=years).cdf).pvalue > 0.01


def upkeep_alone(schedule: Schedule, last_s: float, dt_s: float) -> tuple[Upkeep, list[float]]:
    """Let time go by without physics; return when it failed."""
    made = living(station(), schedule, 1)
    failed = []
    for t_s in np.arange(0.0, last_s, dt_s):
        failed += [t_s for n in made.upkeep.step(float(t_s)) if n.kind == "failed"]
    return made.upkeep, failed


def test_after_repairs_a_constant_rate_renews() -> None:
    """Failures in T follow Poisson with T / (scale + outage): renewal theory for shape 1."""
    scale_s, outage_s, last_s = 50 * HOUR_S, 2 * HOUR_S, 4000 * HOUR_S
    counts = [
        len(
            upkeep_alone(
                Schedule(failures=(by_chance(1.0, scale_s, duration_s=outage_s),), seed=seed),
                last_s, 0.5 * HOUR_S,
            )[1]
        )
        for seed in range(6)
    ]  # fmt: skip
    mean = last_s / (scale_s + outage_s)
    # The variance of a renewal count is T var / mean^3 of its cycle, here below that of Poisson.
    assert np.mean(counts) == pytest.approx(mean, abs=4.0 * np.sqrt(mean / len(counts)))


def test_the_age_counts_from_the_day_it_is_commissioned() -> None:
    drawn = by_chance(3.0, 100 * HOUR_S)
    here, _ = upkeep_alone(Schedule(failures=(drawn,)), 1.0, HOUR_S)
    born_s = 400 * HOUR_S
    later = Schedule(failures=(drawn,), lives=(Life(element="lamp", arrives_t_s=born_s),))
    _, failed = upkeep_alone(later, 1000 * HOUR_S, HOUR_S)
    assert failed == [pytest.approx(born_s + float(here._failures.limits[0]), abs=HOUR_S)]


def test_running_time_counts_only_while_it_runs() -> None:
    trouble = Fault(name="lamp#1", targets=("lamp",), mode=Mode.OFF)
    wears = Failure(fault=trouble, shape=20.0, scale=1200.0, measure="running", component="lamp")
    late = Life(element="lamp", arrives_t_s=1800.0)
    told = at(Schedule(failures=(wears,), lives=(late,)), 80)[1]
    began_s = next(t_s for t_s, n in told if n.kind == "failed")
    drawn = living(station(), Schedule(failures=(wears,)), 1).upkeep._failures.limits[0]
    assert began_s == 1800.0 + DT_S * np.ceil(drawn / DT_S)


def test_cycles_count_what_is_discharged() -> None:
    trouble = Fault(name="battery#1", targets=("battery",), mode=Mode.OFF)
    wears = Failure(fault=trouble, shape=20.0, scale=0.2, measure="cycles", component="battery")
    parts = replace(station(), sources=())
    made = living(parts, Schedule(failures=(wears,)), 60)
    drawn = float(made.upkeep._failures.limits[0])
    for _, notices, _ in steps(made, 60):
        if notices:
            break
    cycles = made.ledger.store_discharged_j[0] / parts.stores[0].capacity_j
    assert drawn <= cycles <= drawn + 2 * 150.0 * DT_S / 0.8 / parts.stores[0].capacity_j


def test_streams_are_their_own() -> None:
    """One more failure in the list changes no other's time."""
    one = by_chance(1.0, 1e6)
    other = replace(one, fault=replace(one.fault, name="plant#1", targets=("plant",)))
    made = simulator(station(), 1)

    def limits(*failures: Failure) -> list[float]:
        schedule = Schedule(failures=failures, seed=7)
        return list(Upkeep(made.station, made.state, made.ledger, schedule, 0.0)._failures.limits)

    assert limits(other, one) == [*limits(other), *limits(one)]


# --- conservation ---------------------------------------------------------------------------------


@st.composite
def random_schedule(draw: Any, parts: Parts, last_s: float) -> Schedule:
    """Lives, deliveries, faults and failures of anything, at any time, also before and after."""
    when = st.floats(-0.2 * last_s, 1.2 * last_s)
    owners = [
        item.name
        for kind in (parts.sources, parts.loads, parts.stores, parts.tanks, parts.nodes)
        for item in kind
    ]
    some = st.sampled_from(owners)
    lives = tuple(
        Life(
            element=name,
            arrives_t_s=draw(st.none() | when),
            retires_t_s=draw(st.none() | when),
        )
        for name in draw(st.lists(some, unique=True, max_size=6))
    )
    tanks = [tank.name for tank in parts.tanks]
    return Schedule(
        lives=lives,
        deliveries=tuple(
            Delivery(t_s=draw(when), tank=name, mass_kg=draw(st.sampled_from([1e-4, 20.0])))
            for name in draw(st.lists(st.sampled_from(tanks), max_size=3))
        ),
        faults=tuple(
            Fault(
                name=f"fault{k}",
                targets=tuple(draw(st.lists(some, min_size=1, max_size=3, unique=True))),
                mode=draw(st.sampled_from(list(Mode))),
                size=draw(st.sampled_from([0.0, 0.3, 1.0])),
                t_s=draw(when),
                duration_s=draw(st.none() | st.floats(1.0, last_s)),
                period_s=draw(st.floats(1.0, last_s)),
            )
            for k in range(draw(st.integers(0, 5)))
        ),
        failures=tuple(
            Failure(
                fault=Fault(name=f"chance{k}", targets=(draw(some),), mode=Mode.OFF,
                            duration_s=draw(st.floats(1.0, last_s))),
                shape=draw(st.sampled_from([0.5, 1.0, 3.0])),
                scale=draw(st.floats(1.0, last_s)),
            )
            for k in range(draw(st.integers(0, 2)))
        ),
        seed=draw(st.integers(0, 9)),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data(), random_parts(), random_sky(), st.sampled_from([1.0, 600.0]))
def test_growth_and_faults_keep_every_balance(
    data: Any, parts: Parts, sky: dict[str, Any], dt_s: float
) -> None:
    n_steps = len(sky["light"])
    schedule = data.draw(random_schedule(parts, n_steps * dt_s))
    made = simulator(parts, n_steps, dt_s, sky)
    made.upkeep = Upkeep(made.station, made.state, made.ledger, schedule, 0.0)
    for _ in steps(made, n_steps):
        assert np.all(made.state.store_energy_j <= made.state.store_capacity_j * (1.0 + 1e-12))
        assert np.all(made.state.tank_kg >= -1e-12)
    for check in balances(made.station, made.begin, made.state, made.ledger):
        assert check.closes, check
    assert all(np.isfinite(array).all() for array in (*made.state, *made.ledger))


@settings(max_examples=30, deadline=None)
@given(st.data(), random_parts(), random_sky())
def test_what_is_remembered_is_all_there_is(data: Any, parts: Parts, sky: dict[str, Any]) -> None:
    """Saved in the middle and restored into another simulator, it goes on with the same bytes."""
    n_steps, dt_s = len(sky["light"]), 600.0
    schedule = data.draw(random_schedule(parts, n_steps * dt_s))

    def begun() -> Any:
        made = simulator(parts, n_steps, dt_s, sky)
        made.upkeep = Upkeep(made.station, made.state, made.ledger, schedule, 0.0)
        return made

    whole, first, second = begun(), begun(), begun()
    half = n_steps // 2

    def go(made: Any, begin: int, end: int) -> None:
        for k in range(begin, end):
            made.happen(k * dt_s)
            made.advance(k, k + 1, made.new_output(1), k)

    go(whole, 0, n_steps)
    go(first, 0, half)
    for mine, theirs in ((second.state, first.state), (second.ledger, first.ledger)):
        for into, array in zip(mine, theirs, strict=True):
            into[...] = array
    second.restore(first.memory(), half * dt_s)
    go(second, half, n_steps)
    for name in whole.state._fields:
        assert np.array_equal(getattr(whole.state, name), getattr(second.state, name)), name
    for name in whole.ledger._fields:
        assert np.array_equal(getattr(whole.ledger, name), getattr(second.ledger, name)), name


def test_a_tank_that_arrives_brings_its_content_into_the_account() -> None:
    parts = replace(
        station(),
        tanks=(
            *station().tanks,
            Tank(name="late", commodity="water", capacity_kg=9.0, initial_kg=4.0),
        ),
    )
    schedule = Schedule(lives=(Life(element="late", arrives_t_s=600.0, retires_t_s=1200.0),))
    made = living(parts, schedule, 40)
    held_kg = [kg(made, "late") for _ in steps(made, 40)]
    assert held_kg == [0.0] * 10 + [4.0] * 10 + [0.0] * 20
    assert all(c.closes for c in balances(made.station, made.begin, made.state, made.ledger))
