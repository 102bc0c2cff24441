"""Small stations made in code, random ones among them, and how to step them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from moonstead.components import (
    BoilOff,
    Bus,
    Converter,
    Coupling,
    FloatArray,
    Flow,
    Link,
    Load,
    Melting,
    Need,
    Parts,
    Priority,
    Reactant,
    Recorder,
    Source,
    Store,
    Supply,
    Surroundings,
    Tank,
    ThermalNode,
    Thermostat,
    Tie,
    Transmitter,
)
from moonstead.simulation.compile import compile_station, drive
from moonstead.simulation.network import Ledger
from moonstead.simulation.output import Output
from moonstead.simulation.simulator import Noise, Simulator, Sky


class Series:
    """A driver that reads one series of the surroundings, times a factor."""

    def __init__(self, name: str, factor: float = 1.0) -> None:
        self.name = name
        self.factor = factor

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        return self.factor * surroundings[self.name]


class Level:
    """A driver that is the same at every step."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        return np.full_like(next(iter(surroundings.values())), self.value)


def node(name: str = "box", **changes: Any) -> ThermalNode:
    values: dict[str, Any] = {
        "heat_capacity_j_per_k": 1e5,
        "radiating_area_m2": 1.0,
        "emissivity": 0.1,
        "sink_temperature_k": Level(100.0),
        "absorbed_w": Level(0.0),
        "initial_temperature_k": 290.0,
        "survival_min_k": 1.0,
    }
    return ThermalNode(name=name, **{**values, **changes})


def store(name: str = "battery", **changes: Any) -> Store:
    values: dict[str, Any] = {
        "bus": "main",
        "node": "box",
        "capacity_j": 1e6,
        "initial_fraction": 0.5,
        "floor_fraction": 0.1,
        "charge_power_w": 1e3,
        "discharge_power_w": 1e3,
        "charge_efficiency": 0.9,
        "discharge_efficiency": 0.8,
    }
    return Store(name=name, **{**values, **changes})


def load(name: str, power_w: float, **changes: Any) -> Load:
    values: dict[str, Any] = {
        "bus": "main",
        "node": "box",
        "priority": Priority.SCIENCE,
        "initial_level": 1.0,
    }
    return Load(name=name, power_w=power_w, **{**values, **changes})


def oxygen_maker(load: Load, specific_energy_j_per_kg: float, tank: str = "tank") -> Converter:
    """Oxygen out of the ground into a tank, at so much energy per kilogram."""
    rate = load.power_w / specific_energy_j_per_kg
    flows = (
        Flow(commodity="regolith", kg_per_s=-rate),
        Flow(commodity="oxygen", kg_per_s=rate, tank=tank),
    )
    return Converter(load=load, flows=flows)


def source(name: str, offer: float | Series, **changes: Any) -> Source:
    driver = offer if isinstance(offer, Series) else Level(offer)
    values: dict[str, Any] = {"bus": "main", "node": "box", "available_w": driver}
    return Source(name=name, **{**values, **changes})


def simulator(
    parts: Parts, n_steps: int, dt_s: float = 60.0, surroundings: Surroundings | None = None
) -> Simulator:
    """Return a station without noise under an empty sky; ``main`` and ``box`` need no mention."""
    parts = replace(parts, buses=parts.buses or (Bus(name="main"),), nodes=parts.nodes or (node(),))
    station = compile_station(parts)
    series = surroundings or {"none": np.zeros(n_steps)}
    nothing = np.zeros(n_steps, dtype=np.bool_)
    noise = Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0)
    return Simulator(
        station, drive(station, series), Sky(sun_seen=nothing, earth_seen=nothing), dt_s, noise
    )


def run(made: Simulator, n_steps: int) -> Output:
    output = made.new_output(n_steps)
    made.advance(0, n_steps, output, 0)
    return output


def difference(after: Ledger, before: Ledger) -> Ledger:
    return Ledger(*(a - b for a, b in zip(after, before, strict=True)))


def copied(ledger: Ledger) -> Ledger:
    return Ledger(*(array.copy() for array in ledger))


POWERS_W = st.sampled_from([0.0, 1e-3, 7.0, 100.0, 333.3, 2500.0])
SHARES = st.sampled_from([0.0, 0.1, 0.5, 1.0])
MATTER = st.sampled_from(
    [
        {"heat_capacity_j_per_k": 2e3},
        {"heat_capacity_j_per_k": 1e5},
        # What flows in a step is little against its heat capacity, as the step of heat demands.
        {"heat_capacity_j_per_k": 3e6, "melting": Melting(melting_k=300.0, latent_j=1e6)},
    ]
)
EFFICIENCIES = st.sampled_from([0.3, 0.85, 1.0])


