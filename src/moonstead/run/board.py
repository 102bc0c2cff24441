"""The avionics between the true station and its autonomy: a controller around a controller.

Telemetry comes in with the faults of clock, bus and radio (`moonstead.run.board_frames`), the
computer is there or away (`moonstead.run.board_computer`), planner and executive answer or fail
(`moonstead.run.board_software`). A computer that was reset makes a new controller, which goes on
from the log: what it remembered after its last decision, or, while the log cannot be written
(`avionics.log`), what was written last. What cannot be restored begins without memory. While it is
away nothing is commanded and everything stays as it was commanded last.

Software that fails with an error outside of what the guard contains is a crash: it is told, and the
watchdog resets the computer.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from moonstead.autonomy.planner import Search
from moonstead.contracts import Controller, Decision, Notice, Telecommand, Telemetry
from moonstead.run.board_computer import COMPUTER, Computer, Power
from moonstead.run.board_frames import Aboard, Active, Frames, of_part
from moonstead.run.board_software import ExecutiveMaker, Software
from moonstead.simulation.schedule import AVIONICS

LOG = f"{AVIONICS}.log"
SHAKY = 2
"""After so many crashes in a row the log is not read: what is in it may be the reason."""


class Bootable(Controller, Protocol):
    """A controller that is told when its computer has begun anew."""

    def boot(self, why: str) -> None:
        """Begin after a reset: what is set outside may be another than remembered."""


Maker = Callable[[Search, ExecutiveMaker], Bootable]
"""Makes a controller from a planner and a maker of executives."""


class Board:
    """The computer of a station in the truth; a `moonstead.contracts.Controller`.

    Parameters
    ----------
    make
        Makes the autonomy.
    active
        Tells which faults there are now, and since when.
    power
        Tells how the computer is supplied.
    aboard
        What wrong commands are made from.
    seed
        Of everything random.
    status
        What is recorded where nothing was decided yet.
    """

    def __init__(
        self,
        make: Maker,
        active: Callable[[], Sequence[Active]],
        power: Callable[[], Power],
        *,
        aboard: Aboard,
        seed: int,
        status: Sequence[str],
    ) -> None:
        self._make_with, self._active, self._power = make, active, power
        self._software = Software()
        self._frames = Frames(aboard, seed)
        self._computer = Computer()
        self.controller: Bootable | None = self._make()
        self._why = ""
        self._saved: dict[str, Any] | None = None
        """What a new controller begins with; None for nothing."""
        self._log_from: list[dict[str, Any] | None] = []
        """What the log held when it could be written last; empty while it can."""
        self._crashes = 0
        self._has_decided = False
        self._last = Decision(status=dict.fromkeys(status, 0.0))
        self._told: list[Notice] = []

    def handle(self, telemetry: Telemetry) -> Decision:
        """Let the autonomy decide on a true frame, if it can, on what reaches it."""
        t_s = telemetry.t_s
        faults = [one for one in self._active() if one[0].targets[0].startswith(f"{AVIONICS}.")]
        self._software.take(faults)
        self._write_log(is_off=bool(of_part(faults, LOG)))
        verdict = self._computer.look(of_part(faults, COMPUTER), self._power(), t_s)
        if verdict.reset:
            self._reset(verdict.reset)
        if of_part(faults, LOG):
            telemetry = replace(telemetry, remains={**telemetry.remains, LOG: 0.0})
        frames = self._frames.take(telemetry, faults)
        if verdict.is_away:
            return Decision(status=self._last.status, to_repair=self._last.to_repair)
        decisions = []
        for frame in frames:
            decision = self._decide(frame, t_s)
            if decision is None:
                break
            decisions.append(decision)
        return self._together(decisions)

    def slips(self, active: Sequence[Active], t_s: float) -> list[Telecommand]:
        """Return the commands that people on Earth give by mistake, at most once for each fault."""
        return self._frames.slips(active, t_s)

    def happened(self) -> list[Notice]:
        """Return what happened to the computer since this was asked last: the truth."""
        told, self._told = self._told, []
        return told

    def _make(self) -> Bootable:
        return self._make_with(self._software.search, self._software.executive)

    def _remembered(self) -> dict[str, Any] | None:
        """Return what the controller would find in a log that is written now."""
        if self.controller is None or not self._has_decided:
            return self._saved
        # As it would be read back: nothing of it may change with the controller that wrote it.
        plain: dict[str, Any] = json.loads(json.dumps(self.controller.state()))
        return plain

    def _write_log(self, *, is_off: bool) -> None:
        if is_off and not self._log_from:
            self._log_from = [self._remembered()]
        elif not is_off:
            self._log_from = []

    def _reset(self, why: str) -> None:
        self._saved = self._log_from[0] if self._log_from else self._remembered()
        if self.controller is not None or why != self._why:
            self._tell("computer-away", why)
        self.controller, self._why = None, why

    def _decide(self, frame: Telemetry, t_s: float) -> Decision | None:
        """Return a decision on a frame; None where the software crashes."""
        controller = self.controller or self._boot()
        try:
            decision = controller.handle(frame)
        except Exception as error:  # noqa: BLE001 (a real computer would go on to its watchdog)
            self._crash(error, t_s)
            return None
        self._crashes, self._has_decided = 0, True
        return decision

    def _crash(self, error: Exception, t_s: float) -> None:
        why = f"its software crashed: {type(error).__name__}: {error}"
        self._crashes += 1
        self._tell("crashed", why)
        self._computer.crash(t_s)
        try:
            self._reset(why)
        except Exception:  # noqa: BLE001 (what crashed may be damaged in any way)
            self._saved, self.controller, self._why = None, None, why

    def _boot(self) -> Bootable:
        controller, words = self._make(), "without memory"
        if self._saved is not None and self._crashes < SHAKY:
            try:
                controller.restore(self._saved)
                words = "from its log"
            except Exception:  # noqa: BLE001 (a log may be damaged in any way)
                controller = self._make()
        controller.boot(self._why)
        self.controller = controller
        self._tell("computer-back", f"it goes on {words}, after {self._why}")
        return controller

    def _tell(self, kind: str, text: str) -> None:
        self._told.append(Notice(kind, COMPUTER, text))

    def _together(self, decisions: Sequence[Decision]) -> Decision:
        """Return the decisions of a tick as one, in order."""
        if not decisions:
            return Decision(status=self._last.status, to_repair=self._last.to_repair)
        self._last = decisions[-1]
        if len(decisions) == 1:
            return self._last
        return Decision(
            commands=tuple(item for one in decisions for item in one.commands),
            notices=tuple(item for one in decisions for item in one.notices),
            plan=tuple(item for one in decisions for item in one.plan),
            status=self._last.status,
            reports=tuple(item for one in decisions for item in one.reports),
            to_repair=self._last.to_repair,
        )

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "controller": None if self.controller is None else self.controller.state(),
            "why": self._why,
            "saved": self._saved,
            "log_from": list(self._log_from),
            "crashes": self._crashes,
            "has_decided": self._has_decided,
            "status": dict(self._last.status),
            "to_repair": list(self._last.to_repair),
            "software": self._software.state(),
            "frames": self._frames.state(),
            "computer": self._computer.state(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.controller = None
        if state["controller"] is not None:
            self.controller = self._make()
            self.controller.restore(state["controller"])
        self._why, self._saved = state["why"], state["saved"]
        self._log_from, self._crashes = list(state["log_from"]), state["crashes"]
        self._has_decided = state["has_decided"]
        self._last = Decision(status=dict(state["status"]), to_repair=tuple(state["to_repair"]))
        self._software.restore(state["software"])
        self._frames.restore(state["frames"])
        self._computer.restore(state["computer"])
