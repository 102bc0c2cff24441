# ruff: noqa: D102
"""How fast the station's kernel is, next to the same model as Python objects and in SimPy.

    python benchmarks/setup_peers.py     # once, for SimPy
    python benchmarks/station.py [--days N] [--json]

The reference station has 60 components: buses, sources, loads, heaters, stores, tanks, converters,
a cable, a recorder, a transmitter, and thermal nodes with straps. Prints time per step (processor
time, best of some) and simulated seconds per second with and without series; per component as the
station grows, per step as the run gets longer; the two peers; and how far the three agree after a
day. Compilation is not counted.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from moonstead.components import (
    Bus,
    Converter,
    Coupling,
    FloatArray,
    Flow,
    Link,
    Load,
    Parts,
    Recorder,
    Source,
    Store,
    Surroundings,
    Tank,
    ThermalNode,
    Thermostat,
    Transmitter,
    joined,
)
from moonstead.contracts import Priority
from moonstead.simulation.compile import compile_station, drive
from moonstead.simulation.network import Drivers
from moonstead.simulation.simulator import Noise, Simulator, Sky
from station_objects import DT_S, sunlight

HERE = Path(__file__).resolve().parent
PEERS_PYTHON = HERE.parent / "build" / "peers" / "bin" / "python"
DAY = 1440
ROUNDS = 25
"""The machine may be shared: of so many short runs some are undisturbed."""


class Light:
    """A driver: full light times a power."""

    def __init__(self, peak_w: float) -> None:
        self.peak_w = peak_w

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        return self.peak_w * surroundings["light"]


class Steady:
    """A driver that does not change."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        return np.full_like(surroundings["light"], self.value)


def reference_parts(copies: int) -> Parts:
    """Return so many reference stations side by side."""
    return joined(one_station("" if k == 0 else f"-{k}") for k in range(copies))


def one_station(mark: str) -> Parts:
    """Return the station of `station_objects.Station`; names end in a mark."""
    main, rover = f"main{mark}", f"rover{mark}"
    nodes = [f"n{i:02d}{mark}" for i in range(14)]

    def load(name: str, node: str, power_w: float, priority: Priority, **given: Any) -> Load:
        values: dict[str, Any] = {"bus": main, "initial_level": 1.0, **given}
        return Load(name=f"{name}{mark}", node=node, power_w=power_w, priority=priority, **values)

    def flow(commodity: str, kg_per_s: float, *, tank: bool = True) -> Flow:
        place = f"{commodity}{mark}" if tank else ""
        return Flow(commodity=commodity, kg_per_s=kg_per_s, tank=place)

    plain = [
        load(
            f"l{i:02d}",
            nodes[i],
            300.0,
            Priority(1 if i < 5 else 5),
            bus=main if i < 11 else rover,
            data_rate_bit_per_s=1e4 if i % 3 == 0 else 0.0,
            recorder=f"disk{mark}" if i % 3 == 0 else "",
        )
        for i in range(14)
    ]
    hold = Thermostat(setpoint_k=275.0, band_k=5.0)
    heaters = [load(f"h{i}", nodes[i], 200.0, Priority(1), thermostat=hold) for i in range(5)]
    worker: dict[str, Any] = {"divisible": True}
    converters = (
        Converter(
            load=load("oga", nodes[1], 1000.0, Priority(1), **worker),
            flows=(flow("water", -9e-6), flow("oxygen", 8e-6), flow("hydrogen", 1e-6)),
        ),
        Converter(
            load=load("sabatier", nodes[1], 200.0, Priority(1), **worker),
            flows=(
                flow("carbon-dioxide", -44e-7),
                flow("hydrogen", -8e-7),
                flow("methane", 16e-7),
                flow("water", 36e-7),
            ),
        ),
        Converter(
            load=load("plant", nodes[2], 3000.0, Priority(7), **worker),
            flows=(
                flow("regolith", -1e-4, tank=False),
                flow("oxygen", 1e-5),
                flow("slag", 9e-5, tank=False),
            ),
            idle_fraction=0.2,
            warm_up_s=3600.0,
        ),
    )
    return Parts(
        buses=(Bus(name=main), Bus(name=rover)),
        nodes=tuple(
            ThermalNode(
                name=name,
                heat_capacity_j_per_k=5e5,
                radiating_area_m2=10.0,
                emissivity=0.06,
                sink_temperature_k=Steady(90.0),
                absorbed_w=Light(100.0),
                initial_temperature_k=285.0,
                survival_min_k=10.0,
            )
            for name in nodes
        ),
        couplings=tuple(
            Coupling(
                name=f"c{i}{mark}", node_a=nodes[i], node_b=nodes[i + 1], conductance_w_per_k=1.0
            )
            for i in range(6)
        ),
        sources=tuple(
            Source(
                name=f"s{i}{mark}",
                bus=main,
                node=nodes[i],
                available_w=Light(8000.0) if i < 3 else Steady(5000.0),
                temperature_coefficient_per_k=-0.002,
                loss_per_year=0.01,
                dust_per_year=0.01,
            )
            for i in range(4)
        ),
        loads=(*plain, *heaters),
        stores=tuple(
            Store(
                name=f"b{i}{mark}",
                bus=main if i < 2 else rover,
                node=nodes[i],
                capacity_j=1.5e8,
                initial_fraction=0.8,
                floor_fraction=0.1,
                charge_power_w=1e4,
                discharge_power_w=1e4,
                charge_efficiency=0.97,
                discharge_efficiency=0.97,
                self_discharge_per_s=1e-9,
                calendar_fade_per_year=0.02,
                cycle_fade=5e-5,
                order=i,
            )
            for i in range(3)
        ),
        tanks=tuple(
            Tank(name=f"{name}{mark}", commodity=name, capacity_kg=1000.0, initial_kg=500.0)
            for name in ("oxygen", "water", "hydrogen", "carbon-dioxide", "methane", "food")
        ),
        converters=converters,
        links=(
            Link(
                name=f"cable{mark}",
                from_bus=main,
                to_bus=rover,
                node=nodes[3],
                capacity_w=500.0,
                efficiency=0.9,
                priority=Priority(4),
            ),
        ),
        recorders=(Recorder(name=f"disk{mark}", capacity_bit=1e12),),
        transmitters=(
            Transmitter(
                load=load("radio", nodes[0], 100.0, Priority(1)),
                recorder=f"disk{mark}",
                path="relay",
                rate_limit_bit_per_s=1e6,
            ),
        ),
    )


