"""Routing written plainly: every path there is, judged by the standard's rules one by one."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st

from moonstead.comms.plan import ContactPlan, plan_of_rows

Path = tuple[int, ...]


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
        self, source: int, destination: int, now: float, size: float, priority: int
    ) -> tuple[float, Path] | None:
        """Return the best of all candidates by 3.2.8.1.4, arrivals equal within a nanosecond."""
        found = [
            (arrival, path)
            for path in all_paths(self.plan, source, destination)
            if (arrival := self.arrival(path, now, size, priority)) is not None
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


NODES = ("a", "b", "c", "d")


@st.composite
def small_plans(draw: st.DrawFn, most: int = 9) -> ContactPlan:
    """Draw a plan of four nodes; whole numbers, so that equal times are equal."""
    rows = []
    taken: set[tuple[int, int, int]] = set()
    for _ in range(draw(st.integers(1, most))):
        source = draw(st.integers(0, 3))
        to = (source + draw(st.integers(1, 3))) % 4
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
