"""The state at the start of a run."""

import numpy as np

from moonstead.components import Store
from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.network import FloatArray, State
from moonstead.simulation.parts import all_loads


def initial_state(station: CompiledStation) -> State:
    """Return the state at the start of a run: everything there, new and clean."""
    parts = station.parts
    n_loads, n_sources, n_stores = (
        len(station.names.loads),
        len(parts.sources),
        len(parts.stores),
    )
    level = _floats([load.initial_level for load in all_loads(parts)])
    source_level = _floats([source.initial_level for source in parts.sources])
    tie_level = _floats([tie.initial_level for tie in parts.ties])
    state = State(
        load_command=level,
        load_stuck=np.zeros(n_loads, dtype=np.bool_),
        load_level=level.copy(),
        load_scale=np.ones(n_loads),
        load_gain=np.ones(n_loads),
        source_command=source_level,
        source_stuck=np.zeros(n_sources, dtype=np.bool_),
        source_level=source_level.copy(),
        source_scale=np.ones(n_sources),
        source_output=_floats([source.initial_output for source in parts.sources]),
        source_health=np.ones(n_sources),
        source_dust=np.zeros(n_sources),
        store_energy_j=_floats([s.capacity_j * s.initial_fraction for s in parts.stores]),
        store_capacity_j=_floats([store.capacity_j for store in parts.stores]),
        store_scale=np.ones(n_stores),
        supply_scale=np.ones(len(parts.supplies)),
        tie_command=tie_level,
        tie_stuck=np.zeros(len(parts.ties), dtype=np.bool_),
        tie_level=tie_level.copy(),
        node_temperature_k=_floats([n.initial_temperature_k for n in parts.nodes]),
        node_scale=np.ones(len(parts.nodes)),
        node_radiating=np.ones(len(parts.nodes)),
        node_lost=np.zeros(len(parts.nodes), dtype=np.bool_),
        load_granted_w=np.zeros(n_loads),
        load_queue_bit=np.zeros(n_loads),
        tank_kg=_floats([tank.initial_kg for tank in parts.tanks]),
        tank_scale=np.ones(len(parts.tanks)),
        recorder_scale=np.ones(len(parts.recorders)),
        tank_hole_per_s=np.zeros(len(parts.tanks)),
        work_warm_s=np.zeros(len(station.names.work)),
        work_run_s=np.zeros(len(station.names.work)),
        work_duty=np.zeros(len(station.names.work)),
    )
    for s, store in enumerate(parts.stores):
        if store.reactants:
            state.store_energy_j[s] = _held_by_tanks(store, state.tank_kg, station)
    return state


def _held_by_tanks(store: Store, tank_kg: FloatArray, station: CompiledStation) -> float:
    """Return the energy in a store with reactants, from what its tanks hold."""
    energies_j = [store.capacity_j]
    for reactant in store.reactants:
        t = station.names.tanks.index(reactant.tank)
        full = reactant.kg_per_j > 0.0
        held_kg = tank_kg[t] if full else station.parts.tanks[t].capacity_kg - tank_kg[t]
        energies_j.append(float(held_kg) / abs(reactant.kg_per_j))
    return min(energies_j)


def _floats(values: list[float]) -> FloatArray:
    return np.array(values, dtype=np.float64)
