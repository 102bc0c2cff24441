"""Tanks, landers, cargo and orbiters, against the rocket equation and geometry."""

from typing import Any

import numpy as np
import pytest
from made_elements import ADAPTER, element, sky
from pydantic import ValidationError
from running import DAY_S, kg, run_for
from scipy.integrate import solve_ivp

from moonstead.elements.lander import AscentStage

STAGE: dict[str, Any] = {
    "dry_kg": 2250.0, "propellants": "storable", "capacity_kg": 2350.0, "oxidiser_to_fuel": 1.6,
    "specific_impulse_s": 311.0,
}  # fmt: skip


def test_boil_off_is_heat_by_latent_heat() -> None:
    """A wall held at 200 K by its own size: G (T - 90.19) / 213.1 kJ/kg of oxygen."""
    wall = {
        "heat_capacity_j_per_k": 1e15, "radiating_area_m2": 1.0, "emissivity": 0.1,
        "survival_min_k": 1.0, "initial_temperature_k": 200.0,
    }  # fmt: skip
    dewar = element("tank", thermal=wall)
    made = run_for([dewar], 10 * DAY_S, 3600.0)
    lost = 0.05 * (200.0 - 90.19) / 213.1e3 * 10 * DAY_S
    assert 800.0 - kg(made, "oxygen-dewar") == pytest.approx(lost, rel=1e-6)


def test_a_tank_leaks_exponentially() -> None:
    dry = {"thermal": None, "boil_off_conductance_w_per_k": None}
    made = run_for([element("tank", leak_per_s=1e-7, **dry)], 100 * DAY_S, 3600.0)
    assert kg(made, "oxygen-dewar") == pytest.approx(800.0 * np.exp(-0.864), rel=3e-4)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"initial_kg": 2000.0}, "must not be above capacity_kg"),
        ({"commodity": "oxigen"}, 'did you mean "oxygen"'),
        ({"commodity": "food"}, "must be 0 but for liquids that boil"),
        ({"thermal": None}, "needs its wall"),
        ({"capacity_kg": 0.0}, "greater than 0"),
    ],
)
def test_impossible_tanks_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        element("tank", **changes)


def test_the_tank_that_a_plant_names_must_be_there() -> None:
    table = element("liquefier").model_dump()
    known = {"element": ("gas", "dewar"), "partner": ("cnsa",)}
    ADAPTER.validate_python({**table, "gas_tank": "gas.tank"}, context=known)
    with pytest.raises(ValidationError, match='did you mean "dewar"'):
        ADAPTER.validate_python({**table, "liquid_tank": "dewer"}, context=known)


def test_the_lunar_module_lifts_off() -> None:
    """311 s, 4.5 t at lift-off, 2.3 t of it propellant; 1846 m/s were planned for Apollo 11."""
    apollo = AscentStage(**{**STAGE, "dry_kg": 2200.0, "capacity_kg": 2300.0,
                            "delta_v_m_per_s": 1846.0})  # fmt: skip
    assert 1600.0 < apollo.needed_kg < 2300.0
    with pytest.raises(ValidationError, match="by the rocket equation"):
        AscentStage(**{**STAGE, "dry_kg": 2200.0, "capacity_kg": 1700.0})


def test_propellant_is_that_of_a_burn_integrated() -> None:
    """Thrust 15.6 kN until the mass is dry: dv/dt = F / m, dm/dt = -F / (I g0), in free space."""
    stage = AscentStage(**STAGE)
    thrust_n, exhaust = 15.6e3, 311.0 * 9.80665

    def burn(_: float, y: Any) -> list[float]:
        return [thrust_n / y[1], -thrust_n / exhaust]

    burn_s = stage.needed_kg * exhaust / thrust_n
    start = [0.0, stage.dry_kg + stage.needed_kg]
    answer = solve_ivp(burn, (0.0, burn_s), start, rtol=1e-10, atol=1e-9)
    assert answer.y[0, -1] == pytest.approx(2013.0, rel=1e-7)  # figures E.2: 1968 + 45
    assert answer.y[1, -1] == pytest.approx(2250.0, rel=1e-9)


def test_tanks_of_a_lander_share_its_propellant_by_the_mixture() -> None:
    tanks = {tank.name: tank for tank in element("lander").parts().tanks}
    fuel, oxidiser = tanks["lander.fuel"], tanks["lander.oxidiser"]
    assert oxidiser.initial_kg / fuel.initial_kg == pytest.approx(1.6)
    assert oxidiser.initial_kg + fuel.initial_kg == pytest.approx(2350.0)


def test_cold_propellant_boils_off_in_a_warm_lander() -> None:
    cold = {
        **STAGE, "propellants": "hydrogen-oxygen", "oxidiser_to_fuel": 6.0,
        "specific_impulse_s": 450.0, "fuel_conductance_w_per_k": 0.02,
    }  # fmt: skip
    made = run_for([element("lander", ascent=cold)], 30 * DAY_S, 3600.0)
    assert kg(made, "lander.fuel") < 0.98 * 2350.0 / 7.0
    assert kg(made, "lander.oxidiser") == pytest.approx(2350.0 * 6.0 / 7.0)
    with pytest.raises(ValidationError, match="do not boil off"):
        element("lander", ascent={**STAGE, "fuel_conductance_w_per_k": 0.02})


def test_cargo_weighs_at_least_its_contents() -> None:
    with pytest.raises(ValidationError, match="at least 1280 kg"):
        element("cargo", mass_kg=1000.0)
    with pytest.raises(ValidationError, match="no commodity has this name"):
        element("cargo", contents=({"tank": "larder", "commodity": "pizza", "kg": 1.0},))


def test_a_lander_weighs_at_least_its_ascent_stage() -> None:
    with pytest.raises(ValidationError, match="at least 4600 kg"):
        element("lander", mass_kg=4000.0)


@pytest.mark.parametrize("kind", ["orbital_module", "relay_orbiter"])
def test_an_orbiter_runs_on_the_light_that_there_is(kind: str) -> None:
    craft = element(kind).model_dump()["spacecraft"]
    half = sky(1, solar_irradiance_w_per_m2=np.full(1, 680.5))
    offered = element(kind).parts().sources[0].available_w(half)
    assert offered[0] == pytest.approx(0.5 * craft["array_power_w"])


@pytest.mark.parametrize("kind", ["orbital_module", "relay_orbiter"])
def test_an_orbiter_lives_on_its_own_bus(kind: str) -> None:
    orbiter = element(kind)
    made = run_for([orbiter], 30 * DAY_S, 600.0)
    store = made.station.names.stores.index(f"{orbiter.name}.battery")
    node = made.station.names.nodes.index(orbiter.name)
    craft = orbiter.model_dump()["spacecraft"]
    assert made.state.store_energy_j[store] == pytest.approx(craft["battery_j"], rel=1e-6)
    assert not made.state.node_lost[node]


def test_a_relay_without_power_is_an_orbit_only() -> None:
    assert element("relay_orbiter", spacecraft=None).parts().buses == ()
