"""What every element type gives: a checked description, and the parts it is made of.

An element type is one file with one class, and one line in `moonstead.elements.catalogue`.
"""

from abc import abstractmethod
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from moonstead.components import (
    FloatArray,
    Load,
    Melting,
    Need,
    Parts,
    Surroundings,
    ThermalNode,
    Thermostat,
    joined,
)
from moonstead.contracts import Priority
from moonstead.elements.failure import Failure
from moonstead.spec import (
    Fraction,
    Mistake,
    Name,
    NotNegative,
    Positive,
    RefersTo,
    Spec,
    UtcTime,
    refused,
)

Kelvin = Annotated[float, Field(gt=0.0, lt=2000.0)]
Metres = Annotated[float, Field(ge=-1e5, le=1e5)]
"""Within the station: farther away its plane is no plane any more."""


class Thermal(Spec):
    """How an element keeps warm: one lump that absorbs sunlight, radiates, and may be heated."""

    heat_capacity_j_per_k: Positive
    """Mass times specific heat."""
    radiating_area_m2: Positive
    """Outer area that radiates."""
    emissivity: Annotated[float, Field(gt=0.0, le=1.0)]
    """Infrared emissivity of that area; below 0.1 for one wrapped in multilayer insulation."""
    sunlit_area_m2: NotNegative = 0.0
    """Area that faces a Sun near the horizon."""
    absorptivity: Fraction = 0.0
    """Share of sunlight on it that becomes heat."""
    louver_area_m2: NotNegative = 0.0
    """Effective radiating area (area times emissivity) that louvers uncover when it is warm."""
    louver_open_k: Kelvin = 293.0
    """Where the louvers begin to open."""
    initial_temperature_k: Kelvin = 280.0
    """At the start of the run."""
    survival_min_k: Kelvin
    """Below this the element is lost for good."""
    heater_power_w: NotNegative = 0.0
    """Greatest power of its survival heater."""
    heater_setpoint_k: Kelvin = 273.0
    """The heater is off at and above this temperature."""
    heater_band_k: Positive = 5.0
    """The heater is at full power this far below the set point."""
    ground_conductance_w_per_k: NotNegative = 0.0
    """Through feet and cables to the ground."""
    melting_k: Kelvin | None = None
    """Where a phase-change store inside it melts; with ``latent_j``."""
    latent_j: NotNegative = 0.0
    """Heat of fusion of that store."""


class Work(Spec):
    """A piece of work on an element: how long it takes, and who and what it takes."""

    duration_s: Positive
    """With everybody that it needs at work all the time."""
    robots: NotNegative = 0.0
    """Robots at work at once, from the pool of robot time."""
    crew: NotNegative = 0.0
    """Persons at work at once, from the pool of crew time."""
    airlock: Annotated[Name, RefersTo("element")] | None = None
    """The airlock by which they go out: the work takes what an excursion of so many persons takes.
    Without one it is done inside, or its air and water are not counted."""
    power_w: NotNegative = 0.0
    """Taken by tools from ``bus`` meanwhile."""
    bus: Name = "main"
    """Where tools take their power."""

    def load(self, name: str, node: str) -> Load:
        """Return the activity slot of this work."""
        pools = (("robot", self.robots), ("crew", self.crew))
        return Load(
            name=name,
            bus=self.bus if self.power_w > 0.0 else "",
            node=node,
            power_w=self.power_w,
            priority=Priority.MAINTENANCE,
            initial_level=1.0,
            divisible=True,  # half of those it takes do half of it
            heat_fraction=0.0,  # done outside
            needs=tuple(Need(pool=pool, amount=amount) for pool, amount in pools if amount > 0.0),
        )


class SurfaceLink(Spec):
    """A radio link over the ground to the lander hub, by which the element's data go."""

    radio: Annotated[Name, RefersTo("radio")]
    """Its own, of the catalogue of radios."""
    hub_radio: Annotated[Name, RefersTo("radio")]
    """That of the hub, which receives in the same band."""
    antenna_height_m: Annotated[float, Field(gt=0.0, le=1000.0)] = 1.5
    """Above the ground; the hub's is on the mast of the site (assumption: a rover's mast)."""


class Move(Spec):
    """A change of place."""

    at: UtcTime
    """When it is there (UTC)."""
    place: Annotated[Name, RefersTo("place")]
    """Where it goes."""


