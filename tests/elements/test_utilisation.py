"""Plants that live off the land, against published yields and energies and thermodynamics."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_elements import element
from pydantic import ValidationError
from running import DAY_S, gained_kg, run_for, taken_j
from scipy.constants import calorie, kilo
from scipy.integrate import quad

from moonstead.elements.chemistry import (
    OXIDES,
    SOILS,
    balanced_kg,
    most_oxygen,
    reduce_soil,
)
from moonstead.elements.digging import haul_j_per_kg, heating_j_per_kg
from moonstead.elements.element import Element
from moonstead.elements.examples import example_elements
from moonstead.elements.liquefier import IDEAL
from moonstead.elements.tank import CRYOGENS
from moonstead.units import HOUR_S, KWH_J

MOLAR_KG = {"H2O": 18.0153e-3, "O2": 31.9988e-3, "H2": 2.01588e-3}  # CRC Handbook
TANK = {"type": "tank", "partner": "cnsa", "mass_kg": 1.0, "capacity_kg": 1e6}


def flows_of(made: Element, part: str) -> dict[str, float]:
    """Return the rates of a converter by commodity, those of one commodity added up."""
    found = next(c for c in made.parts().converters if c.load.name == f"{made.name}.{part}")
    total: dict[str, float] = {}
    for flow in found.flows:
        total[flow.commodity] = total.get(flow.commodity, 0.0) + flow.kg_per_s
    return total


def test_water_splits_by_weight_and_energy() -> None:
    """Figures 0.25: 285.8 kJ/mol, at least 4.96 kWh per kg of oxygen."""
    stack = element("electrolyser", efficiency=1.0, power_w=1000.0, idle_fraction=0.0)
    made = run_for([stack, *example_elements("electrolyser")[1:]], DAY_S, 600.0,
                   on=["electrolyser.stack"])  # fmt: skip
    oxygen = gained_kg(made, "oxygen")
    assert taken_j(made, "electrolyser.stack") / oxygen / KWH_J == pytest.approx(4.96, abs=0.005)
    water = 2.0 * MOLAR_KG["H2O"] / MOLAR_KG["O2"]
    hydrogen = 2.0 * MOLAR_KG["H2"] / MOLAR_KG["O2"]
    assert -gained_kg(made, "water") / oxygen == pytest.approx(water, rel=2e-4)
    assert gained_kg(made, "hydrogen") / oxygen == pytest.approx(hydrogen, rel=2e-4)


def test_a_reaction_that_loses_an_atom_is_refused() -> None:
    with pytest.raises(ValueError, match="balance in H"):
        balanced_kg({"CO2": -1.0, "H2": -3.0, "CH4": 1.0, "H2O": 2.0})


@pytest.mark.parametrize(
    ("formula", "oxygen_fraction"),
    [("FeO", 0.2227), ("SiO2", 0.5326), ("TiO2", 0.4006), ("Al2O3", 0.4707), ("MgO", 0.3970)],
)
def test_oxides_hold_the_oxygen_of_the_tables(formula: str, oxygen_fraction: float) -> None:
    """Oxide to element factors of geochemistry (1.2865 FeO per Fe and so on)."""
    assert OXIDES[formula].oxygen_fraction == pytest.approx(oxygen_fraction, abs=1e-4)


def test_iron_oxide_bounds_the_yield_of_hydrogen() -> None:
    """Figures I.3: yield 1 to 3 % of the mass of regolith with 5 to 14 % of iron oxide."""
    for iron_oxide, published in ((0.05, 0.01), (0.14, 0.03)):
        plant = element("hydrogen_reduction", iron_oxide_fraction=iron_oxide, reduced_fraction=1.0)
        rates = flows_of(plant, "reactor")
        assert -rates["oxygen"] / rates["regolith"] == pytest.approx(published, abs=0.0015)
    with pytest.raises(ValidationError):
        element("hydrogen_reduction", iron_oxide_fraction=0.48)  # more than pure ilmenite holds


def test_silica_bounds_the_yield_of_methane() -> None:
    """Figures I.3: 14 to 28 % of the regolith."""
    most = [most_oxygen(SOILS[soil], ("FeO", "SiO2", "TiO2")) for soil in ("highland", "mare")]
    assert most == pytest.approx([0.253, 0.290], abs=0.001)
    for soil, share in (("highland", 0.14), ("highland", 0.25), ("mare", 0.28)):
        rates = flows_of(element("carbothermal", soil=soil, oxygen_yield_fraction=share), "reactor")
        assert -rates["oxygen"] / rates["regolith"] == pytest.approx(share)
    with pytest.raises(ValidationError, match=r"hold 25\.3 % of this soil's mass"):
        element("carbothermal", soil="highland", oxygen_yield_fraction=0.28)


def test_lunar_soil_holds_as_much_oxygen_as_published() -> None:
    """42 to 45 % by mass (Lunar Sourcebook: oxygen is the most abundant element)."""
    for soil in SOILS.values():
        assert 0.415 < most_oxygen(soil, tuple(OXIDES)) < 0.455


def test_published_energies_lie_above_their_floors() -> None:
    """Figures I.3: 24.3, 18 to 35, 50 kWh/kg; none may be refused at any yield it may have."""
    for share in (0.01, 0.1, 0.2, 0.4):
        for energy in (18.0, 35.0):
            element(
                "molten_regolith_electrolysis",
                oxygen_yield_fraction=share,
                specific_energy_j_per_kg=energy * KWH_J,
                slag_heat_fraction=0.3,
            )
    assert element("hydrogen_reduction").specific_energy_j_per_kg == 24.3 * KWH_J  # type: ignore[attr-defined]
    assert element("carbothermal").specific_energy_j_per_kg == 50.0 * KWH_J  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "floor_kwh", "changes"),
    [
        ("hydrogen_reduction", 4.9626, {}),
        ("carbothermal", 4.9626, {"oxygen_yield_fraction": 0.01}),
        # iron oxide alone: 272.0 kJ/mol; silica alone would be 910.9 / 2 kJ per mole of O
        ("molten_regolith_electrolysis", 272.04 / 15.999 / 3.6, {"oxygen_yield_fraction": 0.01}),
    ],
)
def test_energy_below_the_floor_is_refused(
    kind: str, floor_kwh: float, changes: dict[str, Any]
) -> None:
    given = {**changes, "slag_heat_fraction": 0.0}
    element(kind, specific_energy_j_per_kg=1.001 * floor_kwh * KWH_J, **given)
    with pytest.raises(ValidationError, match="nothing can do it with less than"):
        element(kind, specific_energy_j_per_kg=0.999 * floor_kwh * KWH_J, **given)


def test_no_oxygen_below_the_enthalpy_of_splitting_water() -> None:
    """68.315 kcal/mol (CRC Handbook), half a mole of O2 from each mole of water."""
    floor = 68.315 * kilo * calorie / 15.9994e-3
    with pytest.raises(ValidationError, match="splitting water"):
        element("oxygen_plant", specific_energy_j_per_kg=0.999 * floor)
    element("oxygen_plant", specific_energy_j_per_kg=1.001 * floor)
    with pytest.raises(ValidationError, match=r"heat_fraction must be at most 0\.796"):
        element("oxygen_plant", heat_fraction=0.9)


def test_the_floor_of_a_soil_is_that_of_its_oxides_by_heats_of_formation() -> None:
    """All iron first, then silica: energies added up by hand."""
    soil = {"FeO": 0.1, "SiO2": 0.5}
    iron, silicon = 0.1 * 0.22270, 0.05
    taken = reduce_soil(soil, ("FeO", "SiO2"), iron + silicon)
    by_hand = (iron * 272.04e3 / 15.999e-3 + silicon * 910.86e3 / 31.998e-3) / (iron + silicon)
    assert taken.floor_j_per_kg_o2 == pytest.approx(by_hand, rel=1e-4)
    assert taken.metal_fraction == pytest.approx(0.1 * 0.7773 + 0.05 * 28.085 / 31.998, rel=1e-3)


@given(
    soil=st.sampled_from(sorted(SOILS)),
    share=st.floats(0.001, 0.41),
    more=st.floats(1.0, 1.5),
)
def test_no_soil_gives_more_than_it_holds(soil: str, share: float, more: float) -> None:
    """Masses close at any yield, and more oxygen never costs less per kilogram."""
    taken = reduce_soil(SOILS[soil], tuple(OXIDES), share)
    assert 0.0 < taken.oxygen_fraction + taken.metal_fraction <= sum(SOILS[soil].values())
    further = min(share * more, most_oxygen(SOILS[soil], tuple(OXIDES)))
    after = reduce_soil(SOILS[soil], tuple(OXIDES), further)
    assert after.floor_j_per_kg_o2 >= taken.floor_j_per_kg_o2 * (1.0 - 1e-12)
    cell = element("molten_regolith_electrolysis", soil=soil, oxygen_yield_fraction=share)
    rates = flows_of(cell, "reactor")
    assert sum(rates.values()) == pytest.approx(0.0, abs=1e-12 * -rates["regolith"])
    assert rates["slag"] >= 0.0


@pytest.mark.parametrize("offered_w", [200.0, 3000.0, 8000.0])
def test_what_is_not_bound_in_gas_is_heat(offered_w: float) -> None:
    """First law at any load; throughput on a Willans line with 5 % of full power at idle."""
    thermal = {
        "heat_capacity_j_per_k": 1e9, "radiating_area_m2": 1.0, "emissivity": 0.1,
        "survival_min_k": 1.0,
    }  # fmt: skip
    stack = element("electrolyser", thermal=thermal)
    made = run_for([stack, *example_elements("electrolyser")[1:]], DAY_S, 600.0,
                   on=["electrolyser.stack"], power_w=offered_w)  # fmt: skip
    used_j = taken_j(made, "electrolyser.stack")
    oxygen = gained_kg(made, "oxygen")
    node = made.station.names.nodes.index("electrolyser")
    heat_j = float(made.ledger.node_dissipated_j[node])
    assert heat_j + oxygen * 285.83e3 / 15.999e-3 == pytest.approx(used_j, rel=1e-9)
    throughput = max(used_j / (8000.0 * DAY_S) - 0.05, 0.0) / 0.95
    full = 8000.0 * 0.7 * DAY_S / (285.83e3 / 15.999e-3)
    assert oxygen == pytest.approx(throughput * full, rel=1e-6)


def test_slag_cannot_carry_off_more_than_there_is() -> None:
    with pytest.raises(ValidationError, match="slag_heat_fraction must be at most"):
        element("hydrogen_reduction", slag_heat_fraction=0.85)


def test_a_melt_cell_gives_what_its_energy_and_its_soil_allow() -> None:
    """Ten days from a full bin: oxygen by energy, metal and slag by the soil, nothing lost."""
    cell = element("molten_regolith_electrolysis", warm_up_s=0.0, idle_fraction=0.0)
    bin_, oxygen, metal = (
        element("tank", name=name, commodity=what, capacity_kg=1e5, initial_kg=first,
                boil_off_conductance_w_per_k=None, thermal=None)
        for name, what, first in (("bin", "regolith", 5e4), ("oxygen", "oxygen", 0.0),
                                  ("metal-store", "metal", 0.0))
    )  # fmt: skip
    made = run_for([cell, bin_, oxygen, metal], 10 * DAY_S, 3600.0, on=["melt-cell.reactor"])
    found = gained_kg(made, "oxygen")
    assert found == pytest.approx(taken_j(made, "melt-cell.reactor") / (26.5 * KWH_J), rel=1e-9)
    assert -gained_kg(made, "bin") == pytest.approx(found / 0.2, rel=1e-9)
    assert 0.7 < gained_kg(made, "metal-store") / found < 3.49  # between silicon and iron


def test_hauling_is_work_against_weight_and_resistance() -> None:
    """On the flat resistance times weight; a steep climb by height; g of the Moon 1.62."""
    assert haul_j_per_kg(100.0, 0.0, 0.15, 1.0) == pytest.approx(1.62 * 100.0 * 0.15 * 3.0)
    climb = haul_j_per_kg(100.0, 20.0, 0.0, 0.0)
    assert climb == pytest.approx(1.62 * 100.0 * np.sin(np.radians(20.0)))


def test_a_bucket_drum_digs_at_the_energy_of_its_test() -> None:
    """Giel et al. 2025: 0.86 Wh/kg in batches."""
    made = run_for([element("excavator", haul_m=0.0), *example_elements("excavator")[1:]],
                   10 * HOUR_S, 60.0, on=["excavator.dig"])  # fmt: skip
    dug = gained_kg(made, "bin")
    assert dug == pytest.approx(1000.0, rel=1e-9)
    assert taken_j(made, "excavator.dig") / dug / HOUR_S == pytest.approx(0.86, rel=1e-9)


def test_ice_to_oxygen_at_the_published_energy() -> None:
    """Figures I.3: 11.3 kWh per kg of oxygen for mining and electrolysis."""
    mine = element("ice_mine", haul_m=0.0, haul_slope_deg=0.0)
    stack = element("electrolyser")
    rates = flows_of(stack, "stack")
    water_per_oxygen = -rates["water"] / rates["oxygen"]
    electrolysis = 8000.0 / rates["oxygen"]
    total = water_per_oxygen * mine.energy_j_per_kg + electrolysis  # type: ignore[attr-defined]
    assert total / KWH_J == pytest.approx(11.3, rel=0.03)


def test_warm_ice_costs_its_heat_of_sublimation() -> None:
    """Pure ice just below the temperature at which it leaves: 2.84 MJ/kg, and no more."""
    mine = element("ice_mine", ice_fraction=1.0, recovered_fraction=1.0, ground_k=219.9)
    assert mine.floor_j_per_kg == pytest.approx(2.84e6, rel=1e-3)  # type: ignore[attr-defined]
    with pytest.raises(ValidationError, match="extraction_k must be above ground_k"):
        element("ice_mine", ground_k=230.0)


def test_soil_warms_by_the_heat_capacity_of_the_figures() -> None:
    """Figures B.2: 282.9, 555.0 and 719.7 J/kg/K at 100, 200 and 273 K."""
    for kelvin, published in ((100.0, 282.9), (200.0, 555.0), (273.0, 719.7)):
        slope = heating_j_per_kg(kelvin - 0.5, kelvin + 0.5)
        assert slope == pytest.approx(published, rel=1e-3)


def test_no_brick_below_the_heat_of_its_rock() -> None:
    """Anorthite (Robie et al. 1978, from memory, so held to Dulong and Petit: 13 atoms, 3 R each).

    The bound lies below it, by a fifth.
    """

    def anorthite_j_per_kg_k(t: float) -> float:
        molar = 516.83 - 0.092492 * t + 4.1883e-5 * t**2 - 4588.5 / t**0.5 - 1.4085e6 / t**2
        return molar / 0.27821

    dulong_petit = 3.0 * 13.0 * 8.314462618 / 0.27821
    assert anorthite_j_per_kg_k(1350.0) == pytest.approx(dulong_petit, rel=0.1)
    rock, _ = quad(anorthite_j_per_kg_k, 298.0, 1350.0)
    assert 0.75 * rock < heating_j_per_kg(298.0, 1350.0) < rock
    oven = element("sintering", heating_efficiency=1.0, handling_j_per_kg=1e-6, waste_fraction=0.0)
    energy = oven.parts().converters[0].load.power_w / oven.rate_kg_per_s  # type: ignore[attr-defined]
    assert energy == pytest.approx(heating_j_per_kg(250.0, 1350.0), rel=1e-6)


@pytest.mark.parametrize(
    ("gas", "cp_j_per_kg_k"), [("oxygen", 918.0), ("nitrogen", 1040.0), ("methane", 2130.0)]
)
def test_no_liquid_below_the_ideal_work(gas: str, cp_j_per_kg_k: float) -> None:
    """A Carnot machine takes the heat of the cooling gas, then that of its condensation."""
    boiling_k, latent = CRYOGENS[gas]
    work = latent * (300.0 / boiling_k - 1.0)
    work += cp_j_per_kg_k * (300.0 * np.log(300.0 / boiling_k) - (300.0 - boiling_k))
    heat = latent + cp_j_per_kg_k * (300.0 - boiling_k)
    assert IDEAL[gas] == pytest.approx((work, heat), rel=0.015)
    with pytest.raises(ValidationError):
        element("liquefier", carnot_fraction=1.01)


def test_a_liquefier_fills_its_dewar() -> None:
    cold = element("liquefier", power_w=1000.0, carnot_fraction=0.1)
    made = run_for([cold, *example_elements("liquefier")[1:]], 6 * HOUR_S, 60.0,
                   on=["liquefier.machine"])  # fmt: skip
    assert -gained_kg(made, "gas") == pytest.approx(1000.0 * 6 * HOUR_S / 6.356e6, rel=1e-6)


@pytest.mark.parametrize(
    "kind",
    [
        "carbothermal", "electrolyser", "excavator", "hydrogen_reduction", "ice_mine",
        "liquefier", "molten_regolith_electrolysis", "oxygen_plant", "plant_chamber", "sintering",
    ],
)  # fmt: skip
def test_what_is_always_on_runs_without_being_asked(kind: str) -> None:
    _, *others = example_elements(kind)
    if kind == "plant_chamber":
        others.append(element("crew"))  # plants live on what people breathe out
    for always_on in (False, True):
        plant = element(kind, always_on=always_on, warm_up_s=None)
        assert (plant.activity_loads() == ()) is always_on
        made = run_for([plant, *others], 600.0, 60.0)
        load = plant.parts().converters[0].load.name
        assert (taken_j(made, load) > 0.0) is always_on


@pytest.mark.parametrize("kind", ["hydrogen_reduction", "carbothermal", "oxygen_plant"])
def test_reactors_warm_up_before_they_give(kind: str) -> None:
    plant, *others = example_elements(kind)
    tank = f"{plant.name}.tank" if kind == "oxygen_plant" else "oxygen"
    on = [f"{plant.name}.reactor"]
    warm_up_s = plant.warm_up_s  # type: ignore[attr-defined]
    assert gained_kg(run_for([plant, *others], 0.9 * warm_up_s, 120.0, on=on), tank) == 0.0
    rate = flows_of(plant, "reactor")["oxygen"]
    after = gained_kg(run_for([plant, *others], warm_up_s + 7200.0, 120.0, on=on), tank)
    assert after == pytest.approx(7200.0 * rate, rel=0.02)
