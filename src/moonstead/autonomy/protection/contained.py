"""Fault protection behind a wall: whatever it raises costs nothing but its evidence."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from moonstead.autonomy.guard.view import NO_EVIDENCE, Evidence, View
from moonstead.autonomy.protection.protection import Protection
from moonstead.autonomy.protection.reaction import NOTHING, Reaction
from moonstead.contracts import Notice, Telemetry

MOST_FAILURES = 3
"""After so many failures it is left off until people restart it."""
Answer = TypeVar("Answer")


class Contained:
    """A `Protection` that is made anew when it fails, and left off when that does not help.

    Parameters
    ----------
    make
        Makes one that has seen nothing.
    """

    def __init__(self, make: Callable[[], Protection]) -> None:
        self._make = make
        self.inner: Protection | None = make()
        self._failures = 0
        self._notices: list[Notice] = []

    def set_right(self, telemetry: Telemetry) -> Telemetry:
        """Return a frame with its time set, see `Protection.set_right`."""
        return self._try(lambda inner: inner.set_right(telemetry), telemetry)

    def look(self, telemetry: Telemetry, sent: Mapping[str, float]) -> Evidence:
        """Compare a frame with what is expected, see `Protection.look`."""
        return self._try(lambda inner: inner.look(telemetry, sent), NO_EVIDENCE)

    def act(self, view: View) -> Reaction:
        """Go on with cases, see `Protection.act`."""
        return self._try(lambda inner: inner.act(view), NOTHING)

    def forget_recorders(self) -> None:
        """Expect nothing of recorders in the next tick: data were deleted in this one."""
        if self.inner is not None:
            self.inner.observer.forget("recorder_bit")

    def take_notices(self) -> tuple[Notice, ...]:
        """Return what has become of it since this was asked last."""
        told, self._notices = self._notices, []
        return tuple(told)

    def _try(self, work: Callable[[Protection], Answer], otherwise: Answer) -> Answer:
        if self.inner is None:
            return otherwise
        try:
            return work(self.inner)
        except Exception as error:  # noqa: BLE001  whatever an untrusted part raises is contained
            self._failures += 1
            how = f"{type(error).__name__}: {error}"
            self.inner = self._make() if self._failures < MOST_FAILURES else None
            how += "" if self.inner is not None else "; it is left off"
            self._notices.append(Notice("restart", "protection", how))
            return otherwise

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        inner = None if self.inner is None else self.inner.state()
        return {"inner": inner, "failures": self._failures}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self._failures = state["failures"]
        if state["inner"] is None:
            self.inner = None
            return
        self.inner = self._make()
        self.inner.restore(state["inner"])
