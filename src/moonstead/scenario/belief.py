"""What is sent up to the station before the run: its own design, and a forecast of the sky.

The belief is made from the scenario and from averages of the computed surroundings in slots, not
from the state of the simulation. It knows nothing of noise, ageing or what will fail.
"""

from moonstead.autonomy.model import CampaignModel, LoadModel, RadioModel, StationModel
from moonstead.components import Link, Load, Parts, Surroundings
from moonstead.scenario.build import World
from moonstead.scenario.forecast import forecast_of
from moonstead.scenario.lives import is_task, planned_lives
from moonstead.scenario.requested import requested, rewards
from moonstead.scenario.standing import on_bus, store_model, survival_power_w
from moonstead.scenario.surroundings import Grid, PlacedSurroundings
from moonstead.simulation.parts import all_loads


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
        experiments=requested(world, sink_k, lives),
        recorder_limits_bit=tuple(capacity[name] for name in world.station.names.recorders),
        forecast=forecast_of(world, grid, series, lives),
        sink_temperature_k=sink_k,
        keeps_all_data=world.scenario.autonomy.data == "D2",
        campaigns=tuple(
            CampaignModel(name=one.name, rewards=rewards(one)) for one in world.scenario.campaign
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
