"""``moonstead sites``: the horizon profiles that come with Moonstead."""

import json
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from moonstead.environment.profile import HorizonProfile
from moonstead.environment.sites import load_profile, site_names


@click.command("sites")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def sites(as_json: bool) -> None:
    """List the sites whose terrain horizon comes with Moonstead."""
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
