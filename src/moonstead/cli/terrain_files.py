"""Elevation models as people name them on the command line."""

from collections.abc import Sequence
from pathlib import Path

from moonstead.environment.terrain.catalogue import find_product
from moonstead.environment.terrain.fetch import cache_folder, cached_path
from moonstead.environment.terrain.raster import open_terrain
from moonstead.environment.terrain.windows import Raster
from moonstead.errors import InputError, Problem


def find_terrain(
    names: Sequence[str], crs: str | None = None, unit: str | None = None
) -> tuple[Raster, ...]:
    """Open elevation models: files, folders of tiles, or fetched products by name.

    Parameters
    ----------
    names
        As the user gave them.
    crs, unit
        Of files that do not say; see `open_terrain`.

    Returns
    -------
    tuple of Raster
        Fine to coarse.

    Raises
    ------
    InputError
        Without any, or with every one that is neither a file nor a fetched product, or that cannot
        be read.
    """
    if not names:
        remedy = (
            "name an elevation model; moonstead terrain list shows public ones, moonstead terrain "
            "fetch brings one, moonstead terrain synth makes one up"
        )
        raise InputError(Problem("--dem", "", "", remedy))
    return open_terrain([_path(name) for name in names], crs=crs, unit=unit)


def is_file_name(name: str) -> bool:
    """Tell whether a text is meant as a file or folder rather than as the name of a product."""
    return Path(name).exists() or any(sign in name for sign in "/.:")


def _path(name: str) -> str | Path:
    if not name:
        raise InputError(Problem("--dem", "", repr(name), "name a file or a product"))
    if is_file_name(name):
        return name
    path = cached_path(find_product(name), cache_folder())
    if not path.exists():
        remedy = f"has not been fetched; moonstead terrain fetch {name}"
        raise InputError(Problem("--dem", "", name, remedy))
    return path
