"""Elements of electric power: stores, generators, reactor, beam, cable, tie."""

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
from scipy.constants import Stefan_Boltzmann

from moonstead.components import Bus, FloatArray, Parts, Source, joined
from moonstead.contracts import Command
from moonstead.elements.examples import example_elements
from moonstead.units import HOUR_S, JULIAN_YEAR_S, KWH_J

COLD_PROOF = {
    "heat_capacity_j_per_k": 2e4, "radiating_area_m2": 1.0, "emissivity": 0.05,
    "survival_min_k": 1.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        ("battery", {"name": "Two Words"}, "pattern"),
        ("battery", {"mass_kg": 0.0}, "greater than 0"),
        ("battery", {"floor_fraction": 1.0}, "less than 1"),
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
        ("power_tie", {"bus_b": "north"}, "another bus"),
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


def test_a_battery_in_the_simulation_fades_as_its_numbers_say() -> None:
    """A year of a cycle to 80 % every day: 0.5 % by time and 365 x 0.8 cycles by use."""
    made = element("battery", self_discharge_per_s=0.0, initial_fraction=1.0)
    drain_w = 0.8 * made.capacity_j * 0.97 / 12.0 / HOUR_S
    drain = hub(computer_power_w=drain_w, housekeeping_power_w=0.0, radio=(), thermal=COLD_PROOF)
    sun = sky(2 * 365)
    lit = np.tile([0.0, 1.0], 365)
    offer = Source(
        name="mains", bus="main", node="hub", available_w=lambda _: lit * (drain_w + 1.5e4)
    )
    run = simulated([drain.parts(), made.parts(), Parts(sources=(offer,))], sun, 12.0 * HOUR_S)
    left = run.state.store_capacity_j[0] / made.capacity_j
    taken_j = run.ledger.store_discharged_j[0] / 0.97
    cycles = taken_j / made.capacity_j
    assert cycles == pytest.approx(365 * 0.8, rel=0.02)
    year_share = 365 * 86400.0 / JULIAN_YEAR_S
    assert left == pytest.approx(1.0 - 0.005 * year_share - 2.2e-5 * cycles, abs=1e-6)


def test_a_battery_is_of_the_class_of_lusee_night() -> None:
    made = element("battery")
    assert 140.0 < made.capacity_j / 3600.0 / made.mass_kg < 175.0


def test_a_battery_gives_back_its_round_trip() -> None:
    """Filled by 10 kW for half an hour, then drained by 4 kW until it is where it began."""
    made = element("battery", self_discharge_per_s=0.0, initial_fraction=0.5)
    drain = hub(computer_power_w=4e3, housekeeping_power_w=0.0, radio=(), thermal=COLD_PROOF)
    offer = np.where(np.arange(200) < 30, 1.4e4, 0.0)
    sun = Source(name="mains", bus="main", node="hub", available_w=lambda _: offer)
    run = simulator(joined([drain.parts(), made.parts(), Parts(sources=(sun,))]), sky(200))
    output = run.new_output(200)
    run.advance(0, 200, output, 0)
    change_j = run.state.store_energy_j[0] - run.begin.store_energy_j[0]
    charged_j, given_j = run.ledger.store_charged_j[0], run.ledger.store_discharged_j[0]
    assert charged_j == pytest.approx(1e4 * 1800.0, rel=0.05)  # the rest goes to its heater
    assert change_j == pytest.approx(0.97 * charged_j - given_j / 0.97, rel=1e-9)
    assert change_j < 0.0


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
    assert run.ledger.tank_out_kg[run.station.names.tanks.index("air")] == pytest.approx(
        enthalpy_j / 285.83e3 * 15.999e-3, rel=1e-9
    )
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


@pytest.mark.parametrize("drawn_w", [0.0, 9e3])
def test_a_reactor_settles_by_stefan_and_boltzmann(drawn_w: float) -> None:
    """All its heat leaves by the radiator, but for what goes out as power."""
    made = element("fission_unit", running=True)
    computer = hub(
        computer_power_w=max(drawn_w, 1e-9), housekeeping_power_w=0.0, radio=(), thermal=COLD_PROOF
    )
    run = simulated([computer.parts(), made.parts()], sky(5000), 600.0)
    radiator = run.station.names.nodes.index("reactor")
    truth_k = ((43e3 - drawn_w) / (20.0 * 0.85 * Stefan_Boltzmann) + 88.0**4) ** 0.25
    assert run.state.node_temperature_k[radiator] == pytest.approx(truth_k, rel=1e-9)


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
    ends = {"bus_a": "main", "bus_b": "annex"}
    storing = element("battery", name="b", bus="annex", capacity_j=1e15, charge_power_w=5e3).parts()
    for closed, joules in ((True, 5e3 * HOUR_S), (False, 0.0)):
        tie = element("power_tie", closed=closed, **ends).parts()
        run = simulated([small_hub().parts(), mains(), ample, storing, tie], sky(60))
        assert run.ledger.store_charged_j[0] == pytest.approx(joules, rel=1e-9)


def test_a_tie_feeds_the_end_of_a_broken_cable_from_the_other() -> None:
    """The example: south is cut off, and gets its 500 W through the north cable when tied."""
    made = [one.parts() for one in example_elements("power_tie")]
    far = element("instrument", name="far", bus="south", observing_power_w=500.0).parts()
    for closed, joules in ((1.0, 500.0 * HOUR_S), (0.0, 0.0)):
        run = simulator(joined([hub().parts(), mains(), far, *made]), sky(60))
        cut = {"cable-south.converter": 0.0, "cable-south.line": 0.0}
        levels = {**cut, "tie": closed, "far.observe": 1.0}
        run.obey([Command(name, level) for name, level in levels.items()])
        advanced(run, 60)
        observe = run.station.names.loads.index("far.observe")
        assert run.ledger.load_used_j[observe] == pytest.approx(joules)
