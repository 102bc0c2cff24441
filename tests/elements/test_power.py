"""Elements of electric power: arrays, stores, generators, reactor, beam, cable, tie."""

from typing import Any

import numpy as np
import pytest
from made_elements import (
    advanced,
    element,
    hub,
    mains,
    simulated,
    simulator,
    sky,
    small_hub,
)
from pydantic import ValidationError
from scipy.integrate import quad
from scipy.spatial.transform import Rotation

from moonstead.components import Bus, FloatArray, Parts, joined
from moonstead.contracts import Command
from moonstead.elements.sunlight import SUN_RADIUS_RAD, direction, share_above
from moonstead.units import HOUR_S, JULIAN_YEAR_S, KWH_J

SUNS = [(10.0, -1.0), (95.0, 2.0), (200.0, 40.0), (350.0, 80.0)]


def array(**changes: Any) -> Any:
    bare = {"cleaning": None, "shadow": None}
    return element("solar_array", **{**bare, **changes})


def offered_w(made: Any, **sun: float) -> float:
    return float(made.parts().sources[0].available_w(sky(1, **sun))[0])


@pytest.mark.parametrize(("azimuth", "elevation"), SUNS)
@pytest.mark.parametrize("axis", [(0.0, 0.0), (70.0, 0.0), (140.0, 35.0)])
@pytest.mark.parametrize("tilt", [90.0, 60.0])
def test_a_single_axis_mount_finds_the_best_turn(
    azimuth: float, elevation: float, axis: tuple[float, float], tilt: float
) -> None:
    """Here the face is turned about the axis in steps of 0.05 degrees, and the best is taken."""
    made = array(
        mount="single-axis", azimuth_deg=axis[0], axis_elevation_deg=axis[1], tilt_deg=tilt
    )
    sun = direction(azimuth, elevation)
    along = direction(*axis)
    across = np.cross(along, [0.3, 0.5, 0.81])
    across /= np.linalg.norm(across)
    start = np.cos(np.radians(tilt)) * along + np.sin(np.radians(tilt)) * across
    turns = Rotation.from_rotvec(np.radians(np.arange(0.0, 360.0, 0.05))[:, None] * along)
    best = max(float((turns.apply(start) @ sun).max()), 0.0)
    full_w = made.area_m2 * made.cell_efficiency * made.wiring_efficiency * 1361.0
    found = offered_w(made, sun_azimuth_deg=azimuth, sun_elevation_deg=elevation)
    assert found / full_w == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("offset", [-1.5, -1.0, -0.6, 0.0, 0.3, 0.99, 2.0])
def test_the_share_of_a_disc_above_a_line_is_its_integral(offset: float) -> None:
    low = min(max(-offset, -1.0), 1.0)
    area, _ = quad(lambda y: 2.0 * np.sqrt(1.0 - y * y), low, 1.0)
    assert share_above(np.array([offset]))[0] == pytest.approx(area / np.pi, abs=1e-7)


SHADOW = {
    "bottom_m": 2.0, "top_m": 20.0, "strings": 6, "direction": "horizontal",
    "skyline_distance_m": 4000.0, "reference_height_m": 10.0,
}  # fmt: skip


def light_of_rows(heights_m: FloatArray, sun_deg: float, wall_m: float) -> FloatArray:
    """Return the share of the disc that rows of a mast see over a wall, disc point by point.

    The wall's top is ``wall_m`` above the reference height, at the skyline's distance.
    """
    edge = np.linspace(-1.0, 1.0, 401)
    x, y = np.meshgrid(edge, edge)
    rises = np.tan(np.radians(sun_deg) + SUN_RADIUS_RAD * y[x * x + y * y <= 1.0])
    above = heights_m[:, None] - SHADOW["reference_height_m"]
    return np.mean(above + rises * SHADOW["skyline_distance_m"] > wall_m, axis=1)


