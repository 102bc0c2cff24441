"""What the summary counts as made: what converters and mines gave, net of what was only moved."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from moonstead.components import (
    Bus,
    Converter,
    Flow,
    Load,
    Parts,
    Priority,
    Reactant,
    Source,
    Store,
    Surroundings,
    Tank,
    ThermalNode,
)
from moonstead.run.made import made_in_tanks_kg
from moonstead.simulation.compile import compile_station, drive
from moonstead.simulation.simulator import Noise, Simulator, Sky

DT_S, STEPS = 60.0, 500


class Level:
    """The same at every step."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self, surroundings: Surroundings) -> Any:
        return np.full(STEPS, self.value)


def converter(name: str, *flows: tuple[str, float, str]) -> Converter:
    load = Load(
        name=name,
        bus="main",
        node="box",
        power_w=100.0,
        priority=Priority.SCIENCE,
        initial_level=1.0,
    )
    return Converter(
        load=load, flows=tuple(Flow(commodity=c, kg_per_s=r, tank=t) for c, r, t in flows)
    )


def ran(parts: Parts) -> dict[str, tuple[float, float]]:
    """Return what filled every tank, and what of it was made, after a run."""
    parts = replace(
        parts,
        buses=(Bus(name="main"),),
        nodes=(
            ThermalNode(
                name="box",
                heat_capacity_j_per_k=1e5,
                radiating_area_m2=1.0,
                emissivity=0.1,
                sink_temperature_k=Level(100.0),
                absorbed_w=Level(0.0),
                initial_temperature_k=290.0,
                survival_min_k=1.0,
            ),
        ),
        sources=(Source(name="array", bus="main", node="box", available_w=Level(5e3)),),
    )
    station = compile_station(parts)
    nothing = np.zeros(STEPS, dtype=np.bool_)
    simulator = Simulator(
        station,
        drive(station, {"none": np.zeros(STEPS)}),
        Sky(sun_seen=nothing, earth_seen=nothing),
        DT_S,
        Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0),
    )
    simulator.advance(0, STEPS, simulator.new_output(STEPS), 0)
    made_kg = made_in_tanks_kg(station, simulator.ledger)
    filled_kg = simulator.ledger.tank_in_kg
    return {
        name: (float(filled_kg[t]), float(made_kg[t])) for t, name in enumerate(station.names.tanks)
    }


def tank(name: str, commodity: str, initial_kg: float = 0.0) -> Tank:
    return Tank(name=name, commodity=commodity, capacity_kg=1e3, initial_kg=initial_kg)


def test_what_is_pumped_on_is_counted_once() -> None:
    maker = converter("maker", ("regolith", -1e-3, ""), ("oxygen", 1e-3, "first"))
    pump = converter("pump", ("oxygen", -5e-4, "first"), ("oxygen", 5e-4, "second"))
    found = ran(
        Parts(converters=(maker, pump), tanks=(tank("first", "oxygen"), tank("second", "oxygen")))
    )
    made_kg = 1e-3 * DT_S * STEPS
    assert found["first"] == pytest.approx((made_kg, made_kg), rel=1e-9)
    assert found["second"][0] == pytest.approx(0.5 * made_kg, rel=0.01)
    assert found["second"][1] == 0.0


def test_what_is_mined_from_the_ground_is_made() -> None:
    digger = converter("digger", ("ice", -2e-3, ""), ("ice", 2e-3, "heap"))
    filled_kg, made_kg = ran(Parts(converters=(digger,), tanks=(tank("heap", "ice"),)))["heap"]
    assert made_kg == filled_kg == pytest.approx(2e-3 * DT_S * STEPS)


def test_what_is_returned_in_part_is_made_only_by_the_rest() -> None:
    still = converter(
        "still", ("brine", -1e-3, "in"), ("water", -3e-4, "wash"), ("water", 1.3e-3, "out")
    )
    tanks = (tank("in", "brine", 100.0), tank("wash", "water", 20.0), tank("out", "water"))
    found = ran(Parts(converters=(still,), tanks=tanks))
    filled_kg, made_kg = found["out"]
    assert filled_kg == pytest.approx(1.3e-3 * DT_S * STEPS)
    assert made_kg == pytest.approx(1e-3 * DT_S * STEPS)


def test_the_reactants_of_a_store_are_not_made() -> None:
    kg_per_j = 1.0 / (3.66e3 * 3600.0)
    cell = Store(
        name="cell",
        bus="main",
        node="box",
        capacity_j=1e7,
        initial_fraction=0.0,
        floor_fraction=0.0,
        charge_power_w=1e3,
        discharge_power_w=1e3,
        charge_efficiency=0.9,
        discharge_efficiency=0.8,
        reactants=(
            Reactant(tank="gas", commodity="oxygen", kg_per_j=kg_per_j),
            Reactant(tank="water", commodity="water", kg_per_j=-kg_per_j),
        ),
    )
    tanks = (tank("gas", "oxygen"), tank("water", "water", 1e7 * kg_per_j))
    found = ran(Parts(stores=(cell,), tanks=tanks))
    assert found["gas"][0] == pytest.approx(1e7 * kg_per_j, rel=0.02)
    assert found["gas"][1] == found["water"][1] == 0.0
