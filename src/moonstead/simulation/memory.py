"""Where a simulation lives: one record per component, and named views into the records.

The kernel works on records, so that all that it knows of a component lies together (and so that
it handles a score of arrays, not two hundred: compiling it takes a fraction of the time). Python
code sees the same memory as columns: `Network`, `State` and `Ledger`.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstead.simulation.network import (
    FloatArray,
    IndexArray,
    Ledger,
    Network,
    PlaceArray,
    Scratch,
    State,
)

RECORDED = ("source", "load", "store", "node", "recorder", "tank", "transmitter")
"""Tables with a series each, in the order of `moonstead.simulation.output.QUANTITIES`."""

MAY_BE_NONE = ("work_cleans", "data_reads", "supply_load", "coupling_pump", "update_target")
"""Indices that may be -1. The others are unsigned, or each use would ask whether they count from
the end."""

RecordArray = Any
"""A structured array; numba and mypy have no common word for it."""

NO_SERIES = 2**32 - 1
"""In place of the column of a series, for a place where there is no component."""

CACHE_LINE = 64
"""Bytes; of the processors of today."""

LANES = 8
"""Fields of `Heat` have a multiple of this length, as the processor does several at once."""


class Heat(NamedTuple):
    """Fields of thermal nodes that all of them use at every step, each an array of its own.

    So the processor does several nodes at once. The outside and the places after it are not there
    (their scale is 0) and stay at 0 K. What few nodes have (louvers, ground, melting) is in the
    table of nodes.
    """

    temperature_k: FloatArray
    scale: FloatArray
    radiating: FloatArray
    radiating_w_per_k4: FloatArray
    coefficient_w_per_k4: FloatArray
    capacity_w_per_k: FloatArray
    survival_min_k: FloatArray
    sink_k: FloatArray
    absorbed_w: FloatArray
    heat_w: FloatArray
    steady_w: FloatArray
    taken_w: FloatArray
    radiates_w: FloatArray
    radiates_w_per_k: FloatArray
    diagonal: FloatArray
    rise_k: FloatArray
    absorbed_j: FloatArray
    dissipated_j: FloatArray
    extracted_j: FloatArray
    radiated_j: FloatArray
    uncoupled: FloatArray


class Power(NamedTuple):
    """Fields of loads that all of them use at every step, each an array of its own."""

    node: PlaceArray
    heat_fraction: FloatArray
    counts: FloatArray
    varies: FloatArray
    steady_heat: FloatArray
    full_w: FloatArray
    demand_w: FloatArray
    granted_w: FloatArray
    used_j: FloatArray
    unserved_j: FloatArray
    running_s: FloatArray


class Records(NamedTuple):
    """The tables as the kernel takes them."""

    source: RecordArray
    load: RecordArray
    power: Power
    heater: RecordArray
    work: RecordArray
    flow: RecordArray
    need: RecordArray
    supply: RecordArray
    pool: RecordArray
    link: RecordArray
    store: RecordArray
    reactant: RecordArray
    node: RecordArray
    heat: Heat
    special: RecordArray
    coupling: RecordArray
    leaf: RecordArray
    pivot: RecordArray
    near: RecordArray
    update: RecordArray
    entry: FloatArray
    recorder: RecordArray
    writer: RecordArray
    data: RecordArray
    transmitter: RecordArray
    tank: RecordArray


class Memory:
    """The memory of one simulation.

    Parameters
    ----------
    network
        Copied into the records.
    state
        Copied into the records, as the beginning.
    """

    def __init__(self, network: Network, state: State) -> None:
        length = {name.partition("_")[0]: len(column) for name, column in _columns(network)}
        ties = [name for name in State._fields if name.startswith("tie_")]
        number, place = np.dtype(np.float64), np.dtype(np.uint32)
        tables = [name for name in Records._fields if name not in {"heat", "power", "entry"}]
        kinds: dict[str, tuple[int, np.dtype[Any]]] = {
            f"heat {name}": (padded(length["node"]), number) for name in Heat._fields
        }
        kinds |= {f"power {name}": (length["load"], number) for name in Power._fields}
        kinds["power node"] = (length["load"], place)
        kinds["entry"] = (length["entry"], number)
        kinds |= {name: (length[name], _dtype(name)) for name in tables}
        arrays = _laid_out(kinds)
        power = Power(*(arrays[f"power {name}"] for name in Power._fields))
        heat = Heat(*(arrays[f"heat {name}"] for name in Heat._fields))
        heat.capacity_w_per_k[...] = 1.0
        self.records = Records(
            **{name: arrays[name] for name in tables}, power=power, heat=heat, entry=arrays["entry"]
        )
        own = {name: getattr(state, name).copy() for name in ties}
        self.state = State(
            *(own[name] if name in own else self._seen(name) for name in State._fields)
        )
        self.ledger = Ledger(*(self._seen(name) for name in Ledger._fields))
        for name, column in _columns(network):
            if name != "entry_row":  # of it the kernel needs the length only
                self._view(name)[...] = column
        for name, column in _columns(state):
            getattr(self.state, name)[...] = column
        records = self.records
        first = 0
        for table in RECORDED:
            recorded: NDArray[Any] = getattr(records, table)
            recorded["column"] = np.arange(first, first + len(recorded))
            first += len(recorded) - (table == "node")
        power_w = records.load["power_w"]
        np.divide(1.0, power_w, out=records.load["per_w"], where=power_w > 0.0)
        power.varies[varying_loads(network)] = 1.0
        power.steady_heat[...] = power.heat_fraction * (1.0 - power.varies)
        records.heater["per_k"] = 1.0 / records.heater["band_k"]
        uncoupled = records.heat.uncoupled
        uncoupled[...] = 1.0
        uncoupled[records.leaf["node"]] = 0.0
        uncoupled[records.pivot["node"]] = 0.0

    def set_step(self, dt_s: float) -> None:
        """Work out what is constant for a length of step."""
        source, store, node = self.records.source, self.records.store, self.records.node
        source["keep"] = np.exp(-source["loss_per_s"] * dt_s)
        store["leak_share"] = -np.expm1(-store["self_discharge_per_s"] * dt_s)
        store["charge_w_per_j"] = 1.0 / (store["charge_efficiency"] * dt_s)
        store["discharge_w_per_j"] = store["discharge_efficiency"] / dt_s
        store["taken_s"] = dt_s / store["discharge_efficiency"]
        store["fade_j"] = store["calendar_fade_per_s"] * store["rated_j"] * dt_s
        self._view("node_capacity_w_per_k")[...] = node["heat_capacity_j_per_k"] / dt_s

    def _view(self, name: str) -> NDArray[Any]:
        table, _, field = name.partition("_")
        if table == "node" and field in Heat._fields:
            column: FloatArray = getattr(self.records.heat, field)
            return column[: len(self.records.node)]
        if table == "load" and field in Power._fields:
            whole: NDArray[Any] = getattr(self.records.power, field)
            return whole
        view: NDArray[Any] = getattr(self.records, table)[field]
        return view

    def _seen(self, name: str) -> NDArray[Any]:
        """Return a column without the node that stands for the outside."""
        return self._view(name)[:-1] if name.startswith("node_") else self._view(name)


_APART = {"node": Heat._fields, "load": Power._fields}
"""Fields that are not in the records of their table."""


def varying_loads(network: Network) -> IndexArray:
    """Return the loads whose demand is found anew in every step: heaters, work and links."""
    return np.unique(np.concatenate([network.heater_load, network.work_load, network.link_load]))


def _laid_out(kinds: dict[str, tuple[int, np.dtype[Any]]]) -> dict[str, NDArray[Any]]:
    """Return zeros of each length and type in one piece of memory, each from a new cache line.

    Else the time of a step depends on where in memory the arrays of a run happen to lie.
    """
    sizes = [-(-n * dtype.itemsize // CACHE_LINE) * CACHE_LINE for n, dtype in kinds.values()]
    piece = np.zeros(sum(sizes) + CACHE_LINE, dtype=np.uint8)
    begins = -piece.ctypes.data % CACHE_LINE + np.cumsum([0, *sizes])
    return {
        name: piece[begin : begin + n * dtype.itemsize].view(dtype)
        for (name, (n, dtype)), begin in zip(kinds.items(), begins, strict=False)
    }


def padded(n_nodes: int) -> int:
    """Return the length of the fields of `Heat`, the outside counted as a node."""
    return -(-n_nodes // LANES) * LANES


def _columns(named: Network | State) -> list[tuple[str, NDArray[Any]]]:
    return list(zip(named._fields, named, strict=True))


@cache
def _dtype(table: str) -> np.dtype[Any]:
    """Return the record of a table: its fields of every kind, in the order of the classes.

    One object for all simulations: numba knows a record by it, and looks longer at a new one.
    """
    kinds: dict[str, str] = {}
    for columns in (Network, State, Scratch, Ledger):
        for name, annotation in columns.__annotations__.items():
            owner, _, field = name.partition("_")
            if owner == table and field not in _APART.get(table, ()):
                text = str(annotation)
                index = "i8" if name in MAY_BE_NONE else "u4"
                kinds[field] = index if "int64" in text else "?" if "bool" in text else "f8"
    return np.dtype(list(kinds.items()), align=True)
