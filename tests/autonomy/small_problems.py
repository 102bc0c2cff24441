"""Planning problems too large to look at all plans, with everything that a problem can have."""

import numpy as np

from moonstead.autonomy.planning.problem import (
    Campaign,
    Hold,
    Option,
    Partner,
    Placement,
    Placements,
    Precedence,
    Problem,
    Supply,
    Take,
    Task,
)

SLOT_S = 1800.0


def small(seed: int) -> Problem:
    """Return a problem of some 20 tasks, some of which give power, heat or room in a recorder."""
    rng = np.random.default_rng((77, seed))
    n_slots, n_tasks, n_units = int(rng.integers(30, 61)), int(rng.integers(8, 25)), 4
    order = rng.permutation(n_tasks)
    chains = tuple(
        Precedence(
            before=int(order[k]),
            after=int(order[k + 1]),
            lag_min=int(rng.integers(-1, 4)),
            lag_max=None if rng.uniform() < 0.5 else int(rng.integers(4, 20)),
        )
        for k in range(0, n_tasks - 1, 2)
        if rng.uniform() < 0.5
    )
    # One chain of three, and one task that comes after two others.
    longer = (
        Precedence(before=int(order[1]), after=int(order[2]), lag_min=0),
        Precedence(before=int(order[3]), after=int(order[2]), lag_min=1),
    )
    return Problem(
        name=f"small {seed}",
        start_t_s=0.0,
        slot_s=SLOT_S,
        tasks=tuple(_task(k, n_slots, n_units, rng) for k in range(n_tasks)),
        precedences=chains + longer,
        partners=(
            Partner(name="a", counted=3.0, knees=(20.0, 40.0), slopes=(1.0, 0.7, 0.35)),
            Partner(name="b", knees=(15.0,), slopes=(1.2, 0.4)),
            Partner(name="c"),
        ),
        campaigns=(Campaign(name="one", rewards=(4.0, 2.5, 1.0)), Campaign(name="two", rewards=())),
        supply=_supply(n_slots, n_units, rng),
        units=tuple(f"unit {k}" for k in range(n_units)),
        pools=("crew", "robots"),
        recorders=("disk", "tape"),
        moving_cost=float(rng.choice([0.0, 1.5])),
    )


def at_random(problem: Problem, seed: int) -> Placements:
    """Return a plan in which tasks start anywhere they may, whether it holds or not."""
    rng = np.random.default_rng(seed)
    placements: list[Placement | None] = []
    for task in problem.tasks:
        option = int(rng.integers(len(task.options)))
        starts = np.flatnonzero(np.isfinite(task.options[option].worth))
        is_left_out = len(starts) == 0 or rng.uniform() < 0.3
        placements.append(None if is_left_out else Placement(option, int(rng.choice(starts))))
    return tuple(placements)


def _task(number: int, n_slots: int, n_units: int, rng: np.random.Generator) -> Task:
    options = tuple(_option(n_slots, n_units, rng) for _ in range(rng.integers(1, 4)))
    starts = np.flatnonzero(np.isfinite(options[-1].worth))
    is_planned = len(starts) > 0 and rng.uniform() < 0.4
    return Task(
        name=f"task {number}",
        partner=int(rng.integers(3)),
        campaign=int(rng.integers(-1, 2)),
        options=options,
        planned=(len(options) - 1, int(rng.choice(starts))) if is_planned else None,
    )


def _option(n_slots: int, n_units: int, rng: np.random.Generator) -> Option:
    n = int(rng.integers(1, 9))
    worth = np.where(rng.uniform(size=n_slots) < 0.6, rng.uniform(1, 10, n_slots), np.nan)
    worth[n_slots - n + 1 :] = np.nan
    signs = rng.choice([1.0, 1.0, 1.0, 1.0, -0.4], 3)
    unit = int(rng.integers(n_units))
    held = int(rng.integers(1, n + 3))
    others = (Hold(unit=(unit + 1) % n_units, first=n // 2, end=n),) if rng.uniform() < 0.3 else ()
    return Option(
        power_w=signs[0] * rng.uniform(50, 700, n) * rng.choice([1.0, 0.0], n, p=[0.8, 0.2]),
        heat_w=signs[1] * rng.uniform(0, 300, n),
        rate_bit_per_s=signs[2] * rng.uniform(0, 2e3, n),
        recorder=int(rng.integers(2)),
        holds=(Hold(unit=unit, first=0, end=held), *others),
        takes=tuple(
            Take(pool=int(rng.integers(2)), amount=rng.integers(0, 2, n).astype(np.float64))
            for _ in range(rng.integers(0, 3))
        ),
        worth=worth,
    )


def _supply(n_slots: int, n_units: int, rng: np.random.Generator) -> Supply:
    n_stores = int(rng.integers(0, 4))
    capacity_j = rng.uniform(1e6, 5e6, n_stores)
    limits = np.column_stack(
        [
            capacity_j,
            rng.uniform(200, 900, n_stores),
            rng.uniform(200, 900, n_stores),
            rng.uniform(0.7, 1.0, n_stores),
            rng.uniform(0.7, 1.0, n_stores),
            rng.choice([0.0, 1e-3, 0.02], n_stores),
        ]
    ).reshape(n_stores, 6)
    day = np.sin(2 * np.pi * (np.arange(n_slots) / 24 + rng.uniform()))
    return Supply(
        net_w=700.0 * day + rng.uniform(-100, 500, n_slots),
        power_cap_w=np.full(n_slots, rng.choice([900.0, 1400.0, np.inf])),
        heat_cap_w=rng.uniform(-50, 900, n_slots),
        store_limits=limits,
        store_j=capacity_j * rng.uniform(0.2, 1.0, n_stores),
        floor_loss_j=None if rng.uniform() < 0.5 else 3e-3 * capacity_j,
        required_j=rng.uniform(0, 1e6, n_slots),
        drain_bit_per_s=rng.choice([-100.0, 0.0, 1.5e3], (2, n_slots)),
        recorder_bit=np.array([2e6, 0.0]),
        recorder_limit_bit=np.array([9e6, 5e6]),
        recorder_end_bit=np.array([4e6, 9e6]),
        pools=rng.integers(1, 4, (2, n_slots)).astype(np.float64),
        taken=rng.uniform(size=(n_units, n_slots)) < 0.05,
    )
