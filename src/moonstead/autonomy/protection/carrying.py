"""What plans count on paths to Earth to carry, by the cases that are open."""

from collections.abc import Iterable

import numpy as np

from moonstead.autonomy.protection.cases import Case
from moonstead.autonomy.protection.contacts import Contacts
from moonstead.autonomy.protection.procedures import Do
from moonstead.contracts import FloatArray

WORTH_PLANNING = 0.05
"""A change of what a path is expected to carry by more than this is worth a new plan."""


class Carrying:
    """What each path is expected to carry of what is forecast, until it is seen to carry more.

    Parameters
    ----------
    contacts
        What has come of the contacts.
    """

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._names = contacts.belief.channels.paths
        self.share: FloatArray = np.ones(len(self._names))

    def follow(self, cases: Iterable[Case]) -> bool:
        """Take the open cases into account, once a tick; return whether a new plan is worth it."""
        share = np.ones_like(self.share)
        for case in cases:
            if case.entry.table != "path":
                continue
            p = self._names.index(case.component)
            if case.has_done(Do.AVOID):
                share[p] = 0.0
            elif case.has_done(Do.LEARN):
                share[p] = self._contacts.share[p]
        if np.all(np.abs(share - self.share) <= WORTH_PLANNING):
            return False
        self.share = share
        return True

    def state(self) -> list[float]:
        """Return everything remembered, as plain JSON values."""
        return list(self.share.tolist())

    def restore(self, state: list[float]) -> None:
        """Take back what `state` returned."""
        self.share = np.array(state, dtype=np.float64)
