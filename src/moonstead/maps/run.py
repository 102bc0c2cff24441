"""Making a map: tile by tile, so that a stopped one goes on where it was."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any

import numpy as np

from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.illumination.clock import sky_clock
from moonstead.environment.profile import FloatArray, TerrainFile
from moonstead.environment.regolith.sun_table import sun_table
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.traverse import VehicleLimits
from moonstead.environment.terrain.windows import Raster
from moonstead.environment.timescale import iso_utc
from moonstead.errors import InputError, Problem
from moonstead.maps.archive import write_horizons
from moonstead.maps.band import TerrainErrors
from moonstead.maps.followed import Followed
from moonstead.maps.image import MapImage
from moonstead.maps.plan import Area, MapPlan, plan_map
from moonstead.maps.products import KNOWN, Product
from moonstead.maps.tile import Sky, TileTask, compute_tile
from moonstead.record.files import read_json, write_atomically, write_json
from moonstead.units import HOUR_S, JULIAN_YEAR_S
from moonstead.version import VERSION, code_sha256

MEMORY_BYTES = 1.5e9
"""For the horizons of a tile."""
VEHICLE = VehicleLimits(slope_deg=20.0, step_m=1e6, roughness_m=1e6)
"""A rover's slope; steps and roughness are not limited, as they depend on the pixel."""
ERRORS = TerrainErrors()
_TEMPERATURE_STEP_S = 4.0 * HOUR_S
_TEMPERATURE_YEARS = 1.0
_REQUEST, _TILES, _LOCK, _GROUND = "request.json", "tiles", ".lock", "elevation_m"
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class MapRequest:
    """What is asked of a map.

    Parameters
    ----------
    area
        Where.
    products
        Which layers.
    height_m
        Of the observers above the ground.
    n_directions
        Of the horizons.
    start_t_s, years
        Span of light and Earth: TDB seconds past J2000, Julian years.
    by
        Parts of the span to tell apart: "", "month" or "year".
    memory_bytes
        For the horizons of one tile.
    vehicle
        Limits of the vehicle that the ground is sorted by.
    keeps_horizons
        Also write the horizons of every tile; see `write_horizons`.
    relay
        For the layers of the group ``relay``.
    errors
        Of the terrain, for the layers of the group ``band``.
    """

    area: Area
    products: tuple[Product, ...]
    height_m: float
    n_directions: int
    start_t_s: float
    years: float
    by: str = ""
    memory_bytes: float = MEMORY_BYTES
    vehicle: VehicleLimits = VEHICLE
    keeps_horizons: bool = False
    relay: Followed | None = None
    errors: TerrainErrors = ERRORS


@dataclass(frozen=True, slots=True, eq=False)
class MadeMap:
    """A map whose tiles are all computed.

    Parameters
    ----------
    plan, request
        What it is.
    source
        Terrain files, fine to coarse.
    tiles
        The folder of the tiles.
    """

    plan: MapPlan
    request: MapRequest
    source: tuple[TerrainFile, ...]
    tiles: Path

    @property
    def names(self) -> tuple[str, ...]:
        """The layers asked for; with a part of the span at the end of those told apart by it."""
        with np.load(_tile_path(self.tiles, 0)) as first:
            held = first.files
        return tuple(
            name
            for product in self.request.products
            for name in held
            if _product_of(name)[0] == product
        )

    def image(self, name: str) -> MapImage:
        """Put the tiles of a layer together."""
        window = self.plan.window
        values = np.full((window.rows, window.columns), np.nan, np.float32)
        for k, tile in enumerate(self.plan.tiles):
            row, column = tile.row - window.row, tile.column - window.column
            with np.load(_tile_path(self.tiles, k)) as held:
                values[row : row + tile.rows, column : column + tile.columns] = held[name]
        product, part = _product_of(name)
        return MapImage(
            name=name,
            title=f"{product.title}, {part}" if part else product.title,
            unit=product.unit,
            values=values,
            crs=self.plan.own.crs,
            columns_rows=self._columns_rows(),
            pixel_m=self.plan.own.pixel_m,
            source=self.source,
            note=_note(product, self.request),
        )

    def terrain(self) -> Terrain:
        """Return the ground of the map."""
        heights_m = self.image(_GROUND).values
        plan = self.plan
        return Terrain(
            heights_m, plan.own.pixel_m, self.source[0], plan.own.crs, self._columns_rows()
        )

    def discard_tiles(self) -> None:
        """Remove the tiles and the lock."""
        for path in sorted(self.tiles.glob("*")):
            path.unlink()
        self.tiles.rmdir()
        (self.tiles.parent / _LOCK).unlink(missing_ok=True)

    def _columns_rows(self) -> FloatArray:
        shifted = self.plan.own.columns_rows.copy()
        shifted[:, 2] -= [self.plan.window.column, self.plan.window.row]
        return shifted


