"""``moonstead site``: light and Earth at a site over a span of years."""

import json
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from moonstead.cli.dates import parse_date
from moonstead.cli.places import find_profile
from moonstead.cli.site_plot import checked_picture, plot_site
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.light import LightStatistics, light_series, light_statistics
from moonstead.environment.profile import HorizonProfile
from moonstead.units import JULIAN_YEAR_S, MINUTE_S

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_LONGEST_YEARS = 300.0


@click.command("site")
@click.argument("name")
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
    "--plot", metavar="FILE", default="", help="Picture to write  [default: NAME-light.png]"
)
@click.option("--no-plot", is_flag=True, help="Write no picture.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def site(
    name: str,
    start_utc: str,
    years: float,
    step_minutes: float,
    plot: str,
    no_plot: bool,
    as_json: bool,
) -> None:
    """Sum up light and Earth at a site, and plot them.

    NAME is one of `moonstead sites`, or a file written by `moonstead horizon`.
    """
    profile = find_profile(name)
    picture = None if no_plot else checked_picture(plot or f"{profile.site.name}-light.png")
    start_t_s, step_s = parse_date(start_utc, "--start"), step_minutes * MINUTE_S
    count = max(round(years * JULIAN_YEAR_S / step_s), 2)
    ephemeris = load_ephemeris()
    series = light_series(ephemeris, profile, start_t_s, step_s, count)
    statistics = light_statistics(series)
    if picture is not None:
        plot_site(profile, ephemeris, statistics, (start_t_s, step_s, count), picture)
    if as_json:
        found = {"site": asdict(profile.site), **asdict(statistics)}
        found["plot_file"] = None if picture is None else str(picture)
        click.echo(json.dumps(found, indent=2))
        return
    _print_tables(profile, statistics)
    if picture is not None:
        click.echo(f"Picture: {picture}")


def _print_tables(profile: HorizonProfile, statistics: LightStatistics) -> None:

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
    for row in rows:
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
    console.print(months)
