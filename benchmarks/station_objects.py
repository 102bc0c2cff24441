# ruff: noqa: D101, D102
"""The reference station of `station.py` as plain Python objects, one class per kind of component.

    python benchmarks/station_objects.py --steps N [--simpy]

What one would write without a compiled kernel: each component knows what it does in a step, a
`Station` calls them in turn; with --simpy every component is a process of SimPy instead. The same
model as Moonstead's, for the kinds of component and the options that the reference station has.
It needs nothing but the standard library (and SimPy), so that it runs in the peers' own place.
"""

import argparse
import importlib
import json
import math
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

DT_S = 60.0
YEAR_S = 365.25 * 86400.0
SIGMA = 5.670374419e-8
LUNATION_S = 29.530589 * 86400.0


def sunlight(step: int) -> float:
    """Return the share of full light in a step."""
    return max(math.sin(2.0 * math.pi * step * DT_S / LUNATION_S), 0.0)


@dataclass
class Node:
    """Matter at one temperature, with what the reference nodes are like."""

    kelvin: float = 285.0
    capacity: float = 5e5
    radiating_m2: float = 0.6
    sink_k: float = 90.0
    absorbed_w: float = 100.0
    heat_w: float = 0.0


@dataclass
class Source:
    node: Node
    peak_w: float
    is_solar: bool
    health: float = 1.0
    dust: float = 0.0
    w: float = 0.0

    def prepare(self, step: int) -> None:
        rated_w = self.peak_w * sunlight(step) if self.is_solar else self.peak_w
        factor = max(1.0 - 0.002 * (self.node.kelvin - 298.15), 0.0)
        self.w = rated_w * factor * self.health * (1.0 - self.dust)

    def apply(self, share: float) -> None:
        self.w *= share
        self.health *= math.exp(math.log1p(-0.01) / YEAR_S * DT_S)
        self.dust += 0.01 / YEAR_S * (1.0 - self.dust) * DT_S


@dataclass
class Load:
    name: str
    node: Node
    power_w: float
    priority: int
    divisible: bool = False
    is_heater: bool = False
    bit_per_s: float = 0.0
    demand_w: float = 0.0
    granted_w: float = 0.0
    queue_bit: float = 0.0

    def prepare(self) -> None:
        self.demand_w = self.power_w
        if self.is_heater:
            self.demand_w *= min(max((275.0 - self.node.kelvin) / 5.0, 0.0), 1.0)

    def apply(self) -> None:
        self.node.heat_w += self.granted_w


@dataclass
class Tank:
    kg: float = 500.0
    capacity_kg: float = 1000.0
    left_kg: float = 0.0
    room_kg: float = 0.0

    def prepare(self) -> None:
        self.left_kg, self.room_kg = self.kg, self.capacity_kg - self.kg


@dataclass
class Converter:
    load: Load
    flows: list[tuple[Tank, float]]
    idle: float = 0.0
    warm_up_s: float = 0.0
    warm_s: float = 0.0
    asked: float = 0.0

    def prepare(self) -> None:
        duty = 1.0
        for tank, kg_per_s in self.flows:
            most_kg = kg_per_s * DT_S
            duty = min(duty, tank.room_kg / most_kg if most_kg > 0.0 else tank.left_kg / -most_kg)
        for tank, kg_per_s in self.flows:
            moved_kg = kg_per_s * DT_S * duty
            if moved_kg > 0.0:
                tank.room_kg = max(tank.room_kg - moved_kg, 0.0)
            else:
                tank.left_kg = max(tank.left_kg + moved_kg, 0.0)
        self.asked = duty
        idle = self.idle if duty > 0.0 else 0.0
        self.load.demand_w = self.load.power_w * (idle + (1.0 - self.idle) * duty)

    def apply(self) -> None:
        duty, load = self.asked, self.load
        if load.granted_w < load.demand_w:
            duty = max(load.granted_w / load.power_w - self.idle, 0.0) / (1.0 - self.idle)
        if self.warm_up_s > 0.0:
            if self.warm_s < self.warm_up_s:
                duty = 0.0
            change_s = DT_S if load.granted_w > 0.0 else -DT_S
            self.warm_s = min(max(self.warm_s + change_s, 0.0), self.warm_up_s)
        for tank, kg_per_s in self.flows:
            tank.kg += kg_per_s * duty * DT_S


