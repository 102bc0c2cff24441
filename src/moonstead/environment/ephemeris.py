"""Sun and Earth in the sky of a site on the Moon, and the Moon in the sky of a ground station.

Positions come from skyfield over JPL's DE440s and the DE440 lunar orientation, which is turned
from principal axes (MOON_PA_DE440) to mean Earth (MOON_ME_DE440_ME421) by the constants of NAIF's
frame kernel moon_de440_220930.tf. They are apparent: light time and stellar aberration are applied
(SPICE's ``LT+S``); the bending of light by the Sun, at most 1.8 arcseconds for what stands right
behind its limb, is not. There is no refraction: the Moon has no air.
"""

import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline
from skyfield.functions import mxm, rot_x, rot_y, rot_z
from skyfield.planetarylib import Frame, PlanetTopos
from skyfield.units import Angle, Distance

from moonstead.environment.bodytrack import (
    BODY_RADIUS_M,
    Body,
    BodyTrack,
    FloatArray,
    me_to_enu,
    track_of_enu,
)
from moonstead.environment.ground import GROUND_NODE_S, MoonFromEarth, sine_of_elevation
from moonstead.environment.kernels import MOON_PA_DE440, KernelFile, Kernels, open_kernels
from moonstead.environment.site import Site
from moonstead.environment.timescale import J2000_JD, iso_utc, skyfield_time
from moonstead.errors import Problem, RangeError
from moonstead.units import DAY_S, HOUR_S

__all__ = ["BODY_RADIUS_M", "Body", "BodyTrack", "Ephemeris", "FloatArray", "load_ephemeris"]

PA_TO_ME_ARCSEC = (67.8526, 78.6944, 0.2785)
"""About axes 3, 2, 1: NAIF moon_de440_220930.tf, frame 31009 (MOON_ME_DE440_ME421)."""
_NODE_S = 3.0 * HOUR_S  # the Moon turns 1.6 degrees: splined within 0.0002 arcsecond (measured)
_PAD = 4  # nodes beyond either end, so that the spline's end conditions do no harm
_CHUNK = 16384  # epochs held by skyfield at once: about 50 MB
_LIGHT_TIME_MARGIN_S = HOUR_S  # the Sun is at most 509 s away


