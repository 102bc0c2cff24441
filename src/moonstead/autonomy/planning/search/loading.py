"""Compiled building of a state from a plan that is given."""

from moonstead.autonomy.planning.search.changes import copy_state, put
from moonstead.autonomy.planning.search.checks import EXACT, FITS, check
from moonstead.autonomy.planning.search.fits import earliest, latest
from moonstead.autonomy.planning.search.state import IN, OPTION, Scratch, State
from moonstead.autonomy.planning.search.tables import IndexArray, Tables
from moonstead.compiled import compiled_without_counting


@compiled_without_counting
def rebuild(tables: Tables, state: State, empty: State, scratch: Scratch, plan: IndexArray) -> None:
    """Build a state anew from a plan that holds, so that rounding does not add up.

    Parameters
    ----------
    plan
        (2, n_tasks) options (-1 for what is left out) and starts.
    """
    copy_state(empty, state)
    for i in range(plan.shape[1]):
        if plan[0, i] >= 0:
            put(tables, state, scratch, plan[0, i], plan[1, i])


@compiled_without_counting
def keep_what_fits(
    tables: Tables,
    state: State,
    empty: State,
    scratch: Scratch,
    plan: IndexArray,
) -> None:
    """Build a state from what still fits of a plan, in the order of ``scratch.lists``."""
    copy_state(empty, state)
    n_slots = tables.slots.shape[1]
    # What saves power or makes room may make others fit that came before it.
    for rounds in range(3):
        for at in range(plan.shape[1]):
            i = scratch.lists[IN, at]
            option, start = plan[0, i], plan[1, i]
            if option < 0 or state.plan[OPTION, i] >= 0 or not 0 <= start < n_slots:
                continue
            if rounds == 0 and tables.option[option].gives == 0:
                continue
            if tables.start_at[option, start] < 0:
                continue
            bound = earliest(tables, state, i)
            if bound < 0 or start < bound or start > latest(tables, state, i):
                continue
            if check(tables, state, scratch, option, start, EXACT) == FITS:
                put(tables, state, scratch, option, start)
