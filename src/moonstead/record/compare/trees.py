"""Where two nested documents differ; lists of named tables are matched by their names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Same = Callable[[str, Any, Any], bool]
"""Says of the last word of a place and two values there whether they mean the same."""

_IDENTITIES = (("name",), ("station",), ("path",), ("carrier", "place"))


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs."""

    place: str
    """Such as ``element "battery".capacity_j``."""
    a: Any
    """None where the first document has nothing there."""
    b: Any


def differences(a: Any, b: Any, same: Same, place: str = "") -> Iterator[Difference]:
    """Yield every place where two documents differ, in the order of the first.

    Parameters
    ----------
    a, b
        Of tables, lists and plain values, as TOML and JSON give them.
    same
        Judges plain values.
    place
        Where both are; empty for whole documents.
    """
    if isinstance(a, dict) and isinstance(b, dict):
        for key in dict.fromkeys([*a, *b]):
            yield from differences(a.get(key), b.get(key), same, f"{place}.{key}" if place else key)
        return
    names = _identities(a, b)
    if names is not None:
        for name in dict.fromkeys([*names[0], *names[1]]):
            yield from differences(
                names[0].get(name), names[1].get(name), same, f'{place} "{name}"'
            )
        return
    if not same(place.rpartition(".")[2], a, b):
        yield Difference(place, a, b)


def _identities(a: Any, b: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the tables of two lists by their names, or None where they are no such lists."""
    if not _are_tables(a) or not _are_tables(b):
        return None
    for keys in _IDENTITIES:
        found = [_by_name(tables, keys) for tables in (a, b)]
        if found[0] is not None and found[1] is not None:
            return found[0], found[1]
    return None


def _are_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _by_name(tables: Sequence[dict[str, Any]], keys: tuple[str, ...]) -> dict[str, Any] | None:
    if not all(key in table for table in tables for key in keys):
        return None
    found = {", ".join(str(table[key]) for key in keys): table for table in tables}
    return found if len(found) == len(tables) else None
