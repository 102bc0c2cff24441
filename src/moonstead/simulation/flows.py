"""The compiled flows of one step: what the granted power does, and where everything goes.

Every flow is added to the ledger from its own place, so that the balances checked after a run
(`moonstead.simulation.balance`) are not true by construction.
"""

import math

from moonstead.compiled import inlined
from moonstead.simulation.memory import Heat, Power, RecordArray
from moonstead.simulation.network import Wiring


@inlined
def use(wiring: Wiring, power: Power, link: RecordArray, heat: Heat, dt_s: float) -> None:
    """Turn what is granted to loads whose demand varies into heat, and power for other buses."""
    for j in range(wiring.varying_ptr[wiring.n_islands]):
        i = wiring.varying[j]
        heat.heat_w[power.node[i]] += power.granted_w[i] * power.heat_fraction[i]
    for k in range(link.shape[0]):
        cable = link[k]
        cable.delivered_j += cable.arrives_w * dt_s
        heat.heat_w[power.node[cable.load]] += power.granted_w[cable.load] - cable.arrives_w


@inlined
def book(power: Power, dt_s: float) -> None:
    """Book what the loads used."""
    for i in range(power.node.shape[0]):
        granted_w = power.granted_w[i]
        power.used_j[i] += granted_w * dt_s
        power.running_s[i] += dt_s if granted_w > 0.0 else 0.0


@inlined
def do_work(  # noqa: PLR0913, PLR0917
    work: RecordArray,
    load: RecordArray,
    power: Power,
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
            granted_w = power.granted_w[w.load]
            is_on = granted_w > 0.0
            if granted_w < power.demand_w[w.load]:
                duty = max(granted_w / one.power_w - w.idle, 0.0) / (1.0 - w.idle)
        elif is_on:
            power.running_s[w.load] += dt_s
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
            moved_kg = flow[f].step_kg * duty
            t = tank[flow[f].tank]
            t.kg += moved_kg
            if moved_kg > 0.0:
                t.in_kg += moved_kg
            else:
                t.out_kg -= moved_kg
        for n in range(w.need_begin, w.need_end):
            pool[need[n].pool].used_s += need[n].amount * duty * dt_s
        if w.reaction_heat_w != 0.0:
            heat.heat_w[power.node[w.load]] += w.reaction_heat_w * duty
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
