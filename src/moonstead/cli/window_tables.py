"""What ``moonstead window`` found, as tables and as JSON."""

from dataclasses import asdict
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from moonstead.environment.timescale import iso_utc
from moonstead.orbits.landing_ellipse import NAVIGATION, landing_ellipse
from moonstead.orbits.landing_record import chance_of
from moonstead.orbits.search import Best, Month, Windows
from moonstead.units import DAY_S

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CONFIDENCE = 0.9
_WIDTH = 130


def print_windows(found: Windows, lander: str) -> None:
    """Print the windows by month.

    Parameters
    ----------
    found
        By a search.
    lander
        Kind of lander, for the chance of success.
    """
    search = found.search
    lands = found.times is not None
    title = f"From {search.launch_site.title} to {search.target.title}: cheapest flight of a month"
    table = Table(title=title)
    table.add_column("month")
    table.add_column("days with\na launch", max_width=17)
    right = ["lift-off\nUTC", "azi-\nmuth\ndeg", "flight\nd", "TLI\nm/s", "into\norbit\nm/s"]
    right += (
        ["landing\nUTC", "Sun\nel.\ndeg", "light\nafter\nd", "Earth\nafter\nd"] if lands else []
    )
    right += ["all\nkm/s"]
    for heading in right:
        table.add_column(heading, justify="right")
    for month in found.months:
        name = f"{MONTHS[month.month - 1]} {month.year}"
        if month.best is None:
            table.add_row(name, "none", style="dim")
            continue
        table.add_row(name, _spans(month.days), *_cells(found, month.best))
    Console(width=_WIDTH).print(table)
    for month in found.months:
        if month.best is None:
            click.echo(f"{MONTHS[month.month - 1]} {month.year}: {month.binds}.")
    for line in _notes(found, lander):
        click.echo(line)


def _spans(days: tuple[int, ...]) -> str:
    """Return days as spans, such as ``3-9, 27``."""
    spans: list[list[int]] = []
    for day in days:
        if spans and day == spans[-1][1] + 1:
            spans[-1][1] = day
        else:
            spans.append([day, day])
    return ", ".join(f"{a}-{b}" if b > a else f"{a}" for a, b in spans)


def _short_utc(t_s: float) -> str:
    """Return day and time without the year, such as ``24 Mar 17:05``."""
    text = iso_utc(t_s)
    return f"{int(text[8:10])} {MONTHS[int(text[5:7]) - 1]} {text[11:16]}"


def _cells(found: Windows, best: Best) -> list[str]:
    flights, row = found.flights, best.flight
    transfers = flights.transfers
    tli, insertion = _burns(found, best)
    landing = best.landing
    cells = [
        _short_utc(float(transfers.launch_t_s[row])),
        f"{transfers.azimuth_deg[row]:.0f}",
        f"{(transfers.arrival_t_s[row] - transfers.injection_t_s[row]) / DAY_S:.2f}",
        f"{tli:.0f}",
        f"{insertion:.0f}",
    ]
    if landing is not None:
        cells += [
            _short_utc(landing.t_s),
            f"{landing.sun_elevation_deg:.1f}",
            f"{'>' if landing.light_open else ''}{landing.light_s / DAY_S:.1f}",
            f"{'>' if landing.earth_open else ''}{landing.earth_s / DAY_S:.1f}",
        ]
    return [*cells, f"{_all_m_per_s(found, best) / 1e3:.2f}"]


def _burns(found: Windows, best: Best) -> tuple[float, float]:
    if best.refined is not None:
        return best.refined.tli_m_per_s, best.refined.insertion_m_per_s
    flights = found.flights
    return (
        float(flights.transfers.tli_m_per_s[best.flight]),
        float(flights.insertion_m_per_s[best.flight]),
    )


def _all_m_per_s(found: Windows, best: Best) -> float:
    descent = 0.0 if found.descent is None else found.descent.total_m_per_s
    return sum(_burns(found, best)) + descent


def _notes(found: Windows, lander: str) -> list[str]:
    search = found.search
    notes = []
    if (
        search.launch_site.azimuth_from_deg == -np.inf
        and search.launch_site.azimuth_to_deg == np.inf
    ):
        notes.append(f"No limit of launch azimuths is known for {search.launch_site.title}.")
    refined = [month.best.refined for month in found.months if month.best and month.best.refined]
    if refined:
        miss_km = [one.patched_miss_m / 1e3 for one in refined]
        notes.append(
            "TLI and insertion are those of flights under all forces. Patched conics, which found "
            f"them, would have passed {min(miss_km):,.0f} to {max(miss_km):,.0f} km from the "
            "Moon's centre."
        )
    else:
        notes.append("TLI and insertion are those of patched conics (within 30 m/s).")
    if search.target.nrho:
        notes.append("Insertion into the halo orbit is a figure of a published table.")
    if found.descent is not None:
        descent = found.descent
        notes.append(
            f"All: with {descent.total_m_per_s:.0f} m/s from the 100 km orbit to the ground "
            f"({descent.insertion_m_per_s:.0f} to lower the perilune, "
            f"{descent.braking_m_per_s:.0f} to brake, {descent.vertical_m_per_s:.0f} upright), "
            f"in {(descent.braking_s + descent.vertical_s) / 60.0:.0f} minutes from the perilune."
        )
        notes += _risk_notes(lander)
    return notes


