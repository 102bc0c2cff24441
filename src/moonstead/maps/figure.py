"""The picture of one layer of a map, for slides and papers.

A layer lies over the shaded relief of its terrain, with a graticule and a scale bar that are right
for its projection, names of the IAU, and a caption that says what it is made of. Rasters larger
than the picture are averaged in whole blocks of pixels first.
"""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox

from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.write import SYNTHETIC, check_target
from moonstead.errors import InputError, Problem
from moonstead.maps.figure_frame import draw_graticule
from moonstead.maps.figure_look import Look, look_of
from moonstead.maps.figure_names import Mark, draw_marks, draw_names
from moonstead.maps.figure_paint import (
    LIGHT_AZIMUTH_DEG,
    LIGHT_ELEVATION_DEG,
    UNKNOWN,
    painted,
    thinned,
)
from moonstead.maps.figure_scale import DARK_HALO, draw_north, draw_scale, ground_m
from moonstead.maps.image import MapImage

__all__ = ["Mark", "draw_map"]

_ENDINGS: Final = (".png", ".svg", ".pdf")
# Shares of the picture's width.
_LEFT, _PANEL, _TOP, _BOTTOM = 0.078, 0.215, 0.085, 0.105
_FLATTEST, _TALLEST = 0.25, 1.15  # of the map's box
_STRIP = 4.0  # of a longer and a shorter side; narrower strips are widened


def draw_map(
    image: MapImage,
    path: Path | str,
    *,
    terrain: Terrain | None,
    title: str = "",
    features: bool = True,
    marks: Sequence[Mark] = (),
    size_px: int = 1600,
) -> None:
    """Draw a layer; the file appears when it is whole.

    Parameters
    ----------
    image
        To draw.
    path
        PNG, SVG or PDF file to write.
    terrain
        For the shaded relief under the layer, of any raster; None for none. The light comes from
        the upper left of the map, 35 degrees high.
    title
        Above the map; empty for the layer's own.
    features
        Whether to write names.
    marks
        Places to number, with a list beside the map.
    size_px
        Width of the picture; lines and letters grow with it.

    Raises
    ------
    InputError
        Where the ending is of no known kind, the folder does not exist, or the size is less than
        400 pixels.
    """
    path = Path(path)
    _check(path, size_px)
    partial = path.with_name(path.name + ".part")
    with mpl.rc_context({"svg.hashsalt": "moonstead", "font.family": "DejaVu Sans"}):
        figure = _figure(image, terrain, title, marks, size_px, has_names=features)
        ending = path.suffix.lower().removeprefix(".")
        # Without a date the same map gives the same bytes.
        stamp = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(ending, {})
        try:
            figure.savefig(partial, format=ending, dpi=figure.dpi, metadata=stamp)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _check(path: Path, size_px: int) -> None:
    if path.suffix.lower() not in _ENDINGS:
        remedy = f"a picture ends with {', '.join(_ENDINGS)}"
        raise InputError(Problem(str(path), "", "", remedy))
    check_target(path)
    if size_px < 400:
        raise InputError(Problem("size_px", "", str(size_px), "write 400 or more"))


def _figure(
    image: MapImage,
    terrain: Terrain | None,
    title: str,
    marks: Sequence[Mark],
    size_px: int,
    *,
    has_names: bool,
) -> Figure:
    rows, columns = image.values.shape
    (a, b, _), (d, e, _) = image.columns_rows
    # Rows over columns in units of the map, so that its own shapes are kept.
    aspect = float(np.hypot(a, d) / np.hypot(b, e))
    side = aspect * rows / columns
    is_strip = not 1.0 / _STRIP <= side <= _STRIP
    wide = 1.0 - _LEFT - _PANEL
    tall = wide * float(np.clip(side, _FLATTEST, _TALLEST))
    high = _TOP + tall + _BOTTOM
    # Letters are a fixed share of the width: a larger picture is a sharper one.
    figure = Figure(figsize=(10.0, 10.0 * high), dpi=size_px / 10.0, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((_LEFT, _BOTTOM / high, wide, tall / high))
    look = look_of(image)
    drawn = thinned(image, max(1, int(max(rows, columns) / (wide * size_px))))
    axes.imshow(
        painted(drawn, terrain, look),
        extent=(-0.5, columns - 0.5, rows - 0.5, -0.5),
        interpolation="nearest" if max(rows, columns) < 0.3 * size_px else "antialiased",
        aspect="auto" if is_strip else aspect,
    )
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), xticks=[], yticks=[])
    axes.apply_aspect()
    letters = 8.6
    taken = draw_scale(axes, image, 0.95 * letters)
    taken += draw_marks(axes, image, marks, letters)
    taken += draw_north(axes, image, 11.0)
    taken += _draw_warnings(axes, image, terrain)
    taken += draw_graticule(axes, image, taken, 0.9 * letters)
    if has_names and not image.is_synthetic:  # made-up ground has none
        draw_names(axes, image, taken, letters)
    _draw_key(figure, axes, image, look, marks)
    _draw_words(figure, axes, image, terrain, title)
    return figure


