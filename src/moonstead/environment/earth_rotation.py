"""How the Earth stands in space: IERS Earth orientation, packaged, never fetched.

UT1 and the pole come from Bulletin A of the IERS (``finals2000A.all``), which the package
``astropy-iers-data`` carries: measured values, then about a year of predictions. After its last
row TT - UT1 is held, and the pole is the secular pole of the IERS Conventions. Errors on the
ground: of the measured part below 0.1 m; of predictions some metres after a year (the table's own
error there: 0.024 s of UT1, 11 m at the equator); later TT - UT1 wanders by about 1 s in ten years
(465 m, and 1 s in the time of a rise or set), as nobody can predict the spin of the Earth, and the
pole by 0.25 arcseconds (8 m).

Left out: daily and half-daily tides in UT1 and the pole (0.0005 arcseconds), and the offsets of the
celestial pole from IAU 2000A (0.001 arcseconds).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from astropy_iers_data import (  # type: ignore[import-untyped]
    IERS_A_FILE,
    IERS_LEAP_SECOND_FILE,
)
from numpy.typing import ArrayLike, NDArray

from moonstead.environment.timescale import iso_utc, skyfield_time
from moonstead.errors import Problem, RangeError
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]

EARTH_SPIN_RAD_PER_S = 2.0 * np.pi * 1.002_737_811_911_354_48 / DAY_S
"""Of the Earth rotation angle per UT1 second: IAU 2000 resolution B1.8."""
TT_MINUS_TAI_S = 32.184
MJD_JD = 2_400_000.5
_ARCSEC_RAD = np.pi / 648_000.0
# IERS Conventions (2010), section 7.1.4 as updated in 2018: milliarcseconds, and per Julian year.
_SECULAR_POLE_X_ARCSEC = (0.0550, 0.001677)
_SECULAR_POLE_Y_ARCSEC = (0.3205, 0.003460)
_J2000_MJD = 51_544.5


@dataclass(frozen=True, slots=True)
class EarthOrientation:
    """The table: one row a day, 0 h UTC.

    Parameters
    ----------
    tt_mjd
        Modified Julian dates in TT, rising, shape (n,).
    delta_t_s
        TT - UT1, without steps, shape (n,).
    pole_x_rad, pole_y_rad
        Of the pole in the Earth's crust, shape (n,); y counts towards 90 degrees west.
    last_measured_mjd
        What follows is predicted.
    """

    tt_mjd: FloatArray
    delta_t_s: FloatArray
    pole_x_rad: FloatArray
    pole_y_rad: FloatArray
    last_measured_mjd: float


@cache
def earth_orientation() -> EarthOrientation:
    """Read the packaged table.

    Returns
    -------
    EarthOrientation
        From 1973-01-02 to about a year after the package was made.
    """
    rows = Path(IERS_A_FILE).read_text(encoding="ascii").splitlines()
    filled = [row for row in rows if row[58:68].strip()]
    columns = (slice(7, 15), slice(18, 27), slice(37, 46), slice(58, 68))
    numbers = np.array([[float(row[column]) for column in columns] for row in filled])
    utc_mjd, pole_x_arcsec, pole_y_arcsec, ut1_minus_utc_s = numbers.T
    leap_mjd, tai_minus_utc_s = _leap_seconds()
    in_force = np.searchsorted(leap_mjd, utc_mjd, side="right") - 1
    tt_minus_utc_s = TT_MINUS_TAI_S + tai_minus_utc_s[in_force]
    return EarthOrientation(
        tt_mjd=utc_mjd + tt_minus_utc_s / DAY_S,
        delta_t_s=tt_minus_utc_s - ut1_minus_utc_s,
        pole_x_rad=pole_x_arcsec * _ARCSEC_RAD,
        pole_y_rad=pole_y_arcsec * _ARCSEC_RAD,
        last_measured_mjd=float(utc_mjd[sum(row[57] == "I" for row in filled) - 1]),
    )


def _leap_seconds() -> tuple[FloatArray, FloatArray]:
    """Return the days from which TAI - UTC has a value (MJD), and the value (s)."""
    table = np.loadtxt(IERS_LEAP_SECOND_FILE, comments="#", usecols=(0, 4), ndmin=2)
    return table[:, 0], table[:, 1]


def spin_and_pole(t_s: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return how far TT is ahead of UT1, and where the pole is.

    Parameters
    ----------
    t_s
        TDB seconds past J2000, shape (n,).

    Returns
    -------
    tuple of ndarray of shape (n,)
        TT - UT1 in s; x and y of the pole in rad.

    Raises
    ------
    RangeError
        Before the table begins, in 1973.
    """
    table = earth_orientation()
    time = skyfield_time(np.atleast_1d(np.asarray(t_s, dtype=np.float64)))
    mjd = (time.whole - MJD_JD) + time.tt_fraction
    if (mjd < table.tt_mjd[0]).any():
        value = iso_utc(float(np.min(t_s)))
        remedy = "before the table of the Earth's rotation; choose a date after 1973-01-02"
        raise RangeError(Problem("Earth rotation", "date", value, remedy))
    delta_t_s: FloatArray = np.interp(mjd, table.tt_mjd, table.delta_t_s)
    years = (mjd - _J2000_MJD) / 365.25
    poles = []
    for measured_rad, (at_2000, per_year) in (
        (table.pole_x_rad, _SECULAR_POLE_X_ARCSEC),
        (table.pole_y_rad, _SECULAR_POLE_Y_ARCSEC),
    ):
        secular_rad = (at_2000 + per_year * years) * _ARCSEC_RAD
        inside_rad = np.interp(mjd, table.tt_mjd, measured_rad)
        poles.append(np.where(mjd <= table.tt_mjd[-1], inside_rad, secular_rad))
    return delta_t_s, poles[0], poles[1]


