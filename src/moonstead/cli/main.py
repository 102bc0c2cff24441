"""The command line: one verb a file, each imported only when it is used."""

import importlib
import sys
from collections.abc import Sequence
from typing import NamedTuple

import click

from moonstead.errors import MoonsteadError
from moonstead.version import VERSION

INTERRUPTED = 130


class Verb(NamedTuple):
    """Where a verb lives, and what it does in a line."""

    module: str
    help: str


VERBS = {
    "check": Verb("moonstead.cli.check", "Check a scenario; tell every mistake at once."),
    "compare": Verb("moonstead.cli.compare", "Compare two runs: inputs, results and series."),
    "contacts": Verb("moonstead.cli.contacts", "Tell who serves the station when, and gaps."),
    "faults": Verb("moonstead.cli.faults", "List what can fail, how, how often, by which source."),
    "horizon": Verb("moonstead.cli.horizon", "Compute a terrain horizon from elevation models."),
    "init": Verb("moonstead.cli.init", "Write a commented scenario to start from."),
    "levels": Verb("moonstead.cli.levels", "Compare levels of autonomy as contact gets rare."),
    "map": Verb("moonstead.cli.map", "Map light, Earth, relief or temperature around a site."),
    "orbit": Verb("moonstead.cli.orbit", "Fly an orbiter: drift, eclipses, station keeping."),
    "plan": Verb("moonstead.cli.plan", "Plan two weeks: activities, bound, what is left out."),
    "report": Verb("moonstead.cli.report", "Write the report of a run again."),
    "run": Verb("moonstead.cli.run", "Run a scenario and write its report."),
    "schema": Verb("moonstead.cli.schema", "Print the JSON schema of a scenario."),
    "site": Verb("moonstead.cli.site", "Sum up light and Earth at a site, and plot them."),
    "sites": Verb("moonstead.cli.sites", "List shipped sites; rank the best sites of a map."),
    "size": Verb("moonstead.cli.size", "Size arrays, stores and reactors to survive the dark."),
    "sky": Verb("moonstead.cli.sky", "Show where Sun and Earth stand at an instant."),
    "survival": Verb(
        "moonstead.cli.survival", "Fly many missions: how probably the station lives."
    ),
    "terrain": Verb("moonstead.cli.terrain", "List, fetch, describe and make elevation models."),
    "torture": Verb("moonstead.cli.torture", "Try every fault on a station, and judge it."),
    "window": Verb("moonstead.cli.window", "Find launches for a landing with light and Earth."),
}
"""Every verb; the module holds a click command of the verb's name."""


class LazyGroup(click.Group):
    """A group that imports a verb only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the names of all verbs."""
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a verb, or None where there is no such verb."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(importlib.import_module(VERBS[cmd_name].module), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs without importing any."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, VERBS[name].help) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="moonstead")
def moonstead() -> None:
    """Design a lunar research station and run it, on real Sun, Earth and terrain."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Words after the program's name; None for those of the process.

    Returns
    -------
    int
        Exit status: 0 done, 1 could not be completed, 2 wrong input, 130 interrupted.
    """
    try:
        result = moonstead.main(args=arguments, prog_name="moonstead", standalone_mode=False)
    except MoonsteadError as error:
        for line in str(error).splitlines():
            click.echo(f"error: {line}", err=True)
        return error.exit_status
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped by the user", err=True)
        return INTERRUPTED
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"error: {place}{error.strerror or error}", err=True)
        return 1
    return result if isinstance(result, int) else 0


def main() -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(run())
