"""Elements that move or move others: rover, hopper, crane."""

from math import exp
from typing import Any

import numpy as np
import pytest
from made_elements import element, helpers, hub, mains, simulated, simulator, sky
from pydantic import ValidationError
from scipy.integrate import solve_ivp

from moonstead.components import joined
from moonstead.contracts import Command
from moonstead.elements.drive import (
    Drive,
    drive_power_w,
    resistance_n,
    sinkage_m,
    thrust_n,
)
from moonstead.elements.hopper import hop_speed_m_per_s
from moonstead.units import HOUR_S, KWH_J

LRV_KG = 700.0
LRV = Drive(speed_m_per_s=2.5, wheel_diameter_m=0.81, wheel_width_m=0.23, efficiency=0.65)


def on_slope(drive: Drive, slope_deg: float) -> Drive:
    return drive.model_copy(update={"slope_deg": slope_deg})


def wh_per_km(drive: Drive, mass_kg: float) -> float:
    return drive_power_w(drive, mass_kg) / drive.speed_m_per_s / 3.6


def test_apollos_rover_takes_less_than_its_report_and_design_say() -> None:
    """LRV: 36 V, 2 x 121 Ah for 92 km. Apollo 16 report: 98.2 Ah on 26.7 km, all loads."""
    design, flown = 36.0 * 242.0 / 92.0, 36.0 * 98.2 / 26.7
    assert 0.5 * design < wh_per_km(LRV, LRV_KG) < design < flown


def test_apollos_rover_climbs_what_it_was_designed_for() -> None:
    """25 degrees at most by design, 20 to 23 in good conditions."""
    assert drive_power_w(on_slope(LRV, 25.0), LRV_KG) > 2.0 * drive_power_w(LRV, LRV_KG)
    with pytest.raises(ValueError, match="slip through"):
        drive_power_w(on_slope(LRV, 28.0), LRV_KG)


def test_apollos_wheels_sink_by_a_centimetre_or_two() -> None:
    assert 0.01 < sinkage_m(LRV, LRV_KG * 1.62 / 4) < 0.02


def test_viper_drives_within_its_power() -> None:
    """NASA: 430 kg, 450 W, 0.2 m/s, slopes of 15 degrees nominal and 25 at the limit."""
    viper = element("rover")
    assert viper.mass_kg == 430.0
    assert drive_power_w(on_slope(viper.drive, 15.0), 430.0) < 450.0 - 50.0
    with pytest.raises(ValidationError, match="slip through"):
        element("rover", drive={**viper.drive.model_dump(), "slope_deg": 27.0})


def test_the_rut_is_the_work_of_pressing_it() -> None:
    """Force along the way = pressure integrated over the depth of the rut, per width."""
    load_n = 250.0
    depth_m = sinkage_m(LRV, load_n)
    z = np.linspace(0.0, depth_m, 20_001)
    pressure_pa = (1400.0 / 0.23 + 820e3) * z
    assert resistance_n(LRV, load_n) == pytest.approx(0.23 * np.trapezoid(pressure_pa, z), rel=1e-6)


def test_thrust_grows_with_slip_towards_the_strength_of_the_soil() -> None:
    slips = np.linspace(0.01, 1.0, 50)
    thrusts_n = [thrust_n(LRV, 280.0, float(slip)) for slip in slips]
    assert np.all(np.diff(thrusts_n) > 0.0)
    assert thrusts_n[-1] < 280.0 * np.tan(np.radians(35.0)) + 170.0 * 0.23 * 0.2


@pytest.mark.parametrize("slope_deg", [3.0, 8.0, 14.0])
def test_no_way_up_and_down_costs_less_than_the_flat(slope_deg: float) -> None:
    assert drive_power_w(on_slope(LRV, slope_deg), LRV_KG) >= drive_power_w(LRV, LRV_KG)


def test_power_is_in_proportion_to_speed_and_inverse_to_efficiency() -> None:
    half = LRV.model_copy(update={"speed_m_per_s": 1.25, "efficiency": 0.325})
    assert drive_power_w(half, LRV_KG) == pytest.approx(drive_power_w(LRV, LRV_KG), rel=1e-12)


