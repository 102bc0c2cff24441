"""Word of a step that was lost on its way, found by comparing the books with the executive.

Nothing here waits for an event: what the executive remembers is compared in every tick, so that an
event that got lost between two parts (as in the Remote Agent on Deep Space 1) costs one tick.
"""

from collections.abc import Iterator, Mapping

from moonstead.autonomy.executive.activity import State
from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.executive.outcome import Transition
from moonstead.autonomy.executive.reasons import Reason
from moonstead.autonomy.executive.track import Obstacle
from moonstead.autonomy.sessions import Entry

_LOST = Obstacle(Reason.NO_DATA, "", "word of it was lost")


def missed(entries: Mapping[str, Entry], executive: Executive, t_s: float) -> list[Transition]:
    """Return the steps that the executive has taken and that the books do not know of.

    Parameters
    ----------
    entries
        Of the books, by name of the activity.
    executive
        Who remembers.
    t_s
        Now, TDB seconds past J2000.
    """
    memory = executive.memory
    found: list[Transition] = []
    for name, track in memory.tracks.items():
        if track.is_live and name in entries:
            steps = _live_steps(entries[name], track.state)
            found += [Transition(t_s, name, track.attempt, *step, _LOST) for step in steps]
    for name in sorted((entries.keys() & memory.over_t_s.keys()) - memory.tracks.keys()):
        steps = _last_steps(entries[name], is_done=name in memory.done_t_s)
        found += [Transition(t_s, name, 1, *step, _LOST) for step in steps]
    return found


def _live_steps(entry: Entry, state: State) -> Iterator[tuple[State, State]]:
    if not entry.is_live:
        yield State.READY, State.STARTING
    if state == State.TEARDOWN and not entry.is_broken_off:
        yield State.RUNNING, State.TEARDOWN


def _last_steps(entry: Entry, *, is_done: bool) -> Iterator[tuple[State, State]]:
    if is_done:
        yield from _live_steps(entry, State.ENDING)
        yield State.ENDING, State.DONE
        return
    if entry.is_live:
        yield from _live_steps(entry, State.TEARDOWN)
    yield State.TEARDOWN, State.FAILED
