"""Which places in the arrays belong to an element or are one component, by name."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from moonstead.simulation.names import Names

Places = NDArray[np.int64]

KINDS = {
    "source": "sources",
    "load": "loads",
    "store": "stores",
    "node": "nodes",
    "tank": "tanks",
    "supply": "supplies",
    "recorder": "recorders",
    "tie": "ties",
}
"""Tables that can be switched on and off, and where their names are."""


@dataclass(frozen=True, slots=True)
class Owned:
    """Places by table."""

    places: dict[str, Places]

    def __getitem__(self, table: str) -> Places:
        """Return the places in a table."""
        return self.places[table]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return any(len(places) for places in self.places.values())


def is_part_of(component: str, target: str) -> bool:
    """Whether a component is the target or a part of the element of that name."""
    return component == target or component.startswith(f"{target}.")


def owned_by(names: Names, targets: Iterable[str]) -> Owned:
    """Return the places of elements or components; they are shared and cannot be changed."""
    return _owned_by(names, tuple(targets))


@lru_cache(maxsize=4096)
def _owned_by(names: Names, targets: tuple[str, ...]) -> Owned:
    """Do the work of `owned_by` once for all missions of a campaign."""
    places = {
        table: np.array(
            [
                place
                for place, name in enumerate(getattr(names, field))
                if any(is_part_of(name, target) for target in targets)
            ],
            dtype=np.int64,
        )
        for table, field in KINDS.items()
    }
    for found in places.values():
        found.setflags(write=False)
    return Owned(places)
