"""What partners are entitled to, whatever they ask for themselves."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stations import START_S, experiment, station, telemetry

from moonstead.autonomy.model import Experiment
from moonstead.autonomy.planning.problem import Problem
from moonstead.autonomy.planning.requests import Situation, problem_of
from moonstead.autonomy.planning.shares import BEYOND

SHARES = {"cnsa": 0.5, "sansa": 0.25}
THEIRS = experiment("theirs", partner="cnsa", sessions=30)
OURS = experiment("ours", partner="sansa", sessions=20, value=2.0)
MORE = experiment("more", partner="sansa", sessions=40, value=9.0)


def asked(*experiments: Experiment) -> Problem:
    model = station(experiments, shares=SHARES)
    many = len(experiments)
    made = problem_of(
        model,
        Situation(
            telemetry=telemetry(START_S),
            first_slot=0,
            reserve_j=np.zeros(len(model.forecast.generation_w) + 1),
            sessions_left=tuple(one.sessions for one in experiments),
            ready_t_s=(START_S,) * many,
            blocked=("",) * many,
            running=(),
        ),
    )
    assert made is not None
    return made.problem


def worths(problem: Problem, request: str) -> list[float]:
    return [float(task.options[0].worth[0]) for task in problem.tasks if task.request == request]


def knees(problem: Problem, name: str) -> tuple[float, ...]:
    return next(partner.knees for partner in problem.partners if partner.name == name)


@given(st.integers(1, 500), st.floats(0.1, 1e3))
def test_what_a_partner_asks_for_itself_entitles_it_to_nothing_more(
    sessions: int, value: float
) -> None:
    loud = replace(OURS, sessions=sessions, ways=(replace(OURS.ways[0], value=value),))
    modest, greedy = asked(THEIRS, OURS), asked(THEIRS, loud)
    assert knees(modest, "sansa") == knees(greedy, "sansa")
    assert knees(modest, "sansa")[-1] == pytest.approx(0.25 / 0.75 * 30.0)


def test_on_an_element_that_others_want_too_a_share_of_their_time_counts_in_full() -> None:
    # A quarter beside a half: 30 sessions of the others entitle to 15 of one's own, first asked
    # first served.
    problem = asked(THEIRS, OURS, MORE)
    assert worths(problem, "ours") == [2.0] * 15 + [2.0 * BEYOND] * 5
    assert set(worths(problem, "more")) == {9.0 * BEYOND}
    assert set(worths(problem, "theirs")) == {1.0}


def test_where_nobody_else_asks_everything_counts_in_full() -> None:
    alone = replace(MORE, element="drill")
    assert set(worths(asked(THEIRS, OURS, alone), "more")) == {9.0}
    assert set(worths(asked(OURS, MORE), "more")) == {9.0}
