"""The compiled first half of a step: what is on offer, and what is asked for.

Rules. A source offers its driver's power times its health, what dust lets through, its
temperature factor and the level it has reached. A load asks for its commanded level; a thermostat
scales it. Converters and activities ask in order of priority and name, each for what the tanks and
pools still hold after those before it; an indivisible one asks for its whole level or nothing. What
is made in a step can be used in the next. Stores that run on reactants have what converters leave.
"""

import numpy as np

from moonstead.compiled import inlined
from moonstead.simulation.memory import NO_SERIES, Heat, Power, RecordArray
from moonstead.simulation.network import FloatArray, PlaceArray

WHOLE = 1.0 - 1e-9
"""An indivisible load that could have this share of its level has it all: rounding is no lack."""


@inlined
def offer(
    source: RecordArray,
    heat: Heat,
    series: FloatArray,
    columns: PlaceArray,
    step: int,
    dt_s: float,
) -> None:
    """Find the power on offer from each source."""
    for k in range(source.shape[0]):
        s = source[k]
        ramp = s.ramp_per_s * dt_s
        if ramp > 0.0:
            s.output += min(max(s.level - s.output, -ramp), ramp)
        else:
            s.output = s.level
        warm_k = heat.temperature_k[s.node] - s.reference_temperature_k
        factor = max(1.0 + s.temperature_coefficient_per_k * warm_k, 0.0)
        share = s.health * (1.0 - s.dust) * s.output * s.scale
        rated_w = series[step, columns[k]]
        s.w = rated_w * factor * share
        if s.heat_per_w > 0.0:
            heat.heat_w[s.node] += rated_w * s.output * s.scale * s.heat_per_w


@inlined
def prepare(
    load: RecordArray,
    power: Power,
    work: RecordArray,
    flow: RecordArray,
    link: RecordArray,
    heat: Heat,
    dt_s: float,
) -> None:
    """Find what stays the same over steps between which nothing is commanded.

    What a plain load asks for is set here once; heaters, work and links ask anew at every step,
    except links that feed nothing.
    """
    for i in range(load.shape[0]):
        one = load[i]
        power.full_w[i] = one.power_w * one.level * one.scale
        power.demand_w[i] = power.full_w[i]
    for k in range(work.shape[0]):
        gain_s = load[work[k].load].gain * dt_s
        for f in range(work[k].flow_begin, work[k].flow_end):
            flow[f].step_kg = flow[f].kg_per_s * gain_s
    for k in range(link.shape[0]):
        power.demand_w[link[k].load] = 0.0
        link[k].arrives_w = 0.0
    for k in range(heat.temperature_k.shape[0]):
        heat.heat_w[k] = 0.0
        heat.taken_w[k] = 0.0
        radiating = heat.radiating_w_per_k4[k] * heat.radiating[k]
        heat.coefficient_w_per_k4[k] = radiating * heat.scale[k]


@inlined
def ask(power: Power, heater: RecordArray, heat: Heat) -> None:
    """Find what each heater would take now.

    The way out of the loop is never taken: see `moonstead.simulation.heat.impose`.
    """
    for k in range(heater.shape[0]):
        h = heater[k]
        if h.load == NO_SERIES:
            break
        cold_k = h.setpoint_k - heat.temperature_k[power.node[h.load]]
        power.demand_w[h.load] = power.full_w[h.load] * min(max(cold_k * h.per_k, 0.0), 1.0)


@inlined
def open_stocks(  # noqa: PLR0913, PLR0917
    load: RecordArray,
    power: Power,
    tank: RecordArray,
    pool: RecordArray,
    supply: RecordArray,
    series: FloatArray,
    columns: PlaceArray,
    step: int,
    dt_s: float,
) -> None:
    """Find what converters and activities may share in this step."""
    for k in range(tank.shape[0]):
        t = tank[k]
        t.left_kg = t.kg
        t.room_kg = np.inf if t.relief else max(t.capacity_kg * t.scale - t.kg, 0.0)
    for k in range(pool.shape[0]):
        pool[k].left = 0.0
    for k in range(supply.shape[0]):
        amount = series[step, columns[k]] * supply[k].scale
        if supply[k].load >= 0:
            worker = supply[k].load
            amount *= power.granted_w[worker] * load[worker].per_w
        pool[supply[k].pool].left += amount
    for k in range(pool.shape[0]):
        pool[k].offered_s += pool[k].left * dt_s


