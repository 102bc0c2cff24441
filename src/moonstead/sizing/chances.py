"""What may go otherwise than planned: strings and reactors that fail, a load that is larger."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chances:
    """What risk is taken over, besides the years.

    Every draw is a station that may be built: how many of its strings and reactor units work all
    the time, and how large its load turns out.
    """

    draws: int = 200
    """How many stations; 0 for one in which nothing fails and the load is as given."""
    seed: int = 1
    """The same seed gives the same stations."""
    strings: int = 10
    """Of the arrays, in parallel."""
    string_survival: float = 0.98
    """Chance that a string works at the end of life (assumption)."""
    reactor_survival: float = 0.98
    """Chance that a unit works at the end of life (assumption)."""
    load_sigma: float = 0.1
    """Relative error of the load, one standard deviation, lognormal of median 1 (assumption)."""


@dataclass(frozen=True, slots=True)
class Draws:
    """Stations that may be built; every array has shape (draws,).

    Parameters
    ----------
    array, reactor
        Share of the arrays' and the reactors' power that works.
    load
        Load over what was planned.
    """

    array: FloatArray
    reactor: FloatArray
    load: FloatArray


def drawn(chances: Chances, reactor_units: int) -> Draws:
    """Draw stations; always the same ones for the same chances and number of reactors."""
    if chances.draws == 0:
        return Draws(np.ones(1), np.ones(1), np.ones(1))
    generator = np.random.default_rng(chances.seed)
    strings = generator.binomial(chances.strings, chances.string_survival, chances.draws)
    units = generator.binomial(reactor_units, chances.reactor_survival, chances.draws)
    load = np.exp(chances.load_sigma * generator.standard_normal(chances.draws))
    return Draws(strings / chances.strings, units / reactor_units, load)
