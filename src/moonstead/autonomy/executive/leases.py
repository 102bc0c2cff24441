"""Who holds which unit, and until when: each unit has one holder, each lease runs out by itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from moonstead.autonomy.executive.activity import Hold


@dataclass(slots=True)
class Lease:
    """A unit taken by an activity."""

    unit: str
    holder: str
    """Activity."""
    until_t_s: float
    after_s: float
    kept: bool = False
    """The activity has ended; the unit stays taken until the lease runs out."""


@dataclass(slots=True)
class Ledger:
    """All leases; `taken` and `released` count them over all time and must stay in balance."""

    leases: dict[str, Lease]
    """By unit."""
    taken: int = 0
    released: int = 0

    def holder(self, unit: str) -> str:
        """Return who holds a unit, or an empty text."""
        lease = self.leases.get(unit)
        return lease.holder if lease is not None else ""

    def until_t_s(self, unit: str) -> float:
        """Return when a unit is free again at the latest; -inf if it is free."""
        lease = self.leases.get(unit)
        return lease.until_t_s if lease is not None else float("-inf")

    def holds_all(self, holder: str, holds: Iterable[Hold]) -> bool:
        """Whether every unit is leased to a holder that has not ended."""
        for hold in holds:
            lease = self.leases.get(hold.unit)
            if lease is None or lease.holder != holder or lease.kept:
                return False
        return True

    def take(self, holder: str, holds: Iterable[Hold], until_t_s: float) -> None:
        """Lease units that are free."""
        for hold in holds:
            self.leases[hold.unit] = Lease(hold.unit, holder, until_t_s, hold.after_s)
            self.taken += 1

    def extend(self, holder: str, until_t_s: float) -> None:
        """Let all leases of a holder that has not ended run until another time."""
        for lease in self.leases.values():
            if lease.holder == holder and not lease.kept:
                lease.until_t_s = until_t_s

    def release(self, holder: str, holds: Iterable[Hold], now: float) -> None:
        """End the leases of an activity; a unit that it keeps for a while is freed by `expire`."""
        for hold in holds:
            lease = self.leases.get(hold.unit)
            if lease is None or lease.holder != holder or lease.kept:
                continue
            if lease.after_s > 0.0:
                lease.kept = True
                lease.until_t_s = now + lease.after_s
            else:
                self._free(hold.unit)

    def expire(self, now: float, alive: Iterable[str]) -> None:
        """Free what has run out or has lost its holder; nothing is taken from a live holder."""
        living = set(alive)
        for unit in sorted(self.leases):
            lease = self.leases[unit]
            if now >= lease.until_t_s if lease.kept else lease.holder not in living:
                self._free(unit)

    def late(self, now: float) -> list[str]:
        """Return the holders, not ended, whose time has run out."""
        late = {e.holder for e in self.leases.values() if not e.kept and now >= e.until_t_s}
        return sorted(late)

    def shift(self, by_s: float) -> None:
        """Move all ends, after the clock was set to another time."""
        for lease in self.leases.values():
            lease.until_t_s += by_s

    def _free(self, unit: str) -> None:
        del self.leases[unit]
        self.released += 1
