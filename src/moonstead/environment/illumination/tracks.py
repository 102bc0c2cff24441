"""Any body's track over a map: relays, planets, or Sun and Earth far from the poles."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.illumination.following import Observers, Seen, Track, follow
from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.sweep.elevation import COUNTS_PER_DEG, NO_COUNT
from moonstead.environment.sweep.grid import gnomonic_m
from moonstead.environment.sweep.horizons import HorizonMap
from moonstead.errors import InputError, Problem
from moonstead.units import HOUR_S

FloatArray = NDArray[np.float64]
SingleArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class TrackView:
    """A body in view of the pixels of a map; shape (rows, columns) each, NaN without ground.

    Parameters
    ----------
    any_fraction
        Of the epochs, with any part of the disc (or the point) in view.
    mean_fraction
        Of the disc in view, mean over the epochs; by a straight horizon across the disc.
    longest_absence_h, longest_presence_h
        Longest runs without and with any part in view.
    """

    any_fraction: SingleArray
    mean_fraction: SingleArray
    longest_absence_h: SingleArray
    longest_presence_h: SingleArray


def track_view(
    horizons: HorizonMap,
    position_m: FloatArray,
    step_s: float,
    body_radius_m: float = 0.0,
    mask_deg: float = -90.0,
) -> TrackView:
    """Follow a body over a map.

    Parameters
    ----------
    horizons
        Of the map, anywhere on the Moon.
    position_m
        Of the body from the Moon's centre in MOON_ME, shape (n, 3), at even steps. The observer's
        own place is taken into account, so near orbiters are right too.
    step_s
        Between epochs.
    body_radius_m
        Zero for a spacecraft.
    mask_deg
        Least elevation at which the body counts, such as an antenna's.

    Returns
    -------
    TrackView
        The cost is that of pixels times epochs, some nanoseconds each.

    Raises
    ------
    InputError
        Where positions are missing, not finite, or inside the Moon.
    """
    position_m = np.atleast_2d(np.asarray(position_m, dtype=np.float64))
    distance_m = np.linalg.norm(position_m, axis=1) if position_m.shape[1:] == (3,) else np.zeros(1)
    if len(position_m) == 0 or not (distance_m > MOON_RADIUS_M).all():
        remedy = "shape (n, 3) of finite positions outside the Moon is wanted, metres in MOON_ME"
        raise InputError(Problem("position_m", "", f"shape {position_m.shape}", remedy))
    latitude_deg, longitude_deg = horizons.places_deg()
    x_m, y_m = gnomonic_m(horizons.frame, latitude_deg.ravel(), longitude_deg.ravel())
    w = horizons.window
    heights_m = horizons.terrain.heights_m[w.row : w.row + w.rows, w.column : w.column + w.columns]
    radius = 1.0 + (heights_m.ravel() + horizons.height_m) / MOON_RADIUS_M
    count = latitude_deg.size
    observers = Observers(
        (x_m / MOON_RADIUS_M).astype(np.float32),
        (y_m / MOON_RADIUS_M).astype(np.float32),
        radius.astype(np.float32),
    )
    track = Track(
        np.ascontiguousarray(position_m @ horizons.frame.T / MOON_RADIUS_M),
        np.arcsin(np.minimum(body_radius_m / distance_m, 1.0)),
        float(np.radians(mask_deg)),
    )
    any_part, absence, presence = (np.zeros(count, np.int32) for _ in range(3))
    seen = Seen(any_part, np.zeros(count), absence, presence)
    counts = horizons.counts.reshape(len(horizons.counts), -1)
    follow(counts, COUNTS_PER_DEG * np.degrees(1.0), observers, track, seen)
    step_h = step_s / HOUR_S
    missing = horizons.counts[0] == NO_COUNT

    def image(values: NDArray[Any]) -> SingleArray:
        picture = values.reshape(w.rows, w.columns).astype(np.float32)
        picture[missing] = np.nan
        return picture

    epochs = len(position_m)
    return TrackView(
        any_fraction=image(seen.any_part / epochs),
        mean_fraction=image(seen.mean_disc / epochs),
        longest_absence_h=image(seen.absence * step_h),
        longest_presence_h=image(seen.presence * step_h),
    )
