"""Ways to break a legal station of `networks.random_parts`, each with what must be told of it."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from networks import load, node, source, store

from moonstead.components import (
    BoilOff,
    Bus,
    Converter,
    Coupling,
    Flow,
    Link,
    Melting,
    Need,
    Parts,
    Priority,
    Reactant,
    Recorder,
    Tank,
    Thermostat,
    Tie,
    Transmitter,
)


@dataclass(frozen=True, slots=True)
class Break:
    """A fault: how it is put in, which component must be named, and what must be said of it."""

    change: Callable[[Parts], Parts]
    component: str
    said: str
    last: bool = False
    """Whether it is looked for only where all else is right: it asks where things lead."""


def more(**added: Any) -> Callable[[Parts], Parts]:
    """Add components to a station."""
    new = {
        name: values if isinstance(values, tuple) else (values,) for name, values in added.items()
    }
    return lambda parts: replace(
        parts, **{name: (*getattr(parts, name), *values) for name, values in new.items()}
    )


def again(kind: str) -> Callable[[Parts], Parts]:
    """List the first component of a kind twice."""
    return lambda parts: replace(parts, **{kind: (*getattr(parts, kind), getattr(parts, kind)[0])})


def changed(kind: str, name: str, **values: Any) -> Callable[[Parts], Parts]:
    """Change a component that every station has."""
    return lambda parts: replace(
        parts,
        **{
            kind: tuple(
                replace(item, **values) if item.name == name else item
                for item in getattr(parts, kind)
            )
        },
    )


def bad_load(**values: Any) -> Callable[[Parts], Parts]:
    given = {"power_w": 5.0, "bus": "bus0", "node": "node0", **values}
    return more(loads=load("bad", **given))


def bad_store(**values: Any) -> Callable[[Parts], Parts]:
    return more(stores=store("bad", **{"bus": "bus0", "node": "node0", **values}))


def bad_node(**values: Any) -> Callable[[Parts], Parts]:
    return more(nodes=node("bad", **values))


def bad_source(**values: Any) -> Callable[[Parts], Parts]:
    return more(sources=source("bad", 10.0, **{"bus": "bus0", "node": "node0", **values}))


def bad_link(**values: Any) -> Callable[[Parts], Parts]:
    given: dict[str, Any] = {
        "from_bus": "bus0",
        "to_bus": "spur",
        "node": "",
        "capacity_w": 10.0,
        "efficiency": 0.9,
        "priority": Priority.MOBILITY,
        **values,
    }
    return more(buses=Bus(name="spur"), links=Link(name="bad", **given))


def bad_coupling(**values: Any) -> Callable[[Parts], Parts]:
    given = {"node_a": "node0", "node_b": "plate", "conductance_w_per_k": 1.0, **values}
    return more(nodes=node("plate"), couplings=Coupling(name="bad", **given))


def bad_tank(**values: Any) -> Callable[[Parts], Parts]:
    return more(tanks=Tank(name="bad", **{"commodity": "oxygen", "capacity_kg": 1.0, **values}))


def bad_converter(*flows: Flow, **values: Any) -> Callable[[Parts], Parts]:
    worker = load("bad", 5.0, bus="bus0", node="node0")
    return more(converters=Converter(load=worker, flows=flows, **values))


def bad_radio(**values: Any) -> Callable[[Parts], Parts]:
    given: dict[str, Any] = {
        "load": load("bad", 5.0, bus="bus0", node="node0"),
        "recorder": "disk",
        "path": "relay",
        "rate_limit_bit_per_s": 1.0,
        **values,
    }
    return more(
        recorders=Recorder(name="disk", capacity_bit=1.0), transmitters=Transmitter(**given)
    )


SPLIT = (Flow(commodity="water", kg_per_s=-1.0, tank="water"), Flow(commodity="slag", kg_per_s=1.0))

BREAKS: dict[str, Break] = {
    "bus twice": Break(again("buses"), "", "more than one bus"),
    "node twice": Break(again("nodes"), "node0", "more than one thermal node"),
    "source twice": Break(again("sources"), "source0", "more than one source"),
    "tank twice": Break(again("tanks"), "water", "more than one tank"),
    "supply twice": Break(again("supplies"), "people", "more than one supply"),
    "load named as a source": Break(
        more(loads=load("source0", 1.0, bus="bus0", node="")), "source0", "more than one source"
    ),
    "tie named as a load": Break(
        more(ties=Tie(name="brush", bus_a="bus0", bus_b="bus0")), "brush", "more than one source"
    ),
    "source on no bus": Break(bad_source(bus="bus9"), "bad", "no bus has this name"),
    "source on no node": Break(bad_source(node="node9"), "bad", "no thermal node has this name"),
    "source that loses all in a year": Break(bad_source(loss_per_year=1.0), "bad", "loss_per_year"),
    "source above its level": Break(bad_source(initial_level=1.5), "bad", "between 0 and 1"),
    "load on no bus": Break(bad_load(bus="bus9"), "bad", "no bus has this name"),
    "load that takes power from no bus": Break(bad_load(bus=""), "bad", "must be a bus"),
    "load on no node": Break(bad_load(node="node9"), "bad", "no thermal node has this name"),
    "negative power": Break(bad_load(power_w=-5.0), "bad", "must not be negative"),
    "power that is no number": Break(bad_load(power_w=float("nan")), "bad", "power_w"),
    "more than all heat": Break(bad_load(heat_fraction=1.2), "bad", "between 0 and 1"),
    "into no recorder": Break(bad_load(recorder="disk9"), "bad", "no recorder has this name"),
    "negative data": Break(
        bad_load(data_rate_bit_per_s=-1.0), "bad", "data_rate_bit_per_s -1.0: must not be negative"
    ),
    "negative cleaning": Break(
        bad_load(cleans="source0", cleaning_per_s=-1.0), "bad", "cleaning_per_s -1.0"
    ),
    "cleans nothing": Break(bad_load(cleans="source9"), "bad", "no source has this name"),
    "thermostat without a band": Break(
        bad_load(thermostat=Thermostat(setpoint_k=280.0, band_k=0.0)), "bad", "band_k 0.0"
    ),
    "needs of an unknown pool": Break(
        bad_load(needs=(Need(pool="cats", amount=1.0),)), "bad", "no pool has this name"
    ),
    "needs nobody": Break(bad_load(needs=(Need(pool="crew", amount=0.0),)), "bad", "above zero"),
    "needs what nobody gives": Break(
        bad_load(needs=(Need(pool="robot", amount=1.0),)),
        "bad",
        "no element gives robot",
        last=True,
    ),
    "supply to an unknown pool": Break(
        changed("supplies", "people", pool="cats"), "people", "no pool has this name"
    ),
    "store on no bus": Break(bad_store(bus="bus9"), "bad", "no bus has this name"),
    "zero capacity": Break(bad_store(capacity_j=0.0), "bad", "capacity_j 0.0: must be above zero"),
    "negative efficiency": Break(
        bad_store(charge_efficiency=-0.9), "bad", "charge_efficiency -0.9"
    ),
    "efficiency above one": Break(
        bad_store(discharge_efficiency=1.1), "bad", "discharge_efficiency 1.1"
    ),
    "fuller than full": Break(bad_store(initial_fraction=1.5), "bad", "initial_fraction 1.5"),
    "reactant in no tank": Break(
        bad_store(reactants=(Reactant(tank="sea", commodity="water", kg_per_j=1.0),)),
        "bad",
        "no tank has this name",
    ),
    "reactants out of nothing": Break(
        bad_store(reactants=(Reactant(tank="water", commodity="water", kg_per_j=1.0),)),
        "bad",
        "its reactants must sum to zero",
    ),
    "no heat capacity": Break(bad_node(heat_capacity_j_per_k=0.0), "bad", "heat_capacity_j_per_k"),
    "emissivity above one": Break(bad_node(emissivity=1.5), "bad", "emissivity 1.5"),
    "colder than nothing": Break(
        bad_node(initial_temperature_k=-3.0), "bad", "initial_temperature_k -3.0"
    ),
    "melting without a band": Break(
        bad_node(melting=Melting(melting_k=300.0, latent_j=1.0, band_k=0.0)), "bad", "band_k 0.0"
    ),
    "coupling to no node": Break(
        bad_coupling(node_b="node9"), "bad", "no thermal node has this name"
    ),
    "coupling to itself": Break(bad_coupling(node_b="node0"), "bad", "must differ from node_a"),
    "negative conductance": Break(
        bad_coupling(conductance_w_per_k=-1.0), "bad", "conductance_w_per_k -1.0"
    ),
    "pumped by nothing": Break(bad_coupling(pump="nobody"), "bad", "no load has this name"),
    "pumped without power": Break(bad_coupling(pump="brush"), "brush", "power_w 0.0"),
    "tie to no bus": Break(
        more(ties=Tie(name="bad", bus_a="bus0", bus_b="bus9")), "bad", "no bus has this name"
    ),
    "link to no bus": Break(bad_link(to_bus="bus9"), "bad", "no bus has this name"),
    "link that gains": Break(bad_link(efficiency=1.01), "bad", "efficiency 1.01"),
    "link without capacity": Break(bad_link(capacity_w=0.0), "bad", "capacity_w 0.0"),
    "cable past its best": Break(
        bad_link(resistance_ohm=100.0, capacity_w=1e3), "bad", "must be at most 65 W"
    ),
    "link to itself": Break(bad_link(to_bus="bus0"), "bad", "closes a circle", last=True),
    "circle of links": Break(
        more(
            buses=Bus(name="loop"),
            links=tuple(
                Link(
                    name=name,
                    from_bus=a,
                    to_bus=b,
                    node="",
                    capacity_w=1.0,
                    efficiency=1.0,
                    priority=Priority.MOBILITY,
                )
                for name, a, b in (("there", "bus0", "loop"), ("zurück", "loop", "bus0"))
            ),
        ),
        "zurück",
        "closes a circle",
        last=True,
    ),
    "unreachable load": Break(
        more(buses=Bus(name="desert"), loads=load("bad", 1.0, bus="desert", node="node0")),
        "bad",
        "no source or store can reach bus 'desert'",
        last=True,
    ),
    "bus without voltage": Break(
        more(buses=Bus(name="bad", voltage_v=0.0)), "bad", "voltage_v 0.0"
    ),
    "unknown commodity": Break(bad_tank(commodity="oxygon"), "bad", "did you mean"),
    "tank fuller than full": Break(bad_tank(initial_kg=2.0), "bad", "initial_kg 2.0"),
    "negative leak": Break(bad_tank(leak_per_s=-1.0), "bad", "leak_per_s -1.0"),
    "boils on no node": Break(
        bad_tank(
            boil_off=BoilOff(
                node="node9", conductance_w_per_k=1.0, boiling_k=90.0, latent_j_per_kg=1.0
            )
        ),
        "bad",
        "no thermal node has this name",
    ),
    "mass out of nothing": Break(
        bad_converter(Flow(commodity="water", kg_per_s=1.0, tank="water")), "bad", "no mass comes"
    ),
    "flow into another's tank": Break(
        bad_converter(
            Flow(commodity="regolith", kg_per_s=-1.0),
            Flow(commodity="oxygen", kg_per_s=1.0, tank="water"),
        ),
        "bad",
        "holds water",
    ),
    "flow into no tank": Break(
        bad_converter(
            Flow(commodity="regolith", kg_per_s=-1.0),
            Flow(commodity="oxygen", kg_per_s=1.0, tank="sky"),
        ),
        "bad",
        "no tank has this name",
    ),
    "a tank used twice": Break(
        bad_converter(
            Flow(commodity="water", kg_per_s=-1.0, tank="water"),
            Flow(commodity="water", kg_per_s=1.0, tank="water"),
        ),
        "bad",
        "may use a tank once",
    ),
    "idle at full power": Break(
        bad_converter(*SPLIT, idle_fraction=1.0), "bad", "idle_fraction 1.0"
    ),
    "negative warm-up": Break(bad_converter(*SPLIT, warm_up_s=-1.0), "bad", "warm_up_s -1.0"),
    "recorder of no size": Break(
        more(recorders=Recorder(name="bad", capacity_bit=0.0)), "bad", "capacity_bit 0.0"
    ),
    "sends from no recorder": Break(
        bad_radio(recorder="disk9"), "bad", "no recorder has this name"
    ),
    "radio without power": Break(
        bad_radio(load=load("bad", 0.0, bus="bus0", node="node0")), "bad", "power_w 0.0"
    ),
    "reactant that nothing is stored in": Break(
        bad_store(reactants=(Reactant(tank="water", commodity="water", kg_per_j=0.0),)),
        "bad",
        "kg_per_j 0.0",
    ),
    "reads and writes nowhere": Break(
        more(
            recorders=Recorder(name="raw", capacity_bit=1.0),
            loads=load("bad", 1.0, bus="bus0", node="node0", reads="raw", read_rate_bit_per_s=1.0),
        ),
        "bad",
        "recorder '': must name",
    ),
    "reads nothing per second": Break(
        more(
            recorders=Recorder(name="raw", capacity_bit=1.0),
            loads=load("bad", 1.0, bus="bus0", node="node0", reads="raw", recorder="raw"),
        ),
        "bad",
        "read_rate_bit_per_s 0.0",
    ),
}


def renamed(broken: Parts, legal: Parts, name: str) -> Parts:
    """Give what a break added a name of its own, so that several fit into one station."""

    def with_name(item: Any) -> Any:
        if hasattr(item, "name"):
            return replace(item, name=name) if item.name == "bad" else item
        return replace(item, load=with_name(item.load))

    return Parts(
        **{
            field.name: tuple(
                with_name(item) if item not in getattr(legal, field.name) else item
                for item in getattr(broken, field.name)
            )
            for field in fields(Parts)
        }
    )
