"""What ``moonstead site`` found, as tables."""

from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from moonstead.environment.light import LightStatistics
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.seasons import BRIDGE_H, LEAST_SEASON_DAYS

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_BANDS = ("any_disc_fraction", "mean_disc_fraction", "longest_dark_h", "earth_fraction")


def print_site(profile: HorizonProfile, statistics: LightStatistics, found: dict[str, Any]) -> None:
    """Print all that ``moonstead site`` found.

    Parameters
    ----------
    profile
        The site and its horizon.
    statistics
        Of light and Earth.
    found
        What ``--json`` prints.
    """
    place = profile.site
    total = Table(
        title=("SYNTHETIC TERRAIN\n" if found["is_synthetic"] else "")
        + f"{place.name}: {place.latitude_deg:.4f}, {place.longitude_deg:.4f} E, "
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
