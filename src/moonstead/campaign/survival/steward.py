"""The station's autonomy in the fast tier: its guard, its mean programme, its radios.

The guard is the one of the full tier; there is no planner and no executive that it could watch.
"""

from typing import Any

import numpy as np

from moonstead.autonomy.guard.guard import Guard
from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.guard.view import View
from moonstead.autonomy.manager import RADIO_LEAST_BIT
from moonstead.autonomy.model import StationModel
from moonstead.campaign.survival.programme import Programme, is_work_allowed
from moonstead.contracts import Command, Decision, Telemetry


class Steward:
    """Guard and fixed programme: a controller for `moonstead.run.board.Board`.

    Parameters
    ----------
    model
        What the station believes of itself.
    knowledge
        Of the guard, without parts that it would watch.
    programme
        The mean work.
    """

    def __init__(self, model: StationModel, knowledge: Knowledge, programme: Programme) -> None:
        self._programme = programme
        self.guard = Guard(knowledge)
        self._limit_bit = np.maximum(knowledge.recorder_limit_bit, 1.0).tolist()
        self._normal = {load.name: load.normal_level for load in model.loads}
        self._radios = tuple(
            (radio.load, model.channels.paths.index(radio.path), radio.recorder)
            for radio in model.radios
        )
        self.radios = frozenset(load for load, _, _ in self._radios)
        self.is_working = True
        """Whether the programme is on."""
        self.room = [1.0] * len(self._limit_bit)
        """The free share of each recorder."""
        self.view: View | None = None
        """Of the guard at the last decision; None before the first."""
        self._wanted: dict[str, float] = {}
        self._reason: tuple[bool | None, frozenset[str]] | None = None
        """What is wanted follows from this: the light that work goes by, and radios."""

    def handle(self, telemetry: Telemetry) -> Decision:
        """Decide on one snapshot of telemetry."""
        view = self.guard.assess(telemetry)
        filled = zip(telemetry.recorder_bit.tolist(), self._limit_bit, strict=True)
        self.room = [1.0 - bit / limit_bit for bit, limit_bit in filled]
        room = min(self.room, default=1.0)
        allowed = is_work_allowed(view.margin, room, was_allowed=self.is_working)
        self.is_working = allowed and view.mode == Mode.NOMINAL
        wishes = self._wishes(telemetry, is_asleep=view.mode >= Mode.SURVIVAL)
        self.view = view
        commands, withheld = self.guard.release(wishes, telemetry.path_open)
        status = {
            "mode": float(view.mode),
            "margin_fraction": view.margin,
            "reserve_j": view.reserve_j,
        }
        return Decision(commands, (*view.notices, *withheld), status=status, reports=view.reports)

    def _wishes(self, telemetry: Telemetry, *, is_asleep: bool) -> list[Command]:
        """Return the levels that are to change."""
        sending = frozenset[str]() if is_asleep else self._sending(telemetry)
        work = telemetry.sun_seen if self.is_working else None
        if self._reason == (work, sending):
            return []
        self._reason = (work, sending)
        wanted = dict(self._normal)
        if work is not None:
            wanted.update(self._programme.levels(is_lit=work))
        wanted.update(dict.fromkeys(sending, 1.0))
        before, self._wanted = self._wanted, wanted
        return [Command(name, level) for name, level in wanted.items() if before.get(name) != level]

    def _sending(self, telemetry: Telemetry) -> frozenset[str]:
        """Return for each recorder the radio of the fastest path that is open."""
        chosen: dict[int, str] = {}
        for load, path, recorder in self._radios:
            if telemetry.path_open[path] and telemetry.recorder_bit[recorder] >= RADIO_LEAST_BIT:
                chosen.setdefault(recorder, load)
        return frozenset(chosen.values())

    def boot(self, why: str) -> None:
        """Begin after a reset of the computer."""
        self.guard.boot(why)
        self._wanted, self._reason = {}, None

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "guard": self.guard.state(),
            "is_working": self.is_working,
            "wanted": dict(self._wanted),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.guard.restore(state["guard"])
        self.is_working, self._wanted = state["is_working"], dict(state["wanted"])
        self._reason = None
