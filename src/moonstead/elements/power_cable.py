"""A power cable: two conductors between two buses, with converters for a higher line voltage.

**Model.** Converters of `converter_efficiency` stand at both ends. Of a power p sent into the line
arrives

    converter_efficiency p - R (p / voltage_v)^2
    R = 2 length_m resistivity(material, conductor_temperature_k) / cross_section_m2
 Resistivity is read between the points
of a table. The conductors weigh 2 length_m cross_section_m2 density, and the element may not weigh
less. The line's loss warms the cable's own node, which lies on the ground.

**Assumptions.** Direct current. The conductors are at one temperature, that of the design, all the
time; pure metal. The node radiates from the upper half of the jacket.

**Limits.** No breakdown of the insulation, no skin effect, no time to lay it (that is `assembly`).

**Validation.** Resistance of a kilometre of 1 mm2 copper at 293 K against the international
annealed copper standard (1.7241e-8 ohm m at 20 degrees Celsius, 3 % above the table's pure copper);
the power that arrives against the current's loss by hand (1e-9); mass by density. Tests:
`tests/elements/test_power.py`.

**Sources.** CRC Handbook of Chemistry and Physics, electrical resistivity of pure metals (Matula
1979; Desai and others 1984). Densities 8960 and 2700 kg/m3, specific heats 385 and 897 J/(kg K),
from the same.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from moonstead.components import Bus, Link, Parts, ThermalNode
from moonstead.contracts import Priority
from moonstead.elements.element import Constant, Element, sink_temperature
from moonstead.spec import Name, NotNegative, Positive


@dataclass(frozen=True, slots=True)
class Metal:
    """A conductor material."""

    density_kg_per_m3: float
    specific_heat_j_per_kg_k: float
    resistivity_ohm_m: tuple[float, ...]
    """At `TABLE_K`."""


TABLE_K = (80.0, 100.0, 150.0, 200.0, 273.0, 293.0, 300.0, 400.0)
METALS = {
    "copper": Metal(
        8960.0,
        385.0,
        tuple(1e-8 * r for r in (0.215, 0.348, 0.699, 1.046, 1.543, 1.678, 1.725, 2.402)),
    ),
    "aluminium": Metal(
        2700.0,
        897.0,
        tuple(1e-8 * r for r in (0.245, 0.442, 1.006, 1.587, 2.417, 2.650, 2.733, 3.87)),
    ),
}


class PowerCable(Element):
    """Cable between two buses."""

    type: Literal["power_cable"]
    """Which element type this is."""
    from_bus: Name = "main"
    """The bus that it takes power from."""
    to_bus: Name
    """The bus that it feeds."""
    far_voltage_v: Positive | None = None
    """Voltage of that bus where the cable makes it; none where another element makes it."""
    capacity_w: Positive
    """Greatest power sent into the line."""
    voltage_v: Positive
    """Of the line."""
    converter_efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = 0.97
    """Of the converter at each end (assumption); 1 where there is none."""
    length_m: Positive
    """From end to end; there are two conductors."""
    cross_section_m2: Annotated[float, Field(gt=0.0, lt=0.1)]
    """Of one conductor: 1 mm2 is 1e-6."""
    material: Literal["copper", "aluminium"]
    """Of the conductors."""
    conductor_temperature_k: Annotated[float, Field(ge=80.0, le=400.0)]
    """At which the resistance is taken: the warmest that it works at is on the safe side."""
    jacket_diameter_m: Positive
    """Outer diameter."""
    jacket_emissivity: Annotated[float, Field(gt=0.0, le=1.0)] = 0.85
    """Infrared emissivity of the jacket (assumption)."""
    ground_conductance_w_per_k: NotNegative = 0.0
    """To the ground that it lies on."""

    @model_validator(mode="after")
    def _is_possible(self) -> "PowerCable":
        if self.from_bus == self.to_bus:
            raise ValueError("to_bus must be another bus than from_bus")
        if self.mass_kg < self.conductor_kg():
            raise ValueError(
                f"mass_kg must be at least that of the two conductors, {self.conductor_kg():.4g} kg"
            )
        most_w = self.voltage_v**2 / (2.0 * self.resistance_ohm())
        if self.capacity_w > most_w:
            raise ValueError(
                f"no more than {most_w:.4g} W can be sent usefully (V^2 / 2 R); lower capacity_w, "
                "or give a higher voltage_v or a larger cross_section_m2"
            )
        return self

    def resistance_ohm(self) -> float:
        """Return the resistance of both conductors together."""
        table = METALS[self.material].resistivity_ohm_m
        resistivity_ohm_m = float(np.interp(self.conductor_temperature_k, TABLE_K, table))
        return 2.0 * self.length_m * resistivity_ohm_m / self.cross_section_m2

    def conductor_kg(self) -> float:
        """Return the mass of both conductors together."""
        volume_m3 = 2.0 * self.length_m * self.cross_section_m2
        return volume_m3 * METALS[self.material].density_kg_per_m3

    def parts(self) -> Parts:
        """Return the line, its converters and its node."""
        line = f"{self.name}.line"
        node = ThermalNode(
            name=self.name,
            heat_capacity_j_per_k=(
                self.conductor_kg() * METALS[self.material].specific_heat_j_per_kg_k
            ),
            radiating_area_m2=0.5 * np.pi * self.jacket_diameter_m * self.length_m,
            emissivity=self.jacket_emissivity,
            sink_temperature_k=sink_temperature,
            absorbed_w=Constant(0.0),
            initial_temperature_k=self.conductor_temperature_k,
            ground_conductance_w_per_k=self.ground_conductance_w_per_k,
            survival_min_k=1.0,  # cold does no harm to a cable at rest
        )
        sending = Link(
            name=f"{self.name}.converter",
            from_bus=self.from_bus,
            to_bus=line,
            node=self.name,
            capacity_w=self.capacity_w / self.converter_efficiency,
            efficiency=self.converter_efficiency,
            priority=Priority.HOUSEKEEPING,
        )
        receiving = Link(
            name=line,
            from_bus=line,
            to_bus=self.to_bus,
            node=self.name,
            capacity_w=self.capacity_w,
            efficiency=self.converter_efficiency,
            resistance_ohm=self.resistance_ohm(),
            priority=Priority.HOUSEKEEPING,
        )
        far = (
            ()
            if self.far_voltage_v is None
            else (Bus(name=self.to_bus, voltage_v=self.far_voltage_v),)
        )
        return Parts(
            buses=(Bus(name=line, voltage_v=self.voltage_v), *far),
            nodes=(node,),
            links=(sending, receiving),
        )
