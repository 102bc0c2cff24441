"""The tables of a network, one kind of component after the other."""

import math
from collections.abc import Iterable, Sized
from itertools import accumulate
from typing import Any

import numpy as np

from moonstead.components import Converter, Load, Parts, ThermalNode
from moonstead.simulation.elimination import eliminate
from moonstead.simulation.names import Names
from moonstead.simulation.network import FloatArray, IndexArray
from moonstead.simulation.parts import all_loads
from moonstead.units import JULIAN_YEAR_S

STEFAN_BOLTZMANN_W_PER_M2_K4 = 5.670374419e-8
"""CODATA 2018, exact in the 2019 SI."""

Fields = dict[str, Any]


def network_fields(parts: Parts, names: Names) -> Fields:
    """Return every field of a network from sorted and checked parts."""
    loads = all_loads(parts)
    return {
        **_sources(parts, names),
        **_loads(loads, names),
        **_work(loads, parts, names),
        **_links(parts, names),
        **_stores(parts, names),
        **_nodes(parts.nodes),
        **_couplings(parts, names),
        **_data(loads, parts, names),
        **_tanks(parts, names),
    }


def _floats(values: Iterable[float]) -> FloatArray:
    return np.array(list(values), dtype=np.float64)


def _ints(values: Iterable[int]) -> IndexArray:
    return np.array(list(values), dtype=np.int64)


def _flags(values: Iterable[bool]) -> np.typing.NDArray[np.bool_]:
    return np.array(list(values), dtype=np.bool_)


def _spans(name: str, lists: Iterable[Iterable[object]]) -> Fields:
    """Return where each list begins and ends when all are laid end to end."""
    ends = np.cumsum([0, *(len(list(entries)) for entries in lists)], dtype=np.int64)
    return {f"{name}_begin": ends[:-1], f"{name}_end": ends[1:]}


def _places(lists: Iterable[Sized]) -> list[int]:
    """Return where each list begins when all are laid end to end."""
    return list(accumulate((len(entries) for entries in lists), initial=0))[:-1]


def _at(name: str, names: tuple[str, ...]) -> int:
    return names.index(name) if name else -1


def _node(name: str, names: Names) -> int:
    """Return the place of a node; the one after the last stands for the outside."""
    return names.nodes.index(name) if name else len(names.nodes)


def _sources(parts: Parts, names: Names) -> Fields:
    sources = parts.sources
    return {
        "source_node": _ints(_node(s.node, names) for s in sources),
        "source_temperature_coefficient_per_k": _floats(
            s.temperature_coefficient_per_k for s in sources
        ),
        "source_reference_temperature_k": _floats(s.reference_temperature_k for s in sources),
        "source_loss_per_s": _floats(
            -math.log1p(-s.loss_per_year) / JULIAN_YEAR_S for s in sources
        ),
        "source_dust_per_s": _floats(s.dust_per_year / JULIAN_YEAR_S for s in sources),
        "source_takes_heat": _flags(s.takes_heat for s in sources),
        "source_heat_per_w": _floats(s.heat_per_w for s in sources),
        "source_ramp_per_s": _floats(s.ramp_per_s for s in sources),
    }


def _loads(loads: tuple[Load, ...], names: Names) -> Fields:
    links = set(names.links)
    warmed = [i for i, load in enumerate(loads) if load.thermostat is not None]
    thermostats = [load.thermostat for load in loads if load.thermostat is not None]
    return {
        "load_node": _ints(_node(load.node, names) for load in loads),
        "load_priority": _ints(int(load.priority) for load in loads),
        "load_power_w": _floats(load.power_w for load in loads),
        "load_divisible": _flags(load.divisible or load.thermostat is not None for load in loads),
        "load_heat_fraction": _floats(
            0.0 if load.name in links else load.heat_fraction for load in loads
        ),
        "load_counts": _floats(0.0 if load.name in links else 1.0 for load in loads),
        "heater_load": _ints(warmed),
        "heater_setpoint_k": _floats(thermostat.setpoint_k for thermostat in thermostats),
        "heater_band_k": _floats(thermostat.band_k for thermostat in thermostats),
    }


