"""The compiled step: what one tick of time does to the whole network.

Offers and wishes first (`demand`), then who gets power (`dispatch`), then what it does (`flows`,
`data`, `heat`), then one row of every series.
"""

from moonstead.compiled import compiled_apart, inlined
from moonstead.simulation.data import make_data, send_data
from moonstead.simulation.demand import ask, ask_for_work, limit_stores, offer, open_stocks, prepare
from moonstead.simulation.dispatch import add_up_steady, grant, request, settle
from moonstead.simulation.flows import (
    book,
    do_work,
    lose,
    move_stores,
    use,
)
from moonstead.simulation.heat import (
    eliminate,
    gain,
    impose,
    move_heat,
    set_up_couplings,
    set_up_nodes,
    set_up_special,
    solve,
    stop_cold,
)
from moonstead.simulation.memory import NO_SERIES, Records
from moonstead.simulation.network import Drivers, Float32Array, FloatArray, PlaceArray, Wiring


@compiled_apart
def advance(
    records: Records,
    wiring: Wiring,
    drivers: Drivers,
    scratch: tuple[FloatArray, FloatArray, PlaceArray],
    rows: Float32Array,
    steps: tuple[int, int, int],
    dt_s: float,
) -> None:
    """Advance the truth over a range of steps, in place.

    Parameters
    ----------
    records
        Parameters, state and ledger of every component; changed in place.
    wiring, drivers
        How the ties stand, and what the surroundings impose.
    scratch
        Room for three sums of each bus (see `dispatch`), for what is left of each path, and for a
        place of each bus.
    rows
        Series, one row per step, columns in the order of `moonstead.simulation.output`; filled
        in place. With no rows nothing is recorded.
    steps
        First step, end step (exclusive), and the step that is row 0 of `rows`.
    dt_s
        Length of one step.
    """
    source, store = records.source, records.store
    load, power = records.load, records.power
    node, heat, special, leaf = records.node, records.heat, records.special, records.leaf
    link, tank, work, pool = records.link, records.tank, records.work, records.pool
    heater, flow, need = records.heater, records.flow, records.need
    supply, reactant, coupling = records.supply, records.reactant, records.coupling
    pivot, near, update, entry = records.pivot, records.near, records.update, records.entry
    recorder, writer, data = records.recorder, records.writer, records.data
    transmitter = records.transmitter
    series, path_bit_per_s = drivers.series, drivers.path_bit_per_s
    island_w, path_left_bit_per_s, short_from = scratch
    prepare(load, power, work, flow, link, heat, dt_s)
    add_up_steady(wiring, power, heat, island_w, short_from)
    for step in range(steps[0], steps[1]):
        impose(heat, drivers, step)
        set_up_nodes(heat)
        set_up_special(special, node, heat, drivers, step, dt_s)
        offer(source, heat, series, drivers.source, step, dt_s)
        ask(power, heater, heat)
        open_stocks(load, power, tank, pool, supply, series, drivers.supply, step, dt_s)
        ask_for_work(work, load, power, flow, need, tank, pool, dt_s)
        limit_stores(store, reactant, tank, heat)
        request(wiring, source, power, store, link, island_w)
        grant(wiring, load, power, store, link, island_w, heat, short_from, dt_s)
        settle(wiring, source, power, store, link, heat, island_w, dt_s, short_from)
        if coupling.shape[0] > 0:
            set_up_couplings(coupling, heat, load, power, entry)
            eliminate(heat, leaf, pivot, near, update, entry)
        use(wiring, power, link, heat, dt_s)
        do_work(work, load, power, flow, need, tank, pool, source, heat, dt_s)
        move_stores(store, reactant, tank, heat, dt_s)
        make_data(data, load, power, recorder, writer, dt_s)
        gain(heat, dt_s)
        solve(heat, leaf, pivot, near, entry)
        book(power, dt_s)
        lose(tank, heat, dt_s)
        send_data(
            transmitter,
            load,
            power,
            recorder,
            writer,
            path_bit_per_s,
            path_left_bit_per_s,
            step,
            dt_s,
        )
        if move_heat(heat, node, special, coupling, drivers, step, dt_s) > 0 and stop_cold(
            heat, node, source, load, power, store
        ):
            add_up_steady(wiring, power, heat, island_w, short_from)
        if rows.shape[0] > 0:
            _record(records, rows, step - steps[2])


@inlined
def _record(records: Records, rows: Float32Array, row: int) -> None:
    """Write one row: the quantities of `moonstead.simulation.output.QUANTITIES`, in their order.

    The ways out of the loops are never taken: without them the compiler would gather from several
    records at once, which takes five times as long.
    """
    source, store = records.source, records.store
    load, power = records.load, records.power
    node, heat = records.node, records.heat
    recorder, writer, tank = records.recorder, records.writer, records.tank
    transmitter = records.transmitter
    for k in range(source.shape[0]):
        if source[k].column == NO_SERIES:
            break
        rows[row, source[k].column] = source[k].w
    for k in range(load.shape[0]):
        rows[row, load[0].column + k] = power.granted_w[k]
    for k in range(store.shape[0]):
        if store[k].column == NO_SERIES:
            break
        rows[row, store[k].column] = store[k].energy_j
    for k in range(node.shape[0] - 1):
        rows[row, node[0].column + k] = heat.temperature_k[k]
    for k in range(recorder.shape[0]):
        filling_bit = 0.0
        for j in range(recorder[k].writer_begin, recorder[k].writer_end):
            filling_bit += load[writer[j].load].queue_bit
        rows[row, recorder[k].column] = filling_bit
    for k in range(tank.shape[0]):
        if tank[k].column == NO_SERIES:
            break
        rows[row, tank[k].column] = tank[k].kg
    for k in range(transmitter.shape[0]):
        if transmitter[k].column == NO_SERIES:
            break
        rows[row, transmitter[k].column] = transmitter[k].now_bit_per_s
