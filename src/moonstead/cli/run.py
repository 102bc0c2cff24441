"""``moonstead run``: a scenario to a run directory and its report."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from moonstead.cli.outcome import outcome
from moonstead.errors import InputError, Problem
from moonstead.units import DAY_S

if TYPE_CHECKING:
    from moonstead.scenario.model import Scenario


@click.command()
@click.argument("scenario")
@click.option("--until", metavar="UTC", help="End earlier or later than the scenario says.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of everything random.")
@click.option(
    "--autonomy", type=click.Choice(["E1", "E2", "E3", "E4"]), help="Level of the whole station."
)
@click.option("--out", type=click.Path(path_type=Path), help="Run directory. [default: runs/NAME]")
@click.option("--json", "as_json", is_flag=True, help="Print the results for machines.")
def run(
    scenario: str,
    *,
    until: str | None,
    seed: int | None,
    autonomy: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Run SCENARIO, a file or the name of a scenario that comes with Moonstead.

    A run that was stopped, in whatever way, goes on where it was when the same command is given
    again, and ends with the same bytes.
    """
    from moonstead.record.directory import RunDirectory
    from moonstead.report.page import write_report
    from moonstead.run.execute import execute
    from moonstead.scenario.build import build_world, read_scenario
    from moonstead.scenario.examples import scenario_path

    path = scenario_path(scenario)
    parsed, text = read_scenario(path)
    parsed = _changed(parsed, until, seed)
    if autonomy is not None:
        levels = parsed.autonomy.model_copy(update={"level": autonomy, "element": ()})
        parsed = parsed.model_copy(update={"autonomy": levels})
    directory = RunDirectory(out if out is not None else Path("runs") / parsed.name)
    world = build_world(parsed, text, path)
    with _progress(parsed.name) as progress:
        summary = execute(world, directory, progress)
    report = write_report(directory)
    if as_json:
        click.echo(json.dumps(summary, indent=1, sort_keys=True))
        return
    for line in outcome(summary):
        click.echo(line)
    click.echo(f"  report: {report}")


def _changed(scenario: "Scenario", until: str | None, seed: int | None) -> "Scenario":
    """Return the scenario with what the command line changes in it."""
    from pydantic import ValidationError

    changes: dict[str, Any] = {}
    if until is not None:
        changes["end"] = until
    if seed is not None:
        changes["seed"] = seed
    if not changes:
        return scenario
    try:
        run = type(scenario.run).model_validate({**scenario.run.model_dump(), **changes})
    except ValidationError as error:
        message = error.errors(include_url=False)[0]
        is_ours = message["type"] == "mistake"
        remedy = message["msg"] if is_ours else 'write a date such as "2035-02-01T00:00:00Z"'
        raise InputError(Problem("--until", "", str(until), remedy)) from None
    return scenario.model_copy(update={"run": run})


@contextmanager
def _progress(name: str) -> Iterator[Callable[[float, float], None]]:
    """Show a progress bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn(f"{name}"),
        BarColumn(),
        TextColumn("{task.fields[days]}"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(name, total=None, days="computing Sun, Earth and contacts")

        def update(done_s: float, total_s: float) -> None:
            days = f"{done_s / DAY_S:.0f} of {total_s / DAY_S:.0f} days"
            bar.update(task, completed=done_s, total=total_s, days=days)

        yield update
