"""Commands from Earth: each leaves the home of its partner and acts when it has come up.

A command takes the way that is soonest there under the contact plan, with light time and cables; it
waits on Earth or aboard a relay for as long as there is none. It acts at the first decision of the
station after it has arrived, and holds until the autonomy sets the same thing to another level.
"""

from collections.abc import Collection
from typing import Any

from moonstead.contracts import Command, Notice
from moonstead.environment.timescale import from_utc
from moonstead.run.courier import Courier
from moonstead.scenario.model import HOME, STATION, Scenario

COMMAND_BIT = 8192.0
"""A telecommand transfer frame of the greatest length, 1024 octets (CCSDS 232.0-B-4)."""


class Uplink:
    """The commands of a scenario on their way.

    Parameters
    ----------
    scenario
        With its commands.
    courier
        Who knows the contacts as they are.
    orbiters
        Names of elements that fly: commands to them go up without the station.
    """

    def __init__(self, scenario: Scenario, courier: Courier, orbiters: Collection[str]) -> None:
        self._commands = sorted(scenario.command, key=lambda command: command.at)
        self._sent_t_s = [from_utc(command.at) for command in self._commands]
        self._courier = courier
        self._orbiters = orbiters
        self._done = [False] * len(self._commands)
        self._arrival_t_s: dict[int, float] = {}
        self._way = courier.version

    def step(self, end_t_s: float) -> tuple[list[Command], list[Notice]]:
        """Return what has come up until an instant (TDB seconds past J2000), and tell of it."""
        if self._way != self._courier.version:  # what was under way looks for another way
            self._way = self._courier.version
            self._arrival_t_s.clear()
        commands, notices = [], []
        for k, command in enumerate(self._commands):
            sent_t_s = self._sent_t_s[k]
            if self._done[k] or sent_t_s > end_t_s:
                continue
            if k not in self._arrival_t_s:
                owner = command.target.partition(".")[0]
                to = owner if owner in self._orbiters else STATION
                self._arrival_t_s[k] = self._courier.arrival_t_s(
                    HOME + command.partner, to, COMMAND_BIT, sent_t_s
                )
            took_s = self._arrival_t_s[k] - sent_t_s
            if sent_t_s + took_s <= end_t_s:
                self._done[k] = True
                commands.append(Command(command.target, command.level))
                text = (
                    f"command of {command.partner}: {command.target} to level {command.level:g}, "
                    f"{took_s:.1f} s after it was given"
                )
                values = {"took_s": took_s, "level": command.level}
                notices.append(Notice("commanded", command.target, text, values))
        return commands, notices

    @property
    def on_the_way(self) -> list[dict[str, Any]]:
        """Commands that have not come up."""
        return [
            {"target": command.target, "partner": command.partner, "level": command.level}
            for command, done in zip(self._commands, self._done, strict=True)
            if not done
        ]

    def memory(self) -> list[bool]:
        """Return which have come up."""
        return list(self._done)

    def restore(self, memory: list[bool]) -> None:
        """Take back what `memory` returned."""
        self._done = list(memory)
        self._arrival_t_s.clear()
        self._way = self._courier.version