def make_map(
    rasters: Sequence[Raster],
    request: MapRequest,
    ephemeris: Ephemeris,
    folder: Path,
    progress: Progress,
) -> MadeMap:
    """Compute a map, or what is left of it.

    Parameters
    ----------
    rasters
        Fine to coarse.
    request
        What is asked.
    ephemeris
        Of Sun and Earth.
    folder
        For finished tiles; made where it is missing.
    progress
        Called with the share done and what is being done.

    Returns
    -------
    MadeMap

    Raises
    ------
    InputError
        Where the folder holds another map, or is in use, or the request cannot be met.
    RangeError
        Outside the terrain or the ephemeris.
    """
    plan = plan_map(rasters, request.area, request.n_directions, request.memory_bytes)
    sky = _sky(request, ephemeris)
    folder.mkdir(parents=True, exist_ok=True)
    with _exclusive(folder):
        _claim(folder, _fingerprint(rasters, request))
        tiles = folder / _TILES
        tiles.mkdir(exist_ok=True)
        for k in range(len(plan.tiles)):
            if not _tile_path(tiles, k).exists():
                _compute(plan, k, request, sky, tiles, progress)
    progress(1.0, "computed")
    return MadeMap(plan, request, tuple(raster.file for raster in rasters), tiles)


def _compute(
    plan: MapPlan, k: int, request: MapRequest, sky: Sky, tiles: Path, progress: Progress
) -> None:
    count = len(plan.tiles)

    def told(done: int, total: int) -> None:
        progress((k + done / total) / count, f"tile {k + 1} of {count}")

    told(0, 1)
    layers, horizons = compute_tile(
        plan, plan.tiles[k], request.products, sky, _task(request), told
    )
    if request.keeps_horizons and horizons is not None:
        write_horizons(horizons, tiles.parent / "horizons" / f"tile-{k:04d}.zarr")
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, values in layers.items():
            member = io.BytesIO()
            np.save(member, values)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
    write_atomically(_tile_path(tiles, k), held.getvalue())


def _task(request: MapRequest) -> TileTask:
    return TileTask(request.n_directions, request.height_m, request.vehicle, request.errors)


def _tile_path(tiles: Path, k: int) -> Path:
    return tiles / f"tile-{k:04d}.npz"


def _sky(request: MapRequest, ephemeris: Ephemeris) -> Sky:
    groups = {product.group for product in request.products}
    clock = None
    if groups & {"light", "earth", "band"}:
        end_t_s = request.start_t_s + request.years * JULIAN_YEAR_S
        pole = 1 if request.area.latitude_deg > 0.0 else -1
        clock = sky_clock(ephemeris, request.start_t_s, end_t_s, pole)
    sun = None
    if "temperature" in groups:
        count = round(_TEMPERATURE_YEARS * JULIAN_YEAR_S / _TEMPERATURE_STEP_S)
        sun = sun_table(ephemeris, request.start_t_s, _TEMPERATURE_STEP_S, count)
    relay = None
    if "relay" in groups:
        if request.relay is None:
            raise InputError(Problem("--relay", "", "", "layers of a relay need one; name it"))
        relay = request.relay
    return Sky(clock, request.by, sun, relay)


def _product_of(name: str) -> tuple[Product, str]:
    if name in KNOWN:
        return KNOWN[name], ""
    whole, _, part = name.rpartition("_")
    return KNOWN[whole], part if len(part) == len("2035") else f"month {int(part)}"


def _note(product: Product, request: MapRequest) -> str:
    if product.name == "traversability":
        limits = request.vehicle
        return f"1 go, 3 steep (over {limits.slope_deg:g} deg), 4 rough, 5 step, 0 unknown"
    if product.group == "relief":
        return ""
    above = f"{request.height_m:g} m above ground, {request.n_directions} directions"
    if product.group == "horizon":
        return above
    if product.group == "relay" and request.relay is not None:
        return f"{request.relay.words}; from {iso_utc(request.start_t_s)[:10]}, {above}"
    years = _TEMPERATURE_YEARS if product.group == "temperature" else request.years
    begin = iso_utc(request.start_t_s)[:10]
    end = iso_utc(request.start_t_s + years * JULIAN_YEAR_S)[:10]
    band = f"; {request.errors.members} disturbed terrains" if product.group == "band" else ""
    return f"{begin} to {end}, {above}; eclipses not counted{band}"


def _fingerprint(rasters: Sequence[Raster], request: MapRequest) -> dict[str, Any]:
    asked = asdict(replace(request, relay=None))
    asked["relay"] = None if request.relay is None else request.relay.told()
    asked["products"] = [product.name for product in request.products]
    asked["terrain"] = [asdict(raster.file) for raster in rasters]
    asked["moonstead"], asked["code"] = VERSION, code_sha256()
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    return {"asked": asked, "sha256": digest}


def _claim(folder: Path, wanted: dict[str, Any]) -> None:
    path = folder / _REQUEST
    if not path.exists():
        write_json(path, wanted)
        return
    found = read_json(path)
    if found.get("sha256") == wanted["sha256"]:
        return
    asked = found.get("asked", {})
    differing = sorted(k for k in wanted["asked"] if asked.get(k) != wanted["asked"][k])
    remedy = f"holds a map made with another {', '.join(differing)}; choose another folder"
    raise InputError(Problem("--out", "", str(folder), remedy))


@contextmanager
def _exclusive(folder: Path) -> Iterator[None]:
    with (folder / _LOCK).open("ab") as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except OSError:
            remedy = "another map is being made there; wait for it or choose another folder"
            raise InputError(Problem("--out", "", str(folder), remedy)) from None
        yield
