"""Whether the software is in order at the end of a run: its leases, and a replay of its end."""

from hashlib import sha256
from typing import Any

from moonstead.autonomy.executive.plain import to_plain
from moonstead.autonomy.manager import StationManager
from moonstead.contracts import Decision, Telemetry
from moonstead.run.loop import Loop
from moonstead.units import DAY_S

REHEARSED_S = DAY_S
"""The end of a run that is done again from a saved state."""


class Rehearsal:
    """Lets the last day of a run be decided again from a saved state, by a new controller.

    Parameters
    ----------
    loop
        The run.
    run_count
        Steps of the run.
    """

    def __init__(self, loop: Loop, run_count: int) -> None:
        self._loop = loop
        self._from = run_count - round(REHEARSED_S / loop.grid.step_s)
        self._frames: list[Telemetry] = []
        self._digest = sha256()
        self._state: dict[str, Any] | None = None
        self._manager: StationManager | None = None

    def look(self, end: int) -> None:
        """Begin to listen when the time has come; before each step."""
        if end <= self._from or self._state is not None:
            return
        manager = self._loop.manager
        if manager is None:
            return
        self._state, self._manager = manager.state(), manager
        handle = manager.handle

        def listening(telemetry: Telemetry) -> Decision:
            decision = handle(telemetry)
            if self._manager is self._loop.manager:
                self._frames.append(telemetry)
                _add(self._digest, decision)
            return decision

        manager.handle = listening  # type: ignore[method-assign]

    def result(self) -> dict[str, Any]:
        """Return how many frames were decided again, and whether the decisions were the same."""
        if self._state is None:
            return {"frames": 0, "same": False}
        again, digest = self._loop.new_manager(), sha256()
        again.restore(self._state)
        for frame in self._frames:
            _add(digest, again.handle(frame))
        return {
            "frames": len(self._frames),
            "same": digest.digest() == self._digest.digest(),
        }


def _add(digest: Any, decision: Decision) -> None:
    told = (decision.commands, decision.notices, decision.plan, decision.reports)
    digest.update(repr(to_plain([list(part) for part in told])).encode())


def leases(loop: Loop) -> dict[str, Any]:
    """Return how the leases of units stand: each must have a live holder within its time."""
    manager = loop.manager
    if manager is None:
        return {"there": False}
    memory = manager.executive.memory
    now = memory.clock.t_s or 0.0
    live = {track.id for track in memory.tracks.values() if track.is_live}
    ledger = memory.ledger
    return {
        "there": True,
        "held": len(ledger.leases),
        "unaccounted": ledger.taken - ledger.released - len(ledger.leases),
        "without_holder": sorted(
            lease.unit
            for lease in ledger.leases.values()
            if not lease.kept and lease.holder not in live
        ),
        "late": ledger.late(now),
    }
