"""How well everything works: presence and faults, composed into the scales of the state.

The kernel knows scales only. They are worked out here whenever an element comes or goes or a fault
begins or ends, from the list of what is there and what is wrong, so that any order of events gives
the same state.
"""

import numpy as np

from moonstead.simulation.network import FloatArray, State
from moonstead.simulation.ownership import Owned
from moonstead.simulation.schedule import Mode
from moonstead.units import DAY_S

_SWITCHED = ("source", "load", "store", "supply")


class Condition:
    """Composes scales.

    Parameters
    ----------
    state
        Of the simulation; changed in place.
    node_of
        For sources, loads and stores: the node that each sits on, -1 for none; what sits on a
        lost node is off.
    """

    def __init__(self, state: State, node_of: dict[str, np.ndarray]) -> None:
        self.state = state
        self.node_of = node_of
        self.scales: dict[str, FloatArray] = {
            table: np.ones(len(getattr(state, f"{table}_scale"))) for table in _SWITCHED
        }
        self.gain: FloatArray = np.ones(len(state.load_gain))

    def compose(
        self,
        present: dict[str, FloatArray],
        faults: list[tuple[Owned, Mode, float]],
    ) -> None:
        """Work out every scale.

        Parameters
        ----------
        present
            By table: 1 for what is there, 0 for what is not.
        faults
            Places, mode and the present strength of each active fault.
        """
        state = self.state
        for table in _SWITCHED:
            self.scales[table][...] = present[table]
        self.gain[...] = 1.0
        holes = np.zeros(len(state.tank_kg))
        room = present["recorder"].copy()
        radiating = np.ones(len(state.node_radiating))
        stuck = {table: np.full(len(present[table]), np.nan) for table in ("load", "source", "tie")}
        for places, mode, strength in faults:
            if mode in {Mode.OFF, Mode.DERATED, Mode.DRIFT, Mode.INTERMITTENT}:
                for table in _SWITCHED:
                    self.scales[table][places[table]] *= 1.0 - strength
                if mode == Mode.DERATED:
                    room[places["recorder"]] *= 1.0 - strength
            elif mode == Mode.STALLED:
                self.scales["source"][places["source"]] *= 1.0 - strength
            elif mode == Mode.OVERDRAWN:
                self.scales["load"][places["load"]] *= 1.0 + strength
                self.gain[places["load"]] /= 1.0 + strength  # for nothing
            elif mode == Mode.WEAK:
                self.gain[places["load"]] *= 1.0 - strength
            elif mode == Mode.STUCK:
                for table, levels in stuck.items():
                    levels[places[table]] = strength
            elif mode == Mode.LEAK:
                holes[places["tank"]] += strength / DAY_S
            elif mode == Mode.COLD_LOOP:
                radiating[places["node"]] *= 1.0 - strength
        for table in ("source", "load", "store"):
            nodes = self.node_of[table]
            lost = (nodes >= 0) & state.node_lost[nodes] if len(state.node_lost) else nodes < -1
            self.scales[table][lost] = 0.0
        for table in _SWITCHED:
            getattr(state, f"{table}_scale")[...] = self.scales[table]
        state.load_gain[...] = self.gain
        state.tank_hole_per_s[...] = holes
        state.node_radiating[...] = radiating
        state.node_scale[...] = present["node"]
        state.tank_scale[...] = present["tank"]
        state.recorder_scale[...] = room
        for table, levels in stuck.items():
            _set_levers(state, table, levels, present[table])


def _set_levers(state: State, table: str, levels: FloatArray, present: FloatArray) -> None:
    """Hold what is stuck; let the rest obey; open the ties of what is not there."""
    is_stuck = ~np.isnan(levels)
    getattr(state, f"{table}_stuck")[...] = is_stuck
    command = getattr(state, f"{table}_command")
    level = np.where(is_stuck, levels, command)
    if table == "tie":
        level = level * present
    getattr(state, f"{table}_level")[...] = level
