"""The few primitives that every station element is made of.

A station is a network of stocks and flows: sources, loads, stores, converters and links on buses,
tanks of commodities, pools of working time, data recorders and transmitters, and thermal nodes
with couplings between them. An element type (an array, a rover, an oxygen plant, a crew) is a
composition of these; the simulation knows nothing else. All values are SI.

A component is called like its element, or ``ELEMENT.something``; only buses have names of their
own. So what belongs to an element that has not arrived, failed or was retired is known by name.

A *driver* is a function of the surroundings (series by quantity name, on the simulation's time
grid, see ``quantities.csv``) that returns one value per time step.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from moonstead.contracts import Priority

FloatArray = NDArray[np.float64]
Surroundings = Mapping[str, FloatArray]
Driver = Callable[[Surroundings], FloatArray]

LOUVER_BAND_K = 10.0
"""From closed to wide open; bimetal louvers of spacecraft take 10 to 20 K."""
SWITCH_BAND_K = 5.0
"""From open to closed of a thermal switch (heat-switch class: a few kelvin)."""
POOLS = ("crew", "operator", "robot")
"""Working time that activities take: of persons and robots of the station, and of people at control
centres on Earth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """A conductor of electric power at one voltage; everything on it balances at every step."""

    name: str
    voltage_v: float = 120.0
    """Decides the loss of cables that leave it (ISS and Artemis practice: 120 V)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A switch between two buses of one voltage; while closed (level 1) they are one bus."""

    name: str
    bus_a: str
    bus_b: str
    initial_level: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Melting:
    """A phase change inside a thermal node, spread evenly over a band of temperatures."""

    melting_k: float
    """Middle of the band."""
    latent_j: float
    """Heat of fusion of all of it."""
    band_k: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermalNode:
    """A lump of matter at one temperature.

    ``heat_capacity_j_per_k`` dT/dt = absorbed heat + dissipated power - g sigma (T^4 - sink^4)
    - ``ground_conductance_w_per_k`` (T - ground) - what flows through couplings, where g is
    ``radiating_area_m2`` * ``emissivity``, plus ``louver_area_m2`` times the share to which its
    louvers are open.
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
    ground_conductance_w_per_k: float = 0.0
    """Through feet and cables to the ground at ``ground_temperature_k`` of the surroundings."""
    melting: Melting | None = None
    survival_min_k: float
    """Below this the node's loads, sources and stores are lost for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupling:
    """Heat between two thermal nodes: conduction, radiation, a pumped loop or a thermal switch."""

    name: str
    node_a: str
    node_b: str
    conductance_w_per_k: float = 0.0
    radiating_m2: float = 0.0
    """Area times view factor times effective emissivity."""
    pump: str = ""
    """A load: the conductance scales with the share of its power that it gets."""
    closes_above_k: float = 0.0
    """A thermal switch: conducts only while ``node_a`` is above, fully `SWITCH_BAND_K` above."""


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
    """Relative loss per Julian year by radiation and wear, compounding."""
    dust_per_year: float = 0.0
    """Share of the light still let through that dust takes per Julian year; cleaning undoes it."""
    takes_heat: bool = False
    """Whether power drawn is taken out of the node's heat, as in a solar cell or a reactor."""
    heat_per_w: float = 0.0
    """Heat put into the node per watt of the driver times the level reached, as in a reactor."""
    initial_level: float = 1.0
    """A command sets the level, the share of what is available that is put on offer."""
    ramp_per_s: float = 0.0
    """Greatest change of the level per second; 0 for at once."""
    initial_output: float = 1.0
    """Level reached at the start of the run, for sources with a ramp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thermostat:
    """A heater's duty: full power at ``band_k`` below the set point, none at the set point."""

    setpoint_k: float
    band_k: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Working time that a load takes from a pool while it runs: how many persons or robots."""

    pool: str
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Something that takes power from a bus, at a level from 0 to 1 that is commanded.

    With an empty ``bus`` it takes no power (work by hand, a body's metabolism).
    """

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
    needs: tuple[Need, ...] = ()
    """An activity slot: it runs only while the pools give this."""
    data_rate_bit_per_s: float = 0.0
    """Data made while it runs, into ``recorder``."""
    recorder: str = ""
    reads: str = ""
    """A processor: the recorder whose raw data it turns into its own."""
    read_rate_bit_per_s: float = 0.0
    """At full level; its own data is made in proportion to what it finds to read."""
    cleans: str = ""
    """A source whose dust it takes away."""
    cleaning_per_s: float = 0.0
    """Share of the dust taken away per second at full level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reactant:
    """What a store holds its energy in: ``kg_per_j`` goes into the tank for a joule stored."""

    tank: str
    commodity: str
    kg_per_j: float
    """Negative for what charging uses up (water in a regenerative fuel cell)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An energy store on a bus: battery, regenerative fuel cell, flywheel."""

    name: str
    bus: str
    node: str
    capacity_j: float
    initial_fraction: float
    """Of the capacity; stores with reactants begin with what their tanks hold."""
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
    reactants: tuple[Reactant, ...] = ()
    order: int = 0
    """Lower is charged and discharged first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilOff:
    """Heat from a node boils a cryogenic liquid: ``conductance`` (T_node - T_boil) / latent."""

    node: str
    conductance_w_per_k: float
    boiling_k: float
    latent_j_per_kg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tank:
    """A store of one commodity by mass."""

    name: str
    commodity: str
    """One of `moonstead.commodities`."""
    capacity_kg: float
    initial_kg: float = 0.0
    leak_per_s: float = 0.0
    """Share of what is in it that is lost to space per second."""
    boil_off: BoilOff | None = None
    """Lost to space."""
    relief: bool = False
    """Whether what finds no room goes to space, so that who fills it need not stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What a converter takes (negative) or gives (positive) at full rate."""

    commodity: str
    kg_per_s: float
    tank: str = ""
    """Empty: from the ground, or out to space or a heap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Converter:
    """A load that turns commodities into others; it stops where an input or room is missing.

    The masses of its flows sum to zero. Power at throughput u (0 to 1) is ``load.power_w`` times
    (``idle_fraction`` + (1 - ``idle_fraction``) u), a Willans line, and zero when off.
    """

    load: Load
    flows: tuple[Flow, ...]
    idle_fraction: float = 0.0
    """Share of full power taken at throughput zero: 0 for the same efficiency at all loads."""
    warm_up_s: float = 0.0
    """Time at full power before it gives anything; it cools as fast as it warms."""
    min_run_s: float = 0.0
    """Once started it goes on this long, whatever is commanded, as long as it gets power."""
    reaction_heat_w: float = 0.0
    """Heat to the node at full rate that does not come from the bus (metabolism, Sabatier)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Working time that an element gives to a pool."""

    name: str
    pool: str
    amount: Driver
    """Persons or robots at work."""
    load: str = ""
    """A load that must have power for it: the amount scales with its share in the last step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A one-way cable from one bus to another, with a capacity and a loss.

    What arrives of a power p is ``efficiency`` p - ``resistance_ohm`` (p / V)^2, with the voltage
    of the sending bus.
    """

    name: str
    from_bus: str
    to_bus: str
    node: str
    capacity_w: float
    """Greatest power taken from the sending bus."""
    efficiency: float
    resistance_ohm: float = 0.0
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
    ties: tuple[Tie, ...] = ()
    nodes: tuple[ThermalNode, ...] = ()
    couplings: tuple[Coupling, ...] = ()
    sources: tuple[Source, ...] = ()
    loads: tuple[Load, ...] = ()
    stores: tuple[Store, ...] = ()
    tanks: tuple[Tank, ...] = ()
    converters: tuple[Converter, ...] = ()
    supplies: tuple[Supply, ...] = ()
    links: tuple[Link, ...] = ()
    recorders: tuple[Recorder, ...] = ()
    transmitters: tuple[Transmitter, ...] = ()


def joined(parts: Iterable[Parts]) -> Parts:
    """Concatenate the parts of several elements, in order."""
    every = tuple(parts)
    return Parts(
        **{
            field.name: tuple(item for part in every for item in getattr(part, field.name))
            for field in fields(Parts)
        }
    )
