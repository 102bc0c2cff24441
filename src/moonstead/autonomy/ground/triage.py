"""How long people take to understand that something went wrong, and what it was.

One anomaly at a time: what shows while people work on it belongs to it. The time is lognormal; its
median and sigma are assumptions (autonomy study, section 6.3: 12 h and the next contact).
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

STREAM = 0x6E0
"""Of random numbers, apart from all others of a run."""


class Triage:
    """The anomaly that people work on, and those that they know.

    Parameters
    ----------
    median_s, sigma
        Of the lognormal time that it takes.
    seed
        Of the run.
    """

    def __init__(self, median_s: float, sigma: float, seed: int) -> None:
        self._median_s, self._sigma, self._seed = median_s, sigma, seed
        self.count = 0
        self.until_t_s: float | None = None
        """When the anomaly that is open will be understood; None where none is."""
        self.known: set[str] = set()

    def note(self, lasting: Iterable[str], passing: Iterable[str], t_s: float) -> tuple[str, ...]:
        """Take note of anomalies; return those that open a triage now.

        Parameters
        ----------
        lasting
            What is wrong now; what is gone from here is new when it comes again.
        passing
            What was told once.
        t_s
            Now.
        """
        present = set(lasting)
        fresh = (present - self.known) | set(passing)
        self.known = present
        if not fresh or self.until_t_s is not None:
            return ()
        self.count += 1
        generator = np.random.default_rng([self._seed, STREAM, self.count])
        takes_s = float(generator.lognormal(math.log(self._median_s), self._sigma))
        self.until_t_s = t_s + takes_s
        return tuple(sorted(fresh))

    def is_understood(self, t_s: float) -> bool:
        """Return whether people know by now what to do."""
        return self.until_t_s is not None and t_s >= self.until_t_s

    def close(self) -> None:
        """End the work on an anomaly: people have acted."""
        self.until_t_s = None

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {"count": self.count, "until_t_s": self.until_t_s, "known": sorted(self.known)}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.count, self.until_t_s = state["count"], state["until_t_s"]
        self.known = set(state["known"])
