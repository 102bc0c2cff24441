"""Options that several verbs have."""

import math
from collections.abc import Callable
from typing import Any

import click


class FiniteRange(click.FloatRange):
    """A range of numbers that refuses ``nan`` and ``inf``, which are in every range of click's."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def terrain_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add ``--dem``, ``--crs`` and ``--unit``, as `find_terrain` takes them."""
    for option in (
        click.option("--unit", metavar="m|km", help="Of heights in a file that has none."),
        click.option(
            "--crs", metavar="CRS", help="Of a file that has none, such as IAU_2015:30135."
        ),
        click.option(
            "--dem",
            "dems",
            multiple=True,
            metavar="FILE",
            help="Elevation model, or the name of a fetched product; repeat for nested ones.",
        ),
    ):
        command = option(command)
    return command
