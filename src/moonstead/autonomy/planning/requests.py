"""From requests and what is known now to a planning problem of even slots.

Sessions of one request are tasks that differ in nothing but their worth; a unit of their own keeps
the gap between them, so that their order is free. The element that does them is a unit too.
"""

from dataclasses import dataclass, replace

import numpy as np

from moonstead.autonomy.model import Experiment, StationModel, Way, conditions
from moonstead.autonomy.planning.problem import (
    Campaign,
    Hold,
    Option,
    Placement,
    Placements,
    Precedence,
    Problem,
    Supply,
    Take,
    Task,
)
from moonstead.autonomy.planning.shares import BEYOND, full_sessions, partners_of
from moonstead.contracts import BoolArray, FloatArray, Telemetry
from moonstead.units import DAY_S

HORIZON_S = 14 * DAY_S
GENERATION_DERATING = 0.9
"""Share of the forecast generation that a plan counts on; the guard counts on less."""
MARGIN_FRACTION = 0.12
"""A plan leaves this share of the capacity above the reserve, so that it never meets the ladder."""
RECORDER_FRACTION = 0.77
"""A plan fills a recorder to at most this: the guard trims where a fifth is left."""
MANDATORY_WEIGHT = 100.0
"""Upkeep that must be done is worth so much more than what may be left out."""
MOVING_SHARE = 0.05
"""Moving a session that is about to start costs this share of what a typical one is worth: less
than any session is worth, so that none is left out for it."""
STICKY_S = DAY_S
"""What starts so soon costs something to move; later sessions are free, so that a gap closes."""
LATER_SHARE = 0.02
"""A session at the end of the horizon is worth so much less than one at its beginning: what waits
may be overtaken by what comes behind the horizon."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a request, as planned."""

    experiment: int
    start_t_s: float
    end_t_s: float
    way: int = 0
    """Place in the ways of the experiment."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the planner is told."""

    telemetry: Telemetry
    first_slot: int
    """The first slot of the forecast that may be planned."""
    reserve_j: FloatArray
    """Of the guard, over the whole forecast."""
    sessions_left: tuple[int, ...]
    """Wanted and not yet done or running, by experiment."""
    ready_t_s: tuple[float, ...]
    """No session of the experiment before this."""
    blocked: tuple[str, ...]
    """Why no session of an experiment can be planned at all; empty where it can."""
    running: tuple[Session, ...]
    """What is under way, with the ends that are expected."""
    done: tuple[int, ...] = ()
    """Sessions done, by experiment; none where not given."""
    earned: tuple[float, ...] = ()
    """Points of them, by experiment."""
    before: tuple[Session, ...] = ()
    """What the plan before holds and has not started."""
    givable_bit: tuple[float, ...] = ()
    """What could be given up of what each recorder holds; nothing where not given."""
    horizon_s: float = HORIZON_S


@dataclass(frozen=True, slots=True)
class Asked:
    """A problem, and which session of which experiment each of its tasks is."""

    problem: Problem
    experiment: tuple[int, ...]
    before: Placements
    """What the plan before has for each task; it may hold no longer."""


def gap_unit(request: str) -> str:
    """Return the unit that keeps the gap between sessions of a request."""
    return f"{request} gap"


