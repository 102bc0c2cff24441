"""Ice mine: water from icy soil in a cold trap, with digging and haul.

**Model.** Soil with a mass share w of ice is dug, carried and heated until the ice has left it as
vapour, which is caught on a cold plate and purified. A kilogram of water takes 1/(w r) of soil, r
the share recovered, and heat q = [(1 - b)(1 - w) h_s + w (h_i + L)] / (w r), with the heats h of
soil and ice from the ground's to the extraction temperature, the heat of sublimation L, and the
share b of the heat of dry soil that warms the next batch. The plant takes q by its efficiency, and
digging and haul on top of it, as for the `excavator`.

**Assumptions.** Ice is mixed evenly. Dry soil goes back on a heap with its heat. The latent heat
comes out again on the cold plate and is the plant's to reject.

**Limits.** Other volatiles are not counted. Ground does not run out and does not harden with ice.

**Validation.** The default, with an `electrolyser` at its default, makes oxygen at the published
11.3 kWh/kg to 3 %
(`tests/elements/test_utilisation.py::test_ice_to_oxygen_at_the_published_energy`).

**Sources.** 5.5 (+-2.9) % of water: LCROSS, Colaprete et al. 2010. 11.3 kWh per kg of oxygen for
ice mining and electrolysis: energy budgets of solarisru.com (2025); the default efficiency of
heating is what an electrolyser of 70 % leaves. Heat of sublimation 2.84 MJ/kg at 273 K: CRC
Handbook.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Flow, Parts
from moonstead.elements.digging import haul_j_per_kg, heating_j_per_kg
from moonstead.elements.element import Kelvin
from moonstead.elements.plant import Producer
from moonstead.elements.tank import TankName
from moonstead.spec import Fraction, NotNegative, Positive
from moonstead.units import HOUR_S

SUBLIMATION_J_PER_KG = 2.84e6
ICE_J_PER_KG_K = 1.4e3
"""Heat capacity of ice: 0.9 at 100 K to 2.1 kJ/(kg K) at 273 K (CRC Handbook), taken in the
lower half, for a bound."""


class IceMine(Producer):
    """Digger, oven and cold plate in a cold trap."""

    type: Literal["ice_mine"]
    """Which element type this is."""
    rate_kg_per_s: Positive
    """Water at full rate."""
    ice_fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 0.055
    """Of the mass of the ground (LCROSS)."""
    recovered_fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 0.8
    """Share of the ice that is caught (assumption)."""
    ground_k: Kelvin = 90.0
    """Temperature of the ground; ice lasts below about 110 K."""
    extraction_k: Kelvin = 220.0
    """To which the soil is heated (assumption)."""
    heating_efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = 0.37
    """Heat that soil and ice must take, by what heating, catching and cleaning take."""
    heat_recovery_fraction: Fraction = 0.0
    """Share of the heat of the dry soil that warms the next batch."""
    digging_j_per_kg: Positive = 0.86 * HOUR_S
    """Energy to loosen and lift a kilogram of ground (Giel et al. 2025, in batches)."""
    haul_m: NotNegative = 0.0
    """Way from the pit to the oven."""
    haul_slope_deg: Annotated[float, Field(ge=0.0, lt=45.0)] = 0.0
    """Of the loaded way, which goes up."""
    rolling_resistance_fraction: Fraction = 0.15
    """Of the weight (assumption)."""
    tare_per_load: NotNegative = 1.0
    """Mass of the empty vehicle per mass of its load (assumption)."""
    drive_efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = 0.6
    """From the bus to the wheels (assumption)."""
    water_tank: TankName
    """Where the water goes."""
    heat_fraction: Fraction = 0.5
    """Share of its power that ends as heat in the plant; the rest leaves with soil (assumption)."""

    @property
    def floor_j_per_kg(self) -> float:
        """Least heat per kilogram of water caught."""
        soil = heating_j_per_kg(self.ground_k, self.extraction_k)
        ice = ICE_J_PER_KG_K * (self.extraction_k - self.ground_k)
        w = self.ice_fraction
        dry = (1.0 - self.heat_recovery_fraction) * (1.0 - w) * soil
        return (dry + w * (ice + SUBLIMATION_J_PER_KG)) / (w * self.recovered_fraction)

    @property
    def dug_per_water(self) -> float:
        """Ground dug per mass of water caught."""
        return 1.0 / (self.ice_fraction * self.recovered_fraction)

    @property
    def energy_j_per_kg(self) -> float:
        """Energy from the bus per kilogram of water, digging and haul with it."""
        haul = haul_j_per_kg(
            self.haul_m, self.haul_slope_deg, self.rolling_resistance_fraction, self.tare_per_load
        )
        ground = self.digging_j_per_kg + haul / self.drive_efficiency
        return self.floor_j_per_kg / self.heating_efficiency + self.dug_per_water * ground

    @model_validator(mode="after")
    def _possible(self) -> "IceMine":
        if self.extraction_k <= self.ground_k:
            raise ValueError("extraction_k must be above ground_k: cold ice does not leave")
        return self

    def parts(self) -> Parts:
        """Return its oven with its digger, and its thermal node."""
        dug = self.rate_kg_per_s * self.dug_per_water
        flows = (
            Flow(commodity="regolith", kg_per_s=-dug),
            Flow(commodity="water", kg_per_s=self.rate_kg_per_s, tank=self.water_tank),
            Flow(commodity="slag", kg_per_s=dug - self.rate_kg_per_s),
        )
        power_w = self.rate_kg_per_s * self.energy_j_per_kg
        mine = self.working(
            "oven", power_w, flows, kept_fraction=self.heat_fraction, on=self.always_on
        )
        return self.plant_parts((mine,))

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while it mines; nothing where it is always on."""
        return () if self.always_on else (f"{self.name}.oven",)
