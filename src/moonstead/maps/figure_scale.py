"""What tells size and direction on a picture of a map: scale bar and north arrow."""

from typing import Any, Final

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from moonstead.environment.site import MOON_RADIUS_M
from moonstead.environment.terrain.grid import pixels_of, places_of
from moonstead.maps.figure_frame import HALO, extent_of
from moonstead.maps.image import MapImage

DARK_HALO: Final = (withStroke(linewidth=2.2, foreground="black"),)


def ground_m(image: MapImage) -> tuple[float, float]:
    """Return the length on the ground of one column and one row at the middle of a map, m."""
    rows, columns = image.values.shape
    column, row = (columns - 1) / 2.0, (rows - 1) / 2.0
    u = column + np.array([-0.5, 0.5, 0.0, 0.0])
    v = row + np.array([0.0, 0.0, -0.5, 0.5])
    north, east = np.radians(places_of(image.crs, image.columns_rows, u, v))
    place = np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)])
    chord = np.linalg.norm(place[:, 1::2] - place[:, ::2], axis=0)
    along, down = 2.0 * MOON_RADIUS_M * np.arcsin(np.minimum(chord / 2.0, 1.0))
    return float(along), float(down)


def draw_scale(axes: Any, image: MapImage, size: float) -> list[Bbox]:
    """Draw a bar of a round length, true at the middle of the map on the sphere of 1737.4 km.

    Returns
    -------
    list of Bbox, pixels of the picture that it takes
    """
    rows, columns = image.values.shape
    column_m, _ = ground_m(image)
    wanted_m = 0.28 * columns * column_m
    if not wanted_m > 0.0:
        return []
    decade = 10.0 ** np.floor(np.log10(wanted_m))
    length_m = max(k * decade for k in (1.0, 2.0, 5.0) if k * decade <= wanted_m)
    box = axes.get_window_extent()
    point = columns / box.width * axes.figure.dpi / 72.0  # columns a point
    down = rows / box.height * axes.figure.dpi / 72.0
    width, height = length_m / column_m, 4.0 * down
    left, top = -0.5 + 12.0 * point, rows - 0.5 - 22.0 * down
    for part in range(4):
        axes.add_patch(
            Rectangle(
                (left + width * part / 4.0, top), width / 4.0, height, linewidth=0.6,
                facecolor=("black", "white")[part % 2], edgecolor="black", zorder=6.1,
            )
        )  # fmt: skip
    is_long = width > 80.0 * point
    for share in (0.0, 0.5, 1.0) if is_long else (0.0, 1.0):
        text = _length(length_m * share, length_m)
        axes.text(
            left + width * share, top - 2.0 * down, text, size=size, ha="center", va="bottom",
            color="black", zorder=6.2,
        )  # fmt: skip
    words = axes.text(
        left, top + height + 1.5 * down, "true at the map's centre, sphere of 1737.4 km",
        size=size * 0.62, ha="left", va="top", color="0.25", zorder=6.2,
    )  # fmt: skip
    drawn = words.get_window_extent(axes.figure.canvas.get_renderer())
    wide = max(width + 14.0 * point, drawn.width * columns / box.width)
    plate = axes.add_patch(
        Rectangle(
            (left - 6.0 * point, top - 15.0 * down), wide + 12.0 * point, height + 28.0 * down,
            facecolor="white", alpha=0.82, linewidth=0.0, zorder=6.0,
        )
    )  # fmt: skip
    return [plate.get_window_extent(axes.figure.canvas.get_renderer())]


def _length(length_m: float, whole_m: float) -> str:
    if length_m == 0.0:
        return "0"
    unit, factor = (" km", 1e-3) if whole_m >= 1000.0 else (" m", 1.0)
    return f"{length_m * factor:g}{unit if length_m == whole_m else ''}"


def draw_north(axes: Any, image: MapImage, size: float) -> list[Bbox]:
    """Draw an arrow to the north where north is neither up nor everywhere (at a pole)."""
    if extent_of(image).pole_deg:
        return []
    rows, columns = image.values.shape
    middle = ((columns - 1) / 2.0, (rows - 1) / 2.0)
    latitude, longitude = places_of(image.crs, image.columns_rows, [middle[0]], [middle[1]])
    step = 1e-3 if latitude[0] < 89.9 else -1e-3
    column, row = pixels_of(image.crs, image.columns_rows, latitude + step, longitude, columns)
    east, up = (
        float(column[0] - middle[0]) * np.sign(step),
        -float(row[0] - middle[1]) * np.sign(step),
    )
    length = np.hypot(east, up)
    if not length > 0.0 or abs(np.degrees(np.arctan2(east, up))) < 1.0:
        return []
    unit = np.array([east, up]) / length
    reach = 15.0
    tip = {"xy": (1.0, 1.0), "xycoords": "axes fraction", "textcoords": "offset points"}
    base = np.array([-30.0, -30.0])
    shift = axes.figure.dpi / 72.0
    box = axes.get_window_extent()
    corner = np.array([box.x1, box.y1])
    start, end = ((corner + (base + k * reach * unit) * shift) for k in (-1.0, 1.0))
    axes.annotate(
        "", xy=end, xytext=start, xycoords="figure pixels", textcoords="figure pixels",
        arrowprops={"arrowstyle": "-|>", "linewidth": 1.6, "color": "black",
                    "path_effects": [withStroke(linewidth=4.0, foreground="white")]},
        zorder=7.0, annotation_clip=False,
    )  # fmt: skip
    axes.annotate(
        "N", xy=tip["xy"], xycoords=tip["xycoords"], xytext=tuple(base + 1.75 * reach * unit),
        textcoords=tip["textcoords"], ha="center", va="center", size=size, weight="bold",
        path_effects=HALO, zorder=7.0,
    )  # fmt: skip
    return [Bbox([corner + 2.2 * base * shift, corner])]
