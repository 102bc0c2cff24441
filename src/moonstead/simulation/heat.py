"""The compiled step of temperatures: every thermal node and what flows between them.

A linearly implicit (Rosenbrock-Euler) step: what flows is taken at the start of the step plus its
slope times the rise, and the rises of coupled nodes are found together by elimination. It is of
first order, stable for any step length while louvers, switches and melting stand still, and it
balances to rounding, as what one node loses another gains in the same equation. Where louvers or
switches move, the step must be shorter than about the node's time constant with them.
"""

from moonstead.compiled import inlined
from moonstead.components import LOUVER_BAND_K, SWITCH_BAND_K
from moonstead.simulation.memory import NO_SERIES, Heat, Power, RecordArray
from moonstead.simulation.network import Drivers, FloatArray


@inlined
def impose(heat: Heat, drivers: Drivers, step: int) -> None:
    """Take what the surroundings impose on each node in this step.

    The way out of the loop also keeps the compiler from gathering several values at once, which
    takes five times as long. Done early in the step: several values can be read at once only some
    time after they were written one by one.
    """
    for k in range(heat.temperature_k.shape[0]):
        if drivers.sink[k] == NO_SERIES:
            break
        heat.sink_k[k] = drivers.series[step, drivers.sink[k]]
        heat.absorbed_w[k] = drivers.series[step, drivers.absorbed[k]]


@inlined
def set_up_nodes(heat: Heat) -> None:
    """Find what each node radiates before its rise, and by how much more it does per kelvin."""
    for k in range(heat.temperature_k.shape[0]):
        temperature_k = heat.temperature_k[k]
        sink_k = heat.sink_k[k]
        coefficient = heat.coefficient_w_per_k4[k]
        square_k2 = temperature_k * temperature_k
        sink_k2 = sink_k * sink_k
        slope = 4.0 * coefficient * square_k2 * temperature_k
        radiates_w = coefficient * (square_k2 * square_k2 - sink_k2 * sink_k2)
        heat.radiates_w[k] = radiates_w
        heat.radiates_w_per_k[k] = slope
        heat.diagonal[k] = slope + heat.capacity_w_per_k[k]
        heat.rise_k[k] = -radiates_w


@inlined
def gain(heat: Heat, dt_s: float) -> None:
    """Add what each node is given and what is taken from it."""
    for k in range(heat.temperature_k.shape[0]):
        scale = heat.scale[k]
        given_w = (heat.heat_w[k] + heat.steady_w[k]) * scale
        taken_w = heat.taken_w[k] * scale
        absorbed_w = heat.absorbed_w[k] * scale
        heat.rise_k[k] += absorbed_w + given_w - taken_w
        heat.absorbed_j[k] += absorbed_w * dt_s
        heat.dissipated_j[k] += given_w * dt_s
        heat.extracted_j[k] += taken_w * dt_s
        heat.heat_w[k] = 0.0
        heat.taken_w[k] = 0.0


@inlined
def set_up_special(
    special: RecordArray,
    node: RecordArray,
    heat: Heat,
    drivers: Drivers,
    step: int,
    dt_s: float,
) -> None:
    """Add louvers, ground and melting where there are any."""
    for j in range(special.shape[0]):
        k = special[j].node
        if heat.scale[k] == 0.0:
            continue
        n = node[k]
        temperature_k = heat.temperature_k[k]
        if n.louver_w_per_k4 > 0.0:
            sink_k = heat.sink_k[k]
            square_k2, sink_k2 = temperature_k * temperature_k, sink_k * sink_k
            above_k4 = square_k2 * square_k2 - sink_k2 * sink_k2
            opened = (temperature_k - n.louver_open_k) * (1.0 / LOUVER_BAND_K)
            coefficient = min(max(opened, 0.0), 1.0) * n.louver_w_per_k4
            slope = 4.0 * coefficient * square_k2 * temperature_k
            if 0.0 < opened < 1.0:
                slope += n.louver_w_per_k4 * max(above_k4, 0.0) * (1.0 / LOUVER_BAND_K)
            radiates_w = coefficient * above_k4
            heat.radiates_w[k] += radiates_w
            heat.radiates_w_per_k[k] += slope
            heat.diagonal[k] += slope
            heat.rise_k[k] -= radiates_w
        if n.ground_w_per_k > 0.0:
            ground_k = drivers.series[step, drivers.ground[k]]
            heat.diagonal[k] += n.ground_w_per_k
            heat.rise_k[k] -= n.ground_w_per_k * (temperature_k - ground_k)
        if n.latent_j > 0.0:
            capacity = n.heat_capacity_j_per_k
            if 0.0 <= temperature_k - n.melting_k <= n.melting_band_k:
                capacity += n.latent_j / n.melting_band_k
                heat.diagonal[k] += n.latent_j / (n.melting_band_k * dt_s)
            n.capacity_now_j_per_k = capacity


