"""How pictures look, and how a figure becomes SVG inside a page.

Pictures follow the light or dark colours of the page: each colour below becomes a variable of the
style sheet (`templates/report.css`), text takes the page's font. Data colours are those of Okabe
and Ito (2008), which readers with any colour vision tell apart.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK, FAINT, GRID, PAPER = "#1c2126", "#68707a", "#dadee3", "#fefefe"
ORANGE, SKY, GREEN, YELLOW = "#e69f00", "#56b4e9", "#009e73", "#f0e442"
NIGHT = "#1d1f2b"
"""Darkness, on any page."""
BLUE, VERMILLION, PINK, GREY = "#0072b2", "#d55e00", "#cc79a7", "#8c939b"

_VARIABLES = {
    INK: "ink",
    FAINT: "faint",
    GRID: "grid",
    PAPER: "paper",
    ORANGE: "orange",
    SKY: "sky",
    GREEN: "green",
    YELLOW: "yellow",
    BLUE: "blue",
    VERMILLION: "vermillion",
    PINK: "pink",
    GREY: "grey",
}
SERIES = (BLUE, ORANGE, GREEN, VERMILLION, SKY, PINK, GREY, YELLOW)
"""For what has no colour of its own, in this order, then again from the start."""
SOURCES = (ORANGE, YELLOW, VERMILLION, PINK, GREEN, GREY)
CLASSES = {1: INK, 2: BLUE, 3: SKY, 5: GREEN, 7: PINK}
MODE_ALPHAS = (0.0, 0.14, 0.28, 0.48, 0.62, 0.76)
"""Depth of the shade behind each mode, in vermillion."""

_WIDTH_PX = 960.0
_DPI = 72.0
_POSITION_DIGITS = 5
_LABEL_LEFT = -0.052
_SETTINGS: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": INK,
    "axes.labelsize": 12.5,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titley": 1.0,
    "axes.titlesize": 13.5,
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "axes.unicode_minus": True,
    "figure.constrained_layout.h_pad": 0.06,
    "figure.constrained_layout.w_pad": 0.02,
    "figure.dpi": _DPI,
    "figure.facecolor": "none",
    "font.family": "DejaVu Sans",
    "font.size": 12.5,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "legend.fontsize": 12.5,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "moonstead",
    "text.color": INK,
    "xtick.color": FAINT,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 12.5,
    "ytick.color": FAINT,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 12.5,
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the style of the report, whatever the user's own settings of matplotlib are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def new_figure(height_px: float) -> Figure:
    """Return an empty figure as wide as the page."""
    return Figure(figsize=(_WIDTH_PX / _DPI, height_px / _DPI), layout="constrained")


def inline_svg(figure: Figure, name: str, description: str) -> Markup:
    """Return a figure as SVG to stand inside HTML: no addresses, unique names, few digits.

    Parameters
    ----------
    figure
        As drawn.
    name
        Unique within the page.
    description
        What is seen, for those who do not see it.
    """
    _settle(figure)
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    # Not through savefig, which draws everything twice.
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(buffer, metadata=nothing)
    text = buffer.getvalue()
    view = re.search(r'viewBox="([^"]+)"', text)
    body = re.sub(r"\A.*?<svg[^>]*>", "", text, flags=re.DOTALL)
    body = _named(_tidy(body), name)
    box = view[1] if view else f"0 0 {_WIDTH_PX:g} {figure.get_figheight() * _DPI:g}"
    label = escape(description, quote=True)
    opening = f'<svg class="plot" viewBox="{box}" role="img" aria-label="{label}">'
    return Markup(opening + body.strip())  # noqa: S704  from matplotlib; the label is escaped


def _settle(figure: Figure) -> None:
    """Lay the figure out once, and round where its axes are.

    The solver of constrained layouts visits its terms in the order of their addresses in memory,
    so that its last digits change from one time to the next.
    """
    for axes in figure.axes:
        # Fixed places: matplotlib measures every tick label again to find them, twice a panel.
        axes.yaxis.set_label_coords(_LABEL_LEFT, 0.5)
        if not axes.get_xlabel():
            axes.xaxis.set_label_coords(0.5, 0.0)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        bounds = (round(value, _POSITION_DIGITS) for value in axes.get_position().bounds)
        axes.set_position(tuple(bounds))


def _tidy(body: str) -> str:
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    body = body.replace("xlink:href", "href")
    body = re.sub(r"font: ((?:bold |700 )?)([\d.]+)px [^;\"]+", r"font: \1\2px var(--sans)", body)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, f"var(--{variable})")
    body = re.sub(r'(?<= d=")[^"]+', lambda path: _rounded(path[0]), body)
    body = body.replace("<image ", '<image style="image-rendering: pixelated" ')
    return re.sub(r"\s*\n\s*", "\n", body)


def _rounded(path: str) -> str:
    shorter = re.sub(r"-?\d+\.\d+", lambda digits: f"{float(digits[0]):.1f}", path)
    return re.sub(r"\s+", " ", shorter).strip()


def _named(body: str, name: str) -> str:
    """Drop names that nothing refers to, and make the others unique in the page."""
    used = dict.fromkeys(re.findall(r'(?:url\(#|href="#)([^)"]+)', body))
    numbered = {old: f"{name}-{place}" for place, old in enumerate(used)}
    body = re.sub(
        r' id="([^"]+)"',
        lambda found: f' id="{numbered[found[1]]}"' if found[1] in numbered else "",
        body,
    )
    body = re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{numbered[found[1]]})", body)
    return re.sub(r'href="#([^"]+)"', lambda found: f'href="#{numbered[found[1]]}"', body)
