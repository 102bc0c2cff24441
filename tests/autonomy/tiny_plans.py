"""Planning problems so small that all their plans can be looked at."""

from itertools import product

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
from moonstead.autonomy.planning.score import score
from moonstead.autonomy.planning.validate import violations

SLOT_S = 1800.0


def best_of_all(problem: Problem) -> tuple[float, Placements]:
    """Return the best plan by looking at all of them, the most valuable first."""
    choices: list[list[Placement | None]] = [
        [
            None,
            *(
                Placement(number, int(start))
                for number, option in enumerate(task.options)
                for start in np.flatnonzero(np.isfinite(option.worth))
            ),
        ]
        for task in problem.tasks
    ]
    plans = [(score(problem, plan), k, plan) for k, plan in enumerate(product(*choices))]
    plans.sort(reverse=True)
    return next((points, plan) for points, _, plan in plans if not violations(problem, plan))


def tiny(seed: int, *, n_stores: int | None = None) -> Problem:
    """Return a problem with everything that a problem can have, some of it scarce."""
    rng = np.random.default_rng(seed)
    n_slots, n_tasks = int(rng.integers(4, 11)), int(rng.integers(2, 4))
    tasks = tuple(_task(k, n_slots, rng) for k in range(n_tasks))
    stores = int(rng.integers(0, 3)) if n_stores is None else n_stores
    order = rng.permutation(n_tasks)[:2]
    chain = Precedence(
        before=int(order[0]),
        after=int(order[1]),
        lag_min=int(rng.integers(-1, 3)),
        lag_max=None if rng.uniform() < 0.5 else int(rng.integers(2, 6)),
    )
    return Problem(
        name=f"tiny {seed}",
        start_t_s=0.0,
        slot_s=SLOT_S,
        tasks=tasks,
        precedences=(chain,) * int(rng.uniform() < 0.6),
        partners=(
            Partner(name="a", counted=3.0, knees=(5.0, 12.0), slopes=(1.0, 0.7, 0.35)),
            Partner(name="b"),
        ),
        campaigns=(Campaign(name="c", rewards=(4.0, 2.5, 1.0)),),
        supply=_supply(n_slots, stores, rng),
        units=("arm", "lab"),
        pools=("crew",),
        recorders=("disk",),
        moving_cost=float(rng.choice([0.0, 1.5])),
    )


def _task(number: int, n_slots: int, rng: np.random.Generator) -> Task:
    options = tuple(_option(n_slots, rng) for _ in range(rng.integers(1, 3)))
    starts = np.flatnonzero(np.isfinite(options[0].worth))
    planned = (0, int(rng.choice(starts))) if len(starts) > 0 and rng.uniform() < 0.4 else None
    return Task(
        name=f"task {number}",
        partner=int(rng.integers(2)),
        campaign=int(rng.integers(-1, 1)),
        options=options,
        planned=planned,
    )


def _option(n_slots: int, rng: np.random.Generator) -> Option:
    n_taken = int(rng.integers(1, 4))
    worth = np.where(rng.uniform(size=n_slots) < 0.5, rng.uniform(1, 10, n_slots), np.nan)
    worth[n_slots - n_taken + 1 :] = np.nan
    sign = rng.choice([1.0, 1.0, 1.0, -0.3])
    return Option(
        power_w=sign * rng.uniform(100, 900, n_taken),
        heat_w=rng.uniform(0, 300, n_taken),
        rate_bit_per_s=rng.uniform(0, 2e3, n_taken),
        holds=(Hold(unit=int(rng.integers(2)), first=0, end=n_taken + int(rng.integers(0, 3))),),
        takes=(Take(pool=0, amount=rng.integers(0, 3, n_taken).astype(np.float64)),),
        worth=worth,
    )


def _supply(n_slots: int, n_stores: int, rng: np.random.Generator) -> Supply:
    capacity_j = rng.uniform(1e6, 3e6, n_stores)
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
    return Supply(
        net_w=rng.uniform(-400, 1200, n_slots),
        power_cap_w=np.full(n_slots, rng.choice([700.0, 1400.0, 9000.0])),
        heat_cap_w=rng.uniform(200, 900, n_slots),
        store_limits=limits,
        store_j=capacity_j * rng.uniform(0.2, 1.0, n_stores),
        floor_loss_j=None if rng.uniform() < 0.5 else 1e-4 * capacity_j,
        required_j=rng.uniform(0, 6e5, n_slots),
        drain_bit_per_s=rng.choice([0.0, 1e3], (1, n_slots)),
        recorder_bit=np.array([2e6]),
        recorder_limit_bit=np.array([5e6]),
        recorder_end_bit=np.array([4e6]),
        pools=rng.integers(1, 4, (1, n_slots)).astype(np.float64),
        taken=rng.uniform(size=(2, n_slots)) < 0.1,
    )
