"""What is judged of a run with a fault, against the same seed without: nine points, each with why.

The points are those of the autonomy study, section 6.1. A point that cannot be judged because the
truth did not do what the scenario asks is failed, never passed over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moonstead.autonomy.guard.modes import Mode
from moonstead.campaign.torture.case import Limits

TITLES = {
    "P1": "station not lost",
    "P2": "energy above the reserve",
    "P3": "no element lost to the cold",
    "P4": "told in time",
    "P5": "right cause named first",
    "P6": "no reaction elsewhere",
    "P7": "science kept",
    "P8": "software in order",
    "P9": "at most a day in SAFE",
}
RESERVE_SLACK = 0.02
"""Of the capacity: how far the stores may be below the reserve."""
MOST_SAFE_H = 24.0
REACTION_LEVEL = 2
"""From this level on a reaction counts: below it is inside a unit."""
REFUSED = frozenset({2, 4, 8})
"""Stages of telecommand verification that say no (`moonstead.contracts.Verified`)."""
SLACK_S = 1.0
STATION = "station"
"""Subject of reactions of the station as a whole, such as a new plan."""

Run = Mapping[str, Any]
"""What `moonstead.campaign.torture.trial.perform` returns."""


@dataclass(frozen=True, slots=True)
class Point:
    """One of the nine."""

    name: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A run with a fault, judged."""

    points: tuple[Point, ...]
    kept_fraction: float
    latency_s: float | None
    """From the begin of the fault until it was told; None where it never was."""
    isolated_s: float | None
    """The same until a cause was named first."""
    suspect: str
    """That cause; empty where none was named."""
    least_margin: float
    """Of what the stores really could deliver above the reserve, as a share of the capacity."""

    @property
    def passed(self) -> bool:
        """Whether all points hold."""
        return all(point.passed for point in self.points)

    @property
    def failed(self) -> tuple[Point, ...]:
        """Return the points that do not hold."""
        return tuple(point for point in self.points if not point.passed)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What goes wrong in a run, as its scenario says."""

    targets: tuple[str, ...]
    """What is struck or commanded."""
    has_faults: bool
    """Faults or events: the truth tells when they begin."""
    has_commands: bool
    """The ground tells when the first command has come up."""


def judge(run: Run, reference: Run, wrong: Wrong, limits: Limits) -> Verdict:
    """Judge a run.

    Parameters
    ----------
    run, reference
        With and without what goes wrong, of the same seed.
    wrong
        What goes wrong.
    limits
        What must hold.
    """
    began_s = _began_s(run, wrong)
    own = (*limits.isolate, *wrong.targets)
    told = _told(run, began_s, (*own, *limits.witnesses), limits.told_by)
    named = _first(run, began_s, "isolated")
    shows_s = _used_s(run, began_s, own) if limits.in_use else began_s
    latency_s = None if told is None or shows_s is None else max(told["t_s"] - shows_s, 0.0)
    isolated_s = None if named is None or began_s is None else named["t_s"] - began_s
    kept = kept_fraction(run, reference)
    touched = (*own, *limits.affected, *limits.witnesses, STATION)
    points = (
        _survives(run),
        _energy(run, limits),
        _warm(run, limits),
        _in_time(began_s, latency_s, limits, run["tick_s"]),
        _right(began_s, named, limits),
        _calm(run, reference, touched),
        Point(
            "P7",
            kept >= limits.keep_fraction - 1e-9,
            f"{100 * kept:.1f} % of the science of the reference, at least "
            f"{100 * limits.keep_fraction:.0f} % are wanted",
        ),
        _orderly(run),
        _not_safe(run),
    )
    suspect = "" if named is None else str(named["subject"])
    return Verdict(points, kept, latency_s, isolated_s, suspect, run["least_true_margin"])


def kept_fraction(run: Run, reference: Run) -> float:
    """Return what share of the reference's points was made, over the experiments that it has."""
    names = reference["science"]
    most = sum(names[name]["points"] for name in names)
    made = sum(run["science"][name]["points"] for name in names if name in run["science"])
    return made / most if most > 0.0 else 1.0


def is_of(subject: str, names: Iterable[str]) -> bool:
    """Return whether a subject, or one of several, is among names: itself, part or owner."""
    subjects = [one.strip() for one in subject.split(",")]
    return any(
        one == name or one.startswith(f"{name}.") or name.startswith(f"{one}.")
        for one in subjects
        for name in names
    )


def _began_s(run: Run, wrong: Wrong) -> float | None:
    """Return when what goes wrong began; None where it did not.

    A command is there when it has come up. What has neither faults nor commands is the window
    itself, and there from its beginning.
    """
    signs = []
    if wrong.has_faults:
        signs.append(("truth", "failed"))
    if wrong.has_commands:
        signs.append(("ground", "commanded"))
    found = [
        min((e["t_s"] for e in run["events"] if (e["origin"], e["kind"]) == sign), default=None)
        for sign in signs
    ]
    begun = [t_s for t_s in found if t_s is not None]
    return max(begun, default=0.0) if len(begun) == len(found) else None


def _used_s(run: Run, began_s: float | None, names: tuple[str, ...]) -> float | None:
    """Return when a session first uses what is struck, from its begin on; the begin where none."""
    if began_s is None:
        return None
    uses = [
        max(start_s, began_s)
        for element, start_s, end_s in run["sessions"]
        if end_s > began_s and is_of(element, names)
    ]
    return min(uses, default=began_s)


