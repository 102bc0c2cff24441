"""``moonstead levels``: what each level of autonomy is worth at each share of contact."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from moonstead.cli.options import FiniteRange
from moonstead.errors import InputError, Problem

if TYPE_CHECKING:
    from moonstead.campaign.levels.statistics import Cell

WIDE = 130
"""Characters of a line that hold all measures."""


@click.command()
@click.argument("scenario")
@click.option(
    "--days", type=FiniteRange(1.0, 3660.0), default=30.0, show_default=True, help="Of each run."
)
@click.option("--seeds", type=click.IntRange(1, 1000), default=2, show_default=True)
@click.option(
    "--levels", "names", default="E1,E2,E3,E4", show_default=True, metavar="E1,E2", help="Which."
)
@click.option(
    "--contacts",
    default="0,2,5,10,25,54,100",
    show_default=True,
    metavar="%,%",
    help="Shares of each day with contact, in percent.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder of results; a campaign that was stopped goes on there. "
    "[default: runs/NAME-levels]",
)
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the results for machines.")
def levels(
    scenario: str,
    *,
    days: float,
    seeds: int,
    names: str,
    contacts: str,
    out: Path | None,
    processes: int,
    as_json: bool,
) -> None:
    """Run SCENARIO at every level of autonomy and share of contact, with the same seeds.

    A run of 30 days takes about 15 seconds of a processor, and there are LEVELS x CONTACTS x SEEDS
    of them.
    OUT/levels.html shows everything, OUT/levels.svg is the picture, OUT/levels.csv has a row for
    each run, OUT/levels.json is for programs.
    """
    from moonstead.campaign.chances import chances_in_words
    from moonstead.campaign.levels.campaign import REFERENCE, cases_of, run_cases
    from moonstead.campaign.levels.case import LEVELS
    from moonstead.campaign.levels.page import cases_csv, levels_page, picture_file, told_plainly
    from moonstead.campaign.levels.statistics import cells
    from moonstead.cli.counting import counting, going_on
    from moonstead.record.files import write_atomically, write_json
    from moonstead.scenario.build import read_scenario
    from moonstead.scenario.examples import scenario_path

    chosen = [name.strip().upper() for name in names.split(",")]
    for name in chosen:
        if name not in LEVELS:
            remedy = f"levels between commas: {','.join(LEVELS)}"
            raise InputError(Problem("--levels", "", names, remedy))
    shares = _shares(contacts)
    path = scenario_path(scenario)
    parsed, _ = read_scenario(path)
    folder = Path("runs") / f"{parsed.name}-levels" if out is None else out
    cases = cases_of(path, days, list(dict.fromkeys(chosen)), shares, seeds)
    with going_on(folder), counting("runs") as progress:
        results = run_cases(cases, folder / "cases", processes, progress)
    found = cells(results, REFERENCE)
    chances = chances_in_words(parsed)
    told = told_plainly(days, found, results)
    write_json(folder / "levels.json", told)
    write_atomically(folder / "levels.csv", cases_csv(results).encode())
    write_atomically(folder / "levels.svg", picture_file(found).encode())
    page = levels_page(parsed.title, days, found, chances)
    write_atomically(folder / "levels.html", page.encode())
    if as_json:
        click.echo(json.dumps(told, indent=1, sort_keys=True))
        return
    click.echo(f"{parsed.title}: {days:g} days, {seeds} seeds, failing by chance: {chances}")
    _print(found)
    click.echo(f"  page: {folder / 'levels.html'}")


def _shares(contacts: str) -> list[float]:
    """Return the shares of contact, ascending."""
    shares = set()
    for word in contacts.split(","):
        try:
            percent = float(word)
        except ValueError:
            percent = -1.0
        if not 0.0 <= percent <= 100.0:
            remedy = "percentages from 0 to 100 between commas: 0,10,100"
            raise InputError(Problem("--contacts", "", contacts, remedy))
        shares.add(percent / 100.0)
    return sorted(shares)


def _print(found: "Sequence[Cell]") -> None:
    from rich.console import Console
    from rich.table import Table

    from moonstead.campaign.levels.page import HEADS, NARROW, table_rows

    console, table = Console(), Table()
    shown = range(len(HEADS)) if console.width >= WIDE else NARROW
    for place in shown:
        table.add_column(HEADS[place], justify="right" if place else "left", no_wrap=place < 3)
    for row in table_rows(found):
        table.add_row(*(row[place] for place in shown))
    console.print(table)
