"""The validator of plans: stores against the simulation, and a broken plan for every rule."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstead.autonomy.planning.problem import (
    Hold,
    Option,
    Partner,
    Placement,
    Placements,
    Precedence,
    Problem,
    Supply,
    Take,
    Task,
)
from moonstead.autonomy.planning.validate import recorder_course, store_course, violations
from moonstead.components import (
    Bus,
    Load,
    Parts,
    Priority,
    Source,
    Store,
    Surroundings,
    ThermalNode,
)
from moonstead.contracts import FloatArray
from moonstead.simulation.compile import compile_station, drive
from moonstead.simulation.simulator import Noise, Simulator, Sky

SLOT_S = 1800.0
CAPACITY_J, DRAWN_W = 4e6, 800.0


class Sun:
    """A driver that reads the light."""

    name = "light"

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        return surroundings["light"]


class Cold:
    """A driver that is 100 at every step."""

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        return np.full_like(surroundings["light"], 100.0)


def battery(number: int, rng: np.random.Generator) -> Store:
    return Store(
        name=f"store{number}",
        bus="main",
        node="box",
        capacity_j=CAPACITY_J,
        initial_fraction=float(rng.uniform(0.1, 1.0)),
        floor_fraction=float(rng.choice([0.0, 0.1, 0.3])),
        charge_power_w=float(rng.uniform(100, 900)),
        discharge_power_w=float(rng.uniform(100, 900)),
        charge_efficiency=float(rng.uniform(0.6, 1.0)),
        discharge_efficiency=float(rng.uniform(0.6, 1.0)),
        self_discharge_per_s=float(rng.choice([0.0, 1e-9, 1e-5])),
        order=int(rng.integers(2)),
    )


def stepped(
    stores: tuple[Store, ...], light_w: FloatArray
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Return energies after each step, and power that was lacking, as the simulation has them."""
    parts = Parts(
        buses=(Bus(name="main"),),
        nodes=(
            ThermalNode(
                name="box", heat_capacity_j_per_k=1e9, radiating_area_m2=1.0, emissivity=0.1,
                sink_temperature_k=Cold(), absorbed_w=Cold(), initial_temperature_k=290.0,
                survival_min_k=1.0,
            ),
        ),
        sources=(Source(name="sun", bus="main", node="box", available_w=Sun()),),
        loads=(
            Load(
                name="all", bus="main", node="box", power_w=DRAWN_W, priority=Priority.SCIENCE,
                initial_level=1.0, divisible=True,
            ),
        ),
        stores=stores,
    )  # fmt: skip
    n_steps = len(light_w)
    station = compile_station(parts)
    never = np.zeros(n_steps, dtype=np.bool_)
    made = Simulator(
        station,
        drive(station, {"light": light_w}),
        Sky(sun_seen=never, earth_seen=never),
        SLOT_S,
        Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0),
    )
    output = made.new_output(n_steps)
    energies, lacking = [], []
    for step in range(n_steps):
        before_j = float(made.ledger.load_unserved_j.sum())
        made.advance(step, step + 1, output, step)
        energies.append(made.state.store_energy_j.copy())
        lacking.append((float(made.ledger.load_unserved_j.sum()) - before_j) / SLOT_S)
    by_name = dict(zip(station.names.stores, np.array(energies).T, strict=True))
    return by_name, np.array(lacking)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), n_stores=st.integers(1, 3))
