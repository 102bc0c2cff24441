"""The compiled dispatch of electric islands: who gets power, and from where.

An island is a bus, or several joined by closed ties. Rule: (1) An island asks its feeding links,
in the order of their names, for what its own sources do not cover and for what its stores would
take. (2) From the feeding islands outward, loads are granted in order of priority from sources,
links and stores together; a load that is not divisible gets all or nothing. (3) From the fed
islands inward, flows settle: sources first, then the links, then stores in their order; what is
left charges the stores in the same order; the rest is spilled.

Limit: what a link was granted and cannot use (the load it was for needs more than it may bring)
charges the stores or is spilled; it is not granted to other loads in the same step, nor asked of
another link.

``island_w`` holds, for each island, what its sources offer, what its loads were granted, and what
those loads ask for whose demand stands between commands. ``short_from`` holds the place in
``wiring.load`` of the first load that was short in the last step.
"""

import math
from typing import Any

from moonstead.compiled import inlined
from moonstead.simulation.memory import Heat, Power, RecordArray
from moonstead.simulation.network import FloatArray, PlaceArray, Wiring

SUPPLY, USED, STEADY = 0, 1, 2
"""Rows of ``island_w``."""
MOSTLY_ROUNDING = 1e-3
"""A difference that is a smaller part of what it was taken from is added up anew."""


@inlined
def add_up_steady(
    wiring: Wiring, power: Power, heat: Heat, island_w: FloatArray, short_from: PlaceArray
) -> None:
    """Add up what stands until something is commanded or lost; what was granted is not known."""
    for n in range(heat.steady_w.shape[0]):
        heat.steady_w[n] = 0.0
    for k in range(wiring.n_islands):
        steady_w = 0.0
        for j in range(wiring.load_ptr[k], wiring.load_ptr[k + 1]):
            i = wiring.load[j]
            steady_w += (1.0 - power.varies[i]) * power.demand_w[i]
            heat.steady_w[power.node[i]] += power.steady_heat[i] * power.demand_w[i]
        island_w[STEADY, k] = steady_w
        short_from[k] = wiring.load_ptr[k]


@inlined
def arriving_w(efficiency: float, loss_per_w: float, sent_w: float) -> float:
    """Return what comes out of a link at its far end."""
    return sent_w * (efficiency - loss_per_w * sent_w)


@inlined
def sending_w(efficiency: float, loss_per_w: float, wanted_w: float) -> float:
    """Return what must be put into a link for that to come out; its best where that is less."""
    if loss_per_w == 0.0:
        return wanted_w / efficiency
    root = efficiency * efficiency - 4.0 * loss_per_w * wanted_w
    # The stable form of the smaller root of loss p^2 - efficiency p + wanted = 0.
    return 2.0 * wanted_w / (efficiency + math.sqrt(max(root, 0.0)))


@inlined
def request(
    wiring: Wiring,
    source: RecordArray,
    power: Power,
    store: RecordArray,
    link: RecordArray,
    island_w: FloatArray,
) -> None:
    """From the fed islands inward, add up offers, turn what lacks into the demand of links."""
    for k in range(wiring.n_islands - 1, -1, -1):
        offered_w = 0.0
        for j in range(wiring.source_ptr[k], wiring.source_ptr[k + 1]):
            offered_w += source[wiring.source[j]].w
        island_w[SUPPLY, k] = offered_w
        if wiring.feed_ptr[k] == wiring.feed_ptr[k + 1]:
            continue
        want_w = island_w[STEADY, k] - offered_w
        for j in range(wiring.varying_ptr[k], wiring.varying_ptr[k + 1]):
            want_w += power.demand_w[wiring.varying[j]]
        for j in range(wiring.store_ptr[k], wiring.store_ptr[k + 1]):
            want_w += store[wiring.store[j]].charge_now_w
        for j in range(wiring.feed_ptr[k], wiring.feed_ptr[k + 1]):
            cable = link[wiring.feed[j]]
            asked_w = sending_w(cable.efficiency, cable.loss_per_w, max(want_w, 0.0))
            sent_w = min(asked_w, power.full_w[cable.load])
            power.demand_w[cable.load] = sent_w
            want_w -= arriving_w(cable.efficiency, cable.loss_per_w, sent_w)


