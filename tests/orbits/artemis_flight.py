"""Artemis I as flown: reading its states and finding where nothing but nature acted.

Where the craft burned is told by the data itself: over each step of the file (1 to 4 minutes) the
change of velocity is compared with the integral of the pull of Moon, Earth and Sun as points
(Simpson's rule, with the middle by cubic Hermite). The residual is below 0.1 mm/s in free flight
away from the bodies; burns, trims and the joints of the orbit determination stand out by
10 mm/s or more. A stretch in which every step stays below `QUIET_M_PER_S` is quiet.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from skyfield.framelib import ICRS_to_J2000

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.timescale import from_utc
from moonstead.orbits.forces import (
    EARTH_GM_M3_PER_S2,
    MOON_GM_DE440_M3_PER_S2,
    SUN_GM_M3_PER_S2,
)
from moonstead.units import HOUR_S

FloatArray = NDArray[np.float64]

QUIET_M_PER_S = 2e-3
_DIFFERENCE_S = 10.0


def flown_states(folder: Path, ephemeris: Ephemeris) -> tuple[FloatArray, FloatArray]:
    """Return epochs (n,) and states (n, 6) about the Moon's centre in ICRF, m and m/s.

    The file is geocentric, EME2000 and UTC. EME2000 is turned from ICRF by 0.02 arcseconds.
    """
    rows = []
    path = folder / "trajectories" / "Post_TLI_Orion_AsFlown_20221213_EPH_OEM.asc"
    for line in path.read_text().splitlines():
        words = line.split()
        if len(words) == 7 and words[0].startswith("2022"):
            rows.append([from_utc(words[0] + "Z"), *map(float, words[1:])])
    table = np.array(rows)
    t_s = table[:, 0]
    to_icrf = np.asarray(ICRS_to_J2000)  # used from the right: its transpose
    earth_m = ephemeris.position_icrf_m("earth", t_s)
    earth_m_per_s = (
        ephemeris.position_icrf_m("earth", t_s + _DIFFERENCE_S)
        - ephemeris.position_icrf_m("earth", t_s - _DIFFERENCE_S)
    ) / (2.0 * _DIFFERENCE_S)
    position_m = table[:, 1:4] * 1e3 @ to_icrf + earth_m.T
    velocity_m_per_s = table[:, 4:] * 1e3 @ to_icrf + earth_m_per_s.T
    return t_s, np.hstack([position_m, velocity_m_per_s])


def quiet_arcs(
    t_s: FloatArray, states: FloatArray, ephemeris: Ephemeris, least_hours: float
) -> list[slice]:
    """Return the stretches without a burn that last at least so long."""
    loud = ~(_residual_m_per_s(t_s, states, ephemeris) < QUIET_M_PER_S)
    edges = np.concatenate([[-1], np.flatnonzero(loud), [len(loud)]])
    arcs = []
    for before, after in pairwise(edges):
        first, last = before + 1, after
        if last > first and t_s[last] - t_s[first] >= least_hours * HOUR_S:
            arcs.append(slice(int(first), int(last) + 1))
    return arcs


def _residual_m_per_s(t_s: FloatArray, states: FloatArray, ephemeris: Ephemeris) -> FloatArray:
    step_s = np.diff(t_s)[:, None]
    place_m, speed = states[:, :3], states[:, 3:]
    middle_m = 0.5 * (place_m[1:] + place_m[:-1]) - step_s / 8.0 * (speed[1:] - speed[:-1])
    middle_t_s = 0.5 * (t_s[1:] + t_s[:-1])
    at_nodes = _pull(t_s, place_m, ephemeris)
    between = _pull(middle_t_s, middle_m, ephemeris)
    gained = step_s / 6.0 * (at_nodes[:-1] + 4.0 * between + at_nodes[1:])
    residual: FloatArray = np.linalg.norm(speed[1:] - speed[:-1] - gained, axis=1)
    return residual


def _pull(t_s: FloatArray, place_m: FloatArray, ephemeris: Ephemeris) -> FloatArray:
    total = -MOON_GM_DE440_M3_PER_S2 * _over_cube(place_m)
    for body, gm in (("earth", EARTH_GM_M3_PER_S2), ("sun", SUN_GM_M3_PER_S2)):
        body_m = ephemeris.position_icrf_m(body, t_s).T
        total += gm * (_over_cube(body_m - place_m) - _over_cube(body_m))
    return total


def _over_cube(vector_m: FloatArray) -> FloatArray:
    return vector_m / np.linalg.norm(vector_m, axis=1, keepdims=True) ** 3
