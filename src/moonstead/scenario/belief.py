"""What is sent up to the station before the run: its own design, and a forecast of the sky.

The belief is made from the scenario and from averages of the computed surroundings in slots, not
from the state of the simulation. It knows nothing of noise, ageing or what will fail.
"""

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from moonstead.autonomy.model import (
    After,
    CampaignModel,
    Experiment,
    Forecast,
    LoadModel,
    RadioModel,
    StationModel,
    StoreModel,
)
from moonstead.components import (
    Converter,
    FloatArray,
    Link,
    Load,
    Parts,
    Store,
    Surroundings,
    ThermalNode,
    Transmitter,
)
from moonstead.contracts import Priority
from moonstead.environment.timescale import from_utc
from moonstead.scenario.build import World
from moonstead.scenario.experiment import Campaign
from moonstead.scenario.experiment import Experiment as Request
from moonstead.scenario.model import Scenario
from moonstead.scenario.operators import operator_load, operators_of
from moonstead.scenario.surroundings import Grid, PlacedSurroundings
from moonstead.simulation.compile import SurroundingsOf
from moonstead.simulation.parts import all_loads
from moonstead.simulation.tables import STEFAN_BOLTZMANN_W_PER_M2_K4
from moonstead.simulation.upkeep import ASSEMBLY, REPAIR

SLOT_S = 1800.0
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
        stores=tuple(_store(store, lives) for store in _on_bus(parts, main)),
        loads=tuple(_load(load, parts, sink_k) for load in loads if not is_task(load)),
        radios=_radios(parts, world, here),
        experiments=_experiments(world, loads, sink_k, lives),
        recorder_limits_bit=tuple(capacity[name] for name in world.station.names.recorders),
        forecast=_forecast(world, grid, series, lives),
        sink_temperature_k=sink_k,
        campaigns=tuple(
            CampaignModel(name=one.name, rewards=_rewards(one)) for one in world.scenario.campaign
        ),
        shares={p.name: p.share for p in world.scenario.partner if p.share is not None},
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """When something is planned to be there, TDB seconds past J2000."""

    from_t_s: float = -math.inf
    until_t_s: float = math.inf


def planned_lives(scenario: Scenario) -> dict[str, _Span]:
    """Return when each element is planned to work: commissioned as soon as it can be assembled."""
    lives = {}
    for element in scenario.element:
        begin, end = -math.inf, math.inf
        if element.arrives is not None:
            begin = from_utc(element.arrives)
            begin += element.assembly.duration_s if element.assembly is not None else 0.0
        if element.retires is not None:
            end = from_utc(element.retires)
        lives[element.name] = _Span(begin, end)
    return lives


def _life_of(component: str, lives: Mapping[str, _Span]) -> _Span:
    return lives.get(component.partition(".")[0], _Span())


def is_task(load: Load) -> bool:
    """Whether it is work on an element, which the truth shows when it is to be done."""
    return load.name.endswith((ASSEMBLY, REPAIR))


def _present(parts: Parts, lives: Mapping[str, _Span], t_s: float) -> Parts:
    """Return the parts that are planned to be there at an instant."""

    def is_there(item: Any) -> bool:
        owner = item.load if isinstance(item, Converter | Transmitter) else item
        life = _life_of(owner.name, lives)
        return life.from_t_s <= t_s < life.until_t_s

    return replace(
        parts,
        loads=tuple(load for load in parts.loads if is_there(load) and not is_task(load)),
        links=tuple(link for link in parts.links if is_there(link)),
        stores=tuple(store for store in parts.stores if is_there(store)),
        converters=tuple(item for item in parts.converters if is_there(item)),
        transmitters=tuple(item for item in parts.transmitters if is_there(item)),
    )


def _on_bus(parts: Parts, bus: str) -> list[Store]:
    stores = [store for store in parts.stores if store.bus == bus]
    return sorted(stores, key=lambda store: (store.order, store.name))


