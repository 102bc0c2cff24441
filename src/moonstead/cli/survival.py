"""``moonstead survival``: how probable it is that a station lives for years."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from moonstead.cli.options import FiniteRange
from moonstead.errors import InputError, Problem

if TYPE_CHECKING:
    from moonstead.campaign.survival.campaign import Fleet

LEAST_RATES, MOST_RATES = 0.01, 100.0


@click.command()
@click.argument("scenario")
@click.option(
    "--years", type=FiniteRange(0.01, 50.0), default=10.0, show_default=True, help="Of a mission."
)
@click.option(
    "--missions",
    type=click.IntRange(1, 100_000),
    default=59,
    show_default=True,
    help="At each rate: 59 without a loss say 0.95, 299 say 0.99, 2995 say 0.999.",
)
@click.option(
    "--rates",
    default="1",
    show_default=True,
    metavar="X,X",
    help="Failures come so many times as often, such as 0.3,1,3.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder of results; a campaign that was stopped goes on there. "
    "[default: runs/NAME-survival]",
)
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the results for machines.")
def survival(
    scenario: str,
    *,
    years: float,
    missions: int,
    rates: str,
    out: Path | None,
    processes: int,
    as_json: bool,
) -> None:
    """Fly SCENARIO many times, each with other chances, and count how often the station lives.

    The truth, the guard and the computer are those of a run; in place of planner and sessions the
    loads run at their mean. OUT/survival.html shows everything, OUT/survival.json is for programs.
    """
    from moonstead.campaign.chances import chances_in_words
    from moonstead.campaign.survival.campaign import fly_fleets
    from moonstead.campaign.survival.page import survival_page, told_plainly
    from moonstead.cli.counting import counting, going_on
    from moonstead.record.files import write_atomically, write_json
    from moonstead.scenario.build import read_scenario
    from moonstead.scenario.examples import scenario_path

    factors = _factors(rates)
    path = scenario_path(scenario)
    parsed, _ = read_scenario(path)
    folder = Path("runs") / f"{parsed.name}-survival" if out is None else out
    with going_on(folder), counting("missions") as progress:
        fleets = fly_fleets(
            path, years, missions, factors, folder / "missions", processes, progress
        )
    chances = chances_in_words(parsed)
    told = told_plainly(years, fleets)
    write_json(folder / "survival.json", told)
    page = survival_page(parsed.title, years, fleets, chances)
    write_atomically(folder / "survival.html", page.encode())
    if as_json:
        click.echo(json.dumps(told, indent=1, sort_keys=True))
        return
    click.echo(f"{parsed.title}: missions of {years:g} years, failing by chance: {chances}")
    _print(fleets)
    click.echo(f"  page: {folder / 'survival.html'}")


def _factors(rates: str) -> list[float]:
    """Return the factors of the rates."""
    factors = []
    for word in rates.split(","):
        try:
            factor = float(word)
        except ValueError:
            factor = 0.0
        if not LEAST_RATES <= factor <= MOST_RATES:
            remedy = f"factors from {LEAST_RATES:g} to {MOST_RATES:g} between commas: 0.3,1,3"
            raise InputError(Problem("--rates", "", rates, remedy))
        factors.append(factor)
    return list(dict.fromkeys(factors))


def _print(fleets: "Sequence[Fleet]") -> None:
    from rich.console import Console
    from rich.table import Table

    from moonstead.campaign.survival.page import chance_rows

    table = Table()
    heads = ("rates", "missions", "lost", "not lost", "95 % interval", "at least", "unharmed")
    for place, heading in enumerate(heads):
        table.add_column(heading, justify="right" if place else "left", no_wrap=True)
    for row in chance_rows(fleets):
        table.add_row(*row[: len(heads)])
    Console().print(table)
    for fleet in fleets:
        for why, faults, count in fleet.causes():
            click.echo(f"  x {fleet.rates:g}: {count} {why}; faults then: {faults}")
        for name, count in fleet.elements_lost():
            click.echo(f"  x {fleet.rates:g}: {name} lost to the cold in {count}")
