"""The log of the executive: what went into each tick and what came of it, chained by hashes.

A log is a run of lines, one JSON object each, that the caller keeps; nothing here opens a file.
Each line carries the SHA-256 of the line before and of itself, so that a line that was changed,
lost or put elsewhere is found. From the inputs the outcomes follow: `replay` computes them anew and
compares. A line that holds the whole state lets older lines go.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.outcome import Outcome
from moonstead.autonomy.executive.plain import PlainError, from_plain, to_plain
from moonstead.autonomy.executive.plan import Directive, Plan
from moonstead.autonomy.executive.snapshot import Health, Names, Snapshot
from moonstead.errors import InputError, Problem

START_HASH = "0" * 64
_HASH = "hash"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What went into a tick."""

    snapshot: Snapshot
    plan: Plan | None = None
    directives: tuple[Directive, ...] = ()


class Log:
    """Makes the lines of a log; remembers the last hash alone.

    Parameters
    ----------
    names
        The channels of the telemetry; a log is of one dictionary.
    last_hash
        Of the last line, to go on with a log.
    """

    def __init__(self, names: Names, last_hash: str = START_HASH) -> None:
        self.names = names
        self.last_hash = last_hash

    def state(self, executive: Executive) -> bytes:
        """Return a line that holds everything the executive remembers."""
        return self._line({"state": executive.state(), "names": to_plain(self.names)})

    def tick(self, inputs: Inputs, outcome: Outcome) -> bytes:
        """Return the line of a tick."""
        row: dict[str, Any] = {"snapshot": _snapshot_row(inputs.snapshot), **_came_of(outcome)}
        if inputs.plan is not None:
            row["plan"] = to_plain(inputs.plan)
        if inputs.directives:
            row["directives"] = to_plain(inputs.directives)
        return self._line(row)

    def _line(self, row: dict[str, Any]) -> bytes:
        line, self.last_hash = _chained(row, self.last_hash)
        return line


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of a log that was carried out again."""

    last_hash: str
    """Of the last line that can be read, to go on with the log."""
    ticks: int
    torn: bool
    """The last line is cut short, as by a kill in the middle of writing; it was passed over."""
    faults: tuple[Problem, ...] = ()


def replay(lines: Iterable[bytes], executive: Executive) -> Replay:
    """Carry out a log again and compare: the same inputs must give what was logged.

    Parameters
    ----------
    lines
        Of one log, whole or from a line with a state on.
    executive
        With the settings of the one that was logged, as it was before the first line; a first line
        with a state brings that with it.

    Raises
    ------
    InputError
        If a line was changed, is missing or out of place, or if the inputs give something else than
        what was logged.
    """
    rows, last_hash, torn, faults = _read(list(lines))
    if faults:
        raise InputError(faults)
    ticks = 0
    for k, row in rows:
        if "state" in row and k > 0:
            if executive.state() != row["state"]:
                raise InputError(_wrong(k, "", "the state that was logged; it is another"))
            continue
        told = _carry_out(k, row, executive)
        ticks += "state" not in row
        if told is not None:
            raise InputError(told)
    return Replay(last_hash, ticks, torn)


def restart(lines: Iterable[bytes], executive: Executive) -> Replay:
    """Bring an executive to where its log ends, after a kill; never gives up.

    Begins at the last line with a state that can be read. A tick that cannot be read counts as one
    that was skipped, and is told.

    Parameters
    ----------
    lines
        Of one log, whole or from any line on.
    executive
        With the settings of the one that was logged.
    """
    rows, last_hash, torn, faults = _read(list(lines))
    begin = max((n for n, (_, row) in enumerate(rows) if "state" in row), default=0)
    ticks = 0
    for k, row in rows[begin:]:
        told = _carry_out(k, row, executive)
        ticks += "state" not in row
        if told is not None:
            faults.append(told)
    return Replay(last_hash, ticks, torn, tuple(faults))


def _carry_out(k: int, row: dict[str, Any], executive: Executive) -> Problem | None:
    """Take a row's state, or carry out its tick; return what is wrong with it."""
    try:
        if "state" in row:
            executive.restore(row["state"])
            executive.names = from_plain(Names, row["names"])
            return None
        inputs = _inputs(row, executive.names)
    except InputError as error:
        return _wrong(k, str(error), "a state as this version writes it")
    except (PlainError, KeyError, TypeError, ValueError, IndexError) as error:
        return _wrong(k, str(error), "a line as this version writes it")
    outcome = executive.tick(inputs.snapshot, inputs.plan, inputs.directives)
    for name, value in _came_of(outcome).items():
        if value != row.get(name):
            remedy = f"the {name} that were logged; the inputs, the settings or the program differ"
            return _wrong(k, _short(value), remedy)
    return None


