"""What is no network is refused, by the name of what is wrong."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from networks import load, node, oxygen_maker, simulator, source, store

from moonstead.components import Bus, Converter, Link, Parts, Priority, Recorder, Tank, Transmitter
from moonstead.contracts import Command
from moonstead.simulation.compile import NetworkError, compile_station


def cable(name: str, from_bus: str, to_bus: str, **changes: Any) -> Link:
    values: dict[str, Any] = {
        "node": "box", "capacity_w": 1.0, "efficiency": 0.9, "priority": Priority.MOBILITY,
    }  # fmt: skip
    return Link(name=name, from_bus=from_bus, to_bus=to_bus, **{**values, **changes})


def plant(tank: str = "tank") -> Converter:
    return oxygen_maker(load("plant", 10.0), 1.0, tank)


def radio(**changes: Any) -> Transmitter:
    values: dict[str, Any] = {
        "load": load("radio", 10.0), "recorder": "disk", "path": "earth",
        "rate_limit_bit_per_s": 1.0,
    }  # fmt: skip
    return Transmitter(**{**values, **changes})


BUSES = tuple(Bus(name=name) for name in ("main", "a", "b"))
GOOD = Parts(
    buses=BUSES,
    nodes=(node(),),
    sources=(source("sun", 1.0),),
    loads=(load("lamp", 1.0),),
    stores=(store(),),
    tanks=(Tank(name="tank", commodity="oxygen", capacity_kg=1.0),),
    converters=(plant(),),
    links=(cable("to-a", "main", "a"), cable("to-b", "a", "b")),
    recorders=(Recorder(name="disk", capacity_bit=1.0),),
    transmitters=(radio(),),
)
BAD: dict[str, tuple[Callable[[Parts], Parts], tuple[str, ...]]] = {
    "bus twice": (lambda p: replace(p, buses=(*p.buses, p.buses[0])), ("bus", "'main'")),
    "node twice": (lambda p: replace(p, nodes=p.nodes * 2), ("thermal node", "'box'")),
    "source twice": (lambda p: replace(p, sources=p.sources * 2), ("source", "'sun'")),
    "store twice": (lambda p: replace(p, stores=p.stores * 2), ("store", "'battery'")),
    "tank twice": (lambda p: replace(p, tanks=p.tanks * 2), ("tank", "'tank'")),
    "recorder twice": (lambda p: replace(p, recorders=p.recorders * 2), ("recorder", "'disk'")),
    "load twice": (lambda p: replace(p, loads=p.loads * 2), ("load", "'lamp'")),
    "radio named as a load": (
        lambda p: replace(p, loads=(load("radio", 1.0),)), ("load", "'radio'"),
    ),
    "link named as a load": (lambda p: replace(p, loads=(load("to-a", 1.0),)), ("load", "'to-a'")),
    "source on no bus": (
        lambda p: replace(p, sources=(source("sun", 1.0, bus="x"),)), ("sun", "bus 'x'", "main"),
    ),
    "source on no node": (
        lambda p: replace(p, sources=(source("sun", 1.0, node="x"),)), ("sun", "node 'x'", "box"),
    ),
    "load on no bus": (
        lambda p: replace(p, loads=(load("lamp", 1.0, bus="x"),)), ("lamp", "bus 'x'"),
    ),
    "load on no node": (
        lambda p: replace(p, loads=(load("lamp", 1.0, node="x"),)), ("lamp", "node 'x'"),
    ),
    "load into no recorder": (
        lambda p: replace(p, loads=(load("lamp", 1.0, recorder="x"),)), ("lamp", "recorder 'x'"),
    ),
    "store on no bus": (lambda p: replace(p, stores=(store(bus="x"),)), ("battery", "bus 'x'")),
    "store on no node": (lambda p: replace(p, stores=(store(node="x"),)), ("battery", "node 'x'")),
    "no tank": (lambda p: replace(p, converters=(plant(tank="x"),)), ("plant", "tank 'x'")),
    "no recorder": (
        lambda p: replace(p, transmitters=(radio(recorder="x"),)), ("radio", "recorder 'x'"),
    ),
    "link from nowhere": (
        lambda p: replace(p, links=(cable("to-a", "x", "a"),)), ("to-a", "bus 'x'"),
    ),
    "link to nowhere": (
        lambda p: replace(p, links=(cable("to-a", "main", "x"),)), ("to-a", "bus 'x'"),
    ),
    "circle": (lambda p: replace(p, links=(*p.links, cable("back", "b", "main"))), ("circle",)),
    "link to itself": (lambda p: replace(p, links=(cable("self", "b", "b"),)), ("circle", "'b'")),
    "no heat capacity": (
        lambda p: replace(p, nodes=(node(heat_capacity_j_per_k=0.0),)), ("box", "heat_capacity"),
    ),
    "no efficiency": (
        lambda p: replace(p, stores=(store(charge_efficiency=0.0),)), ("battery", "efficiency"),
    ),
    "radio without power": (
        lambda p: replace(p, transmitters=(radio(load=load("radio", 0.0)),)), ("radio", "power_w"),
    ),
    "all lost in a year": (
        lambda p: replace(p, sources=(source("sun", 1.0, loss_per_year=1.0),)), ("sun", "loss"),
    ),
}  # fmt: skip


def test_the_good_one_compiles() -> None:
    names = compile_station(GOOD).names
    assert names.loads == ("lamp", "plant", "radio", "to-a", "to-b")
    assert names.paths == ("earth",)


@pytest.mark.parametrize("fault", BAD)
def test_a_fault_is_named(fault: str) -> None:
    change, words = BAD[fault]
    with pytest.raises(NetworkError) as caught:
        compile_station(change(GOOD))
    for word in words:
        assert word in str(caught.value)


def test_levels_are_kept_between_none_and_all() -> None:
    made = simulator(GOOD, 1, 1.0, {"contact_rate_bit_per_s:earth": np.zeros(1)})
    lamp = made.station.names.loads.index("lamp")
    for asked, kept in ((-3.0, 0.0), (0.25, 0.25), (7.0, 1.0)):
        made.obey([Command("lamp", asked)])
        assert made.state.load_level[lamp] == kept


def test_two_links_may_feed_one_bus() -> None:
    names = compile_station(replace(GOOD, links=(*GOOD.links, cable("more", "main", "b")))).names
    assert names.links == ("more", "to-a", "to-b")
