"""``moonstead terrain``: elevation models, listed, fetched, described and made up."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from moonstead.environment.terrain.catalogue import Product

_AROUND = "-89.45,222.8"
_CACHE_HELP = "Folder to keep files in.  [default: MOONSTEAD_CACHE, or the platform's]"


@click.group("terrain")
def terrain() -> None:
    """List, fetch, describe and make elevation models."""


@terrain.command("list")
@click.argument("words", nargs=-1)
@click.option("--at", metavar="LAT,LON", help="Only what is known to cover a place.")
@click.option("--cache", metavar="DIR", help=_CACHE_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def list_products(words: tuple[str, ...], at: str | None, cache: str | None, as_json: bool) -> None:
    """List the public elevation models that can be fetched.

    WORDS choose by name and title: `moonstead terrain list pgda haworth`.
    """
    from moonstead.cli.places import parse_place
    from moonstead.environment.terrain.catalogue import products, products_at
    from moonstead.environment.terrain.fetch import cache_folder, cached_path

    if at is None:
        known = products()
    else:
        place = parse_place(at, 0.0)
        known = products_at(place.latitude_deg, place.longitude_deg)
    chosen = [
        product
        for product in known
        if all(word.lower() in f"{product.name} {product.title}".lower() for word in words)
    ]
    folder = cache_folder(cache)
    cached = {product.name for product in chosen if cached_path(product, folder).exists()}
    if as_json:
        rows = [{**asdict(product), "is_cached": product.name in cached} for product in chosen]
        click.echo(json.dumps(rows, indent=2))
        return
    _print_list(chosen, cached, has_families=at is None)
    click.echo()
    click.echo(
        "? is unknown. Address: asked = public notes say that the server answered; listed = it"
    )
    click.echo("stands in public text; rule = its name follows the archive's rule only.")
    click.echo(f"{len(chosen)} products, {len(cached)} of them in {folder}")


@terrain.command("fetch")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--cache", metavar="DIR", help=_CACHE_HELP)
@click.option("--offline", is_flag=True, help="Use what is there already (or MOONSTEAD_OFFLINE=1).")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def fetch(names: tuple[str, ...], cache: str | None, offline: bool, as_json: bool) -> None:
    """Fetch elevation models by the names of `moonstead terrain list`.

    What is there already is checked and not fetched again; what was interrupted goes on where it
    was. A detached label comes along.
    """
    from moonstead.environment.terrain.catalogue import find_product
    from moonstead.environment.terrain.fetch import cache_folder, fetch_product, is_offline

    wanted = [find_product(name) for name in names]
    rows = []
    for product in wanted:
        with _bytes_bar() as progress:
            found = fetch_product(
                product, cache_folder(cache), offline=is_offline(offline), progress=progress
            )
        label = None if found.label_path is None else str(found.label_path)
        rows.append(
            {
                "name": product.name,
                "file": str(found.path),
                "label_file": label,
                "sha256": found.sha256,
                "proof": found.proof,
                "was_cached": found.was_cached,
            }
        )
        if not as_json:
            click.echo(f"{product.name}: {found.path}")
            click.echo(f"  SHA-256 {found.sha256}, {_proof_words(found.proof)}")
            click.echo(f"  cite {product.citation}")
    if as_json:
        click.echo(json.dumps(rows, indent=2))


@terrain.command("info")
@click.argument("file_or_name")
@click.option("--crs", metavar="CRS", help="Of a file that has none, such as IAU_2015:30135.")
@click.option("--cache", metavar="DIR", help=_CACHE_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def info(file_or_name: str, crs: str | None, cache: str | None, as_json: bool) -> None:
    """Describe an elevation model: a file, a folder of tiles, or a product by its name."""
    from moonstead.cli.terrain_files import is_file_name
    from moonstead.environment.terrain.catalogue import find_product
    from moonstead.environment.terrain.fetch import cache_folder, cached_path, fetch_product

    found: dict[str, Any] = {"product": None, "layers": []}
    path: Path | None = Path(file_or_name)
    if not (file_or_name and is_file_name(file_or_name)):
        product = find_product(file_or_name)
        found["product"] = asdict(product)
        folder = cache_folder(cache)
        path = cached_path(product, folder)
        # From the cache only; this also proves that it is what was fetched.
        path = fetch_product(product, folder, offline=True).path if path.exists() else None
        if not as_json:
            _print_product(product)
    if path is not None:
        found["layers"] = _summaries(path, crs)
    if as_json:
        click.echo(json.dumps(_without_nan(found), indent=2))
        return
    for layer in found["layers"]:
        _print_summary(layer)
    if path is None:
        click.echo(f"Not in the cache; moonstead terrain fetch {file_or_name} brings it.")


@terrain.command("synth")
@click.argument("out", metavar="OUT.tif")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--size", default=1000, show_default=True, help="Pixels to a side.")
@click.option("--pixel", "pixel_m", default=5.0, show_default=True, help="Side of a pixel, m.")
@click.option("--around", metavar="LAT,LON", default=_AROUND, show_default=True, help="Its middle.")
@click.option(
    "--ground", type=click.Choice(["highlands", "mare"]), default="highlands", show_default=True
)
@click.option("--cog", "is_cog", is_flag=True, help="Cloud-optimised, with overviews.")
@click.option("--sidecar", "has_sidecar", is_flag=True, help="Also write .prj and .wkt files.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def synth(
    out: str,
    *,
    seed: int,
    size: int,
    pixel_m: float,
    around: str,
    ground: Any,
    is_cog: bool,
    has_sidecar: bool,
    as_json: bool,
) -> None:
    """Make terrain of lunar statistics from a seed, for tests and teaching.

    It is marked as synthetic in the file, and in everything that is computed from it.
    """
    from moonstead.cli.places import parse_place
    from moonstead.cli.targets import target_file
    from moonstead.environment.terrain.synthetic import synthetic_terrain
    from moonstead.environment.terrain.write import write_terrain

    place = parse_place(around, 0.0)
    target_file(out, "OUT.tif", "terrain", (".tif", ".tiff"))
    made = synthetic_terrain(seed, size, pixel_m, place.latitude_deg, place.longitude_deg, ground)
    write_terrain(made, out, is_cog=is_cog, has_sidecar=has_sidecar)
    lowest_m, highest_m = float(made.heights_m.min()), float(made.heights_m.max())
    found = {"file": out, "product": made.file.product, "heights_sha256": made.file.sha256}
    if as_json:
        span = {"lowest_m": lowest_m, "highest_m": highest_m}
        click.echo(json.dumps({**found, **span}, indent=2))
        return
    click.echo(f"{made.file.product}: {lowest_m:.0f} to {highest_m:.0f} m")
    click.echo(f"Written to {out}")


def _summaries(path: Path, crs: str | None) -> list[dict[str, Any]]:
    from moonstead.environment.terrain.describe import terrain_summary
    from moonstead.environment.terrain.raster import open_terrain

    return [asdict(terrain_summary(layer)) for layer in open_terrain([path], crs)]


def _without_nan(value: Any) -> Any:
    """Return the same with null for every NaN, which JSON does not know."""
    if isinstance(value, dict):
        return {name: _without_nan(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _size_words(size_bytes: int | None) -> str:
    return "unknown" if size_bytes is None else f"{size_bytes / 1e6:,.1f} MB"


def _proof_words(proof: str) -> str:
    return {
        "catalogue": "as in the catalogue",
        "first fetch": "as at the first fetch (the catalogue has none)",
        "this fetch": "trusted at this first fetch (the catalogue has none), checked from now on",
    }[proof]


def _print_list(chosen: "Sequence[Product]", cached: set[str], has_families: bool) -> None:
    rows = [
        (
            product.name,
            _area_words(product.area_deg),
            f"{product.pixel_m:g}",
            "?" if product.size_bytes is None else f"{product.size_bytes / 1e6:,.0f}",
            "?" if product.sha256 is None else "known",
            product.evidence,
            "yes" if product.name in cached else "",
        )
        for product in chosen
    ]
    headings = ("name", "area", "pixel_m", "MB", "SHA-256", "address", "here")
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    form = "  ".join(f"{{:{side}{width}}}" for side, width in zip("<<>><<<", widths, strict=True))
    click.echo(form.format(*headings).rstrip())
    family = ""
    for product, row in zip(chosen, rows, strict=True):
        head = product.title.partition(": ")[0]
        if has_families and head != family:
            family = head
            click.echo(f"\n{head}")
        click.echo(form.format(*row).rstrip())


def _area_words(area_deg: "tuple[float, float, float, float] | None") -> str:
    if area_deg is None:
        return "in the file"
    south, north, west, east = area_deg
    latitudes = f"{south:g}..{north:g}"
    return latitudes if east - west == 360.0 else f"{latitudes}, {west:g}..{east:g} E"


def _print_product(product: "Product") -> None:
    lines = [
        ("", product.title),
        ("address", product.address),
        *(("mirror", mirror) for mirror in product.mirrors),
        *([("label", product.label_address)] if product.label_address else []),
        ("form", f"{product.form}; {product.projection}; {product.pixel_m:g} m"),
        ("size", _size_words(product.size_bytes)),
        ("SHA-256", product.sha256 or "unknown: trusted at the first fetch, checked afterwards"),
        ("evidence", f"{product.evidence}; {product.seen_in}"),
        ("licence", product.licence),
        ("cite", product.citation),
    ]
    click.echo(product.name)
    for name, text in lines:
        click.echo(f"  {name}: {text}" if name else f"  {text}")


def _print_summary(layer: dict[str, Any]) -> None:
    number = f" ({layer['authority']})" if layer["authority"] else ""
    click.echo(layer["name"])
    click.echo(f"  product: {layer['product']}")
    click.echo(f"  reference system: {layer['crs']}{number}, R {layer['radius_m'] / 1e3:.1f} km")
    click.echo(
        f"  {layer['columns']} by {layer['rows']} pixels of {layer['pixel_m']:.6g} m, latitude "
        f"{layer['south_deg']:.4f} to {layer['north_deg']:.4f}, longitude "
        f"{layer['west_deg']:.4f} to {layer['east_deg']:.4f} E"
    )
    click.echo(
        f"  heights {layer['lowest_m']:.1f} to {layer['highest_m']:.1f} m, mean "
        f"{layer['mean_m']:.1f} m; {100.0 * layer['missing_fraction']:.2f} % without data"
    )
    click.echo(f"  SHA-256 {layer['sha256']}")


@contextmanager
def _bytes_bar() -> Iterator[Callable[[str, int, int | None], None]]:
    """Show what arrives on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def update(name: str, done_bytes: int, total_bytes: int | None) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total_bytes)
            bar.update(tasks[name], completed=done_bytes, total=total_bytes)

        yield update
