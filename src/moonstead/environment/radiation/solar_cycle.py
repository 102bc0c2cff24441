"""Where the Sun stands in its cycle of eleven years."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.units import JULIAN_YEAR_S

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SolarCycle:
    """A repeating solar cycle.

    Parameters
    ----------
    minimum_t_s
        TDB seconds past J2000 of a minimum; the default is the one of December 2019 between cycles
        24 and 25 (NOAA and NASA prediction panel, announced September 2020).
    length_s
        From minimum to minimum: 11 Julian years.
    rise
        Share of the cycle from minimum to maximum: cycles rise in 4 to 5 years (Hathaway 2015).
    least_potential_mv, greatest_potential_mv
        Modulation potential at minimum and maximum, for the interstellar spectrum of
        `cosmic_rays`. Reconstructions for 1951 to 2016 give 300 to 400 MV in quiet months and
        700 to 1300 MV around maxima (Usoskin et al. 2005, 2011, 2017); a month can be off by
        200 MV and a cycle by 100 MV.
    """

    minimum_t_s: float = 19.92 * JULIAN_YEAR_S
    length_s: float = 11.0 * JULIAN_YEAR_S
    rise: float = 0.4
    least_potential_mv: float = 350.0
    greatest_potential_mv: float = 1000.0

    def activity(self, t_s: ArrayLike) -> FloatArray:
        """Return the activity at epochs, TDB seconds past J2000: 0 at minimum, 1 at maximum.

        A cosine up to the maximum and a slower one down; the Sun's year-long bursts are left out.
        """
        phase = (np.asarray(t_s, dtype=np.float64) - self.minimum_t_s) / self.length_s % 1.0
        rising = phase < self.rise
        half = np.where(rising, phase / self.rise, (1.0 - phase) / (1.0 - self.rise))
        level: FloatArray = 0.5 - 0.5 * np.cos(np.pi * half)
        return level

    def potential_mv(self, t_s: ArrayLike) -> FloatArray:
        """Return the modulation potential at epochs, TDB seconds past J2000, MV."""
        span_mv = self.greatest_potential_mv - self.least_potential_mv
        return self.least_potential_mv + span_mv * self.activity(t_s)
