"""A first planner: greedy, over a rolling horizon, behind a small seat.

It is given what is known now and returns sessions and, for every experiment, the reason why no
more of it was placed. It will be replaced; the seat (`Situation` in, `Plan` out) stays.
"""

from dataclasses import dataclass

import numpy as np

from moonstead.autonomy import placement
from moonstead.autonomy.model import Experiment, StationModel, conditions
from moonstead.contracts import FloatArray, Telemetry
from moonstead.units import DAY_S

HORIZON_S = 14 * DAY_S
GENERATION_DERATING = 0.9
"""Share of the forecast generation that a plan counts on; the guard counts on less."""
MARGIN_FRACTION = 0.12
"""A plan leaves this share of the capacity above the reserve, so that it never meets the ladder."""
RECORDER_FRACTION = 0.9
"""A plan fills the recorder to at most this."""

REASONS = {
    placement.NO_WINDOW: "the sky does not suit for long enough",
    placement.NO_ENERGY: "energy is needed for the reserve",
    placement.NO_ROOM: "the recorder would be full",
    placement.BUSY: "its element is busy",
    placement.FULL: "the horizon is planned full",
    placement.COMPLETE: "all sessions wanted are done or planned",
}


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
    running: tuple[tuple[int, float], ...]
    """Experiment and end of what is running."""


@dataclass(frozen=True, slots=True)
class Session:
    """One planned session."""

    experiment: int
    start_t_s: float
    end_t_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Sessions in order of start, and for every experiment why there are no more."""

    sessions: tuple[Session, ...]
    reasons: tuple[str, ...]


def plan_sessions(model: StationModel, situation: Situation) -> Plan:
    """Return a plan for the horizon from the first slot on."""
    forecast = model.forecast
    first = situation.first_slot
    n_slots = min(int(HORIZON_S // forecast.slot_s), len(forecast.generation_w) - first)
    experiments = model.experiments
    if n_slots <= 0 or not experiments:
        return Plan((), tuple("the forecast ends" for _ in experiments))
    order = sorted(range(len(experiments)), key=lambda e: (-experiments[e].value, e))
    units = sorted({experiment.element for experiment in experiments})
    occupied = np.zeros((len(units), n_slots), dtype=np.bool_)
    load_w = np.zeros(n_slots)
    rate_bit_per_s = np.zeros(n_slots)
    start_t_s = forecast.start_t_s + first * forecast.slot_s
    for e, end_t_s in situation.running:
        busy = max(int(np.ceil((end_t_s - start_t_s) / forecast.slot_s)), 0)
        ready = busy + int(np.ceil(experiments[e].turnaround_s / forecast.slot_s))
        occupied[units.index(experiments[e].element), :ready] = True
        load_w[:busy] += experiments[e].power_w
        rate_bit_per_s[:busy] += experiments[e].data_rate_bit_per_s
    wishes = _wishes(model, situation, order, units, n_slots)
    supply = _supply(model, situation, n_slots)
    chosen, starts, reason = placement.place(wishes, supply, occupied, load_w, rate_bit_per_s)
    sessions = [
        _session(order[int(c)], experiments[order[int(c)]], start_t_s + s * forecast.slot_s)
        for c, s in zip(chosen, starts, strict=True)
    ]
    reasons = [""] * len(experiments)
    for place, e in enumerate(order):
        reasons[e] = situation.blocked[e] or REASONS[int(reason[place])]
    sessions.sort(key=lambda session: (session.start_t_s, session.experiment))
    return Plan(tuple(sessions), tuple(reasons))


def _session(e: int, experiment: Experiment, start_t_s: float) -> Session:
    return Session(e, float(start_t_s), float(start_t_s + experiment.duration_s))


def _wishes(
    model: StationModel,
    situation: Situation,
    order: list[int],
    units: list[str],
    n_slots: int,
) -> placement.Wishes:
    forecast, first = model.forecast, situation.first_slot
    slot_s = forecast.slot_s
    chosen = [model.experiments[e] for e in order]
    suits = np.array([conditions(forecast, e)[first : first + n_slots] for e in chosen])
    start_t_s = forecast.start_t_s + first * slot_s
    wait_slots = [(situation.ready_t_s[e] - start_t_s) / slot_s for e in order]
    return placement.Wishes(
        suits=suits,
        power_w=np.array([e.power_w for e in chosen]),
        rate_bit_per_s=np.array([e.data_rate_bit_per_s for e in chosen]),
        duration_slots=np.array(
            [max(int(np.ceil(e.duration_s / slot_s)), 1) for e in chosen], dtype=np.int64
        ),
        turnaround_slots=np.array(
            [int(np.ceil(e.turnaround_s / slot_s)) for e in chosen], dtype=np.int64
        ),
        gap_slots=np.array([int(np.ceil(e.gap_s / slot_s)) for e in chosen], dtype=np.int64),
        first_slot=np.array(
            [int(np.ceil(min(max(wait, 0.0), n_slots))) for wait in wait_slots], dtype=np.int64
        ),
        wanted=np.array(
            [0 if situation.blocked[e] else situation.sessions_left[e] for e in order],
            dtype=np.int64,
        ),
        unit=np.array([units.index(e.element) for e in chosen], dtype=np.int64),
    )


def _supply(model: StationModel, situation: Situation, n_slots: int) -> placement.Supply:
    forecast, first = model.forecast, situation.first_slot
    horizon = slice(first, first + n_slots)
    t_s = situation.telemetry.t_s
    above_j = [
        max(float(situation.telemetry.store_energy_j[i]) - s.floor_fraction * s.capacity_j, 0.0)
        for s, i in zip(model.stores, model.store_index(), strict=True)
    ]
    limits = [
        (
            s.capacity_j * (1.0 - s.floor_fraction) * (s.from_t_s <= t_s < s.until_t_s),
            s.charge_power_w,
            s.discharge_power_w,
            s.charge_efficiency,
            s.discharge_efficiency,
        )
        for s in model.stores
    ]
    margin_j = MARGIN_FRACTION * forecast.capacity_j[horizon]
    return placement.Supply(
        net_w=GENERATION_DERATING * forecast.generation_w[horizon] - forecast.base_power_w[horizon],
        drain_bit_per_s=forecast.drain_bit_per_s[:, horizon].sum(axis=0),
        required_j=situation.reserve_j[first + 1 : first + 1 + n_slots] + margin_j,
        store_j=np.array(above_j, dtype=np.float64),
        store_limits=np.array(limits, dtype=np.float64).reshape(len(limits), 5),
        recorder_bit=float(situation.telemetry.recorder_bit.sum()),
        recorder_limit_bit=RECORDER_FRACTION * sum(model.recorder_limits_bit),
        slot_s=forecast.slot_s,
    )
