"""How much energy there is, from witnesses that cannot all be wrong in the same way.

*Gauge*: what the stores say. *Ledger*: measured power in and out, summed through the stores as
designed. While they agree their mean counts; when they differ by more than a share of the capacity
the least counts, and it is told. *Model*: the same from the forecast and the levels commanded. It
speaks where power is not measured, or where gauge and power repeat themselves for hours, for a
forecast errs by more than any sensor (in the basic reference station by a quarter of the
capacity), and loads must not be shed for that.

Ledger and model forget their errors at their own pace while the gauge is believed. A gauge that is
not believed is believed again when it says less than the ledger for hours (it may have lost a
module: believing it is the careful way), when stores that take nothing in the light are shown
nearly full, or when people on Earth clear it: no sensor is rejected for ever.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from moonstead.autonomy.guard.energy.weigh import BELIEVED, THERE, weigh
from moonstead.contracts import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class Energy:
    """What is believed of the stores."""

    deliverable_j: float
    spread: float = 0.0
    """Of the witnesses, as a share of the capacity."""
    words: str = ""
    """In what the witnesses disagree; empty while they agree."""


class Witnesses:
    """Gauge, ledger and model of a fleet of stores."""

    def __init__(self, fleet: FloatArray, places: tuple[int, ...]) -> None:
        self._fleet = fleet
        self._places = np.array(places, dtype=np.int64)
        self._memory = np.zeros((4, len(fleet)))
        self._marks = np.array([0.0, 0.0, -1.0, 0.0, 0.0, 0.0])

    @property
    def believed_j(self) -> FloatArray:
        """What each store is believed to hold above its floor, shape (n_stores,)."""
        believed_j: FloatArray = self._memory[BELIEVED]
        return believed_j

    def weigh(
        self,
        store_energy_j: FloatArray,
        powers_w: tuple[float, float],
        present: BoolArray,
        dt_s: float,
        *,
        is_lit: bool,
    ) -> Energy:
        """Weigh the witnesses of one tick.

        Parameters
        ----------
        store_energy_j
            Telemetry, all stores of the station.
        powers_w
            Net power of the bus as measured (NaN where it is not) and as modelled.
        present
            Which stores should be there, shape (n_stores,).
        dt_s
            Since the tick before.
        is_lit
            Whether there is light.
        """
        shown_j = store_energy_j.take(self._places)
        energy_j, gauge_j, ledger_j, model_j, capacity_j, is_odd = weigh(
            self._memory, self._marks, shown_j, self._fleet, present, powers_w, dt_s, is_lit
        )
        if capacity_j <= 0.0:
            return Energy(0.0)
        if not is_odd:
            return Energy(energy_j, abs(gauge_j - ledger_j) / capacity_j)
        words = (
            f"gauge {100.0 * gauge_j / capacity_j:.1f} %, "
            f"ledger {100.0 * ledger_j / capacity_j:.1f} %, "
            f"model {100.0 * model_j / capacity_j:.1f} % of the capacity"
        )
        spread = abs(gauge_j - energy_j) / capacity_j if math.isfinite(gauge_j) else 1.0
        return Energy(energy_j, max(spread, abs(ledger_j - energy_j) / capacity_j), words)

    def trust_gauge(self) -> None:
        """Believe the gauge again at the next tick: people on Earth have looked at it."""
        self._memory[THERE] = 0.0

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {"memory": self._memory.tolist(), "marks": self._marks.tolist()}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self._memory = np.array(state["memory"], dtype=np.float64).reshape(4, -1)
        self._marks = np.array(state["marks"], dtype=np.float64)
