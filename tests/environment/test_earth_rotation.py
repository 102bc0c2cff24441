"""The Earth's rotation against skyfield's own reading of the IERS table."""

from pathlib import Path

import numpy as np
import pytest
from astropy_iers_data import IERS_A_FILE
from skyfield.data import iers
from skyfield.framelib import itrs
from skyfield.timelib import Timescale

from moonstead.environment.earth_rotation import (
    earth_orientation,
    itrs_from_icrf,
    spin_and_pole,
)
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.line_of_sight import WORK_SIZE, earth_matrix, read_columns
from moonstead.environment.timescale import from_utc, skyfield_time
from moonstead.environment.turning import turning_over
from moonstead.errors import RangeError
from moonstead.units import DAY_S

ARCSEC_RAD = np.pi / 648_000.0


@pytest.fixture(scope="module")
def iers_timescale() -> Timescale:
    with Path(IERS_A_FILE).open("rb") as file:
        table = iers.parse_x_y_dut1_from_finals_all(file)
    daily_tt, delta_t_s, leap_dates, leap_offsets = iers.build_timescale_arrays(
        table["utc_mjd"], table["dut1"]
    )
    timescale = Timescale((daily_tt, delta_t_s), leap_dates, leap_offsets)
    iers.install_polar_motion_table(timescale, table)
    return timescale


def test_matrices_agree_with_skyfield(iers_timescale: Timescale) -> None:
    t_s = np.linspace(from_utc("1975-01-01"), from_utc("2027-06-01"), 300)
    days, rest_s = np.divmod(t_s, DAY_S)
    time = iers_timescale.tdb_jd(2451545.0 + days, fraction=rest_s / DAY_S)
    expected = np.moveaxis(itrs.rotation_at(time), 2, 0)
    assert np.abs(itrs_from_icrf(t_s) - expected).max() < 0.0001 * ARCSEC_RAD


def test_the_kernel_reads_the_same_matrix_between_nodes() -> None:
    start_t_s = from_utc("2026-03-01")
    ephemeris = load_ephemeris()
    turning = turning_over(ephemeris, start_t_s, start_t_s + 10 * DAY_S)
    t_s = start_t_s + np.random.default_rng(5).uniform(0.0, 10 * DAY_S, 50)
    t_s.sort()
    earth, moon, middle = np.zeros((3, len(t_s), WORK_SIZE))
    for i, epoch in enumerate(t_s):
        earth_matrix(turning.cubic, turning.first_t_s, epoch, earth[i], 0)
        read_columns(turning.cubic, turning.first_t_s, epoch, 3, 12, moon[i], 0)
        read_columns(turning.cubic, turning.first_t_s, epoch, 0, 3, middle[i], 0)
    expected = itrs_from_icrf(t_s).reshape(-1, 9)
    assert np.abs(earth[:, :9] - expected).max() < 0.001 * ARCSEC_RAD
    turned = np.moveaxis(ephemeris.rotation_icrf_to_moon_me(t_s), 2, 0).reshape(-1, 9)
    assert np.abs(moon[:, :9] - turned).max() < 0.001 * ARCSEC_RAD
    assert np.abs(middle[:, :3].T - ephemeris.position_icrf_m("earth", t_s)).max() < 1.0


def test_leap_seconds_are_those_of_the_time_scale() -> None:
    # Where they differ, a UTC label and the Earth's turn would be apart by a second.
    times = skyfield_time(np.array([from_utc("1990-06-01"), from_utc("2026-06-01")]))
    assert list(np.round(times.dut1, 2)) == pytest.approx(
        [32.184 + 25.0 - _delta_t_s("1990-06-01"), 32.184 + 37.0 - _delta_t_s("2026-06-01")],
        abs=0.02,
    )


def _delta_t_s(date: str) -> float:
    return float(spin_and_pole(from_utc(date))[0][0])


def test_nothing_jumps_where_the_table_ends() -> None:
    end_t_s = (earth_orientation().tt_mjd[-1] - 51544.5) * DAY_S
    delta_t_s, x_rad, y_rad = spin_and_pole(end_t_s + np.array([-1.0, 1.0]) * DAY_S)
    assert abs(np.diff(delta_t_s)[0]) < 0.01
    assert np.hypot(np.diff(x_rad), np.diff(y_rad))[0] < 0.35 * ARCSEC_RAD
    held_s, _, _ = spin_and_pole(end_t_s + np.array([1.0, 20 * 365.25]) * DAY_S)
    assert held_s[0] == held_s[1]


def test_the_time_before_the_table_is_refused() -> None:
    with pytest.raises(RangeError, match="1973-01-02"):
        spin_and_pole(from_utc("1969-07-20"))
