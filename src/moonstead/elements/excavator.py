"""Excavator: digs soil and carries it to a bin.

**Model.** A kilogram of soil in the bin takes e + g (d / eta) [(1 + t)(c cos a + sin a) + t (c cos
a - sin a)], with the digging energy e, the way d at slope a, the rolling resistance c, the mass t
of the empty vehicle per mass of its load, the efficiency eta of its drive, and lunar gravity g.
Negative terms count as zero: nothing is gained downhill. Power and rate decide each other.

**Assumptions.** Digging, driving and dumping follow one another so closely that a mean rate and a
mean power describe them. The heat of digging stays in the soil.

**Limits.** Soil does not run out and does not grow harder with depth; wear is not counted. It is
fed by the bus all the time; a `rover` is the type that lives on its own battery.

**Validation.** The haul energy against weight times height and weight times resistance
(`tests/elements/test_utilisation.py::test_hauling_is_work_against_weight_and_resistance`).

**Sources.** Digging energy 0.022 (continuous) to 0.86 Wh/kg (in batches): Giel et al. 2025,
arXiv:2511.00492, a bucket drum tested in sand; the default is the higher. Rolling resistance of
wheels in lunar soil 0.1 to 0.2 of the weight (assumption).
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Converter, Flow, Load, Need, Parts
from moonstead.contracts import Priority
from moonstead.elements.digging import haul_j_per_kg
from moonstead.elements.element import Element, Thermal, heater, thermal_node
from moonstead.elements.tank import TankName
from moonstead.spec import Fraction, Name, NotNegative, Positive
from moonstead.units import HOUR_S


class Excavator(Element):
    """Bucket drum, scraper or loader with its own wheels."""

    type: Literal["excavator"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    rate_kg_per_s: Positive
    """Soil delivered at full work."""
    digging_j_per_kg: Positive = 0.86 * HOUR_S
    """Energy to loosen and lift a kilogram (Giel et al. 2025, in batches)."""
    haul_m: NotNegative = 0.0
    """Way from the pit to the bin."""
    haul_slope_deg: Annotated[float, Field(ge=0.0, lt=45.0)] = 0.0
    """Of the loaded way, which goes up."""
    rolling_resistance_fraction: Fraction = 0.15
    """Of the weight (assumption)."""
    tare_per_load: NotNegative = 1.0
    """Mass of the empty vehicle per mass of its load (assumption)."""
    drive_efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = 0.6
    """From the bus to the wheels (assumption)."""
    always_on: bool = False
    """Whether it runs on all power that is left, and not only for experiments that ask for it."""
    robots: NotNegative = 0.0
    """Working time that it takes from the pool of robots while it works."""
    regolith_tank: TankName
    """The bin."""
    heat_fraction: Fraction = 0.3
    """Share of its power that ends as heat in the vehicle; the rest goes into the soil
    (assumption)."""
    thermal: Thermal
    """How it keeps warm."""

    @property
    def energy_j_per_kg(self) -> float:
        """Energy from the bus per kilogram delivered."""
        haul = haul_j_per_kg(
            self.haul_m, self.haul_slope_deg, self.rolling_resistance_fraction, self.tare_per_load
        )
        return self.digging_j_per_kg + haul / self.drive_efficiency

    def parts(self) -> Parts:
        """Return its work and its thermal node."""
        needs = (Need(pool="robot", amount=self.robots),) if self.robots > 0.0 else ()
        load = Load(
            name=f"{self.name}.dig",
            bus=self.bus,
            node=self.name,
            power_w=self.rate_kg_per_s * self.energy_j_per_kg,
            priority=Priority.PRODUCTION,
            initial_level=1.0 if self.always_on else 0.0,
            divisible=True,
            heat_fraction=self.heat_fraction,
            needs=needs,
        )
        flows = (
            Flow(commodity="regolith", kg_per_s=-self.rate_kg_per_s),
            Flow(commodity="regolith", kg_per_s=self.rate_kg_per_s, tank=self.regolith_tank),
        )
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=heater(self.name, self.bus, self.thermal),
            converters=(Converter(load=load, flows=flows),),
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while it digs; nothing where it is always on."""
        return () if self.always_on else (f"{self.name}.dig",)
