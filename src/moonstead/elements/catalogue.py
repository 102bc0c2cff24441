"""The visible list of element types: a new type is one file, and one line here."""

from typing import Annotated

from pydantic import Field

from moonstead.elements.airlock import Airlock
from moonstead.elements.antenna_field import AntennaField
from moonstead.elements.battery import Battery
from moonstead.elements.biology_container import BiologyContainer
from moonstead.elements.carbothermal import Carbothermal
from moonstead.elements.cargo import Cargo
from moonstead.elements.co2_removal import Co2Removal
from moonstead.elements.crane import Crane
from moonstead.elements.crew import Crew
from moonstead.elements.dark_pallet import DarkPallet
from moonstead.elements.drill import Drill
from moonstead.elements.electrolyser import Electrolyser
from moonstead.elements.excavator import Excavator
from moonstead.elements.fission_unit import FissionUnit
from moonstead.elements.glovebox import Glovebox
from moonstead.elements.habitat import Habitat
from moonstead.elements.hopper import Hopper
from moonstead.elements.hydrogen_reduction import HydrogenReduction
from moonstead.elements.ice_mine import IceMine
from moonstead.elements.instrument import Instrument
from moonstead.elements.lander import Lander
from moonstead.elements.lander_hub import LanderHub
from moonstead.elements.liquefier import Liquefier
from moonstead.elements.molten_regolith_electrolysis import MoltenRegolithElectrolysis
from moonstead.elements.orbital_module import OrbitalModule
from moonstead.elements.oxygen_plant import OxygenPlant
from moonstead.elements.phase_change_store import PhaseChangeStore
from moonstead.elements.plant_chamber import PlantChamber
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
from moonstead.elements.sabatier import Sabatier
from moonstead.elements.science_mast import ScienceMast
from moonstead.elements.sintering import Sintering
from moonstead.elements.solar_array import SolarArray
from moonstead.elements.tank import TankElement
from moonstead.elements.water_recovery import WaterRecovery

AnyElement = (
    Airlock
    | AntennaField
    | Battery
    | BiologyContainer
    | Carbothermal
    | Cargo
    | Co2Removal
    | Crane
    | Crew
    | DarkPallet
    | Drill
    | Electrolyser
    | Excavator
    | FissionUnit
    | Glovebox
    | Habitat
    | Hopper
    | HydrogenReduction
    | IceMine
    | Instrument
    | Lander
    | LanderHub
    | Liquefier
    | MoltenRegolithElectrolysis
    | OrbitalModule
    | OxygenPlant
    | PhaseChangeStore
    | PlantChamber
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
    | Sabatier
    | ScienceMast
    | Sintering
    | SolarArray
    | TankElement
    | WaterRecovery
)

TaggedElement = Annotated[AnyElement, Field(discriminator="type")]
"""An element as a scenario writes it, told apart by its ``type``."""
