"""What was sized, built of the station's real element types: temperature, reactants and all."""

from dataclasses import replace

import numpy as np
import pytest
from made_tasks import AS_PLANNED, light_at

from moonstead.components import Bus, Load, Parts, joined
from moonstead.contracts import Priority
from moonstead.elements.examples import example_elements
from moonstead.simulation.compile import compile_station, drive
from moonstead.simulation.simulator import Noise, Simulator, Sky
from moonstead.sizing.search import Task, lightest, need_tables
from moonstead.sizing.sunlight import profiles_of
from moonstead.sizing.technology import FUEL_CELL, Technology

STEP_S = 1200.0


def missed_share(task: Task, area_m2: float, need_j: float) -> float:
    """Run an array and a fuel cell of the catalogue, and tell the share that is missed."""
    array = example_elements("solar_array")[0].model_copy(
        update={
            "area_m2": area_m2 * task.technology.array.end_of_life_fraction,
            "loss_per_year": 0.0, "dust_per_year": 0.0, "cleaning": None, "shadow": None,
            "heat_capacity_j_per_k": 5000.0 * area_m2,
        }
    )  # fmt: skip
    cell = example_elements("regenerative_fuel_cell")[0].model_copy(
        update={
            "capacity_j": need_j / FUEL_CELL.usable_fraction, "initial_fraction": 1.0,
            "floor_fraction": 1.0 - FUEL_CELL.usable_fraction,
            "charge_power_w": 1e6, "discharge_power_w": 1e6,
        }
    )  # fmt: skip
    made = cell.parts()
    # Its heater is part of the survival load; the node would freeze without it.
    stores = tuple(replace(store, node="", charge_min_temperature_k=0.0) for store in made.stores)
    load = Load(
        name="survival", bus="main", node="", power_w=task.load_w, priority=Priority.SURVIVAL,
        initial_level=1.0,
    )  # fmt: skip
    parts = joined(
        (
            Parts(buses=(Bus(name="main"),), loads=(load,), stores=stores, tanks=made.tanks),
            array.parts(),
        )
    )
    begin, end = task.full_windows()[0]
    light = task.light.light_w_per_m2[0][begin:end]
    series = {
        "solar_irradiance_w_per_m2": light,  # on the upright face already
        "sun_elevation_deg": np.zeros_like(light),
        "sun_azimuth_deg": np.zeros_like(light),
        "sink_temperature_k": np.full_like(light, 100.0),
    }
    station = compile_station(parts)
    dark = np.zeros(len(light), dtype=np.bool_)
    noise = Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0)
    simulator = Simulator(
        station, drive(station, series), Sky(sun_seen=dark, earth_seen=dark), STEP_S, noise
    )
    simulator.advance(0, len(light), simulator.new_output(0), 0)
    missed_j = float(simulator.ledger.load_unserved_j.sum())
    return missed_j / (task.load_w * len(light) * STEP_S)


@pytest.mark.parametrize("site", ["connecting-ridge-10m", "shackleton-rim-2m"])
def test_arrays_and_fuel_cells_of_the_catalogue_survive_with_it_and_not_with_less(
    site: str,
) -> None:
    """Cells at their own temperature, the store as water and its gases: within 5 % of the store.

    The sizing takes one efficiency for all temperatures, on the safe side (measured: 3 %).
    """
    task = Task(
        light=light_at(profiles_of(site), 1, STEP_S), load_w=6e3, years=1, risk=0.0,
        draws=AS_PLANNED, technology=Technology(stores=(FUEL_CELL,)),
    )  # fmt: skip
    design = lightest(task, 0, 0.0, need_tables(task, 0))
    assert design is not None
    assert missed_share(task, design.area_m2, design.need_j) == 0.0
    assert missed_share(task, design.area_m2, 0.95 * design.need_j) > 0.0
