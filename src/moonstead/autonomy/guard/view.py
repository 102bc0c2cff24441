"""What others tell the guard in a tick, and what they see of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.guard.outgoing import Stand
from moonstead.contracts import Notice, Telecommand, Verification


@dataclass(frozen=True, slots=True)
class Evidence:
    """What others have found in this tick that bears on the mode."""

    critical: tuple[str, ...] = ()
    """Critical faults that hold now, in words: each brings SAFE."""
    room: float = 1.0
    """Least share that is free of memories that have lost some of theirs."""


NO_EVIDENCE = Evidence()


@dataclass(frozen=True, slots=True)
class View:
    """How the guard sees the station, for planner and executive."""

    mode: Mode
    """SAFE, or the step of the ladder of energy."""
    stand: Stand
    t_s: float
    energy_j: float
    """That the stores can deliver, as believed."""
    reserve_j: float
    margin: float
    """(Energy predicted one tick ahead - reserve) / capacity."""
    level: int
    """Of autonomy, 1 to 4, of the station."""
    levels: Mapping[str, int]
    """Of elements that have one of their own."""
    restart: Mapping[str, str]
    """Parts to be made anew before they work on, and why."""
    handed_on: tuple[Telecommand, ...]
    """Accepted, for planner and executive."""
    notices: tuple[Notice, ...]
    reports: tuple[Verification, ...]

    @property
    def runs_parts(self) -> bool:
        """Whether planner and executive work."""
        return not self.stand.is_safe

    def allows(self, priority: int) -> bool:
        """Whether a load of this priority may be on."""
        return self.stand.allows(priority)
