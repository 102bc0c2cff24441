"""What the Earth's air takes from a link, by the recommendations of the ITU.

Gas (ITU-R P.676-12), cloud (P.840-8), rain (P.618-13) and scintillation (P.618-13) come from the
library itur with its maps of climate; they add up by P.618-13 equation 65. A place, frequency, dish
and availability is computed once at a row of elevations and kept in the process.

**Limits.** Elevations from 5 degrees, 1 to 55 GHz, availability from 50 to 99.999 %. Losses hold in
an average year; the worst month is worse. Above 95 % availability the rain curve is the one of the
recommendation, below it runs on as itur has it, down to nothing.
"""

import importlib
import warnings
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from moonstead.comms.link_terms import FloatArray
from moonstead.errors import InputError, Problem

LEAST_ELEVATION_DEG = 5.0
_SLACK_DEG = 0.01  # a contact begins where its mask is, to rounding
# Losses go nearly as the cosecant: between these nodes a straight line is within 0.01 dB of 10.
_NODES_DEG = np.array(
    [
        *(5.0, 5.5, 6.0, 6.5, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 14.0, 16.0, 18.0, 20.0, 23.0, 26.0),
        *(30.0, 35.0, 40.0, 45.0, 50.0, 60.0, 70.0, 80.0, 90.0),
    ]
)
_BOUNDS = {
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 360.0),
    "height_m": (-500.0, 9000.0),
    "frequency_hz": (1e9, 55e9),
    "dish_m": (0.1, 600.0),
    "availability": (0.5, 0.99999),
}


@dataclass(frozen=True, slots=True)
class AirLoss:
    """What is lost in the air; arrays of one shape, dB, or numbers.

    Parameters
    ----------
    gas_db, cloud_db, rain_db, scintillation_db
        Each exceeded in no more than the rest of the time.
    total_db
        gas + sqrt((rain + cloud)^2 + scintillation^2).
    """

    gas_db: FloatArray
    cloud_db: FloatArray
    rain_db: FloatArray
    scintillation_db: FloatArray
    total_db: FloatArray

    @property
    def absorbed_db(self) -> FloatArray:
        """What air, cloud and rain absorb, and so radiate: all but scintillation."""
        return self.gas_db + self.cloud_db + self.rain_db


@dataclass(frozen=True, slots=True)
class GroundPlace:
    """Where an antenna stands on Earth.

    Parameters
    ----------
    latitude_deg, longitude_deg, height_m
        Geodetic, WGS-84; longitude to the east.
    dish_m
        Diameter: large dishes average out scintillation.
    """

    latitude_deg: float
    longitude_deg: float
    height_m: float
    dish_m: float


def air_loss(
    place: GroundPlace, frequency_hz: float, elevation_deg: ArrayLike, availability: float
) -> AirLoss:
    """Return the loss between an antenna on Earth and space.

    Parameters
    ----------
    place
        Of the antenna.
    frequency_hz
        From 1 to 55 GHz.
    elevation_deg
        Shape (n,) or a number; below `LEAST_ELEVATION_DEG` the losses are infinite.
    availability
        Share of the time in which the loss is not exceeded, 0.5 to 0.99999.

    Raises
    ------
    InputError
        An argument is outside its bounds; all of them are told.
    """
    _check(place, frequency_hz, availability)
    table = _table(place, frequency_hz, availability)
    elevation = np.asarray(elevation_deg, dtype=np.float64)
    low = elevation < LEAST_ELEVATION_DEG - _SLACK_DEG
    cosecant = 1.0 / np.sin(np.radians(np.clip(elevation, LEAST_ELEVATION_DEG, 90.0)))
    nodes = 1.0 / np.sin(np.radians(_NODES_DEG))
    gas, cloud, rain, scintillation = (
        np.where(low, np.inf, np.interp(cosecant, nodes[::-1], row[::-1])) for row in table
    )
    with np.errstate(invalid="ignore"):
        total = gas + np.hypot(rain + cloud, scintillation)
    return AirLoss(gas, cloud, rain, scintillation, total)


def _check(place: GroundPlace, frequency_hz: float, availability: float) -> None:
    values = {
        "latitude_deg": place.latitude_deg,
        "longitude_deg": place.longitude_deg,
        "height_m": place.height_m,
        "frequency_hz": frequency_hz,
        "dish_m": place.dish_m,
        "availability": availability,
    }
    problems = [
        Problem("air loss", name, f"{value:g}", f"must be from {low:g} to {high:g}")
        for name, value in values.items()
        for low, high in [_BOUNDS[name]]
        if not low <= value <= high
    ]
    if problems:
        raise InputError(problems)


@lru_cache(maxsize=256)
def _table(
    place: GroundPlace, frequency_hz: float, availability: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return gas, cloud, rain and scintillation at `_NODES_DEG`."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        # Seconds to import, with astropy: only links through air pay for it.
        itur = importlib.import_module("itur")
        gas, cloud, rain, scintillation, _ = itur.atmospheric_attenuation_slant_path(
            place.latitude_deg,
            place.longitude_deg,
            frequency_hz / 1e9,
            _NODES_DEG,
            100.0 * (1.0 - availability),
            D=place.dish_m,
            hs=place.height_m / 1e3,
            return_contributions=True,
        )
    return tuple(  # type: ignore[return-value]
        np.asarray(row.value, dtype=np.float64) for row in (gas, cloud, rain, scintillation)
    )
