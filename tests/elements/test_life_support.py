"""People and what keeps them alive, against BVAD, figures I.4 and chemistry."""

from typing import Any

import numpy as np
import pytest
from made_elements import element, sky
from pydantic import ValidationError
from running import DAY_S, gained_kg, kg, run_for
from scipy.constants import calorie, kilo

from moonstead.elements.crew import Crew
from moonstead.elements.element import Element
from moonstead.elements.examples import example_elements
from moonstead.elements.metabolism import body_flows
from moonstead.elements.plant_chamber import DRY_J_PER_KG, GROWTH_KG
from moonstead.simulation.simulator import Simulator
from moonstead.units import HOUR_S

BVAD = {  # figures I.4, kg per person and day
    "oxygen": -0.816, "water": -2.5, "food": -1.5, "carbon-dioxide": 1.04, "water-grey": 1.9,
    "water-black": 1.6,
}  # fmt: skip


def day() -> dict[str, float]:
    return {flow.commodity: flow.kg_per_s * DAY_S for flow in body_flows("habitat", 1.0)}


def test_a_day_is_that_of_bvad_and_closes() -> None:
    found = day()
    for commodity, kg_per_day in BVAD.items():
        assert found[commodity] == pytest.approx(kg_per_day, rel=1e-12)
    assert sum(found.values()) == pytest.approx(0.0, abs=1e-12)


def test_what_closes_the_day_is_what_rp_1324_leaves() -> None:
    """Solids of stool, urine and sweat 0.109, water of stool 0.091: the rest is packaging."""
    assert 0.0 < day()["waste"] - (0.032 + 0.059 + 0.018 + 0.091) < 0.1


def test_water_of_the_day_closes_with_metabolic_water() -> None:
    """Figures I.4: 0.7 of the food is water and 0.345 are made; 0.091 leave with stool."""
    left = 2.5 + 0.7 + 0.345 - day()["water-grey"] - day()["water-black"] - 0.091
    assert left == pytest.approx(0.0, abs=0.05)


def test_weir_gives_the_heat_of_the_day() -> None:
    """Weir 1949: 3.941 kcal per litre of oxygen and 1.106 per litre of carbon dioxide."""
    oxygen_l = -day()["oxygen"] / 31.998e-3 * 22.414
    dioxide_l = day()["carbon-dioxide"] / 44.009e-3 * 22.414
    heat_w = (3.941 * oxygen_l + 1.106 * dioxide_l) * kilo * calorie / DAY_S
    assert heat_w == pytest.approx(136.7, rel=0.01)
    assert dioxide_l / oxygen_l == pytest.approx(0.927, abs=0.001)  # figures I.4


def flown(made: Simulator, tank: str) -> tuple[float, float]:
    """Return what went into a tank and out of it."""
    i = made.station.names.tanks.index(tank)
    return float(made.ledger.tank_in_kg[i]), float(made.ledger.tank_out_kg[i])


def habitat(**changes: Any) -> list[Element]:
    """Return the example habitat without leak and its two supply tanks."""
    stock = {"capacity_kg": 1e4, "initial_kg": 5e3}
    empty = {"capacity_kg": 1e4}
    stores = {"water": stock, "food": stock, "water_grey": empty, "water_black": empty}
    given = {"leak_per_s": 0.0, **stores, "waste": empty, **changes}
    return [element("habitat", **given), *example_elements("habitat")[1:]]


def crew(persons: float, **changes: Any) -> Element:
    return element("crew", persons=persons, **changes)


def beds(**changes: Any) -> Element:
    return element("co2_removal", **changes)


VENTING = {"carbon_dioxide_tank": None}


def test_two_people_for_55_days() -> None:
    """Figures I.4: O2 89.8 kg, water 275 kg, food 165 kg, CO2 114.4 kg."""
    made = run_for([*habitat(), crew(2.0), beds(**VENTING)], 55 * DAY_S, 1200.0)
    oxygen = gained_kg(made, "oxygen") + gained_kg(made, "habitat.oxygen")
    assert -oxygen == pytest.approx(89.8, abs=0.05)
    assert -gained_kg(made, "habitat.water") == pytest.approx(275.0, abs=0.05)
    assert -gained_kg(made, "habitat.food") == pytest.approx(165.0, abs=0.05)
    assert flown(made, "habitat.carbon-dioxide")[0] == pytest.approx(114.4, abs=0.05)
    assert kg(made, "habitat.carbon-dioxide") < 0.1


