"""The best sites of a map by weighted criteria, and why they are the best.

A pixel's score is the mean of its scaled criteria (:mod:`moonstead.maps.criteria`) by weight. Sites
are local maxima of the score: no neighbour is better, and no better site is nearer than stated.
How much a place in the list depends on the weights is told by trying all sets of weights in which
each is 20 % lower, as it is or 20 % higher.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.ndimage import maximum_filter

from moonstead.environment.profile import FloatArray
from moonstead.environment.terrain.grid import places_of
from moonstead.errors import InputError, Problem
from moonstead.maps.criteria import CRITERIA, SHADOW_DISTANCE, Criterion
from moonstead.maps.image import MapImage
from moonstead.maps.nearness import arc_m, directions, shadow_distance
from moonstead.spec import suggest

SHADOW = "permanent_shadow"
VARIED = 0.2
"""Share by which weights are varied."""
_POOL = 3  # so many times the sites asked for compete when weights vary


@dataclass(frozen=True, slots=True)
class Limit:
    """What a site must keep to; a pixel without a value does not.

    Parameters
    ----------
    layer
        Of the map.
    least, most
        Both allowed.
    """

    layer: str
    least: float = -np.inf
    most: float = np.inf


@dataclass(frozen=True, slots=True)
class Judged:
    """One criterion at one site.

    Parameters
    ----------
    criterion, layer, unit
        Names.
    value
        Of the layer there.
    scaled
        0 to 1.
    weight
        Share of all weights.
    contribution
        To the score: `scaled` times `weight`.
    """

    criterion: str
    layer: str
    unit: str
    value: float
    scaled: float
    weight: float
    contribution: float


@dataclass(frozen=True, slots=True)
class RankedSite:
    """A site of a map.

    Parameters
    ----------
    rank
        From 1, the best.
    latitude_deg, longitude_deg
        Planetocentric, of the pixel's centre.
    row, column
        Of the map.
    score
        0 to 1.
    judged
        Why: the contributions add up to the score.
    keeps_place_fraction, stays_listed_fraction
        Of all sets of varied weights: how often it has the same rank, and how often it is among
        the sites asked for, against three times as many candidates.
    """

    rank: int
    latitude_deg: float
    longitude_deg: float
    row: int
    column: int
    score: float
    judged: tuple[Judged, ...]
    keeps_place_fraction: float
    stays_listed_fraction: float


def rank_sites(
    images: Mapping[str, MapImage],
    weights: Mapping[str, float],
    *,
    apart_m: float = 2000.0,
    limits: Sequence[Limit] = (),
    count: int = 10,
) -> tuple[RankedSite, ...]:
    """Find the best sites of a map.

    Parameters
    ----------
    images
        Layers by name, on one raster. The distance to permanent shadow is computed where it is
        wanted and only the shadow is there.
    weights
        By name of `CRITERIA`; only their ratios count.
    apart_m
        Least distance between sites, along the sphere.
    limits
        What all sites keep to.
    count
        Of sites, at most.

    Returns
    -------
    tuple of RankedSite
        Best first; empty where nothing keeps to the limits. Sites of the same score come in the
        order of rows and columns.

    Raises
    ------
    InputError
        For a criterion that does not exist, a layer that is missing or on another raster, weights
        that are negative or all zero, a distance or count that is none.
    """
    used = _checked(images, weights, limits, apart_m, count)
    layers = {name: _layer(images, name) for name in _names(used, limits)}
    first = next(iter(layers.values()))
    _check_one_raster(layers)
    share = np.array([weights[c.name] for c in used]) / sum(weights[c.name] for c in used)
    values = {name: np.asarray(image.values, dtype=np.float64) for name, image in layers.items()}
    score = np.zeros(first.values.shape)
    for criterion, part in zip(used, share, strict=True):
        score += part * criterion.scaled(values[criterion.layer])
    allowed = np.isfinite(score)
    for limit in limits:
        allowed &= (values[limit.layer] >= limit.least) & (values[limit.layer] <= limit.most)
    score = np.where(allowed, score, -np.inf)
    pool = _maxima(first, score, apart_m, _POOL * count)
    found = np.array([[values[c.layer][place] for c in used] for place in pool])
    found = found.reshape(len(pool), len(used))
    scaled = np.array([c.scaled(found[:, i]) for i, c in enumerate(used)]).T
    kept, listed = _stability(scaled, share, count)
    return tuple(
        RankedSite(
            rank=i + 1,
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            row=place[0],
            column=place[1],
            score=float(scaled[i] @ share),
            judged=tuple(
                Judged(
                    c.name, c.layer, c.unit, float(found[i, k]), float(scaled[i, k]),
                    float(share[k]), float(scaled[i, k] * share[k]),
                )
                for k, c in enumerate(used)
            ),
            keeps_place_fraction=float(kept[i]),
            stays_listed_fraction=float(listed[i]),
        )
        for i, place in enumerate(pool[:count])
        for latitude_deg, longitude_deg in [_place_deg(first, place)]
    )  # fmt: skip


def needed_layers(weights: Mapping[str, float], limits: Sequence[Limit] = ()) -> tuple[str, ...]:
    """Return the names of the layers that weights and limits are about.

    Raises
    ------
    InputError
        For a criterion that does not exist.
    """
    _check_names(weights)
    return _names([CRITERIA[name] for name, weight in weights.items() if weight > 0.0], limits)


def _names(used: Sequence[Criterion], limits: Sequence[Limit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([c.layer for c in used] + [limit.layer for limit in limits]))


def _layer(images: Mapping[str, MapImage], name: str) -> MapImage:
    if name == SHADOW_DISTANCE and name not in images:
        return shadow_distance(images[SHADOW])
    return images[name]


def _maxima(
    image: MapImage, score: FloatArray, apart_m: float, count: int
) -> list[tuple[int, int]]:
    """Return rows and columns of the best local maxima that are apart, best first."""
    is_top = (score == maximum_filter(score, size=3, mode="nearest")) & np.isfinite(score)
    rows, columns = np.nonzero(is_top)
    ways = directions(image, rows, columns)
    left = score[rows, columns]
    chosen: list[tuple[int, int]] = []
    while len(chosen) < count and np.isfinite(left).any():
        best = int(np.argmax(left))
        chosen.append((int(rows[best]), int(columns[best])))
        left[arc_m(ways, ways[:, best, np.newaxis]) < apart_m] = -np.inf
        left[best] = -np.inf
    return chosen


def _stability(scaled: FloatArray, share: FloatArray, count: int) -> tuple[FloatArray, FloatArray]:
    """Return how often candidates keep their place, and how often they are among the first."""
    own = np.arange(len(scaled))
    kept, listed, trials = np.zeros(len(scaled)), np.zeros(len(scaled)), 0
    for factors in product((1.0 - VARIED, 1.0, 1.0 + VARIED), repeat=len(share)):
        varied = share * np.array(factors)
        order = np.argsort(-np.round(scaled @ varied / varied.sum(), 12), kind="stable")
        place = np.empty_like(own)
        place[order] = own
        kept += place == own
        listed += place < count
        trials += 1
    return kept / trials, listed / trials


def _place_deg(image: MapImage, place: tuple[int, int]) -> tuple[float, float]:
    row, column = (np.array([float(x)]) for x in place)
    latitude_deg, longitude_deg = places_of(image.crs, image.columns_rows, column, row)
    return float(latitude_deg[0]), float(longitude_deg[0] % 360.0)


def _checked(
    images: Mapping[str, MapImage],
    weights: Mapping[str, float],
    limits: Sequence[Limit],
    apart_m: float,
    count: int,
) -> list[Criterion]:
    """Return the criteria in use."""
    _check_names(weights)
    problems = [
        Problem("weights", name, f"{weight:g}", "write 0 or more")
        for name, weight in weights.items()
        if not 0.0 <= weight < np.inf
    ]
    used = [CRITERIA[name] for name, weight in weights.items() if weight > 0.0]
    if not used:
        problems.append(Problem("weights", "", "", "give at least one criterion a weight"))
    for name in _names(used, limits):
        if name not in images and not (name == SHADOW_DISTANCE and SHADOW in images):
            wanted = f"{name} or {SHADOW}" if name == SHADOW_DISTANCE else name
            remedy = f"the map has no such layer; add it with `moonstead map {wanted.split()[-1]}`"
            problems.append(Problem("layers", wanted, "", remedy))
    if not apart_m >= 0.0:
        problems.append(Problem("apart_m", "", f"{apart_m:g}", "write 0 m or more"))
    if count < 1:
        problems.append(Problem("count", "", str(count), "ask for one site or more"))
    if problems:
        raise InputError(problems)
    return used


def _check_names(weights: Mapping[str, float]) -> None:
    problems = [
        Problem("weights", name, "", f"no such criterion; {suggest(name, list(CRITERIA))}")
        for name in weights
        if name not in CRITERIA
    ]
    if problems:
        raise InputError(problems)


def _check_one_raster(layers: Mapping[str, MapImage]) -> None:
    first = next(iter(layers.values()))
    problems = [
        Problem("layers", name, "", f"is not on the raster of {first.name}; map both at once")
        for name, image in layers.items()
        if image.values.shape != first.values.shape
        or not np.allclose(image.columns_rows, first.columns_rows, rtol=1e-9, atol=1e-6)
        or image.crs != first.crs
    ]
    if problems:
        raise InputError(problems)
