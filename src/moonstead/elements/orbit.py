"""Where something in orbit flies: one description for every element that does.

An orbit comes from the catalogue of orbits, from its shape at the start of the run, or from an
ephemeris file. `moonstead.scenario.flights` makes the trajectory of it.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.spec import Mistake, Name, NotNegative, Positive, RefersTo, Spec, refused

Angle = Annotated[float, Field(ge=0.0, lt=360.0)]

_SHAPE = ("perilune_altitude_m", "apolune_altitude_m", "inclination_deg", "perilune_argument_deg")


class Orbit(Spec):
    """An orbit about the Moon: by name, by its shape at the start of the run, or by file."""

    catalogue: Annotated[Name, RefersTo("orbit")] | None = None
    """One of the catalogue of orbits (`moonstead orbit`)."""
    ephemeris: str | None = None
    """CCSDS OEM or SPK file that covers the run; the path is relative to the scenario file."""
    perilune_altitude_m: Positive | None = None
    """Above the 1737.4 km sphere; with the next three."""
    apolune_altitude_m: Positive | None = None
    """Above the 1737.4 km sphere."""
    inclination_deg: Annotated[float, Field(ge=0.0, le=180.0)] | None = None
    """To the lunar equator at the start of the run."""
    perilune_argument_deg: Angle | None = None
    """Argument of perilune: 90 puts the apolune over the south."""
    ascending_node_deg: Angle = 0.0
    """Longitude of the ascending node from the Moon's mean-Earth x axis at the start."""
    mean_anomaly_deg: Angle = 0.0
    """At the start of the run."""
    motion: Literal["held", "free"] = "held"
    """Held to its shape by station keeping, or free under all forces."""
    area_to_mass_m2_per_kg: NotNegative = 0.02
    """For the pressure of sunlight on free motion (assumption: array and body of a relay)."""

    @model_validator(mode="after")
    def _said_once(self) -> "Orbit":
        shape = [getattr(self, name) is not None for name in _SHAPE]
        ways = [self.catalogue is not None, self.ephemeris is not None, any(shape)]
        if sum(ways) != 1 or (any(shape) and not all(shape)):
            remedy = f"give either catalogue, or ephemeris, or all of {', '.join(_SHAPE)}"
            raise refused("Orbit", [Mistake((), remedy)])
        low_m, high_m = self.perilune_altitude_m, self.apolune_altitude_m
        if low_m is not None and high_m is not None and high_m < low_m:
            remedy = "must not be below perilune_altitude_m"
            raise refused("Orbit", [Mistake(("apolune_altitude_m",), remedy, high_m)])
        return self
