"""How good a contact plan is: who reaches Earth and when, how much, and what it costs.

A node reaches Earth at an instant when contacts open at that instant lead from it, over other nodes
or not, to a ground station; Earth reaches a node when they lead the other way. Light time is left
out: it shifts both ends of a spell by seconds. Contacts of rate 0 lead nowhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.plan import ContactPlan
from moonstead.errors import InputError, Problem

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

TO_EARTH, FROM_EARTH = "to Earth", "from Earth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How well a node reaches Earth, or Earth the node.

    Parameters
    ----------
    node, direction
        Whose, and `TO_EARTH` or `FROM_EARTH`.
    coverage_share
        Share of the time with a way, 0 to 1.
    longest_gap_s, gap_start_t_s
        The longest time without a way, and when it begins (TDB seconds past J2000). The first of
        several; 0 at the start where there is none.
    volume_bit
        What the node's own contacts can carry: those that it sends in, or those that it receives
        in.
    """

    node: str
    direction: str
    coverage_share: float
    longest_gap_s: float
    gap_start_t_s: float
    volume_bit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StationUse:
    """What a plan asks of a ground station.

    Parameters
    ----------
    station, owner
        Which, and whose it is.
    busy_s
        Time in which it has a contact; contacts at the same time count once.
    received_bit, sent_bit
        What its contacts can carry.
    """

    station: str
    owner: str
    busy_s: float
    received_bit: float
    sent_bit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanQuality:
    """The reach of every node that is no ground station, and the use of every ground station."""

    reaches: tuple[Reach, ...]
    uses: tuple[StationUse, ...]

    def by_owner(self) -> dict[str, StationUse]:
        """Return the use of all ground stations of each owner together."""
        together: dict[str, StationUse] = {}
        for use in self.uses:
            so_far = together.get(use.owner)
            together[use.owner] = StationUse(
                station="all",
                owner=use.owner,
                busy_s=use.busy_s + (so_far.busy_s if so_far else 0.0),
                received_bit=use.received_bit + (so_far.received_bit if so_far else 0.0),
                sent_bit=use.sent_bit + (so_far.sent_bit if so_far else 0.0),
            )
        return together


def plan_quality(
    plan: ContactPlan, start_t_s: float, end_t_s: float, owners: Mapping[str, str]
) -> PlanQuality:
    """Judge a contact plan over a span of time; what contacts have outside of it does not count.

    Parameters
    ----------
    plan
        The contact plan.
    start_t_s, end_t_s
        The span, TDB seconds past J2000.
    owners
        Owner of each ground station of the plan; these nodes are Earth.

    Returns
    -------
    PlanQuality
        Nodes and stations in the order of the plan.

    Raises
    ------
    InputError
        Where the span is none, or an owner is given for a node that is not in the plan.
    """
    problems = [
        Problem("owners", name, "", "no such node in the plan")
        for name in owners
        if name not in plan.nodes
    ]
    if not start_t_s < end_t_s:
        span = f"{start_t_s} to {end_t_s}"
        problems.append(Problem("span", "", span, "let it end after it begins"))
    if problems:
        raise InputError(problems)
    begin = np.clip(plan.start_t_s, start_t_s, end_t_s)
    end = np.clip(plan.end_t_s, start_t_s, end_t_s)
    volume_bit = plan.rate_bit_per_s * (end - begin)
    edges = np.unique(np.concatenate([begin, end, [start_t_s, end_t_s]]))
    first, last = np.searchsorted(edges, begin), np.searchsorted(edges, end)
    works = (plan.rate_bit_per_s > 0) & (first < last)
    earth = np.array([name in owners for name in plan.nodes], dtype=np.bool_)
    reaches = {}
    for direction in (TO_EARTH, FROM_EARTH):
        near, far = plan.source, plan.destination
        if direction == FROM_EARTH:
            near, far = far, near
        spans = [(near[k], far[k], first[k], last[k]) for k in np.flatnonzero(works)]
        ways = _ways(earth, spans, len(edges) - 1)
        for k in np.flatnonzero(~earth).tolist():
            own_bit = float(volume_bit[near == k].sum())
            reaches[k, direction] = _reach(plan.nodes[k], direction, edges, ways[k], own_bit)
    uses = []
    for k in np.flatnonzero(earth).tolist():
        busy = np.zeros(len(edges) - 1, dtype=np.bool_)
        for contact in np.flatnonzero(((plan.source == k) | (plan.destination == k)) & works):
            busy[first[contact] : last[contact]] = True
        use = StationUse(
            station=plan.nodes[k],
            owner=owners[plan.nodes[k]],
            busy_s=float(np.diff(edges)[busy].sum()),
            received_bit=float(volume_bit[plan.destination == k].sum()),
            sent_bit=float(volume_bit[plan.source == k].sum()),
        )
        uses.append(use)
    ordered = tuple(reaches[key] for key in sorted(reaches, key=lambda key: key[0]))
    return PlanQuality(reaches=ordered, uses=tuple(uses))


def _ways(earth: BoolArray, spans: list[tuple[int, int, int, int]], steps: int) -> BoolArray:
    """Return in which steps each node has a way, hop by hop from Earth; shape (nodes, steps)."""
    links: dict[tuple[int, int], BoolArray] = {}
    for near, far, first, last in spans:
        links.setdefault((near, far), np.zeros(steps, dtype=np.bool_))[first:last] = True
    ways = np.repeat(earth[:, np.newaxis], steps, axis=1)
    count = -1
    while count != (count := int(ways.sum())):
        for (near, far), works in links.items():
            ways[near] |= works & ways[far]
    return ways


def _reach(
    node: str, direction: str, edges: FloatArray, way: BoolArray, volume_bit: float
) -> Reach:
    """Measure the steps between edges in which a node has a way."""
    length_s = np.diff(edges)
    closed = np.diff(np.concatenate([[0], (~way).astype(np.int8), [0]]))
    starts, ends = edges[:-1][closed[:-1] == 1], edges[1:][closed[1:] == -1]
    longest = int(np.argmax(ends - starts)) if len(starts) else -1
    return Reach(
        node=node,
        direction=direction,
        coverage_share=float(length_s[way].sum() / (edges[-1] - edges[0])),
        longest_gap_s=float(ends[longest] - starts[longest]) if len(starts) else 0.0,
        gap_start_t_s=float(starts[longest] if len(starts) else edges[0]),
        volume_bit=volume_bit,
    )