@pytest.mark.parametrize("sun_deg", [-0.4, 0.55, 0.7, 0.86, 1.0, 1.3])
@pytest.mark.parametrize("way", ["horizontal", "vertical"])
def test_strings_of_a_tall_array_see_the_sun_over_a_wall(sun_deg: float, way: str) -> None:
    """Each string gives what its lowest row sees; the wall stands 0.8 degrees high."""
    made = array(shadow={**SHADOW, "direction": way})
    wall_m = np.tan(np.radians(0.8)) * SHADOW["skyline_distance_m"]
    bottoms = (
        np.array([2.0, 5.0, 8.0, 11.0, 14.0, 17.0]) if way == "horizontal" else np.array([2.0])
    )
    truth = light_of_rows(bottoms, sun_deg, wall_m).mean()
    full_w = made.area_m2 * made.cell_efficiency * made.wiring_efficiency * 1361.0
    found_w = offered_w(
        made, sun_elevation_deg=sun_deg, skyline_elevation_deg=0.8, solar_irradiance_w_per_m2=0.0
    )
    cosine = np.cos(np.radians(sun_deg))
    assert found_w / (full_w * cosine) == pytest.approx(truth, abs=2e-3)


def test_a_tall_array_is_lit_in_part_for_longer_than_at_once() -> None:
    """The top sees the Sun while the mast at 10 m sees none, and never gives more than all."""
    tall, short = array(shadow=SHADOW), array()
    low = {"sun_elevation_deg": 0.4, "skyline_elevation_deg": 0.8, "solar_irradiance_w_per_m2": 0.0}
    assert offered_w(tall, **low) == 0.0 == offered_w(short, **low)
    low["sun_elevation_deg"] = 0.8 - 0.27
    assert offered_w(tall, **low) > 0.0 == offered_w(short, **low)
    full = {"sun_elevation_deg": 2.0, "skyline_elevation_deg": 0.8}
    assert offered_w(tall, **full) == pytest.approx(offered_w(short, **full), rel=1e-12)


def test_no_more_power_than_light_on_the_panel() -> None:
    made = element("solar_array").parts()
    elevations = np.linspace(0.2, 1.5, 200)
    series = sky(200, skyline_elevation_deg=0.8) | {"sun_elevation_deg": elevations}
    absorbed_w = made.nodes[0].absorbed_w(series)
    assert (made.sources[0].available_w(series) <= absorbed_w * 0.295 / 0.9 + 1e-9).all()


def test_28_m2_are_the_class_of_the_vertical_array_of_nasa() -> None:
    """VSAT: 10 kW (NASA)."""
    assert offered_w(array(), sun_elevation_deg=0.0) == pytest.approx(10e3, rel=0.05)


def test_dust_and_radiation_of_the_example_are_those_of_apollo_and_change_3() -> None:
    """O'Brien: 4 to 10 % in 2000 days on covered cells; Chang'e 3: 21.4 ug/cm2 a year.

    Grains of 20 um and 3 g/cm3 that lie singly shade 3 / (4 rho r) m2 for each kilogram.
    """
    made = array()
    deposit_kg_per_m2 = 21.4e-9 / 1e-4
    assert made.dust_per_year == pytest.approx(
        deposit_kg_per_m2 * 3.0 / (4.0 * 3000.0 * 10e-6), rel=0.1
    )
    years = 2000.0 * 86400.0 / JULIAN_YEAR_S
    left = ((1.0 - made.loss_per_year) * (1.0 - made.dust_per_year)) ** years
    assert 0.04 < 1.0 - left < 0.10


