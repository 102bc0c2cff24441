"""How something sent alone would go: hop by hop, each with its times."""

from typing import NamedTuple

import numpy as np

from moonstead.comms.plan import ContactPlan
from moonstead.comms.routing.bundles import Bundles
from moonstead.comms.routing.forward import forward


class Hop(NamedTuple):
    """One hop of a way: when sending begins, where it leads, and when all is there.

    Times are TDB seconds past J2000.
    """

    leaves_t_s: float
    to: str
    arrives_t_s: float


def way_over(
    plan: ContactPlan, source: str, destination: str, bit: float, from_t_s: float
) -> tuple[Hop, ...]:
    """Return the way of a single bundle.

    Parameters
    ----------
    plan
        The contacts.
    source, destination
        Names of nodes.
    bit
        Its size.
    from_t_s
        When the source has it, TDB seconds past J2000.

    Returns
    -------
    tuple of Hop
        Empty where there is no way.
    """
    bundle = Bundles(
        source=np.array([plan.nodes.index(source)]),
        destination=np.array([plan.nodes.index(destination)]),
        size_bit=np.array([bit]),
        created_t_s=np.array([from_t_s]),
    )
    result = forward(plan, bundle)
    ready_t_s, hops = from_t_s, []
    for k in result.contacts[0, : result.hops[0]].tolist():
        leaves_t_s = max(ready_t_s, float(plan.start_t_s[k]))
        sending_s = bit / float(plan.rate_bit_per_s[k])
        ready_t_s = leaves_t_s + sending_s + float(plan.owlt_s[k])
        hops.append(Hop(leaves_t_s, plan.nodes[plan.destination[k]], ready_t_s))
    return tuple(hops)
