"""The compiled step of temperatures: every thermal node and what flows between them.

A linearly implicit (Rosenbrock-Euler) step: what flows is taken at the start of the step plus its
slope times the rise, and the rises of coupled nodes are found together by elimination. It is of
first order, stable for any step length while louvers, switches and melting stand still, and it
balances to rounding, as what one node loses another gains in the same equation. Where louvers or
switches move, the step must be shorter than about the node's time constant with them.
"""

from moonstead.compiled import inlined
from moonstead.components import LOUVER_BAND_K, SWITCH_BAND_K
from moonstead.simulation.memory import RecordArray
from moonstead.simulation.network import Drivers


@inlined
def set_up_nodes(node: RecordArray, drivers: Drivers, step: int, dt_s: float) -> None:
    """Find what each node gains before its rise, and by how much less it gains per kelvin."""
    for k in range(node.shape[0]):
        n = node[k]
        given_w, taken_w = n.heat_w, n.taken_w
        n.heat_w = 0.0
        n.taken_w = 0.0
        if n.scale == 0.0:  # not there: heat that other parts give it goes to the surroundings
            n.diagonal = 1.0
            n.rise_k = 0.0
            continue
        n.dissipated_j += given_w * dt_s
        n.extracted_j += taken_w * dt_s
        temperature_k = n.temperature_k
        sink_k = drivers.series[step, drivers.sink[k]]
        square_k2 = temperature_k * temperature_k
        sink_k2 = sink_k * sink_k
        above_k4 = square_k2 * square_k2 - sink_k2 * sink_k2
        coefficient = n.radiating_w_per_k4 * n.radiating
        slope = 0.0
        if n.louver_w_per_k4 > 0.0:
            opened = (temperature_k - n.louver_open_k) * (1.0 / LOUVER_BAND_K)
            coefficient += min(max(opened, 0.0), 1.0) * n.louver_w_per_k4
            if 0.0 < opened < 1.0:
                slope = n.louver_w_per_k4 * max(above_k4, 0.0) * (1.0 / LOUVER_BAND_K)
        slope += 4.0 * coefficient * square_k2 * temperature_k
        radiates_w = coefficient * above_k4
        n.radiates_w = radiates_w
        n.radiates_w_per_k = slope
        absorbed_w = drivers.series[step, drivers.absorbed[k]]
        n.absorbed_j += absorbed_w * dt_s
        gain_w = absorbed_w + given_w - taken_w - radiates_w
        if n.ground_w_per_k > 0.0:
            slope += n.ground_w_per_k
            ground_k = drivers.series[step, drivers.ground[k]]
            gain_w -= n.ground_w_per_k * (temperature_k - ground_k)
        slope += n.capacity_w_per_k
        if n.latent_j > 0.0:
            capacity = n.heat_capacity_j_per_k
            if 0.0 <= temperature_k - n.melting_k <= n.melting_band_k:
                capacity += n.latent_j / n.melting_band_k
                slope += n.latent_j / (n.melting_band_k * dt_s)
            n.capacity_now_j_per_k = capacity
        n.diagonal = slope
        n.rise_k = gain_w


@inlined
def set_up_couplings(
    coupling: RecordArray, node: RecordArray, load: RecordArray, entry: RecordArray
) -> None:
    """Add what flows between nodes to the linear system."""
    for k in range(entry.shape[0]):
        entry[k].value = 0.0
    for k in range(coupling.shape[0]):
        c = coupling[k]
        a, b = node[c.a], node[c.b]
        share = a.scale * b.scale
        if c.pump >= 0:
            pump = load[c.pump]
            share *= pump.gain * (pump.granted_w * pump.per_w)
        warm_k, cool_k = a.temperature_k, b.temperature_k
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
        a.rise_k -= flux_w
        b.rise_k += flux_w
        a.diagonal += slope_a
        b.diagonal += slope_b
        entry[c.ab].value -= slope_b
        entry[c.ba].value -= slope_a


@inlined
def solve(
    node: RecordArray,
    pivot: RecordArray,
    near: RecordArray,
    update: RecordArray,
    entry: RecordArray,
) -> None:
    """Eliminate the coupled nodes in their order, and put the rises back in."""
    for p in range(pivot.shape[0]):
        above = node[pivot[p].node]
        inverse = 1.0 / above.diagonal
        rise = above.rise_k
        pivot[p].inverse = inverse
        for q in range(pivot[p].near_begin, pivot[p].near_end):
            factor = entry[near[q].row_entry].value * inverse
            row = node[near[q].node]
            row.rise_k -= factor * rise
            for r in range(near[q].update_begin, near[q].update_end):
                change = factor * entry[update[r].entry].value
                if update[r].target < 0:
                    row.diagonal -= change
                else:
                    entry[update[r].target].value -= change
    for p in range(pivot.shape[0] - 1, -1, -1):
        above = node[pivot[p].node]
        rise = above.rise_k
        for q in range(pivot[p].near_begin, pivot[p].near_end):
            rise -= entry[near[q].column_entry].value * node[near[q].node].rise_k
        above.rise_k = rise * pivot[p].inverse


@inlined
def move_heat(
    node: RecordArray,
    coupling: RecordArray,
    source: RecordArray,
    load: RecordArray,
    store: RecordArray,
    drivers: Drivers,
    step: int,
    dt_s: float,
) -> None:
    """Book what flowed, move the temperatures, and find which nodes are lost."""
    for k in range(coupling.shape[0]):
        c = coupling[k]
        carried_w = (
            c.flux_w + c.slope_a_w_per_k * node[c.a].rise_k - c.slope_b_w_per_k * node[c.b].rise_k
        )
        c.j += carried_w * dt_s
    for k in range(node.shape[0]):
        n = node[k]
        if n.scale == 0.0:
            continue
        rise_k = n.rise_k
        if not n.is_coupled:
            rise_k /= n.diagonal
        n.radiated_j += (n.radiates_w + n.radiates_w_per_k * rise_k) * dt_s
        if n.ground_w_per_k > 0.0:
            ground_k = drivers.series[step, drivers.ground[k]]
            n.ground_j += n.ground_w_per_k * (n.temperature_k + rise_k - ground_k) * dt_s
        if n.latent_j > 0.0:
            heat_j = n.capacity_now_j_per_k * rise_k
            rise_k = melted_rise_k(
                heat_j,
                n.temperature_k - n.melting_k,
                n.heat_capacity_j_per_k,
                n.melting_band_k,
                n.latent_j,
            )
        n.temperature_k += rise_k
        if n.temperature_k < n.survival_min_k and not n.lost:
            n.lost = True
            _stop_all_on(k, source, load, store)


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
def _stop_all_on(n: int, source: RecordArray, load: RecordArray, store: RecordArray) -> None:
    """Everything on a node that fell below what it survives stops for good."""
    for k in range(source.shape[0]):
        if source[k].node == n:
            source[k].scale = 0.0
    for k in range(load.shape[0]):
        if load[k].node == n:
            load[k].scale = 0.0
            load[k].full_w = 0.0
            load[k].demand_w = 0.0
    for k in range(store.shape[0]):
        if store[k].node == n:
            store[k].scale = 0.0
