"""What is sent up to the station before the run: its own design, and a forecast of the sky.

The belief is made from the scenario and from averages of the computed surroundings in slots, not
from the state of the simulation. It knows nothing of noise, ageing or what will fail.
"""

import math
from collections.abc import Mapping
from typing import Any

from moonstead.autonomy.model import (
    After,
    CampaignModel,
    Experiment,
    LoadModel,
    RadioModel,
    StationModel,
)
from moonstead.components import Link, Load, Parts, Surroundings
from moonstead.environment.timescale import from_utc
from moonstead.scenario.build import World
from moonstead.scenario.experiment import Campaign
from moonstead.scenario.experiment import Experiment as Request
from moonstead.scenario.forecast import forecast_of
from moonstead.scenario.lives import Span, is_task, planned_lives
from moonstead.scenario.operators import operator_load, operators_of
from moonstead.scenario.standing import on_bus, on_main_w, store_model, survival_power_w
from moonstead.scenario.surroundings import Grid, PlacedSurroundings
from moonstead.simulation.parts import all_loads

MOST_REWARDS = 100


def station_model(world: World, grid: Grid, series: PlacedSurroundings) -> StationModel:
    """Return what the station believes about itself and its sky."""
    parts = world.station.parts
    main = world.scenario.hub.bus
    here = series("")
    sink_k = float(here["sink_temperature_k"][0])
    lives = planned_lives(world.scenario)
    loads = all_loads(parts)
    capacity = {recorder.name: recorder.capacity_bit for recorder in parts.recorders}
    return StationModel(
        channels=world.station.names.channels(),
        stores=tuple(store_model(store, lives) for store in on_bus(parts, main)),
        loads=tuple(_load(load, parts, sink_k) for load in loads if not is_task(load)),
        radios=_radios(parts, world, here),
        experiments=_experiments(world, loads, sink_k, lives),
        recorder_limits_bit=tuple(capacity[name] for name in world.station.names.recorders),
        forecast=forecast_of(world, grid, series, lives),
        sink_temperature_k=sink_k,
        keeps_all_data=world.scenario.autonomy.data == "D2",
        campaigns=tuple(
            CampaignModel(name=one.name, rewards=_rewards(one)) for one in world.scenario.campaign
        ),
        shares={p.name: p.share for p in world.scenario.partner if p.share is not None},
    )


def _load(load: Load, parts: Parts, sink_k: float) -> LoadModel:
    links: dict[str, Link] = {link.name: link for link in parts.links}
    trickle = 0.0
    if load.name in links:
        link = links[load.name]
        needed_w = survival_power_w(parts, link.to_bus, sink_k) / link.efficiency
        trickle = min(needed_w / link.capacity_w, 1.0)
    return LoadModel(
        name=load.name,
        power_w=load.power_w,
        priority=int(load.priority),
        normal_level=load.initial_level,
        trickle_level=trickle,
        responds=load.thermostat is None and load.name not in links,
    )


def _radios(parts: Parts, world: World, series: Surroundings) -> tuple[RadioModel, ...]:
    """Return the transmitters, the fastest path first."""
    best = {
        path: float(series[f"contact_rate_bit_per_s:{path}"].max())
        for path in world.station.names.paths
    }
    ordered = sorted(parts.transmitters, key=lambda t: (-best[t.path], t.load.name))
    recorders = world.station.names.recorders
    return tuple(
        RadioModel(load=t.load.name, path=t.path, recorder=recorders.index(t.recorder))
        for t in ordered
    )


