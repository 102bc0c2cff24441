"""``moonstead report``: the report of a run, rebuilt from its record alone."""

import json
from pathlib import Path

import click

from moonstead.cli.outcome import outcome
from moonstead.errors import InputError, Problem


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write. [default: RUN/report.html]"
)
@click.option("--json", "as_json", is_flag=True, help="Print the results for machines.")
def report(run: Path, out: Path | None, as_json: bool) -> None:
    """Write the report of RUN, a directory that `moonstead run` has written, again.

    With --json, prints what the run came to: "report_file" and the summary of the run, whose keys
    carry their units: "scenario", "title", "site", "survival" (does it survive, and the numbers
    that decide), "energy", "stores", "nodes" (temperatures), "data", "network" (what came
    home, to whom, through whose ground stations), "people" (hours of control centres), "tanks",
    "elements", "partners", "ground_stations", "planning", "experiments", "balances",
    "balances_close".
    """
    from moonstead.record.directory import RunDirectory
    from moonstead.report.page import write_report

    directory = RunDirectory(run)
    target = checked_target(out)
    written = write_report(directory, target)
    summary = directory.summary()
    if as_json:
        told = {"report_file": str(written), **summary}
        click.echo(json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False))
        return
    for line in outcome(summary):
        click.echo(line)
    click.echo(f"  report: {written}")


def checked_target(out: Path | None) -> Path | None:
    """Return the file to write.

    Raises
    ------
    InputError
        It is a folder, or in a folder that does not exist.
    """
    if out is None:
        return None
    if out.is_dir():
        raise InputError(Problem("--out", "", str(out), "is a folder; name a file"))
    if not out.parent.is_dir():
        raise InputError(Problem("--out", "", str(out), "name a file in a folder that exists"))
    return out
