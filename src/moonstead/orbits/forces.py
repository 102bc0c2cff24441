"""What pulls and pushes an orbiter: the choice of forces.

Left out, and how much it would be on a relay of a 24 h orbit: relativity (below 1e-10 of the
Moon's pull, below a metre in a month along the track), tides of the Moon's body, radiation from
the Moon, the pull of Venus and the other planets (below 1e-12 m/s2).
"""

from dataclasses import dataclass, field

from moonstead.errors import InputError, Problem
from moonstead.orbits.gravity import GravityField, low_field

MOON_GM_DE440_M3_PER_S2 = 4902.800118e9
"""Moon as a point mass: DE440 (Park et al. 2021, AJ 161:105, table 2)."""
EARTH_GM_M3_PER_S2 = 398600.435507e9
"""DE440, as above."""
SUN_GM_M3_PER_S2 = 132712440041.279419e9
"""DE440, as above."""
JUPITER_GM_M3_PER_S2 = 126712764.1e9
"""Jupiter with its moons: DE440, as above."""
EARTH_J2 = 1.0826359e-3
"""Second zonal harmonic, tide-free: EGM2008 (C20 = -4.84165143790815e-4, normalised)."""
EARTH_EQUATOR_M = 6378136.3
"""Reference radius of that harmonic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarPressure:
    """A sphere that sunlight pushes away from the Sun, where neither Moon nor Earth shade it.

    Parameters
    ----------
    area_m2, mass_kg
        Cross-section and mass, above zero.
    reflection
        Coefficient Cr: 1 absorbs all light, 2 mirrors it back.
    """

    area_m2: float
    mass_kg: float
    reflection: float = 1.3

    def __post_init__(self) -> None:
        for name in ("area_m2", "mass_kg", "reflection"):
            value = getattr(self, name)
            if not 0.0 < value < float("inf"):
                raise InputError(Problem("solar pressure", name, f"{value:g}", "must be above 0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forces:
    """The forces of a propagation.

    Parameters
    ----------
    degree
        Of the Moon's field; 0 for a point mass. 8 holds a relay; an orbit below 200 km wants 50.
    gravity
        The Moon's field; the packaged one reaches degree 12.
    earth, sun, jupiter
        Whether each pulls, as a point mass (Jupiter with its moons), by the ephemeris.
    earth_oblate
        Whether the Earth's flattening pulls too: worth it within 100,000 km of the Earth.
    solar_pressure
        The craft as sunlight sees it; None for none.

    Raises
    ------
    InputError
        The field does not reach the degree.
    """

    degree: int = 8
    gravity: GravityField = field(default_factory=low_field)
    earth: bool = True
    sun: bool = True
    jupiter: bool = True
    earth_oblate: bool = False
    solar_pressure: SolarPressure | None = None

    def __post_init__(self) -> None:
        if self.degree != 0 and not 2 <= self.degree <= self.gravity.degree:
            remedy = f"must be 0 or from 2 to {self.gravity.degree}, or read a larger field"
            raise InputError(Problem("forces", "degree", str(self.degree), remedy))
        if self.earth_oblate and not self.earth:
            raise InputError(Problem("forces", "earth_oblate", "true", "needs the Earth as well"))

    @property
    def moon_gm_m3_per_s2(self) -> float:
        """Of the field, or of DE440 for a point mass."""
        return self.gravity.gm_m3_per_s2 if self.degree else MOON_GM_DE440_M3_PER_S2


POINT_MASSES = Forces(degree=0, jupiter=False)
"""Moon, Earth and Sun as points: for searches that are refined later."""
TWO_BODY = Forces(degree=0, earth=False, sun=False, jupiter=False)
"""The Moon alone, as a point."""