def _store(store: Store, lives: Mapping[str, _Span]) -> StoreModel:
    life = _life_of(store.name, lives)
    return StoreModel(
        from_t_s=life.from_t_s,
        until_t_s=life.until_t_s,
        name=store.name,
        capacity_j=store.capacity_j,
        floor_fraction=store.floor_fraction,
        charge_power_w=store.charge_power_w,
        discharge_power_w=store.discharge_power_w,
        charge_efficiency=store.charge_efficiency,
        discharge_efficiency=store.discharge_efficiency,
        self_discharge_per_s=store.self_discharge_per_s,
    )


def survival_power_w(parts: Parts, bus: str, sink_k: float) -> float:
    """Return what a bus must carry in the dark: survival loads, heaters, and the buses it feeds."""
    total_w = 0.0
    nodes = {node.name: node for node in parts.nodes}
    for load in (*parts.loads, *(converter.load for converter in parts.converters)):
        if load.bus != bus or load.priority != Priority.SURVIVAL:
            continue
        total_w += holding_w(load, nodes.get(load.node), parts, sink_k)
    for link in parts.links:
        if link.from_bus == bus:
            total_w += survival_power_w(parts, link.to_bus, sink_k) / link.efficiency
    return total_w


def holding_w(load: Load, node: ThermalNode | None, parts: Parts, sink_k: float) -> float:
    """Return the mean power of a survival load; for a heater, what holds its set point."""
    if load.thermostat is None or node is None:
        return load.power_w * load.initial_level
    coefficient = node.radiating_area_m2 * node.emissivity * STEFAN_BOLTZMANN_W_PER_M2_K4
    lost_w = coefficient * (load.thermostat.setpoint_k**4 - sink_k**4)
    warm_w = sum(
        other.power_w * other.heat_fraction * other.initial_level
        for other in parts.loads
        if other.node == load.node
        and other.priority == Priority.SURVIVAL
        and other.thermostat is None
    )
    return min(max(lost_w - warm_w, 0.0), load.power_w)


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
    world: World, loads: tuple[Load, ...], sink_k: float, lives: Mapping[str, _Span]
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
        own = next((_on_bus(parts, load.bus) for load in used if load.bus != main), [])
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
        stores = _on_bus(parts, link.to_bus)
        if spent_w <= 0.0 or not stores:
            continue
        standing_w = survival_power_w(parts, link.to_bus, sink_k)
        spent_j = (spent_w + standing_w) * duration_s / stores[0].discharge_efficiency
        charging_w = min(link.capacity_w * link.efficiency - standing_w, stores[0].charge_power_w)
        if charging_w > 0.0:
            longest_s = max(longest_s, spent_j / (charging_w * stores[0].charge_efficiency))
    return longest_s


def on_main_w(parts: Parts, load: Load, main: str, power_w: float | None = None) -> float:
    """Return what a load takes from the main bus, through links and a store; 0 if none leads on.

    Parameters
    ----------
    parts
        Of the station.
    load
        Where it is, and its full power.
    main
        The main bus.
    power_w
        What it draws on its own bus, if not its full power.
    """
    power_w, bus = load.power_w if power_w is None else power_w, load.bus
    while bus != main:
        link = next((link for link in parts.links if link.to_bus == bus), None)
        if link is None:
            return 0.0
        stores = _on_bus(parts, bus)
        if stores:
            power_w /= stores[0].charge_efficiency * stores[0].discharge_efficiency
        power_w /= link.efficiency
        bus = link.from_bus
    return power_w


