"""``moonstead orbit``: where an orbiter flies, how it drifts, and what keeping it costs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from moonstead.cli.options import FiniteRange
from moonstead.errors import InputError, Problem

if TYPE_CHECKING:
    from moonstead.cli.orbit_source import Source
    from moonstead.environment.ephemeris import Ephemeris
    from moonstead.environment.trajectory import Trajectory

_CSV_STEP_S = 60.0


@click.command("orbit")
@click.argument("name", required=False)
@click.option(
    "--state", "state_file", metavar="FILE",
    help="Take the state of an OPM or the trajectory of an OEM instead (CCSDS, KVN or XML).",
)  # fmt: skip
@click.option("--start", "start_utc", default="2035-01-01", show_default=True, metavar="UTC")
@click.option(
    "--days", type=FiniteRange(0.0, 3660.0, min_open=True), default=30.0, show_default=True,
    help="Of flight.",
)  # fmt: skip
@click.option(
    "--degree", type=click.IntRange(0, 1200), metavar="N",
    help="Of the Moon's field.  [default: 12 for low orbits, else 8]",
)  # fmt: skip
@click.option(
    "--gravity", "gravity_file", metavar="FILE",
    help="Field of higher degree (PDS SHADR or CSV) than the packaged one of 12.",
)  # fmt: skip
@click.option("--keep", is_flag=True, help="Fly it with station keeping, and tell the cost.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True,
    help="Of the errors of navigation and engine, with --keep.",
)  # fmt: skip
@click.option("--plot", metavar="FILE", default="", help="Picture.  [default: NAME-orbit.png]")
@click.option("--no-plot", is_flag=True, help="Write no picture.")
@click.option("--oem", metavar="FILE", help="Write a CCSDS OEM: KVN, or XML for FILE.xml.")
@click.option("--czml", metavar="FILE", help="Write CZML for Cesium.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write states, every minute.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def orbit(
    name: str | None,
    *,
    state_file: str | None,
    start_utc: str,
    days: float,
    degree: int | None,
    gravity_file: str | None,
    keep: bool,
    seed: int,
    plot: str,
    no_plot: bool,
    oem: str | None,
    czml: str | None,
    csv_file: str | None,
    as_json: bool,
) -> None:
    """Fly an orbiter about the Moon; tell its drift, its eclipses and what keeping it costs.

    NAME is an orbit of the catalogue, or a scenario (file or name), whose first relay_orbiter is
    flown. Without NAME the catalogue is listed.

    Moon, Earth, Sun and Jupiter pull. A low orbit needs the Moon's field to degree 50 or more to
    be right over weeks: give it with --gravity.
    """
    from moonstead.cli.dates import parse_date
    from moonstead.cli.orbit_source import chosen_forces, flown, kept, source_of
    from moonstead.cli.orbit_tables import list_catalogue, orbit_facts, print_orbit
    from moonstead.cli.site_plot import PICTURES
    from moonstead.cli.targets import target_file
    from moonstead.environment.ephemeris import load_ephemeris
    from moonstead.orbits.course import course_of
    from moonstead.units import DAY_S

    if name is None and state_file is None:
        list_catalogue(as_json=as_json)
        return
    if name is not None and state_file is not None:
        raise InputError(Problem("--state", "", state_file, f"give it or {name}, not both"))
    targets = {
        "--oem": target_file(oem, "--oem", "an OEM", (".oem", ".txt", ".xml")) if oem else None,
        "--czml": target_file(czml, "--czml", "CZML", (".czml", ".json")) if czml else None,
        "--csv": target_file(csv_file, "--csv", "a table", (".csv",)) if csv_file else None,
    }
    label = name or Path(str(state_file)).stem
    plot = plot or f"{Path(label).stem}-orbit.png"
    picture = None if no_plot else target_file(plot, "--plot", "a picture", PICTURES)
    start_t_s = parse_date(start_utc, "--start")
    ephemeris = load_ephemeris()
    source = source_of(name, state_file, start_t_s, ephemeris)
    forces = chosen_forces(source, degree, gravity_file)
    end_t_s = source.start_t_s + days * DAY_S
    keeping = kept(source, end_t_s, forces, ephemeris, seed) if keep else None
    trajectory = keeping.trajectory if keeping else flown(source, end_t_s, forces, ephemeris)
    course = course_of(trajectory, ephemeris, source.plane)
    if picture is not None:
        from moonstead.cli.orbit_plot import plot_orbit

        plot_orbit(source, trajectory, course, ephemeris, picture)
    _export(trajectory, source, ephemeris, targets)
    files = [str(path) for path in (picture, *targets.values()) if path is not None]
    facts = orbit_facts(source, trajectory, course, keeping, forces, ephemeris)
    facts = {**facts, "asked_days": days, "files": files}
    if as_json:
        click.echo(json.dumps(facts, indent=1))
        return
    print_orbit(facts)


def _export(
    trajectory: "Trajectory",
    source: "Source",
    ephemeris: "Ephemeris",
    targets: dict[str, Path | None],
) -> None:
    import numpy as np

    from moonstead.environment.timescale import iso_utc
    from moonstead.interop.czml import write_czml
    from moonstead.interop.oem import write_oem
    from moonstead.interop.oem_trajectory import oem_of
    from moonstead.interop.states_csv import write_states_csv

    if targets["--oem"] is not None:
        # The date of creation is that of the first state: equal questions give equal files.
        message = oem_of(
            trajectory,
            object_id=source.name,
            originator="MOONSTEAD",
            creation_date=iso_utc(trajectory.start_t_s).removesuffix("Z"),
        )
        write_oem(message, targets["--oem"])
    if targets["--czml"] is not None:
        write_czml([trajectory], ephemeris, source.title, targets["--czml"])
    if targets["--csv"] is not None:
        span_s = trajectory.end_t_s - trajectory.start_t_s
        t_s = trajectory.start_t_s + _CSV_STEP_S * np.arange(
            int(span_s / _CSV_STEP_S) + 1, dtype=np.float64
        )
        write_states_csv(trajectory, targets["--csv"], t_s)