class _Slots:
    """The horizon: even slots of the forecast from one of them on."""

    def __init__(self, model: StationModel, situation: Situation) -> None:
        forecast = model.forecast
        self.slot_s = forecast.slot_s
        self.first = situation.first_slot
        self.count = min(
            int(situation.horizon_s // forecast.slot_s), len(forecast.generation_w) - self.first
        )
        self.start_t_s = forecast.start_t_s + self.first * forecast.slot_s
        self.part = slice(self.first, self.first + max(self.count, 0))

    def up(self, duration_s: float) -> int:
        """Return how many slots a duration takes, the last one perhaps in part."""
        return int(np.ceil(duration_s / self.slot_s - 1e-9))

    def of(self, session: Session) -> int:
        """Return the slot in which a session starts, counted from the first."""
        return round((session.start_t_s - self.start_t_s) / self.slot_s)

    def until(self, t_s: float) -> int:
        """Return how many slots begin before an instant, at least 0 and at most all."""
        return min(max(self.up(t_s - self.start_t_s), 0), self.count)


def problem_of(model: StationModel, situation: Situation) -> Asked | None:
    """Return the problem of the horizon from the first slot on, or None where none is left."""
    slots = _Slots(model, situation)
    if slots.count <= 0 or not model.experiments:
        return None
    units = _units(model)
    done = situation.done or (0,) * len(model.experiments)
    earned = situation.earned or (0.0,) * len(model.experiments)
    partners = sorted({experiment.partner for experiment in model.experiments})
    full = full_sessions(model)
    made = [
        _tasks(model, e, situation, slots, units, partners, done[e], full[e])
        for e in range(len(model.experiments))
    ]
    _leave_out_orphans(model, made, done)
    tasks = [task for some in made for task in some]
    owner = [e for e, some in enumerate(made) for _ in some]
    problem = Problem(
        name="station",
        start_t_s=slots.start_t_s,
        slot_s=slots.slot_s,
        tasks=tuple(tasks),
        precedences=_precedences(model, slots, [len(some) for some in made], done),
        partners=partners_of(model, partners, earned),
        campaigns=tuple(Campaign(name=c.name, rewards=c.rewards) for c in model.campaigns),
        supply=_supply(model, situation, slots, units),
        units=tuple(units),
        pools=tuple(model.forecast.pools),
        recorders=model.channels.recorders,
        moving_cost=_moving_cost(tasks),
    )
    return Asked(problem, tuple(owner), _before(situation, slots, owner))


def _before(situation: Situation, slots: _Slots, owner: list[int]) -> Placements:
    """Return the plan before: the first sessions of each experiment, in order of start."""
    old: dict[int, list[Placement]] = {}
    for session in sorted(situation.before, key=lambda session: session.start_t_s):
        placed = Placement(session.way, slots.of(session))
        old.setdefault(session.experiment, []).append(placed)
    placements = []
    for e in owner:
        waiting = old.get(e)
        placements.append(waiting.pop(0) if waiting else None)
    return tuple(placements)


def _units(model: StationModel) -> list[str]:
    """Return elements first, then one unit for each experiment that wants gaps."""
    elements = sorted({experiment.element for experiment in model.experiments})
    return [*elements, *(gap_unit(experiment.name) for experiment in model.experiments)]


def _tasks(
    model: StationModel,
    e: int,
    situation: Situation,
    slots: _Slots,
    units: list[str],
    partners: list[str],
    done: int,
    full: float,
) -> list[Task]:
    experiment = model.experiments[e]
    if situation.blocked[e]:
        return []
    shortest = min(max(slots.up(way.whole_s), 1) for way in experiment.ways)
    under_way = (experiment.ways[one.way] for one in situation.running if one.experiment == e)
    fitting = model.sessions_that_fit(experiment, situation.telemetry, under_way)
    in_time = -(-slots.count // (shortest + slots.up(experiment.gap_s)))
    count = int(min(situation.sessions_left[e], in_time, fitting))
    suits = conditions(model.forecast, experiment)[slots.part]
    suits[: slots.until(situation.ready_t_s[e])] = False
    options = [_option(model, experiment, way, slots, units, suits) for way in experiment.ways]
    if count <= 0 or not any(np.isfinite(option.worth).any() for option in options):
        return []
    campaigns = [campaign.name for campaign in model.campaigns]
    old = [
        (session.way, slots.of(session)) for session in situation.before if session.experiment == e
    ]
    tasks = []
    for k in range(count):
        share = experiment.returns ** (done + k) * (1.0 if done + k < full else BEYOND)
        planned = None
        if k < len(old) and old[k][1] * slots.slot_s < STICKY_S:
            planned = old[k]
        tasks.append(
            Task(
                name=f"{experiment.name} {k + 1}",
                request=experiment.name,
                partner=partners.index(experiment.partner),
                campaign=campaigns.index(experiment.campaign) if experiment.campaign else -1,
                options=tuple(replace(option, worth=option.worth * share) for option in options),
                planned=planned,
            )
        )
    return tasks


def _option(
    model: StationModel,
    experiment: Experiment,
    way: Way,
    slots: _Slots,
    units: list[str],
    suits: BoolArray,
) -> Option:
    """Return one way to do the first session of a series."""
    taken = max(slots.up(way.whole_s), 1)
    profile = _profile(way, slots.slot_s, taken)
    pools = list(model.forecast.pools)
    # From which slots on the sky is expected to suit for as long as a session takes.
    run = np.convolve(suits, np.ones(taken, dtype=np.int64))[taken - 1 :]
    may_start = run[: slots.count] == taken
    return Option(
        name=way.name,
        power_w=way.power_w * profile,
        heat_w=np.zeros(taken),
        rate_bit_per_s=way.data_rate_bit_per_s * profile,
        recorder=experiment.recorder,
        holds=(
            Hold(
                unit=units.index(experiment.element),
                first=0,
                end=taken + slots.up(way.turnaround_s),
            ),
            Hold(
                unit=units.index(gap_unit(experiment.name)),
                first=0,
                end=taken + slots.up(experiment.gap_s),
            ),
        ),
        takes=tuple(
            Take(pool=pools.index(pool), amount=np.full(taken, amount))
            for pool, amount in experiment.needs
        ),
        worth=np.where(may_start, _worth(experiment, way, slots), np.nan),
    )


def _profile(way: Way, slot_s: float, taken: int) -> FloatArray:
    """Return the mean share of the power of its work in each slot that a session takes.

    What is left of a session of one stage that ends within its last slot is spread over the whole.
    """
    if way.preheat is None and way.cool_down is None:
        return np.full(taken, way.duration_s / (taken * slot_s))
    ends_s = np.cumsum([0.0, *(duration_s for duration_s, _ in way.stages)])
    drawn_s = np.cumsum([0.0, *(duration_s * share for duration_s, share in way.stages)])
    edges_s = slot_s * np.arange(taken + 1)
    return np.asarray(np.diff(np.interp(edges_s, ends_s, drawn_s)) / slot_s, dtype=np.float64)


def _worth(experiment: Experiment, way: Way, slots: _Slots) -> FloatArray:
    """Return what the first session of a series is worth, by its start."""
    value = way.value
    if experiment.mandatory:
        value *= MANDATORY_WEIGHT
    begin_t_s = slots.start_t_s + slots.slot_s * np.arange(slots.count)
    age_s = np.maximum(begin_t_s - experiment.wanted_from_t_s, 0.0)
    later = 1.0 - LATER_SHARE * np.arange(slots.count) / slots.count
    fresh = 0.5 ** (age_s / experiment.halves_after_s)
    return np.asarray(value * later * fresh, dtype=np.float64)


def _missing(model: StationModel, e: int, done: tuple[int, ...]) -> tuple[int, int]:
    """Return which experiment one comes after, and how many sessions of that are missing still."""
    names = [experiment.name for experiment in model.experiments]
    after = model.experiments[e].after
    if after is None:
        return e, 0
    other = names.index(after.experiment)
    return other, max(after.sessions - done[other], 0)


def _leave_out_orphans(model: StationModel, made: list[list[Task]], done: tuple[int, ...]) -> None:
    """Take out the tasks of what comes after more than the horizon holds."""
    changed = True
    while changed:
        changed = False
        for e, some in enumerate(made):
            other, missing = _missing(model, e, done)
            if some and missing > len(made[other]):
                made[e] = []
                changed = True


def _precedences(
    model: StationModel, slots: _Slots, counts: list[int], done: tuple[int, ...]
) -> tuple[Precedence, ...]:
    firsts = [sum(counts[:e]) for e in range(len(counts))]
    found: list[Precedence] = []
    for e, experiment in enumerate(model.experiments):
        other, missing = _missing(model, e, done)
        lag = slots.up(experiment.after.gap_s) if experiment.after else 0
        found.extend(
            Precedence(before=before, after=after, lag_min=lag)
            for before in range(firsts[other], firsts[other] + missing)
            for after in range(firsts[e], firsts[e] + counts[e])
        )
    return tuple(found)


def _moving_cost(tasks: list[Task]) -> float:
    if not tasks:
        return 0.0
    best = [
        max(float(np.nanmax(option.worth, initial=0.0)) for option in task.options)
        for task in tasks
    ]
    return MOVING_SHARE * float(np.median(best))


def _supply(model: StationModel, situation: Situation, slots: _Slots, units: list[str]) -> Supply:
    forecast = model.forecast
    taken = np.zeros((len(units), slots.count), dtype=np.bool_)
    load_w = np.zeros(slots.count)
    recorders = len(model.channels.recorders)
    rate_bit_per_s = np.zeros((recorders, slots.count))
    names = list(forecast.pools)
    pools = np.array([forecast.pools[name][slots.part] for name in names]).reshape(-1, slots.count)
    for session in situation.running:
        experiment, end_t_s = model.experiments[session.experiment], session.end_t_s
        way = experiment.ways[session.way]
        busy = slots.until(end_t_s)
        ready = slots.until(end_t_s + way.turnaround_s)
        taken[units.index(experiment.element), :ready] = True
        taken[units.index(gap_unit(experiment.name)), : slots.until(end_t_s + experiment.gap_s)] = (
            True
        )
        load_w[:busy] += way.power_w
        rate_bit_per_s[experiment.recorder, :busy] += way.data_rate_bit_per_s
        for pool, amount in experiment.needs:
            pools[names.index(pool), :busy] -= amount
    store_j, limits, floor_loss_j = _stores(model, situation, slots)
    margin_j = MARGIN_FRACTION * forecast.capacity_j[slots.part]
    generation_w = GENERATION_DERATING * forecast.generation_w[slots.part]
    limit_bit = RECORDER_FRACTION * np.array(model.recorder_limits_bit)
    drain_bit_per_s = forecast.drain_bit_per_s[:, slots.part] - rate_bit_per_s
    held_bit = np.minimum(situation.telemetry.recorder_bit, model.recorder_limits_bit)
    if situation.givable_bit:
        held_bit = np.maximum(held_bit - situation.givable_bit, 0.0)
    unlimited_w = np.full(slots.count, np.inf)
    return Supply(
        net_w=generation_w - forecast.base_power_w[slots.part] - load_w,
        power_cap_w=unlimited_w,
        heat_cap_w=unlimited_w,
        store_limits=limits,
        store_j=store_j,
        floor_loss_j=floor_loss_j,
        required_j=situation.reserve_j[slots.first + 1 : slots.first + 1 + slots.count] + margin_j,
        drain_bit_per_s=drain_bit_per_s,
        recorder_bit=held_bit,
        recorder_limit_bit=limit_bit,
        recorder_end_bit=limit_bit,
        pools=np.maximum(pools, 0.0),
        taken=taken,
    )


def _stores(
    model: StationModel, situation: Situation, slots: _Slots
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what each store holds above its floor, its limits, and what leaks below the floor."""
    t_s = situation.telemetry.t_s
    above_j, limits, below_j = [], [], []
    for store, index in zip(model.stores, model.store_index(), strict=True):
        measured_j = float(situation.telemetry.store_energy_j[index])
        there = store.from_t_s <= t_s < store.until_t_s
        usable_j = store.capacity_j * (1.0 - store.floor_fraction) if there else 0.0
        above_j.append(
            min(max(measured_j - store.floor_fraction * store.capacity_j, 0.0), usable_j)
        )
        lost_share = -np.expm1(-store.self_discharge_per_s * slots.slot_s)
        below_j.append(lost_share * (store.capacity_j - usable_j) * there)
        limits.append(
            (
                usable_j,
                store.charge_power_w,
                store.discharge_power_w,
                store.charge_efficiency,
                store.discharge_efficiency,
                lost_share,
            )
        )
    return (
        np.array(above_j, dtype=np.float64),
        np.array(limits, dtype=np.float64).reshape(-1, 6),
        np.array(below_j, dtype=np.float64),
    )
