"""Elements that move heat: radiator, phase-change store, radioisotope heater."""

from typing import Any

import numpy as np
import pytest
from made_elements import element, hub, simulated, sky, small_hub
from pydantic import ValidationError
from scipy.constants import Stefan_Boltzmann
from scipy.optimize import brentq

from moonstead.components import Parts, Source
from moonstead.elements.element import Constant

QUIET = {"heater_power_w": 0.0, "sunlit_area_m2": 0.0}


def warm_hub(power_w: float, **thermal: Any) -> Parts:
    """Return a hub whose computer takes a power, all of it heat."""
    box = {
        "heat_capacity_j_per_k": 2e5, "radiating_area_m2": 8.0, "emissivity": 0.05,
        "survival_min_k": 50.0, "initial_temperature_k": 300.0, **QUIET, **thermal,
    }  # fmt: skip
    made = hub(computer_power_w=power_w, housekeeping_power_w=0.0, radio=(), thermal=box)
    return made.parts()


def supply(power_w: float) -> Parts:
    """Return a source that heats nothing of the hub."""
    node = element("solar_array", name="elsewhere", cleaning=None, shadow=None).parts().nodes[0]
    offer = Source(name="mains", bus="main", node="elsewhere", available_w=Constant(power_w))
    return Parts(nodes=(node,), sources=(offer,))


def temperature_k(run: Any, node: str) -> float:
    return float(run.state.node_temperature_k[run.station.names.nodes.index(node)])


@pytest.mark.parametrize("mount", ["flat", "upright"])
def test_radiator_and_hub_settle_at_the_root_of_two_balances(mount: str) -> None:
    """700 W into the hub; both radiate, the panel lit as its mount says; solved by root finding."""
    made = element("radiator", mount=mount, azimuth_deg=10.0, closes_above_k=None)
    run = simulated([warm_hub(700.0), supply(1e4), made.parts()], sky(4000), 600.0)
    faces, sink_k = (1.0, 2.725) if mount == "flat" else (2.0, 88.0)
    cosine = np.sin(np.radians(1.0))
    if mount == "upright":
        cosine = np.cos(np.radians(1.0)) * np.cos(np.radians(30.0))
    lit_w = 0.3 * 4.0 * 1361.0 * cosine
    box = 8.0 * 0.05 * Stefan_Boltzmann
    panel = faces * 4.0 * 0.85 * Stefan_Boltzmann

    def panel_k(hub_k: float) -> float:
        return hub_k - (700.0 - box * (hub_k**4 - 88.0**4)) / 60.0

    def surplus_w(hub_k: float) -> float:
        passed_w = 700.0 - box * (hub_k**4 - 88.0**4)
        return passed_w + lit_w - panel * (panel_k(hub_k) ** 4 - sink_k**4)

    truth_k = brentq(surplus_w, 200.0, 320.0)
    assert temperature_k(run, "hub") == pytest.approx(truth_k, abs=1e-4)
    assert temperature_k(run, "radiator") == pytest.approx(panel_k(truth_k), abs=1e-4)


def test_a_black_square_metre_at_300_k_radiates_459_watts() -> None:
    """CODATA Stefan-Boltzmann constant; the loop is nearly perfect."""
    made = element(
        "radiator", area_m2=1.0, emissivity=1.0, absorptivity=0.0, conductance_w_per_k=1e6,
        closes_above_k=None,
    )  # fmt: skip
    hub_parts = warm_hub(459.30, emissivity=1e-9)
    run = simulated([hub_parts, supply(1e4), made.parts()], sky(3000), 600.0)
    assert temperature_k(run, "radiator") == pytest.approx(300.0, abs=0.01)


def test_a_heat_pipe_that_shuts_keeps_a_cold_element_from_its_radiator() -> None:
    """Open it takes 3 kW at 300 K of the hub; below 5 degrees Celsius nothing flows."""
    made = element("radiator")
    start = {"initial_temperature_k": 277.0}
    run = simulated([warm_hub(1e-3, **start), supply(10.0), made.parts()], sky(100), 600.0)
    path = [one.name for one in run.station.parts.couplings].index("radiator.loop")
    assert run.ledger.coupling_j[path] == 0.0
    start = {"initial_temperature_k": 290.0}
    run = simulated([warm_hub(1e-3, **start), supply(10.0), made.parts()], sky(10), 60.0)
    assert run.ledger.coupling_j[path] > 1e5


