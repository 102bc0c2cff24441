"""People on Earth: operators of control centres, whom sessions in contact with people take.

The shifts of all control centres of a scenario are one pool of working time, as crew and robots
are: who is on shift helps whom they can, whoever asks. A session takes its operators by a load of
its element that has no power, so that the truth grants and counts their time like any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from moonstead.comms.control_centres import (
    control_centre_named,
    load_control_centres,
    shift_times,
)
from moonstead.components import FloatArray, Load, Need, Parts, Supply, Surroundings
from moonstead.elements.element import Element
from moonstead.errors import Problem
from moonstead.scenario.earth import ControlCentre
from moonstead.scenario.experiment import Experiment
from moonstead.scenario.operators import operator_load, operators_of
from moonstead.simulation.parts import all_loads
from moonstead.units import HOUR_S

OPERATOR = "operator"
"""The pool."""
_SERIES = "operators:"
"""Before the name of a control centre: how many of its people are on shift."""


def staff_problems(
    centres: Sequence[ControlCentre], experiments: Sequence[Experiment], file: str
) -> Iterator[Problem]:
    """Yield sessions that want more operators than are ever on shift."""
    most = most_on_shift(centres)
    for experiment in experiments:
        wanted = operators_of(experiment, centres)
        if wanted > most:
            place = f'experiment "{experiment.name}".operators'
            remedy = f"at most {most:g} people are on shift at once; take fewer, or add centres"
            yield Problem(file, place, f"{wanted:g}", remedy)


def on_shift(given: ControlCentre, t_s: FloatArray) -> FloatArray:
    """Return how many people of a control centre are there for the station.

    Parameters
    ----------
    given
        Control centre, with the share of its people.
    t_s
        Rising, TDB seconds past J2000, shape (n,).

    Returns
    -------
    ndarray of shape (n,)
    """
    centre = control_centre_named(given.centre, load_control_centres())
    people = np.zeros_like(t_s)
    for staff, times in shift_times(centre, float(t_s[0]), float(t_s[-1]) + HOUR_S):
        begun = np.searchsorted(times[:, 0], t_s, side="right")
        ended = np.searchsorted(times[:, 1], t_s, side="right")
        people += given.staff_fraction * staff * (begun > ended)
    return people


def most_on_shift(centres: Sequence[ControlCentre]) -> float:
    """Return the most people that are ever on shift at once."""
    if not centres:
        return 0.0
    quarters_t_s = 900.0 * np.arange(7 * 96, dtype=np.float64) + 450.0
    return float(np.sum([on_shift(given, quarters_t_s) for given in centres], axis=0).max())


def with_staff(
    parts: Parts,
    centres: Sequence[ControlCentre],
    experiments: Sequence[Experiment],
    elements: Sequence[Element],
) -> Parts:
    """Return the parts of a station with control centres and what sessions take of them."""
    by_name = {element.name: element for element in elements}
    priority = {load.name: load.priority for load in all_loads(parts)}
    loads = tuple(
        Load(
            name=operator_load(experiment),
            bus="",
            node="",
            power_w=0.0,
            priority=max(priority[name] for name in by_name[experiment.element].activity_loads()),
            needs=(Need(pool=OPERATOR, amount=amount),),
        )
        for experiment in experiments
        if (amount := operators_of(experiment, centres)) > 0.0
    )
    supplies = tuple(
        Supply(name=given.centre, pool=OPERATOR, amount=_Desks(given.centre)) for given in centres
    )
    return replace(parts, loads=(*parts.loads, *loads), supplies=(*parts.supplies, *supplies))


class _Desks:
    """A driver: the people of a control centre who are on shift."""

    def __init__(self, centre: str) -> None:
        self._series = _SERIES + centre

    def __call__(self, surroundings: Surroundings) -> FloatArray:
        """Return how many are there over time, shape (n,)."""
        return surroundings[self._series]


def staff_series(
    centres: Sequence[ControlCentre], t_s: FloatArray, step_s: float
) -> Mapping[str, FloatArray]:
    """Return the people on shift in each step by name of their series; ``t_s`` is its begin."""
    return {_SERIES + given.centre: on_shift(given, t_s + 0.5 * step_s) for given in centres}