class Ephemeris:
    """Sun, Earth and Moon over the span of the kernels; made by `load_ephemeris`, immutable."""

    def __init__(self, spk: Any, pck: Any, files: tuple[KernelFile, ...]) -> None:
        segment = _orientation_segment(spk, pck)
        self.provenance = files
        self.first_t_s, self.last_t_s = _coverage(spk, segment)
        self._spk = spk
        self._moon_me = Frame(301, segment, moon_pa_to_me())
        self._moon_itrs = lru_cache(maxsize=4)(MoonFromEarth(spk).positions_m)
        weakref.finalize(self, _close, spk, pck)

    def view(self, site: Site, body: Body, t_s: ArrayLike) -> BodyTrack:
        """Return where a body stands at given epochs, each computed in full.

        Parameters
        ----------
        site
            The observer.
        body
            ``"sun"`` or ``"earth"``.
        t_s
            TDB seconds past J2000, shape (n,).

        Returns
        -------
        BodyTrack
            Within 1 arcsecond of SPICE (measured: 0.001).

        Raises
        ------
        RangeError
            Where an epoch is outside the kernels.
        """
        epochs = np.atleast_1d(np.asarray(t_s, dtype=np.float64))
        return track_of_enu(epochs, self._apparent_enu_m(site, body, epochs), body)

    def track(
        self, site: Site, body: Body, start_t_s: float, step_s: float, count: int
    ) -> BodyTrack:
        """Return where a body stands on an even time grid, by spline between exact nodes.

        Parameters
        ----------
        site, body
            As in `view`.
        start_t_s, step_s, count
            The grid ``start_t_s + step_s * arange(count)``.

        Returns
        -------
        BodyTrack
            Within 0.01 arcsecond of `view` (measured: 0.0001).

        Raises
        ------
        RangeError
            Where the grid leaves the kernels.
        """
        epochs = start_t_s + step_s * np.arange(count, dtype=np.float64)
        if step_s >= _NODE_S or count < 2:
            return self.view(site, body, epochs)
        enu_m = self._splined(lambda t_s: self._apparent_enu_m(site, body, t_s), epochs, _NODE_S)
        return track_of_enu(epochs, enu_m, body)

    def rotation_icrf_to_moon_me(self, t_s: ArrayLike) -> FloatArray:
        """Return the matrices that turn ICRF vectors into MOON_ME_DE440_ME421.

        Parameters
        ----------
        t_s
            TDB seconds past J2000, shape (n,).

        Returns
        -------
        ndarray of shape (3, 3, n)
            ``einsum("ijn,jn->in", rotation, vector_icrf)`` is the vector in MOON_ME.

        Raises
        ------
        RangeError
            Where an epoch is outside the kernels.
        """
        epochs = self._checked(np.atleast_1d(np.asarray(t_s, dtype=np.float64)))
        return np.asarray(self._moon_me.rotation_at(skyfield_time(epochs)))

    def position_moon_me_m(self, body: Body, t_s: ArrayLike) -> FloatArray:
        """Return the geometric position of a body from the Moon's centre, in MOON_ME.

        Parameters
        ----------
        body
            ``"sun"`` or ``"earth"``.
        t_s
            TDB seconds past J2000, shape (n,).

        Returns
        -------
        ndarray of shape (3, n), m
            Without light time and aberration.

        Raises
        ------
        RangeError
            Where an epoch is outside the kernels.
        """
        epochs = self._checked(np.atleast_1d(np.asarray(t_s, dtype=np.float64)))
        time = skyfield_time(epochs)
        position_m = (self._spk[body] - self._spk["moon"]).at(time).xyz.m
        turned_m: FloatArray = np.einsum("ijn,jn->in", self._moon_me.rotation_at(time), position_m)
        return turned_m

    def apparent_moon_me_m(self, body: Body, t_s: ArrayLike) -> FloatArray:
        """Return the apparent position of a body seen from the Moon's centre, in MOON_ME.

        For work on whole maps: to a place on the surface it differs by parallax alone, which is
        vertical there (0.0007 degrees at most for the Sun, 0.27 for the Earth).

        Parameters
        ----------
        body
            ``"sun"`` or ``"earth"``.
        t_s
            TDB seconds past J2000, shape (n,), ascending.

        Returns
        -------
        ndarray of shape (3, n), m
            With light time and aberration; by spline between exact nodes, as `track`.

        Raises
        ------
        RangeError
            Where an epoch is outside the kernels.
        """
        epochs = self._checked(np.atleast_1d(np.asarray(t_s, dtype=np.float64)))
        return self._splined(lambda nodes: self._apparent_centre_m(body, nodes), epochs, _NODE_S)

    def position_icrf_m(self, body: str, t_s: ArrayLike) -> FloatArray:
        """Return the geometric position of a body from the Moon's centre, in ICRF axes.

        Parameters
        ----------
        body
            ``"sun"``, ``"earth"`` or another of the kernels, such as ``"jupiter barycenter"``.
        t_s
            TDB seconds past J2000, shape (n,).

        Returns
        -------
        ndarray of shape (3, n), m
            Without light time and aberration.

        Raises
        ------
        RangeError
            Where an epoch is outside the kernels.
        """
        epochs = self._checked(np.atleast_1d(np.asarray(t_s, dtype=np.float64)))
        time = skyfield_time(epochs)
        return np.asarray((self._spk[body] - self._spk["moon"]).at(time).xyz.m)

    def earth_position_moon_me_m(self, t_s: ArrayLike) -> FloatArray:
        """Return `position_moon_me_m` of the Earth: shape (3, n), m."""
        return self.position_moon_me_m("earth", t_s)

    def moon_from_ground(
        self,
        latitude_deg: float,
        longitude_deg: float,
        height_m: float,
        start_t_s: float,
        step_s: float,
        count: int,
    ) -> FloatArray:
        """Return the elevation of the Moon's centre seen from a ground station on Earth.

        Nodes every 600 s and a cubic spline; precession and nutation from daily nodes; no
        refraction, no polar motion, no diurnal aberration (together below 0.001 degrees, except
        refraction near the horizon, 0.5 degrees, which a station's elevation mask covers).

        Parameters
        ----------
        latitude_deg, longitude_deg, height_m
            Geodetic, WGS-84.
        start_t_s, step_s, count
            The grid ``start_t_s + step_s * arange(count)``.

        Returns
        -------
        ndarray of shape (count,), degrees
            Elevation above the plane at right angles to the ellipsoid's normal.

        Raises
        ------
        RangeError
            Where the grid leaves the kernels.
        """
        epochs = start_t_s + step_s * np.arange(count, dtype=np.float64)
        nodes = self._nodes(epochs, GROUND_NODE_S)
        moon_m = self._moon_itrs(float(nodes[0]), len(nodes))
        sine = sine_of_elevation(moon_m, latitude_deg, longitude_deg, height_m)
        elevation_deg: FloatArray = np.degrees(np.arcsin(CubicSpline(nodes, sine)(epochs)))
        return elevation_deg

    def _apparent_enu_m(self, site: Site, body: Body, epochs: FloatArray) -> FloatArray:
        """Return the apparent position east, north and up of the site, (3, n)."""
        self._checked(epochs)
        latitude = Angle(degrees=site.latitude_deg)
        longitude = Angle(degrees=site.longitude_deg)
        topos = PlanetTopos.from_latlon_distance(
            self._moon_me, latitude, longitude, Distance(m=site.radius_m)
        )
        observer = self._spk["moon"] + topos
        to_enu = me_to_enu(site.latitude_deg, site.longitude_deg)
        enu_m = np.empty((3, len(epochs)))
        for part in _parts(len(epochs)):
            time = skyfield_time(epochs[part])
            apparent = observer.at(time).observe(self._spk[body]).apparent(deflectors=())
            rotation = self._moon_me.rotation_at(time)
            enu_m[:, part] = to_enu @ np.einsum("ijn,jn->in", rotation, apparent.xyz.m)
        return enu_m

    def _apparent_centre_m(self, body: Body, epochs: FloatArray) -> FloatArray:
        seen_m = np.empty((3, len(epochs)))
        for part in _parts(len(epochs)):
            time = skyfield_time(epochs[part])
            apparent = self._spk["moon"].at(time).observe(self._spk[body]).apparent(deflectors=())
            rotation = self._moon_me.rotation_at(time)
            seen_m[:, part] = np.einsum("ijn,jn->in", rotation, apparent.xyz.m)
        return seen_m

    def _splined(
        self, exact: Callable[[FloatArray], FloatArray], epochs: FloatArray, node_s: float
    ) -> FloatArray:
        nodes = self._nodes(epochs, node_s)
        values: FloatArray = CubicSpline(nodes, exact(nodes), axis=1)(epochs)
        return values

    def _nodes(self, epochs: FloatArray, node_s: float) -> FloatArray:
        """Return even nodes around the epochs, padded, but never outside the kernels."""
        self._checked(epochs[[0, -1]])
        first = np.floor(epochs[0] / node_s) - _PAD
        last = np.ceil(epochs[-1] / node_s) + _PAD
        nodes = node_s * np.arange(first, last + 1)
        inside = (nodes >= self.first_t_s) & (nodes <= self.last_t_s)
        kept: FloatArray = nodes[inside]
        return kept

    def _checked(self, epochs: FloatArray) -> FloatArray:
        bad = ~((epochs >= self.first_t_s) & (epochs <= self.last_t_s))
        if bad.any():
            value = float(epochs[bad][0])
            remedy = (
                f"outside the ephemeris; choose a date from {iso_utc(self.first_t_s)} "
                f"to {iso_utc(self.last_t_s)}, or give other kernels"
            )
            raise RangeError(Problem("ephemeris", "date", _date_text(value), remedy))
        return epochs


