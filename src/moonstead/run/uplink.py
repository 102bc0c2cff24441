"""Commands from Earth: each leaves the home of its partner, and comes up to the guard.

A command takes the way that is soonest there under the contact plan, with light time and cables; it
waits at home while its people may not send, and on Earth or aboard a relay for as long as there is
no way. Where the contacts change, it goes on from where it is by then. What has come up is handed
to the station with the next frame of telemetry; nothing here acts on anything.
"""

import math
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

from moonstead.contracts import Notice, Telecommand
from moonstead.environment.timescale import from_utc
from moonstead.run.courier import Courier
from moonstead.run.ways import Hop
from moonstead.scenario.ground_command import GroundCommand
from moonstead.scenario.model import HOME, STATION, Scenario

COMMAND_BIT = 8192.0
"""A telecommand transfer frame of the greatest length, 1024 octets (CCSDS 232.0-B-4)."""
ITEMS_A_FRAME = 60
"""Sessions of a schedule in one such frame: an id and a time in 16 octets."""
MOST_TOLD = 200
"""Characters of what a command asks, in the record."""


@dataclass(slots=True)
class Train:
    """Frames under way together."""

    item: Telecommand
    count: int
    given_t_s: float
    node: str
    """Who has it, or will have it."""
    from_t_s: float
    """From when."""
    way: tuple[Hop, ...] | None = None
    """From there, by the contacts that were known last."""

    @property
    def bit(self) -> float:
        """The size of all frames."""
        frames = max(math.ceil(len(self.item.items) / ITEMS_A_FRAME), 1)
        return self.count * frames * COMMAND_BIT


class Uplink:
    """The commands of people on their way.

    Parameters
    ----------
    scenario
        With the commands that it gives.
    courier
        Who knows the contacts as they are.
    apart
        Names of elements that commands reach without the station: what flies, what has a link of
        its own. The part of the guard that is aboard there looks at them.
    may_send
        Whether the people of a partner may send at an instant, TDB seconds past J2000.
    """

    def __init__(
        self,
        scenario: Scenario,
        courier: Courier,
        apart: Collection[str],
        may_send: Callable[[str, float], bool],
    ) -> None:
        self._commands = sorted(scenario.command, key=lambda command: command.at)
        self._given_t_s = [from_utc(command.at) for command in self._commands]
        self._courier, self._apart, self._may_send = courier, apart, may_send
        self._waiting = list(range(len(self._commands)))
        self._counts: dict[str, int] = {}
        self._trains: list[Train] = []
        self._version = courier.version

    def send(self, item: Telecommand, *, count: int = 1, given_t_s: float | None = None) -> None:
        """Take a command, or a train of the same one; a number below 0 becomes the next one.

        Parameters
        ----------
        item
            What is asked, issued at the instant that it says.
        count
            Frames; their numbers follow each other.
        given_t_s
            When it leaves, if not when it says to have been issued.
        """
        if item.sequence < 0:
            number = self._counts.get(item.source, 0) + 1
            self._counts[item.source] = number + count - 1
            item = replace(item, sequence=number)
        at_t_s = item.issued_t_s if given_t_s is None else given_t_s
        self._trains.append(Train(item, count, at_t_s, HOME + item.source, at_t_s))

    def step(self, end_t_s: float) -> tuple[tuple[Telecommand, ...], list[Notice]]:
        """Return what has come up until an instant (TDB seconds past J2000), and tell of it."""
        self._settle()
        self._give(end_t_s)
        received: list[Telecommand] = []
        notices: list[Notice] = []
        still = []
        for train in self._trains:
            arrival_t_s = self._arrival_t_s(train)
            if arrival_t_s > end_t_s:
                still.append(train)
                continue
            received += [
                replace(train.item, sequence=train.item.sequence + k) for k in range(train.count)
            ]
            notices.append(_told(train, arrival_t_s))
        self._trains = still
        return tuple(received), notices

    def _give(self, end_t_s: float) -> None:
        """Let go what is due, and whose people may send."""
        still = []
        for k in self._waiting:
            command, given_t_s = self._commands[k], self._given_t_s[k]
            sent_t_s = given_t_s
            # Who forges a command asks nobody.
            is_free = not command.authentic or self._may_send(command.partner, given_t_s)
            if not is_free and given_t_s <= end_t_s:
                sent_t_s, is_free = end_t_s, self._may_send(command.partner, end_t_s)
            if given_t_s > end_t_s or not is_free:
                still.append(k)
                continue
            item = _telecommand(command, sent_t_s)
            self.send(item, count=command.repeat, given_t_s=sent_t_s)
        self._waiting = still

    def _arrival_t_s(self, train: Train) -> float:
        """Return when a train comes up, by the contacts that are known now."""
        owner = train.item.target.partition(".")[0]
        to = owner if owner in self._apart else STATION
        if train.node == to:
            return train.from_t_s
        if train.way is None:
            train.way = self._courier.way(train.node, to, train.bit, train.from_t_s)
        return train.way[-1].arrives_t_s if train.way else math.inf

    def _settle(self) -> None:
        """Let commands be where they were when the contacts changed; from there they go on."""
        if self._version == self._courier.version:
            return
        self._version = self._courier.version
        for train in self._trains:
            for hop in train.way or ():
                if hop.leaves_t_s <= self._courier.now_t_s:
                    train.node, train.from_t_s = hop.to, hop.arrives_t_s
            train.way = None

    @property
    def on_the_way(self) -> list[dict[str, Any]]:
        """Commands that have not come up."""
        waiting = [_telecommand(self._commands[k], self._given_t_s[k]) for k in self._waiting]
        return [
            {"kind": i.kind, "target": i.target, "partner": i.source, "value": i.value}
            for i in (*(train.item for train in self._trains), *waiting)
        ]

    def memory(self) -> dict[str, Any]:
        """Return what has not come up and where it is, as plain JSON values."""
        self._settle()
        return {
            "waiting": list(self._waiting),
            "counts": dict(self._counts),
            "trains": [{**asdict(train), "way": None} for train in self._trains],
        }

    def restore(self, memory: dict[str, Any]) -> None:
        """Take back what `memory` returned."""
        self._waiting = list(memory["waiting"])
        self._counts = dict(memory["counts"])
        self._trains = [
            Train(**{**kept, "item": telecommand_of(kept["item"])}) for kept in memory["trains"]
        ]
        self._version = self._courier.version