def equator_and_spin(t_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the true equator of date, and the angle that the Earth has turned against it.

    Parameters
    ----------
    t_s
        TDB seconds past J2000, rising, shape (n,).

    Returns
    -------
    tuple
        Matrices from ICRF to true equator and equinox of date, shape (n, 3, 3); and the apparent
        sidereal angle of Greenwich less ``EARTH_SPIN_RAD_PER_S * t_s``, rad, shape (n,), which
        changes slowly and has no steps.

    Raises
    ------
    RangeError
        Before the table of the Earth's rotation begins.
    """
    epochs = np.atleast_1d(np.asarray(t_s, dtype=np.float64))
    delta_t_s, _, _ = spin_and_pole(epochs)
    time = skyfield_time(epochs)
    late_rad = EARTH_SPIN_RAD_PER_S * (np.asarray(time.delta_t) - delta_t_s)
    sidereal_rad = np.asarray(time.gast) * (np.pi / 12.0) + late_rad
    slow_rad: FloatArray = np.unwrap(
        np.mod(sidereal_rad - EARTH_SPIN_RAD_PER_S * epochs, 2 * np.pi)
    )
    return np.moveaxis(np.asarray(time.M), 2, 0), slow_rad


def itrs_from_icrf(t_s: ArrayLike) -> FloatArray:
    """Return the matrices that turn ICRF vectors into the frame of the Earth's crust.

    Parameters
    ----------
    t_s
        TDB seconds past J2000, rising, shape (n,).

    Returns
    -------
    ndarray of shape (n, 3, 3)
        With precession, nutation (IAU 2000A), spin (UT1) and polar motion.

    Raises
    ------
    RangeError
        Before the table of the Earth's rotation begins.
    """
    epochs = np.atleast_1d(np.asarray(t_s, dtype=np.float64))
    equator, slow_rad = equator_and_spin(epochs)
    _, x_rad, y_rad = spin_and_pole(epochs)
    angle = slow_rad + EARTH_SPIN_RAD_PER_S * epochs
    spin, pole = np.zeros((2, len(epochs), 3, 3))
    spin[:, 0, 0] = spin[:, 1, 1] = np.cos(angle)
    spin[:, 0, 1] = np.sin(angle)
    spin[:, 1, 0] = -np.sin(angle)
    spin[:, 2, 2] = 1.0
    pole[:] = np.eye(3)
    pole[:, 0, 2], pole[:, 2, 0] = x_rad, -x_rad
    pole[:, 1, 2], pole[:, 2, 1] = -y_rad, y_rad
    return pole @ spin @ equator
