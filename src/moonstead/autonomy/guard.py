"""The guard: keeps enough energy for the longest darkness ahead, whatever the planner wants.

The reserve is a viability kernel: with at least that much stored, the survival load can be carried
through every darkness of the forecast even if generation stays at `GENERATION_DERATING` of it.
Backward recursion, with losses and limits of recharging counted: exact for one store; with several,
as if none were full before the others. Where the reserve exceeds what the stores
can hold, site, stores and survival load do not fit: a design alarm.

The ladder acts on the margin (stored - reserve) / capacity. Down at once, in the tick that detects
it; up one step at a time, after the margin has been good for a while.
"""

from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.model import Mode, StationModel
from moonstead.compiled import compiled
from moonstead.contracts import FloatArray, Priority
from moonstead.units import HOUR_S

GENERATION_DERATING = 0.8
"""Share of the forecast generation that the reserve counts on."""
FLOOR_FRACTION = 0.05
"""The reserve is never below this share of the capacity."""
DOWN_MARGIN = {Mode.TRIM: 0.09, Mode.REDUCED: 0.05, Mode.SURVIVAL: 0.02}
"""Enter a mode below this margin. Steps are wider than the greatest drain in one tick."""
UP_MARGIN = {Mode.TRIM: 0.12, Mode.REDUCED: 0.09, Mode.SURVIVAL: 0.05}
"""Leave a mode above this margin, if it lasts."""
UP_HOLD_S = {Mode.TRIM: 4 * HOUR_S, Mode.REDUCED: 4 * HOUR_S, Mode.SURVIVAL: 12 * HOUR_S}
"""How long the margin must last."""
LAST_ALLOWED = {
    Mode.NOMINAL: Priority.PRODUCTION,
    Mode.TRIM: Priority.SCIENCE,
    Mode.REDUCED: Priority.HOUSEKEEPING,
    Mode.SURVIVAL: Priority.SURVIVAL,
}
"""The last step of the shedding ladder that is still allowed on in each mode."""


@compiled
def viable_reserve_j(
    net_w: FloatArray, slot_s: float, floor_j: FloatArray, round_trip: float, charge_power_w: float
) -> FloatArray:
    """Return the least energy from which survival is sure, at the start of each slot.

    Parameters
    ----------
    net_w
        Derated generation less survival load, shape (n_slots,).
    slot_s
        Length of a slot.
    floor_j
        Least reserve, shape (n_slots,).
    round_trip
        Share of surplus energy that comes back from the stores.
    charge_power_w
        The most that the stores take; more surplus than that is spilled.

    Returns
    -------
    ndarray of shape (n_slots + 1,)
        Deliverable energy, J. Not capped by what the stores hold.
    """
    n_slots = net_w.shape[0]
    reserve_j = np.empty(n_slots + 1)
    reserve_j[n_slots] = floor_j[n_slots - 1] if n_slots > 0 else 0.0
    for slot in range(n_slots - 1, -1, -1):
        net_j = min(net_w[slot], charge_power_w) * slot_s
        if net_j > 0.0:
            net_j *= round_trip
        reserve_j[slot] = max(floor_j[slot], reserve_j[slot + 1] - net_j)
    return reserve_j


def reserve_of(model: StationModel) -> FloatArray:
    """Return the reserve over the whole forecast, J deliverable, shape (n_slots + 1,)."""
    forecast = model.forecast
    net_w = GENERATION_DERATING * forecast.generation_w - forecast.survival_power_w
    round_trip = min(
        (store.charge_efficiency * store.discharge_efficiency for store in model.stores),
        default=1.0,
    )
    charge_power_w = sum(store.charge_power_w for store in model.stores)
    floor_j = FLOOR_FRACTION * forecast.capacity_j
    return viable_reserve_j(net_w, forecast.slot_s, floor_j, round_trip, charge_power_w)


@dataclass(slots=True)
class Guard:
    """The ladder's memory: the mode, and since when the margin would allow the next one up."""

    mode: Mode = Mode.NOMINAL
    good_since_t_s: float | None = None

    def assess(self, t_s: float, margin: float) -> Mode:
        """Return the mode for this tick."""
        entered = [mode for mode, limit in DOWN_MARGIN.items() if margin < limit]
        lowest = max(entered, default=Mode.NOMINAL)
        if lowest > self.mode:
            self.mode = lowest
            self.good_since_t_s = None
        elif self.mode > Mode.NOMINAL:
            self._recover(t_s, margin)
        return self.mode

    def _recover(self, t_s: float, margin: float) -> None:
        if margin <= UP_MARGIN[self.mode]:
            self.good_since_t_s = None
        elif self.good_since_t_s is None:
            self.good_since_t_s = t_s
        elif t_s - self.good_since_t_s >= UP_HOLD_S[self.mode]:
            self.mode = Mode(self.mode - 1)
            self.good_since_t_s = None

    def allows(self, priority: int) -> bool:
        """Whether a load of this priority may be on."""
        return priority <= LAST_ALLOWED[self.mode]
