"""``moonstead sky``: Sun and Earth in the sky of a site at an instant."""

import json
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from moonstead.cli.dates import parse_date
from moonstead.cli.places import find_profile, is_place, parse_place
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.light import eclipse_fraction, visible_fraction
from moonstead.environment.timescale import iso_utc

DEFAULT_HEIGHT_M = 2.0


@click.command("sky", context_settings={"ignore_unknown_options": True})
@click.argument("site")
@click.option("--at", "at_utc", required=True, metavar="UTC", help="Such as 2035-01-01T00:00:00Z.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def sky(site: str, at_utc: str, as_json: bool) -> None:
    """Show where Sun and Earth stand at an instant.

    SITE is the name of a site (see `moonstead sites`), a horizon file, or LAT,LON[,HEIGHT]:
    planetocentric degrees, and metres above ground (2 if not given; without terrain the ground is
    the sphere of 1737.4 km).
    """
    found = _sky(site, at_utc)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return

    table = Table(title=f"{found['site']['name']} at {found['at_utc']}")
    for heading in ("", "azimuth\ndeg", "elevation\ndeg", "distance\nkm", "disc radius\ndeg"):
        table.add_column(heading, justify="right" if heading else "left")
    table.add_column("disc above\nterrain", justify="right")
    for body in ("sun", "earth"):
        row = found[body]
        share = row["visible_fraction"]
        table.add_row(
            body.capitalize(),
            f"{row['azimuth_deg']:.4f}",
            f"{row['elevation_deg']:.4f}",
            f"{row['distance_m'] / 1e3:,.0f}",
            f"{row['angular_radius_deg']:.4f}",
            "no terrain" if share is None else f"{100.0 * share:.1f} %",
        )
    Console().print(table)
    hidden = found["eclipse_fraction"]
    if hidden > 0.0:
        click.echo(f"The Earth hides {100.0 * hidden:.1f} % of the Sun's disc.")


def _sky(site: str, at_utc: str) -> dict[str, Any]:

    profile = None if is_place(site) else find_profile(site)
    place = parse_place(site, DEFAULT_HEIGHT_M) if profile is None else profile.site
    t_s = parse_date(at_utc, "--at")
    ephemeris = load_ephemeris()
    tracks = {
        "sun": ephemeris.view(place, "sun", [t_s]),
        "earth": ephemeris.view(place, "earth", [t_s]),
    }
    found: dict[str, Any] = {
        "site": {
            "name": place.name,
            "latitude_deg": place.latitude_deg,
            "longitude_deg": place.longitude_deg,
            "ground_elevation_m": place.ground_elevation_m,
            "height_m": place.height_m,
        },
        "at_utc": iso_utc(t_s),
    }
    for body, track in tracks.items():
        visible = None if profile is None else float(visible_fraction(track, profile)[0])
        found[body] = {
            "azimuth_deg": float(track.azimuth_deg[0]),
            "elevation_deg": float(track.elevation_deg[0]),
            "distance_m": float(track.distance_m[0]),
            "angular_radius_deg": float(track.angular_radius_deg[0]),
            "visible_fraction": visible,
        }
    found["eclipse_fraction"] = float(eclipse_fraction(tracks["sun"], tracks["earth"])[0])
    return found