def _told(
    run: Run, began_s: float | None, names: Iterable[str], kinds: Iterable[str]
) -> Mapping[str, Any] | None:
    """Return the first event that tells of it."""
    if began_s is None:
        return None
    names, kinds = tuple(names), frozenset(kinds)
    for event in run["events"]:
        if event["origin"] == "truth" or event["t_s"] < began_s - SLACK_S:
            continue
        if event["kind"] not in kinds:
            continue
        if event["kind"] == "telecommand":
            if int(event["values"].get("stage", 0)) in REFUSED:
                return event  # type: ignore[no-any-return]
        elif event["kind"] != "detected" or is_of(event["subject"], names):
            return event  # type: ignore[no-any-return]
    return None


def _first(run: Run, began_s: float | None, kind: str) -> Mapping[str, Any] | None:
    if began_s is None:
        return None
    for event in run["events"]:
        if event["kind"] == kind and event["t_s"] >= began_s - SLACK_S:
            return event  # type: ignore[no-any-return]
    return None


def _survives(run: Run) -> Point:
    unserved = run["survival_unserved_j"]
    if run["crew_lacked_s"] > 0.0:
        return Point("P1", False, f"people lacked what they need for {run['crew_lacked_s']:.0f} s")
    vital = {load: energy for load, energy in unserved.items() if load.endswith(".computer")}
    if vital:
        load, energy_j = max(vital.items(), key=lambda pair: pair[1])
        return Point("P1", False, f"{load} did not get {energy_j / 3600.0:.0f} Wh of its power")
    return Point("P1", True, "the station is alive at the end")


def _energy(run: Run, limits: Limits) -> Point:
    least = run["least_true_margin"]
    if limits.may_touch_floor:
        starved = sum(run["survival_unserved_j"].values())
        text = f"least margin {100 * least:+.1f} % of the capacity, which may be below the reserve"
        if starved > 0.0:
            text = f"the floor was reached: {starved / 3.6e6:.2f} kWh of survival loads not served"
        return Point("P2", starved == 0.0, text)
    text = f"least margin {100 * least:+.1f} % of the capacity above the reserve"
    return Point("P2", least >= -RESERVE_SLACK, text)


def _warm(run: Run, limits: Limits) -> Point:
    lost = [e["subject"] for e in run["events"] if e["kind"] == "element-lost"]
    lost = sorted({name for name in lost if not is_of(name, limits.may_lose)})
    if lost:
        return Point("P3", False, f"lost to the cold: {', '.join(lost)}")
    return Point("P3", True, "none was lost")


def _in_time(
    began_s: float | None, latency_s: float | None, limits: Limits, tick_s: float
) -> Point:
    if began_s is None:
        return Point("P4", False, "the truth did not begin what the scenario asks for")
    if limits.detect_s is None:
        return Point("P4", True, "not judged")
    if latency_s is None:
        return Point("P4", False, f"never told; wanted within {span(limits.detect_s)}")
    after = "at once" if latency_s == 0.0 else f"after {span(latency_s)}"
    text = f"told {after}, wanted within {span(limits.detect_s)}"
    if limits.detect_s < tick_s:
        text += f" (the station looks every {span(tick_s)})"
    return Point("P4", latency_s <= max(limits.detect_s, tick_s) + SLACK_S, text)


def _right(began_s: float | None, named: Mapping[str, Any] | None, limits: Limits) -> Point:
    if began_s is None:
        return Point("P5", False, "the truth did not begin what the scenario asks for")
    if not limits.isolate:
        return Point("P5", True, "not judged")
    wanted = " or ".join(limits.isolate)
    if named is None:
        return Point("P5", False, f"no cause was named; {wanted} is right")
    text = f"named {named['subject']}; {wanted} is right"
    return Point("P5", is_of(named["subject"], limits.isolate), text)


def _calm(run: Run, reference: Run, touched: Iterable[str]) -> Point:
    touched = tuple(touched)
    false = [subject for subject in _reactions(run) if not is_of(subject, touched)]
    if not false:
        return Point("P6", True, "none")
    always = set(_reactions(reference))
    names = ", ".join(
        f"{name} (without the fault too)" if name in always else name for name in sorted(set(false))
    )
    return Point("P6", False, f"{len(false)} reactions where nothing was wrong: {names}")


def _reactions(run: Run) -> list[str]:
    """Return the subjects of the reactions that count."""
    return [
        event["subject"]
        for event in run["events"]
        if event["kind"] == "reaction" and event["values"].get("level", 0.0) >= REACTION_LEVEL
    ]


def _orderly(run: Run) -> Point:
    leases, replay = run["leases"], run["replay"]
    if not leases["there"]:
        return Point("P8", False, "the computer is away at the end")
    wrong = []
    if leases["unaccounted"]:
        wrong.append(f"{leases['unaccounted']} leases are not accounted for")
    if leases["without_holder"]:
        wrong.append(f"held by nobody alive: {', '.join(leases['without_holder'])}")
    if leases["late"]:
        wrong.append(f"past their time: {', '.join(leases['late'])}")
    if not replay["same"]:
        wrong.append("the last day, decided again from a saved state, came out otherwise")
    if wrong:
        return Point("P8", False, "; ".join(wrong))
    text = f"every lease has its holder; {replay['frames']} decisions came out the same again"
    return Point("P8", True, text)


def _not_safe(run: Run) -> Point:
    hours = run["hours_in_mode"][Mode.SAFE.name.lower()]
    return Point("P9", hours <= MOST_SAFE_H, f"{hours:.1f} h in SAFE")


def span(seconds: float) -> str:
    """Return a time in the unit that suits it.

    Examples
    --------
    >>> span(600.0), span(5400.0), span(259200.0), span(0.0)
    ('10 min', '1.5 h', '3 d', 'at once')
    """
    if seconds == 0.0:
        return "at once"
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if abs(seconds) >= (2 * size if unit == "d" else size):
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
