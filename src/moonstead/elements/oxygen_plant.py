"""Oxygen plant demonstrator: electric power into oxygen at a specific energy, into a tank.

Hydrogen reduction of ilmenite takes 24.3 kWh per kg of oxygen (Sargeant et al. 2025); no process
can go below 4.96 kWh/kg, the enthalpy of splitting water (285.83 kJ/mol), and a lower figure is
refused. It stops while its tank is full.

Limits: no excavation, no warm-up, one efficiency at all loads.
"""

from typing import Literal

from pydantic import field_validator

from moonstead.components import Converter, Load, Parts, Tank
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, heater, thermal_node
from moonstead.spec import Fraction, Name, Positive
from moonstead.units import KWH_J

WATER_SPLITTING_J_PER_KG_O2 = 285.83e3 / 15.999e-3
"""Enthalpy of formation of liquid water (CODATA, 285.83 kJ/mol) per kilogram of oxygen."""


class OxygenPlant(Element):
    """Oxygen from regolith."""

    type: Literal["oxygen_plant"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    power_w: Positive
    """While it works."""
    specific_energy_j_per_kg: Positive
    """Electric energy per kilogram of oxygen."""
    tank_kg: Positive
    """What its tank holds."""
    heat_fraction: Fraction = 0.9
    """Share of its power that ends as heat in the plant; the rest leaves with the hot slag."""
    thermal: Thermal
    """How it keeps warm."""

    @field_validator("specific_energy_j_per_kg")
    @classmethod
    def _above_the_floor(cls, value: float) -> float:
        if value < WATER_SPLITTING_J_PER_KG_O2:
            floor = WATER_SPLITTING_J_PER_KG_O2 / KWH_J
            raise ValueError(
                f"no process makes oxygen with less than {floor:.2f} kWh/kg, "
                "the enthalpy of splitting water"
            )
        return value

    def parts(self) -> Parts:
        """Return its converter, tank and thermal node."""
        load = Load(
            name=f"{self.name}.reactor",
            bus=self.bus,
            node=self.name,
            power_w=self.power_w,
            priority=Priority.PRODUCTION,
            divisible=True,
            heat_fraction=self.heat_fraction,
        )
        converter = Converter(
            load=load,
            tank=f"{self.name}.tank",
            specific_energy_j_per_kg=self.specific_energy_j_per_kg,
        )
        tank = Tank(name=f"{self.name}.tank", commodity="oxygen", capacity_kg=self.tank_kg)
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=heater(self.name, self.bus, self.thermal),
            tanks=(tank,),
            converters=(converter,),
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs during a production run."""
        return (f"{self.name}.reactor",)