def loops(recovery_fraction: float) -> list[Element]:
    """Return the machines that close the loops of four people."""
    accumulators = [
        element("tank", name=name, commodity=name, capacity_kg=5.0, initial_kg=0.0, relief=True,
                thermal=None, boil_off_conductance_w_per_k=None)
        for name in ("carbon-dioxide", "hydrogen")
    ]  # fmt: skip
    stack = element("electrolyser", power_w=2000.0, life_support=True, idle_fraction=0.0,
                    water_tank="habitat.water", oxygen_tank="habitat.oxygen")  # fmt: skip
    reactor = element("sabatier", water_tank="habitat.water")
    water = element("water_recovery", recovery_fraction=recovery_fraction, brine_kg=1000.0)
    return [*accumulators, stack, reactor, water, beds()]


@pytest.mark.parametrize("recovery", [0.98, 0.85])
def test_four_people_for_180_days(recovery: float) -> None:
    """With loops against the sum by hand: what is drunk and split less what comes back.

    Half of the oxygen comes back as water from the Sabatier reactor, and 98 % (ISS since 2023) or
    85 % of condensate and urine.
    """
    made = run_for([*habitat(oxygen_supply=None), crew(4.0), *loops(recovery)],
                   180 * DAY_S, 1800.0)  # fmt: skip
    split = 0.816 * 18.0153 / 15.9994
    by_hand = 720.0 * (-2.5 + recovery * (1.9 + 1.6) - split + split / 2.0)
    assert gained_kg(made, "habitat.water") == pytest.approx(by_hand, abs=6.0)
    assert kg(made, "water-plant.brine") == pytest.approx(720.0 * 3.5 * (1.0 - recovery), abs=2.0)
    assert -gained_kg(made, "habitat.food") == pytest.approx(1080.0, rel=1e-6)
    assert abs(gained_kg(made, "habitat.oxygen")) < 0.1
    assert kg(made, "habitat.carbon-dioxide") < 0.5


def test_without_loops_everything_is_brought() -> None:
    """Four people, 180 days: 720 times the day of BVAD, all of it from stores."""
    rooms = habitat()
    rooms[1] = element("tank", name="oxygen", capacity_kg=800.0, initial_kg=700.0, thermal=None,
                       boil_off_conductance_w_per_k=None)  # fmt: skip
    made = run_for([*rooms, crew(4.0), beds(**VENTING)], 180 * DAY_S, 1800.0)
    oxygen = gained_kg(made, "oxygen") + gained_kg(made, "habitat.oxygen")
    assert -oxygen == pytest.approx(720 * 0.816, abs=0.1)
    assert -gained_kg(made, "habitat.water") == pytest.approx(1800.0, abs=0.1)
    assert kg(made, "habitat.water-grey") == pytest.approx(1368.0, abs=0.1)
    assert kg(made, "habitat.water-black") == pytest.approx(1152.0, abs=0.1)


def test_people_warm_their_habitat() -> None:
    """136.7 W each (NASA RP-1324), beside fans and lights."""
    warm = {
        "heat_capacity_j_per_k": 1e12, "radiating_area_m2": 1.0, "emissivity": 0.1,
        "survival_min_k": 1.0,
    }  # fmt: skip
    made = run_for([*habitat(thermal=warm), crew(4.0), beds(**VENTING)], DAY_S, 600.0)
    node = made.station.names.nodes.index("habitat")
    heat_w = made.ledger.node_dissipated_j[node] / DAY_S
    assert heat_w == pytest.approx(4 * 136.7 + 800.0 + 1200.0, rel=1e-6)