class Element(Spec):
    """A piece of the station that is delivered once and belongs to a partner."""

    name: Name
    """One word, unique in the scenario."""
    partner: Annotated[Name, RefersTo("partner")]
    """The partner that owns it."""
    mass_kg: Positive
    """Landed mass."""
    place: Annotated[Name, RefersTo("place")] | None = None
    """Where it stands, of the places of the scenario; at the site where none is named."""
    easting_m: Metres | None = None
    """East of the site's point, in its level plane; with ``northing_m``. Nothing is known of the
    distances of an element without."""
    northing_m: Metres | None = None
    """North of it."""
    surface_link: SurfaceLink | None = None
    """Its radio link to the hub, with ``easting_m`` and ``northing_m``; data pass freely where none
    is given."""
    arrives: UtcTime | None = None
    """When it lands (UTC); it is there from the start where no date is given."""
    assembly: Work | None = None
    """What must be done on it after landing before it is commissioned."""
    retires: UtcTime | None = None
    """When it is switched off for good (UTC)."""
    move: tuple[Move, ...] = ()
    """Where it goes later, in order of time."""
    failure: tuple[Failure, ...] = ()
    """How it fails by chance."""
    repair: Work | None = None
    """The work that undoes its faults; without it they are there for good."""
    spare_kg: NotNegative = 0.0
    """Spare parts that a repair takes out of the tank ``spares``."""
    spares: Annotated[Name, RefersTo("element")] | None = None
    """The tank of spare parts."""

    @model_validator(mode="after")
    def _lives_in_order(self) -> "Element":
        mistakes = []
        if self.arrives is not None and self.retires is not None and self.retires <= self.arrives:
            mistakes.append(Mistake(("retires",), "must be after it arrives", self.retires))
        if self.assembly is not None and self.arrives is None:
            remedy = "an element that is there from the start needs none; give arrives too"
            mistakes.append(Mistake(("assembly",), remedy))
        times = [move.at for move in self.move]
        if times != sorted(set(times)):
            mistakes.append(Mistake(("move",), "must be in order of time, one at a time"))
        if self.arrives is not None and any(time <= self.arrives for time in times):
            mistakes.append(Mistake(("move",), "must be after it arrives"))
        if (self.easting_m is None) != (self.northing_m is None):
            key, value = "easting_m", self.easting_m
            if value is None:
                key, value = "northing_m", self.northing_m
            mistakes.append(Mistake((key,), "easting_m and northing_m go together", value))
        if self.surface_link is not None:
            if self.easting_m is None and self.northing_m is None:
                remedy = "the way to the hub is not known: give easting_m and northing_m"
                mistakes.append(Mistake(("surface_link",), remedy))
            if self.place is not None or self.move:
                remedy = "only an element that stays at the site has a link over its ground"
                mistakes.append(Mistake(("surface_link",), remedy))
        if (self.spare_kg > 0.0) != (self.spares is not None):
            remedy = "spare_kg and spares go together"
            mistakes.append(Mistake(("spares",), remedy, self.spares))
        if mistakes:
            raise refused(type(self).__name__, mistakes)
        return self

    @abstractmethod
    def parts(self) -> Parts:
        """Return what it is made of."""

    def work(self) -> dict[str, Work]:
        """Return every piece of work on it by its key, which ends the name of its load."""
        values = {key: getattr(self, key) for key in type(self).model_fields}
        return {key: value for key, value in values.items() if isinstance(value, Work)}

    def all_parts(self) -> Parts:
        """Return what it is made of and the work that is to be done on it."""
        parts = self.parts()
        node = parts.nodes[0].name if parts.nodes else ""
        work = {"assembly": self.assembly, "repair": self.repair}
        loads = tuple(
            task.load(f"{self.name}.{word}", node)
            for word, task in work.items()
            if task is not None
        )
        return joined((parts, Parts(loads=loads)))

    def activity_loads(self) -> tuple[str, ...]:
        """Return the loads that run while the element does an activity; empty if it does none."""
        return ()


def thermal_node(name: str, thermal: Thermal) -> ThermalNode:
    """Return the thermal node of an element."""

    def absorbed_w(surroundings: Surroundings) -> FloatArray:
        area_m2 = thermal.sunlit_area_m2 * thermal.absorptivity
        return area_m2 * surroundings["solar_irradiance_w_per_m2"]

    return ThermalNode(
        name=name,
        heat_capacity_j_per_k=thermal.heat_capacity_j_per_k,
        radiating_area_m2=thermal.radiating_area_m2,
        emissivity=thermal.emissivity,
        sink_temperature_k=sink_temperature,
        absorbed_w=absorbed_w,
        louver_area_m2=thermal.louver_area_m2,
        louver_open_k=thermal.louver_open_k,
        ground_conductance_w_per_k=thermal.ground_conductance_w_per_k,
        melting=(
            Melting(melting_k=thermal.melting_k, latent_j=thermal.latent_j)
            if thermal.melting_k is not None and thermal.latent_j > 0.0
            else None
        ),
        initial_temperature_k=thermal.initial_temperature_k,
        survival_min_k=thermal.survival_min_k,
    )


def sink_temperature(surroundings: Surroundings) -> FloatArray:
    """Return the black temperature that ground and sky together present."""
    return surroundings["sink_temperature_k"]


class Constant:
    """A driver that is the same at every step."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        """Return the value on the grid of the surroundings."""
        return np.full_like(surroundings["sink_temperature_k"], self.value)


def always_on(
    name: str, bus: str, node: str, power_w: float, priority: Priority = Priority.SURVIVAL
) -> Load:
    """Return what is on for as long as there is any power, such as a computer."""
    return Load(
        name=name,
        bus=bus,
        node=node,
        power_w=power_w,
        priority=priority,
        initial_level=1.0,
    )


def standby(element: str, bus: str, power_w: float) -> Load:
    """Return what an instrument takes when it does nothing; it may sleep, and its heater not."""
    return always_on(f"{element}.standby", bus, element, power_w, Priority.HOUSEKEEPING)


def heater(name: str, bus: str, thermal: Thermal) -> tuple[Load, ...]:
    """Return the survival heater of an element, or nothing where it has none."""
    if thermal.heater_power_w <= 0.0:
        return ()
    return (
        Load(
            name=f"{name}.heater",
            bus=bus,
            node=name,
            power_w=thermal.heater_power_w,
            priority=Priority.SURVIVAL,
            initial_level=1.0,
            thermostat=Thermostat(
                setpoint_k=thermal.heater_setpoint_k, band_k=thermal.heater_band_k
            ),
        ),
    )
