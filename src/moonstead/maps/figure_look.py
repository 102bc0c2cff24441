"""How a kind of layer is drawn: its colours, its range, and the words beside them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.colors import BoundaryNorm, Colormap, ListedColormap, LogNorm, Normalize
from numpy.typing import NDArray

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.traverse import Ground
from moonstead.maps.image import MapImage

SHADOW = "#4477AA"
_LEAST_CLASSES_SHOWN: Final = 12
_HOUR_TICKS: Final = (
    (1.0, "1 h"), (3.0, "3 h"), (6.0, "6 h"), (12.0, "12 h"), (24.0, "1 d"), (72.0, "3 d"),
    (168.0, "7 d"), (336.0, "14 d"), (720.0, "30 d"), (2160.0, "90 d"), (4383.0, "6 months"),
    (8766.0, "1 year"), (26298.0, "3 years"), (87660.0, "10 years"), (175320.0, "20 years"),
)  # fmt: skip
_CLASS_COLOURS: Final = (
    "#BBBBBB", "#44AA77", "#DDCC77", "#CC6677", "#AA4499", "#332288",
    "#88CCEE", "#999933", "#882255", "#117733", "#661100", "#6699CC",
)  # fmt: skip
_CLASS_WORDS: Final = {
    "traversability": {
        Ground.UNKNOWN: "unknown",
        Ground.GO: "can go",
        Ground.NEAR: "too near",
        Ground.STEEP: "too steep",
        Ground.ROUGH: "too rough",
        Ground.STEP: "step too high",
    }
}


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """How a layer is drawn.

    Parameters
    ----------
    colours, norm
        From values, in units of the colour bar, to colours.
    label
        Of the colour bar; empty where there is a legend.
    factor
        What values are multiplied with for the colour bar, such as 100 for per cent.
    ticks
        Value and text; empty for the usual ones.
    extend
        Which ends of the bar have an arrow, as matplotlib takes it.
    classes
        Colour and words of each class, for a legend.
    has_relief
        Whether shaded relief belongs under it.
    """

    colours: Colormap
    norm: Normalize
    label: str = ""
    factor: float = 1.0
    ticks: tuple[tuple[float, str], ...] = ()
    extend: str = "neither"
    classes: tuple[tuple[str, str], ...] = field(default=())
    has_relief: bool = True


def look_of(image: MapImage) -> Look:
    """Choose colours and range for a layer by its unit and name.

    Shares of time go from 0 to 100 % and spells are logarithmic, so that maps can be compared;
    slopes end at 30 degrees; other quantities span all but their extreme hundredths.
    """
    if image.values.dtype == np.bool_ or image.name == "permanent_shadow":
        return _shadow(image)
    if image.unit == "" and _is_whole(image.values):
        return _classes(image)
    kinds: dict[str, Callable[[MapImage], Look]] = {"h": _spell, "K": _temperature, "1": _share}
    if image.name == "hillshade":
        return Look(_map("gray"), Normalize(0.0, 1.0), "brightness", has_relief=False)
    if "slope" in image.name:
        return Look(_map("YlOrBr"), Normalize(0.0, 30.0), "degrees", extend="max")
    return kinds.get(image.unit, _plain)(image)


def _share(image: MapImage) -> Look:
    if not image.name.endswith("fraction"):
        return _count(image) if _is_whole(image.values) else _plain(image)
    name = "inferno" if image.name.startswith("sun") else "viridis"
    words = "% of time" if not image.name.startswith("sky") else "%"
    words = words if "mean" not in image.name else "% of disc"
    return Look(_map(name), Normalize(0.0, 100.0), words, 100.0)


def _count(image: MapImage) -> Look:
    known = _known(image.values)
    low, high = (int(known.min()), int(known.max())) if known.size else (0, 1)
    edges = np.arange(low, high + 2) - 0.5
    every = max(1, (high - low) // 8)
    ticks = tuple((float(k), str(k)) for k in range(low, high + 1, every))
    colours = _map("viridis").resampled(len(edges) - 1)
    return Look(colours, BoundaryNorm(edges, len(edges) - 1), "number", ticks=ticks)


def _spell(image: MapImage) -> Look:
    known = _known(image.values)
    known = known[known > 0.0]
    low, high = (known.min(), known.max()) if known.size else (1.0, 1000.0)
    low, high = max(low, 1.0), max(high, 10.0)
    if high < 4.0 * low:
        low = high / 4.0
    ticks = tuple(t for t in _HOUR_TICKS if low * 0.999 <= t[0] <= high * 1.001)
    every = max(1, -(-len(ticks) // 9))
    name = "magma_r" if "light" not in image.name else "magma"
    return Look(_map(name), LogNorm(low, high), "duration", ticks=ticks[::every])


def _temperature(image: MapImage) -> Look:
    low, high = _span(image.values)
    return Look(_map("plasma"), Normalize(low, high), "K", extend="both")


def _plain(image: MapImage) -> Look:
    low, high = _span(image.values)
    unit = {"deg": "degrees", "1": "number", "d": "days", "": "value"}.get(image.unit, image.unit)
    name = "RdYlBu_r" if image.name == "elevation_m" else "cividis"
    return Look(_map(name), Normalize(low, high), unit, extend="both")


def _shadow(image: MapImage) -> Look:
    colours = ListedColormap(["#D6D6D6", SHADOW])
    return Look(colours, BoundaryNorm([-0.5, 0.5, 1.5], 2), classes=((SHADOW, image.title),))


def _classes(image: MapImage) -> Look:
    found = np.unique(_known(image.values)).astype(int)
    if found.size == 0 or found.size > _LEAST_CLASSES_SHOWN:
        return _plain(image)
    count = len(_CLASS_COLOURS)
    colours = [_CLASS_COLOURS[k % count] for k in found.tolist()]
    edges = np.concatenate([[found[0] - 0.5], found + 0.5])
    words: dict[Any, str] = dict(_CLASS_WORDS.get(image.name, {}))
    pairs = zip(colours, found.tolist(), strict=True)
    legend = tuple((colour, words.get(k, str(k))) for colour, k in pairs)
    return Look(ListedColormap(colours), BoundaryNorm(edges, len(colours)), classes=legend)


def _map(name: str) -> Colormap:
    return mpl.colormaps[name]


def _known(values: NDArray[Any]) -> FloatArray:
    numbers = np.asarray(values, dtype=np.float64).ravel()
    return numbers[np.isfinite(numbers)]


def _is_whole(values: NDArray[Any]) -> bool:
    known = _known(values)
    return bool((known == np.round(known)).all())


def _span(values: NDArray[Any]) -> tuple[float, float]:
    known = _known(values)
    if known.size == 0:
        return 0.0, 1.0
    low, high = (float(x) for x in np.percentile(known, [0.5, 99.5]))
    if high - low <= 1e-9 * max(abs(low), abs(high), 1.0):
        return low - 0.5, high + 0.5
    return low, high
