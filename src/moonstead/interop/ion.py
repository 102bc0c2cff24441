"""Contact plans of ION: the commands of ``ionrc`` files for ``ionadmin``.

Read are ``a contact`` (bytes per second), ``a range`` (light seconds) and ``@`` (reference time),
as the manual page ionrc(5) tells them. A range of a lower to a higher node number holds both ways,
unless the other way has one of its own. A contact in which the range changes becomes several.
Contacts of a node with itself, registrations (start -1) and hypothetical contacts (stop 0) carry
nothing and are passed over, as are all commands that do not change the plan. Commands that take
something back (``c contact``, ``d contact``, ``d range``) and other regions (``^``) are refused.

Dates are put on the whole seconds of the reference time, so that they meet times relative to it;
that is good to 4 ms, as seconds of UTC and TDB drift against each other by that over the year.
"""

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from moonstead.comms.plan import ContactPlan
from moonstead.environment.timescale import from_utc, to_utc
from moonstead.errors import InputError, Problem
from moonstead.interop.plan_nodes import (
    epoch_of,
    named_plan,
    number_of,
    numbers_of,
    text_of,
    whole_rows,
)

BYTE_BIT = 8
ABSOLUTE = re.compile(r"\d{4}/\d{2}/\d{2}-\d{2}:\d{2}:\d{2}")
RELATIVE = re.compile(r"\+\d{1,12}(\.\d{1,9})?")
IGNORED = frozenset(("?", "h", "q", "1", "e", "v", "m", "i", "l", "s", "x", "r", "t"))
REFUSED = {
    "c contact": "write the contact as it is to be with a contact",
    "d contact": "leave the contact out instead",
    "c range": "write the range as it is to be with a range",
    "d range": "leave the range out instead",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A contact or a range in the file: nodes by number, times in TDB seconds past J2000."""

    line: int
    one: int
    other: int
    start_t_s: float
    end_t_s: float
    value: float
    confidence: float = 1.0


@dataclass(slots=True)
class _Reading:
    file: str
    reference_t_s: float
    problems: list[Problem] = field(default_factory=list)
    contacts: list[Span] = field(default_factory=list)
    ranges: dict[tuple[int, int], list[Span]] = field(default_factory=dict)
    nodes: set[int] = field(default_factory=set)
    region: str = ""

    def wrong(self, line: int, value: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, f"line {line}", value[:60], remedy))


def write_ionrc(
    path: Path, plan: ContactPlan, epoch_utc: str, numbers: Mapping[str, int] | None = None
) -> None:
    """Write a contact plan as ``ionrc`` commands, rounded to what is safe.

    Parameters
    ----------
    path
        The file.
    plan
        The contact plan.
    epoch_utc
        Reference time of the file, in whole seconds.
    numbers
        Node numbers by name; 1, 2, 3 ... in the order of the plan where left out.

    Raises
    ------
    InputError
        Where a node has no number, the numbers do not rise, or a contact begins before the epoch.
    """
    epoch_t_s = epoch_of(epoch_utc)
    number = numbers_of(plan, numbers)
    rows = whole_rows(plan, number, epoch_t_s, BYTE_BIT)
    early = [row for row in rows if row[2] < 0]
    if early:
        remedy = "give an epoch before the first contact; ionrc has no negative times"
        raise InputError(Problem("epoch", "", epoch_utc, remedy))
    lines = [f"# node {k}: {name}" for k, name in zip(number, plan.nodes, strict=True)]
    lines.append(f"@ {to_utc(epoch_t_s):%Y/%m/%d-%H:%M:%S}")
    for source, to, start, end, rate, owlt, confidence in rows:
        sure = "" if confidence == 1.0 else f" {confidence!r}"
        lines.append(f"a range +{start} +{end} {source} {to} {owlt}")
        lines.append(f"a contact +{start} +{end} {source} {to} {rate}{sure}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def read_ionrc(path: Path, epoch_utc: str, names: Mapping[int, str] | None = None) -> ContactPlan:
    """Read a contact plan from ``ionrc`` commands.

    Parameters
    ----------
    path
        The file.
    epoch_utc
        Reference time until the file sets one: when ionadmin was started.
    names
        Nodes by number; a node is called by its number where left out.

    Raises
    ------
    InputError
        With the line and reason of all that is wrong.
    """
    reading = _Reading(str(path), epoch_of(epoch_utc))
    for number, line in enumerate(text_of(path).splitlines(), start=1):
        words = line.split("#", 1)[0].split()
        if words:
            _command(reading, number, words)
    pieces = [] if reading.problems else [p for c in reading.contacts for p in _pieces(reading, c)]
    if reading.problems:
        raise InputError(reading.problems)
    rows = [
        (c.one, c.other, start, end, c.value * BYTE_BIT, owlt_s, c.confidence)
        for c, start, end, owlt_s in pieces
    ]
    places = [f"line {piece[0].line}" for piece in pieces]
    return named_plan(reading.file, rows, places, names, reading.nodes)


def _command(reading: _Reading, line: int, words: list[str]) -> None:
    told = " ".join(words)
    kind = " ".join(words[:2])
    if kind in {"a contact", "a range"}:
        _add(reading, line, words)
    elif kind in REFUSED:
        reading.wrong(line, told, REFUSED[kind])
    elif words[0] == "@" and len(words) > 1:
        reading.reference_t_s = _time(reading, line, words[1], exact=True)
    elif words[0] == "^":
        region = told[1:].strip()
        if reading.region not in {"", region}:
            reading.wrong(line, told, "one plan has one region; write each to its own file")
        reading.region = region
    elif words[0] not in IGNORED:
        reading.wrong(line, told, "write a contact, a range, @ or a comment")


def _add(reading: _Reading, line: int, words: list[str]) -> None:
    contact = words[1] == "contact"
    given = words[2:]
    if not (len(given) == 5 or (contact and len(given) == 6)):
        rest = "SOURCE DEST BYTES_PER_S [CONFIDENCE]" if contact else "ONE OTHER LIGHT_S"
        reading.wrong(line, " ".join(words), f"write a {words[1]} START STOP {rest}")
        return
    one, other = (int(word) if re.fullmatch(r"[1-9]\d{0,17}", word) else 0 for word in given[2:4])
    if not (one and other):
        reading.wrong(line, " ".join(given[2:4]), "write two node numbers from 1 on")
        return
    reading.nodes |= {one, other}
    if contact and (given[0] == "-1" or given[1] == "0" or one == other):
        return
    numbers = [number_of(word) for word in given[4:]]
    if any(math.isnan(value) or value < 0 for value in numbers):
        reading.wrong(line, " ".join(given[4:]), "write finite numbers of at least 0")
        return
    start_t_s, end_t_s = (_time(reading, line, word) for word in given[:2])
    if not start_t_s < end_t_s:
        if not math.isnan(start_t_s + end_t_s):
            reading.wrong(line, " ".join(given[:2]), "let it end after it begins")
        return
    span = Span(line, one, other, start_t_s, end_t_s, *numbers)
    if contact:
        reading.contacts.append(span)
    else:
        reading.ranges.setdefault((one, other), []).append(span)


def _time(reading: _Reading, line: int, word: str, *, exact: bool = False) -> float:
    if RELATIVE.fullmatch(word):
        return reading.reference_t_s + float(word[1:])
    date, _, clock = word.partition("-")
    with suppress(ValueError):
        t_s = from_utc(f"{date.replace('/', '-')}T{clock}Z" if ABSOLUTE.fullmatch(word) else "")
        whole_t_s = reading.reference_t_s + round(t_s - reading.reference_t_s)
        return t_s if exact else whole_t_s
    reading.wrong(line, word, "write yyyy/mm/dd-hh:mm:ss or +seconds")
    return math.nan


def _pieces(reading: _Reading, contact: Span) -> list[tuple[Span, float, float, float]]:
    """Cut a contact where its range changes."""
    own = reading.ranges.get((contact.one, contact.other), [])
    back: list[Span] = []
    if contact.one > contact.other:  # a range holds both ways if it is from the lower number
        back = reading.ranges.get((contact.other, contact.one), [])
    edges = {contact.start_t_s, contact.end_t_s}
    for r in own + back:
        edges |= {t for t in (r.start_t_s, r.end_t_s) if contact.start_t_s < t < contact.end_t_s}
    times = sorted(edges)
    pieces: list[tuple[Span, float, float, float]] = []
    for start_t_s, end_t_s in pairwise(times):
        of = _range_at(own, start_t_s) or _range_at(back, start_t_s)
        if of is None:
            remedy = f"add a range of nodes {contact.one} and {contact.other} for all of its time"
            reading.wrong(contact.line, "no range", remedy)
            return []
        if pieces and pieces[-1][3] == of.value:
            start_t_s = pieces.pop()[1]  # noqa: PLW2901 - the piece goes on
        pieces.append((contact, start_t_s, end_t_s, of.value))
    return pieces


def _range_at(ranges: list[Span], t_s: float) -> Span | None:
    return next((r for r in ranges if r.start_t_s <= t_s < r.end_t_s), None)
