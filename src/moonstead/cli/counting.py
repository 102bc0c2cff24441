"""A bar on standard error that counts what is done of many."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on standard error, where that is a terminal.

    Parameters
    ----------
    what
        Is counted, in a word.

    Yields
    ------
    callable
        To be told how many are done, of how many.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)

        def update(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield update


@contextmanager
def going_on(folder: Path) -> Iterator[None]:
    """Tell whoever stops a campaign that it can go on.

    Parameters
    ----------
    folder
        Where what is done is kept.
    """
    try:
        yield
    except KeyboardInterrupt:
        text = "what is done is kept, and the same command goes on from there"
        click.echo(f"{folder}: {text}", err=True)
        raise
