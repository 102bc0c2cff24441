"""The sample problems: what their recipe promises, and the same again from the same arguments."""

from itertools import groupby

import numpy as np
import pytest

from moonstead.autonomy.planning.problem import Problem
from moonstead.autonomy.planning.sample_families import CHAINS, UNITS
from moonstead.autonomy.planning.samples import LIT_FRACTIONS, SET, SLOT_S, Season, sample
from moonstead.contracts import FloatArray

ARRAY_W, BASE_W = 12e3, (2.2e3, 3.2e3)


@pytest.fixture(scope="module", params=tuple(LIT_FRACTIONS))
def problem(request: pytest.FixtureRequest) -> Problem:
    season: Season = request.param
    return sample(28, 300, season, 1)


def starts(worth: FloatArray) -> list[int]:
    return [int(slot) for slot in np.flatnonzero(np.isfinite(worth))]


def test_the_same_arguments_give_the_same_problem() -> None:
    one, other = sample(14, 40, "mid", 3), sample(14, 40, "mid", 3)
    assert repr(one) == repr(other)
    for first, second in zip(one.tasks, other.tasks, strict=True):
        for a, b in zip(first.options, second.options, strict=True):
            assert a.worth.tobytes() == b.worth.tobytes()
            assert a.power_w.tobytes() == b.power_w.tobytes()
    assert one.supply.net_w.tobytes() == other.supply.net_w.tobytes()
    assert one.supply.net_w.tobytes() != sample(14, 40, "mid", 4).supply.net_w.tobytes()


def test_the_published_set() -> None:
    assert len(SET) == 15
    assert {(days, tasks) for days, tasks, _, _ in SET} == {
        *((14, 200), (14, 300), (14, 500)),
        *((28, 300), (28, 500)),
    }


def test_light_is_that_of_the_season(problem: Problem) -> None:
    season: Season = problem.name.split("-")[2]  # type: ignore[assignment]
    net_w = problem.supply.net_w
    assert np.all(net_w <= ARRAY_W - BASE_W[0])
    assert np.all(net_w >= -BASE_W[1])
    dark = net_w < 0.5 * ARRAY_W - sum(BASE_W) / 2
    assert 1.0 - np.mean(dark) == pytest.approx(LIT_FRACTIONS[season], abs=0.05)
    runs = [len(list(run)) for is_dark, run in groupby(dark) if is_dark]
    assert max(runs) * SLOT_S <= 74 * 3600


def test_demand_is_more_than_there_is(problem: Problem) -> None:
    free_j = problem.supply.net_w.sum() * SLOT_S
    wanted_j = sum(
        max(option.power_w.sum() * SLOT_S for option in task.options) for task in problem.tasks
    )
    assert 1.2 <= wanted_j / free_j <= 2.7


def test_every_start_keeps_to_the_horizon_and_the_conditions(problem: Problem) -> None:
    for task in problem.tasks:
        for option in task.options:
            n_taken = len(option.power_w)
            assert len(option.heat_w) == len(option.rate_bit_per_s) == n_taken
            assert all(len(take.amount) == n_taken for take in option.takes)
            assert len(option.worth) == problem.n_slots
            for slot in starts(option.worth):
                assert slot + n_taken <= problem.n_slots
            if task.request == "traverse" and starts(option.worth):
                first = starts(option.worth)[0]
                lit_w = problem.supply.net_w[first : first + n_taken]
                assert lit_w.min() >= 0.5 * ARRAY_W - BASE_W[1]


def test_the_station_alone_keeps_its_reserve(problem: Problem) -> None:
    supply = problem.supply
    ((capacity_j, charge_w, discharge_w, charging, discharging, loss),) = supply.store_limits
    (store_j,) = supply.store_j
    for net_w, required_j in zip(supply.net_w, supply.required_j, strict=True):
        charged_w = min(max(net_w, 0.0), charge_w, (capacity_j - store_j) / charging / SLOT_S)
        drawn_w = min(max(-net_w, 0.0), discharge_w, store_j * discharging / SLOT_S)
        assert drawn_w == max(-net_w, 0.0)
        store_j += (charged_w * charging - drawn_w / discharging) * SLOT_S
        store_j *= 1.0 - loss
        assert store_j * discharging >= required_j


def test_chains_campaigns_and_partners(problem: Problem) -> None:
    assert len(problem.units) == len(UNITS) == 9
    assert len(problem.partners) == 5
    assert len(problem.campaigns) == 24
    assert len(problem.precedences) > 10
    for chain in problem.precedences:
        first, second = problem.tasks[chain.before], problem.tasks[chain.after]
        assert CHAINS[first.request] == second.request
        assert chain.lag_max is None or chain.lag_max > chain.lag_min > 0
    assert len({chain.after for chain in problem.precedences}) == len(problem.precedences)
    for campaign in problem.campaigns:
        assert np.allclose(np.divide(campaign.rewards[1:], campaign.rewards[:-1]), 0.8, atol=0.02)
    names = {option.name for task in problem.tasks for option in task.options}
    assert {"", "preheated", "0.6 of the length", "1.5 of the length"} <= {
        name.removeprefix(", ") for name in names
    }
    assert any(option.power_w.min() < 0 for task in problem.tasks for option in task.options)