def _risk_notes(lander: str) -> list[str]:
    chance = chance_of(lander)
    low, high = chance.interval()
    flights = chance.flights_for(1, _CONFIDENCE)
    spread = ", ".join(_ellipse_words(name) for name in NAVIGATION)
    success = (
        f"Chance of a landing ({lander}: {chance.successes} of {chance.attempts} went well): "
        f"{100 * chance.mean:.0f} % ({100 * low:.0f} to {100 * high:.0f}). One cargo with "
        f"{100 * _CONFIDENCE:.0f} % confidence takes {flights} flights."
    )
    return [success, f"95 % of landings are in an ellipse of {spread}."]


def _ellipse_words(navigation: str) -> str:
    along_m, cross_m = landing_ellipse(navigation).half_axes_m(0.95)
    return f"{2e-3 * along_m:.2g} by {2e-3 * cross_m:.2g} km ({navigation} navigation)"


def windows_json(found: Windows, lander: str) -> dict[str, Any]:
    """Return what ``--json`` prints; keys end with their units."""
    search, descent = found.search, found.descent
    chance = chance_of(lander)
    return {
        "target": search.target.title,
        "launch_site": search.launch_site.name,
        "from_utc": iso_utc(search.first_t_s),
        "to_utc": iso_utc(search.last_t_s),
        "months": [_month_json(found, month) for month in found.months],
        "flights": [_flight_json(found, row) for row in range(len(found.flights))],
        "descent": None
        if descent is None
        else {**asdict(descent), "total_m_per_s": descent.total_m_per_s},
        "landing_chance": {
            "kind": lander,
            "successes": chance.successes,
            "attempts": chance.attempts,
            "mean": chance.mean,
            "low": chance.interval()[0],
            "high": chance.interval()[1],
            "flights_for_one_cargo": chance.flights_for(1, _CONFIDENCE),
        },
        "landing_ellipses": [
            {
                "navigation": name,
                "along_m": landing_ellipse(name).half_axes_m(0.95)[0],
                "cross_m": landing_ellipse(name).half_axes_m(0.95)[1],
            }
            for name in NAVIGATION
        ],
    }


def _flight_json(found: Windows, row: int) -> dict[str, Any]:
    transfers = found.flights.transfers
    sample = int(found.flights.landing[row])
    landing_t_s = None if found.times is None else float(found.times.t_s[sample])
    return {
        "lift_off_utc": iso_utc(float(transfers.launch_t_s[row])),
        "azimuth_deg": float(transfers.azimuth_deg[row]),
        "inclination_deg": float(transfers.inclination_deg[row]),
        "injection_utc": iso_utc(float(transfers.injection_t_s[row])),
        "arrival_utc": iso_utc(float(transfers.arrival_t_s[row])),
        "tli_m_per_s": float(transfers.tli_m_per_s[row]),
        "insertion_m_per_s": float(found.flights.insertion_m_per_s[row]),
        "excess_m_per_s": float(np.linalg.norm(transfers.excess_m_per_s[row])),
        "landing_utc": None if landing_t_s is None else iso_utc(landing_t_s),
    }


def _month_json(found: Windows, month: Month) -> dict[str, Any]:
    best = month.best
    return {
        "year": month.year,
        "month": month.month,
        "launch_days": list(month.days),
        "launches": len(month.flights),
        "binds": month.binds or None,
        "best": None if best is None else _best_json(found, best),
    }


def _best_json(found: Windows, best: Best) -> dict[str, Any]:
    landing, refined = best.landing, best.refined
    tilt_deg = best.orbit_inclination_deg
    return {
        **_flight_json(found, best.flight),
        "orbit_inclination_deg": None if np.isnan(tilt_deg) else tilt_deg,
        "all_m_per_s": _all_m_per_s(found, best),
        "landing": None
        if landing is None
        else {
            "utc": iso_utc(landing.t_s),
            "sun_elevation_deg": landing.sun_elevation_deg,
            "sun_azimuth_deg": landing.sun_azimuth_deg,
            "light_h": landing.light_s / 3600.0,
            "earth_h": landing.earth_s / 3600.0,
            "light_goes_on": landing.light_open,
            "earth_goes_on": landing.earth_open,
        },
        "refined": None
        if refined is None
        else {
            "tli_m_per_s": refined.tli_m_per_s,
            "insertion_m_per_s": refined.insertion_m_per_s,
            "perilune_utc": iso_utc(refined.perilune_t_s),
            "perilune_altitude_m": refined.perilune_altitude_m,
            "turn_deg": refined.turn_deg,
            "patched_miss_m": refined.patched_miss_m,
            "patched_delay_s": refined.patched_delay_s,
            "injection_t_s": refined.injection.epoch_t_s,
            "injection_from_moon_m": refined.injection.position_m.tolist(),
            "injection_from_moon_m_per_s": refined.injection.velocity_m_per_s.tolist(),
        },
    }
