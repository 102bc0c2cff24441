"""The least store: closed forms, a linear programme, and the station's kernel."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_tasks import store
from numpy.typing import NDArray
from scipy.optimize import linprog

from moonstead.sizing.judge import Plant, unserved_j
from moonstead.sizing.need import least_store_j, need_table, within_risk_j
from moonstead.sizing.technology import BATTERY, FUEL_CELL, StoreTechnology
from moonstead.units import DAY_S, HOUR_S, KWH_J

FloatArray = NDArray[np.float64]
HALF_MONTH_S = 29.530589 / 2.0 * DAY_S  # of the synodic month


def need(
    light: FloatArray, area_m2: float, load_w: float, dt_s: float, of: StoreTechnology
) -> float:
    windows = np.array([[0, len(light)]])
    supply = (np.array([area_m2]), np.array([load_w]))
    return float(least_store_j(light, windows, supply, dt_s, of)[0])


def days_and_nights(steps: int) -> FloatArray:
    """Full light for half a month of so many steps, none for the other half, from noon to noon."""
    month = np.concatenate(
        [np.full(steps // 2, 300.0), np.zeros(steps), np.full(steps // 2, 300.0)]
    )
    return np.tile(month, 6)


def test_a_night_takes_load_times_night_over_efficiency() -> None:
    dt_s = HALF_MONTH_S / 500
    got = need(days_and_nights(500), 100.0, 1000.0, dt_s, store(discharge=0.8))
    assert got == pytest.approx(1000.0 * HALF_MONTH_S / 0.8, rel=1e-9)


def test_a_leak_adds_what_is_lost_while_it_waits() -> None:
    """The energy of a store that leaks: dE/dt = -rate E - P has E(0) = P (exp(rate T) - 1)/rate."""
    dt_s, rate_per_s = HALF_MONTH_S / 5000, 0.01 / DAY_S
    got = need(days_and_nights(5000), 1e6, 1000.0, dt_s, store(rate_per_s, discharge=0.8))
    closed = 1000.0 / 0.8 * math.expm1(rate_per_s * HALF_MONTH_S) / rate_per_s
    assert got == pytest.approx(closed, rel=2e-4)


def test_an_area_that_never_makes_good_a_night_has_no_store() -> None:
    dt_s = HALF_MONTH_S / 50
    light = days_and_nights(50)
    # A day gives load and night over both efficiencies: 1000 W (1 + 1 / (0.9 * 0.8)) at least.
    least_m2 = 1000.0 * (1.0 + 1.0 / (0.9 * 0.8)) / 300.0
    one_night = 1000.0 * HALF_MONTH_S / 0.8
    assert need(light, 1.01 * least_m2, 1000.0, dt_s, store()) == pytest.approx(one_night)
    assert need(light, 0.99 * least_m2, 1000.0, dt_s, store()) > 1.02 * one_night
    assert need(light * 0.0, least_m2, 1000.0, dt_s, store()) == math.inf


def least_by_linear_programme(
    light: FloatArray, area_m2: float, load_w: float, dt_s: float, of: StoreTechnology
) -> float:
    """Least capacity over all ways to charge and discharge, in units of load times step."""
    n = len(light)
    keep = math.exp(-of.self_discharge_per_s * dt_s)
    # Unknowns: capacity, energy before every step (n + 1), charge and discharge in every step.
    size = 1 + (n + 1) + 2 * n
    energy, charge, discharge = 1, n + 2, 2 * n + 2
    surplus = (area_m2 * light - load_w) / load_w
    rows_eq, right_eq, rows_ub, right_ub = [], [], [], []
    begin = np.zeros(size)
    begin[0], begin[energy] = -1.0, 1.0
    rows_eq.append(begin)
    right_eq.append(0.0)
    for t in range(n):
        balance = np.zeros(size)
        balance[energy + t + 1] = 1.0
        balance[energy + t] = -keep
        balance[charge + t] = -keep * of.charge_efficiency
        balance[discharge + t] = keep / of.discharge_efficiency
        rows_eq.append(balance)
        right_eq.append(0.0)
        power = np.zeros(size)  # charge - discharge <= surplus
        power[charge + t], power[discharge + t] = 1.0, -1.0
        rows_ub.append(power)
        right_ub.append(surplus[t])
        room = np.zeros(size)  # what is in it after charging, before it leaks
        room[energy + t], room[charge + t] = 1.0, of.charge_efficiency
        room[discharge + t], room[0] = -1.0 / of.discharge_efficiency, -1.0
        rows_ub.append(room)
        right_ub.append(0.0)
    cost = np.zeros(size)
    cost[0] = 1.0
    answer = linprog(
        cost, A_ub=np.array(rows_ub), b_ub=right_ub, A_eq=np.array(rows_eq), b_eq=right_eq,
        bounds=[(0.0, None)] * size, method="highs",
    )  # fmt: skip
    assert answer.status == 0
    return float(answer.fun) * load_w * dt_s


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("leak_per_s", [0.0, 1e-6])
def test_no_way_to_charge_and_discharge_needs_less(seed: int, leak_per_s: float) -> None:
    generator = np.random.default_rng(seed)
    light = 1000.0 * generator.random(120) * (generator.random(120) > 0.4)
    light[-1] = 1000.0  # so that it is filled once
    of = store(leak_per_s)
    area_m2 = generator.uniform(2.0, 6.0)
    got = need(light, area_m2, 1000.0, HOUR_S, of)
    exact = least_by_linear_programme(light, area_m2, 1000.0, HOUR_S, of)
    assert got == pytest.approx(exact, rel=1e-7, abs=1.0)


@st.composite
def lights(draw: st.DrawFn) -> FloatArray:
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count = draw(st.integers(10, 300))
    spell = draw(st.integers(1, 20))
    lit = np.repeat(generator.random(count // spell + 1) > draw(st.floats(0.0, 0.8)), spell)[:count]
    light: FloatArray = 1000.0 * lit * generator.random(count)
    light[-1] = 1e5
    return light


STORES = st.sampled_from([BATTERY, FUEL_CELL, store(1e-5)])


@settings(max_examples=40, deadline=None)
@given(lights(), st.floats(0.5, 20.0), STORES, st.floats(1e-5, 5.0))
def test_the_kernel_survives_with_it_and_with_more_and_not_with_less(
    light: FloatArray, area_m2: float, of: StoreTechnology, more: float
) -> None:
    need_j = need(light, area_m2, 1000.0, 600.0, of)

    def missed_j(capacity_j: float) -> float:
        plant = Plant(
            array_w_per_light=area_m2, reactor_w=0.0, load_w=1000.0, store=of, need_j=capacity_j
        )
        return unserved_j(plant, light, 600.0)

    assert missed_j(need_j * (1.0 + 1e-9)) == 0.0
    assert missed_j(need_j * (1.0 + more)) == 0.0
    if need_j > 1.0:
        assert missed_j(need_j * (1.0 - 1e-5)) > 0.0


@settings(max_examples=60, deadline=None)
@given(lights(), st.floats(0.5, 20.0), st.floats(1.0, 3.0), STORES)
def test_more_array_or_less_load_never_needs_more_store(
    light: FloatArray, area_m2: float, more: float, of: StoreTechnology
) -> None:
    need_j = need(light, area_m2, 1000.0, 600.0, of)
    assert need(light, area_m2 * more, 1000.0, 600.0, of) <= need_j * (1.0 + 1e-12)
    assert need(light, area_m2, 1000.0 / more, 600.0, of) <= need_j * (1.0 + 1e-12)


@settings(max_examples=30, deadline=None)
@given(lights(), st.lists(st.floats(0.5, 20.0), min_size=1, max_size=4), STORES)
def test_the_table_of_needs_is_a_little_high_and_never_low(
    light: FloatArray, areas_m2: list[float], of: StoreTechnology
) -> None:
    windows = np.array([[0, len(light)]])
    table = need_table(light, windows, 600.0, of)
    lack_w = np.full(len(areas_m2), 1000.0)
    got = table.needs_j(np.array(areas_m2), lack_w)[:, 0]
    exact = np.array([need(light, area_m2, 1000.0, 600.0, of) for area_m2 in areas_m2])
    assert (got >= exact * (1.0 - 1e-9) - 1e-3).all()
    assert (table.needs_j(np.array(areas_m2), 0.0 * lack_w) == 0.0).all()


def test_the_risk_is_the_share_of_cases_that_fail() -> None:
    needs_j = np.random.default_rng(0).random((40, 19))
    for risk in (0.0, 0.01, 0.05, 0.5):
        capacity_j = within_risk_j(needs_j, risk)
        assert np.mean(needs_j > capacity_j) <= risk
        assert np.mean(needs_j > capacity_j - 1e-12) > risk  # and no smaller one will do


def test_the_battery_of_lusee_night_has_its_published_mass() -> None:
    """7 kWh in 40 to 50 kg."""
    seven_j = 7.0 * KWH_J * BATTERY.usable_fraction / BATTERY.discharge_efficiency
    assert BATTERY.rated_j(seven_j) == pytest.approx(7.0 * KWH_J)
    assert 40.0 <= BATTERY.store_kg(seven_j) <= 50.0
