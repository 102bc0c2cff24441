"""The reserve against the simulation's own stores, and what is believed when sensors lie."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from guarded import (
    BATTERY,
    FULL_J,
    SLOT_S,
    START_S,
    SURVIVAL_W,
    TICK_S,
    frame,
    knowledge,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from moonstead.autonomy.guard.guard import Guard
from moonstead.autonomy.guard.knowledge import (
    FLOOR_FRACTION,
    GENERATION_DERATING,
    Knowledge,
    StoreLimits,
)
from moonstead.autonomy.guard.modes import Mode
from moonstead.components import Bus, Load, Parts, Source, Store, Surroundings, ThermalNode
from moonstead.contracts import FloatArray, Priority
from moonstead.simulation.compile import compile_station, drive
from moonstead.simulation.simulator import Noise, Simulator, Sky
from moonstead.units import HOUR_S


class Level:
    """A driver that is the same at every step."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        return np.full_like(surroundings["sun"], self.value)


def sunlight(surroundings: Surroundings) -> FloatArray:
    return surroundings["sun"]


def truth(known: Knowledge, survival_w: float, offered_w: FloatArray, held_j: FloatArray) -> Any:
    """The simulation's own station: an array, what must survive, and the stores as filled."""
    per_slot = int(SLOT_S / TICK_S)
    stores = tuple(
        Store(
            name=f"store{i}", bus="main", node="box", order=i, capacity_j=limits.capacity_j,
            initial_fraction=held_j[i] / limits.capacity_j + limits.floor_fraction,
            floor_fraction=limits.floor_fraction, charge_power_w=limits.charge_power_w,
            discharge_power_w=limits.discharge_power_w,
            charge_efficiency=limits.charge_efficiency,
            discharge_efficiency=limits.discharge_efficiency,
            self_discharge_per_s=limits.self_discharge_per_s,
        )
        for i, limits in enumerate(known.stores)
    )  # fmt: skip
    box = ThermalNode(
        name="box", heat_capacity_j_per_k=1e8, radiating_area_m2=1.0, emissivity=0.5,
        sink_temperature_k=Level(250.0), absorbed_w=Level(0.0), initial_temperature_k=290.0,
        survival_min_k=1.0,
    )  # fmt: skip
    parts = Parts(
        buses=(Bus(name="main"),),
        nodes=(box,),
        stores=stores,
        sources=(Source(name="array", bus="main", node="box", available_w=sunlight),),
        loads=(
            Load(name="survive", bus="main", node="box", power_w=survival_w,
                 priority=Priority.SURVIVAL, initial_level=1.0),
        ),
    )  # fmt: skip
    series = {"sun": np.repeat(offered_w, per_slot)}
    nothing = np.zeros(len(series["sun"]), dtype=np.bool_)
    station = compile_station(parts)
    made = Simulator(
        station, drive(station, series), Sky(sun_seen=nothing, earth_seen=nothing), TICK_S,
        Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0),
    )  # fmt: skip
    output = made.new_output(len(series["sun"]))
    made.advance(0, len(series["sun"]), output, 0)
    return made, output


def deliverable_j(known: Knowledge, energy_j: FloatArray) -> FloatArray:
    """Of what stores hold, shape (n_stores, n_steps)."""
    above_j = np.maximum(energy_j - known.fleet[:, 6:7], 0.0)
    total_j: FloatArray = (above_j * known.fleet[:, 4:5]).sum(axis=0)
    return total_j


LIMITS = st.builds(
    StoreLimits,
    place=st.just(0),
    capacity_j=st.sampled_from([2e7, 5e7, 2e8]),
    floor_fraction=st.sampled_from([0.0, 0.1, 0.3]),
    charge_power_w=st.sampled_from([60.0, 300.0, 5e3]),
    discharge_power_w=st.sampled_from([90.0, 200.0, 5e3]),
    charge_efficiency=st.sampled_from([0.6, 0.95, 1.0]),
    discharge_efficiency=st.sampled_from([0.5, 0.9, 1.0]),
    self_discharge_per_s=st.sampled_from([0.0, 1e-7, 1e-6]),
)
SPELLS = st.lists(st.tuples(st.integers(4, 60), st.integers(4, 60)), min_size=1, max_size=4)