def _work(loads: tuple[Load, ...], parts: Parts, names: Names) -> Fields:
    by_name = {load.name: load for load in loads}
    converters = {converter.load.name: converter for converter in parts.converters}
    working = [by_name[name] for name in names.work]
    made = [converters.get(load.name, Converter(load=load, flows=())) for load in working]
    flows = [[flow for flow in item.flows if flow.tank] for item in made]
    needs = [load.needs for load in working]
    return {
        "work_load": _ints(names.loads.index(name) for name in names.work),
        "work_idle": _floats(item.idle_fraction for item in made),
        "work_warm_up_s": _floats(item.warm_up_s for item in made),
        "work_min_run_s": _floats(item.min_run_s for item in made),
        "work_reaction_heat_w": _floats(item.reaction_heat_w for item in made),
        "work_cleans": _ints(_at(load.cleans, names.sources) for load in working),
        "work_cleaning_per_s": _floats(load.cleaning_per_s for load in working),
        **_spans("work_flow", flows),
        "flow_tank": _ints(names.tanks.index(flow.tank) for each in flows for flow in each),
        "flow_kg_per_s": _floats(flow.kg_per_s for each in flows for flow in each),
        **_spans("work_need", needs),
        "need_pool": _ints(names.pools.index(need.pool) for each in needs for need in each),
        "need_amount": _floats(need.amount for each in needs for need in each),
        "supply_pool": _ints(names.pools.index(supply.pool) for supply in parts.supplies),
        "supply_load": _ints(_at(supply.load, names.loads) for supply in parts.supplies),
        "pool_place": _ints(range(len(names.pools))),
    }


def _links(parts: Parts, names: Names) -> Fields:
    volts = {bus.name: bus.voltage_v for bus in parts.buses}
    return {
        "link_load": _ints(names.loads.index(link.name) for link in parts.links),
        "link_efficiency": _floats(link.efficiency for link in parts.links),
        "link_loss_per_w": _floats(
            link.resistance_ohm / volts[link.from_bus] ** 2 for link in parts.links
        ),
    }


def _stores(parts: Parts, names: Names) -> Fields:
    stores = parts.stores
    reactants = [store.reactants for store in stores]
    return {
        "store_node": _ints(_node(s.node, names) for s in stores),
        "store_rated_j": _floats(s.capacity_j for s in stores),
        "store_floor_fraction": _floats(s.floor_fraction for s in stores),
        "store_charge_power_w": _floats(s.charge_power_w for s in stores),
        "store_discharge_power_w": _floats(s.discharge_power_w for s in stores),
        "store_charge_efficiency": _floats(s.charge_efficiency for s in stores),
        "store_discharge_efficiency": _floats(s.discharge_efficiency for s in stores),
        "store_self_discharge_per_s": _floats(s.self_discharge_per_s for s in stores),
        "store_charge_min_temperature_k": _floats(s.charge_min_temperature_k for s in stores),
        "store_calendar_fade_per_s": _floats(
            s.calendar_fade_per_year / JULIAN_YEAR_S for s in stores
        ),
        "store_cycle_fade": _floats(s.cycle_fade for s in stores),
        **_spans("store_reactant", reactants),
        "reactant_tank": _ints(names.tanks.index(r.tank) for each in reactants for r in each),
        "reactant_kg_per_j": _floats(r.kg_per_j for each in reactants for r in each),
    }


def _nodes(nodes: tuple[ThermalNode, ...]) -> Fields:
    melting = [node.melting for node in nodes]

    def with_outside(values: Iterable[float], outside: float) -> FloatArray:
        return _floats([*values, outside])

    return {
        "node_heat_capacity_j_per_k": with_outside((n.heat_capacity_j_per_k for n in nodes), 1.0),
        "node_radiating_w_per_k4": with_outside(
            (n.radiating_area_m2 * n.emissivity * STEFAN_BOLTZMANN_W_PER_M2_K4 for n in nodes),
            0.0,
        ),
        "node_louver_w_per_k4": with_outside(
            (n.louver_area_m2 * STEFAN_BOLTZMANN_W_PER_M2_K4 for n in nodes), 0.0
        ),
        "node_louver_open_k": with_outside((n.louver_open_k for n in nodes), 0.0),
        "node_ground_w_per_k": with_outside((n.ground_conductance_w_per_k for n in nodes), 0.0),
        "node_survival_min_k": with_outside((n.survival_min_k for n in nodes), 0.0),
        "node_melting_k": with_outside(
            (m.melting_k - 0.5 * m.band_k if m else 0.0 for m in melting), 0.0
        ),
        "node_melting_band_k": with_outside((m.band_k if m else 1.0 for m in melting), 1.0),
        "node_latent_j": with_outside((m.latent_j if m else 0.0 for m in melting), 0.0),
        "special_node": _ints(
            k
            for k, n in enumerate(nodes)
            if n.louver_area_m2 > 0.0 or n.ground_conductance_w_per_k > 0.0 or n.melting
        ),
    }


