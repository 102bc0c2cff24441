"""What ``moonstead orbit`` found, as tables and for machines."""

import json
from typing import Any

import click
import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from moonstead.cli.orbit_source import Source
from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.timescale import iso_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.errors import InputError
from moonstead.orbits.catalogue import catalogue_rows
from moonstead.orbits.course import Course, Shadow, Swing
from moonstead.orbits.forces import Forces
from moonstead.orbits.keeping import Keeping
from moonstead.orbits.state import OrbitState, osculating_orbit
from moonstead.units import DAY_S, HOUR_S, MINUTE_S

Facts = dict[str, Any]


def list_catalogue(*, as_json: bool) -> None:
    """Print the orbits of the catalogue."""
    orbits = catalogue_rows()
    if as_json:
        kept = ("name", "title", "kind", "source", "confidence", "note")
        click.echo(json.dumps([{key: one[key] for key in kept} for one in orbits], indent=1))
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("name", "orbit", "confidence"):
        table.add_column(heading)
    for one in orbits:
        table.add_row(one["name"], one["title"], one["confidence"])
    Console().print(table)
    click.echo("Fly one with: moonstead orbit NAME")


def orbit_facts(
    source: Source,
    trajectory: Trajectory,
    course: Course,
    keeping: Keeping | None,
    forces: Forces,
    ephemeris: Ephemeris,
) -> Facts:
    """Return what was found, for ``--json``."""
    state = OrbitState(
        epoch_t_s=trajectory.start_t_s,
        position_m=trajectory.position_m[0],
        velocity_m_per_s=trajectory.velocity_m_per_s[0],
    )
    return {
        "name": source.name,
        "title": source.title,
        "origin": source.origin,
        "field_degree": forces.degree,
        "is_ellipse": source.plane is not None,
        "start_utc": iso_utc(trajectory.start_t_s),
        "end_utc": iso_utc(trajectory.end_t_s),
        "days": (trajectory.end_t_s - trajectory.start_t_s) / DAY_S,
        "state_icrf": {
            "position_m": state.position_m.tolist(),
            "velocity_m_per_s": state.velocity_m_per_s.tolist(),
        },
        "osculating": _osculating(state, ephemeris),
        "mean_period_h": None if course.period_s is None else course.period_s / HOUR_S,
        "altitude_km": {
            "least": course.altitude_m[0] / 1e3,
            "greatest": course.altitude_m[1] / 1e3,
        },
        "perilune_altitude_km": _range_km(course.perilune_altitude_m),
        "apolune_altitude_km": _range_km(course.apolune_altitude_m),
        "drift": None if course.swing is None else _drift(course.swing, str(source.plane)),
        "eclipses": {shadow.body: _eclipses(shadow) for shadow in course.shadows},
        "keeping": None if keeping is None else _keeping(keeping),
    }


def _osculating(state: OrbitState, ephemeris: Ephemeris) -> Facts | None:
    try:
        orbit = osculating_orbit(state, ephemeris)
    except InputError:
        return None
    return {
        "semi_major_axis_km": orbit.semi_major_axis_m / 1e3,
        "eccentricity": orbit.eccentricity,
        "inclination_deg": orbit.inclination_deg,
        "ascending_node_deg": orbit.ascending_node_deg,
        "perilune_argument_deg": orbit.perilune_argument_deg,
        "mean_anomaly_deg": orbit.mean_anomaly_deg,
        "period_h": orbit.period_s / HOUR_S,
    }


def _range_km(altitude_m: Any) -> Facts | None:
    if len(altitude_m) == 0:
        return None
    return {
        "least": float(altitude_m.min()) / 1e3,
        "mean": float(altitude_m.mean()) / 1e3,
        "greatest": float(altitude_m.max()) / 1e3,
    }


def _drift(swing: Swing, plane: str) -> Facts:
    def span(values: Any) -> Facts:
        return {
            "first": float(values[0]),
            "last": float(values[-1]),
            "least": float(values.min()),
            "greatest": float(values.max()),
        }

    return {
        "plane": plane,
        "revolutions": len(swing.t_s),
        "eccentricity": span(swing.eccentricity),
        "perilune_argument_deg": None if swing.is_round else span(swing.argument_deg),
        "inclination_deg": span(swing.inclination_deg),
        "is_frozen": swing.is_frozen,
    }


def _eclipses(shadow: Shadow) -> Facts:
    longest = max(shadow.spans, key=lambda span: span[1] - span[0], default=None)
    return {
        "count": len(shadow.spans),
        "longest_minutes": shadow.longest_s / MINUTE_S,
        "longest_start_utc": None if longest is None else iso_utc(longest[0]),
        "longest_dark_minutes": shadow.longest_umbra_s / MINUTE_S,
        "total_h": shadow.total_s / HOUR_S,
    }


def _keeping(keeping: Keeping) -> Facts:
    sizes = np.linalg.norm(keeping.burn_m_per_s, axis=1)
    return {
        "burns": len(sizes),
        "total_m_per_s": keeping.total_m_per_s,
        "yearly_m_per_s": keeping.yearly_m_per_s,
        "largest_m_per_s": float(sizes.max(initial=0.0)),
    }


