"""``moonstead torture``: everything that can go wrong, each against the same seed without it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from moonstead.cli.options import FiniteRange

if TYPE_CHECKING:
    from moonstead.campaign.torture.campaign import Progress, Row
    from moonstead.campaign.torture.staging import Staged

_WIDTH = 150


@click.command()
@click.option("--only", metavar="ID,ID", help="These scenarios. [default: all]")
@click.option(
    "--seeds",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="Each scenario with seeds 1 to this.",
)
@click.option(
    "--scenarios",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Your own scenarios. [default: those that come with Moonstead]",
)
@click.option(
    "--station", type=click.Path(path_type=Path), metavar="FILE", help="Your own station."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("runs") / "torture",
    show_default=True,
    help="Folder of results; a campaign that was stopped goes on from there.",
)
@click.option("--days", type=FiniteRange(1.0, 400.0), help="Longest window. [default: 30, mostly]")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="How many runs at once.",
)
@click.option(
    "--calibrate", "calibrate_only", is_flag=True, help="Tell what could be kept; run nothing."
)
@click.option("--list", "list_only", is_flag=True, help="List the scenarios and run nothing.")
def torture(
    *,
    only: str | None,
    seeds: int,
    scenarios: Path | None,
    station: Path | None,
    out: Path,
    days: float | None,
    processes: int,
    calibrate_only: bool,
    list_only: bool,
) -> int:
    """Put a station through faults, storms, long nights and wrong commands, and judge it.

    Status 1 if any scenario failed. OUT/torture.html shows everything, OUT/junit.xml is for
    continuous integration, OUT/verdicts.json for programs.
    """
    from moonstead.campaign.torture.campaign import chosen, run_campaign, told_plainly
    from moonstead.campaign.torture.case import read_cases
    from moonstead.campaign.torture.junit import junit
    from moonstead.campaign.torture.page import torture_page
    from moonstead.campaign.torture.staging import packaged, read_base
    from moonstead.cli.counting import going_on
    from moonstead.record.files import write_atomically, write_json

    base = read_base(station)
    cases, files = read_cases(packaged("scenarios") if scenarios is None else scenarios, base)
    names = [] if only is None else [name.strip() for name in only.split(",")]
    picked = chosen(cases, files, base, names, days)
    if list_only:
        for one in picked:
            click.echo(f"{one.name:14} {one.title}")
        return 0
    out.mkdir(parents=True, exist_ok=True)
    if calibrate_only:
        return _calibrate(picked, out, processes)
    with going_on(out), _progress() as progress:
        rows = run_campaign(picked, out, seeds, processes, progress)
    write_json(out / "verdicts.json", told_plainly(rows))
    write_atomically(out / "junit.xml", junit(rows))
    write_atomically(out / "torture.html", torture_page(rows, base.title).encode())
    _print(rows)
    click.echo(f"  page: {out / 'torture.html'}")
    return 0 if all(row.passed for row in rows) else 1


def _calibrate(picked: "tuple[Staged, ...]", out: Path, processes: int) -> int:
    """Print and write what a planner could keep that knows everything beforehand."""
    from moonstead.campaign.torture.calibrate import calibrated

    lines = ["id,study_fraction,at_best_fraction,target_fraction"]
    status = 0
    for row in calibrated(picked, out, processes):
        if row.error:
            click.echo(f"{row.name}: {row.error.strip().splitlines()[-1]}", err=True)
            status = 1
            continue
        lines.append(f"{row.name},{row.wanted:g},{row.at_best:.4f},{row.target:g}")
        click.echo(
            f"{row.name:14} wanted {100 * row.wanted:3.0f} %  at best {100 * row.at_best:5.1f} %  "
            f"target {100 * row.target:3.0f} %"
        )
    (out / "calibration.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    click.echo(f"  {out / 'calibration.csv'}")
    return status


def _print(rows: "tuple[Row, ...]") -> None:
    """Print the verdict table, and what the worst seed of each failed scenario failed."""
    from rich.console import Console
    from rich.table import Table

    from moonstead.campaign.torture.page import cells
    from moonstead.campaign.torture.verdict import TITLES

    table = Table(title="Verdicts")
    for heading in ("id", "scenario"):
        table.add_column(heading)
    for heading in ("passed", "told after", "within"):
        table.add_column(heading, justify="right")
    table.add_column("cause named")
    for heading in ("kept", "wanted", "margin"):
        table.add_column(heading, justify="right")
    table.add_column("failed")
    for row in rows:
        told = cells(row)
        keys = ("name", "title", "seeds", "told", "within", "suspect", "kept", "wanted", "margin")
        style = None if row.passed else "red"
        table.add_row(*(told[key] for key in keys), told["failed"], style=style)
    Console(width=_WIDTH).print(table)
    for row in rows:
        if not row.passed:
            worst = row.worst
            click.echo(f"{row.staged.name} seed {worst.seed}:")
            for point in worst.failed:
                click.echo(f"  {point.name} {TITLES.get(point.name, '')}: {point.text}")
    runs = sum(len(row.judged) for row in rows)
    passed = sum(row.passed for row in rows)
    click.echo(f"{passed} of {len(rows)} scenarios came through with every seed ({runs} runs)")


@contextmanager
def _progress() -> "Iterator[Callable[[Progress], None]]":
    """Show a progress bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Bars(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task("torture", total=None)

        def told(progress: "Progress") -> None:
            bars.update(
                task, completed=progress.done, total=progress.total, description=progress.name
            )

        yield told