@st.composite
def stations(draw: Any) -> tuple[Knowledge, FloatArray, FloatArray]:
    """A station with several stores, how they are filled, and what the array really offers."""
    stores = tuple(draw(st.lists(LIMITS, min_size=1, max_size=3)))
    lit_w = draw(st.sampled_from([250.0, 600.0, 3e3]))
    spells = draw(SPELLS)
    generation_w = np.concatenate(
        [np.r_[np.full(light, lit_w), np.zeros(dark)] for light, dark in spells]
    )
    changes = {"stores": stores, "survival_w": np.full(len(generation_w), SURVIVAL_W)}
    known = knowledge(generation_w, **changes)
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    better = draw(st.sampled_from([0.0, 0.5]))
    offered_w = generation_w * (GENERATION_DERATING + better * random.random(len(generation_w)))
    return known, random.random(len(stores)), offered_w


@settings(max_examples=40, deadline=None)
@given(stations())
def test_from_the_reserve_on_the_survival_load_is_carried_through(
    drawn: tuple[Knowledge, FloatArray, FloatArray],
) -> None:
    """On the simulation's network: viable from any filling that is worth the reserve."""
    known, share, offered_w = drawn
    reserve_j, lacking_j = known.reserve
    assume(lacking_j.max() == 0.0)
    full_j = known.fleet[:, 0] * known.fleet[:, 4]
    have_j = float(share @ full_j)
    need_j = float(reserve_j[0]) * (1.0 + 1e-9)
    if have_j < need_j:  # fill up all alike until it is just worth the reserve
        share = share + (1.0 - share) * min((need_j - have_j) / (full_j.sum() - have_j), 1.0)
    made, output = truth(known, SURVIVAL_W, offered_w, share * known.fleet[:, 0])
    least_j = deliverable_j(known, output["store_energy_j"]).min()
    assert made.ledger.load_unserved_j.sum() == pytest.approx(0.0, abs=1.0)
    assert least_j >= known.floor_j[0] * (1.0 - 1e-6) - 1.0


def test_one_store_with_less_than_the_reserve_falls_below_its_floor() -> None:
    generation_w = np.r_[np.full(40, 600.0), np.zeros(80), np.full(20, 300.0), np.zeros(60)]
    known = knowledge(generation_w, stores=(replace(BATTERY, charge_power_w=250.0),))
    reserve_j, lacking_j = known.reserve
    assert lacking_j.max() == 0.0
    for share, survives in ((1.0001, True), (0.99, False)):
        held_j = np.array([share * reserve_j[0] / BATTERY.discharge_efficiency])
        _, output = truth(known, SURVIVAL_W, GENERATION_DERATING * generation_w, held_j)
        left_j = deliverable_j(known, output["store_energy_j"])
        assert bool(left_j.min() >= known.floor_j[0]) == survives