def test_sabatier_gives_back_half_of_the_oxygen() -> None:
    """All hydrogen of the electrolysis used: one of two oxygen atoms comes back as water."""
    made = run_for([*habitat(oxygen_supply=None), crew(4.0), *loops(0.98)], 60 * DAY_S, 1800.0)
    hydrogen_in, hydrogen_out = flown(made, "hydrogen")
    breathed = 4 * 60 * 0.816
    back = hydrogen_out / 4.0 * 2.0 / 2.016e-3 * 15.999e-3 / 1.0  # H2 mol / 4 * 2 H2O, O of each
    assert back / breathed == pytest.approx(0.5, abs=0.005)
    assert hydrogen_out == pytest.approx(hydrogen_in, rel=0.02)


def test_without_removal_the_air_is_full_within_days() -> None:
    """40 000 ppm of one atmosphere in 90 m3 are 6.5 kg: four people make it in a day and a half."""
    made = run_for([*habitat(), crew(4.0)], 3 * DAY_S, 600.0)
    full = 4053.0 * 90.0 / (8.314 * 295.0) * 44.009e-3
    assert kg(made, "habitat.carbon-dioxide") == pytest.approx(full, rel=1e-3)
    worked_s = made.ledger.work_done_s.max()
    assert worked_s < 2.0 * DAY_S


def test_cabin_air_weighs_what_air_weighs() -> None:
    """Dry air: 1.2041 kg/m3 at 20 degrees and one atmosphere; a cabin lacks its argon."""
    made = element("habitat", volume_m3=1.0, pressure_pa=101325.0, oxygen_fraction=0.2095,
                   air_k=293.15)  # fmt: skip
    air = sum(t.initial_kg for t in made.parts().tanks if t.name.endswith(("oxygen", "nitrogen")))
    assert air == pytest.approx(1.2041, rel=0.005)


def test_a_cabin_leaks_exponentially() -> None:
    rooms = habitat(nitrogen_supply=None, oxygen_supply=None, leak_per_s=0.01 / DAY_S)
    made = run_for(rooms, 50 * DAY_S, 3600.0)
    left = kg(made, "habitat.nitrogen") / (
        kg(made, "habitat.nitrogen") - gained_kg(made, "habitat.nitrogen")
    )
    assert left == pytest.approx(np.exp(-0.5), rel=3e-4)


def test_no_air_is_separated_below_the_work_of_mixing() -> None:
    """R T ln(p / p_cabin): 0.28 MJ/kg from 5 mmHg to one atmosphere; venting costs nothing."""
    work = 8.314 * 295.0 * np.log(760.0 / 5.0) / 44.009e-3
    beds(specific_energy_j_per_kg=1.01 * work)
    with pytest.raises(ValidationError, match="work of taking it out of a mixture"):
        beds(specific_energy_j_per_kg=0.99 * work)
    beds(specific_energy_j_per_kg=0.1 * work, **VENTING)


def test_a_sublimator_boils_off_its_heat() -> None:
    """1000 Btu/h of body heat for 7 h (NASA) and 100 W, by 45.05 kJ/mol at 0 degrees (CRC)."""
    lock = element("airlock", body_heat_w=1000.0 * 1055.06 / HOUR_S)
    by_hand = 7.0 * HOUR_S * (293.07 + 100.0) / (45.05e3 / 18.0153e-3)
    water = 7.0 * HOUR_S * lock.sublimator_kg_per_s  # type: ignore[attr-defined]
    assert water == pytest.approx(by_hand, rel=2e-3)


def test_an_excursion_costs_air_water_and_oxygen() -> None:
    """Seven hours of two: a tenth of the lock, 5 g/h of leak each, and the work of their bodies."""
    others = [*habitat(oxygen_supply=None, nitrogen_supply=None), crew(2.0, work_s=DAY_S)]
    length_s = 7.0 * HOUR_S
    at_home = run_for(others, length_s, 60.0)
    made = run_for([*others, element("airlock")], length_s, 60.0, on=["airlock.excursion"])
    lost_mol = 0.1 * 56.5e3 * 4.5 / (8.314 * 295.0)
    nitrogen = -gained_kg(made, "habitat.nitrogen")
    assert nitrogen == pytest.approx(lost_mol * 0.66 * 28.014e-3, rel=1e-3)
    oxygen = gained_kg(at_home, "habitat.oxygen") - gained_kg(made, "habitat.oxygen")
    harder = 2.0 * (293.0 / 136.7 - 1.0) * 0.816 * 7.0 / 24.0
    by_hand = lost_mol * 0.34 * 31.998e-3 + 2.0 * 0.005 * 7.0 + harder
    assert oxygen == pytest.approx(by_hand, rel=1e-3)


