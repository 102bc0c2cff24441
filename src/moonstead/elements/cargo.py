"""Cargo: goods that arrive and go into tanks and store rooms of other elements.

**Model.** On its day of arrival each content is put into the tank named; cargo takes no further
part in the network.

**Assumptions.** Unloading takes no time; give ``assembly`` for the work that it takes.

**Limits.** What finds no room is lost. Packaging is the mass beyond the contents.

**Validation.** Its mass cannot be below that of its contents
(`tests/elements/test_transport.py::test_cargo_weighs_at_least_its_contents`).

**Sources.** None: its numbers are the user's.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Parts
from moonstead.elements.element import Element
from moonstead.elements.tank import Commodity, TankName
from moonstead.spec import Positive, Spec


class Content(Spec):
    """Goods for one tank."""

    tank: TankName
    """Where it goes: a tank element, or ELEMENT.something, such as ``habitat.food``."""
    commodity: Commodity
    """What it is."""
    kg: Positive
    """How much."""


class Cargo(Element):
    """Delivery of goods."""

    type: Literal["cargo"]
    """Which element type this is."""
    contents: Annotated[tuple[Content, ...], Field(min_length=1)]
    """What it brings."""

    @model_validator(mode="after")
    def _heavy_enough(self) -> "Cargo":
        least = sum(content.kg for content in self.contents)
        if self.mass_kg < least:
            raise ValueError(f"mass_kg must be at least {least:g} kg, what its contents weigh")
        return self

    def parts(self) -> Parts:
        """Return nothing: its contents are booked when it arrives."""
        return Parts()
