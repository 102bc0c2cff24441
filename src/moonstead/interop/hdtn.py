"""Contact plans of HDTN: JSON with whole seconds, bit/s and light seconds.

The fields are those that HDTN's router reads (``contact``, ``source``, ``dest``, ``startTime``,
``endTime``, ``rateBitsPerSec``, ``owlt``), its older ``rate`` in Mbit/s, and ``finalDestination``,
which old files have and nothing needs. ``confidence`` is ours; HDTN passes over it.
"""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from moonstead.comms.plan import ContactPlan
from moonstead.errors import InputError, Problem
from moonstead.interop.plan_nodes import (
    epoch_of,
    named_plan,
    number_of,
    numbers_of,
    text_of,
    whole_rows,
)

NEEDED = ("source", "dest", "startTime", "endTime", "owlt")
FIELDS = (*NEEDED, "rateBitsPerSec", "rate", "contact", "finalDestination", "confidence")


def write_hdtn(
    path: Path, plan: ContactPlan, epoch_utc: str, numbers: Mapping[str, int] | None = None
) -> None:
    """Write a contact plan for HDTN, rounded to what is safe.

    Parameters
    ----------
    path
        The file.
    plan
        The contact plan.
    epoch_utc
        When HDTN is started: seconds count from there.
    numbers
        Node numbers by name; 1, 2, 3 ... in the order of the plan where left out.

    Raises
    ------
    InputError
        Where a node has no number, or the numbers do not rise.
    """
    contacts = []
    rows = whole_rows(plan, numbers_of(plan, numbers), epoch_of(epoch_utc), 1)
    for k, (source, to, start, end, rate, owlt, confidence) in enumerate(rows):
        contact: dict[str, float] = {
            "contact": k,
            "source": source,
            "dest": to,
            "startTime": start,
            "endTime": end,
            "rateBitsPerSec": rate,
            "owlt": owlt,
        }
        contacts.append(contact if confidence == 1.0 else {**contact, "confidence": confidence})
    text = json.dumps({"contacts": contacts}, indent=1) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def read_hdtn(path: Path, epoch_utc: str, names: Mapping[int, str] | None = None) -> ContactPlan:
    """Read a contact plan of HDTN.

    Parameters
    ----------
    path
        The file.
    epoch_utc
        From which its seconds count; ``1970-01-01T00:00:00Z`` for one in Unix time.
    names
        Nodes by number; a node is called by its number where left out.

    Raises
    ------
    InputError
        With the place and reason of all that is wrong.
    """
    file, epoch_t_s = str(path), epoch_of(epoch_utc)
    try:
        content = json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(Problem(file, place, "", f"is no JSON: {error}")) from None
    contacts = content.get("contacts") if isinstance(content, dict) else None
    if not isinstance(contacts, list):
        raise InputError(Problem(file, "contacts", "", "write a list of contacts"))
    problems = [problem for k, given in enumerate(contacts) for problem in _wrong(file, k, given)]
    if problems:
        raise InputError(problems)
    rows = [
        (
            given["source"],
            given["dest"],
            epoch_t_s + given["startTime"],
            epoch_t_s + given["endTime"],
            float(given["rateBitsPerSec"] if "rateBitsPerSec" in given else given["rate"] * 1e6),
            float(given["owlt"]),
            float(given.get("confidence", 1.0)),
        )
        for given in contacts
    ]
    return named_plan(file, rows, [f"contacts[{k}]" for k in range(len(rows))], names)


def _wrong(file: str, k: int, given: Any) -> Iterator[Problem]:
    place = f"contacts[{k}]"
    if not isinstance(given, dict):
        yield Problem(file, place, str(given)[:40], "write an object with source, dest ...")
        return
    rate = "rate" if "rate" in given and "rateBitsPerSec" not in given else "rateBitsPerSec"
    for name in (*NEEDED, rate):
        if name not in given:
            yield Problem(file, f"{place}.{name}", "", "is missing")
    for name, value in given.items():
        text = str(value)[:40] if not isinstance(value, int) else "a number"
        if name not in FIELDS:
            yield Problem(file, f"{place}.{name[:40]}", text, f"use {', '.join(FIELDS)}")
        elif isinstance(value, bool | str) or math.isnan(number_of(value)):
            yield Problem(file, f"{place}.{name}", text, "write a finite number")
        elif name in {"source", "dest"} and not (isinstance(value, int) and value >= 1):
            yield Problem(file, f"{place}.{name}", text, "write a whole number from 1 on")
