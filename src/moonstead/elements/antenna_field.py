"""Antenna field: many low-frequency antennas and one receiver, for the quiet radio sky.

**Model.** N antennas take N times the power of one, and each sends its samples to the receiver,
which averages them: the data rate is N times the sample rate of one, divided by the averaging.

**Assumptions.** Antennas are bare metal that stands any temperature; the receiver is kept warm.

**Limits.** Quiet is not its to know: experiments ask for it by ``earth = "hidden"``. No
interference from the station's own machines. Correlation is in ``receiver_power_w``.

**Validation.** Power and rate grow in proportion to the antennas
(`tests/elements/test_science_hosts.py::test_a_field_grows_by_its_antennas`).

**Sources.** Band 0.1 to 50 MHz of CE-4 and LuSEE-Night (project page); a dipole with its
preamplifier takes watts (assumption).
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Load, Parts
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, heater, standby, thermal_node
from moonstead.spec import Name, NotNegative, Positive, RefersTo


class AntennaField(Element):
    """Array of dipoles with a receiver."""

    type: Literal["antenna_field"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    antennas: Annotated[int, Field(ge=1)]
    """How many."""
    antenna_power_w: Positive
    """Of one with its preamplifier while it observes."""
    receiver_power_w: Positive
    """Of receiver and correlator while it observes."""
    standby_power_w: NotNegative = 0.0
    """Always, also in survival."""
    sample_rate_bit_per_s: Positive
    """Of one antenna."""
    averaging: Annotated[float, Field(ge=1.0)]
    """Samples by data kept."""
    recorder: Annotated[Name, RefersTo("element")]
    """The element whose recorder takes its data."""
    thermal: Thermal
    """How the receiver keeps warm."""

    def parts(self) -> Parts:
        """Return antennas, receiver, keep-alive part and thermal node."""
        receiver = Load(
            name=f"{self.name}.receiver",
            bus=self.bus,
            node=self.name,
            power_w=self.receiver_power_w,
            priority=Priority.SCIENCE,
            data_rate_bit_per_s=self.antennas * self.sample_rate_bit_per_s / self.averaging,
            recorder=f"{self.recorder}.recorder",
        )
        antennas = Load(
            name=f"{self.name}.antennas",
            bus=self.bus,
            node=self.name,
            power_w=self.antennas * self.antenna_power_w,
            priority=Priority.SCIENCE,
            heat_fraction=0.0,  # out on the ground
        )
        at_rest = standby(self.name, self.bus, self.standby_power_w)
        loads = (antennas, receiver, *((at_rest,) if self.standby_power_w > 0.0 else ()))
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=(*loads, *heater(self.name, self.bus, self.thermal)),
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while it observes."""
        return (f"{self.name}.antennas", f"{self.name}.receiver")
