"""Whether an activity may start in this tick, and if not, why: the first obstacle in a fixed order.

Nothing here remembers or changes anything, so that the executive and the monitor of its liveness
ask the same question and get the same answer, however often.
"""

from math import isnan

from moonstead.autonomy.executive.activity import Activity, Level, State, Window
from moonstead.autonomy.executive.conditions import Condition, explain, is_met, measure
from moonstead.autonomy.executive.memory import Memory, Settings
from moonstead.autonomy.executive.reasons import Reason
from moonstead.autonomy.executive.snapshot import Snapshot
from moonstead.autonomy.executive.track import Obstacle, Track

# Once here: reading an enumeration's members by name is slow.
_BY_EARTH, _FIXED = Level.E1, Level.E2


MEASURED_STILL = frozenset({State.DONE, State.FAILED, State.SHED})
"""What has come into these states in this tick drew power for as long as was measured."""


def window_of(activity: Activity, level: Level, settings: Settings) -> Window:
    """Return when an activity may start at a level of autonomy."""
    window = activity.window
    if level != _FIXED:
        return window
    latest_t_s = min(window.planned_t_s + settings.fixed_tolerance_s, window.latest_t_s)
    return Window(window.planned_t_s, window.planned_t_s, latest_t_s)


def why_not(
    track: Track, snapshot: Snapshot, memory: Memory, settings: Settings
) -> Obstacle | None:
    """Return what keeps an activity that is not live from starting now; None if nothing does."""
    activity = track.activity
    level = memory.level_of(activity.element, settings)
    window = window_of(activity, level, settings)
    now = snapshot.t_s
    if now < window.earliest_t_s - settings.clock_slack_s:
        return Obstacle(Reason.TOO_EARLY, "", "its window is not open yet")
    if now > window.latest_t_s:
        return Obstacle(Reason.LATE, "", "its window has closed")
    if now < track.rest_until_t_s:
        return Obstacle(Reason.REST, "", "it rests before it is tried again")
    return (
        refused_by_station(activity, level, snapshot, memory)
        or _busy(activity, memory)
        or _missing(track, snapshot, memory)
        or _energy(activity, snapshot, memory)
        or _room(activity, snapshot, memory)
        or _forward(track, level, snapshot, memory, settings)
        or _go(activity, level, snapshot, memory)
    )


def refused_by_station(
    activity: Activity, level: Level, snapshot: Snapshot, memory: Memory
) -> Obstacle | None:
    """Return what the station's mode, a system fault or health has against an activity."""
    if activity.priority not in snapshot.allowed:
        text = f"mode {snapshot.mode} does not allow priority {activity.priority}"
        return Obstacle(Reason.MODE, snapshot.mode, text)
    if memory.stopped and level <= _FIXED:
        text = f"stopped by {memory.stopped}, until Earth tells to go on"
        return Obstacle(Reason.STOPPED, memory.stopped, text)
    if memory.failed:
        for unit in activity.units:
            if unit in memory.failed:
                return Obstacle(Reason.HEALTH, unit, f"{unit} has failed")
    return None


def _busy(activity: Activity, memory: Memory) -> Obstacle | None:
    for hold in activity.holds:
        holder = memory.ledger.holder(hold.unit)
        if holder:
            return Obstacle(Reason.BUSY, hold.unit, f"{hold.unit} is held by {holder}")
    return None


def _missing(track: Track, snapshot: Snapshot, memory: Memory) -> Obstacle | None:
    """Return the first condition to start, or to maintain from the first phase on, that fails."""
    past = track.past(memory.done_t_s)
    first = track.activity.phases[0]
    for condition in track.activity.start:
        value = measure(condition, snapshot, past)
        if not is_met(condition, value):
            return _lacks(condition, value)
    for kept in first.maintain:
        value = measure(kept.condition, snapshot, past)
        # What shows the work of its own loads cannot hold before they are on.
        if not is_met(kept.condition, value) and not first.shows_work(kept.condition):
            return _lacks(kept.condition, value)
    return None


def _lacks(condition: Condition, value: float) -> Obstacle:
    reason = Reason.NO_DATA if isnan(value) else Reason.CONDITION
    return Obstacle(
        reason, f"{condition.kind.value}:{condition.subject}", explain(condition, value)
    )