def test_a_rover_sleeps_on_its_timer_and_wakes_in_the_sun() -> None:
    """Asleep only the timer takes power; its own panel charges it when the Sun is back."""
    rover = element(
        "rover", thermal={**element("rover").thermal.model_dump(), "heater_power_w": 0.0}
    )
    series = sky(120)
    series["solar_irradiance_w_per_m2"][:60] = 0.0
    run = simulator(joined([hub().parts(), mains(), rover.parts()]), series)
    run.obey([Command("rover.avionics", 0.0), Command("rover.charger", 0.0)])
    output = run.new_output(120)
    run.advance(0, 120, output, 0)
    energy_j = output["store_energy_j"][0]
    start_j = run.begin.store_energy_j[0]
    assert start_j - energy_j[59] == pytest.approx(2.0 * HOUR_S / 0.96, rel=1e-3)
    panel_w = 1.3 * 0.26 * 1361.0
    gained_j = energy_j[119] - energy_j[59]
    assert gained_j == pytest.approx((panel_w - 2.0) * 0.96 * HOUR_S, rel=1e-3)
    names = [load.name for load in rover.parts().loads]
    assert {"rover.timer", "rover.wake"} <= set(names)


def test_a_rover_lives_on_its_own_battery() -> None:
    """With the cable shut, in the dark, it drives and surveys from its battery alone."""
    warm = {**element("rover").thermal.model_dump(), "heater_power_w": 0.0}
    rover = element("rover", thermal=warm, drive=None, drive_power_w=150.0, hibernation=None)
    series = sky(10, solar_irradiance_w_per_m2=0.0)
    run = simulator(joined([hub().parts(), mains(), rover.parts()]), series)
    moves = {"rover.charger": 0.0, "rover.drive": 1.0, "rover.payload": 1.0}
    run.obey([Command(name, level) for name, level in moves.items()])
    run.advance(0, 10, run.new_output(10), 0)
    used_j = (50.0 + 150.0 + 80.0) * 600.0
    assert run.ledger.store_discharged_j[0] == pytest.approx(used_j)
    taken_j = run.begin.store_energy_j[0] - run.state.store_energy_j[0]
    assert taken_j == pytest.approx(used_j / 0.96)
    payload = run.station.names.loads.index("rover.payload")
    assert run.ledger.load_made_bit[payload] == 2e5 * 600.0


def test_a_flat_panel_sees_the_sine_of_the_sun() -> None:
    made = element("rover", panel={"area_m2": 1.0, "efficiency": 0.3, "facing": "sky"})
    offered_w = made.parts().sources[0].available_w(sky(1, sun_elevation_deg=30.0))[0]
    assert offered_w == pytest.approx(0.3 * 1361.0 * 0.5)
    assert made.parts().sources[0].available_w(sky(1, sun_elevation_deg=-1.0))[0] == 0.0


MU, RADIUS_M = 4902.800066e9, 1737.4e3


@pytest.mark.parametrize("range_m", [500.0, 4e3, 1e5, 1e6])
def test_a_hop_lands_where_it_should(range_m: float) -> None:
    """The flight is integrated over the sphere from the launch given, until it is down again."""
    speed = hop_speed_m_per_s(range_m)
    rise_rad = (np.pi - range_m / RADIUS_M) / 4.0

    def motion(_: float, y: Any) -> Any:
        pull = -MU / np.hypot(y[0], y[1]) ** 3
        return [y[2], y[3], pull * y[0], pull * y[1]]

    def down(_: float, y: Any) -> float:
        return float(np.hypot(y[0], y[1]) - RADIUS_M)

    down.terminal, down.direction = True, -1.0  # type: ignore[attr-defined]
    start = [0.0, RADIUS_M, speed * np.cos(rise_rad), speed * np.sin(rise_rad)]
    flight = solve_ivp(motion, (0.0, 5e3), start, events=down, rtol=1e-11, atol=1e-6)
    x, y = flight.y_events[0][-1][:2]
    assert RADIUS_M * np.arctan2(x, y) == pytest.approx(range_m, rel=1e-6)