def _forecast(
    world: World, grid: Grid, series: PlacedSurroundings, lives: Mapping[str, _Span]
) -> Forecast:
    per_slot = max(round(SLOT_S / grid.step_s), 1)
    n_slots = grid.count // per_slot
    slot_s = per_slot * grid.step_s
    start_t_s: FloatArray = grid.start_t_s + slot_s * np.arange(n_slots, dtype=np.float64)

    def slots(values: np.ndarray) -> np.ndarray:
        return values[: n_slots * per_slot].reshape(n_slots, per_slot)

    here = series("")
    main = world.scenario.hub.bus
    generation_w = np.zeros(n_slots)
    for source in world.station.parts.sources:
        if source.bus == main:
            life = _life_of(source.name, lives)
            there = (start_t_s >= life.from_t_s) & (start_t_s + slot_s <= life.until_t_s)
            level = source.initial_level
            offered_w = slots(source.available_w(series(source.name))).mean(axis=1)
            generation_w += np.where(there, level * offered_w, 0.0)
    survival_w, base_w, capacity_j = _standing(world, start_t_s, here, lives)
    sunlight = slots(here["solar_irradiance_w_per_m2"])
    earth = slots(here["earth_fraction"])
    ways = [path for path in world.station.names.paths if path in series.network.live]
    silent = np.zeros(grid.count)
    live = np.max([silent, *(series.live(path) for path in ways)], axis=0)
    return Forecast(
        start_t_s=grid.start_t_s,
        slot_s=slot_s,
        generation_w=generation_w,
        survival_power_w=survival_w,
        base_power_w=base_w,
        capacity_j=capacity_j,
        lit=sunlight.min(axis=1) > 0.0,
        dark=sunlight.max(axis=1) <= 0.0,
        earth_visible=earth.min(axis=1) > 0.0,
        earth_hidden=earth.max(axis=1) <= 0.0,
        contact=slots(live).min(axis=1) > 0.0,
        drain_bit_per_s=_drain(world, here, slots),
        pools=_hands(world, start_t_s, per_slot, series, lives),
    )


def _drain(
    world: World, here: Surroundings, slots: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Return what can leave each recorder in each slot, less what is always written to it."""
    parts, names = world.station.parts, world.station.names
    rows = []
    for recorder in names.recorders:
        ways = [
            np.minimum(here[f"contact_rate_bit_per_s:{item.path}"], item.rate_limit_bit_per_s)
            for item in parts.transmitters
            if item.recorder == recorder
        ]
        written = sum(
            load.data_rate_bit_per_s * load.initial_level
            for load in all_loads(parts)
            if load.recorder == recorder
        )
        best = np.max(ways, axis=0) if ways else np.zeros_like(here["earth_fraction"])
        rows.append(slots(best).mean(axis=1) - written)
    return np.array(rows).reshape(len(rows), -1)


def _hands(
    world: World,
    start_t_s: FloatArray,
    per_slot: int,
    series: SurroundingsOf,
    lives: Mapping[str, _Span],
) -> dict[str, FloatArray]:
    """Return how many of each pool are planned to be at work during the whole of each slot."""
    pools: dict[str, FloatArray] = {}
    slot_s = start_t_s[1] - start_t_s[0] if len(start_t_s) > 1 else 0.0
    for supply in world.station.parts.supplies:
        life = _life_of(supply.name, lives)
        there = (start_t_s >= life.from_t_s) & (start_t_s + slot_s <= life.until_t_s)
        amount = supply.amount(series(supply.name))
        least = amount[: per_slot * len(start_t_s)].reshape(-1, per_slot).min(axis=1)
        pools[supply.pool] = pools.get(supply.pool, 0.0) + np.where(there, least, 0.0)
    return pools


def _standing(
    world: World, start_t_s: FloatArray, here: Surroundings, lives: Mapping[str, _Span]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return survival power, base power and capacity of the main bus, by slot."""
    parts = world.station.parts
    main = world.scenario.hub.bus
    sink_k = float(here["sink_temperature_k"][0])
    survival_w, base_w, capacity_j = (np.zeros(len(start_t_s)) for _ in range(3))
    changes = sorted({t for span in lives.values() for t in (span.from_t_s, span.until_t_s)})
    for begin, end in pairwise([-math.inf, *(t for t in changes if math.isfinite(t)), math.inf]):
        there = _present(parts, lives, max(begin, -sys.float_info.max))
        slots = (start_t_s >= begin) & (start_t_s < end)
        standing_w = survival_power_w(there, main, sink_k)
        housekeeping_w = sum(
            load.power_w * load.initial_level
            for load in all_loads(there)
            if load.bus == main and load.priority == Priority.HOUSEKEEPING
        )
        radio_w = max((item.load.power_w for item in there.transmitters), default=0.0)
        survival_w[slots] = standing_w
        base_w[slots] = standing_w + housekeeping_w + radio_w
        stores = [_store(store, lives) for store in _on_bus(there, main)]
        capacity_j[slots] = sum(store.deliverable_j for store in stores)
    return survival_w, base_w, capacity_j