def test_a_loop_without_power_for_its_pump_carries_nothing() -> None:
    made = element("radiator", pump_power_w=40.0, closes_above_k=None)
    for offered_w, flows in ((1e4, True), (0.0, False)):
        run = simulated([warm_hub(1e-3), supply(offered_w), made.parts()], sky(10), 60.0)
        assert bool(run.ledger.coupling_j[0] > 0.0) is flows


@pytest.mark.parametrize(
    ("filling", "kilojoules", "melting_c"),
    [
        ("hexadecane", 235.8, 18.2), ("heptadecane", 167.2, 22.0), ("octadecane", 242.4, 28.2),
        ("eicosane", 247.4, 36.5), ("water", 333.6, 0.0),
    ],
)  # fmt: skip
def test_wax_holds_its_temperature_for_its_latent_heat(
    filling: str, kilojoules: float, melting_c: float
) -> None:
    """Time at the melting point under a steady heat; heats of fusion by mass (handbooks)."""
    made = element(
        "phase_change_store", filling=filling, emissivity=1e-9, conductance_w_per_k=1e5,
        initial_temperature_k=melting_c + 273.15 - 5.0,
    )  # fmt: skip
    heat_w = 200.0
    start = {"initial_temperature_k": melting_c + 268.15, "heat_capacity_j_per_k": 1.0}
    parts = [warm_hub(heat_w, emissivity=1e-9, **start), supply(1e4), made.parts()]
    run = simulated(parts, sky(300), 60.0)
    sensible = 8.0 * 2100.0 + 4.0 * 897.0 + 1.0
    rest_k = temperature_k(run, "wax") - (melting_c + 268.15)
    molten_j = heat_w * 300 * 60.0 - sensible * rest_k
    assert rest_k > 6.0  # all of it is molten
    assert molten_j == pytest.approx(8.0 * kilojoules * 1e3, rel=0.01)


def test_wax_levels_the_rise_of_what_it_buffers() -> None:
    """An hour of 600 W: beside the wax the hub warms by less than half as much."""
    rises_k = []
    for wax in ([], [element("phase_change_store", conductance_w_per_k=100.0).parts()]):
        box = {"initial_temperature_k": 294.0, "heat_capacity_j_per_k": 5e4}
        run = simulated([warm_hub(600.0, **box), supply(1e4), *wax], sky(60), 60.0)
        rises_k.append(temperature_k(run, "hub") - 294.0)
    assert rises_k[1] < 0.5 * rises_k[0]


def test_a_radioisotope_heater_holds_a_hub_by_stefan_and_boltzmann() -> None:
    """All 120 W leave by hub and holder together."""
    made = element("radioisotope_heater", radiating_area_m2=1e-6)
    run = simulated([warm_hub(1e-9), supply(1.0), made.parts()], sky(5000), 600.0)
    truth_k = (120.0 / (8.0 * 0.05 * Stefan_Boltzmann) + 88.0**4) ** 0.25
    assert temperature_k(run, "hub") == pytest.approx(truth_k, abs=0.01)
    assert temperature_k(run, "isotope-heater") == pytest.approx(truth_k + 40.0, abs=0.01)


def test_a_generator_keeps_an_element_warm_through_the_night() -> None:
    made = element("radioisotope_generator", warms="hub", conductance_w_per_k=0.5)
    series = sky(2000, solar_irradiance_w_per_m2=0.0)
    run = simulated([small_hub().parts(), made.parts()], series, 600.0)
    assert temperature_k(run, "hub") > 273.0
    alone = simulated([small_hub().parts(), supply(1.0)], series, 600.0)
    assert temperature_k(alone, "hub") < 230.0


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        ("radiator", {"cools": "radiator"}, "another element"),
        ("radiator", {"mount": "sideways"}, "upright"),
        ("phase_change_store", {"filling_kg": 12.0}, "below mass_kg"),
        ("phase_change_store", {"buffers": "wax"}, "another element"),
        ("phase_change_store", {"filling": "lead"}, "hexadecane"),
        ("radioisotope_heater", {"units": 0}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_is_refused(kind: str, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        element(kind, **changes)
