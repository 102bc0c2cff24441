"""Nodes as the numbers that the kernels read."""

import numpy as np
from numpy.typing import NDArray
from skyfield.api import wgs84

from moonstead.comms.nodes import GroundNode, MoonPlace, Node, Orbiter
from moonstead.environment.line_of_sight import ON_EARTH, ON_MOON, ORBITING, WORK_SIZE, End, Line
from moonstead.environment.trajectory import Trajectory
from moonstead.environment.turning import Turning

FloatArray = NDArray[np.float64]

# Bounds: the Moon turns places by 4.7 m/s; the Earth moves about the Moon at 1,110 m/s and
# turns places by 465 m/s.
_SPEED_ON_MOON_M_PER_S, _SPEED_ON_EARTH_M_PER_S = 5.0, 1_600.0
_NOTHING, _NOWHERE = np.zeros(0), np.zeros((0, 3))


def end_of(node: Node) -> End:
    """Return a node as numbers."""
    if isinstance(node, Orbiter):
        track = node.trajectory
        return End(
            kind=ORBITING,
            place_m=_NOTHING,
            axes=_NOWHERE,
            node_t_s=np.ascontiguousarray(track.t_s),
            node_m=np.ascontiguousarray(track.position_m),
            node_m_per_s=np.ascontiguousarray(track.velocity_m_per_s),
            node_m_per_s2=np.ascontiguousarray(track.acceleration_m_per_s2),
            skyline_azimuth_rad=_NOTHING,
            skyline_rad=_NOTHING,
            knot_rad=0.0,
            steepest=0.0,
            lowest_rad=0.0,
            highest_rad=0.0,
            speed_m_per_s=_speed_bound_m_per_s(track),
            grazing_m=node.grazing_height_m,
        )
    azimuth_rad, skyline_rad = _skyline(node)
    if isinstance(node, MoonPlace):
        kind, speed_m_per_s = ON_MOON, _SPEED_ON_MOON_M_PER_S
        latitude_deg, longitude_deg, place_m = _moon_place(node)
    else:
        kind, speed_m_per_s = ON_EARTH, _SPEED_ON_EARTH_M_PER_S
        latitude_deg, longitude_deg, place_m = _ground_place(node)
    return End(
        kind=kind,
        place_m=place_m,
        axes=_east_north_up(latitude_deg, longitude_deg),
        node_t_s=_NOTHING,
        node_m=_NOWHERE,
        node_m_per_s=_NOWHERE,
        node_m_per_s2=_NOWHERE,
        skyline_azimuth_rad=azimuth_rad,
        skyline_rad=skyline_rad,
        knot_rad=float(np.diff(azimuth_rad).min()) if len(azimuth_rad) > 1 else 2.0 * np.pi,
        steepest=float(np.max(np.abs(np.diff(skyline_rad) / np.diff(azimuth_rad)), initial=0.0)),
        lowest_rad=float(skyline_rad.min()),
        highest_rad=float(skyline_rad.max()),
        speed_m_per_s=speed_m_per_s,
        grazing_m=0.0,
    )


def line_between(sender: End, receiver: End, turning: Turning) -> Line:
    """Return what the kernels work on; two threads must not share one."""
    room = np.zeros(WORK_SIZE), np.zeros((3, 1, 3))
    return Line(sender, receiver, turning.cubic, turning.first_t_s, *room)


def _speed_bound_m_per_s(track: Trajectory) -> float:
    """Return a speed that is not exceeded between states either."""
    speed = np.linalg.norm(track.velocity_m_per_s, axis=1)
    gain = np.linalg.norm(track.acceleration_m_per_s2, axis=1)
    gains = np.maximum(gain[1:], gain[:-1]) * 0.5 * np.diff(track.t_s)
    return float(np.max(np.maximum(speed[1:], speed[:-1]) + gains))


def _moon_place(node: MoonPlace) -> tuple[float, float, FloatArray]:
    lat, lon = np.radians([node.latitude_deg, node.longitude_deg])
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return node.latitude_deg, node.longitude_deg, node.radius_m * up


def _ground_place(node: GroundNode) -> tuple[float, float, FloatArray]:
    station = node.station
    place = wgs84.latlon(station.latitude_deg, station.longitude_deg, elevation_m=station.height_m)
    return station.latitude_deg, station.longitude_deg, np.asarray(place.itrs_xyz.m)


def _east_north_up(latitude_deg: float, longitude_deg: float) -> FloatArray:
    lat, lon = np.radians([latitude_deg, longitude_deg])
    return np.array(
        [
            [-np.sin(lon), np.cos(lon), 0.0],
            [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)],
            [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)],
        ]
    )


def _skyline(node: MoonPlace | GroundNode) -> tuple[FloatArray, FloatArray]:
    """Return knots over a whole turn from azimuth 0, with the mask on top."""
    elevation_deg = node.skyline_elevation_deg + node.mask_deg
    if len(elevation_deg) == 1:
        return np.zeros(1), np.radians(elevation_deg)
    azimuth_deg = np.mod(node.skyline_azimuth_deg, 360.0)
    order = np.argsort(azimuth_deg)
    azimuth_deg, elevation_deg = azimuth_deg[order], elevation_deg[order]
    around_deg = np.concatenate([[azimuth_deg[-1] - 360.0], azimuth_deg, [azimuth_deg[0] + 360.0]])
    elevations_deg = np.concatenate([elevation_deg[-1:], elevation_deg, elevation_deg[:1]])
    return np.radians(around_deg), np.radians(elevations_deg)
