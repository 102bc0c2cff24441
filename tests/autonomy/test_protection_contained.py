"""Fault protection that fails costs nothing but itself."""

from typing import Any, cast

from moonstead.autonomy.guard.view import NO_EVIDENCE
from moonstead.autonomy.protection.contained import MOST_FAILURES, Contained
from moonstead.autonomy.protection.protection import Protection
from moonstead.autonomy.protection.reaction import NOTHING


class Broken:
    """A protection that fails in whatever it is asked."""

    made = 0

    def __init__(self) -> None:
        Broken.made += 1

    def look(self, *_: Any) -> Any:
        raise ZeroDivisionError("no sense")

    def act(self, *_: Any) -> Any:
        raise KeyError("nothing")


def test_it_is_made_anew_then_left_off_and_told() -> None:
    Broken.made = 0
    kept = Contained(lambda: cast("Protection", Broken()))
    nothing: Any = None
    told = []
    for _ in range(10):
        assert kept.look(nothing, {}) is NO_EVIDENCE
        assert kept.act(nothing) is NOTHING
        told += [notice.text for notice in kept.take_notices()]
    assert Broken.made == MOST_FAILURES
    assert kept.inner is None
    assert told == [
        "ZeroDivisionError: no sense",
        "KeyError: 'nothing'",
        "ZeroDivisionError: no sense; it is left off",
    ]
    again = Contained(lambda: cast("Protection", Broken()))
    again.restore(kept.state())
    assert again.inner is None
