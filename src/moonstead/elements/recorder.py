"""A recorder: memory of the station, shared by all that write to it and read from it.

**Model.** What is written and what is sent away change its contents; what finds no room is lost
and counted. Its electronics take `power_w` all the time.

**Assumptions.** Contents survive a loss of power (flash memory). Any element of the station can
write to it without loss.

**Limits.** No order of the data, no bad blocks; one rate limit, that of what writes and reads.

**Validation.** Data made equals data kept, sent and lost in every run (the balance of the data
carrier); tests: `tests/elements/test_data_elements.py`.

**Sources.** None: a definition.
"""

from typing import Literal

from moonstead.components import Load, Parts, Recorder
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, heater, thermal_node
from moonstead.spec import Name, Positive


class DataRecorder(Element):
    """Data recorder."""

    type: Literal["recorder"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    capacity_bit: Positive
    """What it holds."""
    power_w: Positive
    """Of its electronics, always."""
    thermal: Thermal
    """How it keeps warm."""

    def parts(self) -> Parts:
        """Return the recorder, its load and its node."""
        electronics = Load(
            name=f"{self.name}.electronics",
            bus=self.bus,
            node=self.name,
            power_w=self.power_w,
            priority=Priority.HOUSEKEEPING,
            initial_level=1.0,
        )
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=(electronics, *heater(self.name, self.bus, self.thermal)),
            recorders=(Recorder(name=f"{self.name}.recorder", capacity_bit=self.capacity_bit),),
        )
