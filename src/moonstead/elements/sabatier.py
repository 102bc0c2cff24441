"""Sabatier reactor: carbon dioxide and hydrogen into water and methane.

**Model.** CO2 + 4 H2 -> CH4 + 2 H2O. A kilogram of carbon dioxide takes 0.183 kg of hydrogen and
gives 0.819 kg of water and 0.365 kg of methane, with 165 kJ/mol (3.75 MJ/kg) of heat. Methane
without a tank is vented. It stops where one of its gases is missing.

**Assumptions.** All that is fed reacts, and all water is caught: its heat of condensation is
counted with the condenser of the habitat.

**Limits.** No catalyst temperature; warm-up as given.

**Validation.** With the hydrogen of the electrolysis that makes a crew's oxygen it gives back half
of that oxygen as water, as the reaction says; 42 to 50 % are told of the ISS
(`tests/elements/test_life_support.py::test_sabatier_gives_back_half_of_the_oxygen`).

**Sources.** Heats of formation: NIST-JANAF. Loop closure 42 to 50 % (recall).
"""

from typing import Literal

from moonstead.components import Flow, Parts
from moonstead.elements.chemistry import SABATIER_HEAT_J_PER_MOL, balanced_kg
from moonstead.elements.plant import Plant
from moonstead.elements.tank import TankName
from moonstead.spec import Positive

REACTION_KG = balanced_kg({"CO2": -1.0, "H2": -4.0, "CH4": 1.0, "H2O": 2.0})


class Sabatier(Plant):
    """Reactor that makes water from a crew's carbon dioxide."""

    type: Literal["sabatier"]
    """Which element type this is."""
    rate_kg_per_s: Positive
    """Carbon dioxide at full rate."""
    power_w: Positive
    """At full rate."""
    carbon_dioxide_tank: TankName
    """Where the carbon dioxide comes from."""
    hydrogen_tank: TankName
    """Where the hydrogen comes from."""
    water_tank: TankName
    """Where the water goes: ``HABITAT.water`` for a habitat's."""
    methane_tank: TankName | None = None
    """Where the methane goes; vented where none is named."""

    def parts(self) -> Parts:
        """Return its reactor and its thermal node."""
        rate = self.rate_kg_per_s / -REACTION_KG["CO2"]
        streams = (
            ("carbon-dioxide", "CO2", self.carbon_dioxide_tank),
            ("hydrogen", "H2", self.hydrogen_tank),
            ("methane", "CH4", self.methane_tank or ""),
            ("water", "H2O", self.water_tank),
        )
        flows = (
            Flow(commodity=commodity, kg_per_s=rate * REACTION_KG[formula], tank=tank)
            for commodity, formula, tank in streams
        )
        heat_w = rate * SABATIER_HEAT_J_PER_MOL
        reactor = self.working("reactor", self.power_w, flows, reaction_heat_w=heat_w, vital=True)
        return self.plant_parts((reactor,))
