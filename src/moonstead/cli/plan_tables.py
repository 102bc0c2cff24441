"""What ``moonstead plan`` made, as tables."""

import click
from rich.console import Console
from rich.table import Table

from moonstead.autonomy.planning.published import LeftOut, PublishedPlan
from moonstead.environment.timescale import to_utc
from moonstead.units import DAY_S, HOUR_S

_WIDTH = 130
LEAST_PRICE = 1e-3


def print_plan(plan: PublishedPlan, *, iterations: int, whole: bool) -> None:
    """Print a plan: what it is worth, what is done by request, and what is left out and why.

    Parameters
    ----------
    plan
        What to print.
    iterations
        Of the search.
    whole
        Whether to list every activity.
    """
    days = (plan.end_t_s - plan.start_t_s) / DAY_S
    click.echo(
        f"Plan of {plan.station} from {moment(plan.start_t_s)} UTC for {days:.3g} days: "
        f"{len(plan.activities)} activities, {plan.points:.1f} points"
    )
    if plan.bound is not None and plan.gap_fraction is not None:
        click.echo(
            f"  no plan has more than {plan.bound:.1f} points: this one is at most "
            f"{100 * max(plan.gap_fraction, 0.0):.2f} % below the best"
        )
    click.echo(f"  checked by independent rules; {iterations} iterations of search")
    console = Console(width=_WIDTH)
    console.print(_by_request(plan))
    if plan.left_out:
        console.print(_left_out(plan.left_out))
    if whole:
        console.print(_activities(plan))


def moment(t_s: float) -> str:
    """Return an instant to the minute."""
    return f"{to_utc(t_s + 0.5):%Y-%m-%d %H:%M}"


def price_text(row: LeftOut) -> str:
    """Return what one more unit of what binds would be worth, or that it is not scarce."""
    if row.price is None:
        return ""
    if row.price < LEAST_PRICE:
        return "nothing: others would bind"
    return f"{row.price:.3g} points a {row.price_unit}"


def _by_request(plan: PublishedPlan) -> Table:
    table = Table(title="Planned")
    for heading in ("request", "partner", "element"):
        table.add_column(heading)
    for heading in ("sessions", "hours", "points", "first start"):
        table.add_column(heading, justify="right")
    names = dict.fromkeys(activity.request for activity in plan.activities)
    for name in sorted(names):
        mine = [a for a in plan.activities if a.request == name]
        hours = sum(a.end_t_s - a.start_t_s for a in mine) / HOUR_S
        table.add_row(
            name,
            mine[0].partner,
            mine[0].element,
            str(len(mine)),
            f"{hours:.1f}",
            f"{sum(a.value for a in mine):.1f}",
            moment(mine[0].start_t_s),
        )
    return table


def _left_out(rows: tuple[LeftOut, ...]) -> Table:
    table = Table(title="Left out")
    for heading in (
        "request",
        "sessions",
        "why",
        "binds at",
        "worth of one more",
        "would fit with",
    ):
        table.add_column(heading, justify="right" if heading == "sessions" else "left")
    table.add_column("in place of")
    for row in rows:
        table.add_row(
            row.request,
            str(row.sessions) if row.sessions else "",
            row.text,
            "" if row.at_t_s is None else moment(row.at_t_s),
            price_text(row),
            row.relaxation,
            ", ".join(row.displaces[:3]) + (" ..." if len(row.displaces) > 3 else ""),
        )
    return table


def _activities(plan: PublishedPlan) -> Table:
    table = Table(title="Activities")
    for heading in ("activity", "element", "start UTC", "end UTC", "may start from", "until"):
        table.add_column(heading)
    for a in plan.activities:
        times = (a.start_t_s, a.end_t_s, a.earliest_t_s, a.latest_t_s)
        table.add_row(a.name, a.element, *(moment(t_s) for t_s in times))
    return table