def test_stores_do_what_those_of_the_simulation_do(seed: int, n_stores: int) -> None:
    rng = np.random.default_rng(seed)
    stores = tuple(battery(number, rng) for number in range(n_stores))
    light_w = rng.uniform(0, 2000, 48) * (rng.uniform(size=48) < 0.6)
    energies, lacking = stepped(stores, light_w)
    # In the order of dispatch.
    stores = tuple(sorted(stores, key=lambda store: (store.order, store.name)))
    floors_j = np.array([store.floor_fraction * store.capacity_j for store in stores])
    lost = -np.expm1([-store.self_discharge_per_s * SLOT_S for store in stores])
    supply = replace(
        plain().supply,
        net_w=light_w,
        store_j=np.array([store.initial_fraction * CAPACITY_J for store in stores]) - floors_j,
        floor_loss_j=lost * floors_j,
        store_limits=np.array(
            [
                [
                    *(store.capacity_j - floor_j, store.charge_power_w, store.discharge_power_w),
                    *(store.charge_efficiency, store.discharge_efficiency, share),
                ]
                for store, floor_j, share in zip(stores, floors_j, lost, strict=True)
            ]
        ),
    )
    course = store_course(supply, np.full(48, DRAWN_W), SLOT_S)
    seen_j = np.column_stack([energies[store.name] for store in stores])
    assert course.store_j[1:] + floors_j == pytest.approx(seen_j, rel=0, abs=1e-9 * CAPACITY_J)
    assert course.unmet_w == pytest.approx(lacking, rel=0, abs=1e-9 * DRAWN_W)


def option(n: int = 2, **changes: Any) -> Option:
    worth = np.ones(8)
    worth[8 - n + 1 :] = np.nan
    values: dict[str, Any] = {
        "power_w": np.full(n, 100.0),
        "heat_w": np.full(n, 10.0),
        "rate_bit_per_s": np.full(n, 5.0),
        "holds": (Hold(unit=0, first=0, end=n),),
        "takes": (Take(pool=0, amount=np.ones(n)),),
        "worth": worth,
    }
    return Option(**{**values, **changes})


def plain(**supply: Any) -> Problem:
    """Return three tasks with room for all of them one after another, on a station in the dark."""
    values: dict[str, Any] = {
        "net_w": np.zeros(8),
        "power_cap_w": np.full(8, 100.0),
        "heat_cap_w": np.full(8, 10.0),
        "store_limits": np.array([[2e6, 500.0, 500.0, 1.0, 1.0, 0.0]]),
        "store_j": np.array([1.08e6]),
        "required_j": np.zeros(8),
        "drain_bit_per_s": np.zeros((1, 8)),
        "recorder_bit": np.zeros(1),
        "recorder_limit_bit": np.array([54e3]),
        "recorder_end_bit": np.array([54e3]),
        "pools": np.ones((1, 8)),
        "taken": np.zeros((1, 8), dtype=np.bool_),
    }
    return Problem(
        name="plain",
        start_t_s=0.0,
        slot_s=SLOT_S,
        tasks=tuple(Task(name=f"task {k}", partner=0, options=(option(),)) for k in range(3)),
        partners=(Partner(name="all"),),
        supply=Supply(**{**values, **supply}),
        units=("arm",),
        pools=("crew",),
        recorders=("disk",),
    )


IN_TURN: Placements = (Placement(0, 0), Placement(0, 2), Placement(0, 4))


def test_a_plan_that_holds() -> None:
    assert violations(plain(), IN_TURN) == ()
    assert violations(plain(), (None, None, None)) == ()


def rules(problem: Problem, placements: Placements) -> set[str]:
    return {violation.rule for violation in violations(problem, placements)}


@pytest.mark.parametrize(
    ("supply", "rule", "slot", "by"),
    [
        ({"power_cap_w": np.array([100, 100, 100, 99.0, 100, 100, 0, 0])}, "power", 3, 1.0),
        ({"heat_cap_w": np.array([10, 10, 10, 9.5, 9, 10, 0, 0])}, "heat", 3, 1.0),
        ({"store_j": np.array([1.0e6])}, "unmet", 5, 8e4 / SLOT_S),
        ({"required_j": np.full(8, 0.9e6)}, "energy", 1, 0.9e6),
        ({"store_limits": np.array([[2e6, 500.0, 80.0, 1.0, 1.0, 0.0]])}, "unmet", 0, 20.0),
        ({"store_limits": np.array([[2e6, 500.0, 500.0, 1.0, 0.9, 0.0]])}, "unmet", 5, 60.0),
        ({"recorder_limit_bit": np.array([40e3])}, "recorder", 4, 14e3),
        ({"recorder_end_bit": np.array([50e3])}, "recorder", 7, 4e3),
        ({"pools": np.array([[1.0, 1, 1, 1, 1, 0, 0, 0]])}, "pool", 5, 1.0),
        ({"taken": np.eye(1, 8, 3).astype(np.bool_)}, "unit", 3, 1.0),
    ],
)
def test_each_limit_is_seen(supply: dict[str, Any], rule: str, slot: int, by: float) -> None:
    (found,) = violations(plain(**supply), IN_TURN)
    assert (found.rule, found.slot) == (rule, slot)
    assert found.by == pytest.approx(by)