@dataclass
class Store:
    node: Node
    capacity_j: float = 1.5e8
    energy_j: float = 1.2e8
    charge_w: float = 0.0
    discharge_w: float = 0.0

    def prepare(self) -> None:
        self.charge_w = min(1e4, (self.capacity_j - self.energy_j) / (0.97 * DT_S))
        left_w = (self.energy_j - 0.1 * self.capacity_j) * 0.97 / DT_S
        self.discharge_w = max(min(1e4, left_w), 0.0)

    def apply(self) -> None:
        put_j = self.charge_w * 0.97 * DT_S
        took_j = self.discharge_w / 0.97 * DT_S
        left_j = max(self.energy_j + put_j - took_j, 0.0)
        leak_j = -math.expm1(-1e-9 * DT_S) * left_j
        self.capacity_j -= 0.02 / YEAR_S * 1.5e8 * DT_S + 5e-5 * took_j
        energy_j = min(left_j - leak_j, self.capacity_j)
        loss_j = (self.charge_w - self.discharge_w) * DT_S - put_j + took_j
        self.node.heat_w += (loss_j + left_j - energy_j) / DT_S
        self.energy_j = energy_j


@dataclass
class Bus:
    """Who gets power on one bus; at most one cable brings some and one takes some away."""

    sources: list[Source]
    loads: list[Load]
    stores: list[Store]
    arriving_w: float = 0.0
    share: float = 0.0

    def want_w(self) -> float:
        want_w = sum(load.demand_w for load in self.loads)
        return want_w + sum(store.charge_w for store in self.stores)

    def grant(self) -> None:
        left_w = self.arriving_w + sum(source.w for source in self.sources)
        left_w += sum(store.discharge_w for store in self.stores)
        for load in self.loads:
            fits = load.demand_w <= left_w * (1.0 + 1e-12)
            load.granted_w = load.demand_w if fits else max(left_w, 0.0) * load.divisible
            left_w -= load.granted_w

    def settle(self) -> None:
        offered_w = sum(source.w for source in self.sources)
        surplus_w = offered_w + self.arriving_w - sum(load.granted_w for load in self.loads)
        for store in self.stores:
            store.charge_w = min(store.charge_w, max(surplus_w, 0.0))
            store.discharge_w = min(store.discharge_w, max(-surplus_w, 0.0))
            surplus_w += store.discharge_w - store.charge_w
        self.share = (offered_w - max(surplus_w, 0.0)) / offered_w if offered_w > 0.0 else 0.0


@dataclass
class Cable:
    load: Load
    start: Bus
    end: Bus
    efficiency: float = 0.9

    def dispatch(self) -> None:
        wanted_w = self.end.want_w()
        self.load.demand_w = min(wanted_w / self.efficiency, self.load.power_w)
        self.start.grant()
        self.end.arriving_w = self.load.granted_w * self.efficiency
        self.end.grant()
        lack_w = sum(load.granted_w for load in self.end.loads)
        lack_w += sum(store.charge_w for store in self.end.stores)
        if self.end.arriving_w > lack_w:
            self.end.arriving_w = lack_w
            self.load.granted_w = lack_w / self.efficiency
        self.end.settle()
        self.start.settle()

    def apply(self) -> None:
        self.load.node.heat_w += self.load.granted_w - self.end.arriving_w


@dataclass
class Recorder:
    writers: list[Load]
    capacity_bit: float = 1e12

    def apply(self) -> None:
        room_bit = self.capacity_bit - sum(load.queue_bit for load in self.writers)
        for load in self.writers:
            kept_bit = min(
                load.bit_per_s * load.granted_w / load.power_w * DT_S, max(room_bit, 0.0)
            )
            room_bit -= kept_bit
            load.queue_bit += kept_bit


