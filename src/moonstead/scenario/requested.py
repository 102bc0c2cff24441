"""What is asked of the station, as it is sent up: experiments with their ways, and sleeps."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from moonstead.autonomy.model import After, Experiment, Partial, Way
from moonstead.components import Load, Parts
from moonstead.contracts import Priority
from moonstead.environment.timescale import from_utc
from moonstead.scenario.build import World
from moonstead.scenario.experiment import Campaign, CoolDown, Preheat
from moonstead.scenario.experiment import Experiment as Request
from moonstead.scenario.lives import Span
from moonstead.scenario.operators import operator_load, operators_of
from moonstead.scenario.sleeping import SLEEP, sleeping_loads
from moonstead.scenario.standing import on_bus, on_main_w, survival_power_w
from moonstead.simulation.parts import all_loads

MOST_REWARDS = 100
ALWAYS_MORE = 1_000_000
"""Sleeps that are wanted: as many as find a place."""
SLEEP_VALUE = 1e-3
"""Points of a sleep: less than anything that is asked for; what it saves is its worth."""


def requested(world: World, sink_k: float, lives: Mapping[str, Span]) -> tuple[Experiment, ...]:
    """Return what is asked of the station.

    Parameters
    ----------
    world
        The scenario with its station.
    sink_k
        Temperature that elements radiate to, as expected.
    lives
        When elements are planned to be there.
    """
    parts = world.station.parts
    main = world.scenario.hub.bus
    by_name = {load.name: load for load in all_loads(parts)}
    tanks = {tank.name: tank for tank in parts.tanks}
    filled = {
        converter.load.name: (tanks[flow.tank], flow.kg_per_s)
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
        tank, kg_per_s = next((filled[name] for name in names if name in filled), (None, 0.0))
        own = next((on_bus(parts, load.bus) for load in used if load.bus != main), [])
        result.append(
            Experiment(
                name=spec.name,
                element=spec.element,
                partner=spec.partner,
                loads=names,
                ways=_ways(spec, parts, used, kg_per_s, main, sink_k),
                sessions=spec.sessions,
                gap_s=spec.gap_s,
                light=spec.light,
                earth=spec.earth,
                needs_contact=spec.needs_contact,
                priority=max(int(load.priority) for load in used),
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
    return (*result, *_sleeps(world, by_name, lives))


def _ways(
    spec: Request, parts: Parts, used: list[Load], kg_per_s: float, main: str, sink_k: float
) -> tuple[Way, ...]:
    """Return the ways to do a session: as asked for, then the options.

    ``kg_per_s`` is what their work brings into a tank.
    """
    power_w = sum(on_main_w(parts, load, main) for load in used)
    rate_bit_per_s = sum(load.data_rate_bit_per_s for load in used)
    asked = [("", spec.duration_s, 1.0, spec.value)]
    asked += [(one.name, one.duration_s, one.level, one.value) for one in spec.option]
    before, after = spec.preheat, spec.cool_down
    ways = []
    for name, duration_s, level, value in asked:
        way = Way(
            name=name,
            duration_s=duration_s,
            power_w=power_w * level,
            data_rate_bit_per_s=rate_bit_per_s * level,
            value=value,
            level=level,
            preheat=None if before is None else _partial(before, before.until_k, used[0].node),
            cool_down=None if after is None else _partial(after),
        )
        worked_s = level * sum(duration_s * share for duration_s, share in way.stages)
        recharge_s = _recharge_s(parts, used, (worked_s, way.whole_s), main, sink_k)
        ways.append(replace(way, turnaround_s=recharge_s, fills_kg=kg_per_s * worked_s))
    return tuple(ways)


def _partial(given: Preheat | CoolDown, until_k: float | None = None, node: str = "") -> Partial:
    return Partial(duration_s=given.duration_s, level=given.level, until_k=until_k, node=node)


def _sleeps(
    world: World, by_name: Mapping[str, Load], lives: Mapping[str, Span]
) -> Iterator[Experiment]:
    """Yield the sleeps of elements: sessions that save what is on when nothing is done."""
    parts, main = world.station.parts, world.scenario.hub.bus
    partners = {element.name: element.partner for element in world.scenario.element}
    for spec in world.scenario.sleep:
        loads = [by_name[name] for name in sleeping_loads(parts, spec.element)]
        saved = [(load.initial_level - spec.level) * on_main_w(parts, load, main) for load in loads]
        kept = [(load.initial_level - spec.level) * load.data_rate_bit_per_s for load in loads]
        yield Experiment(
            name=f"{spec.element}{SLEEP}",
            element=spec.element,
            partner=partners[spec.element],
            loads=tuple(load.name for load in loads),
            ways=(
                Way(
                    duration_s=spec.duration_s,
                    power_w=-sum(saved),
                    data_rate_bit_per_s=-sum(kept),
                    value=SLEEP_VALUE,
                    level=spec.level,
                ),
            ),
            sessions=ALWAYS_MORE,
            gap_s=0.0,
            light=spec.light,
            earth="any",
            needs_contact=False,
            # The guard's ladder must not wake it when it sheds.
            priority=int(Priority.HOUSEKEEPING),
            from_t_s=lives[spec.element].from_t_s,
            until_t_s=lives[spec.element].until_t_s,
            recorder=_recorder(world, loads),
        )


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


def rewards(campaign: Campaign) -> tuple[float, ...]:
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
    parts: Parts, used: list[Load], times_s: tuple[float, float], main: str, sink_k: float
) -> float:
    """Return how long the batteries of unplugged buses recharge after a session.

    ``times_s`` is for how long its loads run, as if at full level, and how long it takes.
    """
    longest_s = 0.0
    for link in parts.links:
        spent_w = sum(load.power_w for load in used if load.bus == link.to_bus != main)
        stores = on_bus(parts, link.to_bus)
        if spent_w <= 0.0 or not stores:
            continue
        standing_w = survival_power_w(parts, link.to_bus, sink_k)
        used_j = spent_w * times_s[0] + standing_w * times_s[1]
        spent_j = used_j / stores[0].discharge_efficiency
        charging_w = min(link.capacity_w * link.efficiency - standing_w, stores[0].charge_power_w)
        if charging_w > 0.0:
            longest_s = max(longest_s, spent_j / (charging_w * stores[0].charge_efficiency))
    return longest_s
