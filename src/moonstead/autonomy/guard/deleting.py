"""What of the stored data may be deleted: never more than the bounds of this file."""

from collections.abc import Mapping

from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.contracts import Command, Notice, Telemetry

LEAST_KEPT = 0.5
"""Nothing is deleted that leaves a recorder less full than this: there is room without it."""


def deletions(
    knowledge: Knowledge, left_bit: Mapping[str, float], telemetry: Telemetry
) -> tuple[tuple[Command, ...], tuple[Notice, ...]]:
    """Return the commands that leave so much in packet stores, or what is wrong with them.

    Parameters
    ----------
    knowledge
        Which recorder each packet store is in.
    left_bit
        What is to be left, by packet store.
    telemetry
        What the recorders hold, and whether Earth could have it.
    """
    limits_bit, stored_bit = knowledge.recorder_limit_bit, telemetry.stored_bit
    after_bit = dict(enumerate(telemetry.recorder_bit.tolist()))
    why = "a path takes data" if telemetry.path_open.any() else ""
    for store, bit in left_bit.items():
        recorder = knowledge.packet_stores.get(store, -1)
        if recorder < 0 or not 0.0 <= bit <= stored_bit.get(store, -1.0):
            why = why or f"{store} cannot be left with {bit:.4g} bit"
            continue
        after_bit[recorder] -= stored_bit[store] - bit
        if not after_bit[recorder] >= LEAST_KEPT * limits_bit[recorder]:  # nor where it is unknown
            why = why or f"the recorder of {store} would be less than {LEAST_KEPT:.0%} full"
    if why:
        text = f"data of {', '.join(left_bit)} are not deleted: {why}"
        return (), (Notice("withheld", next(iter(left_bit)), text),)
    stores = knowledge.packet_stores
    levels = {store: bit / float(limits_bit[stores[store]]) for store, bit in left_bit.items()}
    return tuple(Command(store, level) for store, level in levels.items()), ()
