"""Relay orbiter: opens a contact path between the station and Earth from lunar orbit.

**Model.** Its orbit is a fixed ellipse about the Moon (`moonstead.orbits.kepler`); the path is open
while it is above the station's horizon and Earth's horizon stations see it. With ``spacecraft`` it
also has a bus of its own with array, battery and avionics, a part of the station like any other.

**Assumptions.** Its antennas point where they must. Light and heat of the spacecraft are means over
the orbit.

**Limits.** The orbit is not perturbed. The path does not close when the spacecraft runs out of
power; no eclipses by Earth.

**Validation.** Periods and positions against Kepler's laws (`tests/orbits/test_kepler.py`); mean
light (`tests/elements/test_transport.py::test_an_orbit_runs_on_its_mean_light`).

**Sources.** Queqiao-2: 200 x 16 000 km, 1200 kg; Queqiao-1: rates of its ladder (Zhang 2021, table
1).
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Parts
from moonstead.elements.element import Element
from moonstead.elements.spacecraft import Spacecraft
from moonstead.spec import Name, Positive

Angle = Annotated[float, Field(ge=0.0, lt=360.0)]


class RelayOrbiter(Element):
    """Relay in a fixed elliptic orbit, in the frame of the lunar equator at the start."""

    type: Literal["relay_orbiter"]
    """Which element type this is."""
    path: Name
    """The contact path that it opens."""
    perilune_altitude_m: Positive
    """Above the 1737.4 km sphere."""
    apolune_altitude_m: Positive
    """Above the 1737.4 km sphere."""
    inclination_deg: Annotated[float, Field(ge=0.0, le=180.0)]
    """To the lunar equator."""
    ascending_node_deg: Angle = 0.0
    """Longitude of the ascending node from the Moon's mean-Earth x axis at the start."""
    perilune_argument_deg: Angle
    """Argument of perilune: 90 puts the apolune over the south."""
    mean_anomaly_deg: Angle = 0.0
    """At the start of the run."""
    rate_bit_per_s: Positive
    """From the station to Earth while the path is open."""
    min_elevation_deg: Annotated[float, Field(ge=0.0, lt=90.0)] = 5.0
    """Above the station's horizon."""
    spacecraft: Spacecraft | None = None
    """Its power and heat, where they are to be simulated."""

    @model_validator(mode="after")
    def _apolune_above_perilune(self) -> "RelayOrbiter":
        if self.apolune_altitude_m < self.perilune_altitude_m:
            raise ValueError("apolune_altitude_m must not be below perilune_altitude_m")
        return self

    def parts(self) -> Parts:
        """Return its power and heat; nothing where they are not described."""
        return Parts() if self.spacecraft is None else self.spacecraft.parts(self.name)
