"""What was done: each experiment with what it gave and why not more, and each partner's part."""

from dataclasses import dataclass
from typing import Any

from moonstead.report import words
from moonstead.report.spells import spells
from moonstead.report.story import Story

_ENOUGH = ("all sessions wanted are done or planned", "the horizon is planned full")
"""Reasons of the planner that are no shortage: as much was placed as was wanted or fitted."""
_PLAIN = {
    "the sky does not suit for long enough": "Sun, Earth or contact did not suit for long enough",
    "energy is needed for the reserve": "energy had to be kept for survival",
    "the recorder would be full": "the recorder would have been full",
    "its element is busy": "its element was busy with other work",
    "the forecast ends": "the forecast ended",
}
FULL_FRACTION = 0.9999
"""Of its capacity: a tank this full is full."""
_REASONS_TOLD = 3
_LEAST_SHARE = 0.02
"""A reason of fewer planning rounds than this share is not told."""


@dataclass(frozen=True, slots=True)
class ExperimentStory:
    """What became of one experiment."""

    name: str
    title: str
    partner: str
    element: str
    wanted: int
    done: int
    aborted: int
    skipped: int
    hours: float
    delivered_gbit: float
    reasons: tuple[str, ...]
    """Why it was not more, the weightiest first; empty where nothing is missing."""

    @property
    def why(self) -> str:
        """Why it was not more, as a sentence."""
        return words.started("; ".join(self.reasons)) + "." if self.reasons else ""

    @property
    def done_fraction(self) -> float:
        """Share of the wanted sessions that were done."""
        return min(self.done / self.wanted, 1.0) if self.wanted else 1.0


@dataclass(frozen=True, slots=True)
class PartnerStory:
    """What one partner gave and got."""

    name: str
    title: str
    role: str
    elements: str
    mass_kg: float
    mass_fraction: float
    ground_stations: str
    done: int
    wanted: int
    hours: float
    delivered_gbit: float
    delivered_fraction: float


def experiments(story: Story) -> tuple[ExperimentStory, ...]:
    """Return what became of every experiment, in the order of the scenario."""
    rounds = _rounds(story)
    full = _full_tanks(story)
    return tuple(
        ExperimentStory(
            name=e["name"],
            title=e["title"],
            partner=e["partner"],
            element=e["element"],
            wanted=e["sessions_wanted"],
            done=e["sessions_done"],
            aborted=e["sessions_aborted"],
            skipped=e["sessions_skipped"],
            hours=e["hours"],
            delivered_gbit=e["delivered_gbit"],
            reasons=_reasons(e, _running_at_end(story, e), rounds.get(e["name"], {}), full),
        )
        for e in story.summary["experiments"]
    )


def _rounds(story: Story) -> dict[str, dict[str, int]]:
    """Count, by experiment and reason, the planning rounds that left sessions out."""
    counts: dict[str, dict[str, int]] = {}
    for row in story.plan:
        if row["status"] == "left-out":
            of_one = counts.setdefault(row["experiment"], {})
            of_one[row["reason"]] = of_one.get(row["reason"], 0) + 1
    return counts


def _running_at_end(story: Story, experiment: dict[str, Any]) -> int:
    statuses = [r["status"] for r in story.plan if r["experiment"] == experiment["name"]]
    return statuses.count("started") - statuses.count("done") - statuses.count("aborted")


def _reasons(
    experiment: dict[str, Any], running: int, rounds: dict[str, int], full: dict[str, str]
) -> tuple[str, ...]:
    """Tell in plain words why an experiment got less than it asked for, the weightiest first."""
    if experiment["sessions_done"] >= experiment["sessions_wanted"]:
        return ()
    total = sum(rounds.values())
    weighed = [
        (n / total, f"{_PLAIN.get(reason, reason)} ({n} of {words.count(total, 'round')})")
        for reason, n in rounds.items()
        if reason not in _ENOUGH and n >= _LEAST_SHARE * total
    ]
    weighed += _failures(experiment, rounds)
    told = [text for _, text in sorted(weighed, key=lambda pair: (-pair[0], pair[1]))]
    told = told[:_REASONS_TOLD]
    if experiment["element"] in full and experiment["sessions_aborted"]:
        told.insert(0, full[experiment["element"]])
    n = rounds.get(_ENOUGH[1], 0)
    if not told and n:
        told.append(f"as many as fit in time were planned ({n} of {words.count(total, 'round')})")
    given_up = experiment["sessions_given_up"]
    if given_up:
        told.append(f"data of {words.count(given_up, 'session')} given up for data worth more")
    if running > 0:
        told.append(f"{words.count(running, 'session')} still running at the end")
    return tuple(told) or ("the run ended before it could be done",)


