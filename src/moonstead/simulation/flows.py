"""The compiled flows of one step: what the granted power does, and where everything goes.

Every flow is added to the ledger from its own place, so that the balances checked after a run
(`moonstead.simulation.balance`) are not true by construction.
"""

import math

from moonstead.compiled import inlined
from moonstead.simulation.dispatch import OFFERED, SUPPLY
from moonstead.simulation.memory import Heat, RecordArray
from moonstead.simulation.network import FloatArray, Wiring


@inlined
def draw(
    wiring: Wiring, source: RecordArray, heat: Heat, island_w: FloatArray, dt_s: float
) -> None:
    """Share what an island draws over its sources in proportion to their offers; age them."""
    for k in range(wiring.n_islands):
        offered_w = island_w[OFFERED, k]
        share = island_w[SUPPLY, k] / offered_w if offered_w > 0.0 else 0.0
        for j in range(wiring.source_ptr[k], wiring.source_ptr[k + 1]):
            s = source[wiring.source[j]]
            drawn_w = s.w * share
            s.spilled_j += (s.w - drawn_w) * dt_s
            s.drawn_j += drawn_w * dt_s
            s.w = drawn_w
            s.health *= s.keep
            s.dust += s.dust_per_s * (1.0 - s.dust) * dt_s
            if s.takes_heat:
                heat.taken_w[s.node] += drawn_w


@inlined
def use(load: RecordArray, link: RecordArray, heat: Heat, dt_s: float) -> None:
    """Turn what the loads are granted into heat, and power for other buses."""
    for i in range(load.shape[0]):
        one = load[i]
        power_w = one.granted_w
        if one.demand_w > power_w:
            one.unserved_j += one.counts * (one.demand_w - power_w) * dt_s
        if power_w > 0.0:
            one.used_j += power_w * dt_s
            one.running_s += dt_s
            heat.heat_w[one.node] += power_w * one.heat_fraction
    for k in range(link.shape[0]):
        cable = link[k]
        end = load[cable.load]
        cable.delivered_j += cable.arrives_w * dt_s
        heat.heat_w[end.node] += end.granted_w - cable.arrives_w


@inlined
def do_work(  # noqa: PLR0913, PLR0917
    work: RecordArray,
    load: RecordArray,
    flow: RecordArray,
    need: RecordArray,
    tank: RecordArray,
    pool: RecordArray,
    source: RecordArray,
    heat: Heat,
    dt_s: float,
) -> None:
    """Move the commodities of every converter, and do every piece of work."""
    for k in range(work.shape[0]):
        w = work[k]
        one = load[w.load]
        duty = w.asked
        is_on = duty > 0.0
        if one.power_w > 0.0:
            is_on = one.granted_w > 0.0
            if one.granted_w < one.demand_w:
                duty = max(one.granted_w / one.power_w - w.idle, 0.0) / (1.0 - w.idle)
        elif is_on:
            one.running_s += dt_s
        w.run_s = w.run_s + dt_s if is_on else 0.0
        if w.warm_up_s > 0.0:
            if w.warm_s < w.warm_up_s:
                duty = 0.0
            change_s = dt_s if is_on else -dt_s
            w.warm_s = min(max(w.warm_s + change_s, 0.0), w.warm_up_s)
        w.duty = duty
        if duty <= 0.0:
            continue
        w.done_s += duty * dt_s
        for f in range(w.flow_begin, w.flow_end):
            moved_kg = flow[f].kg_per_s * one.gain * duty * dt_s
            t = tank[flow[f].tank]
            t.kg += moved_kg
            if moved_kg > 0.0:
                t.in_kg += moved_kg
            else:
                t.out_kg -= moved_kg
        for n in range(w.need_begin, w.need_end):
            pool[need[n].pool].used_s += need[n].amount * duty * dt_s
        if w.reaction_heat_w != 0.0:
            heat.heat_w[one.node] += w.reaction_heat_w * duty
        if w.cleans >= 0:
            source[w.cleans].dust *= math.exp(-w.cleaning_per_s * duty * dt_s)


@inlined
def move_stores(
    store: RecordArray, reactant: RecordArray, tank: RecordArray, heat: Heat, dt_s: float
) -> None:
    """Charge, discharge, leak and age the stores."""
    per_s = 1.0 / dt_s
    for k in range(store.shape[0]):
        s = store[k]
        put_j = s.charge_now_w * s.charge_efficiency * dt_s
        took_j = s.discharge_now_w * s.taken_s
        # What was put in and taken out first: a leak only ever takes a share of what is left.
        left_j = max(s.energy_j + put_j - took_j, 0.0)
        leak_j = s.leak_share * left_j
        loss_j = s.charge_now_w * dt_s - put_j + took_j - s.discharge_now_w * dt_s + leak_j
        faded_j = s.fade_j + s.cycle_fade * took_j
        s.capacity_j = max(s.capacity_j - faded_j, 0.0)
        over_j = max(left_j - leak_j - s.capacity_j, 0.0)
        s.energy_j = left_j - leak_j - over_j
        loss_j += over_j
        s.charged_j += s.charge_now_w * dt_s
        s.discharged_j += s.discharge_now_w * dt_s
        s.loss_j += loss_j
        heat.heat_w[s.node] += loss_j * per_s
        for j in range(s.reactant_begin, s.reactant_end):
            r = reactant[j]
            moved_kg = r.kg_per_j * (put_j - took_j)
            t = tank[r.tank]
            t.kg += moved_kg
            if moved_kg > 0.0:
                t.in_kg += moved_kg
            else:
                t.out_kg -= moved_kg


@inlined
def lose(tank: RecordArray, heat: Heat, dt_s: float) -> None:
    """Let go what relief valves, leaks and boiling let go to space."""
    for k in range(tank.shape[0]):
        t = tank[k]
        most_kg = t.capacity_kg * t.scale
        if t.relief and t.kg > most_kg:
            t.lost_kg += t.kg - most_kg
            t.kg = most_kg
        leak_per_s = t.leak_per_s + t.hole_per_s
        if leak_per_s + t.boils_kg_per_s_k <= 0.0:
            continue
        lost_kg = -math.expm1(-leak_per_s * dt_s) * t.kg
        if t.boils_kg_per_s_k > 0.0:
            warm_k = heat.temperature_k[t.node] - t.boiling_k
            boiled_kg = t.boils_kg_per_s_k * max(warm_k, 0.0) * dt_s
            lost_kg += min(boiled_kg, t.kg - lost_kg)
        t.kg -= lost_kg
        t.lost_kg += lost_kg
