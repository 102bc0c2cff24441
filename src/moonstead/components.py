"""The few primitives that every station element is made of.

A station is a network of stocks and flows: sources, loads, stores, converters and links on buses,
data recorders and transmitters, and thermal nodes. An element type (an array, a rover, an oxygen
plant) is a composition of these; the simulation knows nothing else. All values are SI.

A *driver* is a function of the surroundings (series by quantity name, on the simulation's time
grid, see ``quantities.csv``) that returns one value per time step.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.contracts import Priority

FloatArray = NDArray[np.float64]
Surroundings = Mapping[str, FloatArray]
Driver = Callable[[Surroundings], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """A conductor of electric power at one voltage; everything on it balances at every step."""

    name: str


LOUVER_BAND_K = 10.0
"""From closed to wide open; bimetal louvers of spacecraft take 10 to 20 K."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermalNode:
    """A lump of matter at one temperature.

    ``heat_capacity_j_per_k`` dT/dt = absorbed heat + dissipated power - g sigma (T^4 - sink^4),
    where g is ``radiating_area_m2`` * ``emissivity``, plus ``louver_area_m2`` times the share to
    which its louvers are open.
    """

    name: str
    heat_capacity_j_per_k: float
    radiating_area_m2: float
    emissivity: float
    sink_temperature_k: Driver
    """Temperature of the equivalent black surroundings."""
    absorbed_w: Driver
    """Sunlight absorbed, with nothing taken out as electric power."""
    initial_temperature_k: float
    louver_area_m2: float = 0.0
    """Effective area (area times emissivity) that louvers uncover when it is warm."""
    louver_open_k: float = 293.0
    """The louvers begin to open here and are wide open `LOUVER_BAND_K` above."""
    survival_min_k: float
    """Below this the node's loads, sources and stores are lost for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Something that can put power on a bus, up to what its driver allows."""

    name: str
    bus: str
    node: str
    available_w: Driver
    """Power on offer when new, clean and at the reference temperature."""
    temperature_coefficient_per_k: float = 0.0
    reference_temperature_k: float = 298.15
    loss_per_year: float = 0.0
    """Relative loss per Julian year by dust and radiation, compounding."""
    takes_heat: bool = False
    """Whether power drawn is taken out of the node's absorbed heat, as in a solar cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thermostat:
    """A heater's duty: full power at ``band_k`` below the set point, none at the set point."""

    setpoint_k: float
    band_k: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Something that takes power from a bus, at a level from 0 to 1 that is commanded."""

    name: str
    bus: str
    node: str
    power_w: float
    """Power at level 1."""
    priority: Priority
    initial_level: float = 0.0
    divisible: bool = False
    """Whether it can run on part of what it asks for; if not, it gets all or nothing."""
    heat_fraction: float = 1.0
    """Share of the power that ends as heat in the node; the rest leaves as radiation or work."""
    thermostat: Thermostat | None = None
    data_rate_bit_per_s: float = 0.0
    """Data made while it runs, into ``recorder``."""
    recorder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An energy store on a bus: battery, regenerative fuel cell, flywheel."""

    name: str
    bus: str
    node: str
    capacity_j: float
    initial_fraction: float
    floor_fraction: float
    """Share of the capacity that cannot be taken out."""
    charge_power_w: float
    discharge_power_w: float
    charge_efficiency: float
    discharge_efficiency: float
    self_discharge_per_s: float = 0.0
    charge_min_temperature_k: float = 0.0
    """Below this node temperature it takes no charge."""
    calendar_fade_per_year: float = 0.0
    cycle_fade: float = 0.0
    """Relative capacity lost per full equivalent cycle."""
    order: int = 0
    """Lower is charged and discharged first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tank:
    """A store of one commodity by mass."""

    name: str
    commodity: str
    capacity_kg: float
    initial_kg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Converter:
    """A load whose power becomes a commodity; it stops while its tank is full."""

    load: Load
    tank: str
    specific_energy_j_per_kg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A one-way cable from one bus to another, with a capacity and a loss."""

    name: str
    from_bus: str
    to_bus: str
    node: str
    capacity_w: float
    """Greatest power taken from the sending bus."""
    efficiency: float
    priority: Priority
    initial_level: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """A data store shared by the loads that write to it."""

    name: str
    capacity_bit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmitter:
    """A load that empties a recorder while its path to Earth is open."""

    load: Load
    recorder: str
    path: str
    """Contact path; the surroundings hold its rate as ``contact_rate_bit_per_s:PATH``."""
    rate_limit_bit_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an element is made of; concatenated over all elements it is the station."""

    buses: tuple[Bus, ...] = ()
    nodes: tuple[ThermalNode, ...] = ()
    sources: tuple[Source, ...] = ()
    loads: tuple[Load, ...] = ()
    stores: tuple[Store, ...] = ()
    tanks: tuple[Tank, ...] = ()
    converters: tuple[Converter, ...] = ()
    links: tuple[Link, ...] = ()
    recorders: tuple[Recorder, ...] = ()
    transmitters: tuple[Transmitter, ...] = ()


def joined(parts: tuple[Parts, ...]) -> Parts:
    """Concatenate the parts of several elements, in order."""
    return Parts(
        buses=tuple(x for part in parts for x in part.buses),
        nodes=tuple(x for part in parts for x in part.nodes),
        sources=tuple(x for part in parts for x in part.sources),
        loads=tuple(x for part in parts for x in part.loads),
        stores=tuple(x for part in parts for x in part.stores),
        tanks=tuple(x for part in parts for x in part.tanks),
        converters=tuple(x for part in parts for x in part.converters),
        links=tuple(x for part in parts for x in part.links),
        recorders=tuple(x for part in parts for x in part.recorders),
        transmitters=tuple(x for part in parts for x in part.transmitters),
    )
