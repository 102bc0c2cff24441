"""When random failures come: each at a reading of its measure, drawn again after every repair."""

from zlib import crc32

import numpy as np

from moonstead.simulation.compile import CompiledStation
from moonstead.simulation.measures import Measures
from moonstead.simulation.network import FloatArray, Ledger
from moonstead.simulation.schedule import Failure


class Failures:
    """The failures of a schedule.

    Parameters
    ----------
    station, ledger
        Of the simulation.
    failures
        As scheduled.
    seed
        Of their random numbers.
    start_t_s
        Simulation time at which the run starts.
    """

    def __init__(
        self,
        station: CompiledStation,
        ledger: Ledger,
        failures: tuple[Failure, ...],
        seed: int,
        start_t_s: float,
    ) -> None:
        self._failures, self._seed = failures, seed
        self._measures = Measures(station, ledger, failures)
        self.renewals = {failure.fault.name: 0 for failure in failures}
        self.base = {
            failure.fault.name: start_t_s if failure.measure == "calendar" else 0.0
            for failure in failures
        }
        """Reading of its measure when a failure was last renewed."""
        self.limits = self._draw()

    def _draw(self) -> FloatArray:
        """Return the reading at which each failure comes next."""
        return np.array([self._drawn(one) for one in self._failures], dtype=np.float64)

    def _drawn(self, failure: Failure) -> float:
        """Return the reading at which a failure comes next, from its own stream of numbers."""
        name = failure.fault.name
        cause = failure.cause or name
        stream = [self._seed, crc32(cause.encode()), self.renewals[name]]
        drawn = np.random.default_rng(stream).weibull(failure.shape) * failure.scale
        return self.base[name] + float(drawn)

    def due(self, t_s: float) -> list[Failure]:
        """Return the failures whose reading has come."""
        return [self._failures[place] for place in self._measures.over(self.limits, t_s)]

    def soonest_t_s(self, t_s: float) -> list[tuple[float, Failure]]:
        """Return the earliest instant at which each failure can come, soonest first."""
        failing_t_s = self._measures.soonest_t_s(self.limits, t_s)
        order = np.argsort(failing_t_s, kind="stable")
        return [(float(failing_t_s[place]), self._failures[place]) for place in order]

    def renew(self, name: str, t_s: float) -> None:
        """Draw the failures of a fault again: it has been repaired."""
        for place, failure in enumerate(self._failures):
            if failure.fault.name == name:
                self.renewals[name] += 1
                self.base[name] = float(self._measures.readings(t_s)[place])
                self.limits[place] = self._drawn(failure)

    def begin_ageing(self, element: str, t_s: float) -> None:
        """Count the time to the failures of an element alone from now."""
        readings = self._measures.readings(t_s)
        for place, failure in enumerate(self._failures):
            if [target.partition(".")[0] for target in failure.fault.targets] == [element]:
                self.base[failure.fault.name] = float(readings[place])
                self.limits[place] = self._drawn(failure)

    def restore(self, renewals: dict[str, int], base: dict[str, float]) -> None:
        """Go on from what was remembered; the ledger is restored by itself."""
        self.renewals, self.base = renewals, base
        self.limits = self._draw()
