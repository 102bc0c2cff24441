"""The graticule on a picture of a map, and the ground that a map shows.

Everything is drawn in pixels of the raster (column to the right, row down) and placed through
PROJ, so it is right for any projection and at the pole itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.grid import pixels_of, places_of
from moonstead.maps.image import MapImage

_STEPS_DEG: Final = (
    30.0, 20.0, 15.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001,
    5e-4, 2e-4, 1e-4,
)  # fmt: skip
_LINES: Final = 4  # of each kind, at least, where a finer step allows it
_POINTS: Final = 721
_SAMPLES: Final = 65
HALO: Final = (withStroke(linewidth=2.2, foreground="white"),)
_HAIR: Final = 1e-4  # of the sides of a map


@dataclass(frozen=True, slots=True)
class Extent:
    """The ground that a map shows.

    Parameters
    ----------
    south_deg, north_deg
        Latitudes.
    west_deg, east_deg
        Longitudes, the second one larger; 360 apart where a pole is on the map.
    pole_deg
        90 or -90 where that pole is on the map, else 0.
    """

    south_deg: float
    north_deg: float
    west_deg: float
    east_deg: float
    pole_deg: float


def extent_of(image: MapImage) -> Extent:
    """Return the latitudes and longitudes that a map covers."""
    rows, columns = image.values.shape
    row, column = np.meshgrid(
        np.linspace(-0.5, rows - 0.5, _SAMPLES), np.linspace(-0.5, columns - 0.5, _SAMPLES)
    )
    latitude, longitude = places_of(image.crs, image.columns_rows, column.ravel(), row.ravel())
    known = np.isfinite(latitude) & np.isfinite(longitude)
    latitude, longitude = latitude[known], longitude[known]
    south, north = float(latitude.min()), float(latitude.max())
    for pole in (-90.0, 90.0):
        at, on = pixels_of(image.crs, image.columns_rows, [pole], [0.0], columns)
        around = _turns(image, pole)
        if around and -0.5 <= at[0] <= columns - 0.5 and -0.5 <= on[0] <= rows - 0.5:
            return Extent(min(south, pole), max(north, pole), 0.0, 360.0, pole)
    # The widest gap between the longitudes met is the ground that is not on the map.
    turned = np.sort(longitude % 360.0)
    gaps = np.diff(np.append(turned, turned[0] + 360.0))
    widest = int(np.argmax(gaps))
    if gaps[widest] < 2.0 * 360.0 / _SAMPLES:  # all round: from the left edge on
        middle = (rows - 1) / 2.0
        _, east = places_of(image.crs, image.columns_rows, [-0.5 + 1e-6], [middle])
        return Extent(south, north, float(east[0]), float(east[0]) + 360.0 - 1e-5, 0.0)
    west = float(turned[(widest + 1) % turned.size])
    return Extent(south, north, west, west + 360.0 - float(gaps[widest]), 0.0)


def _turns(image: MapImage, pole: float) -> bool:
    """Tell whether a pole is one point of the map, not a line as on maps that unroll the Moon."""
    near, far = (
        pixels_of(image.crs, image.columns_rows, [pole], [east], image.values.shape[1])
        for east in (0.0, 180.0)
    )
    return bool(np.hypot(near[0] - far[0], near[1] - far[1])[0] < 1e-3)


def draw_graticule(axes: Any, image: MapImage, taken: Iterable[Bbox], size: float) -> list[Bbox]:
    """Draw meridians and parallels, with their degrees where they leave the map.

    Parameters
    ----------
    axes
        In pixels of the raster.
    image
        The map.
    taken
        Boxes on the picture that stay free of degrees.
    size
        Of the letters, points.

    Returns
    -------
    list of Bbox, of the degrees that stand on the map
    """
    inside: list[Bbox] = []
    extent = extent_of(image)
    latitude_step = _step(extent.north_deg - extent.south_deg, _LINES)
    span = extent.east_deg - extent.west_deg
    longitude_step = 30.0 if extent.pole_deg else _step(span, _LINES)
    parallels = _multiples(extent.south_deg, extent.north_deg, latitude_step)
    parallels = parallels[np.abs(parallels) < 90.0 - 1e-9]
    meridians = _multiples(extent.west_deg, extent.east_deg, longitude_step)
    if extent.pole_deg:
        meridians = np.arange(0.0, 360.0, longitude_step)
    labels: list[tuple[float, float, str, str]] = []
    for latitude in parallels.tolist():
        east = np.linspace(extent.west_deg, extent.east_deg, _POINTS)
        text = _degrees(latitude, latitude_step, "NS")
        column, row = _line(axes, image, np.full(_POINTS, latitude), east)
        if extent.pole_deg:
            inside += _label_inside(axes, image, latitude, text, [*taken, *inside], size)
        else:
            labels += _crossings(image, column, row, text)
    inner = np.max(np.abs(parallels), initial=0.0) if extent.pole_deg else 90.0
    for longitude in meridians.tolist():
        end = 90.0 if longitude % 90.0 == 0.0 else inner
        south, north = max(extent.south_deg, -end), min(extent.north_deg, end)
        latitudes = np.linspace(south, north, _POINTS)
        column, row = _line(axes, image, latitudes, np.full(_POINTS, longitude))
        labels += _crossings(image, column, row, _degrees(longitude % 360.0, longitude_step, "E"))
    _draw_labels(axes, labels, size)
    return inside


def _line(
    axes: Any, image: MapImage, latitude_deg: FloatArray, longitude_deg: FloatArray
) -> tuple[FloatArray, FloatArray]:
    rows, columns = image.values.shape
    column, row = pixels_of(image.crs, image.columns_rows, latitude_deg, longitude_deg, columns)
    jump = np.hypot(np.diff(column), np.diff(row)) > max(rows, columns) / 4.0
    column, row = (np.where(np.append(jump, False), np.nan, part) for part in (column, row))
    style = {"linewidth": 0.6, "zorder": 3.0}
    axes.plot(column, row, color="white", alpha=0.6, **style)
    axes.plot(column, row, color="black", alpha=0.65, dashes=(4.0, 4.0), **style)
    return column, row


def _label_inside(
    axes: Any, image: MapImage, latitude: float, text: str, taken: list[Bbox], size: float
) -> list[Bbox]:
    """Write a parallel's degrees on it, where it crosses a diagonal of a map of a pole."""
    columns = image.values.shape[1]
    frame = axes.get_window_extent().padded(-4.0)
    for longitude in (45.0, 135.0, 225.0, 315.0):
        column, row = pixels_of(image.crs, image.columns_rows, [latitude], [longitude], columns)
        drawn = axes.text(
            column[0], row[0], text, size=size * 0.9, ha="center", va="center", color="0.15",
            path_effects=HALO, zorder=3.5,
        )  # fmt: skip
        box = drawn.get_window_extent(axes.figure.canvas.get_renderer())
        is_inside = frame.contains(*box.min) and frame.contains(*box.max)
        if is_inside and not any(box.overlaps(other) for other in taken):
            return [box]
        drawn.remove()
    return []


