"""Drill: cores or cuttings from below the surface, into a sample store.

**Model.** Power is energy per metre times speed. A metre gives a core of a given cross-section
times the density of the ground. It stops when its store is full.

**Assumptions.** One density for the whole depth: that of packed soil.

**Limits.** Ground does not grow harder, bits do not wear, and depth is not kept: a store of the
mass of the deepest core does that.

**Validation.** Mass of a core against its volume and density, and energy against depth
(`tests/elements/test_science_hosts.py::test_a_core_weighs_its_volume_of_packed_soil`).

**Sources.** Density at depth 1800 kg/m3: Hayne et al. 2017. Planning value 50 to 150 W (recall);
Apollo's drill 430 to 450 W (Indyk et al. 2017, LEAG).
"""

from typing import Annotated, Literal

from moonstead.components import Converter, Flow, Load, Parts, Tank
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, heater, thermal_node
from moonstead.spec import Fraction, Name, NotNegative, Positive, RefersTo


class Drill(Element):
    """Rotary-percussive drill with its sample store."""

    type: Literal["drill"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    energy_j_per_m: Positive
    """From the bus per metre of depth."""
    rate_m_per_s: Positive
    """Depth per second at full work."""
    core_m2: Positive
    """Cross-section of what is brought up."""
    ground_kg_per_m3: Positive = 1800.0
    """Density of the ground (Hayne et al. 2017)."""
    samples_kg: Positive
    """What its store holds."""
    rate_bit_per_s: NotNegative = 0.0
    """Data made while it drills."""
    recorder: Annotated[Name, RefersTo("element")]
    """The element whose recorder takes its data."""
    heat_fraction: Fraction = 0.5
    """Share of its power that ends as heat in it; the rest stays in the hole (assumption)."""
    thermal: Thermal
    """How it keeps warm."""

    def parts(self) -> Parts:
        """Return its work, store and thermal node."""
        rate = self.rate_m_per_s * self.core_m2 * self.ground_kg_per_m3
        store = f"{self.name}.samples"
        load = Load(
            name=f"{self.name}.drill",
            bus=self.bus,
            node=self.name,
            power_w=self.energy_j_per_m * self.rate_m_per_s,
            priority=Priority.SCIENCE,
            divisible=True,
            heat_fraction=self.heat_fraction,
            data_rate_bit_per_s=self.rate_bit_per_s,
            recorder=f"{self.recorder}.recorder" if self.rate_bit_per_s > 0.0 else "",
        )
        flows = (
            Flow(commodity="samples", kg_per_s=-rate),
            Flow(commodity="samples", kg_per_s=rate, tank=store),
        )
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=heater(self.name, self.bus, self.thermal),
            tanks=(Tank(name=store, commodity="samples", capacity_kg=self.samples_kg),),
            converters=(Converter(load=load, flows=flows),),
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while it drills."""
        return (f"{self.name}.drill",)
