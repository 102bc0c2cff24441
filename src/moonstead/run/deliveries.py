"""The account of what came home: by load, by partner and ground station, and how long it took."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.run.courier import Ended

FloatArray = NDArray[np.float64]

LATENCY_EDGES_S = np.concatenate([[0.0], np.geomspace(1.0, 3.2e7, 76)])
"""From the moment of sending to that of arrival at home, ten classes for each factor of ten."""
SHARES = {"median_s": 0.5, "p95_s": 0.95}


class Deliveries:
    """Sums over a run.

    Parameters
    ----------
    n_loads, n_partners, n_nodes
        How many there are.
    """

    def __init__(self, n_loads: int, n_partners: int, n_nodes: int) -> None:
        self.sums: dict[str, FloatArray] = {
            "arrived_bit": np.zeros(n_loads),
            "lost_bit": np.zeros(n_loads),
            "through_bit": np.zeros((n_partners, n_nodes)),
            "latency_bit": np.zeros((n_partners, len(LATENCY_EDGES_S) - 1)),
            "latency_bit_s": np.zeros(n_partners),
            "slowest_s": np.zeros(n_partners),
        }

    def add(self, ended: Ended) -> None:
        """Count bundles that ended."""
        sums = self.sums
        home = np.isfinite(ended.arrived_t_s)
        np.add.at(sums["arrived_bit"], ended.load[home], ended.bit[home])
        np.add.at(sums["lost_bit"], ended.load[~home], ended.bit[~home])
        partner, bit = ended.partner[home], ended.bit[home]
        took_s = ended.arrived_t_s[home] - ended.sent_t_s[home]
        np.add.at(sums["through_bit"], (partner, ended.station[home]), bit)
        last = len(LATENCY_EDGES_S) - 2
        bin_of = np.clip(np.searchsorted(LATENCY_EDGES_S, took_s, side="right") - 1, 0, last)
        np.add.at(sums["latency_bit"], (partner, bin_of), bit)
        np.add.at(sums["latency_bit_s"], partner, bit * took_s)
        np.maximum.at(sums["slowest_s"], partner, took_s)

    def latency(self, partner: int) -> dict[str, float] | None:
        """Return how long a partner's data took from the station to its home; None without data.

        The median and the 95th percentile are by bits, to a class of 26 %.
        """
        by_class = self.sums["latency_bit"][partner]
        total_bit = by_class.sum()
        if total_bit <= 0.0:
            return None
        reached = np.cumsum(by_class)
        result = {
            name: float(LATENCY_EDGES_S[1:][np.searchsorted(reached, level * total_bit)])
            for name, level in SHARES.items()
        }
        result["mean_s"] = float(self.sums["latency_bit_s"][partner] / total_bit)
        result["slowest_s"] = float(self.sums["slowest_s"][partner])
        return result

    def memory(self) -> dict[str, Any]:
        """Return the sums as plain JSON values."""
        return {name: values.tolist() for name, values in self.sums.items()}

    def restore(self, memory: dict[str, Any]) -> None:
        """Take back what `memory` returned."""
        for name, values in self.sums.items():
            values[...] = memory[name]
