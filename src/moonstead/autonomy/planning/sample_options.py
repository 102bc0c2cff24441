"""The ways in which a sample task can be done: preheated or not, shorter or longer."""

from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.planning.problem import Hold, Option, Take
from moonstead.autonomy.planning.sample_families import Family
from moonstead.contracts import BoolArray, FloatArray
from moonstead.units import DAY_S, HOUR_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is to be seen in each slot, shape (n_slots,)."""

    lit: BoolArray
    relay: BoolArray
    earth: BoolArray
    slot_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What was drawn for one task."""

    family: Family
    unit: int
    duration_slots: int
    turnaround_slots: int
    power_w: float
    rate_bit_per_s: float
    points: float
    window: tuple[int, int]
    decay_a_day: float


def options_of(piece: Piece, forecast: Forecast) -> tuple[Option, ...]:
    """Return the options that have a start; the plain one where none has."""
    options = []
    for length in piece.family.lengths:
        options.append(_option(piece, forecast, length, preheat=False))
        if piece.family.preheat_h > 0.0:
            options.append(_option(piece, forecast, length, preheat=True))
    possible = tuple(option for option in options if np.isfinite(option.worth).any())
    return possible or (options[0],)


def _option(piece: Piece, forecast: Forecast, length: float, *, preheat: bool) -> Option:
    family = piece.family
    n_work = max(round(piece.duration_slots * length), 1)
    n_heat = round(family.preheat_h * HOUR_S / forecast.slot_s) if preheat else 0
    heating, working = np.zeros(n_heat), np.ones(n_work)
    power_w = np.concatenate([heating + family.preheat_w, working * piece.power_w])
    return Option(
        name=f"{length:g} of the length" * (length != 1.0) + ", preheated" * preheat,
        power_w=power_w,
        heat_w=family.heat_share * power_w,
        rate_bit_per_s=np.concatenate([heating, working * piece.rate_bit_per_s]),
        holds=(Hold(unit=piece.unit, first=0, end=n_heat + n_work + piece.turnaround_slots),),
        takes=_operators(family.operators, heating, working),
        worth=_worth(piece, forecast, (n_heat, n_work), piece.points * length**0.8),
    )


def _operators(count: int, heating: FloatArray, working: FloatArray) -> tuple[Take, ...]:
    """Operators attend the work, not the heating."""
    if count == 0:
        return ()
    return (Take(pool=0, amount=np.concatenate([heating, working * count])),)


def _worth(piece: Piece, forecast: Forecast, phases: tuple[int, int], points: float) -> FloatArray:
    """Return the points for each start; they fall from day to day of the window."""
    n_heat, n_work = phases
    n_slots = len(forecast.lit)
    may = np.zeros(n_slots, dtype=np.bool_)
    begin, end = piece.window
    last = min(end, n_slots - n_heat - n_work + 1)
    may[begin : max(last, begin)] = True
    wanted = _condition(piece.family.condition, forecast)
    may &= _through(wanted, n_heat, n_work)
    if piece.family.preheat_h > 0.0 and n_heat == 0:
        may &= _through(forecast.lit, 0, n_work)
    day = np.maximum(np.arange(n_slots) - begin, 0) * forecast.slot_s // DAY_S
    worth = np.round(points * np.maximum(1.0 - piece.decay_a_day * day, 0.2), 2)
    return np.where(may, worth, np.nan)


def _condition(name: str, forecast: Forecast) -> BoolArray:
    known = {
        "": np.ones_like(forecast.lit),
        "lit": forecast.lit,
        "relay": forecast.relay,
        "earth": forecast.earth,
        "quiet": ~forecast.earth,
    }
    return known[name]


def _through(wanted: BoolArray, first: int, length: int) -> BoolArray:
    """Say for each start whether it is so in ``length`` slots from ``first`` after it on."""
    sums = np.concatenate([[0], np.cumsum(wanted)])
    at = np.arange(len(wanted)) + first
    inside = at + length <= len(wanted)
    at = np.minimum(at, len(wanted) - length)
    holds: BoolArray = inside & (sums[at + length] - sums[at] == length)
    return holds
