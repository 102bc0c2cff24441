"""Dark-side pallet: instruments in permanent shadow, with a warm box and a cold stage.

**Model.** Two thermal nodes see only the dark ground of a cold trap at a given temperature. The
warm box has the electronics, and heat Q = Q0 2^(-t / 87.7 years) of radioisotope heaters. The cold
stage, with the detector, radiates by its own area, and gets heat from the detector and, through its
struts, from the box.

**Assumptions.** No sunlight ever, no warm ground in view. Power comes from the bus named, by a
`power_cable`, a `power_beam` or a `radioisotope_generator`.

**Limits.** No active cooler. The temperature of the dark ground is constant.

**Validation.** The cold stage settles where struts and radiator balance
(`tests/elements/test_science_hosts.py::test_a_cold_stage_settles_by_stefan_and_boltzmann`).

**Sources.** Half-life of plutonium-238 87.7 years (NNDC). Coldest traps about 26 K, cold traps for
ice below 110 K: Paige et al. 2010.
"""

from dataclasses import replace
from typing import Annotated, Literal

from moonstead.components import Coupling, FloatArray, Load, Parts, Surroundings, ThermalNode
from moonstead.contracts import Priority
from moonstead.elements.element import (
    Constant,
    Element,
    Kelvin,
    Thermal,
    heater,
    thermal_node,
)
from moonstead.spec import Name, NotNegative, Positive, RefersTo, Spec
from moonstead.units import JULIAN_YEAR_S

HALF_LIFE_S = 87.7 * JULIAN_YEAR_S


class ColdStage(Spec):
    """A detector on struts, with its own radiator."""

    heat_capacity_j_per_k: Positive
    """Mass times specific heat, at its working temperature."""
    radiating_m2: Positive
    """Area of its radiator times emissivity."""
    strut_conductance_w_per_k: Positive
    """From the warm box."""
    detector_power_w: Positive
    """Dissipated in it while it observes."""


class DarkPallet(Element):
    """Pallet in a crater that the Sun never reaches."""

    type: Literal["dark_pallet"]
    """Which element type this is."""
    bus: Name
    """The bus that it is on: seldom the main bus."""
    observing_power_w: Positive
    """Of the electronics in the warm box while it observes."""
    standby_power_w: NotNegative = 0.0
    """Always, also in survival."""
    rate_bit_per_s: NotNegative
    """Data made while it observes."""
    recorder: Annotated[Name, RefersTo("element")]
    """The element whose recorder takes its data."""
    radioisotope_heat_w: NotNegative = 0.0
    """Of its heaters at the start."""
    surroundings_k: Kelvin = 40.0
    """Of the dark ground and sky (assumption; coldest traps 26 K, ice traps below 110 K)."""
    cold: ColdStage
    """The cold stage."""
    thermal: Thermal
    """The warm box."""

    def heat_w(self, surroundings: Surroundings) -> FloatArray:
        """Return the heat of its heaters at each step."""
        decay: FloatArray = 0.5 ** (surroundings["elapsed_s"] / HALF_LIFE_S)
        return self.radioisotope_heat_w * decay

    def _nodes(self) -> tuple[ThermalNode, ThermalNode]:
        dark = Constant(self.surroundings_k)
        box = replace(
            thermal_node(self.name, self.thermal),
            sink_temperature_k=dark,
            absorbed_w=self.heat_w,
        )
        stage = ThermalNode(
            name=f"{self.name}.cold",
            heat_capacity_j_per_k=self.cold.heat_capacity_j_per_k,
            radiating_area_m2=self.cold.radiating_m2,
            emissivity=1.0,
            sink_temperature_k=dark,
            absorbed_w=Constant(0.0),
            initial_temperature_k=self.thermal.initial_temperature_k,
            survival_min_k=1.0,
        )
        return box, stage

    def parts(self) -> Parts:
        """Return its loads, its two nodes and the struts between them."""
        observe = Load(
            name=f"{self.name}.observe",
            bus=self.bus,
            node=self.name,
            power_w=self.observing_power_w,
            priority=Priority.SCIENCE,
            data_rate_bit_per_s=self.rate_bit_per_s,
            recorder=f"{self.recorder}.recorder",
        )
        detector = replace(
            observe,
            name=f"{self.name}.detector",
            node=f"{self.name}.cold",
            power_w=self.cold.detector_power_w,
            data_rate_bit_per_s=0.0,
            recorder="",
        )
        standby = replace(
            observe,
            name=f"{self.name}.standby",
            power_w=self.standby_power_w,
            priority=Priority.SURVIVAL,
            initial_level=1.0,
            data_rate_bit_per_s=0.0,
            recorder="",
        )
        loads = (observe, detector, standby) if self.standby_power_w > 0.0 else (observe, detector)
        struts = Coupling(
            name=f"{self.name}.struts",
            node_a=self.name,
            node_b=f"{self.name}.cold",
            conductance_w_per_k=self.cold.strut_conductance_w_per_k,
        )
        return Parts(
            nodes=self._nodes(),
            couplings=(struts,),
            loads=(*loads, *heater(self.name, self.bus, self.thermal)),
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while it observes."""
        return (f"{self.name}.detector", f"{self.name}.observe")
