"""Names of features and numbered marks on a picture of a map, none on top of another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.transforms import Bbox

from moonstead.environment.terrain.grid import pixels_of
from moonstead.maps.features import REGION, SATELLITE, SITE, Feature, features
from moonstead.maps.figure_frame import HALO
from moonstead.maps.figure_scale import ground_m
from moonstead.maps.image import MapImage

_SHARE: Final = (0.03, 1.2)  # of the map's longer side, for the size of a feature
_MOST: Final = 28
_SITES_UP_TO_KM: Final = 500.0
_MOVES: Final = ((0.0, 0.0), (0.0, 1.3), (0.0, -1.3), (0.0, 2.6), (0.0, -2.6))
_MARK = "#D55E00"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place to mark by a number on a map.

    Parameters
    ----------
    latitude_deg, longitude_deg
        Planetocentric.
    text
        Beside the number in the list.
    """

    latitude_deg: float
    longitude_deg: float
    text: str


def draw_marks(axes: Any, image: MapImage, marks: Sequence[Mark], size: float) -> list[Bbox]:
    """Draw numbered discs at places, and return the boxes that they take on the picture."""
    taken: list[Bbox] = []
    for number, mark in enumerate(marks, start=1):
        place = _pixel(image, mark.latitude_deg, mark.longitude_deg)
        if place is None:
            continue
        axes.plot(*place, marker="o", ms=0.4 * size, mfc=_MARK, mec="white", mew=0.8, zorder=8.0)
        text = axes.annotate(
            str(number), place, xytext=(0.95 * size, 0.95 * size), textcoords="offset points",
            size=size * 0.9, weight="bold", color="white", ha="center", va="center", zorder=8.1,
            bbox={"boxstyle": "circle,pad=0.22", "fc": _MARK, "ec": "white", "lw": 0.9},
        )  # fmt: skip
        taken.append(text.get_window_extent(_renderer(axes)).padded(4.0))
        x, y = axes.transData.transform(place)
        taken.append(Bbox.from_bounds(x - size, y - size, 2.0 * size, 2.0 * size))
    return taken


def draw_names(axes: Any, image: MapImage, taken: Iterable[Bbox], size: float) -> None:
    """Write the names of the features whose size suits the map, larger ones first.

    Parameters
    ----------
    axes
        In pixels of the raster.
    image
        The map.
    taken
        Boxes on the picture that stay free, pixels.
    size
        Of the letters, points.
    """
    rows, columns = image.values.shape
    column_m, row_m = ground_m(image)
    side_km = max(columns * column_m, rows * row_m) / 1e3
    used, frame, drawn = list(taken), axes.get_window_extent(), 0
    for feature in _suited(side_km):
        place = _pixel(image, feature.latitude_deg, feature.longitude_deg)
        if place is None or drawn >= _MOST:
            continue
        box = _place_text(axes, feature, place, used, frame, size)
        if box is not None:
            used.append(box.padded(3.0))
            drawn += 1


def _suited(side_km: float) -> list[Feature]:
    """Return features to name on a map of this size, the most wanted first."""
    low, high = (share * side_km for share in _SHARE)
    wanted = [f for f in features() if f.kind != SITE and low <= f.diameter_km <= high]
    # Lettered craters only where there is little else; sites only where they are apart.
    wanted.sort(key=lambda f: (f.kind == SATELLITE, f.kind == REGION, -f.diameter_km, f.name))
    if side_km <= _SITES_UP_TO_KM:
        wanted += [f for f in features() if f.kind == SITE and not f.name.startswith("peak")]
    return wanted


def _place_text(
    axes: Any,
    feature: Feature,
    place: tuple[float, float],
    used: list[Bbox],
    frame: Bbox,
    size: float,
) -> Bbox | None:
    is_point = feature.kind == SITE
    small = feature.kind in (SATELLITE, REGION, SITE)
    letters = size * (0.82 if small else 1.0)
    style = "normal" if not small else "italic"
    moves = _MOVES if not is_point else ((0.0, 1.0), (0.0, -1.0))
    words = feature.name.replace("-", " ") if is_point else feature.name
    for across, up in moves:
        text = axes.annotate(
            words, place, xytext=(across * letters, up * letters), textcoords="offset points",
            size=letters, ha="center", va="center", style=style,
            color="black", path_effects=HALO, zorder=5.0, annotation_clip=False,
        )  # fmt: skip
        box = _moved_in(axes, text, frame)
        is_in = frame.y0 + 4 < box.y0 and box.y1 < frame.y1 - 4
        if is_in and not any(box.overlaps(other) for other in used):
            if is_point:
                axes.plot(*place, marker="^", ms=0.5 * size, mfc="black", mec="white", mew=0.8,
                          zorder=5.0)  # fmt: skip
            return box
        text.remove()
    return None


def _moved_in(axes: Any, text: Any, frame: Bbox) -> Bbox:
    """Move a name to the side until it stands inside the frame, and return its box."""
    box: Bbox = text.get_window_extent(_renderer(axes))
    over = max(frame.x0 + 5.0 - box.x0, 0.0) - max(box.x1 - frame.x1 + 5.0, 0.0)
    if over == 0.0:
        return box
    across, up = text.xyann
    text.xyann = (across + over * 72.0 / axes.figure.dpi, up)
    return Bbox(text.get_window_extent(_renderer(axes)).get_points())


def _pixel(image: MapImage, latitude: float, longitude: float) -> tuple[float, float] | None:
    """Return column and row of a place, or None off the map."""
    rows, columns = image.values.shape
    column, row = pixels_of(image.crs, image.columns_rows, [latitude], [longitude], columns)
    u, v = float(column[0]), float(row[0])
    if not (np.isfinite(u) and np.isfinite(v)):
        return None
    return (u, v) if -0.5 <= u <= columns - 0.5 and -0.5 <= v <= rows - 0.5 else None


def _renderer(axes: Any) -> Any:
    return axes.figure.canvas.get_renderer()
