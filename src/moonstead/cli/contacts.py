"""``moonstead contacts``: who serves the station when, how much gets home, and when nobody does."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from moonstead.cli.options import FiniteRange
from moonstead.errors import InputError, Problem

if TYPE_CHECKING:
    from moonstead.cli.contacts_account import Account
    from moonstead.scenario.build import World

_USUAL_DAYS = 28.0


@click.command("contacts")
@click.argument("scenario")
@click.option("--from", "from_utc", metavar="UTC", help="[default: the start of the run]")
@click.option(
    "--days", type=FiniteRange(0.0, min_open=True), default=_USUAL_DAYS, show_default=True,
    help="How many; at most until the end of the run.",
)  # fmt: skip
@click.option(
    "--out", default=".", show_default=True, metavar="DIR",
    help="Folder of the picture, NAME-contacts.png.",
)  # fmt: skip
@click.option("--no-plot", is_flag=True, help="Write no picture.")
@click.option("--ion", metavar="FILE", help="Write the contact plan as ionrc commands for ION.")
@click.option("--hdtn", metavar="FILE", help="Write it as JSON for HDTN.")
@click.option("--csv", "csv_file", metavar="FILE", help="Write it as CSV, to the last digit.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def contacts(
    scenario: str,
    *,
    from_utc: str | None,
    days: float,
    out: str,
    no_plot: bool,
    ion: str | None,
    hdtn: str | None,
    csv_file: str | None,
    as_json: bool,
) -> None:
    """Tell who serves the station and its orbiters when, without a run.

    SCENARIO is a file or the name of a scenario that comes with Moonstead. Every part works: what
    faults and commands of the scenario close, only a run tells.
    """
    from moonstead.cli.contacts_account import account_of
    from moonstead.cli.contacts_tables import contacts_facts, print_contacts
    from moonstead.cli.targets import target_file, target_folder
    from moonstead.scenario.build import build_world, read_scenario
    from moonstead.scenario.examples import scenario_path

    folder = target_folder(Path(out), "--out")
    targets = {
        "--ion": target_file(ion, "--ion", "an ionrc file", (".ionrc", ".rc")) if ion else None,
        "--hdtn": target_file(hdtn, "--hdtn", "JSON", (".json",)) if hdtn else None,
        "--csv": target_file(csv_file, "--csv", "a table", (".csv",)) if csv_file else None,
    }
    path = scenario_path(scenario)
    world = build_world(*read_scenario(path), path)
    account = account_of(world, *_span(world, from_utc, days))
    files = [str(target) for target in targets.values() if target is not None]
    if not no_plot:
        from moonstead.cli.contacts_plot import plot_contacts

        folder.mkdir(parents=True, exist_ok=True)
        picture = folder / f"{world.scenario.name}-contacts.png"
        plot_contacts(account, picture)
        files.insert(0, str(picture))
    _export(account, targets)
    if as_json:
        click.echo(json.dumps({**contacts_facts(account), "files": files}, indent=1))
        return
    print_contacts(account)
    for file in files:
        click.echo(f"Written: {file}")


def _span(world: "World", from_utc: str | None, days: float) -> tuple[float, float]:
    """Return begin and end of what is asked for, within the run."""
    from moonstead.cli.dates import parse_date
    from moonstead.environment.timescale import iso_utc
    from moonstead.scenario.surroundings import run_grid
    from moonstead.units import DAY_S

    grid = run_grid(world)
    last_t_s = grid.start_t_s + grid.run_count * grid.step_s
    start_t_s = grid.start_t_s if from_utc is None else parse_date(from_utc, "--from")
    if not grid.start_t_s <= start_t_s < last_t_s:
        remedy = f"is not in the run, {iso_utc(grid.start_t_s)} to {iso_utc(last_t_s)}"
        raise InputError(Problem("--from", "", str(from_utc), remedy))
    return start_t_s, min(start_t_s + days * DAY_S, last_t_s)


def _export(account: "Account", targets: dict[str, Path | None]) -> None:
    from moonstead.environment.timescale import to_utc
    from moonstead.interop.hdtn import write_hdtn
    from moonstead.interop.ion import write_ionrc
    from moonstead.interop.plan_csv import write_plan_csv

    # Whole seconds, as these formats count in them; a plan never begins before its epoch.
    epoch_utc = f"{to_utc(account.start_t_s):%Y-%m-%dT%H:%M:%SZ}"
    if targets["--ion"] is not None:
        write_ionrc(targets["--ion"], account.plan, epoch_utc)
    if targets["--hdtn"] is not None:
        write_hdtn(targets["--hdtn"], account.plan, epoch_utc)
    if targets["--csv"] is not None:
        write_plan_csv(targets["--csv"], account.plan)
