"""Relay orbiter: opens a contact path between the station and Earth from lunar orbit.

**Model.** It flies the orbit that it is given. The path is open while it is above the station's
horizon. What comes in goes on to Earth while a ground station of the network serves it; until then
it waits in its memory; what finds no room there stays with the station. Without memory it passes
data on at once, so the path is open only while it sees both. With ``spacecraft`` it also has a bus
of its own with array, battery and avionics, a part of the station like any other, and its light is
that of its orbit, eclipses by Moon and Earth included; where its avionics lack power, or fail, its
path is closed. With ``upkeep`` a held orbit burns its propellant evenly over the year, as heavy as
at the start: m dv / (I g0) a year. How much is left when the run ends, and until when that lasts,
is in the summary.

**Assumptions.** Its antennas point where they must, and one of them serves the station, one Earth.

**Limits.** A held orbit keeps its shape for ever, also with an empty tank; a free one is as good as
its force model.

**Validation.** Orbits: `tests/orbits`; light in orbit against geometry
(`tests/scenario/test_flights.py`); every bit that is sent arrives, waits or is lost
(`tests/run/test_courier.py`); with a full memory nothing is lost (`tests/run/test_full_relay.py`);
rates of its access by the radio equation (`tests/scenario/test_contact_links.py`).

**Sources.** Queqiao-2: 200 x 16 000 km, 1200 kg; Queqiao-1: rates of its ladder (Zhang 2021, table
1).
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Parts, joined
from moonstead.elements.element import Element
from moonstead.elements.orbit import Orbit
from moonstead.elements.spacecraft import RADIO_OR_LASER, Spacecraft
from moonstead.elements.upkeep import Upkeep
from moonstead.spec import Mistake, Name, NotNegative, Positive, RefersTo, refused


class RelayOrbiter(Element):
    """Relay in orbit around the Moon."""

    type: Literal["relay_orbiter"]
    """Which element type this is."""
    path: Name
    """The contact path that it opens."""
    orbit: Orbit
    """Where it flies."""
    upkeep: Upkeep | None = None
    """Propellant that holds the orbit, where it is to be counted."""
    rate_bit_per_s: Positive
    """From the station to it, the greatest where ``moon_radio`` is given."""
    earth_rate_bit_per_s: Positive | None = None
    """From it to Earth, the greatest where ``earth_radio`` is given; as from the station where it
    is left out."""
    moon_radio: Annotated[Name, RefersTo("radio")] | None = None
    """Its radio towards the Moon, of the catalogue of radios: with ``station_radio`` the rates
    between station and relay follow the link budget, at most those given here."""
    station_radio: Annotated[Name, RefersTo("radio")] | None = None
    """The station's radio towards it, in the same band."""
    earth_radio: Annotated[Name, RefersTo("radio")] | None = None
    """Its radio towards Earth, of the catalogue of radios: the rate follows the link budget."""
    earth_terminal: Annotated[Name, RefersTo("optical terminal")] | None = None
    """In place of a radio, its laser towards Earth, of the catalogue of optical terminals: clouds
    close it. Commands still come up by radio."""
    uplink_rate_bit_per_s: Positive = 1000.0
    """From Earth to it and on to the station (Queqiao-1: 1000 bit/s, Zhang 2021)."""
    memory_bit: NotNegative = 0.0
    """Of what waits for a ground station; 0 passes everything on at once."""
    min_elevation_deg: Annotated[float, Field(ge=0.0, lt=90.0)] = 5.0
    """Above the station's horizon."""
    spacecraft: Spacecraft | None = None
    """Its power and heat, where they are to be simulated."""

    @model_validator(mode="after")
    def _links_are_whole(self) -> "RelayOrbiter":
        mistakes = []
        if (self.moon_radio is None) != (self.station_radio is None):
            key = "moon_radio" if self.moon_radio is None else "station_radio"
            mistakes.append(Mistake((key,), "moon_radio and station_radio go together"))
        if self.earth_radio is not None and self.earth_terminal is not None:
            mistakes.append(Mistake(("earth_terminal",), RADIO_OR_LASER))
        if self.upkeep is not None and (
            remedy := self.upkeep.remedy(self.orbit.motion, self.mass_kg)
        ):
            mistakes.append(Mistake(("upkeep",), remedy))
        if mistakes:
            raise refused("RelayOrbiter", mistakes)
        return self

    def parts(self) -> Parts:
        """Return its power and heat and its propellant; nothing where they are not described."""
        craft = Parts() if self.spacecraft is None else self.spacecraft.parts(self.name)
        fuel = Parts() if self.upkeep is None else self.upkeep.parts(self.name, self.mass_kg)
        return joined((craft, fuel))