def test_no_excursion_without_people() -> None:
    made = run_for([*habitat(), crew(1.0, work_s=DAY_S), element("airlock")], HOUR_S, 60.0,
                   on=["airlock.excursion"])  # fmt: skip
    assert made.ledger.load_running_s[made.station.names.loads.index("airlock.excursion")] == 0.0


def test_people_work_their_hours() -> None:
    people = crew(3.0, work_begins_s=8.0 * HOUR_S)
    assert isinstance(people, Crew)
    series = sky(48)
    series["elapsed_s"] = 1800.0 * np.arange(48.0)
    at_work = people.at_work(series)
    assert at_work.sum() * 0.5 == pytest.approx(3.0 * 6.5)
    assert at_work[15] == 0.0
    assert at_work[16] == 3.0


def test_photosynthesis_is_respiration_backwards() -> None:
    """Glucose 2803 kJ/mol and 180.156 g/mol: 15.56 MJ/kg; 264 g of CO2 and 108 of water in."""
    assert pytest.approx(15.56e6, rel=1e-3) == DRY_J_PER_KG
    moles = {"CO2": -264.054, "H2O": -108.09, "C6H12O6": 180.156, "O2": 191.988}
    for formula, grams in moles.items():
        assert GROWTH_KG[formula] * 1000.0 == pytest.approx(grams, rel=1e-4)
    garden = element("plant_chamber", lamp_power_w=1000.0)
    rates = {flow.commodity: flow.kg_per_s for flow in garden.parts().converters[0].flows}
    bound_w = rates["oxygen"] / 191.988e-3 * 2803e3
    assert bound_w == pytest.approx(1000.0 * 0.5 * 0.04, rel=1e-4)
    with pytest.raises(ValidationError):
        element("plant_chamber", bound_fraction=0.13)


def test_a_garden_feeds_people_and_gives_them_air() -> None:
    made = run_for(
        [*habitat(oxygen_supply=None), crew(1.0), element("plant_chamber", oxygen_tank="oxygen")],
        5 * DAY_S, 600.0, on=["garden.beds"],
    )  # fmt: skip
    food = 5.0 * 1.5 + gained_kg(made, "habitat.food")
    oxygen = flown(made, "oxygen")[0]
    dry = 4000.0 * 0.02 * 5 * DAY_S / 15.56e6
    assert oxygen == pytest.approx(dry * 191.988 / 180.156, rel=2e-3)
    assert food == pytest.approx(0.45 * dry * 1.5 / 0.8, rel=2e-3)


def test_a_full_brine_tank_stops_recovery() -> None:
    plant = element("water_recovery", recovery_fraction=0.9, brine_kg=1.0)
    made = run_for([*habitat(), crew(4.0), beds(**VENTING), plant], 10 * DAY_S, 600.0)
    assert kg(made, "water-plant.brine") == pytest.approx(1.0)
    assert kg(made, "habitat.water-grey") > 10.0


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("crew", {"persons": 0.0}),
        ("crew", {"work_s": 25.0 * HOUR_S}),
        ("crew", {"activity_level": -1.0}),
        ("habitat", {"oxygen_fraction": 1.2}),
        ("habitat", {"oxygen_fraction": 0.21}),
        ("habitat", {"food": {"capacity_kg": 1.0, "initial_kg": 2.0}}),
        ("water_recovery", {"recovery_fraction": 1.01}),
        ("electrolyser", {"efficiency": 1.01}),
        ("airlock", {"body_heat_w": 50.0}),
        ("airlock", {"power_w": 10.0}),
    ],
)
def test_what_cannot_be_is_refused(kind: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        element(kind, **changes)
