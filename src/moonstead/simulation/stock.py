"""What comes into a station and leaves it besides physics, put in the ledger as it does."""

from moonstead.contracts import Notice
from moonstead.simulation.balance import enthalpy_j
from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.network import Ledger, State
from moonstead.simulation.ownership import Owned
from moonstead.simulation.schedule import Repair


class Stock:
    """Fills and empties stores, tanks and nodes of elements.

    Parameters
    ----------
    station, state, ledger
        Of the simulation; state and ledger are changed in place.
    """

    def __init__(self, station: CompiledStation, state: State, ledger: Ledger) -> None:
        self._station, self._state, self._ledger = station, state, ledger

    def empty(self, owned: Owned) -> None:
        """Take everything that an element holds out of the account."""
        state, ledger = self._state, self._ledger
        for s in owned["store"]:
            ledger.store_taken_j[s] += state.store_energy_j[s]
            state.store_energy_j[s] = 0.0
            state.store_capacity_j[s] = 0.0
        for t in owned["tank"]:
            ledger.tank_taken_kg[t] += state.tank_kg[t]
            state.tank_kg[t] = 0.0

    def commission(self, owned: Owned) -> None:
        """Begin with new, clean and filled parts of an element."""
        state, ledger, parts = self._state, self._ledger, self._station.parts
        for s in owned["store"]:
            store = parts.stores[s]
            state.store_capacity_j[s] = store.capacity_j
            if not store.reactants:
                state.store_energy_j[s] = store.capacity_j * store.initial_fraction
                ledger.store_brought_j[s] += state.store_energy_j[s]
        for t in owned["tank"]:
            state.tank_kg[t] += parts.tanks[t].initial_kg
            ledger.tank_brought_kg[t] += parts.tanks[t].initial_kg
        before_j = enthalpy_j(self._station.network, state.node_temperature_k)
        for n in owned["node"]:
            state.node_temperature_k[n] = parts.nodes[n].initial_temperature_k
        after_j = enthalpy_j(self._station.network, state.node_temperature_k)
        ledger.node_brought_j[...] += after_j - before_j
        state.source_health[owned["source"]] = 1.0
        state.source_dust[owned["source"]] = 0.0

    def put(self, tank: str, mass_kg: float, *, is_there: bool) -> Notice:
        """Fill a tank from outside, as far as there is room; tell of it.

        Parameters
        ----------
        tank
            Its name.
        mass_kg
            What was brought.
        is_there
            Whether the tank works; else there is no room.
        """
        t = self._station.names.tanks.index(tank)
        room_kg = self._station.parts.tanks[t].capacity_kg - self._state.tank_kg[t]
        put_kg = min(mass_kg, max(float(room_kg), 0.0)) if is_there else 0.0
        self._state.tank_kg[t] += put_kg
        self._ledger.tank_brought_kg[t] += put_kg
        text = f"{put_kg:.4g} kg brought to {tank}"
        if put_kg < mass_kg:
            text += f"; {mass_kg - put_kg:.4g} kg found no room"
        values = {"tank_kg": put_kg, "no_room_kg": mass_kg - put_kg}
        return Notice("delivered", tank, text, values)

    def use_spares(self, repair: Repair) -> None:
        """Take the spares of a repair out of their tank."""
        if repair.spare_tank:
            t = self._station.names.tanks.index(repair.spare_tank)
            self._state.tank_kg[t] -= repair.spare_kg
            self._ledger.tank_out_kg[t] += repair.spare_kg

    def has_spares(self, repair: Repair) -> bool:
        """Whether there are enough spares for a repair."""
        if not repair.spare_tank:
            return True
        t = self._station.names.tanks.index(repair.spare_tank)
        return bool(self._state.tank_kg[t] >= repair.spare_kg)