def _came_of(outcome: Outcome) -> dict[str, Any]:
    """Return what is logged of an outcome; orders that go on as they are need not be told."""
    return {
        "believed": outcome.believed,
        "orders": [order.id for order in outcome.orders],
        "transitions": to_plain(outcome.transitions),
        "notices": to_plain(outcome.notices),
    }


def _chained(row: dict[str, Any], last_hash: str) -> tuple[bytes, str]:
    body = json.dumps(row, sort_keys=True, separators=(",", ":"), allow_nan=False)
    digest = hashlib.sha256(last_hash.encode() + body.encode()).hexdigest()
    return f'{{"{_HASH}":"{digest}","after":"{last_hash}","row":{body}}}\n'.encode(), digest


_Rows = list[tuple[int, dict[str, Any]]]


def _read(lines: Sequence[bytes]) -> tuple[_Rows, str, bool, list[Problem]]:
    """Return rows as they were written, the last hash, if one is torn, and what is wrong."""
    rows: _Rows = []
    faults: list[Problem] = []
    last_hash = ""
    for k, line in enumerate(lines):
        if k == len(lines) - 1 and not line.endswith(b"\n"):
            return rows, last_hash or START_HASH, True, faults
        try:
            told = json.loads(line)
            row, after = told["row"], told["after"]
            again, digest = _chained(row, after)
        except (ValueError, KeyError, TypeError, RecursionError):
            faults.append(_wrong(k, _short(line), "a line of JSON as it was written"))
            continue
        if again != line:
            faults.append(_wrong(k, _short(line), "unchanged; its hash is another"))
            continue
        if last_hash and after != last_hash:
            faults.append(_wrong(k, after, f"to follow the line with the hash {last_hash}"))
        rows.append((k, row))
        last_hash = digest
    return rows, last_hash or START_HASH, False, faults


def _snapshot_row(snapshot: Snapshot) -> list[Any]:
    return [
        to_plain(snapshot.t_s),
        # A sum is finite only if all that is in it is.
        [row if isfinite(sum(row)) else to_plain(row) for row in snapshot.values],
        [int(snapshot.sun_seen), int(snapshot.earth_seen), int(snapshot.earth_heard)],
        snapshot.mode,
        sorted(snapshot.allowed),
        to_plain((snapshot.margin_fraction, snapshot.spare_j, snapshot.surplus_w)),
        to_plain(snapshot.health),
        to_plain(snapshot.room),
        snapshot.system_fault,
    ]


def _inputs(row: dict[str, Any], names: Names) -> Inputs:
    """Return the inputs of a row."""
    t_s, values, seen, mode, allowed, energy, health, room, fault = row["snapshot"]
    margin_fraction, spare_j, surplus_w = from_plain(tuple[float, float, float], energy)
    snapshot = Snapshot(
        t_s=from_plain(float, t_s),
        names=names,
        values=from_plain(tuple[tuple[float, ...], ...], values),
        sun_seen=bool(seen[0]),
        earth_seen=bool(seen[1]),
        earth_heard=bool(seen[2]),
        mode=from_plain(str, mode),
        allowed=frozenset(from_plain(list[int], allowed)),
        margin_fraction=margin_fraction,
        spare_j=spare_j,
        surplus_w=surplus_w,
        health=from_plain(dict[str, Health], health),
        room=from_plain(dict[str, float], room),
        system_fault=from_plain(str, fault),
    )
    plan = from_plain(Plan | None, row.get("plan"))
    return Inputs(snapshot, plan, from_plain(tuple[Directive, ...], row.get("directives", [])))


def _wrong(k: int, value: str, remedy: str) -> Problem:
    return Problem("log of the executive", f"line {k + 1}", value, remedy)


def _short(value: object) -> str:
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= 200 else text[:200] + "..."
