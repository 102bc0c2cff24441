"""What becomes of bundles: they queue, travel and arrive hop by hop under a contact plan.

``forward`` answers for a whole plan at once. A simulation that makes bundles as it goes keeps a
`Progress`: ``begin``, then ``advance`` again and again; the result does not depend on how the time
is cut up.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.plan import ContactPlan
from moonstead.comms.routing.booking import known_for
from moonstead.comms.routing.bundles import Bundles, check_nodes
from moonstead.comms.routing.events import KNOWN, LOST, no_events, push, with_room
from moonstead.comms.routing.forwarding import run_events
from moonstead.comms.routing.graph import OWLT_MARGIN, graph_of, ledger_of
from moonstead.comms.routing.outcome import Arrivals, Progress, arrivals
from moonstead.comms.routing.search import room_for
from moonstead.comms.routing.traffic import no_traffic, site_of, with_bundles
from moonstead.comms.routing.world import World
from moonstead.errors import InputError, Problem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


COPIED = (
    "destination",
    "priority",
    "custody",
    "critical",
    "size_bit",
    "created_t_s",
    "deadline_t_s",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A node or a link that works no more.

    Parameters
    ----------
    node
        The node that is lost, or the source of the link.
    to
        Destination of the link; None where the node is lost with all that it stores.
    lost_t_s
        From when, TDB seconds past J2000. What is sent over it afterwards does not arrive.
    known_t_s
        When all others learn of it and give what counts on it new paths.
    """

    node: int
    lost_t_s: float
    known_t_s: float
    to: int | None = None


def forward(
    plan: ContactPlan,
    bundles: Bundles,
    losses: Iterable[Loss] = (),
    capacity_bit: FloatArray | None = None,
) -> Arrivals:
    """Follow bundles until each has arrived, is lost, or waits for a path that never comes.

    Parameters
    ----------
    plan
        The contact plan.
    bundles
        What is to be carried.
    losses
        What stops working, and when.
    capacity_bit
        Store of each node, shape (nodes,); without limit where left out. A full store refuses: a
        bundle created there, or come without custody, is dropped; one in custody is sent again
        later by the node that has it.

    Raises
    ------
    InputError
        Where a bundle or a loss names a node that is not in the plan, or a loss is known before it
        happens.
    """
    progress = begin(plan, capacity_bit)
    return arrivals(advance(progress, np.inf, bundles, losses))


def begin(plan: ContactPlan, capacity_bit: FloatArray | None = None) -> Progress:
    """Return the nodes of a plan with nothing to carry yet.

    Parameters
    ----------
    plan
        The contact plan.
    capacity_bit
        Store of each node, shape (nodes,); without limit where left out.
    """
    nodes = len(plan.nodes)
    capacity = np.full(nodes, np.inf) if capacity_bit is None else capacity_bit
    if np.shape(capacity) != (nodes,) or not (np.asarray(capacity) >= 0).all():
        remedy = f"give one number of at least 0 per node, shape ({nodes},)"
        raise InputError(Problem("stores", "capacity_bit", f"shape {np.shape(capacity)}", remedy))
    graph = graph_of(plan, OWLT_MARGIN)
    ledger = ledger_of(plan, graph)
    ledger.mark["least_bit"] = np.inf
    site = site_of(ledger.end_t_s, np.array(capacity, dtype=np.float64))
    world = World(
        graph=graph,
        ledger=ledger,
        known=known_for(nodes),
        room=room_for(nodes),
        traffic=no_traffic(16),
        site=site,
        events=no_events(2 * len(plan) + 64),
    )
    return Progress(plan=plan, world=world)


