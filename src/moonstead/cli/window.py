"""``moonstead window``: when to launch for a landing with light and Earth in view."""

import json
from calendar import monthrange
from pathlib import Path

import click

from moonstead.cli.dates import parse_date
from moonstead.cli.options import FiniteRange
from moonstead.cli.places import find_profile
from moonstead.cli.targets import target_file
from moonstead.cli.window_plot import PICTURES, plot_windows
from moonstead.cli.window_tables import print_windows, windows_json
from moonstead.environment.ephemeris import load_ephemeris
from moonstead.environment.timescale import from_utc, to_utc
from moonstead.errors import InputError, Problem
from moonstead.orbits.landing_record import KINDS
from moonstead.orbits.launch_sites import find_launch_site
from moonstead.orbits.search import Search, Target, search_windows
from moonstead.orbits.windows import Wishes
from moonstead.units import DAY_S, HOUR_S

_LONGEST_DAYS = 3660.0
_LEAST_STAY_DAYS = 1.0
_LOWEST_KM, _HIGHEST_KM = 15.0, 10_000.0


@click.command("window")
@click.argument("site", required=False)
@click.option("--from", "from_utc", default="2035-01-01", show_default=True, metavar="UTC")
@click.option("--to", "to_utc_text", metavar="UTC", help="[default: a year after --from]")
@click.option("--launch-site", default="wenchang", show_default=True, metavar="NAME")
@click.option(
    "--orbit",
    metavar="KM[,INCLINATION] | nrho",
    help="Go into this lunar orbit instead of to a site.",
)
@click.option(
    "--light-days",
    type=FiniteRange(0.0, 400.0),
    default=7.0,
    show_default=True,
    help="Of sunlight after the landing.",
)
@click.option(
    "--earth-days",
    type=FiniteRange(0.0, 400.0),
    help="Of Earth in view after the landing.  [default: as --light-days]",
)
@click.option(
    "--dark-hours",
    type=FiniteRange(0.0, 1000.0),
    default=0.0,
    show_default=True,
    help="Longest darkness within the light that the lander survives.",
)
@click.option(
    "--stay-days",
    type=FiniteRange(_LEAST_STAY_DAYS + 0.5, 60.0),
    default=7.0,
    show_default=True,
    help="Longest stay in lunar orbit before the landing; the shortest is 1.",
)
@click.option(
    "--parking-km",
    type=FiniteRange(160.0, 1000.0),
    default=200.0,
    show_default=True,
    help="Altitude of the orbit about the Earth.",
)
@click.option(
    "--lander",
    type=click.Choice(KINDS),
    default="agency",
    show_default=True,
    help="Whose landings so far tell the chance of success.",
)
@click.option("--no-refine", is_flag=True, help="Leave it at patched conics (quicker).")
@click.option("--plot", metavar="FILE", default="", help="[default: SITE-window.png]")
@click.option("--no-plot", is_flag=True, help="Write no picture.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def window(
    site: str | None,
    *,
    from_utc: str,
    to_utc_text: str | None,
    launch_site: str,
    orbit: str | None,
    light_days: float,
    earth_days: float | None,
    dark_hours: float,
    stay_days: float,
    parking_km: float,
    lander: str,
    no_refine: bool,
    plot: str,
    no_plot: bool,
    as_json: bool,
) -> None:
    """Find launches that lead to a landing with light and Earth in view.

    SITE is one of `moonstead sites`, or a file written by `moonstead horizon`. Every launch of
    every day is tried with flights of 3 to 6 days; the best of each month is flown under all
    forces. With --orbit there is no SITE: the launches that lead into a lunar orbit are shown.
    """
    target = _target(site, orbit)
    first_t_s = parse_date(from_utc, "--from")
    last_t_s = _year_after(first_t_s) if to_utc_text is None else parse_date(to_utc_text, "--to")
    if not 1.0 <= (last_t_s - first_t_s) / DAY_S <= _LONGEST_DAYS:
        remedy = "choose a date from one day to ten years after --from"
        raise InputError(Problem("--to", "", str(to_utc_text), remedy))
    search = Search(
        target=target,
        launch_site=find_launch_site(launch_site),
        first_t_s=first_t_s,
        last_t_s=last_t_s,
        parking_altitude_m=parking_km * 1e3,
        wishes=Wishes(
            light_s=light_days * DAY_S,
            dark_s=dark_hours * HOUR_S,
            earth_s=(light_days if earth_days is None else earth_days) * DAY_S,
            least_stay_s=_LEAST_STAY_DAYS * DAY_S,
            most_stay_s=stay_days * DAY_S,
        ),
        refined=not no_refine,
    )
    picture = None if no_plot else _picture(plot, target)
    found = search_windows(search, load_ephemeris())
    if picture is not None:
        plot_windows(found, picture)
    if as_json:
        answer = windows_json(found, lander)
        answer["plot_file"] = None if picture is None else str(picture)
        click.echo(json.dumps(answer, indent=2))
        return
    print_windows(found, lander)
    if picture is not None:
        click.echo(f"Picture: {picture}")


def _target(site: str | None, orbit: str | None) -> Target:
    if site is None and orbit is None:
        remedy = "name a site to land at (see `moonstead sites`), or an orbit with --orbit"
        raise InputError(Problem("window", "SITE", "", remedy))
    if site is not None and orbit is not None:
        remedy = "goes with no SITE: a landing begins in an orbit over its site"
        raise InputError(Problem("window", "--orbit", orbit, remedy))
    return Target(profile=find_profile(site)) if site is not None else _orbit(str(orbit))


def _orbit(text: str) -> Target:
    if text.strip().lower() == "nrho":
        return Target(nrho=True)
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    good = len(numbers) in {1, 2} and _LOWEST_KM <= numbers[0] <= _HIGHEST_KM
    if not good or not all(0.0 <= tilt_deg <= 180.0 for tilt_deg in numbers[1:]):
        remedy = (
            f"write an altitude of {_LOWEST_KM:g} to {_HIGHEST_KM:g} km and, if it matters, an "
            'inclination of 0 to 180 degrees, such as "100,90", or nrho'
        )
        raise InputError(Problem("--orbit", "", repr(text), remedy))
    tilt_deg = numbers[1] if len(numbers) == 2 else None
    return Target(altitude_m=numbers[0] * 1e3, inclination_deg=tilt_deg)


def _picture(plot: str, target: Target) -> Path:
    name = "orbit" if target.profile is None else target.profile.site.name
    return target_file(plot or f"{name}-window.png", "--plot", "a picture", PICTURES)


def _year_after(first_t_s: float) -> float:
    start = to_utc(first_t_s)
    day = min(start.day, monthrange(start.year + 1, start.month)[1])
    return from_utc(start.replace(year=start.year + 1, day=day))
