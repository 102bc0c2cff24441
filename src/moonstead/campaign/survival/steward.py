"""The station's controller in the fast tier: its guard, its mean programme, its radios.

The guard is the one of the full tier; there is no planner and no executive that it could watch.
"""

from dataclasses import replace

import numpy as np

from moonstead.autonomy.guard.guard import Guard
from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.autonomy.guard.modes import Mode
from moonstead.autonomy.guard.view import View
from moonstead.autonomy.manager import RADIO_LEAST_BIT
from moonstead.autonomy.model import StationModel
from moonstead.campaign.survival.programme import Programme, is_work_allowed, room_of
from moonstead.contracts import BoolArray, Command, Telemetry


class Steward:
    """Guard and fixed programme.

    Parameters
    ----------
    model
        What the station believes of itself.
    knowledge
        Of the guard.
    programme
        The mean work.
    """

    def __init__(self, model: StationModel, knowledge: Knowledge, programme: Programme) -> None:
        self._model, self._programme = model, programme
        self.guard = Guard(replace(knowledge, parts={}))
        self._limit_bit = np.maximum(knowledge.recorder_limit_bit, 1.0)
        self._normal = {load.name: load.normal_level for load in model.loads}
        self._radios = tuple(
            (radio.load, model.channels.paths.index(radio.path), radio.recorder)
            for radio in model.radios
        )
        self._is_working = True
        self._wanted: dict[str, float] = {}
        self._before: dict[str, float] = {}
        self.view: View

    @property
    def is_working(self) -> bool:
        """Whether the programme is on."""
        return self._is_working

    def assess(self, telemetry: Telemetry) -> View:
        """Let the guard find the mode, and say what is wanted in it, radios apart."""
        view = self.guard.assess(telemetry)
        room = room_of(telemetry.recorder_bit, self._limit_bit)
        allowed = is_work_allowed(view.margin, room, was_allowed=self._is_working)
        self._is_working = allowed and view.mode == Mode.NOMINAL
        self._wanted = dict(self._normal)
        if self._is_working:
            self._wanted.update(self._programme.levels(is_lit=telemetry.sun_seen))
        self.view = view
        return view

    def most_levels(self) -> dict[str, float]:
        """Return the highest level that everything may be set to until the next decision."""
        most = {
            name: max(level, self._wanted.get(name, level))
            for name, level in self.guard.sent.items()
        }
        most.update((load, 1.0) for load, _, _ in self._radios)
        return most

    def act(self, telemetry: Telemetry, soon_open: BoolArray) -> tuple[Command, ...]:
        """Return what goes out through the guard.

        Parameters
        ----------
        telemetry
            Of this decision.
        soon_open
            Which paths the contact plan has open at any time until the next one, (n_paths,).
        """
        if self.view.mode < Mode.SURVIVAL:
            taken: set[int] = set()
            for load, path, recorder in self._radios:
                filled = telemetry.recorder_bit[recorder] >= RADIO_LEAST_BIT
                if soon_open[path] and filled and recorder not in taken:
                    taken.add(recorder)
                    self._wanted[load] = 1.0
        before, self._before = self._before, self._wanted
        wishes = [
            Command(name, level)
            for name, level in self._wanted.items()
            if before.get(name) != level
        ]
        commands, _ = self.guard.release(wishes, telemetry.path_open)
        return commands
