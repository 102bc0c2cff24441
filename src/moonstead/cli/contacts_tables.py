"""The account of contacts, as tables and for machines."""

from typing import Any

import click
import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from moonstead.cli.contacts_account import Account, PathAccount, longest_gap, share_open
from moonstead.comms.intervals import complement, duration_s, intersection
from moonstead.comms.plan_quality import TO_EARTH
from moonstead.environment.timescale import iso_utc
from moonstead.scenario.model import STATION
from moonstead.units import DAY_S, HOUR_S

Facts = dict[str, Any]

NO_PATH = "There is no path to Earth: the scenario has no direct_path, and no orbiter has a path."
_WIDTH = 120
_SPELLS_TOLD = 5
_GBIT = 1e9


def contacts_facts(account: Account) -> Facts:
    """Return the account for ``--json``; keys end with their units."""
    start_t_s, end_t_s = account.start_t_s, account.end_t_s
    alone_s = duration_s(account.alone_t_s)
    return {
        "scenario": account.world.scenario.name,
        "from_utc": iso_utc(start_t_s),
        "to_utc": iso_utc(end_t_s),
        "days": account.days,
        "alone_h": alone_s / HOUR_S,
        "alone_fraction": alone_s / (end_t_s - start_t_s),
        "alone": [_spell(begin, end) for begin, end in account.alone_t_s.tolist()],
        "paths": [_path_facts(account, path) for path in account.paths],
        "ground_stations": [
            {
                "name": one.name,
                "partner": one.partner,
                "served_h": {name: time_s / HOUR_S for name, time_s in one.served_s.items()},
                "booked_h": one.booked_s / HOUR_S,
                "receives_gbit_per_day": one.received_bit / _GBIT / account.days,
            }
            for one in account.ground
        ],
        "partners": [
            {
                "name": partner,
                "booked_h": account.booked_s(partner, start_t_s, end_t_s) / HOUR_S,
                "receives_gbit_per_day": received_bit / _GBIT / account.days,
            }
            for partner, received_bit in _received(account).items()
        ],
        "at_one_time": [
            {
                "direction": reach.direction,
                "fraction": reach.coverage_share,
                "longest_gap_h": reach.longest_gap_s / HOUR_S,
                "longest_gap_utc": iso_utc(reach.gap_start_t_s) if reach.longest_gap_s else None,
            }
            for reach in account.reaches
        ],
        "weeks": [_week_facts(account, *week) for week in account.weeks()],
    }


def _spell(begin_t_s: float, end_t_s: float) -> Facts:
    hours = (end_t_s - begin_t_s) / HOUR_S
    return {"from_utc": iso_utc(begin_t_s), "to_utc": iso_utc(end_t_s), "hours": hours}


def _path_facts(account: Account, path: PathAccount) -> Facts:
    span = account.start_t_s, account.end_t_s
    gap = longest_gap(path.open_t_s, *span)
    return {
        "name": path.name,
        "sender": path.sender,
        "is_of_station": path.is_of_station,
        "contacts": len(path.open_t_s),
        "open_h": duration_s(path.open_t_s) / HOUR_S,
        "open_fraction": share_open(path.open_t_s, *span),
        "gbit_per_day": path.volume_bit(*span) / _GBIT / account.days,
        "longest_gap": None if gap is None else _spell(*gap),
    }


def _received(account: Account) -> dict[str, float]:
    """Return what the ground stations of each partner can receive, bit."""
    found: dict[str, float] = {}
    for one in account.ground:
        found[one.partner] = found.get(one.partner, 0.0) + one.received_bit
    return found


def _week_facts(account: Account, begin_t_s: float, end_t_s: float) -> Facts:
    span = np.array([[begin_t_s, end_t_s]])
    alone = intersection(account.alone_t_s, span)
    gap = longest_gap(complement(alone, begin_t_s, end_t_s), begin_t_s, end_t_s)
    days = (end_t_s - begin_t_s) / DAY_S
    return {
        "from_utc": iso_utc(begin_t_s),
        "days": days,
        "alone_h": duration_s(alone) / HOUR_S,
        "longest_alone_h": 0.0 if gap is None else (gap[1] - gap[0]) / HOUR_S,
        "gbit_per_day": {
            path.name: path.volume_bit(begin_t_s, end_t_s) / _GBIT / days for path in account.paths
        },
        "booked_h": {
            partner: account.booked_s(partner, begin_t_s, end_t_s) / HOUR_S
            for partner in _received(account)
        },
    }


def print_contacts(account: Account) -> None:
    """Print the account for people."""
    facts = contacts_facts(account)
    click.echo(
        f"{account.world.scenario.title}: contacts {_minute(facts['from_utc'])} to "
        f"{_minute(facts['to_utc'])} UTC ({account.days:.3g} days)"
    )
    if not account.paths:
        click.echo(NO_PATH)
        return
    console = Console(width=_WIDTH)
    console.print(_paths(facts))
    console.print(_ground(account, facts))
    console.print(_weeks(facts))
    for line in _alone(facts):
        click.echo(line)


