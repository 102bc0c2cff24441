"""What fault protection is sent before the run: the network as designed, and the sky by ticks.

Made from the scenario, like `moonstead.scenario.guard_belief`: the state of the simulation, its
faults and its noise are not in it, only the figures of the sensors' data sheets.
"""

import numpy as np
from numpy.typing import NDArray

from moonstead.autonomy.protection.belief import (
    HEATER,
    LINK,
    PLAIN,
    TASK,
    WORK,
    Element,
    Plant,
    ProtectionBelief,
    Sky,
)
from moonstead.components import LOUVER_BAND_K, SWITCH_BAND_K, Load
from moonstead.contracts import Channels, FloatArray, Priority
from moonstead.scenario.build import World
from moonstead.scenario.lives import is_task, planned_lives
from moonstead.scenario.surroundings import Grid, PlacedSurroundings
from moonstead.simulation.compile import CompiledStation, drive
from moonstead.simulation.network import Drivers, IndexArray
from moonstead.simulation.parts import all_loads
from moonstead.simulation.wiring import joined_buses


def protection_belief(
    world: World, grid: Grid, series: PlacedSurroundings, tick_s: float
) -> ProtectionBelief:
    """Return what fault protection knows.

    Parameters
    ----------
    world
        The scenario with its station.
    grid, series
        The forecast of the sky, in steps.
    tick_s
        From one decision to the next.
    """
    station, scenario = world.station, world.scenario
    forecast = drive(station, series)
    per_tick = round(tick_s / grid.step_s)
    ticks = grid.count // per_tick
    lives = planned_lives(scenario)
    names = tuple(element.name for element in scenario.element)
    vital = {
        load.name.partition(".")[0]
        for load in all_loads(station.parts)
        if load.priority == Priority.SURVIVAL and load.thermostat is None
    }
    sunlight = series("")["solar_irradiance_w_per_m2"][: ticks * per_tick]
    return ProtectionBelief(
        channels=station.names.channels(),
        elements=tuple(
            Element(
                name=element.name,
                from_t_s=lives[element.name].from_t_s,
                until_t_s=lives[element.name].until_t_s,
                is_repairable=element.repair is not None,
                is_vital=element.name in vital,
            )
            for element in scenario.element
        ),
        plant=_plant(station, forecast, names, _noise(world)),
        sky=_sky(forecast.series, ticks, per_tick),
        start_t_s=grid.start_t_s,
        tick_s=tick_s,
        sun=sunlight.reshape(ticks, per_tick)[:, -1] > 0.0,
        beside_sensor=np.array(
            [series(source) is series("") for source in station.names.sources], dtype=np.bool_
        ),
        path_bit_per_s=np.ascontiguousarray(
            forecast.path_bit_per_s[:, per_tick - 1 : ticks * per_tick : per_tick].T
        ),
        pools=station.names.pools,
        priorities=tuple(int(load.priority) for load in all_loads(station.parts)),
        normal_levels=tuple(load.initial_level for load in all_loads(station.parts)),
    )


def _noise(world: World) -> FloatArray:
    sensors = world.scenario.sensors
    return np.array(
        [sensors.power_noise_fraction, sensors.energy_noise_fraction, sensors.temperature_noise_k]
    )


def _sky(steps: FloatArray, ticks: int, per_tick: int) -> Sky:
    whole = steps[: ticks * per_tick].reshape(ticks, per_tick, -1)
    mean = np.ascontiguousarray(whole.mean(axis=1), dtype=np.float32)
    return Sky(mean=mean, last=np.ascontiguousarray(whole[:, -1], dtype=np.float32))


