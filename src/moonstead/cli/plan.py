"""``moonstead plan``: what a station would do in the days from a date on, and why not more."""

import json
import time
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click

from moonstead.cli.options import FiniteRange
from moonstead.errors import InputError, Problem, RunError

FORMATS = ("plandev", "open-mct", "seq", "csv", "ics")
ENDINGS = {
    "plandev": "plandev.json",
    "open-mct": "open-mct.json",
    "seq": "seq.json",
    "csv": "csv",
    "ics": "ics",
}


@click.command()
@click.argument("scenario")
@click.option("--from", "from_utc", metavar="UTC", help="First day. [default: the run's start]")
@click.option(
    "--days",
    type=FiniteRange(0.25, 60.0),
    default=14.0,
    show_default=True,
    help="Length of the plan.",
)
@click.option(
    "--seconds",
    type=FiniteRange(0.1, 3600.0),
    default=10.0,
    show_default=True,
    help="Time to search.",
)
@click.option("--no-bound", is_flag=True, help="Leave out bound and prices (quicker).")
@click.option("--requests", "tables", multiple=True, metavar="FILE", help="CSV or spreadsheet.")
@click.option(
    "--export",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    help="Write the plan for other tools; repeat for several.",
)
@click.option("--out", metavar="FOLDER", default=".", show_default=True, help="Where files go.")
@click.option("--all", "whole", is_flag=True, help="List every activity.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def plan(
    scenario: str,
    *,
    from_utc: str | None,
    days: float,
    seconds: float,
    no_bound: bool,
    tables: tuple[str, ...],
    formats: tuple[str, ...],
    out: str,
    whole: bool,
    as_json: bool,
) -> None:
    """Plan SCENARIO, with a bound on what any plan could reach and a reason for what is left out.

    The station is taken as it begins: nothing done, stores as the scenario says. Files are named
    after the scenario; NAME-plan.html is the plan as a page.
    """
    from moonstead.cli.dates import parse_date
    from moonstead.cli.plan_page import plan_page
    from moonstead.cli.plan_tables import print_plan
    from moonstead.environment.timescale import to_utc
    from moonstead.interop.plan_exports import PLAN_FORMATS
    from moonstead.run.planning import plan_scenario
    from moonstead.scenario.build import build_world, read_scenario, with_request_table
    from moonstead.scenario.examples import scenario_path

    path = scenario_path(scenario)
    parsed, text = read_scenario(path)
    for name in tables:
        parsed, text = with_request_table(parsed, text, Path(name))
    start = parsed.run.start if from_utc is None else to_utc(parse_date(from_utc, "--from"))
    run = parsed.run.model_copy(update={"start": start, "end": start + timedelta(days=days)})
    parsed = parsed.model_copy(update={"run": run})
    world = build_world(parsed, text, path)
    made = plan_scenario(world, left=_Timer(seconds), with_bound=not no_bound)
    if made.violations:
        first = made.violations[0]
        raise RunError(f"the plan breaks the rule of {first.rule} for {first.subject}: not written")
    folder = Path(out)
    page = folder / f"{parsed.name}-plan.html"
    files = [page, *(folder / f"{parsed.name}-plan.{ENDINGS[name]}" for name in formats)]
    texts = [plan_page(made.plan), *(PLAN_FORMATS[name](made.plan) for name in formats)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in zip(files, texts, strict=True):
            file.write_text(content, encoding="utf-8", newline="")
    except OSError as error:
        remedy = f"cannot be written: {error.strerror or error}"
        raise InputError(Problem("--out", "", out, remedy)) from None
    if as_json:
        answer = {**asdict(made.plan), "gap_fraction": made.plan.gap_fraction}
        click.echo(json.dumps({**answer, "files": list(map(str, files))}, indent=1))
        return
    print_plan(made.plan, iterations=made.iterations, whole=whole)
    for file in files:
        click.echo(f"  {file}")


class _Timer:
    """Says what share is left of so many seconds from the first question on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: float | None = None

    def __call__(self) -> float:
        now = time.monotonic()
        if self._until is None:
            self._until = now + self._seconds
        return (self._until - now) / max(self._seconds, 1e-9)
