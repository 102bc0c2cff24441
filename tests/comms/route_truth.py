"""Routing written plainly: every path there is, judged by the standard's rules one by one."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st

from moonstead.comms.plan import ContactPlan, plan_of_rows

Path = tuple[int, ...]
Piece = tuple[float, float | None, Path]
"""Size, arrival (None where no path brings it in time) and path."""


def all_paths(plan: ContactPlan, source: int, destination: int) -> Iterator[Path]:
    """Yield every sequence of contacts that visits no node twice, whatever its times."""

    def longer(path: Path, at: int, seen: frozenset[int]) -> Iterator[Path]:
        if at == destination:
            yield path
            return
        for k in range(len(plan)):
            to = int(plan.destination[k])
            if plan.source[k] == at and to not in seen:
                yield from longer((*path, k), to, seen | {to})

    yield from longer((), source, frozenset({source}))


@dataclass
class Truth:
    """What is left of a plan, as the standard keeps it."""

    plan: ContactPlan
    margin: float
    volume: list[list[float]] = field(default_factory=list)
    waiting: dict[int, list[tuple[float, float, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.volume = [[v] * 3 for v in self.plan.volume_bit.tolist()]

    def free_t_s(self, k: int, priority: int) -> float:
        """When what waits for a contact with this priority or a higher one will have been sent."""
        free = -math.inf
        for now, size, other in self.waiting.get(k, []):
            if other >= priority:
                free = max(free, now, self.plan.start_t_s[k]) + size / self.plan.rate_bit_per_s[k]
        return free

    def arrival(self, path: Path, now: float, size: float, priority: int) -> float | None:
        """Return the projected arrival (3.2.6.7), or None where the path is no candidate."""
        plan = self.plan
        firsts, arrival = [], now
        for hop, k in enumerate(path):
            first = max(arrival, plan.start_t_s[k])  # 3.2.6.3
            if hop == 0:
                first = max(first, self.free_t_s(k, priority))  # 3.2.6.2
            if plan.rate_bit_per_s[k] == 0:
                return None
            last = first + size / plan.rate_bit_per_s[k]  # 3.2.6.4
            if first >= plan.end_t_s[k]:
                return None
            firsts.append(first)
            arrival = last + plan.owlt_s[k] * (1.0 + self.margin)  # 3.2.6.6
        limit = math.inf
        for hop, k in enumerate(path):
            stop = min(plan.end_t_s[j] for j in path[hop:])  # 3.2.6.8.6
            room = (stop - firsts[hop]) * plan.rate_bit_per_s[k]  # 3.2.6.8.7
            limit = min(limit, room, self.volume[k][priority])  # 3.2.6.8.9, 3.2.6.8.10
        slack = 1e-6 * max(size, 1.0)
        return None if limit < size - slack else float(arrival)  # 3.2.6.9

    def best(
        self,
        source: int,
        destination: int,
        now: float,
        size: float,
        priority: int,
        entries: frozenset[int] | None = None,
    ) -> tuple[float, Path] | None:
        """Return the best of all candidates by 3.2.8.1.4, arrivals equal within a nanosecond.

        Where entry nodes are given, of those that lead to one of them.
        """
        found = [
            (arrival, path)
            for path in all_paths(self.plan, source, destination)
            if (arrival := self.arrival(path, now, size, priority)) is not None
            and (entries is None or int(self.plan.destination[path[0]]) in entries)
        ]
        if not found:
            return None
        least = min(arrival for arrival, _ in found)
        return min(
            ((arrival, path) for arrival, path in found if arrival <= least + 1e-9),
            key=lambda item: (
                len(item[1]),
                -min(self.plan.end_t_s[k] for k in item[1]),
                self.plan.destination[item[1][0]],
            ),
        )

    def book(self, path: Path, now: float, size: float, priority: int) -> None:
        """Take the volume of a path (3.2.8.1.2)."""
        for k in path:
            for below in range(priority + 1):
                self.volume[k][below] -= size
        self.waiting.setdefault(path[0], []).append((now, size, priority))

    def fragments(
        self,
        source: int,
        destination: int,
        now: float,
        size: float,
        priority: int,
        deadline: float,
    ) -> list[Piece]:
        """Return what a bundle that may be cut becomes, and book it.

        Whole, where a path brings it in time. Otherwise the path that is best for the least
        fragment takes the most whole bits that it brings in time, found by trying all, and so on
        with the rest.
        """
        least = max(math.ceil(size / 64), 1)
        pieces: list[Piece] = []
        while True:
            best = self.best(source, destination, now, size, priority)
            part = size
            if best is None or best[0] > deadline:
                best = self.best(source, destination, now, least, priority)
                if best is None or best[0] > deadline or size < 2 * least:
                    return [*pieces, (size, None, ())]
                part = self.most(best[1], now, size - least, priority, deadline)
                best = self.arrival(best[1], now, part, priority), best[1]
            self.book(best[1], now, part, priority)
            pieces.append((part, *best))
            size -= part
            if size <= 0:
                return pieces

    def most(self, path: Path, now: float, limit: float, priority: int, deadline: float) -> float:
        """Return the most whole bits up to a limit that a path brings in time."""
        for part in range(math.floor(limit), 0, -1):
            arrival = self.arrival(path, now, part, priority)
            if arrival is not None and arrival <= deadline:
                return part
        raise AssertionError("the path brings the least fragment")

    def copies(
        self,
        source: int,
        destination: int,
        now: float,
        size: float,
        priority: int,
        deadline: float,
    ) -> list[Piece]:
        """Return the path of a critical bundle over each neighbour (3.2.8.1.3), and book them.

        The best goes first; each further one has what those before it left.
        """
        left = frozenset(range(len(self.plan.nodes))) - {source}
        pieces: list[Piece] = []
        while True:
            best = self.best(source, destination, now, size, priority, left)
            if best is None or best[0] > deadline:
                return pieces or [(size, None, ())]
            self.book(best[1], now, size, priority)
            pieces.append((size, *best))
            left -= {int(self.plan.destination[best[1][0]])}


NODES = ("a", "b", "c", "d")
LINKS = tuple((a, b) for a in range(4) for b in range(4) if a != b)
TO_THE_LAST = ((0, 1), (0, 2), (0, 3), (1, 3), (2, 3), (1, 2))


@st.composite
def small_plans(
    draw: st.DrawFn, least: int = 1, most: int = 9, links: tuple[tuple[int, int], ...] = LINKS
) -> ContactPlan:
    """Draw a plan of four nodes; whole numbers, so that equal times are equal."""
    rows = []
    taken: set[tuple[int, int, int]] = set()
    for _ in range(draw(st.integers(least, most))):
        source, to = draw(st.sampled_from(links))
        start = draw(st.integers(0, 11))
        long = draw(st.integers(1, 5))
        span = {(source, to, t) for t in range(start, start + long)}
        if span & taken:
            continue
        taken |= span
        rate = draw(st.sampled_from([0.0, 1.0, 2.0, 4.0]))
        owlt = draw(st.sampled_from([0.0, 0.5, 1.0, 3.0]))
        row = (NODES[source], NODES[to], float(start), float(start + long), rate, owlt, 1.0)
        rows.append(row)
    return plan_of_rows(NODES, rows)