def load_ephemeris(kernels: Kernels | None = None) -> Ephemeris:
    """Check and open the kernels.

    Parameters
    ----------
    kernels
        The files; None for the packaged DE440s and DE440 lunar orientation.

    Returns
    -------
    Ephemeris
        Ready for questions over its whole span.

    Raises
    ------
    InputError
        With every kernel that is missing, altered, unreadable or of another kind.
    """
    return Ephemeris(*open_kernels(kernels or Kernels()))


def _close(spk: Any, pck: Any) -> None:
    spk.close()
    pck.close()


def _orientation_segment(spk: Any, pck: Any) -> Any:
    """Return the segment that shares most time with the ephemeris (the file holds two)."""
    moon = spk["moon"].vector_functions[0].spk_segment

    def shared_days(segment: Any) -> float:
        return float(min(segment.final_jd, moon.end_jd) - max(segment.initial_jd, moon.start_jd))

    return max((s for s in pck.segments if s.body == MOON_PA_DE440), key=shared_days)


def _coverage(spk: Any, orientation: Any) -> tuple[float, float]:
    segments = [f.spk_segment for body in ("sun", "moon", "earth") for f in _functions(spk[body])]
    first_jd = max([orientation.initial_jd, *(segment.start_jd for segment in segments)])
    last_jd = min([orientation.final_jd, *(segment.end_jd for segment in segments)])
    return (
        (first_jd - J2000_JD) * DAY_S + _LIGHT_TIME_MARGIN_S,
        (last_jd - J2000_JD) * DAY_S - _LIGHT_TIME_MARGIN_S,
    )


def _functions(vector: Any) -> list[Any]:
    return list(getattr(vector, "vector_functions", [vector]))


def moon_pa_to_me() -> FloatArray:
    """Return the rotation from principal axes to mean Earth, R1(0.2785) R2(78.69) R3(67.85)."""
    angle_3, angle_2, angle_1 = np.radians(np.array(PA_TO_ME_ARCSEC) / 3600.0)
    return np.asarray(mxm(rot_x(angle_1), mxm(rot_y(angle_2), rot_z(angle_3))))


def _parts(count: int) -> list[slice]:
    return [slice(first, min(first + _CHUNK, count)) for first in range(0, count, _CHUNK)]


def _date_text(t_s: float) -> str:
    try:
        return iso_utc(t_s)
    except (ValueError, OverflowError):
        return f"{t_s} s past J2000"