def _couplings(parts: Parts, names: Names) -> Fields:
    couplings = parts.couplings
    ends = [(names.nodes.index(c.node_a), names.nodes.index(c.node_b)) for c in couplings]
    found = eliminate(ends)
    n_leaves = found.n_leaves
    leaves = [(found.pivots[k], found.neighbours[k][0]) for k in range(n_leaves)]
    pivots, neighbours = found.pivots[n_leaves:], found.neighbours[n_leaves:]
    rows = [
        (pivot, near, updates)
        for pivot, nears, each in zip(pivots, neighbours, found.updates[n_leaves:], strict=True)
        for near, updates in zip(nears, each, strict=True)
    ]
    return {
        "coupling_a": _ints(a for a, _ in ends),
        "coupling_b": _ints(b for _, b in ends),
        "coupling_w_per_k": _floats(c.conductance_w_per_k for c in couplings),
        "coupling_w_per_k4": _floats(
            c.radiating_m2 * STEFAN_BOLTZMANN_W_PER_M2_K4 for c in couplings
        ),
        "coupling_pump": _ints(_at(c.pump, names.loads) for c in couplings),
        "coupling_closes_above_k": _floats(c.closes_above_k for c in couplings),
        "coupling_ab": _ints(found.entry[a, b] for a, b in ends),
        "coupling_ba": _ints(found.entry[b, a] for a, b in ends),
        "leaf_node": _ints(leaf for leaf, _ in leaves),
        "leaf_stem": _ints(stem for _, stem in leaves),
        "leaf_row_entry": _ints(found.entry[stem, leaf] for leaf, stem in leaves),
        "leaf_column_entry": _ints(found.entry[leaf, stem] for leaf, stem in leaves),
        "pivot_node": _ints(pivots),
        **_spans("pivot_near", neighbours),
        "near_node": _ints(near for _, near, _ in rows),
        "near_row_entry": _ints(found.entry[near, pivot] for pivot, near, _ in rows),
        "near_column_entry": _ints(found.entry[pivot, near] for pivot, near, _ in rows),
        **_spans("near_update", [updates for _, _, updates in rows]),
        "update_target": _ints(target for _, _, updates in rows for target, _ in updates),
        "update_entry": _ints(entry for _, _, updates in rows for _, entry in updates),
        "entry_row": _ints(row for row, _ in found.entry),
    }


def _data(loads: tuple[Load, ...], parts: Parts, names: Names) -> Fields:
    by_priority = sorted(range(len(loads)), key=lambda i: (int(loads[i].priority), loads[i].name))
    making = [i for i in by_priority if loads[i].recorder]
    writers = [[i for i in making if loads[i].recorder == recorder] for recorder in names.recorders]
    transmitters = parts.transmitters
    return {
        "recorder_capacity_bit": _floats(recorder.capacity_bit for recorder in parts.recorders),
        **_spans("recorder_writer", writers),
        "writer_load": _ints(i for each in writers for i in each),
        "writer_peers_end": _ints(
            place + sum(loads[j].priority <= loads[i].priority for j in each)
            for place, each in zip(_places(writers), writers, strict=True)
            for i in each
        ),
        "data_load": _ints(making),
        "data_rate_bit_per_s": _floats(loads[i].data_rate_bit_per_s for i in making),
        "data_recorder": _ints(names.recorders.index(loads[i].recorder) for i in making),
        "data_reads": _ints(_at(loads[i].reads, names.recorders) for i in making),
        "data_read_rate_bit_per_s": _floats(loads[i].read_rate_bit_per_s for i in making),
        "transmitter_load": _ints(names.loads.index(t.load.name) for t in transmitters),
        "transmitter_recorder": _ints(names.recorders.index(t.recorder) for t in transmitters),
        "transmitter_path": _ints(names.paths.index(t.path) for t in transmitters),
        "transmitter_limit_bit_per_s": _floats(t.rate_limit_bit_per_s for t in transmitters),
    }


def _tanks(parts: Parts, names: Names) -> Fields:
    boils = [tank.boil_off for tank in parts.tanks]
    return {
        "tank_capacity_kg": _floats(tank.capacity_kg for tank in parts.tanks),
        "tank_leak_per_s": _floats(tank.leak_per_s for tank in parts.tanks),
        "tank_node": _ints(_node(boil.node if boil else "", names) for boil in boils),
        "tank_boils_kg_per_s_k": _floats(
            boil.conductance_w_per_k / boil.latent_j_per_kg if boil else 0.0 for boil in boils
        ),
        "tank_relief": _flags(tank.relief for tank in parts.tanks),
        "tank_boiling_k": _floats(boil.boiling_k if boil else 0.0 for boil in boils),
    }
