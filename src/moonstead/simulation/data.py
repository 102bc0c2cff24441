"""The compiled flow of data: made, dropped where there is no room, processed, sent.

A recorder is emptied by priority of the loads that wrote to it, evenly within one priority; a
processor takes raw data in the same order and its product belongs to the processor.
"""

from moonstead.compiled import inlined
from moonstead.simulation.memory import Power, RecordArray
from moonstead.simulation.network import FloatArray


@inlined
def make_data(
    data: RecordArray,
    load: RecordArray,
    power: Power,
    recorder: RecordArray,
    writer: RecordArray,
    dt_s: float,
) -> None:
    """Make and process data; drop what finds no room."""
    for r in range(recorder.shape[0]):
        room_bit = recorder[r].capacity_bit * recorder[r].scale
        for j in range(recorder[r].writer_begin, recorder[r].writer_end):
            room_bit -= load[writer[j].load].queue_bit
        recorder[r].room_bit = room_bit
    for k in range(data.shape[0]):
        d = data[k]
        one = load[d.load]
        duty = one.level * one.scale
        if one.power_w > 0.0:
            duty = power.granted_w[d.load] * one.per_w
        duty *= one.gain
        if duty <= 0.0:
            continue
        made_bit = d.rate_bit_per_s * duty * dt_s
        if d.reads >= 0:
            most_bit = d.read_rate_bit_per_s * duty * dt_s
            raw = recorder[d.reads]
            read_bit = _take(
                load, writer, raw.writer_begin, raw.writer_end, most_bit, d.load, False
            )
            raw.room_bit += read_bit
            made_bit *= read_bit / most_bit
        kept_bit = made_bit
        if made_bit > recorder[d.recorder].room_bit:
            kept_bit = max(recorder[d.recorder].room_bit, 0.0)
            one.lost_bit += made_bit - kept_bit
        recorder[d.recorder].room_bit -= kept_bit
        one.queue_bit += kept_bit
        one.made_bit += made_bit


@inlined
def send_data(  # noqa: PLR0913, PLR0917
    transmitter: RecordArray,
    load: RecordArray,
    power: Power,
    recorder: RecordArray,
    writer: RecordArray,
    path_bit_per_s: FloatArray,
    path_left_bit_per_s: FloatArray,
    step: int,
    dt_s: float,
) -> None:
    """Send what the open paths carry."""
    for path in range(path_left_bit_per_s.shape[0]):
        path_left_bit_per_s[path] = path_bit_per_s[path, step]
    for k in range(transmitter.shape[0]):
        t = transmitter[k]
        one = load[t.load]
        duty = one.gain * power.granted_w[t.load] * one.per_w
        rate_bit_per_s = min(
            duty * min(path_bit_per_s[t.path, step], t.limit_bit_per_s),
            path_left_bit_per_s[t.path],
        )
        sent_bit = 0.0
        if rate_bit_per_s > 0.0:
            full = recorder[t.recorder]
            sent_bit = _take(
                load, writer, full.writer_begin, full.writer_end, rate_bit_per_s * dt_s, -1, True
            )
        t.sent_bit += sent_bit
        t.now_bit_per_s = sent_bit / dt_s
        path_left_bit_per_s[t.path] -= t.now_bit_per_s


@inlined
def _take(
    load: RecordArray,
    writer: RecordArray,
    begin: int,
    end_all: int,
    budget_bit: float,
    spared: int,
    is_delivery: bool,
) -> float:
    """Take at most a budget out of a recorder: by priority, and evenly within one priority."""
    sum_bit = 0.0
    j = begin
    while j < end_all and budget_bit > sum_bit:
        end = writer[j].peers_end
        waiting_bit = 0.0
        for m in range(j, end):
            if writer[m].load != spared:
                waiting_bit += load[writer[m].load].queue_bit
        if waiting_bit > 0.0:
            left_bit = budget_bit - sum_bit
            share = 1.0 if waiting_bit <= left_bit else left_bit / waiting_bit
            for m in range(j, end):
                one = load[writer[m].load]
                if writer[m].load != spared:
                    moved_bit = one.queue_bit * share
                    one.queue_bit -= moved_bit
                    sum_bit += moved_bit
                    if is_delivery:
                        one.delivered_bit += moved_bit
                    else:
                        one.processed_bit += moved_bit
        j = end
    return sum_bit
