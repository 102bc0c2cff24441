"""``moonstead init``: a commented scenario to start from."""

from pathlib import Path

import click

from moonstead.errors import InputError, Problem


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default=Path("scenario.toml"))
@click.option(
    "--from", "origin", default="ilrs-basic", show_default=True, help="Scenario to start from."
)
def init(file: Path, origin: str) -> None:
    """Write a commented scenario to FILE (default scenario.toml); never over an existing file."""
    from moonstead.scenario.examples import scenario_path

    text = scenario_path(origin).read_text(encoding="utf-8")
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError:
        remedy = "exists already; name another file"
        raise InputError(Problem("FILE", "", str(file), remedy)) from None
    except FileNotFoundError:
        remedy = "its folder does not exist; make it first"
        raise InputError(Problem("FILE", "", str(file), remedy)) from None
    click.echo(f"Wrote {file}. Change it, then: moonstead check {file}")
