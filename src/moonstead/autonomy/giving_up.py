"""Giving up stored data for data that is worth more, while nothing goes home.

At level D2 (ECSS-E-ST-70-11C) everything is kept until Earth has it. Where Earth is silent for
longer than a recorder lasts, what is kept should be worth most: a session that is wholly stored may
then make room for others that bring more points with a bit of data. What was given up is told with
a receipt, and counts as not done.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.model import Experiment, Forecast, StationModel, conditions
from moonstead.autonomy.planning.requests import HORIZON_S, RECORDER_FRACTION
from moonstead.autonomy.sessions import Sessions
from moonstead.contracts import BoolArray, Priority, Telemetry
from moonstead.units import DAY_S

SHUT_S = 0.25 * DAY_S
"""A recorder is shut where no path is expected to take anything out of it for so long."""
RELIEVED_FRACTION = 0.74
"""An over-full recorder is relieved to this: the guard ends its saving where a quarter is free."""
WORTH_LESS = "what is stored is worth more than its data"


@dataclass(frozen=True, slots=True)
class Rationed:
    """What plans may count on while recorders are shut."""

    givable_bit: tuple[float, ...]
    """By recorder: what is stored for less points a bit than could be recorded instead."""
    blocked: Mapping[int, str]
    """Experiments whose data is not worth its room, with the reason."""


def shut_recorders(model: StationModel, t_s: float) -> BoolArray:
    """Return which recorders nothing leaves for some time, where a path is silent."""
    drain = model.forecast.drain_bit_per_s
    if not (model.is_cut_off and model.keeps_all_data):
        return np.zeros(len(drain), dtype=np.bool_)
    first = model.forecast.slot(t_s)
    last = first + int(np.ceil(SHUT_S / model.forecast.slot_s))
    return np.asarray(drain[:, first : last + 1].max(axis=1, initial=-np.inf) <= 0.0)


def rationed(
    model: StationModel, sessions: Sessions, telemetry: Telemetry, left: Iterable[int]
) -> Rationed:
    """Return what could be given up, and what is not worth being recorded.

    Parameters
    ----------
    model
        To plan with.
    sessions
        Their books, with the archive.
    telemetry
        Of now.
    left
        Sessions that are still wanted, by experiment.
    """
    shut = shut_recorders(model, telemetry.t_s)
    givable_bit, blocked = np.zeros(len(shut)), dict[int, str]()
    wanted_left = list(left)
    ahead = _ahead(model.forecast, telemetry.t_s)
    written_bit = -np.minimum(model.forecast.drain_bit_per_s[:, ahead], 0.0).sum(axis=1)
    written_bit *= model.forecast.slot_s
    for recorder in np.flatnonzero(shut):
        stored = [(worth, bit) for worth, bit, _ in _givable(model, sessions, int(recorder))]
        wanted = _wanted(model, sessions, ahead, int(recorder), wanted_left)
        room_bit = RECORDER_FRACTION * model.recorder_limits_bit[recorder] - written_bit[recorder]
        room_bit -= float(telemetry.recorder_bit[recorder]) - sum(bit for _, bit in stored)
        givable_bit[recorder], left_out = _over(stored, wanted, room_bit)
        blocked |= dict.fromkeys(left_out, WORTH_LESS)
    return Rationed(tuple(givable_bit.tolist()), blocked)


def to_give_up(
    model: StationModel, sessions: Sessions, telemetry: Telemetry, *, is_trimmed: bool
) -> tuple[str, ...]:
    """Return the sessions to give up now: those worth least a bit, where a recorder is over-full.

    Nothing goes for nothing: only what is worth less a bit than something that is planned or under
    way, or anything where production waits for room.

    Parameters
    ----------
    model, sessions, telemetry
        As for `rationed`.
    is_trimmed
        Whether the guard saves something, room perhaps.
    """
    found: list[str] = []
    filled_bit, limits_bit = telemetry.recorder_bit, np.array(model.recorder_limits_bit)
    over = filled_bit > (RELIEVED_FRACTION if is_trimmed else RECORDER_FRACTION) * limits_bit
    if not over.any() or telemetry.path_open.any():
        return ()
    for recorder in np.flatnonzero(over & shut_recorders(model, telemetry.t_s)):
        excess_bit = filled_bit[recorder] - RELIEVED_FRACTION * limits_bit[recorder]
        worth_more = _best_to_come(model, sessions, int(recorder))
        if is_trimmed and _wants_production(model, sessions):
            worth_more = np.inf
        for worth, bit, name in sorted(_givable(model, sessions, int(recorder))):
            if excess_bit <= 0.0 or worth >= worth_more:
                break
            excess_bit -= bit
            found.append(name)
    return tuple(found)


def _best_to_come(model: StationModel, sessions: Sessions, recorder: int) -> float:
    """Return the most points a bit of what is planned or under way for a recorder."""
    best = 0.0
    for entry in sessions.entries.values():
        experiment = model.experiments[entry.experiment]
        bit = _session_bit(experiment)
        if experiment.recorder == recorder and bit > 0.0:
            best = max(best, _value(sessions, entry.experiment) / bit)
    return best


def _wants_production(model: StationModel, sessions: Sessions) -> bool:
    """Return whether sessions are wanted that the guard stops first."""
    return any(
        experiment.priority >= Priority.PRODUCTION and left > 0
        for experiment, left in zip(model.experiments, sessions.left(()), strict=True)
    )


def _givable(
    model: StationModel, sessions: Sessions, recorder: int
) -> list[tuple[float, float, str]]:
    """Return points a bit, bits and name of the sessions in a recorder that may be given up."""
    awaited = {one.after.experiment for one in model.experiments if one.after is not None}
    found = []
    for name, (filed, bits) in sessions.archive.whole().items():
        experiment = model.experiments[filed.experiment]
        if experiment.recorder != recorder or experiment.mandatory or experiment.name in awaited:
            continue
        bit = sum(bits.values())
        found.append((filed.points / bit, bit, name))
    return found


def _ahead(forecast: Forecast, t_s: float) -> slice:
    """Return the slots that a plan made at an instant is for."""
    first = forecast.slot(t_s)
    return slice(first, first + int(HORIZON_S / forecast.slot_s))


def _wanted(
    model: StationModel, sessions: Sessions, ahead: slice, recorder: int, left: list[int]
) -> dict[int, tuple[float, float]]:
    """Return points a bit and bits of what each experiment could record in the time of a plan."""
    forecast = model.forecast
    found = {}
    for e, experiment in enumerate(model.experiments):
        bit = _session_bit(experiment)
        if experiment.recorder != recorder or bit <= 0.0:
            continue
        suits_s = forecast.slot_s * float(conditions(forecast, experiment)[ahead].sum())
        count = min(np.ceil(suits_s / (experiment.ways[0].whole_s + experiment.gap_s)), left[e])
        if count > 0:
            found[e] = (_value(sessions, e) / bit, count * bit)
    return found


def _value(sessions: Sessions, e: int) -> float:
    """Return points of the next session of an experiment."""
    experiment = sessions.model.experiments[e]
    return experiment.ways[0].value * experiment.returns ** sessions.done[e]


def _session_bit(experiment: Experiment) -> float:
    way = experiment.ways[0]
    return way.data_rate_bit_per_s * sum(duration_s * share for duration_s, share in way.stages)


def _over(
    stored: list[tuple[float, float]], wanted: Mapping[int, tuple[float, float]], room_bit: float
) -> tuple[float, set[int]]:
    """Fill a room with what is worth most a bit; the stored goes before what is worth the same.

    Parameters
    ----------
    stored
        Points a bit, and bits.
    wanted
        The same, by experiment.
    room_bit
        That all of it may take.

    Returns
    -------
    over_bit, left_out
        What is stored and finds no room, and the experiments of which nothing finds any.
    """
    ranked = [(-worth, -1, bit) for worth, bit in stored]
    ranked += [(-worth, e, bit) for e, (worth, bit) in wanted.items()]
    over_bit, left_out = 0.0, set[int]()
    for _, e, bit in sorted(ranked):
        if e < 0:
            over_bit += min(max(bit - room_bit, 0.0), bit)
        elif room_bit <= 0.0:
            left_out.add(e)
        room_bit -= bit
    return over_bit, left_out
