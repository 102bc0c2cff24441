"""Light with uncertainty on maps: an ensemble of disturbed terrains, swept again one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.illumination.clock import SkyClock
from moonstead.environment.illumination.maps import light_map
from moonstead.environment.sweep.horizons import Window, sweep_horizons
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.uncertainty import HeightError, correlated_field_m, usual_error

_QUANTILES = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class TerrainErrors:
    """How wrong the terrain of a map may be.

    Parameters
    ----------
    members
        Of the ensemble.
    sigma_m, correlation_m
        Deviation and correlation length of the finest terrain's error; None for what is usual at
        its pixel, as it is for all coarser terrain: see `usual_error`.
    """

    members: int = 16
    sigma_m: float | None = None
    correlation_m: float | None = None


def light_band_layers(
    layers: Sequence[Terrain],
    inside: Window,
    look: tuple[int, float],
    clock: SkyClock,
    errors: TerrainErrors,
) -> dict[str, NDArray[np.float32]]:
    """Return the layers of the group ``band`` of a tile, by name.

    Parameters
    ----------
    layers, inside
        As in `sweep_horizons`.
    look
        Directions of the horizons, and the observers' height.
    clock
        Of the Sun.
    errors
        Of the terrain.

    Returns
    -------
    dict of str to ndarray
        Quantiles of 5 and 95 % of the time with any part of the Sun. The same tile gives the same
        numbers; neighbouring tiles are drawn apart.
    """
    wrong = [usual_error(layer.pixel_m) for layer in layers]
    wrong[0] = HeightError(
        wrong[0].sigma_m if errors.sigma_m is None else errors.sigma_m,
        wrong[0].correlation_m if errors.correlation_m is None else errors.correlation_m,
    )
    rng = np.random.default_rng((inside.rows, inside.columns))
    found = []
    for _ in range(errors.members):
        disturbed = [_disturbed(*pair, rng) for pair in zip(layers, wrong, strict=True)]
        horizons = sweep_horizons(disturbed, *look, inside)
        found.append(light_map(horizons, clock).sun.any_fraction)
    low, high = np.quantile(found, _QUANTILES, axis=0).astype(np.float32)
    return {"sun_low_fraction": low, "sun_high_fraction": high}


def _disturbed(layer: Terrain, error: HeightError, rng: np.random.Generator) -> Terrain:
    field_m = correlated_field_m(layer.heights_m.shape, layer.pixel_m, error, rng)
    return replace(layer, heights_m=layer.heights_m + field_m)
