"""Stations to which things happen: stepped with their schedule, as a run does it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from networks import load, node, simulator, source, store

from moonstead.components import Need, Parts, Priority, Supply, Tank
from moonstead.contracts import Notice
from moonstead.simulation.schedule import Fault, Mode, Schedule
from moonstead.simulation.simulator import Simulator
from moonstead.simulation.upkeep import Upkeep

DT_S = 60.0
HOUR_S = 3600.0
DAY_S = 86400.0


class Robots:
    """A pool that gives this many robots at each step."""

    def __init__(self, amount: Any) -> None:
        self.amount = amount

    def __call__(self, surroundings: Any) -> Any:
        return np.broadcast_to(self.amount, np.shape(surroundings["none"])).astype(np.float64)


def work(name: str, robots: float = 1.0) -> Any:
    """Return the load of an assembly or a repair."""
    return load(
        name, 0.0, bus="", node="", priority=Priority.MAINTENANCE, heat_fraction=0.0,
        divisible=True, needs=(Need(pool="robot", amount=robots),),
    )  # fmt: skip


def station(robots: Any = 1.0) -> Parts:
    """Return a lamp that gives light, a lamp's power, a battery, tanks, and hands to mend them."""
    return Parts(
        nodes=(node(), node("lamp")),
        sources=(source("plant", 500.0),),
        loads=(
            load("lamp", 100.0, node="lamp"),
            load("lamp.second", 50.0, node="lamp"),
            work("lamp.assembly"),
            work("lamp.repair"),
            work("plant.repair"),
        ),
        stores=(store("battery", initial_fraction=0.6),),
        tanks=(
            Tank(name="spares", commodity="spare-parts", capacity_kg=100.0, initial_kg=10.0),
            Tank(name="oxygen", commodity="oxygen", capacity_kg=100.0, initial_kg=50.0),
        ),
        supplies=(Supply(name="crane", pool="robot", amount=Robots(robots)),),
    )


def living(parts: Parts, schedule: Schedule, n_steps: int, dt_s: float = DT_S) -> Simulator:
    """Return a simulator with a schedule that begins at time zero."""
    made = simulator(parts, n_steps, dt_s)
    made.upkeep = Upkeep(made.station, made.state, made.ledger, schedule, 0.0)
    return made


def steps(made: Simulator, n_steps: int) -> Iterator[tuple[float, list[Notice], Any]]:
    """Step and yield the time of each step, what happened at its begin, and its output."""
    for k in range(n_steps):
        notices = made.happen(k * made.dt_s)
        output = made.new_output(1)
        made.advance(k, k + 1, output, k)
        yield k * made.dt_s, notices, output


def lived(
    made: Simulator, n_steps: int
) -> tuple[dict[str, np.ndarray], list[tuple[float, Notice]]]:
    """Return the power of every load and source by name, and what happened when."""
    names = (*made.station.names.loads, *made.station.names.sources)
    power_w = np.zeros((len(names), n_steps))
    told = []
    for k, (t_s, notices, output) in enumerate(steps(made, n_steps)):
        power_w[:, k] = [*output["load_power_w"][:, 0], *output["source_power_w"][:, 0]]
        told += [(t_s, notice) for notice in notices]
    return dict(zip(names, power_w, strict=True)), told


def fault(mode: Mode, *targets: str, size: float = 1.0, t_s: float = 600.0, **more: Any) -> Fault:
    return Fault(
        name=more.pop("name", "trouble"), targets=targets, mode=mode, size=size, t_s=t_s, **more
    )


def kinds(told: list[tuple[float, Notice]]) -> list[tuple[float, str, str]]:
    return [(t_s, notice.kind, notice.subject) for t_s, notice in told]
