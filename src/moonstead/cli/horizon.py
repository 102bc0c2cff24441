"""``moonstead horizon``: the terrain horizon of a place, from the user's own elevation models."""

import json
from dataclasses import replace

import click

from moonstead.cli.options import terrain_options
from moonstead.cli.places import parse_place
from moonstead.cli.site_dem import is_synthetic, stand_on
from moonstead.cli.sky import DEFAULT_HEIGHT_M
from moonstead.cli.targets import target_file
from moonstead.environment.profile import write_profile


@click.command("horizon", context_settings={"ignore_unknown_options": True})
@click.argument("place", metavar="LAT,LON,HEIGHT")
@terrain_options
@click.option("--out", required=True, metavar="FILE", help="JSON file to write.")
@click.option("--name", default="", help="Name of the site.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def horizon(
    place: str,
    dems: tuple[str, ...],
    crs: str | None,
    unit: str | None,
    out: str,
    name: str,
    as_json: bool,
) -> None:
    """Compute the terrain horizon of a place.

    Elevation models may be nested, fine ones near and coarse ones for the distance, and of any
    size: far from the place averages of many pixels are read. The file written
    can be used wherever a site is named: moonstead site FILE, moonstead sky FILE.
    """
    site = parse_place(place, DEFAULT_HEIGHT_M)
    target = target_file(out, "--out", "a horizon", (".json",))
    site = replace(site, name=name or target.stem)
    profile = stand_on(site, dems, crs, unit).profile
    site = profile.site
    write_profile(profile, target)
    found = {
        "name": site.name,
        "latitude_deg": site.latitude_deg,
        "longitude_deg": site.longitude_deg,
        "ground_elevation_m": site.ground_elevation_m,
        "height_m": site.height_m,
        "lowest_horizon_deg": float(profile.elevation_deg.min()),
        "highest_horizon_deg": float(profile.elevation_deg.max()),
        "source": [
            {"name": x.name, "product": x.product, "sha256": x.sha256} for x in profile.source
        ],
        "is_synthetic": is_synthetic(profile),
        "file": str(target),
    }
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    click.echo(
        f"{site.name}: ground {site.ground_elevation_m:.1f} m, horizon from "
        f"{found['lowest_horizon_deg']:.2f} to {found['highest_horizon_deg']:.2f} degrees"
    )
    if found["is_synthetic"]:
        click.echo("SYNTHETIC TERRAIN")
    click.echo(f"Written to {target}")
