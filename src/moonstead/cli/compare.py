"""``moonstead compare``: what was put into two runs, and what came out, beside each other."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from moonstead.errors import InputError, Problem, RecordError

DIFFERENT = 1


@click.command()
@click.argument("run_a", type=click.Path(path_type=Path))
@click.argument("run_b", type=click.Path(path_type=Path))
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0.0),
    default=0.0,
    show_default=True,
    help="Numbers that differ by no more than this share of the greater count as equal.",
)
@click.option("--all", "show_all", is_flag=True, help="List every difference, not the weightiest.")
@click.option("--json", "as_json", is_flag=True, help="Print every difference for machines.")
def compare(run_a: Path, run_b: Path, tolerance: float, show_all: bool, as_json: bool) -> int:
    """Compare RUN_A and RUN_B, directories that `moonstead run` has written.

    Tells which inputs differ, which results differ and by how much, and for every series the
    largest difference and when it first differs. Exit status: 0 equal, 1 different, 2 one is no
    complete run.
    """
    from moonstead.cli.comparison import comparison_lines
    from moonstead.record.compare.runs import compare_runs
    from moonstead.record.directory import RunDirectory

    a, b = RunDirectory(run_a), RunDirectory(run_b)
    try:
        found = compare_runs(a, b, tolerance)
        lines = comparison_lines(a, b, found, show_all=show_all)
    except RecordError as error:
        place, _, remedy = str(error).partition(": ")
        raise InputError(Problem(place, "", "", remedy)) from None
    if as_json:
        told = {"equal": found.is_equal, "tolerance": tolerance, **asdict(found)}
        click.echo(json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False, default=str))
    else:
        for line in lines:
            click.echo(line)
    return 0 if found.is_equal else DIFFERENT
