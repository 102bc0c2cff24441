"""Glovebox: laboratory work by hand, in a habitat.

**Model.** While people work at it, it takes power and makes data, and takes them from the pool
`crew`; without them it does nothing.

**Assumptions.** Its heat goes into the habitat's air.

**Limits.** Samples are not used up.

**Validation.** It runs only in the crew's working hours
(`tests/elements/test_science_hosts.py::test_a_glovebox_waits_for_hands`).

**Sources.** None: its numbers are the user's.
"""

from typing import Annotated, Literal

from moonstead.components import Load, Need, Parts
from moonstead.contracts import Priority
from moonstead.elements.element import Element
from moonstead.spec import Name, NotNegative, Positive, RefersTo


class Glovebox(Element):
    """Bench with gloves, lamps and a microscope."""

    type: Literal["glovebox"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    habitat: Annotated[Name, RefersTo("element")]
    """Where it stands."""
    power_w: Positive
    """While somebody works at it."""
    persons: Positive = 1.0
    """Who work at it."""
    rate_bit_per_s: NotNegative = 0.0
    """Data made meanwhile."""
    recorder: Annotated[Name, RefersTo("element")]
    """The element whose recorder takes its data."""

    def parts(self) -> Parts:
        """Return its work."""
        work = Load(
            name=f"{self.name}.work",
            bus=self.bus,
            node=self.habitat,
            power_w=self.power_w,
            priority=Priority.SCIENCE,
            needs=(Need(pool="crew", amount=self.persons),),
            data_rate_bit_per_s=self.rate_bit_per_s,
            recorder=f"{self.recorder}.recorder" if self.rate_bit_per_s > 0.0 else "",
        )
        return Parts(loads=(work,))

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while somebody works at it."""
        return (f"{self.name}.work",)
