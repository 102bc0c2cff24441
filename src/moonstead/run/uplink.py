"""Commands from Earth: each leaves the home of its partner and acts when it has come up.

A command takes the way that is soonest there under the contact plan, with light time and cables; it
waits on Earth or aboard a relay for as long as there is none. Where the contacts change, it goes on
from where it is by then. It acts at the first decision of the station after it has arrived, and
holds until the autonomy sets the same thing to another level.
"""

import math
from collections.abc import Collection
from typing import Any

from moonstead.contracts import Command, Notice
from moonstead.environment.timescale import from_utc
from moonstead.run.courier import Courier
from moonstead.run.ways import Hop
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
        # Of commands under way: who has or will have it, from when, and the way from there.
        self._place: dict[int, tuple[str, float]] = {}
        self._way: dict[int, tuple[Hop, ...]] = {}
        self._version = courier.version

    def step(self, end_t_s: float) -> tuple[list[Command], list[Notice]]:
        """Return what has come up until an instant (TDB seconds past J2000), and tell of it."""
        self._settle()
        commands, notices = [], []
        for k, command in enumerate(self._commands):
            sent_t_s = self._sent_t_s[k]
            if self._done[k] or sent_t_s > end_t_s:
                continue
            arrival_t_s = self._arrival_t_s(k)
            took_s = arrival_t_s - sent_t_s
            if arrival_t_s <= end_t_s:
                self._done[k] = True
                del self._place[k], self._way[k]
                commands.append(Command(command.target, command.level))
                text = (
                    f"command of {command.partner}: {command.target} to level {command.level:g}, "
                    f"{took_s:.1f} s after it was given"
                )
                values = {"took_s": took_s, "level": command.level}
                notices.append(Notice("commanded", command.target, text, values))
        return commands, notices

    def _arrival_t_s(self, k: int) -> float:
        """Return when a command comes up, by the contacts that are known now."""
        command = self._commands[k]
        owner = command.target.partition(".")[0]
        to = owner if owner in self._orbiters else STATION
        node, from_t_s = self._place.setdefault(k, (HOME + command.partner, self._sent_t_s[k]))
        if k not in self._way:
            there = node == to
            self._way[k] = () if there else self._courier.way(node, to, COMMAND_BIT, from_t_s)
        if node == to:
            return from_t_s
        return self._way[k][-1].arrives_t_s if self._way[k] else math.inf

    def _settle(self) -> None:
        """Let commands be where they were when the contacts changed; from there they go on."""
        if self._version == self._courier.version:
            return
        self._version = self._courier.version
        for k, way in self._way.items():
            for hop in way:
                if hop.leaves_t_s <= self._courier.now_t_s:
                    self._place[k] = hop.to, hop.arrives_t_s
        self._way.clear()

    @property
    def on_the_way(self) -> list[dict[str, Any]]:
        """Commands that have not come up."""
        return [
            {"target": command.target, "partner": command.partner, "level": command.level}
            for command, done in zip(self._commands, self._done, strict=True)
            if not done
        ]

    def memory(self) -> dict[str, Any]:
        """Return which have come up, and where the others are, as plain JSON values."""
        self._settle()
        return {
            "done": list(self._done),
            "places": [[k, node, from_t_s] for k, (node, from_t_s) in self._place.items()],
        }

    def restore(self, memory: dict[str, Any]) -> None:
        """Take back what `memory` returned."""
        self._done = list(memory["done"])
        self._place = {k: (node, from_t_s) for k, node, from_t_s in memory["places"]}
        self._way.clear()
        self._version = self._courier.version
