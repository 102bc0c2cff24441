"""Events in words: repeats merged, the length bounded, what is left out counted."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moonstead.report import words
from moonstead.report.science import FULL_FRACTION
from moonstead.report.spells import spells
from moonstead.report.story import Story
from moonstead.units import DAY_S, KWH_J

MOST_TOLD = 120
_SAME_S = 3 * DAY_S
"""Repeats with no longer pause than this are one happening."""
_RANKS = (
    "element-lost",
    "design-alarm",
    "survival-unserved",
    "crew-in-need",
    "plan-trouble",
    "arrived",
    "commissioned",
    "retired",
    "failed",
    "isolated",
    "repaired",
    "over",
    "mode",
    "no-response",
    "people",
    "command-refused",
    "command-conflict",
    "delivered",
    "tank-full",
)
"""What matters most comes first where not all can be told."""
_LABELS = {
    "element-lost": "loss",
    "design-alarm": "alarm",
    "survival-unserved": "survival",
    "crew-in-need": "crew",
    "plan-trouble": "plan",
    "isolated": "cause",
    "arrived": "arrival",
    "commissioned": "arrival",
    "retired": "departure",
    "delivered": "delivery",
    "failed": "fault",
    "repaired": "repair",
    "over": "repair",
    "mode": "mode",
    "no-response": "fault",
    "tank-full": "tank",
    "people": "people",
    "command-refused": "command",
    "command-conflict": "command",
    "commanded": "command",
    "given-up": "data",
    "aborted": "session",
    "skipped": "session",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, once or many times."""

    start: datetime
    end: datetime
    times: int
    kind: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Happenings:
    """What is told, and how much more there was."""

    told: tuple[Happening, ...]
    recorded: int
    """Events and ended sessions in the record that these stand for."""
    untold: tuple[tuple[str, int], ...]
    """Of those, what had no room: label and count."""


@dataclass(frozen=True, slots=True)
class _Single:
    t_s: float
    kind: str
    subject: str
    text: str
    unserved_j: float = 0.0


def happenings(story: Story) -> Happenings:
    """Return what happened, in order of time."""
    singles = sorted(
        [*_events(story), *_failed_sessions(story), *_full_tanks(story)],
        key=lambda single: (single.t_s, single.kind, single.subject, single.text),
    )
    merged = [_told(story, chain) for chain in _chains(singles)]
    by_weight = sorted(merged, key=lambda h: (_rank(h.kind), h.start, h.text))
    told, rest = by_weight[:MOST_TOLD], by_weight[MOST_TOLD:]
    untold: Counter[str] = Counter()
    for happening in rest:
        untold[happening.label] += happening.times
    return Happenings(
        told=tuple(sorted(told, key=lambda h: (h.start, _rank(h.kind), h.text))),
        recorded=len(singles),
        untold=tuple(sorted(untold.items())),
    )


def _rank(kind: str) -> int:
    return _RANKS.index(kind) if kind in _RANKS else len(_RANKS)


def _events(story: Story) -> list[_Single]:
    found = []
    landed = {(e["t_s"], e["subject"]) for e in story.events if e["kind"] == "arrived"}
    for event in story.events:
        if event["kind"] == "commissioned" and (event["t_s"], event["subject"]) in landed:
            continue  # needs no assembly
        if event["kind"] == "telecommand":
            continue  # what was refused is told; the rest is counted
        values: dict[str, Any] = json.loads(event["values"])
        text = event["text"]
        if event["kind"] == "mode":
            text = f"the station {text}"
        elif event["kind"] not in _LABELS:
            text = f"{event['subject']}: {text}"
        unserved_j = float(values.get("unserved_j", 0.0))
        found.append(_Single(event["t_s"], event["kind"], event["subject"], text, unserved_j))
    return found


def _failed_sessions(story: Story) -> list[_Single]:
    """Return sessions that were aborted or skipped and that no event tells of already."""
    titles = {e["name"]: e["title"] for e in story.summary["experiments"]}
    elements = {e["name"]: e["element"] for e in story.summary["experiments"]}
    told = {(event["t_s"], event["subject"]) for event in story.events}
    return [
        _Single(
            row["t_s"],
            row["status"],
            row["experiment"],
            f"a session of “{titles[row['experiment']]}” was {row['status']}: {row['reason']}",
        )
        for row in story.plan
        if row["status"] in {"aborted", "skipped"}
        and row["experiment"] in titles
        and (row["t_s"], elements[row["experiment"]]) not in told
    ]


def _full_tanks(story: Story) -> list[_Single]:
    found = []
    for name, tank in story.summary["tanks"].items():
        full = spells(story.read("tank_kg", name) >= FULL_FRACTION * tank["capacity_kg"])
        text = f"{name} is full with {words.mass(tank['capacity_kg'])} of {tank['commodity']}"
        for first, _ in full:
            t_s = story.start_t_s + int(first) * story.step_s
            found.append(_Single(t_s, "tank-full", name, text))
    return found


def _chains(singles: list[_Single]) -> list[list[_Single]]:
    """Merge repeats: the same text but for its numbers, without a long pause."""
    chains: list[list[_Single]] = []
    open_chains: dict[tuple[str, str, str], list[_Single]] = {}
    for single in singles:
        key = (single.kind, single.subject, re.sub(r"[\d.,]+", "#", single.text))
        chain = open_chains.get(key)
        if chain is not None and single.t_s - chain[-1].t_s <= _SAME_S:
            chain.append(single)
            continue
        open_chains[key] = [single]
        chains.append(open_chains[key])
    return chains


def _told(story: Story, chain: list[_Single]) -> Happening:
    first, last = chain[0], chain[-1]
    text = words.started(first.text)
    unserved_j = sum(single.unserved_j for single in chain)
    if unserved_j > 0.0:
        text += f" ({words.energy(unserved_j / KWH_J)} missing)"
    return Happening(
        start=story.utc(first.t_s),
        end=story.utc(last.t_s),
        times=len(chain),
        kind=first.kind,
        label=_LABELS.get(first.kind, first.kind),
        text=f"{text}.",
    )
