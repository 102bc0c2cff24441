"""The verdict of the station's own kernel on a power system that was sized."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.components import (
    Bus,
    FloatArray,
    Load,
    Parts,
    Source,
    Store,
    Surroundings,
)
from moonstead.contracts import Priority
from moonstead.simulation.compile import compile_station, drive
from moonstead.simulation.simulator import Noise, Simulator, Sky
from moonstead.sizing.technology import StoreTechnology

LIGHT = "solar_irradiance_w_per_m2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A power system and what it must feed."""

    array_w_per_light: float
    """Electric power per W/m2 of light: area that works times efficiency."""
    reactor_w: float
    """What works of the reactors."""
    load_w: float
    """All of it is survival load, in one piece: it gets all or nothing."""
    store: StoreTechnology
    """Its efficiencies count."""
    need_j: float
    """What the store holds, inside, at the end of life."""


@dataclass(frozen=True, slots=True)
class _Scaled:
    factor: float

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        return self.factor * surroundings[LIGHT]


@dataclass(frozen=True, slots=True)
class _Constant:
    value: float

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        return np.full_like(surroundings[LIGHT], self.value)


def unserved_j(plant: Plant, light_w_per_m2: FloatArray, dt_s: float) -> float:
    """Run a power system through years of light, and tell the survival energy that was missed.

    Parameters
    ----------
    plant
        Its store is full at the beginning.
    light_w_per_m2
        On the arrays, shape (n,).
    dt_s
        Length of a step.

    Returns
    -------
    float
        Joules; 0 where it survives.
    """
    station = compile_station(_parts(plant))
    n_steps = len(light_w_per_m2)
    dark: NDArray[np.bool_] = np.zeros(n_steps, dtype=np.bool_)
    simulator = Simulator(
        station,
        drive(station, {LIGHT: light_w_per_m2}),
        Sky(sun_seen=dark, earth_seen=dark),
        dt_s,
        Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0),
    )
    simulator.advance(0, n_steps, simulator.new_output(0), 0)
    return float(simulator.ledger.load_unserved_j.sum())


def _parts(plant: Plant) -> Parts:
    # A store far quicker than anything it meets: its power is not what is sized.
    power_w = 1e6 * (plant.load_w + 1.0)
    return Parts(
        buses=(Bus(name="main"),),
        sources=(
            Source(name="array", bus="main", node="", available_w=_Scaled(plant.array_w_per_light)),
            Source(name="reactor", bus="main", node="", available_w=_Constant(plant.reactor_w)),
        ),
        loads=(
            Load(
                name="survival",
                bus="main",
                node="",
                power_w=plant.load_w,
                priority=Priority.SURVIVAL,
                initial_level=1.0,
            ),
        ),
        stores=(
            Store(
                name="store",
                bus="main",
                node="",
                capacity_j=max(plant.need_j, 1e-3),
                initial_fraction=1.0,
                floor_fraction=0.0,
                charge_power_w=power_w,
                discharge_power_w=power_w,
                charge_efficiency=plant.store.charge_efficiency,
                discharge_efficiency=plant.store.discharge_efficiency,
                self_discharge_per_s=plant.store.self_discharge_per_s,
            ),
        ),
    )
