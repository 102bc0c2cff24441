"""The visible list of element types: a new type is one file, and one line here."""

from typing import Annotated

from pydantic import Field

from moonstead.elements.battery import Battery
from moonstead.elements.biology_container import BiologyContainer
from moonstead.elements.crane import Crane
from moonstead.elements.fission_unit import FissionUnit
from moonstead.elements.hopper import Hopper
from moonstead.elements.instrument import Instrument
from moonstead.elements.lander_hub import LanderHub
from moonstead.elements.oxygen_plant import OxygenPlant
from moonstead.elements.phase_change_store import PhaseChangeStore
from moonstead.elements.power_beam import PowerBeam
from moonstead.elements.power_cable import PowerCable
from moonstead.elements.power_tie import PowerTie
from moonstead.elements.processor import Processor
from moonstead.elements.radiator import Radiator
from moonstead.elements.radio_terminal import RadioTerminal
from moonstead.elements.radioisotope_generator import RadioisotopeGenerator
from moonstead.elements.radioisotope_heater import RadioisotopeHeater
from moonstead.elements.recorder import DataRecorder
from moonstead.elements.regenerative_fuel_cell import RegenerativeFuelCell
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.elements.rover import Rover
from moonstead.elements.solar_array import SolarArray

AnyElement = (
    Battery
    | BiologyContainer
    | Crane
    | FissionUnit
    | Hopper
    | Instrument
    | LanderHub
    | OxygenPlant
    | PhaseChangeStore
    | PowerBeam
    | PowerCable
    | PowerTie
    | Processor
    | Radiator
    | RadioTerminal
    | RadioisotopeGenerator
    | RadioisotopeHeater
    | DataRecorder
    | RegenerativeFuelCell
    | RelayOrbiter
    | Rover
    | SolarArray
)

TaggedElement = Annotated[AnyElement, Field(discriminator="type")]
"""An element as a scenario writes it, told apart by its ``type``."""
