"""Rover: its own bus, battery and small array, charged from the station through a cable.

While it drives and surveys, its drive and payload run from its own battery; the cable carries what
the station grants at any time that the rover is parked (the station manager opens the link for
the length of a sortie).

Limits: no path, slope or soil yet; it sees the same sky as the mast.
"""

from typing import Annotated, Literal

from pydantic import Field

from moonstead.components import Bus, Link, Load, Parts, Store
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Kelvin, Thermal, heater, thermal_node
from moonstead.spec import Fraction, Name, NotNegative, Positive, RefersTo


class Rover(Element):
    """Wheeled rover."""

    type: Literal["rover"]
    """Which element type this is."""
    bus: Name = "main"
    """The bus that it charges from."""
    avionics_power_w: Positive
    """Computer and receiver, always on."""
    drive_power_w: Positive
    """Mean power while driving."""
    payload_power_w: Positive
    """Instruments while surveying."""
    payload_rate_bit_per_s: NotNegative
    """Data made while surveying, sent to the station recorder as it is made."""
    recorder: Annotated[Name, RefersTo("element")]
    """The element whose recorder takes its data."""
    battery_j: Positive
    """Rated energy of its battery."""
    battery_power_w: Positive
    """Greatest charge and discharge power."""
    battery_efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = 0.96
    """Each way."""
    battery_floor_fraction: Fraction = 0.1
    """Share of the capacity that is never taken out."""
    battery_charge_min_temperature_k: Kelvin = 268.0
    """Below this the battery takes no charge."""
    charger_power_w: Positive
    """Greatest power taken from the station."""
    charger_efficiency: Annotated[float, Field(gt=0.0, le=1.0)] = 0.9
    """Of the cable and converter."""
    thermal: Thermal
    """How it keeps warm."""

    def parts(self) -> Parts:
        """Return its bus, battery, loads and charging link."""
        name = self.name
        recorder = f"{self.recorder}.recorder"
        store = Store(
            name=f"{name}.battery",
            bus=name,
            node=name,
            capacity_j=self.battery_j,
            initial_fraction=0.8,
            floor_fraction=self.battery_floor_fraction,
            charge_power_w=self.battery_power_w,
            discharge_power_w=self.battery_power_w,
            charge_efficiency=self.battery_efficiency,
            discharge_efficiency=self.battery_efficiency,
            charge_min_temperature_k=self.battery_charge_min_temperature_k,
        )
        avionics = Load(
            name=f"{name}.avionics",
            bus=name,
            node=name,
            power_w=self.avionics_power_w,
            priority=Priority.SURVIVAL,
            initial_level=1.0,
        )
        drive = Load(
            name=f"{name}.drive",
            bus=name,
            node=name,
            power_w=self.drive_power_w,
            priority=Priority.MOBILITY,
            heat_fraction=0.3,  # the rest is done on the soil, outside the insulated box
        )
        payload = Load(
            name=f"{name}.payload",
            bus=name,
            node=name,
            power_w=self.payload_power_w,
            priority=Priority.SCIENCE,
            data_rate_bit_per_s=self.payload_rate_bit_per_s,
            recorder=recorder,
        )
        charger = Link(
            name=f"{name}.charger",
            from_bus=self.bus,
            to_bus=name,
            node=name,
            capacity_w=self.charger_power_w,
            efficiency=self.charger_efficiency,
            priority=Priority.MOBILITY,
        )
        return Parts(
            buses=(Bus(name=name),),
            nodes=(thermal_node(name, self.thermal),),
            loads=(avionics, drive, payload, *heater(name, name, self.thermal)),
            stores=(store,),
            links=(charger,),
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs on a sortie."""
        return (f"{self.name}.drive", f"{self.name}.payload")
