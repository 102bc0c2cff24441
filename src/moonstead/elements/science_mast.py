"""Science mast: cameras and telescopes on a pole, pointed together.

**Model.** While it observes, the pointing drive and all heads take power, and each head makes data
at its rate. The keep-alive part is always on.

**Assumptions.** All heads share one thermal node and one recorder.

**Limits.** What is in the field of view is the experiment's to say (``light``, ``earth``); the
height of the mast does not change what it sees.

**Validation.** Power and data of a session are the sums over its heads
(`tests/elements/test_science_hosts.py::test_heads_of_a_mast_add_up`).

**Sources.** Classes of instruments: CE-3's ultraviolet telescope of 150 mm, cameras of landers.
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Load, Parts
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, heater, thermal_node
from moonstead.spec import Name, NotNegative, Positive, RefersTo, Spec


class Head(Spec):
    """A camera, telescope or spectrometer on the mast."""

    name: Name
    """One word."""
    power_w: Positive
    """While it observes."""
    rate_bit_per_s: NotNegative
    """Data made while it observes."""


class ScienceMast(Element):
    """Pole with a pointing drive and heads."""

    type: Literal["science_mast"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    pointing_power_w: NotNegative = 0.0
    """Of the drive while it observes."""
    standby_power_w: NotNegative = 0.0
    """Always, also in survival."""
    head: Annotated[tuple[Head, ...], Field(min_length=1)]
    """What it carries."""
    recorder: Annotated[Name, RefersTo("element")]
    """The element whose recorder takes its data."""
    thermal: Thermal
    """How it keeps warm."""

    def _load(self, part: str, power_w: float, rate_bit_per_s: float, *, always: bool) -> Load:
        return Load(
            name=f"{self.name}.{part}",
            bus=self.bus,
            node=self.name,
            power_w=power_w,
            priority=Priority.SURVIVAL if always else Priority.SCIENCE,
            initial_level=1.0 if always else 0.0,
            data_rate_bit_per_s=rate_bit_per_s,
            recorder=f"{self.recorder}.recorder" if rate_bit_per_s > 0.0 else "",
        )

    def parts(self) -> Parts:
        """Return its drive, heads, keep-alive part and thermal node."""
        loads = [
            self._load(head.name, head.power_w, head.rate_bit_per_s, always=False)
            for head in self.head
        ]
        if self.pointing_power_w > 0.0:
            loads.append(self._load("pointing", self.pointing_power_w, 0.0, always=False))
        if self.standby_power_w > 0.0:
            loads.append(self._load("standby", self.standby_power_w, 0.0, always=True))
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=(*loads, *heater(self.name, self.bus, self.thermal)),
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while it observes."""
        heads = tuple(f"{self.name}.{head.name}" for head in self.head)
        return (*heads, f"{self.name}.pointing") if self.pointing_power_w > 0.0 else heads
