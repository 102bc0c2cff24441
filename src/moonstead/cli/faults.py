"""``moonstead faults``: the fault catalogue, and what of it a scenario may meet."""

import json
from dataclasses import asdict

import click
from rich import box
from rich.console import Console
from rich.table import Table

from moonstead.scenario.build import build_world, read_scenario
from moonstead.scenario.examples import scenario_path
from moonstead.scenario.fault_catalogue import CatalogueRow, fault_catalogue, units_of
from moonstead.scenario.model import Scenario
from moonstead.units import HOUR_S


@click.command("faults")
@click.argument("scenario", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def faults(scenario: str | None, as_json: bool) -> None:
    """List the faults that can strike a station, with their rates and where these are from.

    With SCENARIO, a file or the name of one that comes with Moonstead: how many units each strikes
    there, and how often a year.
    """
    rows = fault_catalogue()
    counts = None
    if scenario is not None:
        path = scenario_path(scenario)
        document, text = read_scenario(path)
        build_world(document, text, path)
        counts = {name: _often(row, document) for name, row in rows.items()}
    if as_json:
        click.echo(json.dumps([_plain(row, counts) for row in rows.values()], indent=2))
        return
    _print_table(rows, counts)


def _often(row: CatalogueRow, scenario: Scenario) -> tuple[int, float]:
    """Return how many units a row strikes, and how often a year it comes."""
    units = len(units_of(row, scenario))
    asked = scenario.catalogue_faults
    factor = 1.0
    if asked is not None:
        factor = 0.0 if row.name in asked.without else asked.factor
    rate_per_year = row.rate_per_year * factor if row.mode is not None else 0.0
    return units, (min(units, 1) if row.is_together else units) * rate_per_year


def _plain(row: CatalogueRow, counts: dict[str, tuple[int, float]] | None) -> dict[str, object]:
    plain = asdict(row)
    plain["class"] = plain.pop("kind")
    if counts is not None:
        plain["units"], plain["expected_per_year"] = counts[row.name]
    return plain


def _print_table(
    rows: dict[str, CatalogueRow], counts: dict[str, tuple[int, float]] | None
) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right")
    table.add_column("name", no_wrap=True)
    table.add_column("what fails, and how")
    if counts is None:
        table.add_column("a unit-year", justify="right")
    else:
        table.add_column("units", justify="right")
        table.add_column("a year", justify="right")
    table.add_column("source")
    for row in rows.values():
        often = [f"{row.rate_per_year:g}"]
        if counts is not None:
            units, rate_per_year = counts[row.name]
            often = [str(units), f"{rate_per_year:.3g}"]
        kind = f" [{row.kind}]" if row.mode is not None else ""
        table.add_row(
            str(row.number),
            row.name,
            f"{row.title}{_how(row)}",
            *(often if row.mode is not None else ["" for _ in often]),
            f"{row.source or row.note}{kind}".replace("[", "\\["),
        )
    console = Console()
    console.print(table)
    console.print("Classes: O published, D derived from what is published, C assumed.")


def _how(row: CatalogueRow) -> str:
    """Return mode, size and duration in words."""
    if row.mode is None:
        return ""
    size = "" if row.size == 1.0 else f" {row.size:g}"
    hours = "" if row.duration_s is None else f", {row.duration_s / HOUR_S:g} h"
    return f": {row.mode}{size}{hours}"