def _crossings(
    image: MapImage, column: FloatArray, row: FloatArray, text: str
) -> list[tuple[float, float, str, str]]:
    """Return where a line leaves the map: column, row, side and text."""
    rows, columns = image.values.shape
    found = []
    for side, across, along, edge, length in (
        ("left", column, row, -0.5, rows),
        ("right", column, row, columns - 0.5, rows),
        ("top", row, column, -0.5, columns),
        ("bottom", row, column, rows - 0.5, columns),
    ):
        # A hair inside: on a map that goes all round, lines begin and end at the edge itself.
        off = across - (edge + (_HAIR if edge < 0.0 else -_HAIR) * (columns + rows))
        with np.errstate(invalid="ignore"):
            meets = np.flatnonzero(off[:-1] * off[1:] <= 0.0)
        for k in meets.tolist():
            if off[k] == off[k + 1]:
                continue
            at = along[k] + (along[k + 1] - along[k]) * off[k] / (off[k] - off[k + 1])
            if -0.5 <= at <= length - 0.5:
                x, y = (edge, at) if side in ("left", "right") else (at, edge)
                found.append((float(x), float(y), side, text))
    return found


def _draw_labels(axes: Any, labels: list[tuple[float, float, str, str]], size: float) -> None:
    """Write the labels outside the frame, leaving out those that would touch another."""
    renderer = axes.figure.canvas.get_renderer()
    taken: list[Any] = []
    gap = 4.0
    places = {
        "left": ((-gap, 0.0), "right", "center"), "right": ((gap, 0.0), "left", "center"),
        "top": ((0.0, gap), "center", "bottom"), "bottom": ((0.0, -gap), "center", "top"),
    }  # fmt: skip
    order = {"left": 0, "bottom": 1, "right": 2, "top": 3}
    for x, y, side, text in sorted(labels, key=lambda one: (order[one[2]], one[0], one[1])):
        offset, across, down = places[side]
        drawn = axes.annotate(
            text, (x, y), xytext=offset, textcoords="offset points", ha=across, va=down,
            size=size, color="0.25", annotation_clip=False,
        )  # fmt: skip
        box = drawn.get_window_extent(renderer).padded(2.0)
        if any(box.overlaps(other) for other in taken):
            drawn.remove()
        else:
            taken.append(box)


def _step(span_deg: float, lines: int) -> float:
    for step in _STEPS_DEG:
        if span_deg / step >= lines:
            return step
    return _STEPS_DEG[-1]


def _multiples(low: float, high: float, step: float) -> FloatArray:
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    found: FloatArray = np.arange(first, last + 1.0) * step
    return found


def _degrees(value: float, step: float, signs: str) -> str:
    decimals = max(0, int(np.ceil(-np.log10(step) - 1e-9)))
    sign = signs[0] if value >= 0.0 else signs[-1]
    if value == 0.0 and signs == "NS":
        sign = ""
    return f"{abs(value):.{decimals}f}° {sign}".strip()