@inlined
def set_up_couplings(
    coupling: RecordArray, heat: Heat, load: RecordArray, power: Power, entry: FloatArray
) -> None:
    """Add what flows between nodes to the linear system."""
    for k in range(coupling.shape[0]):
        c = coupling[k]
        a, b = c.a, c.b
        share = heat.scale[a] * heat.scale[b]
        if c.pump >= 0:
            pump = load[c.pump]
            share *= pump.gain * (power.granted_w[c.pump] * pump.per_w)
        warm_k, cool_k = heat.temperature_k[a], heat.temperature_k[b]
        if c.closes_above_k > 0.0:
            share *= min(max((warm_k - c.closes_above_k) * (1.0 / SWITCH_BAND_K), 0.0), 1.0)
        conductance = c.w_per_k * share
        flux_w = conductance * (warm_k - cool_k)
        slope_a, slope_b = conductance, conductance
        if c.w_per_k4 > 0.0:
            radiating = c.w_per_k4 * share
            cube_a, cube_b = warm_k * warm_k * warm_k, cool_k * cool_k * cool_k
            flux_w += radiating * (cube_a * warm_k - cube_b * cool_k)
            slope_a += 4.0 * radiating * cube_a
            slope_b += 4.0 * radiating * cube_b
        c.flux_w = flux_w
        c.slope_a_w_per_k = slope_a
        c.slope_b_w_per_k = slope_b
        heat.rise_k[a] -= flux_w
        heat.rise_k[b] += flux_w
        heat.diagonal[a] += slope_a
        heat.diagonal[b] += slope_b
        entry[c.ab] -= slope_b
        entry[c.ba] -= slope_a


@inlined
def eliminate(
    heat: Heat,
    leaf: RecordArray,
    pivot: RecordArray,
    near: RecordArray,
    update: RecordArray,
    entry: FloatArray,
) -> None:
    """Eliminate the coupled nodes from the matrix in their order.

    Apart from `solve`, as what the nodes gain is not needed for it: its divisions, each of which
    waits for the one before, are done while the flows of the step are.
    """
    for p in range(leaf.shape[0]):
        end = leaf[p]
        inverse = 1.0 / heat.diagonal[end.node]
        end.inverse = inverse
        end.factor = entry[end.row_entry] * inverse
        end.share = entry[end.column_entry] * inverse
        heat.diagonal[end.stem] -= entry[end.row_entry] * end.share
        entry[end.row_entry] = 0.0
        entry[end.column_entry] = 0.0
    for p in range(pivot.shape[0]):
        inverse = 1.0 / heat.diagonal[pivot[p].node]
        pivot[p].inverse = inverse
        for q in range(pivot[p].near_begin, pivot[p].near_end):
            factor = entry[near[q].row_entry] * inverse
            near[q].factor = factor
            row = near[q].node
            for r in range(near[q].update_begin, near[q].update_end):
                change = factor * entry[update[r].entry]
                if update[r].target < 0:
                    heat.diagonal[row] -= change
                else:
                    entry[update[r].target] -= change


@inlined
def solve(
    heat: Heat, leaf: RecordArray, pivot: RecordArray, near: RecordArray, entry: FloatArray
) -> None:
    """Eliminate the coupled nodes from the right side, and put the rises back in.

    Leaves the entries at zero for the next step: each belongs to a single pivot.
    """
    for p in range(leaf.shape[0]):
        heat.rise_k[leaf[p].stem] -= leaf[p].factor * heat.rise_k[leaf[p].node]
    for p in range(pivot.shape[0]):
        rise = heat.rise_k[pivot[p].node]
        for q in range(pivot[p].near_begin, pivot[p].near_end):
            heat.rise_k[near[q].node] -= near[q].factor * rise
    for p in range(pivot.shape[0] - 1, -1, -1):
        above = pivot[p].node
        rise = heat.rise_k[above]
        for q in range(pivot[p].near_begin, pivot[p].near_end):
            rise -= entry[near[q].column_entry] * heat.rise_k[near[q].node]
            entry[near[q].row_entry] = 0.0
            entry[near[q].column_entry] = 0.0
        heat.rise_k[above] = rise * pivot[p].inverse
    for p in range(leaf.shape[0] - 1, -1, -1):
        end = leaf[p]
        heat.rise_k[end.node] = (
            end.inverse * heat.rise_k[end.node] - end.share * heat.rise_k[end.stem]
        )


