"""Sizing as a whole: against brute force with the kernel, closed forms and published darkness."""

from dataclasses import replace

import numpy as np
import pytest
from made_tasks import AS_PLANNED, flat_task, light_at

from moonstead.components import Bus, Link, Load, Parts
from moonstead.contracts import Priority
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.light import visible_fraction
from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError
from moonstead.sizing.chances import Chances, drawn
from moonstead.sizing.judge import Plant, unserved_j
from moonstead.sizing.need import least_store_j
from moonstead.sizing.search import Task, lightest, need_tables, reactor_alone_w
from moonstead.sizing.sunlight import flat_profiles, profiles_of
from moonstead.sizing.survival import survival_power_w
from moonstead.sizing.technology import (
    BATTERY,
    FUEL_CELL,
    ArrayTechnology,
    ReactorTechnology,
    Technology,
)
from moonstead.sizing.trade import NoDesignError, trade
from moonstead.units import DAY_S, HOUR_S, JULIAN_YEAR_S


def quiet(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def at_70_south() -> Task:
    return flat_task()


def test_the_long_night_at_70_south_is_load_times_night(at_70_south: Task) -> None:
    """What a night takes is between the time without any Sun and that plus dawn and dusk."""
    design = lightest(at_70_south, 0, 0.0, need_tables(at_70_south, 0))
    assert design is not None
    assert design.store is FUEL_CELL
    dark_s = float(at_70_south.light.longest_dark_s[0])
    # Half the synodic month, longer by the Sun's winter stand of 1.6 degrees at this latitude.
    assert 14.77 * DAY_S < dark_s < 15.6 * DAY_S
    night_j = 1000.0 * dark_s / FUEL_CELL.discharge_efficiency
    # The disc takes an hour and more to set or rise; the array carries the load at low light.
    assert night_j <= design.need_j < 1.03 * night_j


def test_no_area_and_store_that_the_kernel_lets_survive_is_lighter(at_70_south: Task) -> None:
    """Brute force: for many areas the least store by bisection, each tried in the kernel."""
    task = replace(at_70_south, technology=Technology(stores=(BATTERY,)))
    design = lightest(task, 1, 0.0, need_tables(task, 1))
    assert design is not None
    array = task.technology.array
    begin, end = task.full_windows()[0]
    light = task.light.light_w_per_m2[1][begin:end]
    found_kg = []
    for factor in (0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.3, 1.6, 2.5):
        area_m2 = factor * design.area_m2
        low_j, high_j = 0.0, 20.0 * design.need_j
        for _ in range(30):
            middle_j = 0.5 * (low_j + high_j)
            plant = Plant(
                array_w_per_light=area_m2 * array.efficiency, reactor_w=0.0, load_w=task.load_w,
                store=BATTERY, need_j=middle_j,
            )  # fmt: skip
            survives = unserved_j(plant, light, task.light.step_s) == 0.0
            low_j, high_j = (low_j, middle_j) if survives else (middle_j, high_j)
        bare_kg = array.array_kg(area_m2) + array.masts_kg(area_m2, 10.0)
        found_kg.append(bare_kg + BATTERY.store_kg(high_j))
    assert design.total_kg <= min(found_kg) * 1.001
    assert design.total_kg == pytest.approx(found_kg[4], rel=1e-6)


def test_spans_stay_on_the_grid_whatever_the_step() -> None:
    for minutes in (1.7, 7.0, 13.0, 60.0):
        task = flat_task(years=2, step_s=60.0 * minutes)
        count = task.light.light_w_per_m2.shape[1]
        assert task.full_windows()[-1, 1] == count
        for group in (2, 5, 26):
            assert task.windows(group * task.light.step_s, count // group).max() <= count // group


def test_as_planned_a_reactor_alone_has_the_power_of_the_load(at_70_south: Task) -> None:
    assert reactor_alone_w(at_70_south) == pytest.approx(at_70_south.load_w, rel=1e-12)


def test_at_70_south_reactors_win_and_the_kernel_agrees(at_70_south: Task) -> None:
    found = trade(replace(at_70_south, load_w=10e3), quiet)
    assert found.kernel_agrees
    assert found.judged_otherwise == 0
    assert found.best.reactor_w == pytest.approx(10e3)
    assert found.best_solar is not None
    assert found.best_solar.total_kg > 3.0 * found.best.total_kg
    needs_j = [design.need_j for design in found.by_reactor]
    assert needs_j == sorted(needs_j, reverse=True)  # more reactors never need more store


def test_drawn_stations_fail_as_often_as_they_may_and_more_risk_is_lighter() -> None:
    draws = drawn(Chances(draws=60), 4)
    task = flat_task(years=2, draws=draws)
    tables = need_tables(task, 0)
    masses_kg = []
    for risk in (0.0, 0.05, 0.2, 0.5):
        design = lightest(replace(task, risk=risk), 0, 0.0, tables)
        assert design is not None
        assert design.cases == 120
        assert design.failing <= risk * 120
        masses_kg.append(design.total_kg)
    assert masses_kg == sorted(masses_kg, reverse=True)
    again = lightest(replace(task, risk=0.05), 0, 0.0, need_tables(task, 0))
    assert again is not None
    assert again.total_kg == masses_kg[1]


def test_draws_have_the_chances_asked_for() -> None:
    draws = drawn(Chances(draws=20_000, seed=3), 4)
    # Binomial and lognormal: mean of the share, chance that all work, deviation of the logarithm.
    assert draws.array.mean() == pytest.approx(0.98, abs=0.001)
    assert np.mean(draws.reactor == 1.0) == pytest.approx(0.98**4, abs=0.01)
    assert np.log(draws.load).std() == pytest.approx(0.1, rel=0.03)
    assert (drawn(Chances(draws=50), 4).load == drawn(Chances(draws=50), 4).load).all()
    assert drawn(Chances(draws=0), 4).load.tolist() == [1.0]


def test_the_dark_of_connecting_ridge_lasts_as_published() -> None:
    """Gläser et al. (2014): at the best points typically 3 to 5 days, over 19 years."""
    light = light_at(profiles_of("connecting-ridge"), 18, HOUR_S, start="2018-10-22")
    assert light.heights_m == (2.0, 10.0)
    assert (light.longest_dark_s > 3.0 * DAY_S).all()
    assert (light.longest_dark_s < 5.0 * DAY_S).all()


def test_ten_minutes_are_fine_enough() -> None:
    """The same winter at 60 s and at 600 s needs the same store."""
    needs_j = []
    for step_s in (60.0, 600.0):
        light = light_at(profiles_of("connecting-ridge-2m"), 0, step_s, start="2035-02-01")
        count = light.light_w_per_m2.shape[1]
        power = light.light_w_per_m2[0] * ArrayTechnology().efficiency
        supply = (np.array([60.0]), np.array([6000.0]))
        windows = np.array([[0, count]])
        needs_j.append(least_store_j(power, windows, supply, step_s, BATTERY)[0])
    assert needs_j[1] == pytest.approx(needs_j[0], rel=2e-3)


def test_flat_ground_sees_the_sun_as_a_smooth_sphere_does() -> None:
    """At the pole the upper limb is up for 0.5566 of 2025 to 2045 (DE421, no terrain)."""
    (profile,) = flat_profiles(-90.0, 0.0, (0.0,))
    count = round(21.0 * JULIAN_YEAR_S / HOUR_S)
    sun = load_ephemeris().track(profile.site, "sun", from_utc("2025-01-01"), HOUR_S, count)
    assert np.mean(visible_fraction(sun, profile) > 0.0) == pytest.approx(0.5566, abs=0.003)


def test_a_place_without_sun_needs_reactors() -> None:
    light = light_at(profiles_of("shackleton-floor"), 1, 6.0 * HOUR_S)
    task = Task(
        light=light, load_w=1000.0, years=1, risk=0.0, draws=AS_PLANNED,
        technology=Technology(reactor=None),
    )  # fmt: skip
    with pytest.raises(NoDesignError, match=r"the Sun is never in view.*reactors"):
        trade(task, quiet)
    found = trade(replace(task, technology=Technology()), quiet)
    assert found.by_height == (None,)
    assert found.best.reactor_w == pytest.approx(1000.0)
    assert found.best.need_j == 0.0


def test_reactors_weigh_what_was_published() -> None:
    one = ReactorTechnology(units=1)
    assert one.reactor_kg(100e3) == pytest.approx(15e3)  # NASA 2025: 100 kW below 15 t
    assert one.reactor_kg(10e3) == pytest.approx(1500.0, rel=2e-3)  # Kilopower
    assert ReactorTechnology(units=4).reactor_kg(40e3) == pytest.approx(4 * one.reactor_kg(10e3))
    assert one.reactor_kg(0.0) == 0.0


def test_survival_power_counts_survival_and_housekeeping_and_nothing_in_orbit() -> None:
    def load(name: str, power_w: float, priority: Priority, bus: str = "a") -> Load:
        return Load(
            name=name, bus=bus, node="", power_w=power_w, priority=priority, initial_level=0.5
        )

    parts = Parts(
        buses=(Bus(name="a"), Bus(name="b"), Bus(name="orbit")),
        loads=(
            load("computer", 100.0, Priority.SURVIVAL),
            load("radio", 40.0, Priority.HOUSEKEEPING),
            load("science", 900.0, Priority.SCIENCE),
            load("breath", 500.0, Priority.SURVIVAL, bus=""),
            load("rover", 20.0, Priority.SURVIVAL, bus="b"),
            load("orbiter", 600.0, Priority.SURVIVAL, bus="orbit"),
        ),
        links=(
            Link(
                name="cable", from_bus="a", to_bus="b", node="", capacity_w=1e3, efficiency=0.9,
                priority=Priority.SURVIVAL,
            ),
        ),
    )  # fmt: skip
    assert survival_power_w(parts, "a") == pytest.approx(80.0)


def test_a_site_that_is_unknown_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match="connecting-ridge"):
        profiles_of("conecting-ridge")