def _experiments(
    world: World, loads: tuple[Load, ...], sink_k: float, lives: Mapping[str, Span]
) -> tuple[Experiment, ...]:
    parts = world.station.parts
    main = world.scenario.hub.bus
    by_name = {load.name: load for load in loads}
    tanks = {tank.name: tank for tank in parts.tanks}
    filled = {
        converter.load.name: tanks[flow.tank]
        for converter in parts.converters
        for flow in reversed(converter.flows)
        if flow.tank and flow.kg_per_s > 0.0
    }
    elements = {element.name: element for element in world.scenario.element}
    result = []
    for spec in world.scenario.experiment:
        names = elements[spec.element].activity_loads()
        if operators_of(spec, world.scenario.control_centre) > 0.0:
            names = (*names, operator_load(spec))
        used = [by_name[name] for name in names]
        away = {load.bus for load in used if load.bus != main}
        tank = next((filled[name] for name in names if name in filled), None)
        own = next((on_bus(parts, load.bus) for load in used if load.bus != main), [])
        result.append(
            Experiment(
                name=spec.name,
                element=spec.element,
                partner=spec.partner,
                loads=names,
                power_w=sum(on_main_w(parts, load, main) for load in used),
                data_rate_bit_per_s=sum(load.data_rate_bit_per_s for load in used),
                duration_s=spec.duration_s,
                sessions=spec.sessions,
                gap_s=spec.gap_s,
                light=spec.light,
                earth=spec.earth,
                needs_contact=spec.needs_contact,
                value=spec.value,
                priority=max(int(load.priority) for load in used),
                turnaround_s=_recharge_s(parts, used, spec.duration_s, main, sink_k),
                unplugs=tuple(link.name for link in parts.links if link.to_bus in away),
                tank=tank.name if tank else "",
                tank_capacity_kg=tank.capacity_kg if tank else 0.0,
                own_store=own[0].name if own else "",
                own_store_capacity_j=own[0].capacity_j if own else 0.0,
                own_store_min_fraction=spec.min_charge_fraction,
                from_t_s=lives[spec.element].from_t_s,
                until_t_s=lives[spec.element].until_t_s,
                needs=tuple((need.pool, need.amount) for load in used for need in load.needs),
                recorder=_recorder(world, used),
                **_wishes(spec, from_utc(world.scenario.run.start)),
            )
        )
    return tuple(result)


def _wishes(spec: Request, start_t_s: float) -> dict[str, Any]:
    """Return when and how much a request is wanted."""
    windows = tuple((from_utc(w.start), from_utc(w.end)) for w in spec.window)
    after = None
    if spec.after is not None:
        after = After(
            experiment=spec.after.experiment,
            sessions=spec.after.sessions,
            gap_s=spec.after.gap_s,
        )
    return {
        "windows_t_s": windows,
        "returns": spec.returns,
        "halves_after_s": math.inf if spec.half_life_s is None else spec.half_life_s,
        "wanted_from_t_s": min((begin for begin, _ in windows), default=start_t_s),
        "campaign": spec.campaign or "",
        "after": after,
        "mandatory": spec.mandatory,
    }


def _rewards(campaign: Campaign) -> tuple[float, ...]:
    """Return points for the first, second, ... session, until they are hardly worth counting."""
    rewards = [campaign.value]
    while len(rewards) < MOST_REWARDS and rewards[-1] * campaign.returns > 1e-3 * campaign.value:
        rewards.append(rewards[-1] * campaign.returns)
    return tuple(rewards)


def _recorder(world: World, used: list[Load]) -> int:
    """Return the place of the recorder that the loads write to; 0 where they write nothing."""
    names = world.station.names.recorders
    return next((names.index(load.recorder) for load in used if load.recorder), 0)


def _recharge_s(
    parts: Parts, used: list[Load], duration_s: float, main: str, sink_k: float
) -> float:
    """Return how long the batteries of unplugged buses recharge after a session."""
    longest_s = 0.0
    for link in parts.links:
        spent_w = sum(load.power_w for load in used if load.bus == link.to_bus != main)
        stores = on_bus(parts, link.to_bus)
        if spent_w <= 0.0 or not stores:
            continue
        standing_w = survival_power_w(parts, link.to_bus, sink_k)
        spent_j = (spent_w + standing_w) * duration_s / stores[0].discharge_efficiency
        charging_w = min(link.capacity_w * link.efficiency - standing_w, stores[0].charge_power_w)
        if charging_w > 0.0:
            longest_s = max(longest_s, spent_j / (charging_w * stores[0].charge_efficiency))
    return longest_s
