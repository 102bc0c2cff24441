"""How long stores carry what sources do not give: the compiled part of the pace."""

from moonstead.compiled import compiled_without_counting
from moonstead.contracts import FloatArray
from moonstead.simulation.network import IndexArray, PlaceArray


@compiled_without_counting
def fill_share(  # noqa: PLR0913, PLR0917
    share: FloatArray,
    sources: IndexArray,
    node: IndexArray,
    temperature_k: FloatArray,
    reference_k: FloatArray,
    coefficient_per_k: FloatArray,
    scale: FloatArray,
    health: FloatArray,
    dust: FloatArray,
    level: FloatArray,
    output: FloatArray,
) -> None:
    """Fill in which share of its rated power each source of a bus can give as it is now.

    Parameters
    ----------
    share
        Filled in, (n_sources of the bus,).
    sources
        Places of those among all sources.
    node, temperature_k, reference_k, coefficient_per_k
        Where each source is, how warm the nodes are, and what that does to its power.
    scale, health, dust, level, output
        State of all sources.
    """
    for k in range(sources.shape[0]):
        s = sources[k]
        factor = 1.0 + coefficient_per_k[s] * (temperature_k[node[s]] - reference_k[s])
        whole = min(max(factor, 0.0), 1.0) * scale[s] * health[s] * (1.0 - dust[s])
        # What follows its command by a ramp gives at least the lesser of the two.
        share[k] = whole * min(level[s], output[s])


@compiled_without_counting
def add_up_stores(
    stores: IndexArray,
    energy_j: FloatArray,
    capacity_j: FloatArray,
    scale: FloatArray,
    floor_fraction: FloatArray,
    charge_power_w: FloatArray,
    charge_efficiency: FloatArray,
    discharge_efficiency: FloatArray,
) -> tuple[float, float, float, float]:
    """Return what the stores of a bus are together: see `lasting_steps`.

    Parameters
    ----------
    stores
        Places of those among all stores.
    energy_j, capacity_j, scale
        State of all stores.
    floor_fraction, charge_power_w, charge_efficiency, discharge_efficiency
        As designed.

    Returns
    -------
    tuple of float
        ``held_j``, ``full_j``, ``in_w`` and ``way``.
    """
    held_j, full_j, in_w, way = 0.0, 0.0, 0.0, 1.0
    for k in range(stores.shape[0]):
        s = stores[k]
        floor_j = floor_fraction[s] * capacity_j[s]
        held_j += (energy_j[s] - floor_j) * discharge_efficiency[s]
        full_j += (capacity_j[s] - floor_j) * discharge_efficiency[s]
        in_w += charge_power_w[s] * scale[s]
        way = min(way, charge_efficiency[s] * discharge_efficiency[s])
    return held_j, full_j, in_w, way


@compiled_without_counting
def lasting_steps(  # noqa: PLR0913, PLR0917
    series: FloatArray,
    columns: PlaceArray,
    share: FloatArray,
    first: int,
    end: int,
    step_s: float,
    drain_w: float,
    held_j: float,
    full_j: float,
    in_w: float,
    way: float,
) -> int:
    """Return for how many steps stores surely carry what sources do not.

    Parameters
    ----------
    series, columns
        Drivers, and the rated power of each source of the bus among them.
    share
        Of it that is sure, (n_sources of the bus,).
    first, end
        The first step, and the one not to go beyond.
    step_s
        Of the physics.
    drain_w
        What is drawn at most.
    held_j, full_j
        What the stores can give now, and full.
    in_w, way
        The most of a surplus that they take, and what of that they can give later.
    """
    for step in range(first, end):
        net_w = -drain_w
        for k in range(columns.shape[0]):
            net_w += series[step, columns[k]] * share[k]
        if net_w > 0.0:
            net_w = way * min(net_w, in_w)
        held_j = min(held_j + net_w * step_s, full_j)
        if held_j < 0.0:
            return step - first
    return end - first
