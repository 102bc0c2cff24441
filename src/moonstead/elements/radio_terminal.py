"""A radio terminal: sends what a recorder holds over one path, and listens all the time.

**Model.** While the path is open and the transmitter is on, it sends at the lesser of the path's
rate and `rate_limit_bit_per_s`, and takes `power_w`, of which `radiated_fraction` leaves as radio
waves. The receiver takes `receiver_power_w` always.

**Assumptions.** The path's rate (scenario, link budget) already holds for this terminal's antenna
and power.

**Limits.** No antenna pointing, no acquisition time, no uplink data volume.

**Validation.** Bits sent are rate times time, and never more than the recorder holds. The rates of
Queqiao-1's ladder stand in the tests as cases. Tests: `tests/elements/test_data_elements.py`.

**Sources.** Queqiao-1: 1.4, 50, 280 and 555 kbit/s from the lander, 0.7, 140 and 285 kbit/s from
the rover, 1 to 10 Mbit/s to Earth (Zhang 2021, table 1).
"""

from typing import Annotated, Literal

from moonstead.components import Load, Parts, Transmitter
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, always_on, heater, thermal_node
from moonstead.spec import Fraction, Name, NotNegative, Positive, RefersTo


class RadioTerminal(Element):
    """Radio terminal on one path."""

    type: Literal["radio_terminal"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    path: Name
    """The contact path that it serves."""
    recorder: Annotated[Name, RefersTo("element")]
    """The element whose recorder it empties."""
    power_w: Positive
    """Taken from the bus while it sends."""
    rate_limit_bit_per_s: Positive
    """Greatest rate that it can send."""
    radiated_fraction: Fraction = 0.2
    """Share of its power that leaves as radio waves (assumption)."""
    receiver_power_w: NotNegative = 0.0
    """Of its receiver, always on."""
    thermal: Thermal
    """How it keeps warm."""

    def parts(self) -> Parts:
        """Return transmitter, receiver and node."""
        sender = Load(
            name=f"{self.name}.sender",
            bus=self.bus,
            node=self.name,
            power_w=self.power_w,
            priority=Priority.HOUSEKEEPING,
            heat_fraction=1.0 - self.radiated_fraction,
        )
        receiver = always_on(f"{self.name}.receiver", self.bus, self.name, self.receiver_power_w)
        transmitter = Transmitter(
            load=sender,
            recorder=f"{self.recorder}.recorder",
            path=self.path,
            rate_limit_bit_per_s=self.rate_limit_bit_per_s,
        )
        loads = (receiver,) if self.receiver_power_w > 0.0 else ()
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=(*loads, *heater(self.name, self.bus, self.thermal)),
            transmitters=(transmitter,),
        )
