"""Biology container: a growth chamber held at living temperature while an experiment runs.

**Model.** Lamps, fans and camera take power and make data, and a climate heater with a thermostat
holds the set point, while an experiment runs. Between experiments only the survival heater keeps
the seeds from harm.

**Assumptions.** One thermal node for chamber and walls.

**Limits.** No cooling beyond what louvers and radiating area give; nothing grows in the model (for
that there is the `plant_chamber`).

**Validation.** Its balances close, as for all types
(`tests/elements/test_every_type.py::test_its_example_runs_through_light_and_dark_and_balances`).

**Sources.** The canister of Chang'e-4: 2.6 kg, 212.75 h, held at 1 to 30 degrees Celsius (Chongqing
University).
"""

from typing import Annotated, Literal

from moonstead.components import Load, Parts, Thermostat
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Kelvin, Thermal, heater, thermal_node
from moonstead.spec import Name, NotNegative, Positive, RefersTo


class BiologyContainer(Element):
    """Growth chamber with lamps, camera and its own climate."""

    type: Literal["biology_container"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    lamp_power_w: Positive
    """Lamps, fans and camera while an experiment runs."""
    climate_power_w: Positive
    """Greatest power of the climate heater while an experiment runs."""
    climate_setpoint_k: Kelvin = 295.0
    """Temperature held while an experiment runs."""
    rate_bit_per_s: NotNegative
    """Data made while an experiment runs."""
    recorder: Annotated[Name, RefersTo("element")]
    """The element whose recorder takes its data."""
    thermal: Thermal
    """How it keeps warm between experiments."""

    def parts(self) -> Parts:
        """Return its loads and its thermal node."""
        lamps = Load(
            name=f"{self.name}.lamps",
            bus=self.bus,
            node=self.name,
            power_w=self.lamp_power_w,
            priority=Priority.SCIENCE,
            data_rate_bit_per_s=self.rate_bit_per_s,
            recorder=f"{self.recorder}.recorder",
        )
        climate = Load(
            name=f"{self.name}.climate",
            bus=self.bus,
            node=self.name,
            power_w=self.climate_power_w,
            priority=Priority.SCIENCE,
            thermostat=Thermostat(
                setpoint_k=self.climate_setpoint_k, band_k=self.thermal.heater_band_k
            ),
        )
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=(lamps, climate, *heater(self.name, self.bus, self.thermal)),
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs during an experiment."""
        return (f"{self.name}.climate", f"{self.name}.lamps")
