"""What sources and stores have been found to give, and loads to draw, against their design."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from moonstead.autonomy.protection.carrying import Carrying
from moonstead.autonomy.protection.isolation import DEAR_SHARE
from moonstead.autonomy.protection.lumped_tables import CURTAILED
from moonstead.autonomy.protection.observer import Observer
from moonstead.contracts import FloatArray

WHOLE = 0.97
"""A source that gives more of its design than this is whole."""
WORTH_PLANNING = 0.05
"""A change of what is expected by more than this is worth a new plan."""


class Learned(NamedTuple):
    """What plans go by."""

    source_gain: FloatArray
    load_gain: FloatArray
    store_capacity_j: FloatArray
    path_share: FloatArray
    """Of the forecast rate of each path, what it is expected to carry."""
    remains: Mapping[str, float]
    """Of units whose self-test tells a loss."""


class Gains:
    """What is expected of sources, stores and loads, beside the design.

    Parameters
    ----------
    observer
        With the model and what it expects now; its gains and capacities are changed here.
    carrying
        What paths are expected to carry.
    """

    def __init__(self, observer: Observer, carrying: Carrying) -> None:
        self._observer, self._carrying = observer, carrying
        self._source, self._load = observer.span["source"], observer.span["load"]
        self.ratio: FloatArray = observer.estimate.source_ratio
        self._planned = self._factors()
        self._is_touched = False
        self.learn({})

    def track(self, channels: list[int], *, is_derated: bool) -> None:
        """Expect of sources what they give now."""
        gain = self._observer.estimate.source_gain
        self._is_touched = True
        for channel in channels:
            k = channel - self._source.start
            if is_derated and 0 <= k < len(gain):
                gain[k] = min(max(float(self.ratio[k]), 0.02), 1.0)

    def take_as_right(self, channels: list[int]) -> None:
        """Expect of loads that they may draw what they draw now."""
        observer = self._observer
        gain = observer.estimate.load_gain
        for channel in channels:
            k = channel - self._load.start
            if 0 <= k < len(gain) and observer.expected[channel] > 0.0:
                ratio = gain[k] * float(observer.reading[channel] / observer.expected[channel])
                if np.isfinite(ratio):
                    self._is_touched = True
                    gain[k] = min(max(ratio, 1.0), DEAR_SHARE)

    def drawn(self, element: str) -> float:
        """Return what share of their design the loads of an element may draw, as is known."""
        names, gain = self._observer.belief.channels.loads, self._observer.estimate.load_gain
        own = [k for k, name in enumerate(names) if name.partition(".")[0] == element]
        return float(gain[own].max(initial=1.0))

    def restore_design(self, channels: list[int]) -> None:
        """Expect of sources again what they were designed for."""
        self._is_touched = True
        for channel in channels:
            k = channel - self._source.start
            if 0 <= k < len(self.ratio):
                self._observer.estimate.source_gain[k] = 1.0
                self.ratio[k] = 1.0

    def is_whole(self, channels: list[int]) -> bool:
        """Whether sources give all that they should."""
        return all(
            self.ratio[c - self._source.start] > WHOLE
            for c in channels
            if self._source.start <= c < self._source.stop
        )

    def resize(self, element: str) -> None:
        """Expect of the stores of an element that they hold no more than they do when full."""
        observer = self._observer
        self._is_touched = True
        plant = observer.belief.plant
        for s, name in enumerate(observer.belief.channels.stores):
            if name.partition(".")[0] != element or not observer.there[plant.store_element[s]]:
                continue
            reading_j = float(observer.reading[observer.span["store"]][s])
            is_full = observer.out.island_share[plant.store_island[s]] < CURTAILED
            if is_full and reading_j > 0.2 * plant.store_capacity_j[s]:
                observer.estimate.store_capacity_j[s] = reading_j

    def room(self, element: str) -> float:
        """Return what share of their design the stores of an element hold, as is known."""
        plant = self._observer.belief.plant
        names = self._observer.belief.channels.stores
        own = [s for s, name in enumerate(names) if name.partition(".")[0] == element]
        designed_j = float(plant.store_capacity_j[own].sum())
        return float(self._observer.estimate.store_capacity_j[own].sum()) / max(designed_j, 1e-9)

    def _factors(self) -> FloatArray:
        estimate, plant = self._observer.estimate, self._observer.belief.plant
        room = estimate.store_capacity_j / np.maximum(plant.store_capacity_j, 1e-9)
        return np.concatenate((estimate.source_gain, estimate.load_gain, room))

    def has_moved(self) -> bool:
        """Whether what is expected has changed enough for a new plan; asked once a tick."""
        # What loads are expected to draw falls by and by.
        if not (self._is_touched or self._observer.estimate.load_gain.max(initial=1.0) > 1.0):
            return False
        self._is_touched = False
        now = self._factors()
        if np.all(np.abs(now - self._planned) < WORTH_PLANNING):
            return False
        self._planned = now
        return True

    def learn(self, remains: Mapping[str, float]) -> None:
        """Let plans go by what is known now; what is found later waits for the next plan.

        Parameters
        ----------
        remains
            What is left of units whose self-test tells a loss.
        """
        known = self._observer.estimate
        self.learned = Learned(
            known.source_gain.copy(),
            known.load_gain.copy(),
            known.store_capacity_j.copy(),
            self._carrying.share,
            dict(remains),
        )

    def lost_w(self, ticks: np.ndarray) -> FloatArray:
        """Return by how much the sources give less than designed, as plans know it.

        Parameters
        ----------
        ticks
            Ticks of the forecast, shape (n,).

        Returns
        -------
        FloatArray
            (n_sources, n) in W.
        """
        belief, gain = self._observer.belief, self.learned.source_gain
        columns = belief.plant.source_column
        offered: FloatArray = belief.sky.mean[np.ix_(ticks, columns)].T.astype(np.float64)
        return (1.0 - np.minimum(gain, 1.0))[:, np.newaxis] * offered

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        learned = self.learned
        return {
            "planned": self._planned.tolist(),
            "source_gain": learned.source_gain.tolist(),
            "load_gain": learned.load_gain.tolist(),
            "store_capacity_j": learned.store_capacity_j.tolist(),
            "path_share": learned.path_share.tolist(),
            "remains": dict(learned.remains),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self._planned = np.array(state["planned"], dtype=np.float64)
        self.learned = Learned(
            np.array(state["source_gain"]),
            np.array(state["load_gain"]),
            np.array(state["store_capacity_j"]),
            np.array(state["path_share"]),
            dict(state["remains"]),
        )