def _failures(experiment: dict[str, Any], rounds: dict[str, int]) -> list[tuple[float, str]]:
    """Tell why sessions were skipped or aborted, with their share of the wanted ones."""
    happened = {r: n - rounds.get(r, 0) for r, n in experiment["reasons"].items()}
    return [
        (
            n / experiment["sessions_wanted"],
            f"{words.count(n, 'session')} skipped or aborted: {_past(reason)}",
        )
        for reason, n in happened.items()
        if n > 0
    ]


def _past(reason: str) -> str:
    return reason.replace("the station is in", "the station was in").replace("does not", "did not")


def _full_tanks(story: Story) -> dict[str, str]:
    """Tell, by element, since when its tank stood full at the end of the run."""
    found = {}
    for name, tank in story.summary["tanks"].items():
        full = spells(story.read("tank_kg", name) >= FULL_FRACTION * tank["capacity_kg"])
        if len(full) == 0 or full[-1, 1] < story.n_steps:
            continue
        since = words.day(story.at(int(full[-1, 0])))
        found[name.split(".")[0]] = (
            f"its tank of {words.mass(tank['capacity_kg'])} is full since {since}"
        )
    return found


def partners(story: Story, done: tuple[ExperimentStory, ...]) -> tuple[PartnerStory, ...]:
    """Return what every partner gave and got."""
    elements, stations = story.summary["elements"], story.summary["ground_stations"]
    total_kg = sum(element["mass_kg"] for element in elements)
    total_gbit = sum(e.delivered_gbit for e in done)
    found = []
    for partner in story.summary["partners"]:
        name = partner["name"]
        own = [e for e in elements if e["partner"] == name]
        science = [e for e in done if e.partner == name]
        mass_kg = sum(e["mass_kg"] for e in own)
        delivered_gbit = sum(e.delivered_gbit for e in science)
        found.append(
            PartnerStory(
                name=name,
                title=partner["title"],
                role=partner["role"],
                elements=", ".join(e["name"] for e in own),
                mass_kg=mass_kg,
                mass_fraction=mass_kg / total_kg if total_kg else 0.0,
                ground_stations=", ".join(s["title"] for s in stations if s["partner"] == name),
                done=sum(e.done for e in science),
                wanted=sum(e.wanted for e in science),
                hours=sum(e.hours for e in science),
                delivered_gbit=delivered_gbit,
                delivered_fraction=delivered_gbit / total_gbit if total_gbit else 0.0,
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that took place, from and to in seconds since the start of the run."""

    from_s: float
    to_s: float
    status: str
    """done, aborted or running"""


def sessions(story: Story) -> dict[str, list[Session]]:
    """Return the sessions that took place, by experiment, in the order of the scenario."""
    found: dict[str, list[Session]] = {e["name"]: [] for e in story.summary["experiments"]}
    open_since: dict[str, tuple[str, float]] = {}
    for row in story.plan:
        if row["experiment"] not in found:  # An element's sleep.
            continue
        begin_s, end_s = row["start_t_s"] - story.start_t_s, row["end_t_s"] - story.start_t_s
        if row["status"] == "started":
            open_since[row["activity"]] = (row["experiment"], begin_s)
        elif row["status"] in {"done", "aborted"}:
            open_since.pop(row["activity"], None)
            found[row["experiment"]].append(Session(begin_s, end_s, row["status"]))
    for experiment, begin_s in open_since.values():
        found[experiment].append(Session(begin_s, story.length_s, "running"))
    return found
