"""The series of one block: one row per step, single precision, and which column is what."""

from dataclasses import dataclass

import numpy as np

from moonstead.simulation.names import Names
from moonstead.simulation.network import Float32Array

QUANTITIES = (
    "source_power_w",
    "load_power_w",
    "store_energy_j",
    "node_temperature_k",
    "recorder_bit",
    "tank_kg",
    "transmitter_bit_per_s",
)
"""In the order of the kernel's columns; see ``quantities.csv``."""


@dataclass(frozen=True, slots=True)
class Output:
    """Series of one block.

    Parameters
    ----------
    rows
        Shape (n_steps, n_columns).
    first
        Of each quantity, its first column; one more at the end.
    """

    rows: Float32Array
    first: tuple[int, ...]

    def __getitem__(self, quantity: str) -> Float32Array:
        """Return one quantity, shape (n_channels, n_steps)."""
        place = QUANTITIES.index(quantity)
        return self.rows[:, self.first[place] : self.first[place + 1]].T


def channels_of(names: Names) -> dict[str, tuple[str, ...]]:
    """Return the names of each quantity's channels."""
    channels = (
        names.sources,
        names.loads,
        names.stores,
        names.nodes,
        names.recorders,
        names.tanks,
        names.transmitters,
    )
    return dict(zip(QUANTITIES, channels, strict=True))


def new_output(names: Names, n_steps: int) -> Output:
    """Return empty series for a block of steps; with no steps nothing is recorded."""
    sizes = [len(channels) for channels in channels_of(names).values()]
    first = tuple(int(place) for place in np.concatenate([[0], np.cumsum(sizes)]))
    return Output(np.zeros((n_steps, first[-1]), dtype=np.float32), first)