def print_orbit(facts: Facts) -> None:
    """Print what `orbit_facts` returned, with the days asked for and the files written."""
    table = Table(
        title=f"{facts['title']}\n{facts['start_utc']} to {facts['end_utc']}, "
        f"{facts['days']:.4g} days",
        title_justify="left",
        show_header=False,
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for row in [*_shape_rows(facts), *_drift_rows(facts), *_shadow_rows(facts), *_keep_rows(facts)]:
        table.add_row(*row)
    console = Console()
    console.print(table)
    lines = [
        f"Numbers from: {facts['origin']}",
        f"Forces: Moon's field to degree {facts['field_degree']}, Earth, Sun, Jupiter.",
        _verdict(facts),
    ]
    for line in lines:
        console.print(line, highlight=False)
    for file in facts["files"]:
        console.print(f"Written: {file}", highlight=False)


def _shape_rows(facts: Facts) -> list[tuple[str, str, str]]:
    rows = []
    period_h = facts["mean_period_h"]
    if period_h is not None:
        value = f"{period_h:.2f} h" if period_h < 48.0 else f"{period_h / 24.0:.3f} d"
        rows.append(("period", value, "mean"))
    if not facts["is_ellipse"]:
        height = facts["altitude_km"]
        value = f"{height['least']:,.0f} to {height['greatest']:,.0f} km"
        return [*rows, ("altitude", value, "above the mean sphere of 1737.4 km")]
    for name in ("perilune", "apolune"):
        height = facts[f"{name}_altitude_km"]
        if height is not None:
            value = f"{height['least']:,.0f} to {height['greatest']:,.0f} km"
            rows.append((f"{name} altitude", value, f"mean {height['mean']:,.0f} km"))
    osculating = facts["osculating"]
    if osculating is not None:
        size = f"a {osculating['semi_major_axis_km']:,.1f} km, e {osculating['eccentricity']:.4f}"
        angles = ", ".join(
            f"{word} {osculating[key]:.1f}"
            for word, key in (
                ("i", "inclination_deg"),
                ("node", "ascending_node_deg"),
                ("w", "perilune_argument_deg"),
            )
        )
        rows.append(("at the start", size, f"{angles} deg"))
    return rows


def _drift_rows(facts: Facts) -> list[tuple[str, str, str]]:
    drift = facts["drift"]
    if drift is None:
        return []
    plane = {"earth": "Earth plane", "equator": "equator"}[drift["plane"]]
    rows = []
    for key, name, form in (
        ("eccentricity", "eccentricity", ".4f"),
        ("perilune_argument_deg", "argument of perilune", ".1f"),
        ("inclination_deg", "inclination", ".2f"),
    ):
        one = drift[key]
        if one is None:
            continue
        unit = " deg" if key.endswith("deg") else ""
        value = f"{one['first']:{form}} to {one['last']:{form}}{unit}"
        note = f"within {one['least']:{form}} and {one['greatest']:{form}}"
        rows.append((name, value, note + (f" ({plane})" if unit else "")))
    return rows


def _shadow_rows(facts: Facts) -> list[tuple[str, str, str]]:
    rows = []
    for body in ("moon", "earth"):
        one = facts["eclipses"][body]
        if one["count"] == 0:
            rows.append((f"eclipses by the {body.capitalize()}", "none", ""))
            continue
        value = f"{one['count']}, longest {one['longest_minutes']:.0f} min"
        note = f"umbra {one['longest_dark_minutes']:.0f} min; {one['longest_start_utc'][:10]}"
        rows.append((f"eclipses by the {body.capitalize()}", value, note))
    return rows


def _keep_rows(facts: Facts) -> list[tuple[str, str, str]]:
    keeping = facts["keeping"]
    if keeping is None:
        return []
    value = f"{keeping['yearly_m_per_s']:.1f} m/s a year"
    note = (
        f"{keeping['burns']} burns, {keeping['total_m_per_s']:.2f} m/s in all, "
        f"largest {keeping['largest_m_per_s']:.2f} m/s"
    )
    return [("station keeping", value, note if keeping["burns"] else "no burn was needed")]


def _verdict(facts: Facts) -> str:
    if facts["days"] < 0.999 * facts["asked_days"] and not facts["origin"].endswith("as it tells"):
        return f"It MEETS THE GROUND after {facts['days']:.1f} days."
    drift = facts["drift"]
    if not facts["is_ellipse"]:
        return "Held by Earth and Moon together: it follows no ellipse whose drift could be told."
    if drift is None:
        return "Frozen or not: cannot be told in less than 30 days."
    turned = drift["perilune_argument_deg"]
    if drift["is_frozen"] is None:
        reason = "near a circle" if turned is None else "in less than 30 days"
        return f"Frozen or not: cannot be told {reason}."
    words = "Frozen" if drift["is_frozen"] else "Not frozen"
    swing_deg = 0.5 * (turned["greatest"] - turned["least"])
    return f"{words}: over these days its perilune swings by {swing_deg:.1f} deg to either side."
