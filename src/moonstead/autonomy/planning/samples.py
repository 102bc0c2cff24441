"""Planning problems made to a recipe, to compare planners with: a station on a polar ridge.

Sunlight is a horizon mask that the Sun passes once in a synodic month; a relay is in view for 6.5
of 12 hours; Earth half of the month; four overlapping shifts of operators; nine units; a heat cap
that is lower in light; 24 campaigns, five partners, chains of tasks. The demand is 1.2 to 2.4 times
the energy that is free. The same arguments give the same problem, to the last bit.
"""

from dataclasses import replace
from typing import Literal

import numpy as np

from moonstead.autonomy.guard.energy.reserve import viable_reserve_j
from moonstead.autonomy.planning.problem import (
    Campaign,
    Option,
    Partner,
    Precedence,
    Problem,
    Supply,
    Task,
)
from moonstead.autonomy.planning.sample_families import CHAINS, FAMILIES, UNITS, Family
from moonstead.autonomy.planning.sample_options import Forecast, Piece, options_of
from moonstead.contracts import BoolArray, FloatArray
from moonstead.units import DAY_S, HOUR_S, KWH_J

Season = Literal["winter", "mid", "summer"]
LIT_FRACTIONS: dict[Season, float] = {"winter": 0.68, "mid": 0.82, "summer": 0.96}

SLOT_S = 1800.0
_SLOTS_A_DAY = round(DAY_S / SLOT_S)
_SYNODIC_S = 29.530589 * DAY_S
_START_T_S = 1.1e9  # November 2034
_ARRAY_W = 12e3
_SURVIVAL_W = 1.6e3
_BASE_W = (2.2e3, 3.2e3)
_CAPACITY_J = 450 * KWH_J
_STORE = (_CAPACITY_J, 9e3, 14e3, 0.96, 0.97, 2.5e-5)
"""Capacity, charge and discharge power, efficiencies, loss in a slot (3.6 % a month)."""
_LONGEST_DARK_S = 72 * HOUR_S
_DERATING = 0.8
_MARGIN = 1.1
_BEYOND_DAYS = 8
"""How far behind the horizon the reserve looks; longer than the longest darkness."""
_RELAY_RATE = 5e6
_EARTH_RATE = 1e6
_SHARES = (0.35, 0.25, 0.2, 0.12, 0.08)
_PARTNERS = ("amber", "birch", "cobalt", "dune", "ember")
_N_CAMPAIGNS = 24
_DEMAND = (1.2, 2.4)

SET = tuple(
    (days, tasks, season, seed)
    for (days, tasks) in ((14, 200), (14, 300), (14, 500), (28, 300), (28, 500))
    for season in LIT_FRACTIONS
    for seed in (1,)
)
"""The arguments of the published instances."""


def sample(days: int, tasks: int, season: Season, seed: int) -> Problem:
    """Return a problem.

    Parameters
    ----------
    days
        Length of the horizon; slots last 30 minutes.
    tasks
        How many.
    season
        How much of the month is lit: 68 % (winter), 82 %, 96 % (summer); no darkness lasts more
        than 72 hours.
    seed
        Another number, another station year with other requests.
    """
    rng = np.random.default_rng((seed, days, tasks, tuple(LIT_FRACTIONS).index(season)))
    forecast, supply = _station(days, LIT_FRACTIONS[season], rng)
    pieces = [_piece(family, days, rng) for family in _families(tasks, rng)]
    scale = _power_scale(pieces, supply.net_w)
    pieces = [replace(piece, power_w=piece.power_w * scale) for piece in pieces]
    made = tuple(_task(k, piece, forecast, rng) for k, piece in enumerate(pieces))
    return Problem(
        name=f"{days}d-{tasks}-{season}-s{seed}",
        start_t_s=_START_T_S,
        slot_s=SLOT_S,
        tasks=made,
        precedences=_chains(pieces, rng),
        partners=_partners(made),
        campaigns=tuple(_campaign(k, made, rng) for k in range(_N_CAMPAIGNS)),
        supply=supply,
        units=UNITS,
        pools=("operators",),
        recorders=("mass memory",),
    )


