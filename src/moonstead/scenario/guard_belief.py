"""What the guard is sent before the run: levers, stores, and the same forecast as the planner's.

Made from the scenario, like `moonstead.scenario.belief`, and kept apart from the planner's model: a
mistake in one must not be one in the other.
"""

import numpy as np

from moonstead.autonomy.guard.knowledge import Knowledge, Lever, StoreLimits
from moonstead.autonomy.model import StationModel
from moonstead.components import Load, Parts, ThermalNode
from moonstead.scenario.build import World
from moonstead.scenario.lives import is_task
from moonstead.scenario.standing import holding_w, on_main_w, survival_power_w
from moonstead.simulation.names import PACKET_STORE
from moonstead.simulation.parts import all_loads
from moonstead.units import DAY_S

PLANNER_SILENCE_S = 2 * DAY_S
EXECUTIVE_SILENCE_TICKS = 2
NAP_LEVEL = 0.5
"""Of computers and heaters in hibernation (assumption: half of the time)."""


def guard_knowledge(world: World, model: StationModel, tick_s: float) -> Knowledge:
    """Return what the guard knows.

    Parameters
    ----------
    world
        The scenario with its station.
    model
        Of the planner: its forecast, and its stores in order of dispatch.
    tick_s
        From one decision to the next.
    """
    parts, names = world.station.parts, world.station.names
    main = world.scenario.hub.bus
    forecast = model.forecast
    loads = [load for load in all_loads(parts) if not is_task(load)]
    return Knowledge(
        tick_s=tick_s,
        levers=(*_loads(world, model, loads), *_sources(parts, main), *_ties(parts, model)),
        stores=tuple(
            StoreLimits(
                place=place,
                capacity_j=store.capacity_j,
                floor_fraction=store.floor_fraction,
                charge_power_w=store.charge_power_w,
                discharge_power_w=store.discharge_power_w,
                charge_efficiency=store.charge_efficiency,
                discharge_efficiency=store.discharge_efficiency,
                self_discharge_per_s=store.self_discharge_per_s,
                from_t_s=store.from_t_s,
                until_t_s=store.until_t_s,
            )
            for store, place in zip(model.stores, model.store_index(), strict=True)
        ),
        main_sources=tuple(names.sources.index(s.name) for s in parts.sources if s.bus == main),
        main_loads=tuple(
            names.loads.index(load.name) for load in all_loads(parts) if load.bus == main
        ),
        recorder_limit_bit=np.array(model.recorder_limits_bit, dtype=np.float64),
        packet_stores={
            f"{load.name}.{PACKET_STORE}": names.recorders.index(load.recorder)
            for load in all_loads(parts)
            if load.recorder
        },
        beacons=tuple((radio.load, names.paths.index(radio.path)) for radio in model.radios),
        sources=tuple(partner.name for partner in world.scenario.partner),
        owners={element.name: element.partner for element in world.scenario.element},
        experiments={
            one.called(way): (one.element, one.partner)
            for one in model.experiments
            for way in range(len(one.ways))
        },
        parts={
            "planner": round(PLANNER_SILENCE_S / tick_s),
            "executive": EXECUTIVE_SILENCE_TICKS,
        },
        start_t_s=forecast.start_t_s,
        slot_s=forecast.slot_s,
        generation_w=forecast.generation_w,
        survival_w=forecast.survival_power_w,
        dark=forecast.dark,
    )


def _loads(world: World, model: StationModel, loads: list[Load]) -> list[Lever]:
    parts, names = world.station.parts, world.station.names
    main = world.scenario.hub.bus
    links = {link.name: link for link in parts.links}
    nodes = {node.name: node for node in parts.nodes}
    sink_k = model.sink_temperature_k
    believed = {load.name: load for load in model.loads}
    levers = []
    for load in loads:
        known = believed[load.name]
        link = links.get(load.name)
        is_heater = load.thermostat is not None
        drawn_w = holding_w(load, nodes.get(load.node), parts, sink_k) if is_heater else None
        levers.append(
            Lever(
                name=load.name,
                element=load.name.partition(".")[0],
                kind="load" if link is None else "link",
                priority=int(load.priority),
                power_w=on_main_w(parts, load, main, drawn_w),
                normal_level=load.initial_level,
                shed_level=known.trickle_level,
                hibernate_level=NAP_LEVEL,
                is_heater=is_heater,
                node=names.nodes.index(load.node) if is_heater and load.node in nodes else -1,
                least_k=_least_k(load, nodes.get(load.node)),
                feeds_survival=link is not None
                and survival_power_w(parts, link.to_bus, sink_k) > 0.0,
                place=names.loads.index(load.name) if known.responds else -1,
            )
        )
    return levers


def _least_k(load: Load, node: ThermalNode | None) -> float:
    """Return half-way from what a node survives to the set point of its heater."""
    if load.thermostat is None or node is None:
        return 0.0
    return min((node.survival_min_k + load.thermostat.setpoint_k) / 2.0, load.thermostat.setpoint_k)


def _sources(parts: Parts, main: str) -> list[Lever]:
    # What each gives differs from slot to slot; equal shares do to weigh a command by.
    feeding = [source for source in parts.sources if source.bus == main]
    return [
        Lever(
            name=source.name,
            element=source.name.partition(".")[0],
            kind="source",
            generation_share=1.0 / len(feeding) if source.bus == main else 0.0,
            normal_level=source.initial_level,
        )
        for source in parts.sources
    ]


def _ties(parts: Parts, model: StationModel) -> list[Lever]:
    return [
        Lever(
            name=tie.name,
            element=tie.name.partition(".")[0],
            kind="tie",
            normal_level=tie.initial_level,
            feeds_survival=tie.initial_level >= 0.5
            and survival_power_w(parts, tie.bus_b, model.sink_temperature_k) > 0.0,
        )
        for tie in parts.ties
    ]
