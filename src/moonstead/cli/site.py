"""``moonstead site``: light and Earth at a site over a span of years."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from moonstead.cli.dates import parse_date
from moonstead.cli.places import find_profile
from moonstead.cli.site_dem import OwnTerrain, band_of, ground_of, horizon_of, place_of, stand_on
from moonstead.cli.site_plot import checked_picture, plot_site
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.light import LightStatistics, light_series, light_statistics
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.seasons import BRIDGE_H, LEAST_SEASON_DAYS, light_runs
from moonstead.errors import InputError, Problem
from moonstead.units import JULIAN_YEAR_S, MINUTE_S

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_LONGEST_YEARS = 300.0
_MEMBERS = 32
_BANDS = ("any_disc_fraction", "mean_disc_fraction", "longest_dark_h", "earth_fraction")


@click.command("site", context_settings={"ignore_unknown_options": True})
@click.argument("place", nargs=-1, required=True, metavar="NAME | LAT LON")
@click.option("--dem", "dems", multiple=True, metavar="FILE", help="Elevation model; repeat.")
@click.option("--crs", metavar="CRS", help="Of a file that has none, such as IAU_2015:30135.")
@click.option("--unit", metavar="UNIT", help="Of heights in a file that has none: m or km.")
@click.option(
    "--height",
    "height_m",
    type=click.FloatRange(0.0, 1e5),
    metavar="M",
    help="Of the observer above the ground.  [default: 2]",
)
@click.option("--start", "start_utc", default="2035-01-01", show_default=True, metavar="UTC")
@click.option(
    "--years",
    type=click.FloatRange(0.0, _LONGEST_YEARS, min_open=True),
    default=1.0,
    show_default=True,
    help="Julian years.",
)
@click.option(
    "--step-minutes",
    type=click.FloatRange(1.0, 1440.0),
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
    type=click.FloatRange(0.0, 1e3),
    metavar="M",
    help="Error of the finest terrain.  [default: usual for its pixel]",
)
@click.option(
    "--dem-correlation",
    "correlation_m",
    type=click.FloatRange(0.1, 1e5),
    metavar="M",
    help="Its correlation length.  [default: 3.2 pixels]",
)
@click.option(
    "--height-sigma",
    "height_sigma_m",
    type=click.FloatRange(0.0, 1e3),
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
    picture = None if no_plot else checked_picture(plot or f"{profile.site.name}-light.png")
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
        "uncertainty": None,
    }
    wrong = (sigma_m, correlation_m, height_sigma_m)
    if own is not None and (members is not None or wrong != (None, None, 0.0)):
        found["uncertainty"] = band_of(own, ephemeris, grid, members or _MEMBERS, wrong)
    if picture is not None:
        plot_site(profile, ephemeris, statistics, grid, picture)
    found["plot_file"] = None if picture is None else str(picture)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    _print_tables(profile, statistics, found)
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


def _print_tables(
    profile: HorizonProfile, statistics: LightStatistics, found: dict[str, Any]
) -> None:
    place = profile.site
    total = Table(
        title=f"{place.name}: {place.latitude_deg:.4f}, {place.longitude_deg:.4f} E, "
        f"{place.height_m:g} m above ground\n{statistics.start_utc} to {statistics.end_utc}, "
        f"every {statistics.step_s / 60.0:g} minutes",
        show_header=False,
    )
    rows = [
        ("any_disc_fraction", f"{statistics.any_disc_fraction:.4f}", "any part of the Sun in view"),
        ("mean_disc_fraction", f"{statistics.mean_disc_fraction:.4f}", "of the Sun's disc in view"),
        ("longest_dark_h", f"{statistics.longest_dark_h:.1f}", statistics.longest_dark_start_utc),
        ("longest_light_h", f"{found['longest_light_h']:.1f}", found["longest_light_start_utc"]),
        ("earth_fraction", f"{statistics.earth_fraction:.4f}", "any part of the Earth in view"),
        ("mean_earth_fraction", f"{statistics.mean_earth_fraction:.4f}", "of the Earth's disc"),
        (
            "longest_earth_absence_h",
            f"{statistics.longest_earth_absence_h:.1f}",
            statistics.longest_earth_absence_start_utc,
        ),
        ("eclipse_h", f"{statistics.eclipse_h:.1f}", "Earth before the Sun (not counted above)"),
        ("eclipse_loss_h", f"{statistics.eclipse_loss_h:.1f}", "full sunlight lost by that"),
    ]
    for row in [*rows, *_horizon_rows(found["horizon"]), *_ground_rows(found["ground"])]:
        total.add_row(*row)
    months = Table(title="By calendar month", title_justify="left")
    months.add_column("month")
    for heading in (
        "any_disc\nfraction",
        "mean_disc\nfraction",
        "longest\ndark_h",
        "earth\nfraction",
        "longest_earth\nabsence_h",
    ):
        months.add_column(heading, justify="right")
    for month in statistics.months:
        months.add_row(
            _MONTHS[month.month - 1],
            f"{month.any_disc_fraction:.4f}",
            f"{month.mean_disc_fraction:.4f}",
            f"{month.longest_dark_h:.1f}",
            f"{month.earth_fraction:.4f}",
            f"{month.longest_earth_absence_h:.1f}",
        )
    console = Console()
    console.print(total)
    if found["uncertainty"] is not None:
        _print_band(console, found["uncertainty"], found)
    console.print(months)
    _print_seasons(found["seasons"])


def _horizon_rows(horizon: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (
            f"{which}_horizon_deg",
            f"{horizon[f'{which}_deg']:.2f}",
            f"at azimuth {horizon[f'{which}_azimuth_deg']:.1f}",
        )
        for which in ("lowest", "highest")
    ]


def _ground_rows(ground: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    if ground is None:
        return []
    rows = (
        ("slope_deg", f"over {ground['slope_baseline_m'] or 0.0:g} m"),
        (
            "roughness_m",
            f"rms from a plane, in a square of {ground['roughness_window_m'] or 0.0:g} m",
        ),
    )
    return [
        (key, f"{ground[key]:.2f}", text)
        if ground[key] is not None
        else (key, "unknown", "the site is too near to the edge of the terrain")
        for key, text in rows
    ]


def _print_band(console: Console, band: dict[str, Any], found: dict[str, Any]) -> None:
    finest = band["layers"][0]
    table = Table(
        title=f"Errors of terrain (finest {finest['sigma_m']:.2g} m, correlated over "
        f"{finest['correlation_m']:.3g} m) and mast ({band['height_sigma_m']:g} m)\n"
        f"{band['members']} members; horizon uncertain by {band['horizon_sigma_deg']:.2f} degrees",
        title_justify="left",
    )
    table.add_column("")
    for heading in ("as given", "5 %", "50 %", "95 %"):
        table.add_column(heading, justify="right")
    for key in _BANDS:
        form = ".1f" if key.endswith("_h") else ".4f"
        values = [found[key], *(band[key][name] for name in ("low", "median", "high"))]
        table.add_row(key, *(f"{value:{form}}" for value in values))
    console.print(table)


def _print_seasons(seasons: Sequence[dict[str, Any]]) -> None:
    rule = f"at least {LEAST_SEASON_DAYS:.1f} days without {BRIDGE_H:g} h of darkness"
    click.echo(f"Seasons ({rule}): {len(seasons) or 'none'}")
    for season in seasons:
        click.echo(f"  {season['days']:.1f} days from {season['start_utc']}")
