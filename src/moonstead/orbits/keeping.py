"""Station keeping by impulses, and what it costs in a year.

Every burn is planned on what navigation tells, which is wrong by a draw, and flown by an engine
that is wrong by another; the orbiter itself flies under all the chosen forces. Draws come from the
seed alone, so that equal questions have equal answers.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from moonstead.environment.trajectory import Trajectory
from moonstead.orbits.state import OrbitState
from moonstead.units import JULIAN_YEAR_S

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Standard deviations of navigation and engine.

    The defaults, a kilometre and a centimetre a second for navigation by radio and one per cent
    for the engine, are an assumption.

    Parameters
    ----------
    position_m, velocity_m_per_s
        Of navigation, along each axis.
    engine_fraction
        Of the size of a burn.
    engine_m_per_s
        Of a burn, along each axis, whatever its size.
    seed
        Of the draws.
    """

    position_m: float = 1000.0
    velocity_m_per_s: float = 0.01
    engine_fraction: float = 0.01
    engine_m_per_s: float = 1e-3
    seed: int = 1

    def told(self, vector: FloatArray, draws: Generator) -> FloatArray:
        """Return the state, shape (6,), that navigation tells."""
        wrong = draws.standard_normal(6)
        wrong[:3] *= self.position_m
        wrong[3:] *= self.velocity_m_per_s
        told: FloatArray = vector + wrong
        return told

    def burnt(self, wanted_m_per_s: FloatArray, draws: Generator) -> FloatArray:
        """Return the change of velocity, shape (3,), that the engine makes."""
        scale = 1.0 + self.engine_fraction * draws.standard_normal()
        burnt: FloatArray = wanted_m_per_s * scale + self.engine_m_per_s * draws.standard_normal(3)
        return burnt


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """An orbit that was kept.

    Parameters
    ----------
    burn_t_s
        When burns were made, TDB seconds past J2000, shape (n,).
    burn_m_per_s
        What they changed, in ICRF, shape (n, 3).
    trajectory
        As flown. Its velocity has a step at each burn: the curve leaves every burn with the new
        one.
    """

    burn_t_s: FloatArray = field(repr=False)
    burn_m_per_s: FloatArray = field(repr=False)
    trajectory: Trajectory

    @property
    def total_m_per_s(self) -> float:
        """Sum of the sizes of all burns."""
        return float(np.linalg.norm(self.burn_m_per_s, axis=1).sum())

    @property
    def yearly_m_per_s(self) -> float:
        """The same for a Julian year."""
        span_s = self.trajectory.end_t_s - self.trajectory.start_t_s
        return self.total_m_per_s * JULIAN_YEAR_S / span_s


def last_state(trajectory: Trajectory) -> OrbitState:
    """Return the state in which a trajectory ends."""
    return OrbitState(
        epoch_t_s=trajectory.end_t_s,
        position_m=trajectory.position_m[-1],
        velocity_m_per_s=trajectory.velocity_m_per_s[-1],
    )


def pushed(state: OrbitState, burn_m_per_s: FloatArray) -> OrbitState:
    """Return a state in ICRF after a change of velocity in ICRF."""
    return OrbitState(
        epoch_t_s=state.epoch_t_s,
        position_m=state.position_m,
        velocity_m_per_s=state.velocity_m_per_s + burn_m_per_s,
    )