@inlined
def ask_for_work(
    work: RecordArray,
    load: RecordArray,
    power: Power,
    flow: RecordArray,
    need: RecordArray,
    tank: RecordArray,
    pool: RecordArray,
    dt_s: float,
) -> None:
    """Let converters and activities ask in their order, and set aside what they ask for."""
    for k in range(work.shape[0]):
        w = work[k]
        one = load[w.load]
        wanted = one.level * one.scale
        if wanted <= 0.0 and 0.0 < w.run_s < w.min_run_s:
            wanted = w.duty * one.scale
        if wanted <= 0.0:
            w.asked = 0.0
            power.demand_w[w.load] = 0.0
            continue
        duty = wanted
        for f in range(w.flow_begin, w.flow_end):
            most_kg = flow[f].step_kg
            t = tank[flow[f].tank]
            if most_kg * duty > t.room_kg:
                duty = t.room_kg / most_kg
            elif most_kg * duty < -t.left_kg:
                duty = t.left_kg / -most_kg
        for n in range(w.need_begin, w.need_end):
            duty = min(duty, pool[need[n].pool].left / need[n].amount)
        if duty >= wanted * WHOLE:
            duty = min(duty, wanted)
        elif not one.divisible:
            duty = 0.0
        for f in range(w.flow_begin, w.flow_end):
            moved_kg = flow[f].step_kg * duty
            t = tank[flow[f].tank]
            if moved_kg > 0.0:
                t.room_kg = max(t.room_kg - moved_kg, 0.0)
            else:
                t.left_kg = max(t.left_kg + moved_kg, 0.0)
        for n in range(w.need_begin, w.need_end):
            p = pool[need[n].pool]
            p.left = max(p.left - need[n].amount * duty, 0.0)
        w.asked = duty
        w.lacked_s += (wanted - duty) * dt_s
        idle = w.idle if duty > 0.0 else 0.0
        power.demand_w[w.load] = one.power_w * (idle + (1.0 - w.idle) * duty)


@inlined
def limit_stores(store: RecordArray, reactant: RecordArray, tank: RecordArray, heat: Heat) -> None:
    """Find the greatest charge and discharge power of each store, at the bus."""
    for k in range(store.shape[0]):
        s = store[k]
        room_j = s.capacity_j - s.energy_j
        spare_j = np.inf  # what converters and work leave in the tanks
        if s.reactant_begin < s.reactant_end:
            held_j, room_j = held_by_tanks(
                s.capacity_j, reactant, tank, s.reactant_begin, s.reactant_end
            )
            # Apart: the sum of what came and what went would lose the digits of what is left.
            s.brought_j += max(held_j - s.energy_j, 0.0)
            s.taken_j += max(s.energy_j - held_j, 0.0)
            s.energy_j = held_j
            for j in range(s.reactant_begin, s.reactant_end):
                r = reactant[j]
                t = tank[r.tank]
                per_j = abs(r.kg_per_j)
                free_kg = t.room_kg if r.kg_per_j > 0.0 else t.left_kg
                taken_kg = t.left_kg if r.kg_per_j > 0.0 else t.room_kg
                room_j = min(room_j, free_kg / per_j)
                spare_j = min(spare_j, taken_kg / per_j)
        charge_w = min(s.charge_power_w * s.scale, room_j * s.charge_w_per_j)
        if heat.temperature_k[s.node] < s.charge_min_temperature_k:
            charge_w = 0.0
        s.charge_now_w = max(charge_w, 0.0)
        left_j = min(s.energy_j - s.floor_fraction * s.capacity_j, spare_j)
        left_w = left_j * s.discharge_w_per_j
        s.discharge_now_w = max(min(s.discharge_power_w * s.scale, left_w), 0.0)


@inlined
def held_by_tanks(
    capacity_j: float, reactant: RecordArray, tank: RecordArray, begin: int, end: int
) -> tuple[float, float]:
    """Energy in a store with reactants, and room for more, from what its tanks hold."""
    energy_j = capacity_j
    room_j = capacity_j
    for k in range(begin, end):
        r = reactant[k]
        t = tank[r.tank]
        full_j = t.kg / abs(r.kg_per_j)
        free_j = max(t.capacity_kg * t.scale - t.kg, 0.0) / abs(r.kg_per_j)
        energy_j = min(energy_j, full_j if r.kg_per_j > 0.0 else free_j)
        room_j = min(room_j, free_j if r.kg_per_j > 0.0 else full_j)
    return energy_j, min(room_j, capacity_j - energy_j)
