"""``moonstead site``: light and Earth at a site over a span of years."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from moonstead.cli.dates import parse_date
from moonstead.cli.options import FiniteRange, terrain_options
from moonstead.cli.places import find_profile
from moonstead.cli.site_dem import (
    OwnTerrain,
    band_of,
    ensemble_of,
    ground_of,
    horizon_of,
    is_synthetic,
    place_of,
    stand_on,
)
from moonstead.cli.site_plot import PICTURES, plot_site
from moonstead.cli.site_tables import print_site
from moonstead.cli.targets import target_file
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.light import light_series, light_statistics
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.seasons import light_runs
from moonstead.errors import InputError, Problem
from moonstead.units import JULIAN_YEAR_S, MINUTE_S

_LONGEST_YEARS = 300.0
_MEMBERS = 32


@click.command("site", context_settings={"ignore_unknown_options": True})
@click.argument("place", nargs=-1, required=True, metavar="NAME | LAT LON")
@terrain_options
@click.option(
    "--height",
    "height_m",
    type=FiniteRange(0.0, 1e5),
    metavar="M",
    help="Of the observer above the ground.  [default: 2]",
)
@click.option("--start", "start_utc", default="2035-01-01", show_default=True, metavar="UTC")
@click.option(
    "--years",
    type=FiniteRange(0.0, _LONGEST_YEARS, min_open=True),
    default=1.0,
    show_default=True,
    help="Julian years.",
)
@click.option(
    "--step-minutes",
    type=FiniteRange(1.0, 1440.0),
    default=10.0,
    show_default=True,
    help="Between samples.",
)
@click.option(
    "--uncertainty",
    "members",
    type=click.IntRange(2, 10_000),
    is_flag=False,
    flag_value=_MEMBERS,
    metavar="[N]",
    help=f"Show the band of an ensemble of N disturbed terrains.  [N: {_MEMBERS}]",
)
@click.option(
    "--dem-sigma",
    "sigma_m",
    type=FiniteRange(0.0, 1e3),
    metavar="M",
    help="Error of the finest terrain.  [default: usual for its pixel]",
)
@click.option(
    "--dem-correlation",
    "correlation_m",
    type=FiniteRange(0.1, 1e5),
    metavar="M",
    help="Its correlation length.  [default: 3.2 pixels]",
)
@click.option(
    "--height-sigma",
    "height_sigma_m",
    type=FiniteRange(0.0, 1e3),
    default=0.0,
    show_default=True,
    metavar="M",
    help="Tolerance of the observer's height.",
)
@click.option(
    "--plot", metavar="FILE", default="", help="Picture to write  [default: NAME-light.png]"
)
@click.option("--no-plot", is_flag=True, help="Write no picture.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def site(
    place: tuple[str, ...],
    *,
    dems: tuple[str, ...],
    crs: str | None,
    unit: str | None,
    height_m: float | None,
    start_utc: str,
    years: float,
    step_minutes: float,
    members: int | None,
    sigma_m: float | None,
    correlation_m: float | None,
    height_sigma_m: float,
    plot: str,
    no_plot: bool,
    as_json: bool,
) -> None:
    """Sum up light and Earth at a site, and plot them.

    NAME is one of `moonstead sites`, or a file written by `moonstead horizon`. LAT LON are
    planetocentric degrees, and need terrain: `moonstead site -89.45 222.8 --dem FILE`. Elevation
    models may be nested, fine ones near and coarse ones for the distance, and of any size.
    """
    profile, own = _site(place, dems, (crs, unit), height_m)
    if own is None and (members, sigma_m, correlation_m, height_sigma_m) != (None, None, None, 0.0):
        remedy = "errors of terrain need the terrain: write LAT LON and --dem FILE"
        raise InputError(Problem("--uncertainty", "", "", remedy))
    plot = plot or f"{profile.site.name}-light.png"
    picture = None if no_plot else target_file(plot, "--plot", "a picture", PICTURES)
    start_t_s, step_s = parse_date(start_utc, "--start"), step_minutes * MINUTE_S
    count = max(round(years * JULIAN_YEAR_S / step_s), 2)
    grid = (start_t_s, step_s, count)
    ephemeris = load_ephemeris()
    series = light_series(ephemeris, profile, *grid)
    statistics, runs = light_statistics(series), light_runs(series)
    found: dict[str, Any] = {
        "site": asdict(profile.site),
        **asdict(statistics),
        **asdict(runs),
        "horizon": horizon_of(profile),
        "ground": None if own is None else ground_of(own),
        "source": [asdict(file) for file in profile.source],
        "is_synthetic": is_synthetic(profile),
        "uncertainty": None,
    }
    horizons_deg = None
    wrong = (sigma_m, correlation_m, height_sigma_m)
    if own is not None and (members is not None or wrong != (None, None, 0.0)):
        ensemble = ensemble_of(own, members or _MEMBERS, wrong)
        found["uncertainty"] = band_of(own, ensemble, ephemeris, grid)
        horizons_deg = ensemble.horizons_deg
    if picture is not None:
        plot_site(profile, ephemeris, statistics, grid, picture, horizons_deg)
    found["plot_file"] = None if picture is None else str(picture)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    print_site(profile, statistics, found)
    if picture is not None:
        click.echo(f"Picture: {picture}")


def _site(
    words: Sequence[str],
    dems: Sequence[str],
    answers: tuple[str | None, str | None],
    height_m: float | None,
) -> tuple[HorizonProfile, OwnTerrain | None]:
    """Return the horizon of a site, and its terrain where the user gave some."""
    strange = next((word for word in words if word.startswith("--")), None)
    if strange is not None:
        raise click.NoSuchOption(strange)
    place = place_of(words, height_m)
    if place is not None and dems:
        own = stand_on(place, dems, *answers)
        return own.profile, own
    if place is not None:
        remedy = "a place needs terrain: add --dem FILE (moonstead terrain list shows some)"
        raise InputError(Problem("site", "", " ".join(words), remedy))
    given = [
        option
        for option, value in zip(
            ("--dem", "--crs", "--unit", "--height"),
            (dems or None, *answers, height_m),
            strict=True,
        )
        if value is not None
    ]
    if given:
        remedy = "a named site has its own horizon and height; write LAT LON instead of the name"
        raise InputError(Problem(given[0], "", words[0], remedy))
    return find_profile(words[0]), None
