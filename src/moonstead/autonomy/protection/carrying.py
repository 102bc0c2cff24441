"""What plans count on paths to Earth to carry, by the cases that are open."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from moonstead.autonomy.protection.cases import Case
from moonstead.autonomy.protection.contacts import Contacts
from moonstead.autonomy.protection.procedures import Do
from moonstead.contracts import FloatArray
from moonstead.units import DAY_S

LEAST_S = DAY_S
"""A path that is silent is expected to stay so for as long as it has been, and at least for this:
the longer something has lasted, the longer it will (Gott 1993, Nature 363, 315)."""
WORTH_PLANNING = 0.05
"""A change of what a path is expected to carry by more than this is worth a new plan."""


class Carrying:
    """What each path is expected to carry of what is forecast, and until when.

    Parameters
    ----------
    contacts
        What has come of the contacts.
    """

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._names = contacts.belief.channels.paths
        self.share: FloatArray = np.ones(len(self._names))
        self.until_t_s: FloatArray = np.full(len(self._names), np.inf)
        """After this everything is expected again (TDB seconds past J2000)."""

    def follow(self, cases: Iterable[Case], now: float) -> bool:
        """Take the open cases into account, once a tick; return whether a new plan is worth it."""
        share, until_t_s = np.ones_like(self.share), np.full_like(self.until_t_s, np.inf)
        for case in cases:
            if case.entry.table != "path":
                continue
            p = self._names.index(case.component)
            if case.has_done(Do.AVOID):
                share[p], until_t_s[p] = 0.0, self.until_t_s[p]
                if not now < until_t_s[p] < np.inf:
                    until_t_s[p] = now + max(now - case.since_t_s, LEAST_S)
            elif case.has_done(Do.LEARN):
                share[p] = min(share[p], self._contacts.share[p])
        moved = np.abs(share - self.share) > WORTH_PLANNING
        moved |= np.isfinite(until_t_s) & (until_t_s != self.until_t_s)
        if not moved.any():
            return False
        self.share, self.until_t_s = share, until_t_s
        return True

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {"share": self.share.tolist(), "until_t_s": finite_or_none(self.until_t_s)}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.share = np.array(state["share"], dtype=np.float64)
        self.until_t_s = finite_or_infinite(state["until_t_s"])


def finite_or_none(t_s: FloatArray) -> list[float | None]:
    """Return times as plain JSON values."""
    return [t if np.isfinite(t) else None for t in t_s.tolist()]


def finite_or_infinite(values: list[float | None]) -> FloatArray:
    """Return times from plain JSON values."""
    return np.array([np.inf if t is None else t for t in values], dtype=np.float64)
