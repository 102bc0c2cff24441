"""What people on Earth have sent up to be carried out, and what is told them of it.

A schedule replaces what is scheduled from a time on; a start is one session, now. Each is reported
on when it begins and when all of it has ended (PUS-C service 1, ECSS-E-ST-70-41C).
"""

from collections.abc import Container, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from moonstead.autonomy.executive.activity import OVER, State
from moonstead.autonomy.executive.outcome import Transition
from moonstead.autonomy.executive.plan import Directive, Order
from moonstead.contracts import Telecommand, Verification, Verified

SCHEDULE, START = "schedule", "start"
TAKEN_IN = frozenset({SCHEDULE, START, "plan", "withdraw", "request", "trust"})
"""Kinds of telecommand that the tactics see to."""
_ORDERS = {START: Order.GO, "stop": Order.ABORT, "resume": Order.RESUME}
_LAST_OF_START = {
    State.DONE: Verified.COMPLETED,
    State.FAILED: Verified.COMPLETION_FAILED,
    State.EXPIRED: Verified.START_FAILED,
}


@dataclass(slots=True)
class Upload:
    """A telecommand of which something has not ended."""

    source: str
    sequence: int
    kind: str
    open: list[str]
    """Activities."""
    done: int = 0
    failed: int = 0
    replaced: int = 0

    @property
    def report(self) -> Verification:
        """The last report on it."""
        values = {
            "done": float(self.done),
            "failed": float(self.failed),
            "replaced": float(self.replaced),
        }
        return Verification(self.source, self.sequence, Verified.COMPLETED, "", values)


@dataclass(slots=True)
class Uploads:
    """The books of what came up."""

    held: list[Upload] = field(default_factory=list)
    withdrawn: set[int] = field(default_factory=set)
    """Experiments that their partners do not want now."""
    goes: dict[str, str] = field(default_factory=dict)
    """Activities that were made for the starts of this tick."""
    reports: list[Verification] = field(default_factory=list)
    """Not sent yet."""

    def begin(self, item: Telecommand, names: Iterable[str]) -> None:
        """Enter a telecommand with the activities that it made."""
        upload = Upload(item.source, item.sequence, item.kind, list(names))
        if item.kind == SCHEDULE:
            self.tell(item, Verified.STARTED)
            if not upload.open:
                self.reports.append(upload.report)
        if upload.open:
            self.held.append(upload)

    def tell(self, item: Telecommand, stage: Verified, reason: str = "") -> None:
        """Report on a telecommand."""
        self.reports.append(Verification(item.source, item.sequence, stage, reason))

    def drop(self, names: frozenset[str]) -> None:
        """Take note that a newer schedule, or a plan made aboard, does not hold activities."""
        for upload in [*self.held]:
            gone = names.intersection(upload.open)
            upload.replaced += len(gone)
            upload.open = [name for name in upload.open if name not in gone]
            if gone:
                self._close_if_over(upload)

    def settle(self, alive: Container[str]) -> None:
        """Close what has nothing alive: word of an end may have been lost."""
        self.drop(frozenset(n for upload in self.held for n in upload.open if n not in alive))

    def note(self, transition: Transition) -> None:
        """Take a step in the life of an activity into the books."""
        name, after = transition.activity, transition.after
        for upload in self.held:
            if name not in upload.open:
                continue
            if upload.kind == START:
                self._note_start(upload, transition)
            if after in OVER:
                upload.open.remove(name)
                upload.done += after == State.DONE
                upload.failed += after != State.DONE
                self._close_if_over(upload)
            return

    def _note_start(self, upload: Upload, transition: Transition) -> None:
        stage = _LAST_OF_START.get(transition.after)
        if transition.before == State.READY and transition.after == State.STARTING:
            stage = Verified.STARTED
        if stage is not None:
            reason = "" if stage in {Verified.STARTED, Verified.COMPLETED} else transition.why.text
            self.reports.append(Verification(upload.source, upload.sequence, stage, reason))

    def _close_if_over(self, upload: Upload) -> None:
        if upload.open:
            return
        self.held.remove(upload)
        if upload.kind == SCHEDULE:
            self.reports.append(upload.report)

    def directives(self, items: Iterable[Telecommand]) -> list[Directive]:
        """Return what the executive is to be told; what it does at once is reported."""
        items = [item for item in items if item.kind in _ORDERS]
        for item in items:
            if item.kind != START:
                self.tell(item, Verified.COMPLETED)
        return [
            Directive(
                _ORDERS[item.kind],
                self.goes.get(f"{item.source} {item.sequence}", item.target),
                expires_t_s=item.expires_t_s,
            )
            for item in items
        ]

    def take_reports(self) -> tuple[Verification, ...]:
        """Return the reports that are to go out, once."""
        reports, self.reports = tuple(self.reports), []
        self.goes.clear()
        return reports

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "held": [asdict(upload) for upload in self.held],
            "withdrawn": sorted(self.withdrawn),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.held = [Upload(**{**kept, "open": list(kept["open"])}) for kept in state["held"]]
        self.withdrawn = set(state["withdrawn"])
        self.goes, self.reports = {}, []