@dataclass
class Transmitter:
    load: Load
    recorder: Recorder
    path_bit_per_s: float = 1e6

    def apply(self) -> None:
        budget_bit = self.path_bit_per_s * self.load.granted_w / self.load.power_w * DT_S
        for priority in sorted({load.priority for load in self.recorder.writers}):
            here = [load for load in self.recorder.writers if load.priority == priority]
            waiting_bit = sum(load.queue_bit for load in here)
            if waiting_bit <= 0.0:
                continue
            share = min(budget_bit / waiting_bit, 1.0)
            for load in here:
                load.queue_bit -= load.queue_bit * share
            budget_bit -= waiting_bit * share


@dataclass
class Heat:
    """All nodes, and the straps between them."""

    nodes: list[Node]
    straps: list[tuple[int, int, float]]

    def apply(self, step: int) -> None:
        matrix = [[0.0] * len(self.nodes) for _ in self.nodes]
        right = []
        for k, node in enumerate(self.nodes):
            emits = node.radiating_m2 * SIGMA
            matrix[k][k] = node.capacity / DT_S + 4.0 * emits * node.kelvin**3
            gain_w = node.absorbed_w * sunlight(step) + node.heat_w
            right.append(gain_w - emits * (node.kelvin**4 - node.sink_k**4))
            node.heat_w = 0.0
        for a, b, w_per_k in self.straps:
            flux_w = w_per_k * (self.nodes[a].kelvin - self.nodes[b].kelvin)
            right[a] -= flux_w
            right[b] += flux_w
            matrix[a][a] += w_per_k
            matrix[b][b] += w_per_k
            matrix[a][b] -= w_per_k
            matrix[b][a] -= w_per_k
        for node, rise_k in zip(self.nodes, solved(matrix, right), strict=True):
            node.kelvin += rise_k


def solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve by elimination, passing over what is zero."""
    n = len(right)
    for p in range(n):
        for row in range(p + 1, n):
            if matrix[row][p] != 0.0:
                factor = matrix[row][p] / matrix[p][p]
                for column in range(p, n):
                    if matrix[p][column] != 0.0:
                        matrix[row][column] -= factor * matrix[p][column]
                right[row] -= factor * right[p]
    for p in range(n - 1, -1, -1):
        for column in range(p + 1, n):
            if matrix[p][column] != 0.0:
                right[p] -= matrix[p][column] * right[column]
        right[p] /= matrix[p][p]
    return right


@dataclass
class Station:
    """The reference station; see `station.reference_parts` for the same in Moonstead's words."""

    nodes: list[Node] = field(default_factory=lambda: [Node() for _ in range(14)])

    def __post_init__(self) -> None:
        nodes = self.nodes
        self.sources = [Source(nodes[i], 8000.0 if i < 3 else 5000.0, i < 3) for i in range(4)]
        plain = [
            Load(
                f"l{i:02d}",
                nodes[i],
                300.0,
                1 if i < 5 else 5,
                bit_per_s=1e4 if i % 3 == 0 else 0.0,
            )
            for i in range(14)
        ]
        heaters = [
            Load(f"h{i}", nodes[i], 200.0, 1, divisible=True, is_heater=True) for i in range(5)
        ]
        self.tanks = {
            name: Tank()
            for name in ("oxygen", "water", "hydrogen", "carbon-dioxide", "methane", "food")
        }
        tank = self.tanks
        oga = Load("oga", nodes[1], 1000.0, 1, divisible=True)
        sabatier = Load("sabatier", nodes[1], 200.0, 1, divisible=True)
        plant = Load("plant", nodes[2], 3000.0, 7, divisible=True)
        split = [(tank["water"], -9e-6), (tank["oxygen"], 8e-6), (tank["hydrogen"], 1e-6)]
        join = [
            (tank["carbon-dioxide"], -44e-7),
            (tank["hydrogen"], -8e-7),
            (tank["methane"], 16e-7),
            (tank["water"], 36e-7),
        ]
        self.converters = [
            Converter(oga, split),
            Converter(sabatier, join),
            Converter(plant, [(tank["oxygen"], 1e-5)], 0.2, 3600.0),
        ]
        radio = Load("radio", nodes[0], 100.0, 1)
        cable = Load("cable", nodes[3], 500.0, 4, divisible=True)
        self.loads = [*plain, *heaters, oga, sabatier, plant, radio]

        def in_order(loads: list[Load]) -> list[Load]:
            return sorted(loads, key=lambda load: (load.priority, load.name))

        self.stores = [Store(nodes[i]) for i in range(3)]
        main = Bus(
            self.sources,
            in_order([*plain[:11], *heaters, oga, sabatier, plant, radio, cable]),
            self.stores[:2],
        )
        self.cable = Cable(cable, main, Bus([], in_order(plain[11:]), self.stores[2:]))
        self.recorder = Recorder([load for load in in_order(plain) if load.bit_per_s > 0.0])
        self.transmitter = Transmitter(radio, self.recorder)
        self.heat = Heat(nodes, [(i, i + 1, 1.0) for i in range(6)])

    def step(self, step: int) -> None:
        for source in self.sources:
            source.prepare(step)
        preparing: tuple[Any, ...] = (
            *self.loads,
            *self.tanks.values(),
            *self.converters,
            *self.stores,
        )
        for item in preparing:
            item.prepare()
        self.cable.dispatch()
        for source in self.sources:
            source.apply(self.cable.start.share)
        acting: tuple[Any, ...] = (*self.loads, self.cable, *self.converters, *self.stores)
        for item in acting:
            item.apply()
        self.recorder.apply()
        self.transmitter.apply()
        self.heat.apply(step)

    def run(self, n_steps: int) -> None:
        for step in range(n_steps):
            self.step(step)

    def run_in_simpy(self, n_steps: int) -> None:
        """Every component a process that prepares, waits for the dispatch, and then acts."""
        simpy = importlib.import_module("simpy")

        env = simpy.Environment()

        def component(item: Any) -> Generator[Any, None, None]:
            for _ in range(n_steps):
                if hasattr(item, "prepare"):
                    item.prepare()
                yield env.timeout(0.5 * DT_S)
                if hasattr(item, "apply"):
                    item.apply()
                yield env.timeout(0.5 * DT_S)

        def of_light(source: Source) -> Generator[Any, None, None]:
            for step in range(n_steps):
                source.prepare(step)
                yield env.timeout(0.5 * DT_S)
                source.apply(self.cable.start.share)
                yield env.timeout(0.5 * DT_S)

        def dispatcher() -> Generator[Any, None, None]:
            yield env.timeout(0.25 * DT_S)
            for _ in range(n_steps):
                self.cable.dispatch()
                yield env.timeout(DT_S)

        def warmth() -> Generator[Any, None, None]:
            yield env.timeout(0.75 * DT_S)
            for step in range(n_steps):
                self.heat.apply(step)
                yield env.timeout(DT_S)

        for source in self.sources:
            env.process(of_light(source))
        for item in (
            *self.loads,
            self.cable,
            *self.tanks.values(),
            *self.converters,
            *self.stores,
            self.recorder,
            self.transmitter,
        ):
            env.process(component(item))
        env.process(dispatcher())
        env.process(warmth())
        env.run()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=1440)
    parser.add_argument("--simpy", action="store_true")
    given = parser.parse_args()
    station = Station()
    begin_s = time.process_time()
    (station.run_in_simpy if given.simpy else station.run)(given.steps)
    seconds = time.process_time() - begin_s
    print(
        json.dumps(
            {
                "s": seconds,
                "store_energy_j": [store.energy_j for store in station.stores],
                "kelvin": [node.kelvin for node in station.nodes],
                "tank_kg": {name: tank.kg for name, tank in station.tanks.items()},
            }
        )
    )


if __name__ == "__main__":
    main()
