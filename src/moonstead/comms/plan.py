"""Contact plans: who can send to whom, when, how fast and how far away.

A contact is one-way: in it the source can send to the destination. A link that works both ways is
two contacts. The order of ``nodes`` is the order of node numbers: where the routing rules prefer
the lowest node number, the node that stands first wins.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.errors import InputError, Problem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Columns = dict[str, NDArray[Any]]

PLAN = "contact plan"
# By name: source, destination, start_t_s, end_t_s, rate_bit_per_s, owlt_s, confidence.
ContactRow = tuple[str, str, float, float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ContactPlan:
    """Every contact among a set of nodes, checked, in one order.

    Contacts are sorted by start, end, source and destination, whatever the order they were given
    in, and the arrays cannot be written to. Plans are equal when all their numbers are.

    Parameters
    ----------
    nodes
        Names, each once, in the order of their node numbers.
    source, destination
        Who sends and who receives: places in ``nodes``, shape (n,).
    start_t_s, end_t_s
        First and last instant of sending, TDB seconds past J2000, shape (n,). Two contacts of the
        same source and destination may touch and never overlap.
    rate_bit_per_s
        At which the source sends, shape (n,); 0 is a contact that carries nothing.
    owlt_s
        One-way light time from source to destination, shape (n,).
    confidence
        Probability that the contact takes place, 0 to 1, shape (n,); 1 where it is left out.

    Raises
    ------
    InputError
        With every mistake at once: unknown or doubled nodes, overlaps, contacts that end before
        they begin, negative rates and light times, numbers that are not finite.
    """

    nodes: tuple[str, ...]
    source: IntArray = field(repr=False)
    destination: IntArray = field(repr=False)
    start_t_s: FloatArray = field(repr=False)
    end_t_s: FloatArray = field(repr=False)
    rate_bit_per_s: FloatArray = field(repr=False)
    owlt_s: FloatArray = field(repr=False)
    confidence: FloatArray = field(default_factory=lambda: np.ones(()), repr=False)

    def __post_init__(self) -> None:
        columns = _columns(self)
        problems = [*_wrong_nodes(self.nodes), *_wrong_contacts(self.nodes, columns)]
        if problems:
            raise InputError(problems)
        keys = ("destination", "source", "end_t_s", "start_t_s")
        order = np.lexsort([columns[key] for key in keys])
        for name, values in columns.items():
            ordered = values[order]
            ordered.flags.writeable = False
            object.__setattr__(self, name, ordered)

    def __len__(self) -> int:
        return len(self.source)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ContactPlan):
            return NotImplemented
        return self.nodes == other.nodes and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in COLUMNS
        )

    def __hash__(self) -> int:
        return hash((self.nodes, self.start_t_s.tobytes()))

    @property
    def volume_bit(self) -> FloatArray:
        """What each contact can carry: rate times duration, bit, shape (n,)."""
        return self.rate_bit_per_s * (self.end_t_s - self.start_t_s)

    def rows(self) -> Iterator[ContactRow]:
        """Yield each contact with the names of its nodes, in the order of the plan."""
        columns = [getattr(self, name).tolist() for name in COLUMNS]
        for source, destination, start_t_s, end_t_s, rate, owlt_s, confidence in zip(
            *columns, strict=True
        ):
            names = self.nodes[source], self.nodes[destination]
            yield (*names, start_t_s, end_t_s, rate, owlt_s, confidence)


COLUMNS = (
    "source",
    "destination",
    "start_t_s",
    "end_t_s",
    "rate_bit_per_s",
    "owlt_s",
    "confidence",
)


def plan_of_rows(nodes: Sequence[str], rows: Iterable[ContactRow]) -> ContactPlan:
    """Return the plan of contacts that name their nodes.

    Parameters
    ----------
    nodes
        Names, in the order of their node numbers.
    rows
        For each contact: source, destination, start and end (TDB seconds past J2000), rate
        (bit/s), one-way light time (s) and confidence (0 to 1).

    Raises
    ------
    InputError
        As for `ContactPlan`, and where a contact names a node that is not among the nodes.
    """
    number = {name: k for k, name in enumerate(nodes)}
    given = list(rows)
    problems = [
        Problem(PLAN, f"contact {k}", name, f"no such node; there are: {', '.join(nodes)}")
        for k, row in enumerate(given)
        for name in row[:2]
        if name not in number
    ]
    if problems:
        raise InputError(problems)
    numbers = np.array([row[2:] for row in given], dtype=np.float64).reshape(len(given), 5)
    return ContactPlan(
        nodes=tuple(nodes),
        source=np.array([number[row[0]] for row in given], dtype=np.int64),
        destination=np.array([number[row[1]] for row in given], dtype=np.int64),
        start_t_s=numbers[:, 0],
        end_t_s=numbers[:, 1],
        rate_bit_per_s=numbers[:, 2],
        owlt_s=numbers[:, 3],
        confidence=numbers[:, 4],
    )


def _columns(plan: ContactPlan) -> Columns:
    columns = {
        name: np.array(
            getattr(plan, name), dtype=np.int64 if name in {"source", "destination"} else np.float64
        )
        for name in COLUMNS
    }
    shape = columns["source"].shape
    if columns["confidence"].ndim == 0 and len(shape) == 1:
        columns["confidence"] = np.full(shape, float(columns["confidence"]))
    problems = [
        Problem(PLAN, name, f"shape {values.shape}", f"give one number per contact, shape {shape}")
        for name, values in columns.items()
        if values.shape != shape or values.ndim != 1
    ]
    if problems:
        raise InputError(problems)
    return columns


def _wrong_nodes(nodes: tuple[str, ...]) -> Iterator[Problem]:
    for k, name in enumerate(nodes):
        if not name:
            yield Problem(PLAN, f"nodes[{k}]", '""', "give the node a name")
        elif name in nodes[:k]:
            yield Problem(PLAN, f"nodes[{k}]", name, "this name is taken; give each node its own")


def _wrong_contacts(nodes: tuple[str, ...], columns: Columns) -> Iterator[Problem]:
    source, destination, start, end, rate, owlt, confidence = (columns[name] for name in COLUMNS)
    finite = np.isfinite(start) & np.isfinite(end)
    known = (np.minimum(source, destination) >= 0) & (np.maximum(source, destination) < len(nodes))
    checks = (
        (known, "source, destination", f"number the nodes from 0 to {len(nodes) - 1}"),
        (source != destination, "source, destination", "name two different nodes"),
        (finite, "start_t_s, end_t_s", "give finite times"),
        (~finite | (start < end), "start_t_s, end_t_s", "let the contact end after it begins"),
        (np.isfinite(rate) & (rate >= 0), "rate_bit_per_s", "give a finite rate of at least 0"),
        (np.isfinite(owlt) & (owlt >= 0), "owlt_s", "give a finite time of at least 0"),
        ((confidence >= 0) & (confidence <= 1), "confidence", "give a probability, 0 to 1"),
    )
    for good, names, remedy in checks:
        for k in np.flatnonzero(~good).tolist():
            value = ", ".join(str(columns[name][k].item()) for name in names.split(", "))
            yield Problem(PLAN, f"contact {k}: {names}", value, remedy)
    yield from _overlaps(nodes, columns, np.flatnonzero(known & finite & (start < end)))


def _overlaps(nodes: tuple[str, ...], columns: Columns, among: IntArray) -> Iterator[Problem]:
    source, destination, start, end = (columns[name][among] for name in COLUMNS[:4])
    order = np.lexsort([end, start, destination, source])
    source, destination = source[order], destination[order]
    start, end, among = start[order], end[order], among[order]
    same = (source[1:] == source[:-1]) & (destination[1:] == destination[:-1])
    if not (same & (start[1:] < end[:-1])).any():
        return
    longest = 0  # the contact of the pair so far that ends last
    for k in range(1, len(among)):
        if not same[k - 1]:
            longest = k
            continue
        if start[k] < end[longest]:
            pair = f"{nodes[source[k]]} > {nodes[destination[k]]}"
            yield Problem(
                PLAN,
                f"contact {among[k]}: start_t_s",
                str(start[k].item()),
                f"{pair} overlaps contact {among[longest]}, which ends at {end[longest].item()}; "
                "cut or join them",
            )
        if end[k] > end[longest]:
            longest = k
