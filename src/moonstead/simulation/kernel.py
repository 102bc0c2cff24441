"""The compiled step: what one tick of time does to the whole network.

Offers and wishes first (`demand`), then who gets power (`dispatch`), then what it does (`flows`,
`data`, `heat`), then one row of every series.
"""

from moonstead.compiled import compiled_without_counting, inlined
from moonstead.simulation.data import make_data, send_data
from moonstead.simulation.demand import ask, ask_for_work, limit_stores, offer, open_stocks, prepare
from moonstead.simulation.dispatch import gather, grant, request_links, settle
from moonstead.simulation.flows import do_work, draw, lose, move_stores, use
from moonstead.simulation.heat import move_heat, set_up_couplings, set_up_nodes, solve
from moonstead.simulation.memory import Records
from moonstead.simulation.network import Drivers, Float32Array, FloatArray, Wiring


@compiled_without_counting
def advance(
    records: Records,
    wiring: Wiring,
    drivers: Drivers,
    scratch: tuple[FloatArray, FloatArray],
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
        Room for three sums of each bus (see `dispatch`) and for what is left of each path.
    rows
        Series, one row per step, columns in the order of `moonstead.simulation.output`; filled
        in place. With no rows nothing is recorded.
    steps
        First step, end step (exclusive), and the step that is row 0 of `rows`.
    dt_s
        Length of one step.
    """
    source, load, store, node = records.source, records.load, records.store, records.node
    link, tank, work, pool = records.link, records.tank, records.work, records.pool
    heater, flow, need = records.heater, records.flow, records.need
    supply, reactant, coupling = records.supply, records.reactant, records.coupling
    pivot, near, update, entry = records.pivot, records.near, records.update, records.entry
    recorder, writer, data = records.recorder, records.writer, records.data
    transmitter = records.transmitter
    series, path_bit_per_s = drivers.series, drivers.path_bit_per_s
    island_w, path_left_bit_per_s = scratch
    prepare(load, link, node)
    for step in range(steps[0], steps[1]):
        offer(source, node, series, drivers.source, step, dt_s)
        ask(load, heater, node)
        open_stocks(load, tank, pool, supply, series, drivers.supply, step, dt_s)
        ask_for_work(work, load, flow, need, tank, pool, dt_s)
        limit_stores(store, reactant, tank, node)
        gather(wiring, source, island_w)
        request_links(wiring, load, store, link, island_w)
        grant(wiring, load, store, link, island_w)
        settle(wiring, load, store, link, island_w)
        draw(wiring, source, node, island_w, dt_s)
        use(load, link, node, dt_s)
        do_work(work, load, flow, need, tank, pool, source, node, dt_s)
        move_stores(store, reactant, tank, node, dt_s)
        lose(tank, node, dt_s)
        make_data(data, load, recorder, writer, dt_s)
        send_data(
            transmitter, load, recorder, writer, path_bit_per_s, path_left_bit_per_s, step, dt_s
        )
        set_up_nodes(node, drivers, step, dt_s)
        if coupling.shape[0] > 0:
            set_up_couplings(coupling, node, load, entry)
        solve(node, pivot, near, update, entry)
        move_heat(node, coupling, source, load, store, drivers, step, dt_s)
        if rows.shape[0] > 0:
            _record(records, rows, step - steps[2])


@inlined
def _record(records: Records, rows: Float32Array, row: int) -> None:
    """Write one row: the quantities of `moonstead.simulation.output.QUANTITIES`, in their order.

    Each record knows its column: loops with known ones would be vectorized by gathering from the
    records, which takes ten times as long.
    """
    source, load, store, node = records.source, records.load, records.store, records.node
    recorder, writer, tank = records.recorder, records.writer, records.tank
    transmitter = records.transmitter
    for k in range(source.shape[0]):
        rows[row, source[k].column] = source[k].w
    for k in range(load.shape[0]):
        rows[row, load[k].column] = load[k].granted_w
    for k in range(store.shape[0]):
        rows[row, store[k].column] = store[k].energy_j
    for k in range(node.shape[0] - 1):
        rows[row, node[k].column] = node[k].temperature_k
    for k in range(recorder.shape[0]):
        filling_bit = 0.0
        for j in range(recorder[k].writer_begin, recorder[k].writer_end):
            filling_bit += load[writer[j].load].queue_bit
        rows[row, recorder[k].column] = filling_bit
    for k in range(tank.shape[0]):
        rows[row, tank[k].column] = tank[k].kg
    for k in range(transmitter.shape[0]):
        rows[row, transmitter[k].column] = transmitter[k].now_bit_per_s
