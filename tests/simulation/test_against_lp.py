"""Dispatch against an exact linear program (HiGHS), priority by priority, step by step.

Each step is solved on its own, without foresight: first the most important loads get all that can
be had, that is then kept, and so on; then as little as possible is taken from the stores of each
order, and as much as possible is put into them. Loads are divisible: one that takes all or nothing
is no linear program (its rule is in test_dispatch.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from networks import Series, load, simulator, source, store
from scipy.optimize import linprog

from moonstead.components import Bus, Link, Parts, Priority, Tie
from moonstead.simulation.simulator import Simulator

DT_S = 1800.0
SAME = 1e-5
"""W; HiGHS solves to a feasibility of 1e-7, and what was reached is kept to 1e-6."""


@dataclass
class Program:
    """A linear program that is solved for one aim after the other."""

    bounds: list[tuple[float, float]] = field(default_factory=list)
    equal: list[tuple[dict[int, float], float]] = field(default_factory=list)
    least: list[tuple[dict[int, float], float]] = field(default_factory=list)

    def variable(self, most: float) -> int:
        self.bounds.append((0.0, max(most, 0.0)))
        return len(self.bounds) - 1

    def maximise(self, aim: dict[int, float]) -> np.ndarray:
        """Solve, and let no later aim undo what was reached."""

        def rows(lines: Sequence[tuple[dict[int, float], float]]) -> tuple[Any, Any]:
            if not lines:
                return None, None
            matrix = np.zeros((len(lines), len(self.bounds)))
            for row, (terms, _) in zip(matrix, lines, strict=True):
                for k, factor in terms.items():
                    row[k] += factor
            return matrix, np.array([right for _, right in lines])

        cost = np.zeros(len(self.bounds))
        for k, factor in aim.items():
            cost[k] -= factor
        over, most = rows([({k: -f for k, f in t.items()}, -r) for t, r in self.least])
        exact, right = rows(self.equal)
        found = linprog(cost, A_ub=over, b_ub=most, A_eq=exact, b_eq=right, bounds=self.bounds)
        assert found.status == 0, found.message
        reached = sum(factor * found.x[k] for k, factor in aim.items())
        self.least.append((aim, reached - 1e-6))
        return found.x


def solve_step(parts: Parts, made: Simulator, offered_w: dict[str, float], step: int) -> Any:
    """Return what each load should use, and the energy each store should hold after the step."""
    program = Program()
    names = made.station.names
    islands = {bus.name: bus.name for bus in parts.buses}
    for tie, level in zip(
        sorted(parts.ties, key=lambda t: t.name), made.state.tie_level, strict=True
    ):
        if level >= 0.5:
            old, new = islands[tie.bus_b], islands[tie.bus_a]
            islands = {bus: new if at == old else at for bus, at in islands.items()}
    net: dict[str, dict[int, float]] = {island: {} for island in islands.values()}
    used: dict[str, int] = {}
    for one in parts.sources:
        net[islands[one.bus]][program.variable(offered_w[one.name])] = 1.0
    for one in parts.loads:
        used[one.name] = program.variable(one.power_w)
        net[islands[one.bus]][used[one.name]] = -1.0
    for link in parts.links:
        used[link.name] = program.variable(link.capacity_w)
        net[islands[link.from_bus]][used[link.name]] = -1.0
        net[islands[link.to_bus]][used[link.name]] = link.efficiency
    charge, discharge, held_j = {}, {}, {}
    for one in parts.stores:
        k = names.stores.index(one.name)
        held_j[one.name] = float(made.state.store_energy_j[k])
        room_w = (one.capacity_j - held_j[one.name]) / (one.charge_efficiency * DT_S)
        left_j = held_j[one.name] - one.floor_fraction * one.capacity_j
        left_w = left_j * one.discharge_efficiency / DT_S
        charge[one.name] = program.variable(min(one.charge_power_w, room_w))
        discharge[one.name] = program.variable(min(one.discharge_power_w, left_w))
        net[islands[one.bus]][charge[one.name]] = -1.0
        net[islands[one.bus]][discharge[one.name]] = 1.0
    program.equal = [(terms, 0.0) for terms in net.values()]  # what is spilled is not drawn
    # A cable asks beside the loads of the bus that it leaves, for all that the other can take.
    fed = {islands[link.to_bus] for link in parts.links}
    bus_of = {one.name: one.bus for one in parts.loads}
    bus_of |= {link.name: link.from_bus for link in parts.links}
    priority_of = {one.name: one.priority for one in (*parts.loads, *parts.links)}
    for name in sorted(used, key=lambda n: (islands[bus_of[n]] in fed, priority_of[n], n)):
        program.maximise({used[name]: 1.0})
    program.maximise(dict.fromkeys(discharge.values(), -1.0))
    for one in sorted(parts.stores, key=lambda one: (-one.order, one.name)):
        program.maximise({discharge[one.name]: -1.0})
    x = np.zeros(0)
    for one in sorted(parts.stores, key=lambda one: (one.order, one.name)):
        x = program.maximise({charge[one.name]: 1.0})
    after_j = {
        one.name: held_j[one.name]
        + DT_S * x[charge[one.name]] * one.charge_efficiency
        - DT_S * x[discharge[one.name]] / one.discharge_efficiency
        for one in parts.stores
    }
    return {name: x[k] for name, k in used.items()}, after_j


def sunlight(n_steps: int) -> np.ndarray:
    return np.clip(np.sin(np.arange(n_steps) * 2.0 * np.pi / 48.0), 0.0, None)


def lamps(*what: tuple[str, float, Priority, str]) -> tuple[Any, ...]:
    return tuple(
        load(name, power_w, priority=priority, divisible=True, bus=bus)
        for name, power_w, priority, bus in what
    )


CASES: dict[str, Parts] = {
    "Sun, battery and loads by priority": Parts(
        sources=(source("sun", Series("sun", 700.0)),),
        loads=lamps(
            ("computer", 90.0, Priority.SURVIVAL, "main"),
            ("radio", 60.0, Priority.HOUSEKEEPING, "main"),
            ("camera", 150.0, Priority.SCIENCE, "main"),
            ("oven", 250.0, Priority.PRODUCTION, "main"),
        ),
        stores=(store(capacity_j=6e6, discharge_power_w=250.0, charge_power_w=300.0),),
    ),
    "two buses and a cable with losses": Parts(
        buses=(Bus(name="main"), Bus(name="far")),
        sources=(source("sun", Series("sun", 500.0)),),
        loads=lamps(
            ("computer", 90.0, Priority.SURVIVAL, "main"),
            ("far-computer", 70.0, Priority.SURVIVAL, "far"),
            ("far-drill", 120.0, Priority.SCIENCE, "far"),
        ),
        stores=(
            store(capacity_j=8e6, discharge_power_w=400.0),
            store("far-battery", bus="far", capacity_j=2e6, charge_power_w=50.0),
        ),
        links=(
            Link(
                name="cable",
                from_bus="main",
                to_bus="far",
                node="box",
                capacity_w=150.0,
                efficiency=0.85,
                priority=Priority.PRODUCTION,
            ),
        ),
    ),
    "an island of tied buses with two stores": Parts(
        buses=(Bus(name="main"), Bus(name="east"), Bus(name="west")),
        ties=(
            Tie(name="closed", bus_a="main", bus_b="east"),
            Tie(name="open", bus_a="main", bus_b="west", initial_level=0.0),
        ),
        sources=(
            source("sun", Series("sun", 300.0)),
            source("sun-east", Series("sun", 250.0), bus="east"),
            source("sun-west", Series("sun", 100.0), bus="west"),
        ),
        loads=lamps(
            ("computer", 90.0, Priority.SURVIVAL, "main"),
            ("pump", 70.0, Priority.HOUSEKEEPING, "east"),
            ("drill", 200.0, Priority.SCIENCE, "east"),
            ("lamp", 60.0, Priority.SCIENCE, "west"),
        ),
        stores=(
            store("first", order=0, capacity_j=2e6, charge_power_w=120.0, discharge_power_w=100.0),
            store("second", order=1, bus="east", capacity_j=5e6),
            store("alone", bus="west", capacity_j=1e6),
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_step_is_the_best_by_priority(case: str) -> None:
    parts, n_steps = CASES[case], 96  # two days
    parts = parts if parts.buses else Parts(
        **{name: getattr(parts, name) for name in parts.__slots__ if name != "buses"},
        buses=(Bus(name="main"),),
    )  # fmt: skip
    light = sunlight(n_steps)
    made = simulator(parts, n_steps, DT_S, {"sun": light})
    output = made.new_output(n_steps)
    shed = 0
    for step in range(n_steps):
        offered_w = {one.name: one.available_w({"sun": light})[step] for one in parts.sources}
        used_w, after_j = solve_step(parts, made, offered_w, step)
        before_j = made.ledger.load_used_j.copy()
        made.advance(step, step + 1, output, 0)
        got_w = (made.ledger.load_used_j - before_j) / DT_S
        for name, power_w in used_w.items():
            assert got_w[made.station.names.loads.index(name)] == pytest.approx(power_w, abs=SAME)
        for name, energy_j in after_j.items():
            k = made.station.names.stores.index(name)
            assert made.state.store_energy_j[k] == pytest.approx(energy_j, abs=SAME * 10 * DT_S)
        shed += sum(used_w.values()) < sum(one.power_w for one in parts.loads) - 1.0
    assert 0.1 * n_steps < shed < 0.95 * n_steps  # the case decides something
