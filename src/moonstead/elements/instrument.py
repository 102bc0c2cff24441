"""Instrument: takes power and makes data while it observes; a keep-alive part is always on.

**Model.** Two loads on one thermal node: one while it observes, that makes data at a constant rate,
and one always.

**Assumptions.** Power and rate are constant while it observes.

**Limits.** No pointing, no modes, no calibration; what it is worth is the experiment's to say.

**Validation.** Data made is rate times time, and its balances close, as for all types
(`tests/elements/test_every_type.py::test_its_example_runs_through_light_and_dark_and_balances`).

**Sources.** Planning values (recall): spectrometer 5 to 10 kg and 10 to 20 W, seismometer 5 to 15
kg and 3 to 10 W, radar 2 to 6 kg and 5 to 10 W.
"""

from typing import Annotated, Literal

from moonstead.components import Load, Parts
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, heater, standby, thermal_node
from moonstead.spec import Name, NotNegative, Positive, RefersTo


class Instrument(Element):
    """Seismometer, radio antenna, camera, spectrometer: anything that observes."""

    type: Literal["instrument"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    observing_power_w: Positive
    """While it observes."""
    standby_power_w: NotNegative = 0.0
    """Always, also in survival."""
    rate_bit_per_s: NotNegative
    """Data made while it observes."""
    recorder: Annotated[Name, RefersTo("element")]
    """The element whose recorder takes its data."""
    thermal: Thermal
    """How it keeps warm."""

    def parts(self) -> Parts:
        """Return its loads and its thermal node."""
        observe = Load(
            name=f"{self.name}.observe",
            bus=self.bus,
            node=self.name,
            power_w=self.observing_power_w,
            priority=Priority.SCIENCE,
            data_rate_bit_per_s=self.rate_bit_per_s,
            recorder=f"{self.recorder}.recorder",
        )
        at_rest = standby(self.name, self.bus, self.standby_power_w)
        loads = (observe, at_rest) if self.standby_power_w > 0.0 else (observe,)
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=(*loads, *heater(self.name, self.bus, self.thermal)),
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while it observes."""
        return (f"{self.name}.observe",)