def advance(
    progress: Progress,
    until_t_s: float,
    bundles: Bundles | None = None,
    losses: Iterable[Loss] = (),
) -> Progress:
    """Let time pass.

    Parameters
    ----------
    progress
        As it is now; it is used up, go on with the one that is returned.
    until_t_s
        Up to when, included, TDB seconds past J2000.
    bundles
        New ones, created later than now; they may be created after the end.
    losses
        New ones, that happen later than now.

    Returns
    -------
    Progress
        As it is then. Bundles keep the order in which they were given, over all calls.

    Raises
    ------
    InputError
        As for `forward`, and where a bundle or loss is not later than now.
    """
    world = progress.world
    if bundles is not None and len(bundles):
        check_nodes(bundles, progress.plan)
        _check_later(progress, "bundles", "created_t_s", bundles.created_t_s)
        world = _with_new(world, bundles)
    given = list(losses)
    if given:
        _check_losses(progress, given)
        _take_losses(world, given)
        world = world._replace(events=with_room(world.events, _filled(world) + 2 * len(given)))
        for loss in given:
            if loss.to is None:
                push(world.events, loss.lost_t_s, LOST, loss.node)
            push(world.events, loss.known_t_s, KNOWN, 0)
    while not run_events(world, until_t_s):
        # What needed more room is not told; as much again of both is soon enough.
        traffic = with_bundles(world.traffic, len(world.traffic.bundle))
        events = with_room(world.events, 2 * len(world.events.heap))
        world = world._replace(traffic=traffic, events=events)
    world.traffic.clock["now_t_s"] = max(progress.now_t_s, until_t_s)
    return Progress(plan=progress.plan, world=world)


def _filled(world: World) -> int:
    return int(world.events.filled[0])


def _with_new(world: World, bundles: Bundles) -> World:
    new, old = len(bundles), int(world.traffic.clock["rows"][0])
    given = int(world.traffic.clock["given"][0])
    traffic = with_bundles(world.traffic, new)
    fresh = traffic.bundle[old : old + new]
    for name in COPIED:
        fresh[name] = getattr(bundles, name)
    fresh["least_bit"] = bundles.least_fragment_bit
    fresh["node"], fresh["arrival_t_s"], fresh["following"] = bundles.source, np.inf, -1
    fresh["given"], fresh["pieces"], fresh["next_piece"] = given + np.arange(new), 1, -1
    traffic.first[given : given + new] = np.arange(old, old + new)
    clock = traffic.clock[0]
    coming = np.append(traffic.coming[clock["come"] : clock["coming"]], np.arange(old, old + new))
    coming = coming[np.argsort(traffic.bundle["created_t_s"][coming], kind="stable")]
    traffic.coming[: len(coming)] = coming
    clock["come"], clock["coming"] = 0, len(coming)
    clock["rows"], clock["given"] = old + new, given + new
    least_bit = bundles.least_bit
    if least_bit < world.ledger.mark["least_bit"][0]:  # what was full may have room for these
        world.ledger.mark["least_bit"] = least_bit
        world.ledger.first[:] = world.graph.link["first"][:, np.newaxis]
    return world._replace(traffic=traffic)


def _take_losses(world: World, losses: list[Loss]) -> None:
    source, to = world.graph.contact["source"], world.graph.contact["to"]
    use = world.site.use
    for loss in losses:
        if loss.to is None:
            hit = (source == loss.node) | (to == loss.node)
        else:
            hit = (source == loss.node) & (to == loss.to)
        hit &= use["true_end_t_s"] > loss.lost_t_s
        use["true_end_t_s"][hit] = loss.lost_t_s
        use["known_t_s"][hit] = np.minimum(use["known_t_s"][hit], loss.known_t_s)


def _check_later(progress: Progress, file: str, name: str, times_t_s: FloatArray) -> None:
    late = np.flatnonzero(times_t_s <= progress.now_t_s)
    remedy = f"give a time after {progress.now_t_s}, up to which all is done"
    if len(late):
        raise InputError(
            Problem(file, f"{file}[{k}].{name}", str(times_t_s[k]), remedy) for k in late.tolist()
        )


def _check_losses(progress: Progress, losses: list[Loss]) -> None:
    _check_later(progress, "losses", "lost_t_s", np.array([loss.lost_t_s for loss in losses]))
    count = len(progress.plan.nodes)
    problems = []
    for k, loss in enumerate(losses):
        place = f"losses[{k}]"
        for name, node in (("node", loss.node), ("to", loss.to)):
            if node is not None and not 0 <= node < count:
                remedy = f"give a node of the plan, 0 to {count - 1}"
                problems.append(Problem("losses", f"{place}.{name}", str(node), remedy))
        if not loss.known_t_s >= loss.lost_t_s:
            remedy = "let a loss be known when it happens or later"
            problems.append(Problem("losses", f"{place}.known_t_s", str(loss.known_t_s), remedy))
    if problems:
        raise InputError(problems)