def n_components(parts: Parts) -> int:
    return sum(len(getattr(parts, kind)) for kind in parts.__slots__)


def simulator(copies: int, n_steps: int) -> Simulator:
    station = compile_station(reference_parts(copies))
    series = {
        "light": np.array([sunlight(step) for step in range(n_steps)]),
        "contact_rate_bit_per_s:relay": np.full(n_steps, 1e6 * copies),
    }
    return made(station, drive(station, series), n_steps)


def made(station: Any, drivers: Drivers, n_steps: int) -> Simulator:
    nothing = np.zeros(n_steps, dtype=np.bool_)
    noise = Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0)
    return Simulator(station, drivers, Sky(sun_seen=nothing, earth_seen=nothing), DT_S, noise)


def step_s(copies: int, n_steps: int, *, recorded: bool) -> float:
    """Return the processor time of a step, best of some runs."""
    first = simulator(copies, n_steps)
    best = np.inf
    for _ in range(ROUNDS):
        run = made(first.station, first.drivers, n_steps)
        output = run.new_output(n_steps if recorded else 0)
        begin_s = time.process_time()
        run.advance(0, n_steps, output, 0)
        best = min(best, time.process_time() - begin_s)
    return float(best) / n_steps


def peer(python: Path, *arguments: str) -> dict[str, Any] | None:
    """Run the objects for a day; None where they cannot run."""
    command = [str(python), str(HERE / "station_objects.py"), *arguments]
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def disagreement(other: dict[str, Any]) -> float:
    """Return the greatest relative difference in stores, temperatures and tanks after a day."""
    run = simulator(1, DAY)
    run.advance(0, DAY, run.new_output(0), 0)
    state, names = run.state, run.station.names
    ours = [*state.store_energy_j, *state.node_temperature_k, *state.tank_kg]
    tanks = [other["tank_kg"][name] for name in names.tanks]
    theirs = np.array([*other["store_energy_j"], *other["kelvin"], *tanks])
    return float(np.max(np.abs(np.array(ours) - theirs) / np.abs(theirs)))


def measure(days: float) -> dict[str, Any]:
    n_steps = round(days * DAY)
    step_s(1, 10, recorded=False)  # compiles what is not in the cache
    result: dict[str, Any] = {
        "components": n_components(reference_parts(1)),
        "steps": n_steps,
        "step_s": step_s(1, n_steps, recorded=False),
        "recorded_step_s": step_s(1, n_steps, recorded=True),
        "by_size": {},
        "by_length": {},
        "peers": {},
    }
    for copies in (1, 2, 4, 8):
        components = n_components(reference_parts(copies))
        seconds = step_s(copies, max(n_steps // (4 * copies), 1), recorded=False)
        result["by_size"][components] = seconds / components
    for share in (1 / 16, 1 / 4, 1, 4):
        n = max(round(n_steps * share), 1)
        result["by_length"][n] = step_s(1, n, recorded=False)
    for name, python, arguments in (
        ("Python objects", Path(sys.executable), ()),
        ("SimPy", PEERS_PYTHON, ("--simpy",)),
    ):
        other = peer(python, "--steps", str(DAY), *arguments)
        if other is not None:
            result["peers"][name] = {
                "step_s": other["s"] / DAY,
                "disagreement": disagreement(other),
            }
    return result


def table(result: dict[str, Any]) -> str:
    def row(name: str, seconds: float) -> str:
        rate = DT_S / seconds
        return (
            f"{name:26s}{seconds * 1e9:12.0f} ns a step {1 / seconds:12.0f} steps/s "
            f"{rate:12.3g} simulated s/s"
        )

    lines = [f"{result['components']} components, steps of {DT_S:g} s, one core"]
    lines.append(row("Moonstead's kernel", result["step_s"]))
    lines.append(row("the same with all series", result["recorded_step_s"]))
    for name, other in result["peers"].items():
        ratio = other["step_s"] / result["step_s"]
        lines.append(row(name, other["step_s"]))
        lines.append(
            f"    {ratio:.0f} times slower; after a day stores, temperatures and tanks differ by "
            f"at most {other['disagreement']:.1e}"
        )
    if "SimPy" not in result["peers"]:
        lines.append("SimPy is missing: python benchmarks/setup_peers.py")
    lines.append("by size:   " + ", ".join(
        f"{n} components {s * 1e9:.1f} ns each" for n, s in result["by_size"].items()
    ))  # fmt: skip
    lines.append("by length: " + ", ".join(
        f"{n} steps {s * 1e9:.0f} ns each" for n, s in result["by_length"].items()
    ))  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=29.53)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = measure(given.days)
    print(json.dumps(result, indent=1) if given.json else table(result))


if __name__ == "__main__":
    main()