def test_the_reserve_is_never_above_what_the_stores_of_the_day_can_hold() -> None:
    """A small battery until a large one comes; then a darkness that only the large one carries."""
    arrival, dark = 480, 960
    generation_w = np.full(1400, 1500.0)
    generation_w[dark : dark + 300] = 0.0
    small = replace(BATTERY, capacity_j=5e6)
    large = replace(BATTERY, from_t_s=START_S + arrival * SLOT_S)
    known = knowledge(generation_w, stores=(small, large))
    reserve_j, lacking_j = known.reserve
    assert lacking_j.max() == 0.0
    assert np.all(reserve_j[:-1] <= known.capacity_j)
    assert reserve_j[0] == pytest.approx(FLOOR_FRACTION * 5e6 * 0.81)
    assert reserve_j[dark] == pytest.approx(300 * SLOT_S * SURVIVAL_W + known.floor_j[-1])
    told = [alarm for alarm in Guard(known).design_alarms() if "darkness" in alarm.text]
    assert not told
    never = knowledge(generation_w, stores=(small,))
    reserve_j, lacking_j = never.reserve
    assert reserve_j.max() == pytest.approx(never.capacity_j[0])
    assert lacking_j.max() == pytest.approx(
        300 * SLOT_S * SURVIVAL_W + never.floor_j[0] - never.capacity_j[0]
    )
    alarm = Guard(never).design_alarms()[0]
    assert alarm.values["reserve_j"] > alarm.values["capacity_j"]
    assert reserve_j[0] == pytest.approx(never.floor_j[0])  # and no shedding weeks ahead of it


def test_a_store_that_leaves_takes_its_energy_with_it() -> None:
    generation_w = np.zeros(100)
    leaves = replace(BATTERY, until_t_s=START_S + 50 * SLOT_S)
    known = knowledge(generation_w, stores=(leaves, BATTERY))
    reserve_j, lacking_j = known.reserve
    assert lacking_j.max() == 0.0
    # At worst all that is left sits in the store that goes.
    assert reserve_j[50] - reserve_j[51] == pytest.approx(SLOT_S * SURVIVAL_W)
    assert reserve_j[49] - reserve_j[50] == pytest.approx(
        (1.0 + FLOOR_FRACTION) * FULL_J + SLOT_S * SURVIVAL_W
    )


def test_loads_too_large_for_the_tick_are_a_design_alarm() -> None:
    slow = knowledge(tick_s=6 * HOUR_S)
    assert "decide more often" in Guard(slow).design_alarms()[0].text
    assert not Guard(knowledge()).design_alarms()


CABLE_W = 180.0
"""What the cable is believed to draw beyond the trickle that survival counts."""
DARK_W = -SURVIVAL_W - CABLE_W


class Beside:
    """A guard beside a battery that drains or charges at a known power."""

    def __init__(self, net_w: float, fraction: float = 0.7, **changes: Any) -> None:
        offered_w = SURVIVAL_W + CABLE_W + net_w if net_w >= 0.0 else 0.0
        self.guard = Guard(knowledge(np.full(4000, offered_w)))
        self.net_w = net_w
        self.fraction = fraction
        self.changes = {"sun_seen": net_w >= 0.0, **changes}
        self.t_s = START_S
        self.kinds: list[str] = []

    def tick(self, shown: float | None = None, **changes: Any) -> Any:
        load_w = np.array([0.0, 100.0, 50.0, 0.0, 0.0, 20.0])
        powers = {"source_power_w": np.array([170.0 + self.net_w]), "load_power_w": load_w}
        level = self.fraction if shown is None else shown
        telemetry = frame(self.t_s, level, **{**powers, **self.changes, **changes})
        view = self.guard.assess(telemetry)
        self.guard.supervise("executive", lambda: None, None)
        self.guard.supervise("planner", lambda: None, None)
        self.guard.release([], telemetry.path_open)
        self.kinds += [notice.kind for notice in view.notices]
        efficiency = 0.95 if self.net_w > 0.0 else 1.0 / 0.9
        self.fraction += self.net_w * TICK_S * efficiency / (0.9 * BATTERY.capacity_j)
        self.fraction = min(self.fraction, 1.0)
        self.t_s += TICK_S
        return view


def test_healthy_sensors_raise_no_doubt_for_days() -> None:
    random = np.random.default_rng(5)
    sky = Beside(DARK_W, 0.95)
    for _ in range(8 * 144):
        view = sky.tick(sky.fraction + 0.01 * random.standard_normal())
        assert view.energy_j == pytest.approx(sky.fraction * FULL_J, abs=0.03 * FULL_J)
    assert "energy-doubt" not in sky.kinds