def _plant(
    station: CompiledStation, forecast: Drivers, elements: tuple[str, ...], noise: FloatArray
) -> Plant:
    network, parts, layout = station.network, station.parts, station.layout
    channels = station.channels()
    loads = all_loads(parts)
    island = [*joined_buses(layout, [tie.initial_level for tie in parts.ties]), -1]
    rank = {number: k for k, number in enumerate(sorted(set(island) - {-1}))} | {-1: -1}
    place_of = {name: k for k, name in enumerate(elements)}

    def owners(components: tuple[str, ...]) -> IndexArray:
        return np.array([place_of[name.partition(".")[0]] for name in components], dtype=np.int64)

    def islands(buses: tuple[int, ...]) -> IndexArray:
        return np.array([rank[island[bus]] for bus in buses], dtype=np.int64)

    def columns(places: NDArray[np.uint32], count: int) -> IndexArray:
        return places[:count].astype(np.int64)

    n_nodes = len(channels.nodes)
    rated = forecast.series[:, columns(forecast.source, len(channels.sources))].max(
        axis=0, initial=0.0
    )
    return Plant(
        source_island=islands(layout.source_bus),
        source_node=network.source_node,
        source_element=owners(channels.sources),
        source_rated_w=rated,
        source_coefficient_per_k=network.source_temperature_coefficient_per_k,
        source_reference_k=network.source_reference_temperature_k,
        source_loss_per_s=network.source_loss_per_s,
        source_dust_per_s=network.source_dust_per_s,
        source_takes_heat=network.source_takes_heat,
        source_heat_per_w=network.source_heat_per_w,
        source_ramp_per_s=network.source_ramp_per_s,
        source_column=columns(forecast.source, len(channels.sources)),
        load_island=islands(layout.load_bus),
        load_node=network.load_node,
        load_element=owners(channels.loads),
        load_kind=_kinds(loads, station),
        load_power_w=network.load_power_w,
        load_heat_fraction=network.load_heat_fraction,
        load_setpoint_k=_of_heaters(loads, "setpoint_k"),
        load_band_k=_of_heaters(loads, "band_k"),
        link_load=network.link_load,
        link_island=islands(tuple(far for _, far in layout.links)),
        link_efficiency=network.link_efficiency,
        link_loss_per_w=network.link_loss_per_w,
        work_load=network.work_load,
        work_idle=network.work_idle,
        work_warm_up_s=network.work_warm_up_s,
        work_reaction_heat_w=network.work_reaction_heat_w,
        work_flow_begin=network.work_flow_begin,
        work_flow_end=network.work_flow_end,
        work_need_begin=network.work_need_begin,
        work_need_end=network.work_need_end,
        flow_tank=network.flow_tank,
        flow_kg_per_s=network.flow_kg_per_s,
        need_pool=network.need_pool,
        need_amount=network.need_amount,
        store_island=islands(layout.store_bus),
        store_node=network.store_node,
        store_element=owners(channels.stores),
        store_order=np.array(layout.store_order, dtype=np.int64),
        store_capacity_j=network.store_rated_j,
        store_floor=network.store_floor_fraction,
        store_charge_w=network.store_charge_power_w,
        store_discharge_w=network.store_discharge_power_w,
        store_charge_efficiency=network.store_charge_efficiency,
        store_discharge_efficiency=network.store_discharge_efficiency,
        store_self_discharge_per_s=network.store_self_discharge_per_s,
        store_charge_min_k=network.store_charge_min_temperature_k,
        store_fade_per_s=network.store_calendar_fade_per_s,
        store_cycle_fade=network.store_cycle_fade,
        store_reactant_begin=network.store_reactant_begin,
        store_reactant_end=network.store_reactant_end,
        reactant_tank=network.reactant_tank,
        reactant_kg_per_j=network.reactant_kg_per_j,
        node_element=owners(channels.nodes),
        node_capacity_j_per_k=network.node_heat_capacity_j_per_k,
        node_radiating_w_per_k4=network.node_radiating_w_per_k4,
        node_louver_w_per_k4=network.node_louver_w_per_k4,
        node_louver_open_k=network.node_louver_open_k,
        node_ground_w_per_k=network.node_ground_w_per_k,
        node_survival_k=network.node_survival_min_k,
        node_melting_k=network.node_melting_k,
        node_melting_band_k=network.node_melting_band_k,
        node_latent_j=network.node_latent_j,
        node_absorbed_column=columns(forecast.absorbed, n_nodes),
        node_sink_column=columns(forecast.sink, n_nodes),
        node_ground_column=columns(forecast.ground, n_nodes),
        coupling_a=network.coupling_a,
        coupling_b=network.coupling_b,
        coupling_w_per_k=network.coupling_w_per_k,
        coupling_w_per_k4=network.coupling_w_per_k4,
        coupling_pump=network.coupling_pump,
        coupling_closes_above_k=network.coupling_closes_above_k,
        recorder_element=owners(channels.recorders),
        recorder_capacity_bit=network.recorder_capacity_bit,
        data_load=network.data_load,
        data_rate_bit_per_s=network.data_rate_bit_per_s,
        data_recorder=network.data_recorder,
        data_reads=network.data_reads,
        transmitter_load=network.transmitter_load,
        transmitter_recorder=network.transmitter_recorder,
        transmitter_path=network.transmitter_path,
        transmitter_limit_bit_per_s=network.transmitter_limit_bit_per_s,
        tank_element=owners(channels.tanks),
        tank_capacity_kg=network.tank_capacity_kg,
        tank_leak_per_s=network.tank_leak_per_s,
        tank_node=network.tank_node,
        tank_boils_kg_per_s_k=network.tank_boils_kg_per_s_k,
        tank_boiling_k=network.tank_boiling_k,
        tank_reacts=np.isin(np.arange(len(channels.tanks)), network.reactant_tank),
        tank_open=_open_tanks(loads, station, channels),
        noise=noise,
        louver_band_k=LOUVER_BAND_K,
        switch_band_k=SWITCH_BAND_K,
    )


def _kinds(loads: tuple[Load, ...], station: CompiledStation) -> IndexArray:
    links, work = set(station.names.links), set(station.names.work)

    def kind(load: Load) -> int:
        if is_task(load):
            return TASK
        if load.name in links:
            return LINK
        if load.name in work:
            return WORK
        return PLAIN if load.thermostat is None else HEATER

    return np.array([kind(load) for load in loads], dtype=np.int64)


def _of_heaters(loads: tuple[Load, ...], field: str) -> FloatArray:
    return np.array(
        [0.0 if load.thermostat is None else getattr(load.thermostat, field) for load in loads]
    )


def _open_tanks(
    loads: tuple[Load, ...], station: CompiledStation, channels: Channels
) -> NDArray[np.bool_]:
    """Find the tanks whose content cannot be followed by measured power alone."""
    network = station.network
    is_open = network.tank_relief.copy()
    for k, load in enumerate(network.work_load):
        if loads[load].power_w <= 0.0:
            flows = slice(network.work_flow_begin[k], network.work_flow_end[k])
            is_open[network.flow_tank[flows]] = True
    for load in loads:
        if is_task(load):
            element = load.name.partition(".")[0]
            is_open |= np.array([tank.startswith(f"{element}.") for tank in channels.tanks], bool)
    return is_open
