"""Whether the computer that runs the autonomy gets its power."""

from moonstead.run.board_computer import Power
from moonstead.simulation.simulator import Simulator
from moonstead.simulation.upkeep import Stage


class ComputerPower:
    """Looks how the computer of the hub was supplied.

    Until the hub is there, and after it has gone, the autonomy runs elsewhere and lacks nothing.

    Parameters
    ----------
    simulator
        The truth.
    hub
        The element with the computer.
    """

    def __init__(self, simulator: Simulator, hub: str) -> None:
        self._simulator, self._hub = simulator, hub
        self._load = f"{hub}.computer"
        self._place = simulator.station.names.loads.index(self._load)

    def __call__(self) -> Power:
        """Return how the computer is supplied now."""
        lacked_j = float(self._simulator.ledger.load_unserved_j[self._place])
        is_there = self._simulator.upkeep.stages()[self._hub] == Stage.WORKING
        return Power(not is_there or self._simulator.is_running(self._load), lacked_j)
