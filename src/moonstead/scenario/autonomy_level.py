"""How much the station may do alone: levels after ECSS-E-ST-70-11C, for all or for some of it."""

from typing import Annotated, Literal

from moonstead.spec import Name, RefersTo, Spec

LevelName = Literal["E1", "E2", "E3", "E4"]


class ElementLevel(Spec):
    """The level of execution of one element, where it is another than the station's."""

    name: Annotated[Name, RefersTo("element")]
    """The element."""
    level: LevelName
    """Who says when its sessions start."""

    @property
    def number(self) -> int:
        """The level, 1 to 4."""
        return int(self.level[1])


class Autonomy(Spec):
    """What the station does without people on Earth."""

    level: LevelName = "E4"
    """Who says when a session starts. E1: people, live, for each one; E2: a schedule sent up, at
    fixed times; E3: a schedule sent up, within windows and on conditions; E4: a planner aboard.
    Changed in flight by a command of kind ``autonomy``."""
    data: Literal["D1", "D2"] = "D2"
    """What is kept while nothing can be sent. D1: essential data, and of science what finds room
    beside it; D2: all of it, as plans fill no recorder."""
    faults: Literal["F1", "F2"] = "F2"
    """F1: a fault is found, told and made safe, and people do the rest; F2: the station also brings
    back what it can."""
    element: tuple[ElementLevel, ...] = ()
    """Elements with a level of their own."""

    @property
    def number(self) -> int:
        """The level of the station, 1 to 4."""
        return int(self.level[1])

    @property
    def numbers(self) -> dict[str, int]:
        """The levels of elements that have one of their own, 1 to 4."""
        return {given.name: given.number for given in self.element}
