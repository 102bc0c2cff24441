"""A site on the user's own terrain: its horizon, its ground and how sure its light is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from moonstead.cli.places import is_number, is_place, parse_place
from moonstead.cli.sky import DEFAULT_HEIGHT_M
from moonstead.cli.terrain_files import find_terrain
from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.horizon import compute_horizon
from moonstead.environment.profile import FloatArray, HorizonProfile
from moonstead.environment.site import Site
from moonstead.environment.terrain.nested import files_of, layers_around
from moonstead.environment.terrain.raster import Terrain, ground_elevation_m
from moonstead.environment.terrain.relief import roughness_m, slope_deg
from moonstead.environment.terrain.write import SYNTHETIC
from moonstead.environment.uncertainty import (
    HeightError,
    disturbed_horizons,
    light_band,
    usual_error,
)
from moonstead.errors import InputError, Problem

SLOPE_PIXELS = 2
ROUGHNESS_PIXELS = 5
_PATCH = 5  # pixels to either side of the site


@dataclass(frozen=True, slots=True, eq=False)
class OwnTerrain:
    """A site on terrain from files.

    Parameters
    ----------
    profile
        Its horizon.
    layers
        The terrain, fine to coarse.
    """

    profile: HorizonProfile
    layers: tuple[Terrain, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """Horizons of disturbed terrain.

    Parameters
    ----------
    errors
        Of the layers.
    height_sigma_m
        Of the mast.
    horizons_deg
        Shape (members, azimuths).
    """

    errors: tuple[HeightError, ...]
    height_sigma_m: float
    horizons_deg: FloatArray


def place_of(words: Sequence[str], height_m: float | None) -> Site | None:
    """Read ``LAT LON`` or ``LAT,LON[,HEIGHT]``; None where the words are one name.

    Raises
    ------
    InputError
        Where it cannot be read, or the height is given twice.
    """
    if len(words) == 1 and not is_place(words[0]):
        if is_number(words[0]):
            raise InputError(Problem("site", "", words[0], "a latitude; add the longitude"))
        return None
    text = ",".join(words)
    if height_m is not None and text.count(",") > 1:
        remedy = "the height is in the place already; give it once"
        raise InputError(Problem("--height", "", f"{height_m:g}", remedy))
    site = parse_place(text, DEFAULT_HEIGHT_M if height_m is None else height_m)
    ns, ew = "S" if site.latitude_deg < 0.0 else "N", "E"
    return replace(site, name=f"{abs(site.latitude_deg):g}{ns}-{site.longitude_deg:g}{ew}")


def stand_on(site: Site, dems: Sequence[str], crs: str | None, unit: str | None) -> OwnTerrain:
    """Put a site on the ground of elevation models, and compute its horizon.

    Parameters
    ----------
    site
        Its ground elevation is replaced.
    dems, crs, unit
        As in `find_terrain`.

    Raises
    ------
    InputError
        Where the files are wrong, or the place is outside of them.
    """
    layers = layers_around(find_terrain(dems, crs, unit), site.latitude_deg, site.longitude_deg)
    ground_m = ground_elevation_m(layers, site.latitude_deg, site.longitude_deg)
    site = replace(site, ground_elevation_m=round(ground_m, 3))
    profile = replace(compute_horizon(site, layers), source=files_of(layers))
    return OwnTerrain(profile, layers)


def ground_of(own: OwnTerrain) -> dict[str, Any]:
    """Return slope and roughness of the ground at a site; None where the map's edge is too near."""
    site = own.profile.site
    for layer in own.layers:
        patch = _patch(layer, site)
        if patch is not None:
            break
    else:
        return dict.fromkeys(
            ("pixel_m", "slope_deg", "slope_baseline_m", "roughness_m", "roughness_window_m")
        )
    middle = tuple(size // 2 for size in patch.heights_m.shape)
    window_m = ROUGHNESS_PIXELS * patch.pixel_m
    return {
        "pixel_m": patch.pixel_m,
        "slope_deg": _known(slope_deg(patch)[middle]),
        "slope_baseline_m": SLOPE_PIXELS * patch.pixel_m,
        "roughness_m": _known(roughness_m(patch, window_m)[middle]),
        "roughness_window_m": window_m,
    }


def is_synthetic(profile: HorizonProfile) -> bool:
    """Tell whether a horizon is that of terrain which was made up."""
    return any(SYNTHETIC in file.product for file in profile.source)


def horizon_of(profile: HorizonProfile) -> dict[str, Any]:
    """Return what a horizon amounts to."""
    highest, lowest = int(profile.elevation_deg.argmax()), int(profile.elevation_deg.argmin())
    return {
        "lowest_deg": float(profile.elevation_deg[lowest]),
        "lowest_azimuth_deg": float(profile.azimuth_deg[lowest]),
        "highest_deg": float(profile.elevation_deg[highest]),
        "highest_azimuth_deg": float(profile.azimuth_deg[highest]),
        "mean_deg": float(profile.elevation_deg.mean()),
    }


def ensemble_of(
    own: OwnTerrain, members: int, wrong: tuple[float | None, float | None, float]
) -> Ensemble:
    """Return the horizons of an ensemble, always the same one.

    Parameters
    ----------
    own
        The site.
    members
        Of the ensemble.
    wrong
        Deviation and correlation length of the finest terrain (None for what is usual at its
        pixel) and deviation of the mast's height, m.
    """
    sigma_m, correlation_m, height_sigma_m = wrong
    errors = [usual_error(layer.pixel_m) for layer in own.layers]
    errors[0] = HeightError(
        errors[0].sigma_m if sigma_m is None else sigma_m,
        errors[0].correlation_m if correlation_m is None else correlation_m,
    )
    horizons_deg = disturbed_horizons(
        own.profile, own.layers, errors, height_sigma_m, members, np.random.default_rng(0)
    )
    return Ensemble(tuple(errors), height_sigma_m, horizons_deg)


def band_of(
    own: OwnTerrain, ensemble: Ensemble, ephemeris: Ephemeris, grid: tuple[float, float, int]
) -> dict[str, Any]:
    """Return the band of light and Earth, with what it rests on.

    Parameters
    ----------
    own, ensemble
        The site and its horizons.
    ephemeris
        Of Sun and Earth.
    grid
        Start (t_s), step (s) and count of the samples.
    """
    sun = ephemeris.track(own.profile.site, "sun", *grid)
    earth = ephemeris.track(own.profile.site, "earth", *grid)
    return {
        **asdict(light_band(own.profile, ensemble.horizons_deg, sun, earth)),
        "height_sigma_m": ensemble.height_sigma_m,
        "layers": [
            {"file": layer.file.name, "pixel_m": layer.pixel_m, **asdict(error)}
            for layer, error in zip(own.layers, ensemble.errors, strict=True)
        ],
    }


def _patch(layer: Terrain, site: Site) -> Terrain | None:
    """Return the pixels around a site with the site's own in the middle; None beside the layer."""
    column, row = layer.pixels(np.array([site.latitude_deg]), np.array([site.longitude_deg]))
    if not np.isfinite([column[0], row[0]]).all():
        return None
    j, i = round(float(column[0])), round(float(row[0]))
    rows, columns = layer.heights_m.shape
    if not (_PATCH <= i < rows - _PATCH and _PATCH <= j < columns - _PATCH):
        return None
    heights_m = layer.heights_m[i - _PATCH : i + _PATCH + 1, j - _PATCH : j + _PATCH + 1]
    if np.isnan(heights_m[_PATCH, _PATCH]):
        return None
    shift = np.array([[0.0, 0.0, j - _PATCH], [0.0, 0.0, i - _PATCH]])
    return replace(layer, heights_m=heights_m, columns_rows=layer.columns_rows - shift)


def _known(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
