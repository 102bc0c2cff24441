"""What the station is told to expect of its sky, in even slots."""

import math
import sys
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np

from moonstead.autonomy.model import Forecast
from moonstead.components import FloatArray, Surroundings
from moonstead.contracts import Priority
from moonstead.scenario.build import World
from moonstead.scenario.ground_side import contact_given
from moonstead.scenario.lives import Span, life_of, present
from moonstead.scenario.standing import on_bus, store_model, survival_power_w
from moonstead.scenario.surroundings import Grid, PlacedSurroundings
from moonstead.simulation.compile import SurroundingsOf
from moonstead.simulation.parts import all_loads

SLOT_S = 1800.0


def forecast_of(
    world: World, grid: Grid, series: PlacedSurroundings, lives: Mapping[str, Span]
) -> Forecast:
    """Return what is expected of the sky, and of what is planned to be there."""
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
            life = life_of(source.name, lives)
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
    live = np.where(contact_given(world.scenario.ground, here["elapsed_s"]), live, 0.0)
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
    lives: Mapping[str, Span],
) -> dict[str, FloatArray]:
    """Return how many of each pool are planned to be at work during the whole of each slot."""
    pools: dict[str, FloatArray] = {}
    slot_s = start_t_s[1] - start_t_s[0] if len(start_t_s) > 1 else 0.0
    for supply in world.station.parts.supplies:
        life = life_of(supply.name, lives)
        there = (start_t_s >= life.from_t_s) & (start_t_s + slot_s <= life.until_t_s)
        amount = supply.amount(series(supply.name))
        least = amount[: per_slot * len(start_t_s)].reshape(-1, per_slot).min(axis=1)
        pools[supply.pool] = pools.get(supply.pool, 0.0) + np.where(there, least, 0.0)
    return pools


def _standing(
    world: World, start_t_s: FloatArray, here: Surroundings, lives: Mapping[str, Span]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return survival power, base power and capacity of the main bus, by slot."""
    parts = world.station.parts
    main = world.scenario.hub.bus
    sink_k = float(here["sink_temperature_k"][0])
    survival_w, base_w, capacity_j = (np.zeros(len(start_t_s)) for _ in range(3))
    changes = sorted({t for span in lives.values() for t in (span.from_t_s, span.until_t_s)})
    for begin, end in pairwise([-math.inf, *(t for t in changes if math.isfinite(t)), math.inf]):
        there = present(parts, lives, max(begin, -sys.float_info.max))
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
        stores = [store_model(store, lives) for store in on_bus(there, main)]
        capacity_j[slots] = sum(store.deliverable_j for store in stores)
    return survival_w, base_w, capacity_j