def test_two_at_once_are_seen() -> None:
    found = violations(plain(), (Placement(0, 1), Placement(0, 2), None))
    assert {(each.rule, each.slot) for each in found} == {
        (rule, 2) for rule in ("unit", "pool", "power", "heat")
    }


def test_a_unit_is_held_before_and_after_the_work() -> None:
    problem = plain()
    late = option(holds=(Hold(unit=0, first=1, end=9),), takes=(), power_w=np.zeros(2))
    tasks = (replace(problem.tasks[0], options=(late,)), *problem.tasks[1:])
    problem = replace(problem, tasks=tasks)
    assert rules(problem, (Placement(0, 2), Placement(0, 1), None)) == {"heat"}
    assert "unit" in rules(problem, (Placement(0, 2), Placement(0, 6), None))


def test_where_a_task_may_not_start() -> None:
    problem = plain()
    for placed in (Placement(0, 7), Placement(1, 0), Placement(0, -1), Placement(-1, 2)):
        assert rules(problem, (placed, None, None)) == {"start"}
    closed = option(worth=np.where(np.arange(8) == 3, np.nan, 1.0))
    problem = replace(problem, tasks=(replace(problem.tasks[0], options=(closed,)),))
    assert rules(problem, (Placement(0, 3),)) == {"start"}
    # Allowed by its worth, but its last slot lies behind the horizon.
    assert rules(problem, (Placement(0, 7),)) == {"start"}


@pytest.mark.parametrize(
    ("lag_min", "lag_max", "placements", "by"),
    [
        (0, None, (Placement(0, 0), Placement(0, 2), None), 0),
        (0, None, (None, Placement(0, 2), None), 1),
        (0, None, (Placement(0, 4), Placement(0, 2), None), 4),
        (3, None, (Placement(0, 0), Placement(0, 4), None), 1),
        (0, 1, (Placement(0, 0), Placement(0, 5), None), 2),
        (-9, None, (Placement(0, 4), Placement(0, 2), None), 0),
        (0, None, (Placement(0, 0), None, None), 0),
    ],
)
def test_order_is_seen(lag_min: int, lag_max: int | None, placements: Placements, by: int) -> None:
    rule = Precedence(before=0, after=1, lag_min=lag_min, lag_max=lag_max)
    found = violations(replace(plain(), precedences=(rule,)), placements)
    assert [(each.rule, each.by) for each in found] == [("precedence", by)] * (by > 0)


def test_a_station_that_fails_anyway_must_not_get_worse() -> None:
    short = plain(net_w=np.full(8, -100.0), store_j=np.array([2e5]), required_j=np.full(8, 1e5))
    assert violations(short, (None, None, None)) == ()
    assert rules(short, (Placement(0, 0), None, None)) == {"energy", "unmet"}
    full = plain(recorder_bit=np.array([60e3]))
    assert violations(full, (None, None, None)) == ()
    assert rules(full, (Placement(0, 0), None, None)) == {"recorder"}


def test_what_drains_a_recorder_makes_room_not_debt() -> None:
    drained = recorder_course(10.0, np.array([1.0, 1.0, 0.0]), np.array([0.0, 0.0, 0.5]), 10.0)
    assert drained.tolist() == [0.0, 0.0, 5.0]
