"""From findings to suspects, and from two witnesses to a case."""

from typing import Any

import numpy as np

from moonstead.autonomy.protection.cases import Case, new_case
from moonstead.autonomy.protection.isolation import Finding, row_named
from moonstead.autonomy.protection.observer import Observer
from moonstead.contracts import FloatArray, Notice
from moonstead.units import HOUR_S

WITNESSES = 2
SUSPECT_S = 12 * HOUR_S
"""A suspicion that is not renewed is dropped after this."""
TOGETHER = 5
"""So many elements that fail in one tick have one cause."""
STATION = "station"


class Suspicion:
    """Who is suspect.

    Parameters
    ----------
    observer
        With the model and what it expects now.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self.since_t_s: dict[str, float] = {}
        """When each was last seen to look wrong."""

    def open(
        self,
        findings: list[Finding],
        cases: dict[str, Case],
        level: FloatArray,
        now: float,
        notices: list[Notice],
    ) -> bool:
        """Suspect, and where two witnesses speak open a case; return whether one was opened.

        Parameters
        ----------
        findings
            Of this tick.
        cases
            By subject; those that are opened are put in.
        level
            Smoothed residuals of all channels.
        now
            Time of this tick.
        notices
            Taken into.
        """
        by_subject: dict[str, list[Finding]] = {}
        for finding in findings:
            by_subject.setdefault(finding.subject, []).append(finding)
        fresh = []
        for subject, group in by_subject.items():
            case = cases.get(subject)
            if case is not None:
                for finding in group:
                    if finding.channel >= 0 and finding.channel not in case.channels:
                        case.channels.append(finding.channel)
                continue
            if self._is_explained(group[0], cases):
                continue
            witnesses = frozenset().union(*(finding.witnesses for finding in group))
            if subject not in self.since_t_s:
                first = group[0]
                text = f"{first.component}: {first.seen}"
                values = {"witnesses": float(len(witnesses))}
                notices.append(Notice("detected", first.component, text, values))
            self.since_t_s[subject] = now
            if len(witnesses) >= WITNESSES:
                fresh.append(group[0])
        # Sensors alone are excluded one by one: nothing is switched for them.
        parts = [finding for finding in fresh if finding.row.blame != "sensor"]
        if len(parts) >= TOGETHER:
            fresh = [_together(parts, level), *(one for one in fresh if one not in parts)]
        for finding in fresh:
            case = new_case(finding, now)
            case.channels = sorted(
                {f.channel for f in by_subject.get(finding.subject, []) if f.channel >= 0}
                | set(case.channels)
            )
            cases[finding.subject] = case
            self.since_t_s.pop(finding.subject, None)
            text = f"{finding.subject}: {finding.row.cause} ({finding.component}: {finding.seen})"
            notices.append(Notice("isolated", finding.subject, text))
        self.since_t_s = {n: t for n, t in self.since_t_s.items() if now - t < SUSPECT_S}
        return bool(fresh)

    def _is_explained(self, finding: Finding, cases: dict[str, Case]) -> bool:
        """Whether an open case explains what else is seen."""
        if STATION in cases:
            return True
        belief, observer = self._observer.belief, self._observer
        table = finding.row.table
        if finding.channel < 0 or finding.row.sign != "low" or table != "load":
            return False
        plant = belief.plant
        island = plant.load_island[finding.channel - observer.span[table].start]
        starved = {case.subject for case in cases.values() if case.procedure == "store"}
        return any(
            plant.store_island[s] == island and name.partition(".")[0] in starved
            for s, name in enumerate(belief.channels.stores)
        )

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return dict(self.since_t_s)

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.since_t_s = dict(state)


def _together(fresh: list[Finding], level: FloatArray) -> Finding:
    """Return one finding for elements that fail in one tick: they have one cause."""
    channels = [finding.channel for finding in fresh if finding.channel >= 0]
    worst = max(channels, key=lambda channel: float(np.abs(level[channel])), default=-1)
    names = ", ".join(finding.subject for finding in fresh)
    return Finding(row_named("together"), STATION, STATION, worst, fresh[0].witnesses, names)
