"""The page of a plan: a bar for every activity, and the tables, in one HTML file."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import matplotlib.dates
from matplotlib.patches import Patch

from moonstead.autonomy.planning.published import PublishedPlan
from moonstead.cli.plan_tables import moment, price_text
from moonstead.environment.timescale import to_utc
from moonstead.report.drawing.style import SERIES, house_style, inline_svg, new_figure
from moonstead.report.page import style_sheet

mdates: Any = matplotlib.dates
_ROW_PX = 34.0
_AROUND_PX = 110.0


def plan_page(plan: PublishedPlan) -> str:
    """Return the page."""
    title = f"Plan of {plan.station}"
    span = f"From {moment(plan.start_t_s)} to {moment(plan.end_t_s)} UTC"
    told = f"{span}, {len(plan.activities)} activities, {plan.points:.1f} points."
    if plan.bound is not None and plan.gap_fraction is not None:
        gap = 100 * max(plan.gap_fraction, 0.0)
        told += f" No plan has more than {plan.bound:.1f} points: this one is at most {gap:.2f} %"
        told += " below the best."
    sections = [f"<h2>When</h2><div class='scroll' tabindex='0'>{_picture(plan)}</div>"]
    if plan.left_out:
        sections.append(f"<h2>Left out, and why</h2>{_left_out(plan)}")
    sections.append(f"<h2>Activities</h2>{_activities(plan)}")
    body = "".join(f"<section>{section}</section>" for section in sections)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{style_sheet()}</style></head><body><main>"
        f"<header><h1>{escape(title)}</h1><p>{escape(told)}</p></header>{body}"
        "</main></body></html>\n"
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts."""
    head = "".join(f"<th scope='col' class='text'>{escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>" + "".join(f"<td class='text'>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return (
        "<div class='scroll' tabindex='0'><table>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _left_out(plan: PublishedPlan) -> str:
    heads = ("request", "why", "binds at", "worth of one more", "would fit with", "in place of")
    return _table(
        heads,
        (
            (
                row.request,
                row.text,
                "" if row.at_t_s is None else moment(row.at_t_s),
                price_text(row),
                row.relaxation,
                ", ".join(row.displaces),
            )
            for row in plan.left_out
        ),
    )


def _activities(plan: PublishedPlan) -> str:
    heads = ("activity", "element", "partner", "start (UTC)", "end", "may start", "points")
    return _table(
        heads,
        (
            (
                a.name,
                a.element,
                a.partner,
                moment(a.start_t_s),
                moment(a.end_t_s),
                f"{moment(a.earliest_t_s)} to {moment(a.latest_t_s)}",
                f"{a.value:.1f}",
            )
            for a in plan.activities
        ),
    )


def _picture(plan: PublishedPlan) -> str:
    """Return a row for each element, a bar for each activity, a colour for each partner."""
    elements = sorted({a.element for a in plan.activities})
    partners = sorted({a.partner for a in plan.activities})
    if not elements:
        return "<p>Nothing is planned.</p>"
    with house_style():
        figure = new_figure(_AROUND_PX + _ROW_PX * len(elements))
        axes = figure.subplots()
        for a in plan.activities:
            start = mdates.date2num(to_utc(a.start_t_s))
            axes.broken_barh(
                [(start, mdates.date2num(to_utc(a.end_t_s)) - start)],
                (elements.index(a.element) - 0.36, 0.72),
                facecolors=SERIES[partners.index(a.partner) % len(SERIES)],
                edgecolors="white",
                linewidth=0.4,
            )
        axes.set_yticks(range(len(elements)), elements)
        axes.set_ylim(len(elements) - 0.4, -0.6)
        ends = (to_utc(plan.start_t_s), to_utc(plan.end_t_s))
        axes.set_xlim(*(mdates.date2num(end) for end in ends))
        locator = mdates.AutoDateLocator(minticks=4, maxticks=10)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
        axes.grid(axis="x")
        handles = [
            Patch(facecolor=SERIES[k % len(SERIES)], label=name) for k, name in enumerate(partners)
        ]
        axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=6)
        return str(inline_svg(figure, "plan", "Activities by element over time"))
