"""Orbital module: a part of the station in lunar orbit, with its own bus and recorder.

**Model.** It flies the orbit that it is given; its array puts power times the light of that orbit
on its own bus, called like itself, with a battery and avionics; its body radiates to what it sees
in orbit. Instruments make data into its recorder. With ``path`` it opens a contact path of its own:
open while a ground station of the network serves it. Other elements, a `habitat`, a `processor` or
the `radio_terminal` that empties its recorder, live in it by naming its bus, and it as their place.

**Assumptions.** Its array and antennas point where they must. Steps of a run are longer than parts
of low orbits: light is the mean over each step.

**Limits.** With steps of 10 minutes the battery of a low orbit is tested by means over the step. A
held orbit keeps its shape also with an empty tank; with ``upkeep`` its propellant is burnt evenly
over the year.

**Validation.** The lit share of a low orbit in the plane of the Sun by geometry, 0.606 at 100 km
(`tests/scenario/test_flights.py`).

**Sources.** None: its numbers are the user's.
"""

from typing import Annotated, Literal

from pydantic import model_validator

from moonstead.components import Load, Parts, Recorder, joined
from moonstead.contracts import Priority
from moonstead.elements.element import Element
from moonstead.elements.orbit import Orbit
from moonstead.elements.spacecraft import RADIO_OR_LASER, Spacecraft
from moonstead.elements.upkeep import Upkeep
from moonstead.spec import Mistake, Name, NotNegative, Positive, RefersTo, refused


class OrbitalModule(Element):
    """Module in orbit around the Moon."""

    type: Literal["orbital_module"]
    """Which element type this is."""
    payload_power_w: NotNegative = 0.0
    """Instruments while they observe."""
    payload_rate_bit_per_s: NotNegative = 0.0
    """Data made meanwhile."""
    recorder_bit: Positive
    """Capacity of its recorder."""
    orbit: Orbit
    """Where it flies."""
    upkeep: Upkeep | None = None
    """Propellant that holds the orbit, where it is to be counted."""
    path: Name | None = None
    """The contact path between it and Earth that it opens."""
    rate_bit_per_s: Positive = 1e6
    """Of that path, the greatest where ``earth_radio`` is given (assumption)."""
    earth_radio: Annotated[Name, RefersTo("radio")] | None = None
    """Its radio towards Earth, of the catalogue of radios: the rate follows the link budget."""
    earth_terminal: Annotated[Name, RefersTo("optical terminal")] | None = None
    """In place of a radio, its laser towards Earth, of the catalogue of optical terminals: clouds
    close it. Commands still come up by radio."""
    uplink_rate_bit_per_s: Positive = 1000.0
    """From Earth to it (as Queqiao-1, Zhang 2021)."""
    spacecraft: Spacecraft
    """Its power and heat."""

    @model_validator(mode="after")
    def _fits_together(self) -> "OrbitalModule":
        if self.earth_radio is not None and self.earth_terminal is not None:
            raise refused("OrbitalModule", [Mistake(("earth_terminal",), RADIO_OR_LASER)])
        if self.upkeep is not None and (
            remedy := self.upkeep.remedy(self.orbit.motion, self.mass_kg)
        ):
            raise refused("OrbitalModule", [Mistake(("upkeep",), remedy)])
        return self

    def parts(self) -> Parts:
        """Return its bus, power, node, instruments and recorder."""
        recorder = f"{self.name}.recorder"
        own = Parts(
            loads=self._payload(recorder),
            recorders=(Recorder(name=recorder, capacity_bit=self.recorder_bit),),
        )
        fuel = Parts() if self.upkeep is None else self.upkeep.parts(self.name, self.mass_kg)
        return joined((self.spacecraft.parts(self.name), own, fuel))

    def _payload(self, recorder: str) -> tuple[Load, ...]:
        if self.payload_power_w <= 0.0:
            return ()
        return (
            Load(
                name=f"{self.name}.payload",
                bus=self.name,
                node=self.name,
                power_w=self.payload_power_w,
                priority=Priority.SCIENCE,
                data_rate_bit_per_s=self.payload_rate_bit_per_s,
                recorder=recorder,
            ),
        )

    def activity_loads(self) -> tuple[str, ...]:
        """Return what runs while its instruments observe."""
        return (f"{self.name}.payload",) if self.payload_power_w > 0.0 else ()
