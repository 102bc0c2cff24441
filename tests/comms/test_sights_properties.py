"""Intervals against brute force at one second, with plain geometry."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_orbits import made_orbiter
from plain_sights import above_horizon, hidden_by_moon, site_look_angles

from moonstead.comms.ground_stations import load_ground_stations
from moonstead.comms.nodes import GroundNode, MoonPlace, Orbiter, directed_pairs
from moonstead.comms.visibility.sights import geometry, sights
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.timescale import from_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.environment.turning import turning_over
from moonstead.errors import InputError, RangeError
from moonstead.orbits.kepler import MOON_GM_M3_PER_S2
from moonstead.units import DAY_S, HOUR_S

START_T_S = from_utc("2028-02-28T20:00:00Z")
SPAN_S = 12 * HOUR_S
EPOCHS_T_S = START_T_S + 10.0 + np.arange(0.5, SPAN_S)
EPHEMERIS = load_ephemeris()
TURNING = turning_over(EPHEMERIS, START_T_S, START_T_S + 2 * DAY_S)
ANGLES = st.tuples(st.floats(0.0, 180.0), *[st.floats(0.0, 360.0)] * 3)
ALTITUDES = st.tuples(st.floats(30e3, 300e3), st.floats(30e3, 8000e3))


def inside(intervals_t_s: np.ndarray, t_s: np.ndarray) -> np.ndarray:
    return np.searchsorted(intervals_t_s.ravel(), t_s) % 2 == 1


def near_an_end(intervals_t_s: np.ndarray, t_s: np.ndarray, within_s: float) -> np.ndarray:
    ends = np.concatenate([[-np.inf], intervals_t_s.ravel(), [np.inf]])
    after = np.searchsorted(ends, t_s)
    return np.minimum(t_s - ends[after - 1], ends[after] - t_s) <= within_s


def agree(intervals_t_s: np.ndarray, brute: np.ndarray, slack_s: float) -> None:
    ours = inside(intervals_t_s, EPOCHS_T_S)
    wrong = (ours != brute) & ~near_an_end(intervals_t_s, EPOCHS_T_S, slack_s)
    assert not wrong.any(), EPOCHS_T_S[wrong][:3] - START_T_S


def orbiter(altitudes_m: tuple[float, float], angles_deg: tuple[float, float, float, float]):
    return made_orbiter("flier", altitudes_m, angles_deg, START_T_S, START_T_S + DAY_S)


@settings(max_examples=25)
@given(
    altitudes_m=ALTITUDES,
    angles_deg=ANGLES,
    latitude_deg=st.floats(-90.0, 90.0),
    longitude_deg=st.floats(-180.0, 180.0),
    seed=st.integers(0, 1000),
)
def test_no_pass_over_jagged_ground_is_missed(
    altitudes_m: tuple[float, float],
    angles_deg: tuple[float, float, float, float],
    latitude_deg: float,
    longitude_deg: float,
    seed: int,
) -> None:
    azimuth_deg = np.arange(0.0, 360.0, 1.0)
    skyline_deg = np.random.default_rng(seed).uniform(-2.0, 12.0, 360)
    place = MoonPlace(
        name="place",
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        radius_m=MOON_RADIUS_M,
        skyline_azimuth_deg=azimuth_deg,
        skyline_elevation_deg=skyline_deg,
        mask_deg=1.0,
    )
    track = orbiter(altitudes_m, angles_deg)
    pair = (Orbiter(trajectory=track), place)
    (sight,) = sights([pair], START_T_S + 10.0, START_T_S + 10.0 + SPAN_S, TURNING)
    nodes_t_s = START_T_S + np.arange(0.0, SPAN_S + 700.0, 600.0)
    rotation = EPHEMERIS.rotation_icrf_to_moon_me(nodes_t_s)
    turned = np.empty((3, len(EPOCHS_T_S)))
    position_m = track.state(EPOCHS_T_S)[0].T
    for row in range(3):
        for column in range(3):
            smooth = np.interp(EPOCHS_T_S, nodes_t_s, rotation[row, column])
            turned[row] = (turned[row] if column else 0.0) + smooth * position_m[column]
    azimuth, elevation, _ = site_look_angles(turned, latitude_deg, longitude_deg, MOON_RADIUS_M)
    brute = above_horizon(azimuth, elevation, azimuth_deg, skyline_deg, 1.0)
    agree(sight.received_t_s, brute, 1.0)
    assert np.all(np.diff(sight.received_t_s.ravel()) >= 0.0)


@settings(max_examples=25)
@given(
    altitudes_m=st.tuples(ALTITUDES, ALTITUDES),
    angles_deg=st.tuples(ANGLES, ANGLES),
    grazing_m=st.floats(0.0, 20e3),
)
def test_the_moon_between_two_orbiters(
    altitudes_m: tuple[tuple[float, float], tuple[float, float]],
    angles_deg: tuple[tuple[float, ...], tuple[float, ...]],
    grazing_m: float,
) -> None:
    tracks = [orbiter(*of) for of in zip(altitudes_m, angles_deg, strict=True)]
    pair = [Orbiter(trajectory=track, grazing_height_m=grazing_m) for track in tracks]
    (sight,) = sights([tuple(pair)], START_T_S + 10.0, START_T_S + 10.0 + SPAN_S, TURNING)
    positions_m = [track.state(EPOCHS_T_S)[0].T for track in tracks]
    hidden = hidden_by_moon(*positions_m, MOON_RADIUS_M + grazing_m)
    agree(sight.received_t_s, ~hidden, 1.0)


def test_two_on_one_circle_see_each_other_always_or_never() -> None:
    # They pass the Moon's centre at r cos(half of the angle between them).
    radius_m = MOON_RADIUS_M + 500e3
    limit_deg = 2.0 * np.degrees(np.arccos(MOON_RADIUS_M / radius_m))
    for apart_deg, share in ((limit_deg - 0.01, 1.0), (limit_deg + 0.01, 0.0)):
        ends = [orbiter((500e3, 500e3), (50.0, 10.0, 0.0, at)) for at in (0.0, apart_deg)]
        pair = tuple(Orbiter(trajectory=track) for track in ends)
        (sight,) = sights([pair], START_T_S + 1.0, START_T_S + DAY_S, TURNING)
        assert np.diff(sight.received_t_s).sum() / (DAY_S - 1.0) == pytest.approx(share)


def test_a_circle_in_the_line_to_the_far_side_is_hidden_for_its_arc() -> None:
    # Against a node far away, a circular orbit in the plane of the line is hidden for
    # 2 asin(R / r) of its turn.
    axis_m = MOON_RADIUS_M + 800e3
    period_s = 2.0 * np.pi * np.sqrt(axis_m**3 / MOON_GM_M3_PER_S2)
    track = orbiter((800e3, 800e3), (0.0, 0.0, 0.0, 0.0))
    far = still("far", np.array([5e11, 0.0, 0.0]))
    nodes = Orbiter(trajectory=far), Orbiter(trajectory=track)
    (sight,) = sights([nodes], START_T_S + 1.0, START_T_S + DAY_S, TURNING)
    hidden_s = sight.received_t_s[2, 0] - sight.received_t_s[1, 1]
    assert hidden_s == pytest.approx(np.arcsin(MOON_RADIUS_M / axis_m) / np.pi * period_s, abs=0.05)


def still(name: str, position_m: np.ndarray) -> Trajectory:
    t_s = START_T_S - 1e5 + np.linspace(0.0, 3e5, 4)
    nothing = np.zeros((4, 3))
    return Trajectory(
        name=name,
        t_s=t_s,
        position_m=np.tile(position_m, (4, 1)),
        velocity_m_per_s=nothing,
        acceleration_m_per_s2=nothing,
    )


def test_the_earth_hides_what_stands_behind_it() -> None:
    earth_m = EPHEMERIS.position_icrf_m("earth", START_T_S + 12 * HOUR_S)[:, 0]
    pair = (
        Orbiter(trajectory=still("behind", 2.0 * earth_m)),
        MoonPlace(name="here", latitude_deg=0.0, longitude_deg=0.0, radius_m=MOON_RADIUS_M),
    )
    (sight,) = sights([pair], START_T_S, START_T_S + DAY_S, TURNING)
    assert len(sight.received_t_s) == 2
    gap = sight.received_t_s[0, 1], sight.received_t_s[1, 0]
    t_s = np.linspace(*gap, 2001)
    centre_m = EPHEMERIS.position_icrf_m("earth", t_s).T
    # Seen from the place, which is up to 1,737 km off the line, the Earth still hides it.
    assert gap[0] < START_T_S + 12 * HOUR_S < gap[1]
    rotation = EPHEMERIS.rotation_icrf_to_moon_me(t_s)
    place_m = MOON_RADIUS_M * rotation[0].T
    line_m = 2.0 * earth_m - place_m
    along = np.sum((centre_m - place_m) * line_m, axis=1) / np.sum(line_m**2, axis=1)
    miss_m = np.linalg.norm(place_m + along[:, np.newaxis] * line_m - centre_m, axis=1)
    # The signal passes the Earth a second before it arrives: 1 km/s, and 1 km more at the ends.
    assert miss_m.max() == pytest.approx(6_378_136.6, abs=4e3)


def test_sent_is_earlier_than_received_by_the_light_time() -> None:
    station = load_ground_stations()[0]
    place = MoonPlace(name="p", latitude_deg=0.0, longitude_deg=0.0, radius_m=MOON_RADIUS_M)
    ground = GroundNode(station=station, mask_deg=10.0)
    there, back = sights([(place, ground), (ground, place)], START_T_S, START_T_S + DAY_S, TURNING)
    light_s = geometry(place, ground, there.received_t_s.ravel(), TURNING).light_time_s
    assert there.received_t_s.ravel() - there.sent_t_s.ravel() == pytest.approx(light_s, abs=1e-6)
    # Up and down, the antenna on Earth sees the same sky: it sends when it could receive.
    inner = slice(1, None) if there.received_t_s[0, 0] == START_T_S else slice(None)
    assert back.sent_t_s[inner, 0] == pytest.approx(there.received_t_s[inner, 0], abs=0.5)


def test_pairs_through_space_only() -> None:
    place = MoonPlace(name="p", latitude_deg=0.0, longitude_deg=0.0, radius_m=MOON_RADIUS_M)
    first, second = (GroundNode(station=s, mask_deg=5.0) for s in load_ground_stations()[:2])
    assert len(directed_pairs([place, first, second])) == 4
    with pytest.raises(InputError, match="not a matter of sight"):
        sights([(first, second)], START_T_S, START_T_S + DAY_S, TURNING)


def test_spans_that_are_not_covered_are_refused() -> None:
    place = MoonPlace(name="p", latitude_deg=0.0, longitude_deg=0.0, radius_m=MOON_RADIUS_M)
    flier = Orbiter(trajectory=orbiter((100e3, 100e3), (90.0, 0.0, 0.0, 0.0)))
    with pytest.raises(RangeError, match="flier: date = 2028"):
        sights([(place, flier)], START_T_S, START_T_S + 1.5 * DAY_S, TURNING)
    with pytest.raises(RangeError, match="turning table"):
        geometry(place, flier, [START_T_S + 40 * DAY_S], TURNING)
    with pytest.raises(InputError, match="before the start"):
        sights([(place, flier)], START_T_S + 10.0, START_T_S, TURNING)


def test_every_mistake_of_a_node_is_told() -> None:
    with pytest.raises(InputError) as caught:
        MoonPlace(
            name="",
            latitude_deg=91.0,
            longitude_deg=0.0,
            radius_m=1.0,
            skyline_azimuth_deg=np.array([0.0, 0.0]),
            skyline_elevation_deg=np.array([0.0, 95.0]),
            mask_deg=np.nan,
        )
    text = str(caught.value)
    assert len(caught.value.problems) == 6
    assert "latitude_deg = 91: must be from -90 to 90" in text
    assert "azimuths must rise within one turn" in text
