"""A power tie: a switch between two buses of one voltage, which are one bus while it is closed.

**Model.** Closed (level from 0.5 on) the two buses balance together; open they balance apart.

**Assumptions.** Without loss, and as strong as what stands on both sides.

**Limits.** No inrush, no sharing between converters: a tie between buses of two voltages is a
`power_cable` with converters.

**Validation.** Two buses tied carry the same power as one bus. Tests:
`tests/elements/test_power.py`.

**Sources.** None: a definition.
"""

from typing import Literal

from pydantic import model_validator

from moonstead.components import Parts, Tie
from moonstead.elements.element import Element
from moonstead.spec import Name


class PowerTie(Element):
    """Switch between two buses."""

    type: Literal["power_tie"]
    """Which element type this is."""
    bus_a: Name = "main"
    """One of the buses."""
    bus_b: Name
    """The other."""
    closed: bool = True
    """Whether it is closed at the start."""

    @model_validator(mode="after")
    def _ties_two(self) -> "PowerTie":
        if self.bus_a == self.bus_b:
            raise ValueError("bus_b must be another bus than bus_a")
        return self

    def parts(self) -> Parts:
        """Return the tie."""
        level = 1.0 if self.closed else 0.0
        tie = Tie(name=self.name, bus_a=self.bus_a, bus_b=self.bus_b, initial_level=level)
        return Parts(ties=(tie,))