def test_a_frozen_gauge_is_seen_and_the_ledger_goes_on() -> None:
    sky = Beside(DARK_W)
    for _ in range(6):
        sky.tick()
    stuck = sky.fraction
    ticks = 0
    while "energy-doubt" not in sky.kinds:
        ticks += 1
        sky.tick(stuck)
    assert -ticks * DARK_W * TICK_S / 0.9 == pytest.approx(0.01 * 3.6e8, rel=0.3)
    while sky.fraction > 0.3:
        view = sky.tick(stuck)
        assert view.energy_j <= 1.03 * sky.fraction * FULL_J
    assert view.energy_j == pytest.approx(sky.fraction * FULL_J, rel=0.05)
    # The gauge wakes up: it is believed again by itself.
    view = sky.tick()
    assert "energy-agreed" in sky.kinds


def test_a_gauge_that_jumps_up_is_not_believed_and_one_that_jumps_down_is() -> None:
    up, down = Beside(0.0, 0.5), Beside(0.0, 0.5)
    for _ in range(20):
        up.tick()
        down.tick()
    view = up.tick(0.8)
    assert view.energy_j == pytest.approx(0.5 * FULL_J, rel=0.01)
    assert "energy-doubt" in up.kinds
    for _ in range(40):  # a module is lost: at once less, and after hours no doubt any more
        view = down.tick(0.35)
        assert view.energy_j == pytest.approx(0.35 * FULL_J, rel=0.01)
    assert down.kinds.count("energy-doubt") == down.kinds.count("energy-agreed") == 1


def test_a_rejected_gauge_is_believed_again_when_the_stores_are_plainly_full() -> None:
    """The ledger is wrong here, the gauge is right: it must not be rejected for good."""
    sky = Beside(0.0, 0.5)
    sky.tick()
    views = [sky.tick(0.98) for _ in range(20)]
    assert views[0].energy_j == pytest.approx(0.5 * FULL_J, rel=0.01)
    assert views[-1].energy_j == pytest.approx(0.98 * FULL_J, rel=0.01)


@pytest.mark.parametrize("broken", [np.nan, np.inf, -1e9, 1e12])
def test_without_a_gauge_the_ledger_leads_to_the_right_mode(broken: float) -> None:
    sky = Beside(DARK_W, 0.5)
    sky.tick()
    while sky.fraction > 0.1:
        view = sky.tick(store_energy_j=np.array([broken]))
        assert np.isfinite(view.energy_j)
        assert view.energy_j == pytest.approx(sky.fraction * FULL_J, abs=0.03 * FULL_J)
    assert view.mode >= Mode.SURVIVAL


def test_without_any_sensor_the_model_is_left() -> None:
    """What the model takes to be drawn: the survival load and what is switched on."""
    sky = Beside(-SURVIVAL_W, 0.6)
    sky.tick()
    gone = {
        "store_energy_j": np.array([np.nan]),
        "source_power_w": np.array([np.nan]),
        "load_power_w": np.full(6, np.nan),
    }
    for _ in range(100):
        view = sky.guard.assess(frame(sky.t_s, sun_seen=False, **gone))
        sky.guard.release([], np.array([True]))
        sky.t_s += TICK_S
    drawn_j = 101 * TICK_S * (SURVIVAL_W + 180.0)  # the cable is on until it is shed
    assert 0.6 * FULL_J - drawn_j < view.energy_j < 0.6 * FULL_J - 100 * TICK_S * SURVIVAL_W


def test_sensors_that_all_stand_still_are_overruled_by_the_model() -> None:
    sky = Beside(DARK_W, 0.5)
    sky.tick()
    for _ in range(5 * 144):
        view = sky.tick(0.5, load_power_w=np.zeros(6), source_power_w=np.zeros(1))
    assert "energy-doubt" in sky.kinds
    assert view.mode >= Mode.SURVIVAL
