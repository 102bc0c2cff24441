"""What must hold while an activity is live: conditions with grace and hysteresis, and room."""

from math import isnan

from moonstead.autonomy.executive.activity import Maintain, Take
from moonstead.autonomy.executive.conditions import explain, is_met, measure
from moonstead.autonomy.executive.memory import Memory, Settings
from moonstead.autonomy.executive.reasons import Reason
from moonstead.autonomy.executive.snapshot import Snapshot
from moonstead.autonomy.executive.track import Obstacle, Track


def failing(track: Track, snapshot: Snapshot, memory: Memory) -> list[tuple[Maintain, Obstacle]]:
    """Return what must be maintained in the present phase and fails now; note since when.

    A condition that holds may go beyond its threshold by its band; one that fails must come back
    to the threshold. To ask again in the same tick changes nothing.
    """
    phase = track.current
    if phase is None:
        return []
    past = track.past(memory.done_t_s)
    found: list[tuple[Maintain, Obstacle]] = []
    if not track.bad_since_t_s and all(
        is_met(kept.condition, measure(kept.condition, snapshot, past), kept.band)
        for kept in phase.maintain
    ):
        return found
    for kept in phase.maintain:
        name = kept.name
        band = 0.0 if name in track.bad_since_t_s else kept.band
        value = measure(kept.condition, snapshot, past)
        holds = is_met(kept.condition, value, band)
        track.bad(name, holds, snapshot.t_s)
        if not holds:
            reason = Reason.NO_DATA if isnan(value) else Reason.CONDITION
            found.append((kept, Obstacle(reason, name, explain(kept.condition, value))))
    return found


def room_name(take: Take) -> str:
    """Return the name under which a shared capacity is watched."""
    return f"room:{take.room}"


def over_room(
    track: Track, snapshot: Snapshot, memory: Memory, settings: Settings
) -> Obstacle | None:
    """Return the shared capacity that no longer suffices for an activity, after the grace time.

    Where live activities take more than there is now, those that come last in the order must go.
    """
    now = snapshot.t_s
    for take in track.activity.takes:
        taken = 0.0
        for other in memory.tracks.values():
            if other.is_live:
                taken += sum(t.amount for t in other.activity.takes if t.room == take.room)
            if other is track:
                break
        # A capacity that is not known just now takes nothing away.
        short = taken > snapshot.room.get(take.room, taken)
        if track.bad(room_name(take), not short, now) >= settings.room_grace_s and short:
            text = f"{taken:.4g} of {take.room} is needed, {snapshot.room[take.room]:.4g} is there"
            return Obstacle(Reason.ROOM, take.room, text)
    return None