@inlined
def grant(  # noqa: PLR0913, PLR0917
    wiring: Wiring,
    load: RecordArray,
    power: Power,
    store: RecordArray,
    link: RecordArray,
    island_w: FloatArray,
    heat: Heat,
    short_from: PlaceArray,
    dt_s: float,
) -> None:
    """From the feeding islands outward, grant loads by priority; book what they lack.

    Loads whose demand stands hold what they were granted in the step before, but for those that
    were short then or are now. What these give less than in full is taken from the heat.
    """
    for k in range(wiring.n_islands):
        left_w = island_w[SUPPLY, k]
        for j in range(wiring.feed_ptr[k], wiring.feed_ptr[k + 1]):
            cable = link[wiring.feed[j]]
            sent_w = power.granted_w[cable.load]
            cable.arrives_w = arriving_w(cable.efficiency, cable.loss_per_w, sent_w)
            left_w += cable.arrives_w
        for j in range(wiring.store_ptr[k], wiring.store_ptr[k + 1]):
            left_w += store[wiring.store[j]].discharge_now_w
        used_w = island_w[STEADY, k]
        for j in range(wiring.varying_ptr[k], wiring.varying_ptr[k + 1]):
            demand_w = power.demand_w[wiring.varying[j]]
            power.granted_w[wiring.varying[j]] = demand_w
            used_w += demand_w
        # A rounding error must not shed a load that the supply just covers.
        slack_w = 1e-12 * left_w
        # From the last one: mostly few go short, so that few are looked at.
        end = wiring.load_ptr[k + 1]
        short, all_w = end, used_w
        while short > wiring.load_ptr[k] and used_w > left_w + slack_w:
            short -= 1
            used_w -= power.demand_w[wiring.load[short]]
        if used_w < MOSTLY_ROUNDING * all_w:
            used_w = 0.0
            for j in range(wiring.load_ptr[k], short):
                used_w += power.demand_w[wiring.load[j]]
        for j in range(short_from[k], short):
            power.granted_w[wiring.load[j]] = power.demand_w[wiring.load[j]]
        short_from[k] = short
        left_w -= used_w
        for j in range(short, end):
            i = wiring.load[j]
            demand_w = power.demand_w[i]
            share_w = max(left_w, 0.0) if load[i].divisible else 0.0
            given_w = share_w if demand_w > left_w + slack_w else demand_w
            power.granted_w[i] = given_w
            left_w -= given_w
            used_w += given_w
            lacking_w = demand_w - given_w
            power.unserved_j[i] += power.counts[i] * lacking_w * dt_s
            heat.heat_w[power.node[i]] -= power.steady_heat[i] * lacking_w
        island_w[USED, k] = used_w


@inlined
def _draw(s: Any, drawn_w: float, heat: Heat, dt_s: float) -> None:
    """Draw that much from a source, and age it."""
    s.spilled_j += (s.w - drawn_w) * dt_s
    s.drawn_j += drawn_w * dt_s
    s.w = drawn_w
    s.health *= s.keep
    s.dust += s.dust_per_s * (1.0 - s.dust) * dt_s
    if s.takes_heat:
        heat.taken_w[s.node] += drawn_w


@inlined
def settle(  # noqa: PLR0913, PLR0917
    wiring: Wiring,
    source: RecordArray,
    power: Power,
    store: RecordArray,
    link: RecordArray,
    heat: Heat,
    island_w: FloatArray,
    dt_s: float,
    short_from: PlaceArray,
) -> None:
    """From the fed islands inward, fix the flows.

    Charge and discharge limits become flows, the grant of a link what it really carries. What an
    island draws is shared over its sources in proportion to their offers.
    """
    is_less_sent = False
    for k in range(wiring.n_islands - 1, -1, -1):
        used_w = island_w[USED, k]
        if is_less_sent and short_from[k] < wiring.load_ptr[k + 1]:
            used_w = 0.0
            for j in range(wiring.load_ptr[k], wiring.load_ptr[k + 1]):
                used_w += power.granted_w[wiring.load[j]]
        elif is_less_sent:
            used_w = island_w[STEADY, k]
            for j in range(wiring.varying_ptr[k], wiring.varying_ptr[k + 1]):
                used_w += power.granted_w[wiring.varying[j]]
        offered_w = island_w[SUPPLY, k]
        surplus_w = offered_w - used_w
        if wiring.feed_ptr[k] < wiring.feed_ptr[k + 1]:
            lack_w = -surplus_w
            for j in range(wiring.store_ptr[k], wiring.store_ptr[k + 1]):
                lack_w += store[wiring.store[j]].charge_now_w
            for j in range(wiring.feed_ptr[k], wiring.feed_ptr[k + 1]):
                cable = link[wiring.feed[j]]
                if cable.arrives_w > max(lack_w, 0.0):
                    cable.arrives_w = max(lack_w, 0.0)
                    sent_w = sending_w(cable.efficiency, cable.loss_per_w, cable.arrives_w)
                    power.granted_w[cable.load] = sent_w
                    is_less_sent = True
                lack_w -= cable.arrives_w
                surplus_w += cable.arrives_w
        for j in range(wiring.store_ptr[k], wiring.store_ptr[k + 1]):
            s = store[wiring.store[j]]
            if surplus_w > 0.0:
                s.charge_now_w = min(s.charge_now_w, surplus_w)
                s.discharge_now_w = 0.0
                surplus_w -= s.charge_now_w
            else:
                s.charge_now_w = 0.0
                s.discharge_now_w = min(s.discharge_now_w, -surplus_w)
                surplus_w += s.discharge_now_w
        share = (offered_w - max(surplus_w, 0.0)) / offered_w if offered_w > 0.0 else 0.0
        for j in range(wiring.source_ptr[k], wiring.source_ptr[k + 1]):
            s = source[wiring.source[j]]
            _draw(s, s.w * share, heat, dt_s)