def test_cleaning_takes_its_share_of_the_dust_in_its_time() -> None:
    made = element("solar_array")
    work = made.all_parts().loads[0]
    assert work.name in made.activity_loads()
    assert work.cleans == "array"
    assert np.exp(-work.cleaning_per_s * 4.0 * HOUR_S) == pytest.approx(1.0 - 0.9)
    assert work.initial_level == 0.0


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        ("solar_array", {"axis_elevation_deg": 10.0}, "single-axis"),
        ("solar_array", {"dust_per_year": 0.0}, "cleaning needs dust_per_year"),
        ("solar_array", {"shadow": {**SHADOW, "top_m": 2.0}}, "top_m must be above"),
        ("regenerative_fuel_cell", {"discharge_efficiency": 0.84}, "less than or equal to 0.829"),
        ("regenerative_fuel_cell", {"charge_efficiency": 1.01}, "less than or equal to 1"),
        ("radioisotope_generator", {"electric_power_w": 2000.0}, "below thermal_power_w"),
        ("radioisotope_generator", {"warms": "hub"}, "go together"),
        ("fission_unit", {"electric_power_w": 5e4}, "below thermal_power_w"),
        ("fission_unit", {"start_up_s": 0.0}, "needs start_up_s"),
        ("power_beam", {"to_bus": "main"}, "another bus"),
        ("power_cable", {"to_bus": "main"}, "another bus"),
        ("power_cable", {"mass_kg": 200.0}, "two conductors, 270 kg"),
        ("power_cable", {"voltage_v": 120.0}, "lower capacity_w"),
        ("power_cable", {"conductor_temperature_k": 20.0}, "greater than or equal to 80"),
        ("power_tie", {"bus_b": "main"}, "another bus"),
    ],
)
def test_what_cannot_be_is_refused(kind: str, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        element(kind, **changes)


def test_a_battery_fades_as_geostationary_cells_do() -> None:
    """Saft: about 10 % in 15 years; two seasons of 45 shadows a year, to 80 % depth."""
    made = element("battery")
    lost = 15.0 * made.calendar_fade_per_year + 15.0 * 90.0 * 0.8 * made.cycle_fade_fraction
    assert lost == pytest.approx(0.10, abs=0.005)


def test_a_battery_is_of_the_class_of_lusee_night() -> None:
    made = element("battery")
    assert 140.0 < made.capacity_j / 3600.0 / made.mass_kg < 175.0


def test_a_battery_gives_back_its_round_trip() -> None:
    made = element("battery", self_discharge_per_s=0.0, initial_fraction=0.5)
    parts = [small_hub().parts(), made.parts(), mains(1e4)]
    run = simulated(parts, sky(60), 60.0)
    store = run.station.names.stores.index("battery")
    stored_j = run.state.store_energy_j[store] - 0.5 * made.capacity_j
    assert stored_j == pytest.approx(0.97 * run.ledger.store_charged_j[store], rel=1e-9)
    assert stored_j == pytest.approx(0.97 * 1e4 * HOUR_S, rel=0.2)


def test_a_fuel_cell_takes_water_apart_by_the_atomic_weights() -> None:
    """285.83 kJ/mol; H 1.008, O 15.999 (CIAAW): 0.2269 kg of water for a kilowatt hour."""
    made = element("regenerative_fuel_cell")
    reactants = {one.commodity: one.kg_per_j for one in made.parts().stores[0].reactants}
    assert sum(reactants.values()) == pytest.approx(0.0, abs=1e-22)
    assert -reactants["water"] * KWH_J == pytest.approx(18.015 / 285.83 * 3.6, rel=1e-9)
    assert reactants["oxygen"] / reactants["hydrogen"] == pytest.approx(15.999 / 2.016)
    assert 0.45 < made.charge_efficiency * made.discharge_efficiency < 0.55


def test_a_fuel_cell_charges_until_its_water_is_gone() -> None:
    made = element("regenerative_fuel_cell", capacity_j=5 * KWH_J, initial_fraction=0.5)
    run = simulated([small_hub().parts(), made.parts(), mains(1e4)], sky(120), 60.0)
    kg = dict(zip(run.station.names.tanks, run.state.tank_kg, strict=True))
    assert kg["fuel-cell.water"] == pytest.approx(0.0, abs=1e-9)
    assert kg["fuel-cell.hydrogen"] == pytest.approx(5 * KWH_J * 2.016e-3 / 285.83e3)
    assert kg["fuel-cell.hydrogen"] + kg["fuel-cell.oxygen"] == pytest.approx(
        5 * 3.6 * 18.015 / 285.83
    )


def test_a_fuel_cell_burns_the_oxygen_of_another_element() -> None:
    """Its own hydrogen, and the oxygen tank of the station: what one loses, water gains."""
    tank = element("tank", name="air", commodity="oxygen", capacity_kg=50.0, initial_kg=20.0)
    made = element("regenerative_fuel_cell", oxygen_tank="air", initial_fraction=1.0)
    used = hub(computer_power_w=2000.0, housekeeping_power_w=0.0, radio=())
    run = simulated([used.parts(), tank.parts(), made.parts()], sky(60), 60.0)
    kg = dict(zip(run.station.names.tanks, run.state.tank_kg, strict=True))
    enthalpy_j = run.ledger.store_discharged_j[0] / 0.70
    assert 20.0 - kg["air"] == pytest.approx(enthalpy_j / 285.83e3 * 15.999e-3, rel=1e-9)
    assert kg["fuel-cell.water"] == pytest.approx(enthalpy_j / 285.83e3 * 18.015e-3, rel=1e-9)


def after(years: float) -> dict[str, FloatArray]:
    return sky(1, elapsed_s=years * JULIAN_YEAR_S)


def test_plutonium_decays() -> None:
    """Half-life 87.7 years: 0.895 of the heat after 14, an MMRTG of 110 W then at 98.5 W."""
    made = element("radioisotope_generator", fuel_age_year=0.0, loss_per_year=0.0).parts()
    assert made.nodes[0].absorbed_w(after(14.0))[0] / 2000.0 == pytest.approx(0.895, abs=5e-4)
    assert made.sources[0].available_w(after(14.0))[0] == pytest.approx(98.5, abs=0.05)
    heater = element("radioisotope_heater", fuel_age_year=4.0).parts()
    assert heater.nodes[0].absorbed_w(after(10.0))[0] / 120.0 == pytest.approx(0.895, abs=5e-4)


def test_a_generator_ages_as_new_horizons_did() -> None:
    """NASA: 240 W in January 2006, 202 W in July 2015; the next may lose 1.9 % a year."""
    years = 9.48
    made = element("radioisotope_generator", electric_power_w=240.0, fuel_age_year=years)
    assert made.parts().sources[0].available_w(after(0.0))[0] == pytest.approx(202.0, abs=1.0)
    fresh = element("radioisotope_generator", electric_power_w=240.0, fuel_age_year=0.0)
    source = fresh.parts().sources[0]
    left_w = source.available_w(after(years))[0] * (1.0 - source.loss_per_year) ** years
    assert left_w == pytest.approx(202.0, abs=1.0)
    assert 1.0 - (left_w / 240.0) ** (1.0 / years) < 0.019


@pytest.mark.parametrize(
    ("east_m", "north_m", "forbidden"),
    [
        (2000.0, 0.0, False), (900.0, 0.0, True), (2000.0, 500.0, False), (2000.0, 600.0, True),
        (-2000.0, 0.0, True), (0.0, 2000.0, True),
    ],
)  # fmt: skip
def test_the_shield_protects_a_cone(east_m: float, north_m: float, forbidden: bool) -> None:
    """Towards the east, 15 degrees to both sides (tan 15 = 0.268), beyond a kilometre."""
    assert element("fission_unit").forbids(east_m, north_m) is forbidden
    assert element("fission_unit", shadow_shield_half_angle_deg=180.0).forbids(0.0, 2000.0) is False


def test_a_reactor_starts_up_and_follows_its_level() -> None:
    """Half power at half its start-up time, full power then; half again when commanded so."""
    made = element("fission_unit", start_up_s=6 * HOUR_S)
    storing = element("battery", capacity_j=1e15, charge_power_w=1e6)
    parts = joined((small_hub().parts(), made.parts(), storing.parts()))
    run = simulator(parts, sky(800))
    output = run.new_output(800)
    run.advance(0, 420, output, 0)
    run.obey([Command("reactor", 0.5)])
    run.advance(420, 800, output, 0)
    row = run.station.names.sources.index("reactor")
    power_w = output["source_power_w"][row]
    assert power_w[180] == pytest.approx(5e3, rel=0.01)
    assert power_w[400] == pytest.approx(1e4, rel=1e-6)
    assert power_w[420 + 90] == pytest.approx(7.5e3, rel=0.01)
    assert power_w[799] == pytest.approx(5e3, rel=1e-6)


def test_a_cold_reactor_makes_no_heat() -> None:
    """Its radiator cools while it stands still, and settles at full power by Stefan-Boltzmann."""
    made = element("fission_unit", initial_temperature_k=300.0)
    off = joined((small_hub().parts(), mains(10.0), made.parts()))
    run = simulator(off, sky(60))
    run.obey([Command("reactor", 0.0)])
    advanced(run, 60)
    node = run.station.names.nodes.index("reactor")
    assert run.state.node_temperature_k[node] < 300.0


@pytest.mark.parametrize(("jitter_rad", "distance_m"), [(0.0, 2e4), (2e-5, 1e4), (5e-5, 1e4)])
def test_the_light_caught_is_that_of_many_jittered_beams(
    jitter_rad: float, distance_m: float
) -> None:
    """Rays are drawn from the Gaussian beam and shifted by the pointing error: Monte Carlo."""
    made = element("power_beam", jitter_rad=jitter_rad, distance_m=distance_m, wavelength_m=8.1e-6)
    draw = np.random.default_rng(7).normal
    waist_m = made.aperture_diameter_m / 4.0
    rayleigh_m = np.pi * waist_m**2 / (made.wavelength_m * made.beam_quality)
    width_m = waist_m * np.hypot(1.0, distance_m / rayleigh_m)
    rays = draw(scale=width_m / 2.0, size=(2, 400_000))
    shift = draw(scale=jitter_rad * distance_m, size=rays.shape) if jitter_rad else 0.0
    inside = np.hypot(*(rays + shift)) < made.receiver_diameter_m / 2.0
    assert made.caught_fraction() == pytest.approx(float(inside.mean()), abs=2.5e-3)


def far_bus_load(bus: str) -> Parts:
    """Return something in the crater that takes all that comes: a very large battery."""
    made = element("battery", name="crater-battery", bus=bus, capacity_j=1e15, charge_power_w=1e6)
    return made.parts()


def test_a_beam_multiplies_its_chain() -> None:
    made = element("power_beam")
    parts = [small_hub().parts(), mains(), made.parts(), far_bus_load("crater")]
    run = simulated(parts, sky(60))
    taken_j = 3000.0 * HOUR_S
    stored_j = run.ledger.store_charged_j[0]
    assert stored_j == pytest.approx(taken_j * 0.5 * made.caught_fraction() * 0.55, rel=1e-6)
    node = run.station.names.nodes.index("beam.receiver")
    light_j = taken_j * 0.5 * made.caught_fraction()
    assert run.ledger.node_dissipated_j[node] == pytest.approx(light_j * 0.45, rel=1e-6)


def test_copper_and_aluminium_resist_as_measured() -> None:
    """International annealed copper standard: 1.7241e-8 ohm m at 20 C; a wire of 1 km and 1 mm2.

    The CRC table is for purer copper, 3 % better. Aluminium: 2.65e-8 ohm m at 20 C.
    """
    wire = {
        "length_m": 500.0, "cross_section_m2": 1e-6, "conductor_temperature_k": 293.15,
        "capacity_w": 1e3, "voltage_v": 1e3,
    }  # fmt: skip
    copper = element("power_cable", material="copper", **wire)
    assert copper.resistance_ohm() == pytest.approx(17.241, rel=0.03)
    assert copper.conductor_kg() == pytest.approx(8.96)
    assert element("power_cable", **wire).resistance_ohm() == pytest.approx(26.5, rel=0.001)
    cold = {**wire, "conductor_temperature_k": 100.0}
    assert element("power_cable", material="copper", **cold).resistance_ohm() < 3.6


def test_what_arrives_of_a_cable_is_what_its_current_leaves() -> None:
    """10 kW at 2 kV are 5 A; they lose I2 R in the line and 4 % in the converter behind it."""
    made = element("power_cable")
    parts = [small_hub().parts(), mains(), made.parts(), far_bus_load("crater")]
    run = simulated(parts, sky(60))
    received_w = 0.96 * 1e4 - 5.0**2 * made.resistance_ohm()
    assert run.ledger.store_charged_j[0] == pytest.approx(received_w * HOUR_S, rel=1e-9)
    assert 5.0**2 * made.resistance_ohm() == pytest.approx(0.04 * 1e4, rel=0.02)


def test_two_buses_tied_are_one_bus() -> None:
    """All that a battery on one bus stores comes from the other, without loss."""
    ample = Parts(buses=(Bus(name="annex"),))
    storing = element("battery", name="b", bus="annex", capacity_j=1e15, charge_power_w=5e3).parts()
    for closed, joules in ((True, 5e3 * HOUR_S), (False, 0.0)):
        tie = element("power_tie", closed=closed).parts()
        run = simulated([small_hub().parts(), mains(), ample, storing, tie], sky(60))
        assert run.ledger.store_charged_j[0] == pytest.approx(joules, rel=1e-9)
