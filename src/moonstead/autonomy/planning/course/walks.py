"""The compiled walks of the validator: stores and recorders through the horizon, slot by slot.

They share nothing with the search but the rules: both are written from the same page (problem.py).
"""

from moonstead.compiled import compiled
from moonstead.contracts import FloatArray


@compiled
def walk_stores(
    course_j: FloatArray,
    deliverable_j: FloatArray,
    unmet_w: FloatArray,
    limits: FloatArray,
    floor_loss_j: FloatArray,
    net_w: FloatArray,
    slot_s: float,
) -> None:
    """Fill a course in place, see `moonstead.autonomy.planning.validate.Course`.

    ``course_j`` holds in its first row what the stores begin with.
    """
    for slot in range(net_w.shape[0]):
        surplus_w, lack_w = max(net_w[slot], 0.0), max(-net_w[slot], 0.0)
        left_j = 0.0
        for k in range(limits.shape[0]):
            capacity_j, charge_w, discharge_w = limits[k, 0], limits[k, 1], limits[k, 2]
            put_in, got_out, lost_share = limits[k, 3], limits[k, 4], limits[k, 5]
            now_j = course_j[slot, k]
            room_w = max((capacity_j - now_j) / (put_in * slot_s), 0.0)
            held_w = max(now_j * got_out / slot_s, 0.0)
            charged_w = min(surplus_w, charge_w, room_w)
            discharged_w = min(lack_w, discharge_w, held_w)
            surplus_w -= charged_w
            lack_w -= discharged_w
            now_j = now_j + charged_w * put_in * slot_s - discharged_w / got_out * slot_s
            now_j = now_j * (1.0 - lost_share) - floor_loss_j[k]
            course_j[slot + 1, k] = now_j
            left_j += max(now_j, 0.0) * got_out
        deliverable_j[slot] = left_j
        unmet_w[slot] = lack_w


@compiled
def walk_recorder(course_bit: FloatArray, held_bit: float, flow_bit: FloatArray) -> None:
    """Fill what a recorder holds at the end of each slot, in place."""
    for slot in range(flow_bit.shape[0]):
        held_bit = max(held_bit + flow_bit[slot], 0.0)
        course_bit[slot] = held_bit
