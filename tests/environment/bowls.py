"""Craters with a closed form or an exact solution, to judge the light of terrain by."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np


def bowl_horizon_deg(off_centre: float, opening: float, azimuth_deg: np.ndarray) -> np.ndarray:
    """Return the rim of a spherical bowl seen from inside, in the frame of the crater's plane.

    ``off_centre`` and ``opening`` are angles at the sphere's centre, radians: of the observer (to
    the north of the lowest point) and of the rim.
    """
    here = np.array([0.0, np.sin(off_centre), -np.cos(off_centre)])
    turn = np.radians(np.arange(0.0, 360.0, 0.01))
    rim = np.stack(
        [
            np.sin(opening) * np.sin(turn),
            np.sin(opening) * np.cos(turn),
            np.full(len(turn), -np.cos(opening)),
        ]
    )
    east, north, up = rim - here[:, np.newaxis]
    bearing = np.degrees(np.arctan2(east, north)) % 360.0
    elevation = np.degrees(np.arctan2(up, np.hypot(east, north)))
    order = np.argsort(bearing)
    return np.interp(azimuth_deg, bearing[order], elevation[order], period=360.0)


@dataclass(frozen=True)
class Facets:
    """A crater in pieces, its rim at z = 0: places and normals (n, 3), areas (n,)."""

    place: np.ndarray
    normal: np.ndarray
    area: np.ndarray


def cone_crater(floor: float, depth: float, rings: int, sectors: int) -> Facets:
    """Return a crater of rim radius 1 with a flat floor and a straight wall."""
    floor_edges = np.linspace(0.0, floor, rings // 2 + 1)
    wall_edges = np.linspace(floor, 1.0, rings // 2 + 1)
    turn = (np.arange(sectors) + 0.5) * 2.0 * np.pi / sectors
    lean = np.arctan2(depth, 1.0 - floor)
    parts = []
    for edges, slope in ((floor_edges, 0.0), (wall_edges, lean)):
        for inner, outer in pairwise(edges):
            middle = 2.0 / 3.0 * (outer**3 - inner**3) / (outer**2 - inner**2)
            height = -depth if slope == 0.0 else -depth * (1.0 - middle) / (1.0 - floor)
            place = [middle * np.cos(turn), middle * np.sin(turn), np.full(sectors, height)]
            normal = [
                -np.sin(slope) * np.cos(turn),
                -np.sin(slope) * np.sin(turn),
                np.full(sectors, np.cos(slope)),
            ]
            ring = np.pi * (outer**2 - inner**2) / np.cos(slope) / sectors
            parts.append((np.array(place).T, np.array(normal).T, np.full(sectors, ring)))
    place, normal, area = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Facets(place, normal, area)


def centre_income(
    floor: float, depth: float, elevation_rad: float, albedo: float, emissivity: float
) -> float:
    """Return what the middle of a cone crater's floor absorbs from the walls, by solar flux.

    Radiosity over all facets (a convex hollow: every facet sees every other), walls in balance;
    what is lit is found on rings twelve times finer.
    """
    rings, sectors, finer = 20, 36, 12
    facets = cone_crater(floor, depth, rings, sectors)
    fine = cone_crater(floor, depth, rings * finer, sectors)
    sun = np.array([np.cos(elevation_rad), 0.0, np.sin(elevation_rad)])
    out = fine.place - fine.place[:, 2:] / sun[2] * sun  # where the ray leaves the hollow
    power = np.maximum(fine.normal @ sun, 0.0) * (np.hypot(out[:, 0], out[:, 1]) < 1.0) * fine.area
    lit = power.reshape(rings, finer, sectors).sum(axis=1).ravel() / facets.area
    view = _view(facets.place, facets.normal, facets) * facets.area
    unity = np.eye(len(lit))
    bright = np.linalg.solve(unity - albedo * view, albedo * lit)
    # infrared of grey walls in balance: emitted and reflected together is what comes and is taken
    warm = np.linalg.solve(unity - view, (1.0 - albedo) * (lit + view @ bright))
    escaped = np.sum((1.0 - view.sum(axis=1)) * (bright + warm) * facets.area)
    assert abs(escaped / (np.pi * sun[2]) - 1.0) < 0.02
    here, up = np.array([[0.0, 0.0, -depth]]), np.array([[0.0, 0.0, 1.0]])
    weight = _view(here, up, facets)[0] * facets.area
    return float(weight @ ((1.0 - albedo) * bright + emissivity * warm))


def _view(place: np.ndarray, normal: np.ndarray, facets: Facets) -> np.ndarray:
    """Return how places see facets, per area of the facet."""
    to = facets.place[np.newaxis] - place[:, np.newaxis]
    square = np.maximum(np.sum(to**2, axis=2), 1e-12)
    own = np.maximum(np.einsum("ijk,ik->ij", to, normal), 0.0)
    other = np.maximum(-np.einsum("ijk,jk->ij", to, facets.normal), 0.0)
    return own * other / (np.pi * square**2)
