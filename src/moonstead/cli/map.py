"""``moonstead map``: layers of light, Earth, horizon, relief and temperature around a place."""

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from moonstead.cli.options import FiniteRange, terrain_options
from moonstead.errors import InputError, Problem

_LONGEST_YEARS = 100.0
_KM_M = 1e3
_WIDEST_KM = 2700.0  # a quarter of the way round the Moon
_GB = 1e9


@click.command("map")
@click.argument("layers", metavar="LAYER[,LAYER...]")
@click.option("--around", required=True, metavar="SITE", help="Name of a site, or LAT,LON.")
@click.option(
    "--radius", "radius_km", type=FiniteRange(0.0, _WIDEST_KM, min_open=True), default=10.0,
    show_default=True, help="From the centre to an edge, km.",
)  # fmt: skip
@terrain_options
@click.option(
    "--height", "height_m", type=FiniteRange(0.0, 1e5), default=2.0, show_default=True,
    help="Of the observers above the ground, m.",
)  # fmt: skip
@click.option("--start", "start_utc", default="2035-01-01", show_default=True, metavar="UTC")
@click.option(
    "--years", type=FiniteRange(0.1, _LONGEST_YEARS), default=18.6, show_default=True,
    help="Julian years of light and Earth.",
)  # fmt: skip
@click.option("--by", type=click.Choice(["month", "year"]), help="Also tell these apart.")
@click.option("--directions", "n_directions", type=click.IntRange(8, 3600), default=360,
              show_default=True, help="Of the horizons.")  # fmt: skip
@click.option("--max-slope", "slope_deg", type=FiniteRange(0.1, 89.0), default=20.0,
              show_default=True, help="Of a vehicle, for traversability, deg.")  # fmt: skip
@click.option("--max-step", "step_m", type=FiniteRange(0.0, min_open=True), default=1e6,
              help="Of a vehicle, m.  [default: any]")  # fmt: skip
@click.option("--max-roughness", "roughness_m", type=FiniteRange(0.0, min_open=True),
              default=1e6, help="Of a vehicle, m.  [default: any]")  # fmt: skip
@click.option(
    "--relay", metavar="ORBIT",
    help="For the layers relay: PERILUNE,APOLUNE,INCLINATION,ARGUMENT (km, deg) or a scenario.",
)  # fmt: skip
@click.option("--relay-mask", "relay_mask_deg", type=FiniteRange(-90.0, 90.0), metavar="DEG",
              help="Its least elevation.  [default: the scenario's, or 5]")  # fmt: skip
@click.option("--members", type=click.IntRange(2, 1000), default=16, show_default=True,
              help="Disturbed terrains, for the layers band.")  # fmt: skip
@click.option("--dem-sigma", "sigma_m", type=FiniteRange(0.0, 1e3), metavar="M",
              help="Error of the finest terrain.  [default: usual for its pixel]")  # fmt: skip
@click.option("--dem-correlation", "correlation_m", type=FiniteRange(0.1, 1e5), metavar="M",
              help="Its correlation length.  [default: 3.2 pixels]")  # fmt: skip