def _draw_key(
    figure: Figure, axes: Any, image: MapImage, look: Look, marks: Sequence[Mark]
) -> None:
    """Draw the colour bar or legend, and the list of marks, to the right of the map."""
    box = axes.get_position()
    left, size = box.x1 + (0.078 if look.label else 0.07), 8.6
    room = 0.42 if marks else 0.0
    patches = [Patch(fc=colour, ec="0.3", lw=0.5, label=words) for colour, words in look.classes]
    if not np.isfinite(np.asarray(image.values, dtype=np.float64)).all():
        patches.append(Patch(fc=UNKNOWN, ec="0.3", lw=0.5, label="no data"))
    bottom = box.y0 + box.height * room
    if look.label:
        bar = figure.add_axes((left, bottom, 0.022, (box.y1 - bottom) * (0.95 if patches else 1.0)))
        drawn = figure.colorbar(
            ScalarMappable(look.norm, look.colours), cax=bar, extend=look.extend
        )
        if look.ticks:
            drawn.set_ticks([t for t, _ in look.ticks], labels=[words for _, words in look.ticks])
            drawn.minorticks_off()
        drawn.set_label(look.label, size=size + 0.6)
        drawn.ax.tick_params(labelsize=size)
    if patches:
        for patch in patches:
            patch.set_label("\n".join(textwrap.wrap(str(patch.get_label()), 16)))
        figure.legend(
            handles=patches, loc="upper left", fontsize=size, frameon=False, borderaxespad=0.0,
            bbox_to_anchor=(left - 0.004, box.y1), handlelength=1.4,
        )  # fmt: skip
    lines = [
        textwrap.fill(f"{number}  {mark.text}", 21, subsequent_indent="    ")
        for number, mark in enumerate(marks, start=1)
    ]
    figure.text(
        left - 0.012, bottom - 0.05, "\n".join(lines), size=size * 0.95, va="top", linespacing=1.45
    )


def _draw_words(
    figure: Figure, axes: Any, image: MapImage, terrain: Terrain | None, title: str
) -> None:
    """Write the title and the caption."""
    box = axes.get_position()
    inch = 1.0 / figure.get_figheight()
    heads = [title, image.title] if title else [image.title]
    for line, words in enumerate(reversed(heads)):
        is_first = line == len(heads) - 1
        figure.text(
            box.x0, box.y1 + (0.33 + 0.22 * line) * inch, words, va="bottom",
            size=14.0 if is_first else 10.5, weight="bold" if is_first else "normal",
        )  # fmt: skip
    sources = list(dict.fromkeys(f.product or f.name for f in image.source))
    column_m, _ = ground_m(image)
    told = [f"Terrain: {'; '.join(sources)}. Pixel {_metres(column_m)} at the centre."]
    told += [image.note.strip().rstrip(".") + "."] if image.note.strip() else []
    if terrain is not None:
        told.append(
            f"Relief shaded by light from {LIGHT_AZIMUTH_DEG:g}° on the map (upper left), "
            f"{LIGHT_ELEVATION_DEG:g}° high."
        )
    told.append("Longitude to the east. Moonstead.")
    lines = textwrap.wrap(" ".join(told), 155)[:5]
    figure.text(
        box.x0, box.y0 - 0.34 * inch, "\n".join(lines), size=7.2, va="top", color="0.3",
        linespacing=1.35,
    )  # fmt: skip


def _draw_warnings(axes: Any, image: MapImage, terrain: Terrain | None) -> list[Bbox]:
    """Write what must not be overlooked, and return the boxes that it takes."""
    drawn = []
    if not np.isfinite(np.asarray(image.values, dtype=np.float64)).any():
        drawn.append(
            axes.text(
                0.5, 0.5, "no data", transform=axes.transAxes, ha="center", va="center", size=22.0
            )
        )  # fmt: skip
    made_up = terrain is not None and SYNTHETIC in terrain.file.product
    if image.is_synthetic or made_up:
        drawn.append(
            axes.text(
                0.5, 0.965, f"{SYNTHETIC} TERRAIN", transform=axes.transAxes, ha="center", va="top",
                size=17.0, weight="bold", color="#FFD92F", path_effects=DARK_HALO, zorder=9.0,
            )
        )  # fmt: skip
    renderer = axes.figure.canvas.get_renderer()
    return [text.get_window_extent(renderer) for text in drawn]


def _metres(length_m: float) -> str:
    return f"{length_m / 1e3:.3g} km" if length_m >= 1000.0 else f"{length_m:.3g} m"
