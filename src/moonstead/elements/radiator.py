"""A radiator: a panel that cools an element by a pumped loop or heat pipes, and radiates.

**Model.** The panel is a node of its own,

    C dT/dt = G (T_cooled - T) + absorbed - faces area_m2 emissivity sigma (T^4 - T_sink^4)

where G is `conductance_w_per_k`, times the share of its power that the pump gets; without a pump
it is a heat pipe, which with `closes_above_k` conducts only while the cooled element is warmer
(a variable-conductance heat pipe or thermal switch; fully 5 K above).

An `upright` panel radiates from both faces against ground and sky together, and is lit on one face
by the Sun's cosine to its normal at `azimuth_deg`. A `flat` panel, well above the ground, radiates
from its upper face against the sky alone and is lit by the sine of the Sun's elevation; a polar Sun
hardly touches it.

**Assumptions.** The panel is at one temperature (fin efficiency 1: give the effective area). Solar
absorptivity does not change; dust is in the figure given.

**Limits.** No freezing of the coolant, no own infrared view of other elements. The loop's pump
power ends as heat in the panel.

**Validation.** Against the root of the two-node balance (1e-6), and a black flat panel of 1 m2
against Stefan and Boltzmann: 459.3 W at 300 K. Tests: `tests/elements/test_thermal_elements.py`.

**Sources.** Stefan-Boltzmann constant: CODATA. White paint Z-93 when new: absorptivity 0.15,
emissivity 0.91 (spacecraft data sheets, recall). Microwave background 2.725 K.
"""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from moonstead.components import (
    Coupling,
    FloatArray,
    Load,
    Parts,
    Surroundings,
    ThermalNode,
)
from moonstead.contracts import Priority
from moonstead.elements.element import Constant, Element, Kelvin, sink_temperature
from moonstead.elements.sunlight import direction, sun_direction
from moonstead.spec import Fraction, Name, NotNegative, Positive, RefersTo

SKY_K = 2.725
"""Cosmic microwave background."""


class Radiator(Element):
    """Radiator panel and its loop."""

    type: Literal["radiator"]
    """Which element type this is."""
    cools: Annotated[Name, RefersTo("element")]
    """The element that it takes heat from."""
    area_m2: Positive
    """Of one face."""
    mount: Literal["upright", "flat"]
    """Whether it stands with two faces, or lies with one face to the sky."""
    azimuth_deg: Annotated[float, Field(ge=0.0, lt=360.0)] = 0.0
    """Where an upright one faces, from north through east."""
    emissivity: Annotated[float, Field(gt=0.0, le=1.0)] = 0.85
    """Infrared emissivity, with dust (assumption; white paint when new 0.91)."""
    absorptivity: Fraction = 0.3
    """Share of sunlight absorbed, with dust (assumption; white paint when new 0.15)."""
    conductance_w_per_k: Positive
    """From the cooled element to the panel, with the pump at full power."""
    closes_above_k: Kelvin | None = None
    """It conducts only while the cooled element is warmer than this."""
    bus: Name = "main"
    """The bus of its pump."""
    pump_power_w: NotNegative = 0.0
    """Of a pumped loop; 0 for heat pipes."""
    heat_capacity_j_per_k: Positive
    """Of panel and coolant."""
    initial_temperature_k: Kelvin = 250.0
    """At the start of the run."""

    @model_validator(mode="after")
    def _cools_another(self) -> "Radiator":
        if self.cools == self.name:
            raise ValueError("cools must name another element")
        return self

    def parts(self) -> Parts:
        """Return the panel, its loop and its pump."""
        pump = f"{self.name}.pump" if self.pump_power_w > 0.0 else ""
        upright = self.mount == "upright"
        node = ThermalNode(
            name=self.name,
            heat_capacity_j_per_k=self.heat_capacity_j_per_k,
            radiating_area_m2=(2.0 if upright else 1.0) * self.area_m2,
            emissivity=self.emissivity,
            sink_temperature_k=sink_temperature if upright else Constant(SKY_K),
            absorbed_w=self._absorbed_w,
            initial_temperature_k=self.initial_temperature_k,
            survival_min_k=1.0,  # freezing of the coolant is not modelled
        )
        loop = Coupling(
            name=f"{self.name}.loop",
            node_a=self.cools,
            node_b=self.name,
            conductance_w_per_k=self.conductance_w_per_k,
            pump=pump,
            closes_above_k=self.closes_above_k or 0.0,
        )
        load = Load(
            name=pump,
            bus=self.bus,
            node=self.name,
            power_w=self.pump_power_w,
            priority=Priority.HOUSEKEEPING,
            initial_level=1.0,
            divisible=True,
        )
        return Parts(nodes=(node,), couplings=(loop,), loads=(load,) if pump else ())

    def _absorbed_w(self, surroundings: Surroundings) -> FloatArray:
        rise_deg = 0.0 if self.mount == "upright" else 90.0
        cosine = direction(self.azimuth_deg, rise_deg) @ sun_direction(surroundings)
        # An upright panel is lit from either side, a flat one from above only.
        facing = np.abs(cosine) if self.mount == "upright" else np.maximum(cosine, 0.0)
        absorbed: FloatArray = (
            self.absorptivity * self.area_m2 * facing * surroundings["solar_irradiance_w_per_m2"]
        )
        return absorbed
