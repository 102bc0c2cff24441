"""Does every carrier balance? Checked after every run from the ledger and the two end states."""

from dataclasses import dataclass

import numpy as np

from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.network import Ledger, State

BALANCE_TOLERANCE = 1e-9
"""Relative to what flowed: rounding of some 10^6 additions is below 1e-12, a lost term is not."""
ROUNDING = 1e-12
"""Share of what is held that 10^6 additions to it may lose, whatever flowed."""


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
        return max(missing, 0.0) / flowed if flowed > 0.0 else 0.0

    @property
    def closes(self) -> bool:
        """Whether the residual is rounding only."""
        return self.residual <= BALANCE_TOLERANCE


def balances(
    station: CompiledStation, begin: State, end: State, ledger: Ledger
) -> tuple[Balance, ...]:
    """Return the balance of every bus, store, thermal node, recorder and tank."""
    return (
        *_buses(station, ledger),
        *_stores(station, begin, end, ledger),
        *_nodes(station, begin, end, ledger),
        *_recorders(station, begin, end, ledger),
        *_tanks(station, begin, end, ledger),
    )


def _buses(station: CompiledStation, ledger: Ledger) -> list[Balance]:
    network = station.network
    result = []
    for bus, name in enumerate(station.names.buses):
        on_store = network.store_bus == bus
        came_in = (
            ledger.source_drawn_j[network.source_bus == bus].sum()
            + ledger.store_discharged_j[on_store].sum()
            + ledger.link_delivered_j[network.load_fed_bus == bus].sum()
        )
        went_out = (
            ledger.load_used_j[network.load_bus == bus].sum()
            + ledger.store_charged_j[on_store].sum()
        )
        result.append(Balance("electric power", name, "J", float(came_in), float(went_out), 0.0))
    return result


def _stores(station: CompiledStation, begin: State, end: State, ledger: Ledger) -> list[Balance]:
    return [
        Balance(
            "stored energy",
            name,
            "J",
            float(ledger.store_charged_j[s]),
            float(ledger.store_discharged_j[s] + ledger.store_loss_j[s]),
            float(end.store_energy_j[s] - begin.store_energy_j[s]),
            float(max(end.store_energy_j[s], begin.store_energy_j[s])),
        )
        for s, name in enumerate(station.names.stores)
    ]


def _nodes(station: CompiledStation, begin: State, end: State, ledger: Ledger) -> list[Balance]:
    capacity_j_per_k = station.network.node_heat_capacity_j_per_k
    return [
        Balance(
            "heat",
            name,
            "J",
            float(ledger.node_absorbed_j[n] + ledger.node_dissipated_j[n]),
            float(ledger.node_radiated_j[n] + ledger.node_extracted_j[n]),
            float(capacity_j_per_k[n] * (end.node_temperature_k[n] - begin.node_temperature_k[n])),
            float(
                capacity_j_per_k[n] * max(end.node_temperature_k[n], begin.node_temperature_k[n])
            ),
        )
        for n, name in enumerate(station.names.nodes)
    ]


def _recorders(station: CompiledStation, begin: State, end: State, ledger: Ledger) -> list[Balance]:
    network = station.network
    result = []
    for r, name in enumerate(station.names.recorders):
        writes = network.load_recorder == r
        sends = network.transmitter_recorder == r
        result.append(
            Balance(
                "data",
                name,
                "bit",
                float(ledger.load_made_bit[writes].sum()),
                float(
                    ledger.load_lost_bit[writes].sum() + ledger.transmitter_sent_bit[sends].sum()
                ),
                float(np.sum(end.queue_bit[writes] - begin.queue_bit[writes])),
                float(max(end.queue_bit[writes].sum(), begin.queue_bit[writes].sum())),
            )
        )
    return result


def _tanks(station: CompiledStation, begin: State, end: State, ledger: Ledger) -> list[Balance]:
    return [
        Balance(
            tank.commodity,
            tank.name,
            "kg",
            float(ledger.tank_made_kg[t]),
            0.0,
            float(end.tank_kg[t] - begin.tank_kg[t]),
            float(end.tank_kg[t]),
        )
        for t, tank in enumerate(station.parts.tanks)
    ]
