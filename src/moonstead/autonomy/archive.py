"""What the recorders hold of each session: the books by which stored data can be given up.

A recorder tells how much each load has stored in it (the packet stores of PUS-C service 15). What
comes in a tick is of the session that the load worked for; what goes out goes from the oldest on.
"""

from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass
from math import isfinite
from typing import Any


@dataclass(slots=True)
class Piece:
    """Data of one session in one packet store."""

    session: str
    """Name of its activity; empty for what is written without one."""
    bit: float


@dataclass(frozen=True, slots=True)
class Filed:
    """A session that is over, as it was told."""

    experiment: int
    start_t_s: float
    end_t_s: float
    way: int
    points: float
    """That it has brought; none where it was broken off."""


class Archive:
    """Pieces in each packet store, the oldest first, and what they are worth."""

    def __init__(self) -> None:
        self._held_bit: dict[str, float] = {}
        self._pieces: dict[str, list[Piece]] = {}
        self._leaving: set[str] = set()
        """Sessions of which something has left: there is no use in giving up the rest."""
        self._filed: dict[str, Filed] = {}

    def take(self, stored_bit: Mapping[str, float], writing: Mapping[str, str]) -> None:
        """Take in what the packet stores hold now.

        Parameters
        ----------
        stored_bit
            By packet store.
        writing
            The session that each load works for.
        """
        for store, bit in stored_bit.items():
            change_bit = bit - self._held_bit.get(store, 0.0)
            if change_bit == 0.0 or not isfinite(change_bit):
                continue
            self._held_bit[store] = bit
            pieces = self._pieces.setdefault(store, [])
            if change_bit > 0.0:
                session = writing.get(store.rpartition(".")[0], "")
                if pieces and pieces[-1].session == session:
                    pieces[-1].bit += change_bit
                else:
                    pieces.append(Piece(session, change_bit))
            elif bit <= 0.0:
                self._let_go(pieces, len(pieces))
            else:
                self._send(pieces, -change_bit)

    def _send(self, pieces: list[Piece], sent_bit: float) -> None:
        """Take the oldest out."""
        gone = 0
        while gone < len(pieces) and pieces[gone].bit <= sent_bit:
            sent_bit -= pieces[gone].bit
            gone += 1
        if gone < len(pieces) and sent_bit > 0.0:
            pieces[gone].bit -= sent_bit
            self._leaving.add(pieces[gone].session)
        self._let_go(pieces, gone)

    def _let_go(self, pieces: list[Piece], count: int) -> None:
        self._leaving.update(piece.session for piece in pieces[:count])
        del pieces[:count]

    def file(self, session: str, filed: Filed) -> None:
        """Enter a session that is over."""
        self._filed[session] = filed

    def tidy(self, live: Collection[str]) -> None:
        """Forget sessions that are not live and that no recorder holds data of."""
        there = set(live) | {piece.session for pieces in self._pieces.values() for piece in pieces}
        self._filed = {name: filed for name, filed in self._filed.items() if name in there}
        self._leaving &= there

    def whole(self) -> dict[str, tuple[Filed, dict[str, float]]]:
        """Return sessions that are over and wholly stored, with their bits by packet store."""
        found: dict[str, tuple[Filed, dict[str, float]]] = {}
        for store, pieces in self._pieces.items():
            for piece in pieces:
                filed = self._filed.get(piece.session)
                if filed is None or piece.session in self._leaving:
                    continue
                bits = found.setdefault(piece.session, (filed, {}))[1]
                bits[store] = bits.get(store, 0.0) + piece.bit
        return found

    def without(self, sessions: Collection[str]) -> dict[str, float]:
        """Return what would be left in each packet store that holds data of some sessions, bit."""
        left_bit = {}
        for store, pieces in self._pieces.items():
            doomed_bit = sum(piece.bit for piece in pieces if piece.session in sessions)
            if doomed_bit > 0.0:
                left_bit[store] = max(self._held_bit[store] - doomed_bit, 0.0)
        return left_bit

    def delete(self, sessions: Collection[str]) -> None:
        """Take sessions out."""
        self._held_bit |= self.without(sessions)
        for store, pieces in self._pieces.items():
            self._pieces[store] = [one for one in pieces if one.session not in sessions]
        self._filed = {n: filed for n, filed in self._filed.items() if n not in sessions}

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "held_bit": dict(self._held_bit),
            "pieces": {
                store: [[piece.session, piece.bit] for piece in pieces]
                for store, pieces in self._pieces.items()
            },
            "leaving": sorted(self._leaving),
            "filed": {name: list(astuple(filed)) for name, filed in self._filed.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self._held_bit = dict(state["held_bit"])
        self._pieces = {
            store: [Piece(*given) for given in pieces] for store, pieces in state["pieces"].items()
        }
        self._leaving = set(state["leaving"])
        self._filed = {name: Filed(*given) for name, given in state["filed"].items()}
