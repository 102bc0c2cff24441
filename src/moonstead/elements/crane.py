"""An assembler robot: a crane, arm or mobile manipulator that gives working time to the station.

**Model.** It gives `arms` times `availability_fraction` robots to the pool of robot time, all the
time or while the Sun is up (`works`). Assembly, maintenance and cleaning take robots from that
pool. Its motors take `work_power_w` at the level commanded, and the time it gives scales with the
share of it that they got; its computer takes `standby_power_w` always.

**Assumptions.** Any robot does any work anywhere in the station: travel is part of the time that a
work is said to take. `availability_fraction` is the share of time at work, the rest charging,
driving and waiting for commands.

**Limits.** No reach and no lifting capacity: whether a piece can be lifted is not checked. Its
motors take their mean power whether or not there is work; command `NAME.work` to 0 to save it.

**Validation.** The working time of a day is arms times availability times the lit time; without
power for its motors it gives none; work that needs more robots than there are does not start.
Tests: `tests/elements/test_mobility.py`.

**Sources.** None for its rates: they are a plan's. Ground-controlled work with a delay of 3 to 10 s
goes slowly; a share of 0.3 is an assumption.
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import FloatArray, Load, Parts, Supply, Surroundings
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Thermal, heater, thermal_node
from moonstead.spec import Name, Positive


class Crane(Element):
    """Assembler robot."""

    type: Literal["crane"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it is on."""
    standby_power_w: Positive
    """Its computer, always."""
    work_power_w: Positive
    """Of motors and cameras, mean over its working time; without power it does no work."""
    arms: Annotated[int, Field(ge=1, le=100)] = 1
    """Works that it can do at once."""
    availability_fraction: Annotated[float, Field(gt=0.0, le=1.0)] = 0.3
    """Share of time that it is at work (assumption)."""
    works: Literal["always", "in-sunlight"] = "always"
    """Whether it works in the dark too."""
    thermal: Thermal
    """How it keeps warm."""

    def parts(self) -> Parts:
        """Return its loads, its working time and its node."""
        standby = Load(
            name=f"{self.name}.standby",
            bus=self.bus,
            node=self.name,
            power_w=self.standby_power_w,
            priority=Priority.HOUSEKEEPING,
            initial_level=1.0,
        )
        work = Load(
            name=f"{self.name}.work",
            bus=self.bus,
            node=self.name,
            power_w=self.work_power_w,
            priority=Priority.MAINTENANCE,
            initial_level=1.0,
            divisible=True,
        )
        return Parts(
            nodes=(thermal_node(self.name, self.thermal),),
            loads=(standby, work, *heater(self.name, self.bus, self.thermal)),
            supplies=(Supply(name=self.name, pool="robot", amount=self._robots, load=work.name),),
        )

    def _robots(self, surroundings: Surroundings) -> FloatArray:
        robots = self.arms * self.availability_fraction
        lit = surroundings["sun_fraction"] > 0.0
        at_work: FloatArray = robots * (lit | (self.works == "always")).astype(float)
        return at_work
