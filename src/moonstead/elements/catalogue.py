"""The visible list of element types: a new type is one file, and one line here."""

from typing import Annotated

from pydantic import Field

from moonstead.elements.battery import Battery
from moonstead.elements.biology_container import BiologyContainer
from moonstead.elements.fission_unit import FissionUnit
from moonstead.elements.instrument import Instrument
from moonstead.elements.lander_hub import LanderHub
from moonstead.elements.oxygen_plant import OxygenPlant
from moonstead.elements.regenerative_fuel_cell import RegenerativeFuelCell
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.elements.rover import Rover
from moonstead.elements.solar_array import SolarArray

AnyElement = (
    Battery
    | BiologyContainer
    | FissionUnit
    | Instrument
    | LanderHub
    | OxygenPlant
    | RegenerativeFuelCell
    | RelayOrbiter
    | Rover
    | SolarArray
)

TaggedElement = Annotated[AnyElement, Field(discriminator="type")]
"""An element as a scenario writes it, told apart by its ``type``."""
