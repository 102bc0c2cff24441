"""Does every carrier balance? Checked after every run from the ledger and the two end states."""

from dataclasses import dataclass

import numpy as np

from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.network import FloatArray, Ledger, Network, State
from moonstead.simulation.wiring import joined_buses

BALANCE_TOLERANCE = 1e-9
"""Relative to what flowed: rounding of some 10^6 additions is below 1e-12, a lost term is not."""
ROUNDING = 1e-12
"""Share of what is held that 10^6 additions to it may lose, whatever flowed."""

LEAST_FLOW = 1e-12
"""J, kg, bit or s: what is less is nothing, and how exact it is means nothing."""


@dataclass(frozen=True, slots=True)
class Balance:
    """One balance: what came in, what went out, what was kept, in the carrier's own unit."""

    carrier: str
    place: str
    unit: str
    came_in: float
    went_out: float
    kept: float
    held: float = 0.0
    """The most that was there at the begin or the end."""

    @property
    def residual(self) -> float:
        """What is unaccounted for beyond rounding of what is held, relative to what flowed."""
        flowed = max(abs(self.came_in), abs(self.went_out), abs(self.kept))
        missing = abs(self.came_in - self.went_out - self.kept) - ROUNDING * self.held
        return max(missing, 0.0) / max(flowed, LEAST_FLOW)

    @property
    def closes(self) -> bool:
        """Whether the residual is rounding only."""
        return self.residual <= BALANCE_TOLERANCE


def balances(
    station: CompiledStation, begin: State, end: State, ledger: Ledger
) -> tuple[Balance, ...]:
    """Return the balance of every bus, store, thermal node, recorder, tank and pool.

    Buses that a tie can join are balanced together, as a tie keeps no account of its own.
    """
    return (
        *_buses(station, ledger),
        *_stores(station, begin, end, ledger),
        *_nodes(station, begin, end, ledger),
        *_recorders(station, begin, end, ledger),
        *_tanks(station, begin, end, ledger),
        *_pools(station, ledger),
    )


def _buses(station: CompiledStation, ledger: Ledger) -> list[Balance]:
    layout, names = station.layout, station.names
    island = np.array(joined_buses(layout, [1.0] * len(layout.ties)), dtype=np.int64)
    # One place more, for loads on no bus, whose index of -1 finds it.
    island = np.append(island, -1)

    def on(buses: tuple[int, ...]) -> np.typing.NDArray[np.int64]:
        return island[np.array(buses, dtype=np.int64)]

    result = []
    for first in sorted(set(island[:-1].tolist())):
        stores = on(layout.store_bus) == first
        came_in = (
            ledger.source_drawn_j[on(layout.source_bus) == first].sum()
            + ledger.store_discharged_j[stores].sum()
            + ledger.link_delivered_j[on(tuple(b for _, b in layout.links)) == first].sum()
        )
        went_out = (
            ledger.load_used_j[on(layout.load_bus) == first].sum()
            + ledger.store_charged_j[stores].sum()
        )
        place = "+".join(names.buses[b] for b in np.flatnonzero(island[:-1] == first))
        result.append(Balance("electric power", place, "J", float(came_in), float(went_out), 0.0))
    return result


def _stores(station: CompiledStation, begin: State, end: State, ledger: Ledger) -> list[Balance]:
    return [
        Balance(
            "stored energy",
            name,
            "J",
            float(ledger.store_charged_j[s] + ledger.store_brought_j[s]),
            float(ledger.store_discharged_j[s] + ledger.store_loss_j[s] + ledger.store_taken_j[s]),
            float(end.store_energy_j[s] - begin.store_energy_j[s]),
            float(max(end.store_energy_j[s], begin.store_energy_j[s])),
        )
        for s, name in enumerate(station.names.stores)
    ]


def enthalpy_j(network: Network, temperature_k: FloatArray) -> FloatArray:
    """Return the heat in each node above 0 K, melting included."""
    melted = (temperature_k - network.node_melting_k[:-1]) / network.node_melting_band_k[:-1]
    heat_j: FloatArray = network.node_heat_capacity_j_per_k[:-1] * temperature_k
    heat_j += network.node_latent_j[:-1] * np.clip(melted, 0.0, 1.0)
    return heat_j


def _nodes(station: CompiledStation, begin: State, end: State, ledger: Ledger) -> list[Balance]:
    network = station.network
    begin_j = enthalpy_j(network, begin.node_temperature_k)
    end_j = enthalpy_j(network, end.node_temperature_k)
    result = []
    for n, name in enumerate(station.names.nodes):
        gained_j = (
            ledger.coupling_j[network.coupling_b == n].sum()
            - ledger.coupling_j[network.coupling_a == n].sum()
        )
        came_in = ledger.node_absorbed_j[n] + ledger.node_dissipated_j[n]
        went_out = ledger.node_radiated_j[n] + ledger.node_extracted_j[n] + ledger.node_ground_j[n]
        result.append(
            Balance(
                "heat",
                name,
                "J",
                float(came_in + gained_j + max(ledger.node_brought_j[n], 0.0)),
                float(went_out + max(-ledger.node_brought_j[n], 0.0)),
                float(end_j[n] - begin_j[n]),
                float(max(end_j[n], begin_j[n])),
            )
        )
    return result


def _recorders(station: CompiledStation, begin: State, end: State, ledger: Ledger) -> list[Balance]:
    network = station.network
    result = []
    for r, name in enumerate(station.names.recorders):
        writes = network.writer_load[
            network.recorder_writer_begin[r] : network.recorder_writer_end[r]
        ]
        sends = network.transmitter_recorder == r
        went_out = (
            ledger.load_lost_bit[writes].sum()
            + ledger.load_deleted_bit[writes].sum()
            + ledger.load_processed_bit[writes].sum()
            + ledger.transmitter_sent_bit[sends].sum()
        )
        result.append(
            Balance(
                "data",
                name,
                "bit",
                float(ledger.load_made_bit[writes].sum()),
                float(went_out),
                float(np.sum(end.load_queue_bit[writes] - begin.load_queue_bit[writes])),
                float(max(end.load_queue_bit[writes].sum(), begin.load_queue_bit[writes].sum())),
            )
        )
    return result


def _tanks(station: CompiledStation, begin: State, end: State, ledger: Ledger) -> list[Balance]:
    return [
        Balance(
            tank.commodity,
            tank.name,
            "kg",
            float(ledger.tank_in_kg[t] + ledger.tank_brought_kg[t]),
            float(ledger.tank_out_kg[t] + ledger.tank_lost_kg[t] + ledger.tank_taken_kg[t]),
            float(end.tank_kg[t] - begin.tank_kg[t]),
            float(max(end.tank_kg[t], begin.tank_kg[t])),
        )
        for t, tank in enumerate(station.parts.tanks)
    ]


def _pools(station: CompiledStation, ledger: Ledger) -> list[Balance]:
    """Return working time: what is offered and not used goes by."""
    return [
        Balance(
            f"{name} time",
            name,
            "s",
            float(ledger.pool_offered_s[p]),
            float(max(ledger.pool_used_s[p], ledger.pool_offered_s[p])),
            0.0,
        )
        for p, name in enumerate(station.names.pools)
    ]