@inlined
def move_heat(
    heat: Heat,
    node: RecordArray,
    special: RecordArray,
    coupling: RecordArray,
    drivers: Drivers,
    step: int,
    dt_s: float,
) -> int:
    """Book what flowed and move the temperatures; return how many are below what is survived."""
    for k in range(coupling.shape[0]):
        c = coupling[k]
        carried_w = (
            c.flux_w + c.slope_a_w_per_k * heat.rise_k[c.a] - c.slope_b_w_per_k * heat.rise_k[c.b]
        )
        c.j += carried_w * dt_s
    for k in range(heat.temperature_k.shape[0]):
        rise_k = heat.rise_k[k]
        if heat.uncoupled[k] > 0.0:
            rise_k /= heat.diagonal[k]
        heat.rise_k[k] = rise_k
        heat.radiated_j[k] += (heat.radiates_w[k] + heat.radiates_w_per_k[k] * rise_k) * dt_s
    for j in range(special.shape[0]):
        k = special[j].node
        if heat.scale[k] == 0.0:
            continue
        n = node[k]
        rise_k, temperature_k = heat.rise_k[k], heat.temperature_k[k]
        if n.ground_w_per_k > 0.0:
            ground_k = drivers.series[step, drivers.ground[k]]
            n.ground_j += n.ground_w_per_k * (temperature_k + rise_k - ground_k) * dt_s
        if n.latent_j > 0.0:
            heat.rise_k[k] = melted_rise_k(
                n.capacity_now_j_per_k * rise_k,
                temperature_k - n.melting_k,
                n.heat_capacity_j_per_k,
                n.melting_band_k,
                n.latent_j,
            )
    n_cold = 0
    for k in range(heat.temperature_k.shape[0]):
        temperature_k = heat.temperature_k[k] + heat.rise_k[k]
        heat.temperature_k[k] = temperature_k
        n_cold += temperature_k < heat.survival_min_k[k]
    return n_cold


@inlined
def stop_cold(
    heat: Heat,
    node: RecordArray,
    source: RecordArray,
    load: RecordArray,
    power: Power,
    store: RecordArray,
) -> bool:
    """Find which nodes are lost, and stop what is on them; return whether there are new ones."""
    is_new = False
    for k in range(node.shape[0]):
        is_cold = heat.temperature_k[k] < heat.survival_min_k[k]
        if is_cold and heat.scale[k] > 0.0 and not node[k].lost:
            node[k].lost = True
            is_new = True
            _stop_all_on(k, source, load, power, store)
    return is_new


@inlined
def melted_rise_k(
    heat_j: float, into_k: float, capacity_j_per_k: float, band_k: float, latent_j: float
) -> float:
    """Return the rise that heat makes in a node that may melt or freeze on the way.

    ``into_k`` is its temperature above the lower edge of its melting band.
    """
    band_j = capacity_j_per_k * band_k + latent_j
    enthalpy_j = capacity_j_per_k * into_k + latent_j * min(max(into_k / band_k, 0.0), 1.0) + heat_j
    if enthalpy_j <= 0.0:
        return enthalpy_j / capacity_j_per_k - into_k
    if enthalpy_j >= band_j:
        return band_k + (enthalpy_j - band_j) / capacity_j_per_k - into_k
    return enthalpy_j / band_j * band_k - into_k


@inlined
def _stop_all_on(
    n: int, source: RecordArray, load: RecordArray, power: Power, store: RecordArray
) -> None:
    """Everything on a node that fell below what it survives stops for good."""
    for k in range(source.shape[0]):
        if source[k].node == n:
            source[k].scale = 0.0
    for k in range(load.shape[0]):
        if power.node[k] == n:
            load[k].scale = 0.0
            power.full_w[k] = 0.0
            power.demand_w[k] = 0.0
    for k in range(store.shape[0]):
        if store[k].node == n:
            store[k].scale = 0.0