def _table(title: str, texts: int, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place < texts else "right")
    return table


def _paths(facts: Facts) -> Table:
    headings = (
        "path",
        "for",
        "to Earth by",
        "contacts",
        "open\nh",
        "share\n%",
        "carries\nGbit/day",
    )
    table = _table("Paths", 3, *headings, "longest gap\nh", "from (UTC)", "to (UTC)")
    for path in facts["paths"]:
        gap = path["longest_gap"]
        told = ["0", "", ""] if gap is None else _gap(gap)
        table.add_row(
            path["name"],
            STATION if path["is_of_station"] else path["sender"],
            path["sender"],
            str(path["contacts"]),
            f"{path['open_h']:,.1f}",
            f"{100 * path['open_fraction']:.1f}",
            f"{path['gbit_per_day']:,.1f}",
            *told,
        )
    return table


def _gap(spell: Facts) -> list[str]:
    return [f"{spell['hours']:,.1f}", _minute(spell["from_utc"]), _minute(spell["to_utc"])]


def _ground(account: Account, facts: Facts) -> Table:
    served = [f"serves\n{name}, h" for name in account.senders]
    headings = ("ground station", "partner", *served, "booked\nh", "share\n%", "receives\nGbit/day")
    table = _table("Ground stations: who serves whom for how long", 2, *headings)
    for one in facts["ground_stations"]:
        table.add_row(
            one["name"],
            one["partner"],
            *(f"{one['served_h'][name]:,.1f}" for name in account.senders),
            *_booked(one, facts),
        )
    table.add_section()
    for partner in facts["partners"]:
        mine = [one for one in facts["ground_stations"] if one["partner"] == partner["name"]]
        sums = (sum(one["served_h"][name] for one in mine) for name in account.senders)
        hours = (f"{time_h:,.1f}" for time_h in sums)
        table.add_row(f"all of {partner['name']}", "", *hours, *_booked(partner, facts, len(mine)))
    return table


def _booked(one: Facts, facts: Facts, stations: int = 1) -> list[str]:
    share = one["booked_h"] / (24.0 * facts["days"] * stations)
    gbit_per_day = one["receives_gbit_per_day"]
    return [f"{one['booked_h']:,.1f}", f"{100 * share:.1f}", f"{gbit_per_day:,.1f}"]


def _weeks(facts: Facts) -> Table:
    first = facts["weeks"][0]
    carries = [f"{name}\nGbit/day" for name in first["gbit_per_day"]]
    booked = [f"{partner}\nbooked, h" for partner in first["booked_h"]]
    headings = ("week from", "alone\nh", "longest\nh", *carries, *booked)
    table = _table("By week", 1, *headings)
    for week in facts["weeks"]:
        table.add_row(
            week["from_utc"][:10] + ("" if week["days"] > 6.99 else f" ({week['days']:.3g} d)"),
            f"{week['alone_h']:,.1f}",
            f"{week['longest_alone_h']:,.1f}",
            *(f"{value:,.1f}" for value in week["gbit_per_day"].values()),
            *(f"{value:,.1f}" for value in week["booked_h"].values()),
        )
    return table


def _alone(facts: Facts) -> list[str]:
    if not any(path["is_of_station"] for path in facts["paths"]):
        lines = ["No path is of the station: it is alone all the time."]
    elif not facts["alone"]:
        lines = ["The station is never alone: a path is open at any time."]
    else:
        spells = sorted(facts["alone"], key=lambda spell: -spell["hours"])
        share = f"{100 * facts['alone_fraction']:.2f} % of the time"
        times = "once" if len(spells) == 1 else f"{len(spells):,} times"
        told = f"{times}, {facts['alone_h']:,.1f} h in all ({share})"
        lines = [f"The station is alone, with no path open, {told}. The longest:"]
        for spell in spells[:_SPELLS_TOLD]:
            hours, begin, end = _gap(spell)
            lines.append(f"  {hours} h from {begin} to {end}")
    for reach in facts["at_one_time"]:
        way = "station to Earth" if reach["direction"] == TO_EARTH else "Earth to the station"
        gap = (
            f"; longest without: {reach['longest_gap_h']:,.1f} h from "
            f"{_minute(reach['longest_gap_utc'])}"
            if reach["longest_gap_utc"]
            else ""
        )
        share = f"{100 * reach['fraction']:.1f} % of the time"
        lines.append(f"From {way} without waiting aboard a relay: {share}{gap}.")
    return lines


def _minute(utc: str) -> str:
    """Return a date of `iso_utc` to the minute."""
    return f"{utc[:10]} {utc[11:16]}"
