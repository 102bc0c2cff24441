"""``moonstead sites``: the horizon profiles that come with Moonstead, and the best of a map."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from moonstead.cli.options import FiniteRange
from moonstead.cli.targets import target_file
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.sites import load_profile, site_names

_WEIGHTS = "light=3,earth=1,slope=1,shadow=1"


@click.group("sites", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
@click.pass_context
def sites(context: click.Context, as_json: bool) -> None:
    """List the sites whose terrain horizon comes with Moonstead, or rank those of a map."""
    if context.invoked_subcommand is not None:
        return
    profiles = [load_profile(name) for name in site_names()]
    if as_json:
        rows = [
            {
                "name": profile.site.name,
                "latitude_deg": profile.site.latitude_deg,
                "longitude_deg": profile.site.longitude_deg,
                "ground_elevation_m": profile.site.ground_elevation_m,
                "height_m": profile.site.height_m,
                "note": profile.note,
                "source": [
                    {"name": file.name, "product": file.product, "sha256": file.sha256}
                    for file in profile.source
                ],
            }
            for profile in profiles
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    _print_table(profiles)


@sites.command("rank")
@click.argument("folder")
@click.option(
    "--weights",
    default=_WEIGHTS,
    show_default=True,
    metavar="NAME=N,...",
    help="Of light, disc, dark, earth, together, slope, roughness, shadow.",
)
@click.option("--count", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option(
    "--apart",
    "apart_m",
    type=FiniteRange(0.0),
    default=2000.0,
    show_default=True,
    metavar="M",
    help="Least distance between sites.",
)
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="LAYER<N",
    help="What sites keep to, such as 'slope_deg<8' or 'sun_any_fraction>0.7'; repeat.",
)
@click.option(
    "--out",
    metavar="FILE",
    default="",
    help="Also write .geojson or .csv there  [default: both, as FOLDER/sites]",
)
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def rank(
    folder: str,
    weights: str,
    count: int,
    apart_m: float,
    limits: tuple[str, ...],
    out: str,
    as_json: bool,
) -> None:
    """Find and rank the best sites of a map, and show why they are.

    FOLDER is what `moonstead map` has written; its layers are read from there.
    """
    from moonstead.cli import ranking
    from moonstead.maps.criteria import SHADOW_DISTANCE
    from moonstead.maps.rank import SHADOW, needed_layers, rank_sites
    from moonstead.maps.reading import read_layers

    shares = ranking.parse_weights(weights)
    kept_to = [ranking.parse_limit(text) for text in limits]
    if out:
        targets = [target_file(out, "--out", "a list of sites", ranking.LISTS)]
    else:
        targets = [Path(folder) / f"sites{ending}" for ending in ranking.LISTS]
    names = needed_layers(shares, kept_to)
    names += (SHADOW,) if SHADOW_DISTANCE in names else ()
    images = read_layers(Path(folder), names)
    found = rank_sites(images, shares, apart_m=apart_m, limits=kept_to, count=count)
    synthetic = any(image.is_synthetic for image in images.values())
    rows = [ranking.told(site) | {"is_synthetic": synthetic} for site in found]
    for target in targets:
        ranking.write_sites(rows, target, images)
    if as_json:
        files = [str(target) for target in targets]
        click.echo(json.dumps({"weights": shares, "sites": rows, "files": files}, indent=2))
        return
    if synthetic:
        click.echo("SYNTHETIC TERRAIN")
    ranking.print_ranking(found, shares)
    click.echo(f"Written to {', '.join(str(target) for target in targets)}")


def _print_table(profiles: Sequence[HorizonProfile]) -> None:
    files = sorted({file.name: file for x in profiles for file in x.source}.items())
    number_of = {name: str(i) for i, (name, _) in enumerate(files, start=1)}
    table = Table(title="Sites (planetocentric, Moon mean-Earth frame)")
    for heading in (
        "site",
        "latitude\ndeg",
        "longitude\ndeg E",
        "ground\nm",
        "height\nm",
        "terrain",
    ):
        table.add_column(heading, justify="left" if heading == "site" else "right", no_wrap=True)
    for profile in profiles:
        place = profile.site
        table.add_row(
            place.name,
            f"{place.latitude_deg:.4f}",
            f"{place.longitude_deg:.3f}",
            f"{place.ground_elevation_m:.0f}",
            f"{place.height_m:.0f}",
            ", ".join(number_of[file.name] for file in profile.source),
        )
    Console().print(table)
    for name, file in files:
        click.echo(f"terrain {number_of[name]}: {name}, from {file.product}")
    click.echo()
    for profile in profiles:
        click.echo(f"{profile.site.name}: {profile.note}")
