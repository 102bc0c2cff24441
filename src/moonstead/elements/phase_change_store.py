"""A phase-change store: wax that melts while an element is too warm and freezes while it is cold.

**Model.** A node of its own, insulated but for its heat path to the element that it buffers,

    (C + dL/dT) dT/dt = G (T_buffered - T) - area emissivity sigma (T^4 - T_sink^4)

with the sensible heat capacity C of filling and case, the conductance G, and the latent heat L of
the filling spread evenly over 1 K about the melting point.

**Assumptions.** The filling melts and freezes at one temperature, without supercooling, and the
fins inside are good enough that it is at one temperature.

**Limits.** Solid and liquid have one specific heat. Solid-solid transitions, such as heptadecane's
10 K below its melting point, are left out.

**Validation.** The time for which a steady heat holds it at its melting point is the latent heat
over that power (1 %, the sensible heat of the band). Tests:
`tests/elements/test_thermal_elements.py`.

**Sources.** Melting points and heats of fusion of n-alkanes: NIST Chemistry WebBook (Domalski and
Hearing), rounded: hexadecane 291.3 K, 53.4 kJ/mol; heptadecane 295.1 K, 40.2 kJ/mol; octadecane
301.3 K, 61.7 kJ/mol; eicosane 309.6 K, 69.9 kJ/mol (recall). Water 273.15 K, 6.01 kJ/mol.
Specific heat 2.1 kJ/(kg K) between solid and liquid (assumption).
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Coupling, Melting, Parts, ThermalNode
from moonstead.elements.element import Constant, Element, Kelvin, sink_temperature
from moonstead.spec import Name, Positive, RefersTo


@dataclass(frozen=True, slots=True)
class Filling:
    """What melts."""

    melting_k: float
    latent_j_per_mol: float
    kg_per_mol: float

    @property
    def latent_j_per_kg(self) -> float:
        """Heat of fusion by mass."""
        return self.latent_j_per_mol / self.kg_per_mol


FILLINGS = {
    "hexadecane": Filling(291.3, 53.4e3, 226.44e-3),
    "heptadecane": Filling(295.1, 40.2e3, 240.47e-3),
    "octadecane": Filling(301.3, 61.7e3, 254.49e-3),
    "eicosane": Filling(309.6, 69.9e3, 282.55e-3),
    "water": Filling(273.15, 6.01e3, 18.015e-3),
}
SPECIFIC_HEAT_J_PER_KG_K = 2100.0
"""Of waxes, between solid and liquid; for water between ice (2.1) and liquid (4.2) on the low side
(assumption)."""
CASE_SPECIFIC_HEAT_J_PER_KG_K = 897.0
"""Aluminium."""


class PhaseChangeStore(Element):
    """Phase-change heat store."""

    type: Literal["phase_change_store"]
    """Which element type this is."""
    buffers: Annotated[Name, RefersTo("element")]
    """The element whose temperature it holds."""
    filling: Literal["hexadecane", "heptadecane", "octadecane", "eicosane", "water"]
    """What melts."""
    filling_kg: Positive
    """How much of it; the rest of its mass is an aluminium case."""
    conductance_w_per_k: Positive
    """From that element to the filling."""
    radiating_area_m2: Positive
    """Outer area."""
    emissivity: Annotated[float, Field(gt=0.0, le=1.0)] = 0.05
    """Of that area, wrapped in insulation (assumption)."""
    initial_temperature_k: Kelvin = 290.0
    """At the start of the run."""

    @model_validator(mode="after")
    def _is_possible(self) -> "PhaseChangeStore":
        if self.filling_kg >= self.mass_kg:
            raise ValueError("filling_kg must be below mass_kg, which is with the case")
        if self.buffers == self.name:
            raise ValueError("buffers must name another element")
        return self

    def parts(self) -> Parts:
        """Return its node and its heat path."""
        filling = FILLINGS[self.filling]
        node = ThermalNode(
            name=self.name,
            heat_capacity_j_per_k=(
                self.filling_kg * SPECIFIC_HEAT_J_PER_KG_K
                + (self.mass_kg - self.filling_kg) * CASE_SPECIFIC_HEAT_J_PER_KG_K
            ),
            radiating_area_m2=self.radiating_area_m2,
            emissivity=self.emissivity,
            sink_temperature_k=sink_temperature,
            absorbed_w=Constant(0.0),
            initial_temperature_k=self.initial_temperature_k,
            melting=Melting(
                melting_k=filling.melting_k, latent_j=self.filling_kg * filling.latent_j_per_kg
            ),
            survival_min_k=1.0,  # cold does no harm to it
        )
        path = Coupling(
            name=f"{self.name}.heat-path",
            node_a=self.buffers,
            node_b=self.name,
            conductance_w_per_k=self.conductance_w_per_k,
        )
        return Parts(nodes=(node,), couplings=(path,))
