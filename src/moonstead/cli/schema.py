"""``moonstead schema``: the scenario format for editors and other programs."""

import json

import click


@click.command()
def schema() -> None:
    """Print the JSON schema of a scenario file (draft 2020-12)."""
    from moonstead.scenario.model import Scenario

    click.echo(json.dumps(Scenario.model_json_schema(), indent=1))