@click.option("--keep-horizons", is_flag=True, help="Also write the horizons (Zarr).")
@click.option("--out", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Where to write.  [default: maps/SITE]")  # fmt: skip
@click.option("--cog", "is_cog", is_flag=True, help="Write cloud-optimised GeoTIFF.")
@click.option("--netcdf", "wants_netcdf", is_flag=True, help="Also write map.nc (CF).")
@click.option("--no-figures", is_flag=True, help="Write no pictures.")
@click.option("--memory", "memory_gb", type=FiniteRange(0.05), default=1.5, show_default=True,
              help="For the horizons of one tile, GB.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def map(  # noqa: A001  the verb's name
    layers: str,
    around: str,
    radius_km: float,
    dems: tuple[str, ...],
    crs: str | None,
    unit: str | None,
    height_m: float,
    start_utc: str,
    years: float,
    by: str | None,
    n_directions: int,
    slope_deg: float,
    step_m: float,
    roughness_m: float,
    relay: str | None,
    relay_mask_deg: float | None,
    members: int,
    sigma_m: float | None,
    correlation_m: float | None,
    keep_horizons: bool,
    out: Path | None,
    is_cog: bool,
    wants_netcdf: bool,
    no_figures: bool,
    memory_gb: float,
    as_json: bool,
) -> None:
    """Map LAYER around a site.

    LAYER is a group (relief, light, earth, horizon, temperature; all of these; relay; band) or one
    layer, such as sun_any_fraction. Each layer becomes a GeoTIFF and a picture in the folder. A map
    that was stopped goes on with its unfinished tiles when the same command is given again.
    """
    from moonstead.cli.dates import parse_date
    from moonstead.cli.targets import target_folder
    from moonstead.cli.terrain_files import find_terrain
    from moonstead.environment.ephemeris import load_ephemeris
    from moonstead.environment.terrain.traverse import VehicleLimits
    from moonstead.maps.band import TerrainErrors
    from moonstead.maps.files import write_files
    from moonstead.maps.plan import Area
    from moonstead.maps.products import chosen_products
    from moonstead.maps.run import MapRequest, make_map

    name, title, latitude_deg, longitude_deg = _centre(around)
    start_t_s, ephemeris = parse_date(start_utc, "--start"), load_ephemeris()
    followed = None
    products = chosen_products([word.strip() for word in layers.split(",")])
    if relay is not None:
        from moonstead.cli.relay import find_relay

        if not any(product.group == "relay" for product in products):
            remedy = "no layer of a relay is asked for; add relay to the layers"
            raise InputError(Problem("--relay", "", relay, remedy))
        followed = find_relay(relay, relay_mask_deg, start_t_s, ephemeris)
    request = MapRequest(
        area=Area(latitude_deg, longitude_deg, radius_km * _KM_M),
        products=products,
        height_m=height_m,
        n_directions=n_directions,
        start_t_s=start_t_s,
        years=years,
        by=by or "",
        memory_bytes=memory_gb * _GB,
        vehicle=VehicleLimits(slope_deg, step_m, roughness_m),
        keeps_horizons=keep_horizons,
        relay=followed,
        errors=TerrainErrors(members, sigma_m, correlation_m),
    )
    rasters = find_terrain(dems, crs, unit)
    folder = target_folder(out if out is not None else Path("maps") / name, "--out")
    with _progress(name) as progress:
        made = make_map(rasters, request, ephemeris, folder, progress)
        told = write_files(
            made, folder, title, is_cog=is_cog, has_netcdf=wants_netcdf, has_figures=not no_figures
        )
    made.discard_tiles()
    if as_json:
        click.echo(json.dumps({"folder": str(folder), "layers": told}, indent=1))
        return
    _print(told, folder)


def _centre(around: str) -> tuple[str, str, float, float]:
    """Return a name for the folder, a title, and the place of a site by its name or coordinates."""
    from moonstead.cli.places import find_profile, is_place, parse_place

    if not is_place(around):
        site = find_profile(around).site
        words = re.sub(r"-[0-9.]+m$", "", site.name).split("-")
        title = " ".join(word.capitalize() for word in words)
    else:
        site = parse_place(around, 0.0)
        side = "S" if site.latitude_deg < 0.0 else "N"
        title = f"{abs(site.latitude_deg):g}° {side}, {site.longitude_deg:g}° E"
    name = site.name if not is_place(around) else re.sub("[° ]", "", title).replace(",", "-")
    return name, title, site.latitude_deg, site.longitude_deg


@contextmanager
def _progress(name: str) -> Iterator[Callable[[float, str], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn(name),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=1.0)

        def told(share: float, what: str) -> None:
            bar.update(task, completed=share, description=what)

        yield told


def _print(told: list[dict[str, Any]], folder: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"Map in {folder}",
        title_justify="left",
        box=None,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column("layer", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    for heading in ("least", "mean", "greatest"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("greatest at", justify="right", no_wrap=True)
    for layer in told:
        numbers = [_number(layer[key]) for key in ("least", "mean", "greatest")]
        place = layer["greatest_at"]
        where = "" if place is None else f"{place[0]:.4f},{place[1]:.4f}"
        table.add_row(layer["name"], layer["unit"], *numbers, where)
    Console().print(table)
    for layer in told:
        if "area_km2" in layer:
            click.echo(f"{layer['title']}: {layer['area_km2']:.4g} km2")


def _number(value: float | None) -> str:
    """Return four digits or all before the point, so that no column is cut off."""
    if value is None:
        return "no data"
    if value == round(value):
        return f"{value:.0f}"
    decimals = 4 if abs(value) < 1.0 else max(3 - math.floor(math.log10(abs(value))), 0)
    return f"{value:.{decimals}f}"
