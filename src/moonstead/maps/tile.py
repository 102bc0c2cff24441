"""All layers of one tile of a map."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.environment.illumination.clock import SkyClock
from moonstead.environment.illumination.maps import LightMap, light_map
from moonstead.environment.regolith.sun_table import SunTable
from moonstead.environment.sweep.elevation import COUNTS_PER_DEG, NO_COUNT
from moonstead.environment.sweep.horizons import HorizonMap, Window, sweep_horizons
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.relief import Gradient, gradient, hillshade, roughness_m
from moonstead.environment.terrain.traverse import Ground, VehicleLimits, traversability
from moonstead.maps.band import TerrainErrors, light_band_layers
from moonstead.maps.followed import Followed, relay_layers
from moonstead.maps.plan import MapPlan, Sheet, terrain_of
from moonstead.maps.products import Product
from moonstead.maps.thermal import map_temperatures_k
from moonstead.units import DAY_S

SingleArray = NDArray[np.float32]

ROUGHNESS_PX = 5
_BORDER_PX = ROUGHNESS_PX
_LIGHT_DEG = (315.0, 35.0)


@dataclass(frozen=True, slots=True, eq=False)
class Sky:
    """What stands over a map, sampled once for all its tiles.

    Parameters
    ----------
    clock
        Sun and Earth over the span; None where no layer needs them.
    by
        Parts of the span to tell apart: "", "month" or "year".
    sun
        The Sun over the years of the temperatures; None where no layer needs it.
    relay
        The relay that is followed; None where no layer needs it.
    """

    clock: SkyClock | None
    by: str
    sun: SunTable | None
    relay: Followed | None


@dataclass(frozen=True, slots=True)
class TileTask:
    """What all tiles of a map have in common.

    Parameters
    ----------
    n_directions, height_m
        As in `sweep_horizons`.
    vehicle
        Limits that the ground is sorted by.
    errors
        Of the terrain, for the group ``band``.
    """

    n_directions: int
    height_m: float
    vehicle: VehicleLimits
    errors: TerrainErrors


def compute_tile(
    plan: MapPlan,
    tile: Window,
    products: Sequence[Product],
    sky: Sky,
    task: TileTask,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[dict[str, SingleArray], HorizonMap | None]:
    """Compute the layers of a tile.

    Parameters
    ----------
    plan, tile
        The map, and one of its tiles.
    products
        The layers wanted.
    sky
        Sun and Earth.
    task
        How.
    progress
        As in `sweep_horizons`.

    Returns
    -------
    (dict of str to ndarray, HorizonMap or None)
        Layers of shape (rows, columns), by name, the elevation always among them, NaN where there
        is no data; and the horizons, where a layer needed them.
    """
    wanted = {product.name for product in products}
    groups = {product.group for product in products}
    layers, inside = terrain_of(plan, tile)
    found: dict[str, SingleArray] = {}
    slopes, relief = _relief(layers[0], inside, task.vehicle)
    horizons = None
    found |= relief
    if groups - {"relief"}:
        horizons = sweep_horizons(layers, task.n_directions, task.height_m, inside, progress)
        found |= _horizon_layers(horizons)
        if sky.clock is not None:
            found |= _light_layers(light_map(horizons, sky.clock, sky.by), sky.clock.t_s[0])
        if "band" in groups and sky.clock is not None:
            look = task.n_directions, task.height_m
            found |= light_band_layers(layers, inside, look, sky.clock, task.errors)
        if sky.relay is not None:
            found |= relay_layers(horizons, sky.relay)
        if sky.sun is not None:
            names = ("lowest", "mean", "highest")
            kelvin = map_temperatures_k(horizons, slopes, sky.sun).astype(np.float32)
            found |= {f"{name}_temperature_k": kelvin[k] for k, name in enumerate(names)}
            found["ice_depth_temperature_k"] = kelvin[3]
    kept = {
        name: values
        for name, values in found.items()
        if name in wanted or name == "elevation_m" or _is_part(name, wanted)
    }
    return kept, horizons


def _is_part(name: str, wanted: set[str]) -> bool:
    """Tell whether a layer is one of a month or a year of a wanted one."""
    whole, _, part = name.rpartition("_")
    return part.isdigit() and whole in wanted


def _relief(
    terrain: Terrain, inside: Window, vehicle: VehicleLimits
) -> tuple[Gradient, dict[str, SingleArray]]:
    rows, columns = terrain.heights_m.shape
    row_0, column_0 = max(inside.row - _BORDER_PX, 0), max(inside.column - _BORDER_PX, 0)
    row_1 = min(inside.row + inside.rows + _BORDER_PX, rows)
    column_1 = min(inside.column + inside.columns + _BORDER_PX, columns)
    around = Sheet(terrain).window(row_0, row_1, column_0, column_1)
    part = (
        slice(inside.row - row_0, inside.row - row_0 + inside.rows),
        slice(inside.column - column_0, inside.column - column_0 + inside.columns),
    )
    whole = gradient(around)
    slopes = Gradient(whole.right[part], whole.up[part])
    found = {"elevation_m": around.heights_m[part], "slope_deg": slopes.slope_deg}
    found["hillshade"] = hillshade(around, *_LIGHT_DEG)[part]
    if min(around.heights_m.shape) >= ROUGHNESS_PX:
        found["roughness_m"] = roughness_m(around, ROUGHNESS_PX * terrain.pixel_m)[part]
        ground = traversability(around, vehicle).ground[part]
        found["traversability"] = np.where(ground == Ground.UNKNOWN, np.nan, ground)
    else:  # too small for the window that a plane is fitted in
        for name in ("roughness_m", "traversability"):
            found[name] = np.full(slopes.slope_deg.shape, np.nan, np.float32)
    found = {name: values.astype(np.float32) for name, values in found.items()}
    return slopes, found


def _horizon_layers(horizons: HorizonMap) -> dict[str, SingleArray]:
    missing = horizons.counts[0] == NO_COUNT
    highest = np.full(missing.shape, -np.inf, np.float32)
    hidden = np.zeros(missing.shape, np.float64)
    for direction in range(len(horizons.counts)):
        elevation_deg = horizons.counts[direction] / np.float32(COUNTS_PER_DEG)
        np.maximum(highest, elevation_deg, out=highest)
        hidden += np.sin(np.radians(np.maximum(elevation_deg, 0.0)))
    sky = (1.0 - hidden / len(horizons.counts)).astype(np.float32)
    highest[missing], sky[missing] = np.nan, np.nan
    return {"highest_horizon_deg": highest, "sky_fraction": sky}


def _light_layers(light: LightMap, start_t_s: float) -> dict[str, SingleArray]:
    sun, earth = light.sun, light.earth
    shadow = np.where(np.isnan(sun.any_fraction), np.nan, sun.any_fraction == 0.0)
    found: dict[str, NDArray[Any]] = {
        "sun_any_fraction": sun.any_fraction,
        "sun_mean_fraction": sun.mean_fraction,
        "longest_dark_h": sun.longest_absence_h,
        "longest_light_h": sun.longest_presence_h,
        "light_seasons": sun.seasons,
        "longest_season_months": sun.longest_season_months,
        "longest_season_start_day": (sun.longest_season_t_s - start_t_s) / DAY_S,
        "permanent_shadow": shadow,
        "earth_any_fraction": earth.any_fraction,
        "earth_mean_fraction": earth.mean_fraction,
        "longest_earth_absence_h": earth.longest_absence_h,
        "sun_and_earth_fraction": light.together_fraction,
    }
    parts = {}
    for k, name in enumerate(light.parts):
        parts[f"sun_any_fraction_{name}"] = sun.parts_fraction[k]
        parts[f"earth_any_fraction_{name}"] = earth.parts_fraction[k]
    return {name: values.astype(np.float32) for name, values in (found | parts).items()}
