"""What rovers and hoppers have in common: a bus and battery of their own, and a charging cable."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from moonstead.components import (
    Bus,
    FloatArray,
    Link,
    Load,
    Parts,
    Source,
    Store,
    Surroundings,
    Thermostat,
)
from moonstead.contracts import Priority
from moonstead.elements.element import Element, Kelvin, Thermal, always_on, heater, thermal_node
from moonstead.spec import Fraction, Name, NotNegative, Positive, RefersTo, Spec


class Panel(Spec):
    """Solar panel of a vehicle."""

    area_m2: Positive
    """Cell area."""
    efficiency: Annotated[float, Field(gt=0.0, lt=0.6)]
    """Of cells, wiring and regulator."""
    facing: Literal["sun", "sky"]
    """Whether it is turned to the Sun (by a hinge, or by the way the vehicle stands), or lies flat
    on the deck."""
    loss_per_year: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Relative loss per year by radiation."""
    dust_per_year: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Share of the light that dust takes per year."""

    def available_w(self, surroundings: Surroundings) -> FloatArray:
        """Return the power on offer, shape (n,)."""
        irradiance = surroundings["solar_irradiance_w_per_m2"]
        if self.facing == "sky":
            elevation_rad = np.radians(surroundings["sun_elevation_deg"])
            irradiance = irradiance * np.maximum(np.sin(elevation_rad), 0.0)
        return self.area_m2 * self.efficiency * irradiance


class Hibernation(Spec):
    """What is left on while it sleeps through the night, and what wakes it."""

    timer_power_w: Positive
    """Wake-up circuit, always on."""
    wake_power_w: Positive
    """Heater that warms it up before its avionics start."""
    wake_setpoint_k: Kelvin = 253.0
    """Where the avionics may start (assumption)."""


class Vehicle(Element):
    """Own bus, battery, avionics, payload and charging cable."""

    bus: Name = "main"
    """The bus that it charges from."""
    avionics_power_w: Positive
    """Computer and receiver, on but for hibernation."""
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
    panel: Panel | None = None
    """Its own solar panel, if it has one."""
    hibernation: Hibernation | None = None
    """How it sleeps, if it can."""
    thermal: Thermal
    """How it keeps warm."""

    def vehicle_parts(self) -> Parts:
        """Return bus, node, battery, panel, charging link, avionics, payload and heaters."""
        name = self.name
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
        avionics = always_on(f"{name}.avionics", name, name, self.avionics_power_w)
        payload = Load(
            name=f"{name}.payload",
            bus=name,
            node=name,
            power_w=self.payload_power_w,
            priority=Priority.SCIENCE,
            data_rate_bit_per_s=self.payload_rate_bit_per_s,
            recorder=f"{self.recorder}.recorder",
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
            sources=self._sources(),
            loads=(avionics, payload, *self._sleeping(), *heater(name, name, self.thermal)),
            stores=(store,),
            links=(charger,),
        )

    def _sources(self) -> tuple[Source, ...]:
        if self.panel is None:
            return ()
        return (
            Source(
                name=f"{self.name}.panel",
                bus=self.name,
                node=self.name,
                available_w=self.panel.available_w,
                loss_per_year=self.panel.loss_per_year,
                dust_per_year=self.panel.dust_per_year,
            ),
        )

    def _sleeping(self) -> tuple[Load, ...]:
        if self.hibernation is None:
            return ()
        timer = always_on(
            f"{self.name}.timer", self.name, self.name, self.hibernation.timer_power_w
        )
        wake = Load(
            name=f"{self.name}.wake",
            bus=self.name,
            node=self.name,
            power_w=self.hibernation.wake_power_w,
            priority=Priority.HOUSEKEEPING,  # it can wait for the Sun
            thermostat=Thermostat(
                setpoint_k=self.hibernation.wake_setpoint_k, band_k=self.thermal.heater_band_k
            ),
        )
        return (timer, wake)