def telecommand_of(plain: dict[str, Any]) -> Telecommand:
    """Return a telecommand from its plain JSON values."""
    items = tuple((name, start_t_s) for name, start_t_s in plain["items"])
    return Telecommand(**{**plain, "items": items})


def _telecommand(command: GroundCommand, sent_t_s: float) -> Telecommand:
    issued_t_s = sent_t_s if command.issued is None else from_utc(command.issued)
    return Telecommand(
        source=command.partner,
        sequence=-1 if command.sequence is None else command.sequence,
        issued_t_s=issued_t_s,
        expires_t_s=issued_t_s + command.expires_after_s,
        kind=command.kind,
        target=command.target,
        value=command.number,
        authentic=command.authentic,
    )


def asked(item: Telecommand) -> str:
    """Return what a telecommand asks, in words."""
    if item.kind == "level":
        return f"{item.target} to level {item.value:g}"
    if item.kind == "schedule":
        return f"schedule of {len(item.items)} sessions"
    value = f" {item.value:g}" if item.value else ""
    return f"{item.kind} {item.target}".rstrip()[:MOST_TOLD] + value


def _told(train: Train, arrival_t_s: float) -> Notice:
    item, took_s = train.item, arrival_t_s - train.given_t_s
    number = f"{item.sequence}"
    if train.count > 1:
        number += f" to {item.sequence + train.count - 1}"
    forged = "" if item.authentic else ", of bad signature"
    text = (
        f"command {number} of {item.source}{forged}: {asked(item)}, came up {took_s:.1f} s after "
        "it was given"
    )
    values = {"took_s": took_s, "value": item.value, "count": float(train.count)}
    return Notice("commanded", item.target or "station", text, values)
