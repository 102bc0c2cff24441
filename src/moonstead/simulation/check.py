"""Does a set of parts make a network? Everything that is wrong with it, all at once."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from moonstead.commodities import commodities
from moonstead.components import POOLS, Load, Parts, Source, Store
from moonstead.simulation.parts import all_loads
from moonstead.spec import suggest

MASS_TOLERANCE = 1e-6
"""Relative: what a converter takes and gives may differ by rounding of published figures only."""


@dataclass(frozen=True, slots=True)
class NetworkMistake:
    """One thing that is wrong: which component, what of it, its value, what would be right."""

    component: str
    what: str
    value: object
    remedy: str

    def __str__(self) -> str:
        """Return it in a sentence."""
        return f"{self.component}: {self.what} {self.value!r}: {self.remedy}"


class NetworkError(ValueError):
    """The parts do not make a network.

    Parameters
    ----------
    mistakes
        Everything that was found.
    """

    def __init__(self, mistakes: Iterable[NetworkMistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(str(mistake) for mistake in self.mistakes))


def network_mistakes(parts: Parts) -> list[NetworkMistake]:
    """Return everything that is wrong with the parts of a station; empty if they make a network."""
    found = [*_doubled(parts), *_dangling(parts), *_out_of_bounds(parts), *_matter(parts)]
    if not found:  # the rest asks where things lead, which needs everything to be there
        found = [*_circles(parts), *_unreachable(parts), *_unsupplied(parts)]
    return found


def _doubled(parts: Parts) -> Iterator[NetworkMistake]:
    kinds: dict[str, Iterable[str]] = {
        "bus": (item.name for item in parts.buses),
        "thermal node": (item.name for item in parts.nodes),
        "coupling": (item.name for item in parts.couplings),
        "source, load, link or tie": (
            *(load.name for load in all_loads(parts)),
            *(source.name for source in parts.sources),
            *(tie.name for tie in parts.ties),
        ),
        "store": (item.name for item in parts.stores),
        "tank": (item.name for item in parts.tanks),
        "recorder": (item.name for item in parts.recorders),
        "supply": (item.name for item in parts.supplies),
    }
    for kind, names in kinds.items():
        seen: set[str] = set()
        told: set[str] = set()
        for name in names:
            if name in seen and name not in told:
                told.add(name)
                yield NetworkMistake(
                    name, kind, name, f"more than one {kind} has this name; names must differ"
                )
            seen.add(name)


def _dangling(parts: Parts) -> Iterator[NetworkMistake]:
    """Tell references that lead nowhere."""
    known = {
        "bus": {item.name for item in parts.buses},
        "thermal node": {item.name for item in parts.nodes},
        "tank": {item.name for item in parts.tanks},
        "recorder": {item.name for item in parts.recorders},
        "load": {load.name for load in all_loads(parts)},
        "source": {item.name for item in parts.sources},
        "pool": set(POOLS),
    }
    for owner, kind, name in _references(parts):
        if name not in known[kind]:
            remedy = f"no {kind} has this name; {suggest(name, known[kind])}"
            yield NetworkMistake(owner, kind, name, remedy)


def _references(parts: Parts) -> Iterator[tuple[str, str, str]]:  # noqa: PLR0912
    for tie in parts.ties:
        yield tie.name, "bus", tie.bus_a
        yield tie.name, "bus", tie.bus_b
    for coupling in parts.couplings:
        yield coupling.name, "thermal node", coupling.node_a
        yield coupling.name, "thermal node", coupling.node_b
        if coupling.pump:
            yield coupling.name, "load", coupling.pump
    electric: tuple[Source | Store, ...] = (*parts.sources, *parts.stores)
    for item in electric:
        yield item.name, "bus", item.bus
        if item.node:
            yield item.name, "thermal node", item.node
    for store in parts.stores:
        for reactant in store.reactants:
            yield store.name, "tank", reactant.tank
    for tank in parts.tanks:
        if tank.boil_off is not None:
            yield tank.name, "thermal node", tank.boil_off.node
    for load in all_loads(parts):
        yield from _load_references(load)
    for converter in parts.converters:
        for flow in converter.flows:
            if flow.tank:
                yield converter.load.name, "tank", flow.tank
    for link in parts.links:
        yield link.name, "bus", link.to_bus
    for transmitter in parts.transmitters:
        yield transmitter.load.name, "recorder", transmitter.recorder
    for supply in parts.supplies:
        yield supply.name, "pool", supply.pool
        if supply.load:
            yield supply.name, "load", supply.load


def _load_references(load: Load) -> Iterator[tuple[str, str, str]]:
    if load.bus:
        yield load.name, "bus", load.bus
    if load.node:
        yield load.name, "thermal node", load.node
    for need in load.needs:
        yield load.name, "pool", need.pool
    for recorder in (load.recorder, load.reads):
        if recorder:
            yield load.name, "recorder", recorder
    if load.cleans:
        yield load.name, "source", load.cleans


_Bound = tuple[Callable[[float], bool], str]
POSITIVE: _Bound = (lambda value: 0.0 < value < math.inf, "must be above zero and finite")
NOT_NEGATIVE: _Bound = (
    lambda value: 0.0 <= value < math.inf,
    "must not be negative, and finite",
)
SHARE: _Bound = (lambda value: 0.0 <= value <= 1.0, "must lie between 0 and 1")
EFFICIENCY: _Bound = (lambda value: 0.0 < value <= 1.0, "must be above 0 and at most 1")
BELOW_ONE: _Bound = (lambda value: 0.0 <= value < 1.0, "must be at least 0 and below 1")
FINITE: _Bound = (math.isfinite, "must be finite")

_BOUNDS: dict[str, dict[str, _Bound]] = {
    "buses": {"voltage_v": POSITIVE},
    "ties": {"initial_level": SHARE},
    "nodes": {
        "heat_capacity_j_per_k": POSITIVE,
        "radiating_area_m2": NOT_NEGATIVE,
        "emissivity": SHARE,
        "initial_temperature_k": POSITIVE,
        "louver_area_m2": NOT_NEGATIVE,
        "ground_conductance_w_per_k": NOT_NEGATIVE,
        "survival_min_k": NOT_NEGATIVE,
    },
    "couplings": {
        "conductance_w_per_k": NOT_NEGATIVE,
        "radiating_m2": NOT_NEGATIVE,
        "closes_above_k": NOT_NEGATIVE,
    },
    "sources": {
        "loss_per_year": BELOW_ONE,
        "dust_per_year": NOT_NEGATIVE,
        "heat_per_w": NOT_NEGATIVE,
        "temperature_coefficient_per_k": FINITE,
        "reference_temperature_k": POSITIVE,
        "initial_level": SHARE,
        "initial_output": SHARE,
        "ramp_per_s": NOT_NEGATIVE,
    },
    "stores": {
        "capacity_j": POSITIVE,
        "initial_fraction": SHARE,
        "floor_fraction": SHARE,
        "charge_power_w": NOT_NEGATIVE,
        "discharge_power_w": NOT_NEGATIVE,
        "charge_efficiency": EFFICIENCY,
        "discharge_efficiency": EFFICIENCY,
        "self_discharge_per_s": NOT_NEGATIVE,
        "calendar_fade_per_year": NOT_NEGATIVE,
        "cycle_fade": NOT_NEGATIVE,
    },
    "tanks": {"capacity_kg": POSITIVE, "initial_kg": NOT_NEGATIVE, "leak_per_s": NOT_NEGATIVE},
    "converters": {
        "idle_fraction": BELOW_ONE,
        "warm_up_s": NOT_NEGATIVE,
        "min_run_s": NOT_NEGATIVE,
        "reaction_heat_w": FINITE,
    },
    "links": {
        "capacity_w": POSITIVE,
        "efficiency": EFFICIENCY,
        "resistance_ohm": NOT_NEGATIVE,
    },
    "recorders": {"capacity_bit": POSITIVE},
    "transmitters": {"rate_limit_bit_per_s": NOT_NEGATIVE},
}

_LOAD_BOUNDS: dict[str, _Bound] = {
    "power_w": NOT_NEGATIVE,
    "initial_level": SHARE,
    "heat_fraction": SHARE,
    "data_rate_bit_per_s": NOT_NEGATIVE,
    "cleaning_per_s": NOT_NEGATIVE,
}


def _out_of_bounds(parts: Parts) -> Iterator[NetworkMistake]:
    for kind, bounds in _BOUNDS.items():
        for item in getattr(parts, kind):
            name = item.load.name if kind in {"converters", "transmitters"} else item.name
            yield from _checked(name, item, bounds)
    for load in all_loads(parts):
        yield from _bad_load(load)
    powered = [transmitter.load for transmitter in parts.transmitters]
    pumps = {coupling.pump for coupling in parts.couplings}
    pumps |= {supply.load for supply in parts.supplies}
    powered += [load for load in all_loads(parts) if load.name in pumps]
    for load in powered:
        yield from _checked(load.name, load, {"power_w": POSITIVE})
    for coupling in parts.couplings:
        if coupling.node_a == coupling.node_b:
            remedy = "must differ from node_a: heat flows between two nodes"
            yield NetworkMistake(coupling.name, "node_b", coupling.node_b, remedy)
    for node in parts.nodes:
        if node.melting is not None:
            bounds = {"melting_k": POSITIVE, "latent_j": NOT_NEGATIVE, "band_k": POSITIVE}
            yield from _checked(node.name, node.melting, bounds)
    for tank in parts.tanks:
        if tank.initial_kg > tank.capacity_kg:
            remedy = f"must not be above its capacity of {tank.capacity_kg:g} kg"
            yield NetworkMistake(tank.name, "initial_kg", tank.initial_kg, remedy)
        if tank.boil_off is not None:
            bounds = {"conductance_w_per_k": NOT_NEGATIVE, "latent_j_per_kg": POSITIVE}
            yield from _checked(tank.name, tank.boil_off, bounds)
    yield from _lossy_cables(parts)


def _bad_load(load: Load) -> Iterator[NetworkMistake]:
    yield from _checked(load.name, load, _LOAD_BOUNDS)
    if load.thermostat is not None:
        bounds = {"setpoint_k": POSITIVE, "band_k": POSITIVE}
        yield from _checked(load.name, load.thermostat, bounds)
    for need in load.needs:
        yield from _checked(load.name, need, {"amount": POSITIVE})
    if load.power_w > 0.0 and not load.bus:
        yield NetworkMistake(load.name, "bus", "", "must be a bus, as it takes power")
    if load.reads:
        yield from _checked(load.name, load, {"read_rate_bit_per_s": POSITIVE})
        if not load.recorder:
            remedy = "must name where it writes what it makes of the data that it reads"
            yield NetworkMistake(load.name, "recorder", "", remedy)


def _checked(name: str, item: object, bounds: dict[str, _Bound]) -> Iterator[NetworkMistake]:
    for field, (is_right, remedy) in bounds.items():
        value = getattr(item, field)
        if not is_right(value):
            yield NetworkMistake(name, field, value, remedy)


def _lossy_cables(parts: Parts) -> Iterator[NetworkMistake]:
    volts = {bus.name: bus.voltage_v for bus in parts.buses}
    for link in parts.links:
        voltage_v = volts.get(link.from_bus, 0.0)
        if link.resistance_ohm <= 0.0 or voltage_v <= 0.0:
            continue
        most_w = link.efficiency * voltage_v**2 / (2.0 * link.resistance_ohm)
        if link.capacity_w > most_w:
            remedy = (
                f"must be at most {most_w:.0f} W: beyond, a cable of {link.resistance_ohm:g} ohm "
                f"at {voltage_v:g} V brings less the more is put in"
            )
            yield NetworkMistake(link.name, "capacity_w", link.capacity_w, remedy)


def _matter(parts: Parts) -> Iterator[NetworkMistake]:
    """Commodities that do not exist or do not match, and mass out of nothing."""
    known = commodities()
    holds = {tank.name: tank.commodity for tank in parts.tanks}
    for tank in parts.tanks:
        if tank.commodity not in known:
            remedy = f"no commodity has this name; {suggest(tank.commodity, known)}"
            yield NetworkMistake(tank.name, "commodity", tank.commodity, remedy)
    for converter in parts.converters:
        name = converter.load.name
        for flow in converter.flows:
            if flow.commodity not in known:
                remedy = f"no commodity has this name; {suggest(flow.commodity, known)}"
                yield NetworkMistake(name, "commodity", flow.commodity, remedy)
            yield from _misplaced(name, flow.tank, flow.commodity, holds)
        tanks = [flow.tank for flow in converter.flows if flow.tank]
        for tank_name in sorted({tank for tank in tanks if tanks.count(tank) > 1}):
            remedy = "a converter may use a tank once: it must not feed on what it makes"
            yield NetworkMistake(name, "tank", tank_name, remedy)
        rates = [flow.kg_per_s for flow in converter.flows]
        moved = sum(abs(rate) for rate in rates)
        if not abs(sum(rates)) <= MASS_TOLERANCE * moved:
            remedy = "its flows must sum to zero: no mass comes from nothing or vanishes"
            yield NetworkMistake(name, "flows in kg/s", sum(rates), remedy)
    for store in parts.stores:
        for reactant in store.reactants:
            if reactant.kg_per_j == 0.0 or not math.isfinite(reactant.kg_per_j):
                remedy = "must be finite and not zero: so much is made or used per joule stored"
                yield NetworkMistake(store.name, "kg_per_j", reactant.kg_per_j, remedy)
            yield from _misplaced(store.name, reactant.tank, reactant.commodity, holds)
        masses = [reactant.kg_per_j for reactant in store.reactants]
        if not abs(sum(masses)) <= MASS_TOLERANCE * sum(abs(mass) for mass in masses):
            remedy = "its reactants must sum to zero: no mass comes from nothing or vanishes"
            yield NetworkMistake(store.name, "reactants in kg/J", sum(masses), remedy)


def _misplaced(
    owner: str, tank: str, commodity: str, holds: dict[str, str]
) -> Iterator[NetworkMistake]:
    if tank in holds and holds[tank] != commodity:
        remedy = f"tank {tank!r} holds {holds[tank]}; name a tank of {commodity}"
        yield NetworkMistake(owner, "tank", tank, remedy)


def _circles(parts: Parts) -> Iterator[NetworkMistake]:
    """Links that close a circle, ties apart; the last by name of each circle is told."""
    reaches: dict[str, set[str]] = {}
    for link in sorted(parts.links, key=lambda item: item.name):
        if link.from_bus in _reached(link.to_bus, reaches):
            remedy = f"closes a circle of links through bus {link.to_bus!r}; power needs an origin"
            yield NetworkMistake(link.name, "to_bus", link.to_bus, remedy)
        else:
            reaches.setdefault(link.from_bus, set()).add(link.to_bus)


def _reached(start: str, reaches: dict[str, set[str]]) -> set[str]:
    found, todo = {start}, [start]
    while todo:
        for name in reaches.get(todo.pop(), ()):
            if name not in found:
                found.add(name)
                todo.append(name)
    return found


def _unreachable(parts: Parts) -> Iterator[NetworkMistake]:
    """Tell loads that nothing can ever feed, whatever is switched."""
    reaches: dict[str, set[str]] = {}
    for tie in parts.ties:
        reaches.setdefault(tie.bus_a, set()).add(tie.bus_b)
        reaches.setdefault(tie.bus_b, set()).add(tie.bus_a)
    for link in parts.links:
        reaches.setdefault(link.from_bus, set()).add(link.to_bus)
    fed: set[str] = set()
    feeding: tuple[Source | Store, ...] = (*parts.sources, *parts.stores)
    for item in feeding:
        fed |= _reached(item.bus, reaches)
    for load in all_loads(parts):
        if load.bus and load.power_w > 0.0 and load.bus not in fed:
            remedy = f"no source or store can reach bus {load.bus!r}; give it one, or a link"
            yield NetworkMistake(load.name, "bus", load.bus, remedy)


def _unsupplied(parts: Parts) -> Iterator[NetworkMistake]:
    supplied = {supply.pool for supply in parts.supplies}
    for load in all_loads(parts):
        for need in load.needs:
            if need.pool not in supplied:
                remedy = f"no element gives {need.pool} time; add one that does"
                yield NetworkMistake(load.name, "needs", need.pool, remedy)