def _station(days: int, lit_fraction: float, rng: np.random.Generator) -> tuple[Forecast, Supply]:
    """Return when what can be seen, and what the station has."""
    n_slots = days * _SLOTS_A_DAY
    t_s: FloatArray = np.arange(n_slots + _BEYOND_DAYS * _SLOTS_A_DAY).astype(np.float64) * SLOT_S
    light = _light(t_s, n_slots, lit_fraction, rng)
    lit = light >= 0.5
    relay = (t_s + rng.uniform(0, 12 * HOUR_S)) % (12 * HOUR_S) < 6.5 * HOUR_S
    earth = (t_s / _SYNODIC_S + rng.uniform()) % 1.0 < 0.5
    forecast = Forecast(
        lit=lit[:n_slots], relay=relay[:n_slots], earth=earth[:n_slots], slot_s=SLOT_S
    )
    hour = t_s / HOUR_S
    swing = 0.5 + 0.5 * np.sin(2 * np.pi * (hour / 24 + rng.uniform()))
    base_w = _BASE_W[0] + (_BASE_W[1] - _BASE_W[0]) * (0.5 * swing + 0.5 * ~lit)
    generation_w = _ARRAY_W * light
    floor_j = np.full(len(t_s), 0.05 * _CAPACITY_J * _STORE[4])
    leak_per_s = -np.log1p(-_STORE[5]) / SLOT_S
    reserve_j, _ = viable_reserve_j(
        _DERATING * generation_w - _SURVIVAL_W,
        SLOT_S,
        floor_j,
        np.ones((len(t_s), 1), dtype=np.bool_),
        np.array([(*_STORE[:5], leak_per_s, 0.0)]),
    )
    drain = _RELAY_RATE * relay + _EARTH_RATE * earth - 0.1e6
    supply = Supply(
        net_w=(generation_w - base_w)[:n_slots],
        power_cap_w=np.full(n_slots, 13e3),
        heat_cap_w=np.where(lit, 5.5e3, 8e3)[:n_slots],
        store_limits=np.array([_STORE]),
        store_j=np.array([_CAPACITY_J * rng.uniform(0.6, 0.85)]),
        required_j=_MARGIN * reserve_j[1 : n_slots + 1],
        drain_bit_per_s=drain[None, :n_slots].copy(),
        recorder_bit=np.array([6e10]),
        recorder_limit_bit=np.array([4e11]),
        recorder_end_bit=np.array([1.2e11]),
        pools=_operators(n_slots, rng)[None, :],
        taken=_taken(n_slots, rng),
    )
    return forecast, supply


def _light(
    t_s: FloatArray, n_slots: int, lit_fraction: float, rng: np.random.Generator
) -> FloatArray:
    """Return the share of the Sun in view: a mask of ridges that turns once a synodic month."""
    dark_s = (1.0 - lit_fraction) * _SYNODIC_S
    n_ridges = int(np.ceil(dark_s / (0.8 * _LONGEST_DARK_S)))
    widths_s = np.minimum(dark_s * rng.dirichlet(np.full(n_ridges, 8.0)), _LONGEST_DARK_S)
    gaps_s = (_SYNODIC_S - widths_s.sum()) * rng.dirichlet(np.full(n_ridges, 4.0))
    begins_s = np.cumsum(widths_s + gaps_s) - widths_s - gaps_s
    edge_s = 2 * HOUR_S  # the Sun's half degree takes about an hour to pass; ridges slope
    tried = []
    for phase_s in rng.uniform(0, _SYNODIC_S, 32):
        at_s = ((t_s + phase_s) % _SYNODIC_S)[:, None] - begins_s
        inside_s = np.minimum(at_s, widths_s - at_s).max(axis=1)
        light = np.clip(0.5 - inside_s / edge_s, 0.0, 1.0)
        tried.append((abs(float(light[:n_slots].mean()) - lit_fraction), light))
    # Two weeks are half of a month: the half that is most like the whole.
    best: FloatArray = min(tried, key=lambda each: each[0])[1]
    return best