def _energy(activity: Activity, snapshot: Snapshot, memory: Memory) -> Obstacle | None:
    """Return what is missing where generation does not cover it and the stores have no more."""
    if activity.energy_j <= 0.0 and activity.peak_w <= 0.0:
        return None
    now = snapshot.t_s
    spare_j, surplus_w = snapshot.spare_j, snapshot.surplus_w
    for other in memory.tracks.values():
        if other.is_live:
            spare_j -= other.left_j(now)
            phase = other.current
            # Not yet in what was measured.
            if phase is not None and other.phase_began_t_s == now:
                surplus_w -= phase.power_w
        elif other.since_t_s == now and other.state in MEASURED_STILL:
            surplus_w += other.activity.phases[-1].power_w
    covered_w = max(surplus_w, 0.0)
    lacking_j = sum(
        max(phase.power_w - covered_w, 0.0) * phase.expected_s for phase in activity.phases
    )
    if spare_j >= lacking_j or lacking_j <= 0.0:
        return None
    text = f"it takes {lacking_j:.4g} J from the stores, the reserve leaves {spare_j:.4g} J"
    return Obstacle(Reason.ENERGY, "", text)


def _room(activity: Activity, snapshot: Snapshot, memory: Memory) -> Obstacle | None:
    for take in activity.takes:
        left = room_left(take.room, snapshot, memory)
        if not take.amount <= left:
            there = snapshot.room.get(take.room, float("nan"))
            text = f"every {take.room} there is taken"
            if there == 0.0:
                text = f"no {take.room} is there"
            elif not take.amount <= there:
                text = f"it takes {take.amount:.4g} of {take.room}, {there:.4g} is there"
            return Obstacle(Reason.ROOM, take.room, text)
    return None


def room_left(room: str, snapshot: Snapshot, memory: Memory) -> float:
    """Return how much live activities leave of a shared capacity; NaN if it is not known."""
    taken = (
        take.amount
        for other in memory.tracks.values()
        if other.is_live
        for take in other.activity.takes
        if take.room == room
    )
    return snapshot.room.get(room, float("nan")) - sum(taken)


def _forward(
    track: Track, level: Level, snapshot: Snapshot, memory: Memory, settings: Settings
) -> Obstacle | None:
    """Before its planned time: only with energy to spare, and in nobody's way."""
    activity, now = track.activity, snapshot.t_s
    planned_t_s = activity.window.planned_t_s
    if level <= _BY_EARTH or now >= planned_t_s:
        return None
    if not snapshot.margin_fraction >= settings.forward_margin_fraction:
        text = f"too little energy to start before {planned_t_s:.0f}"
        return Obstacle(Reason.FORWARD_MARGIN, "", text)
    units = {hold.unit: hold.after_s for hold in activity.holds}
    left = {take.room: room_left(take.room, snapshot, memory) for take in activity.takes}
    for other in memory.tracks.values():
        if other is track or other.is_live or other.is_over:
            continue
        before_t_s = other.activity.window.planned_t_s
        if before_t_s >= planned_t_s:
            continue
        for hold in other.activity.holds:
            if hold.unit in units and before_t_s < now + activity.longest_s + units[hold.unit]:
                text = f"{hold.unit} is planned for {other.id} before"
                return Obstacle(Reason.FORWARD_CLASH, other.id, text)
        if before_t_s < now + activity.longest_s:
            for take in other.activity.takes:
                if take.room in left:
                    left[take.room] -= take.amount
    for take in activity.takes:
        if take.amount > left[take.room]:
            text = f"{take.room} is planned for others before"
            return Obstacle(Reason.FORWARD_CLASH, take.room, text)
    return None


def _go(activity: Activity, level: Level, snapshot: Snapshot, memory: Memory) -> Obstacle | None:
    if level > _BY_EARTH:
        return None
    if not snapshot.earth_heard:
        return Obstacle(Reason.NO_CONTACT, "", "no contact with Earth, which starts it")
    if snapshot.t_s > memory.go_until_t_s.get(activity.id, float("-inf")):
        return Obstacle(Reason.NO_GO, "", "it waits for the go from Earth")
    return None
