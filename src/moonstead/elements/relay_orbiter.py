"""Relay orbiter: opens a contact path between the station and Earth from lunar orbit.

Its orbit is a fixed ellipse about the Moon (`moonstead.orbits.kepler`); its own power and attitude
are not simulated.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.components import Parts
from moonstead.elements.element import Element
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

    @model_validator(mode="after")
    def _apolune_above_perilune(self) -> "RelayOrbiter":
        if self.apolune_altitude_m < self.perilune_altitude_m:
            raise ValueError("apolune_altitude_m must not be below perilune_altitude_m")
        return self

    def parts(self) -> Parts:
        """Return nothing: it takes no part in the station's network."""
        return Parts()