def _operators(n_slots: int, rng: np.random.Generator) -> FloatArray:
    """Return how many consoles are staffed: four shifts of nine hours, fewer at weekends."""
    hour = np.arange(n_slots) * SLOT_S / HOUR_S
    first = rng.uniform(0, 24)
    staffed = np.zeros(n_slots)
    for shift in range(4):
        on = (hour - first - 6 * shift) % 24 < 9
        weekend = ((hour - first - 6 * shift) // 24) % 7 >= 5
        staffed += on * np.where(weekend, 1, rng.integers(2, 4))
    return staffed


def _taken(n_slots: int, rng: np.random.Generator) -> BoolArray:
    """Return when units are in maintenance."""
    taken = np.zeros((len(UNITS), n_slots), dtype=np.bool_)
    for row in taken:
        for _ in range(rng.integers(0, 3)):
            begin = rng.integers(0, n_slots)
            row[begin : begin + rng.integers(8, 48)] = True
    return taken


def _families(tasks: int, rng: np.random.Generator) -> list[Family]:
    shares = np.array([family.share for family in FAMILIES])
    return [FAMILIES[k] for k in rng.choice(len(FAMILIES), tasks, p=shares / shares.sum())]


def _piece(family: Family, days: int, rng: np.random.Generator) -> Piece:
    """Draw what one task of a family needs."""
    duration_h = np.round(2 * rng.uniform(*family.duration_h)) / 2
    points = family.points_per_h * duration_h**0.9 * rng.lognormal(0.0, 0.3)
    width = min(rng.uniform(2, 9), 0.9 * days) * _SLOTS_A_DAY
    begin = rng.uniform(-0.3 * width, days * _SLOTS_A_DAY - 0.5 * width)
    return Piece(
        family=family,
        unit=UNITS.index(str(rng.choice(family.units))),
        duration_slots=round(duration_h * HOUR_S / SLOT_S),
        turnaround_slots=round(rng.uniform(*family.turnaround_h) * HOUR_S / SLOT_S),
        power_w=float(np.round(rng.uniform(*family.power_w), 0)),
        rate_bit_per_s=float(np.round(rng.uniform(*family.rate_bit_per_s), -3)),
        points=float(points),
        window=(max(round(begin), 0), round(begin + width)),
        decay_a_day=float(rng.choice([0.0, 0.02, 0.06], p=[0.5, 0.3, 0.2])),
    )


def _power_scale(pieces: list[Piece], net_w: FloatArray) -> float:
    """Return what all powers must be scaled by for the demand to be within its range."""
    free_j = float(net_w.sum() * SLOT_S)
    wanted_j = sum(max(piece.power_w, 0.0) * piece.duration_slots * SLOT_S for piece in pieces)
    return float(np.clip(wanted_j / free_j, *_DEMAND)) * free_j / wanted_j


def _task(number: int, piece: Piece, forecast: Forecast, rng: np.random.Generator) -> Task:
    partner = int(rng.choice(len(_SHARES), p=_SHARES))
    is_in_campaign = piece.family.name != "sleep" and rng.uniform() < 0.45
    campaign = int(rng.integers(_N_CAMPAIGNS)) if is_in_campaign else -1
    return Task(
        name=f"{piece.family.name} {number}",
        request=piece.family.name,
        partner=partner,
        campaign=campaign,
        options=options_of(piece, forecast),
    )


def _chains(pieces: list[Piece], rng: np.random.Generator) -> tuple[Precedence, ...]:
    """Tie about half of the analyses to what brings their samples."""
    free = [k for k, piece in enumerate(pieces) if piece.family.name in CHAINS]
    chains = []
    for after, piece in enumerate(pieces):
        if piece.family.name not in CHAINS.values() or not free or rng.uniform() > 0.5:
            continue
        # The sample that is there a little before the analysis may begin.
        early = [abs(pieces[k].window[0] + 24 - piece.window[0]) for k in free]
        before = free.pop(int(np.argmin(early)))
        lag_max = None if rng.uniform() < 0.5 else int(rng.integers(96, 240))
        chains.append(
            Precedence(
                before=before, after=after, lag_min=int(rng.integers(2, 13)), lag_max=lag_max
            )
        )
    return tuple(chains)


def _best(options: tuple[Option, ...]) -> float:
    return max(float(np.nan_to_num(option.worth).max()) for option in options)


def _partners(tasks: tuple[Task, ...]) -> tuple[Partner, ...]:
    """Points count 1.0, 0.8, 0.6 up to 60 %, 100 % and beyond of what a partner may expect."""
    expected = 0.65 * sum(_best(task.options) for task in tasks)
    return tuple(
        Partner(
            name=name,
            knees=(round(0.6 * share * expected, 1), round(share * expected, 1)),
            slopes=(1.0, 0.8, 0.6),
        )
        for name, share in zip(_PARTNERS, _SHARES, strict=True)
    )


def _campaign(number: int, tasks: tuple[Task, ...], rng: np.random.Generator) -> Campaign:
    first = rng.uniform(6, 18)
    n_members = sum(task.campaign == number for task in tasks)
    rewards = tuple(round(float(first * 0.8**k), 2) for k in range(n_members))
    return Campaign(name=f"campaign {number}", rewards=rewards)