@st.composite
def random_parts(draw: Any) -> Parts:
    """A legal station: buses in a tree of cables, some tied, and any number of everything."""
    n_buses = draw(st.integers(1, 4))
    buses = draw(st.permutations([f"bus{k}" for k in range(n_buses)]))
    nodes = [f"node{k}" for k in range(draw(st.integers(1, 4)))]
    recorders = [f"rec{k}" for k in range(draw(st.integers(0, 2)))]
    tanks = [f"tank{k}" for k in range(draw(st.integers(0, 2)))]
    some_bus, some_node = st.sampled_from(buses), st.sampled_from([*nodes, ""])
    some_priority = st.sampled_from(list(Priority))
    positive = st.sampled_from([0.5, 80.0, 900.0])

    def a_load(name: str, *, made_of: Any = POWERS_W) -> Load:
        needs = draw(st.sampled_from([(), (), (Need(pool="crew", amount=1.0),)]))
        reads = draw(st.sampled_from(["", "", *recorders]))
        thermal = draw(st.sampled_from(nodes))
        warm = draw(st.booleans())
        return Load(
            name=name,
            bus=draw(some_bus),
            node=thermal if warm else draw(some_node),
            power_w=draw(made_of),
            priority=draw(some_priority),
            initial_level=draw(SHARES),
            divisible=draw(st.booleans()),
            heat_fraction=draw(SHARES),
            thermostat=Thermostat(setpoint_k=draw(st.sampled_from([200.0, 290.0])), band_k=5.0)
            if warm and not needs
            else None,
            needs=needs,
            data_rate_bit_per_s=draw(st.sampled_from([0.0, 12.5, 1e6])),
            recorder=draw(st.sampled_from(recorders)) if reads else draw(
                st.sampled_from(["", *recorders])
            ),
            reads=reads,
            read_rate_bit_per_s=10.0 if reads else 0.0,
        )  # fmt: skip

    # Water and its gases, for electrolysers and for stores that hold their energy in them.
    stocks = tuple(
        Tank(
            name=name,
            commodity=name,
            capacity_kg=draw(st.sampled_from([1e-3, 50.0])),
            initial_kg=draw(st.sampled_from([0.0, 1e-3])),
            leak_per_s=draw(st.sampled_from([0.0, 1e-6, 0.1])),
            boil_off=draw(
                st.sampled_from(
                    [
                        None,
                        BoilOff(
                            node=nodes[0], conductance_w_per_k=0.1, boiling_k=90.0,
                            latent_j_per_kg=2e5,
                        ),
                    ]
                )
            ),
            relief=draw(st.booleans()),
        )
        for name in ("water", "oxygen", "hydrogen")
    )  # fmt: skip
    split = ({"water": -9.0, "oxygen": 8.0, "hydrogen": 1.0}).items()
    electrolysers = tuple(
        Converter(
            load=a_load(f"split{k}", made_of=positive),
            flows=tuple(
                Flow(commodity=name, kg_per_s=1e-6 * share, tank=name) for name, share in split
            ),
            idle_fraction=draw(st.sampled_from([0.0, 0.3])),
            warm_up_s=draw(st.sampled_from([0.0, 100.0])),
            min_run_s=draw(st.sampled_from([0.0, 300.0])),
            reaction_heat_w=draw(st.sampled_from([0.0, 20.0])),
        )
        for k in range(draw(st.integers(0, 2)))
    )
    reactants = tuple(
        Reactant(tank=name, commodity=name, kg_per_j=1e-8 * share) for name, share in split
    )
    plants = tuple(
        oxygen_maker(
            a_load(f"plant{k}", made_of=positive),
            draw(st.sampled_from([1e4, 8.7e7])),
            draw(st.sampled_from(tanks)),
        )
        for k in range(draw(st.integers(0, 2)) if tanks else 0)
    )
    sources = tuple(
        Source(
            name=f"source{k}",
            bus=bus,
            node=draw(some_node),
            available_w=Series("light", draw(st.sampled_from([0.0, 50.0, 1200.0]))),
            temperature_coefficient_per_k=draw(st.sampled_from([0.0, -0.002])),
            loss_per_year=draw(st.sampled_from([0.0, 0.02, 0.9])),
            dust_per_year=draw(st.sampled_from([0.0, 0.5])),
            takes_heat=draw(st.booleans()),
            heat_per_w=draw(st.sampled_from([0.0, 3.0])),
            initial_level=draw(SHARES),
            ramp_per_s=draw(st.sampled_from([0.0, 1e-3])),
            initial_output=draw(SHARES),
        )
        for k, bus in enumerate([*buses, *(draw(some_bus) for _ in range(draw(st.integers(0, 2))))])
    )
    cleaner = Load(
        name="brush", bus="", node="", power_w=0.0, priority=Priority.MAINTENANCE,
        initial_level=draw(SHARES), cleans="source0", cleaning_per_s=1e-3,
    )  # fmt: skip
    return Parts(
        buses=tuple(Bus(name=name) for name in buses),
        ties=tuple(
            Tie(
                name=f"tie{k}",
                bus_a=draw(some_bus),
                bus_b=draw(some_bus),
                initial_level=draw(st.sampled_from([0.0, 1.0])),
            )
            for k in range(draw(st.integers(0, 2)))
        ),
        nodes=tuple(
            node(
                name,
                **draw(MATTER),
                emissivity=draw(st.sampled_from([0.01, 0.85])),
                sink_temperature_k=Series("sink"),
                absorbed_w=Series("light", 1e4 * draw(st.sampled_from([1.0, 2.0]))),
                initial_temperature_k=draw(st.sampled_from([150.0, 285.0, 350.0])),
                louver_area_m2=draw(st.sampled_from([0.0, 1.0])),
                ground_conductance_w_per_k=draw(st.sampled_from([0.0, 2.0])),
                survival_min_k=draw(st.sampled_from([1.0, 230.0])),
            )
            for name in nodes
        ),
        couplings=tuple(
            Coupling(
                name=f"strap{k}",
                node_a=nodes[k % len(nodes)],
                node_b=nodes[(k % len(nodes) + draw(st.integers(1, len(nodes) - 1))) % len(nodes)],
                conductance_w_per_k=draw(st.sampled_from([0.0, 0.1, 50.0])),
                radiating_m2=draw(st.sampled_from([0.0, 1.0])),
                pump=draw(st.sampled_from(["", *(plant.load.name for plant in plants)])),
                closes_above_k=draw(st.sampled_from([0.0, 280.0])),
            )
            for k in range(draw(st.integers(0, 4)))
            if len(nodes) > 1
        ),
        sources=sources,
        loads=(cleaner, *(a_load(f"load{k}") for k in range(draw(st.integers(0, 5))))),
        stores=tuple(
            Store(
                name=f"store{k}",
                bus=draw(some_bus),
                node=draw(some_node),
                capacity_j=draw(st.sampled_from([1e3, 1e6, 1e8])),
                initial_fraction=draw(SHARES),
                floor_fraction=draw(SHARES),
                charge_power_w=draw(positive),
                discharge_power_w=draw(positive),
                charge_efficiency=draw(EFFICIENCIES),
                discharge_efficiency=draw(EFFICIENCIES),
                self_discharge_per_s=draw(st.sampled_from([0.0, 1e-9, 1e-4, 0.01])),
                charge_min_temperature_k=draw(st.sampled_from([0.0, 268.0])),
                calendar_fade_per_year=draw(st.sampled_from([0.0, 0.02])),
                cycle_fade=draw(st.sampled_from([0.0, 1e-4, 0.05])),
                reactants=reactants if k == 0 and draw(st.booleans()) else (),
                order=draw(st.integers(0, 1)),
            )
            for k in range(draw(st.integers(0, 3)))
        ),
        tanks=(
            *stocks,
            *(
                Tank(name=name, commodity="oxygen", capacity_kg=draw(st.sampled_from([1e-3, 50.0])))
                for name in tanks
            ),
        ),
        converters=(*plants, *electrolysers),
        supplies=(
            Supply(
                name="people",
                pool="crew",
                amount=Series("light", 2.0),
                load=draw(st.sampled_from(["", *(each.load.name for each in electrolysers)])),
            ),
        ),
        links=tuple(
            Link(
                name=f"link{k}",
                from_bus=buses[draw(st.integers(0, k - 1))],
                to_bus=buses[k],
                node=draw(some_node),
                capacity_w=draw(positive),
                efficiency=draw(EFFICIENCIES),
                resistance_ohm=draw(st.sampled_from([0.0, 1.0])),
                priority=draw(some_priority),
                initial_level=draw(SHARES),
            )
            for k in range(1, n_buses)
            if draw(st.booleans())
        ),
        recorders=tuple(
            Recorder(name=name, capacity_bit=draw(st.sampled_from([1.0, 1e3, 1e8])))
            for name in recorders
        ),
        transmitters=tuple(
            Transmitter(
                load=a_load(f"radio{k}", made_of=positive),
                recorder=draw(st.sampled_from(recorders)),
                path=draw(st.sampled_from(["relay", "direct"])),
                rate_limit_bit_per_s=draw(st.sampled_from([100.0, 2e6])),
            )
            for k in range(draw(st.integers(0, 2)) if recorders else 0)
        ),
    )


@st.composite
def random_sky(draw: Any) -> dict[str, FloatArray]:
    """Surroundings for `random_parts`: light that comes and goes, contacts that open and close."""
    n_steps = draw(st.integers(1, 40))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    darkness = draw(SHARES)
    return {
        "light": generator.random(n_steps) * (generator.random(n_steps) >= darkness),
        "sink": generator.uniform(0.0, 200.0, n_steps),
        "ground_temperature_k": generator.uniform(40.0, 300.0, n_steps),
        "contact_rate_bit_per_s:relay": 1e6 * (generator.random(n_steps) < 0.5),
        "contact_rate_bit_per_s:direct": 90.0 * (generator.random(n_steps) < 0.5),
    }


def made_of(parts: Parts, sky: dict[str, FloatArray], dt_s: float) -> Simulator:
    return simulator(parts, len(sky["light"]), dt_s, sky)


def everything(made: Simulator, output: Output) -> Iterable[FloatArray]:
    """All that a run leaves: state, ledger and series."""
    return (*made.state, *made.ledger, output.rows)