def test_no_slower_launch_reaches_as_far() -> None:
    """Short hops: v^2 = g L at 45 degrees, the least of all elevations on flat ground."""
    gravity = MU / RADIUS_M**2
    assert hop_speed_m_per_s(100.0) == pytest.approx(np.sqrt(gravity * 100.0), rel=1e-4)


def test_propellant_of_a_hop_is_the_rocket_equations() -> None:
    """Twice 80.6 m/s and 30 %: 209 m/s from hydrazine's 2256 m/s."""
    made = element("hopper")
    speed = np.sqrt(4000.0 * MU / RADIUS_M**2)
    expected_kg = 200.0 * (1.0 - exp(-2.0 * 1.3 * speed / (230.0 * 9.80665)))
    assert made.hop_propellant_kg() == pytest.approx(expected_kg, rel=1e-3)


def test_a_hop_burns_its_propellant_and_a_second_one_again() -> None:
    """Bipropellant at 1.65 to one; an hour of commands is six hops of ten minutes, but for fuel."""
    made = element("hopper", oxidiser_ratio=1.65)
    run = simulator(joined([hub().parts(), mains(), made.parts()]), sky(40))
    run.obey([Command("hopper.hop", 1.0)])
    run.advance(0, 20, run.new_output(20), 0)
    kg = dict(zip(run.station.names.tanks, run.state.tank_kg, strict=True))
    used_kg = 60.0 - sum(kg.values())
    assert used_kg == pytest.approx(2.0 * made.hop_propellant_kg(), rel=1e-9)
    fuel_kg = 60.0 / 2.65 - kg["hopper.fuel"]
    assert used_kg / fuel_kg == pytest.approx(2.65)


def test_working_time_of_a_crane_is_arms_times_share_times_light() -> None:
    made = element("crane")
    series = sky(100)
    series["sun_fraction"][30:] = 0.0
    amount = made.parts().supplies[0].amount(series)
    assert amount.sum() == pytest.approx(2 * 0.3 * 30)
    always = element("crane", works="always").parts().supplies[0].amount(series)
    assert always.sum() == pytest.approx(2 * 0.3 * 100)


def test_a_crane_without_power_gives_no_working_time() -> None:
    made = element("crane", works="always")
    for power_w, robots in ((1e4, 0.6), (0.0, 0.0)):
        run = simulated([hub().parts(), mains(power_w), made.parts()], sky(60))
        given_s = run.ledger.pool_offered_s[run.station.names.pools.index("robot")]
        assert given_s == pytest.approx(robots * HOUR_S, rel=0.02)


def test_robots_do_as_much_cleaning_as_their_time_allows() -> None:
    """A third of a robot does a third of the cleaning; four robots do all of it."""
    array = element("solar_array", shadow=None)
    for others, share in (([element("crane", arms=1).parts()], 0.3), ([helpers()], 1.0)):
        run = simulated([hub().parts(), array.all_parts(), mains(), *others], sky(60), level=1.0)
        work = run.station.names.work.index("array.cleaning")
        # A crane's arms give time from the step after the one in which they got power.
        assert run.ledger.work_done_s[work] == pytest.approx(share * HOUR_S, rel=0.02)


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        ("rover", {"drive_power_w": 100.0}, "not both"),
        ("rover", {"drive": None}, "give either"),
        ("hopper", {"range_m": 200e3}, "more propellant_kg or a shorter range_m"),
        ("hopper", {"propellant_kg": 200.0}, "below mass_kg"),
        ("hopper", {"hop_duration_s": 60.0}, "at least the flight, 70"),
        ("crane", {"arms": 0}, "greater than or equal to 1"),
        ("crane", {"availability_fraction": 0.0}, "greater than 0"),
    ],
)
def test_what_cannot_be_is_refused(kind: str, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        element(kind, **changes)


def test_the_battery_of_the_example_lasts_as_long_as_vipers() -> None:
    """NASA: about 50 h of darkness; here with 100 W of avionics and heater."""
    usable_j = element("rover").battery_j * 0.9 * 0.96
    assert usable_j / 100.0 > 40.0 * HOUR_S
    assert usable_j < 5.0 * KWH_J
