"""The page of a plan: a bar for every activity, and the tables, in one HTML file."""

from html import escape
from typing import Any

import matplotlib.dates
from matplotlib.patches import Patch

from moonstead.autonomy.planning.published import PublishedPlan
from moonstead.cli.plan_tables import moment
from moonstead.environment.timescale import to_utc
from moonstead.report.drawing.style import SERIES, house_style, inline_svg, new_figure
from moonstead.report.page import style_sheet

mdates: Any = matplotlib.dates
_ROW_PX = 34.0
_AROUND_PX = 110.0


def plan_page(plan: PublishedPlan) -> str:
    """Return the page."""
    title = f"Plan of {plan.station}"
    bound = ""
    if plan.bound is not None and plan.gap_fraction is not None:
        gap = 100 * max(plan.gap_fraction, 0.0)
        bound = (
            f"No plan has more than {plan.bound:.1f} points: this one is at most {gap:.2f} % below "
            "the best. "
        )
    left_out = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(cell)}</td>"
            for cell in (
                row.request,
                row.text,
                "" if row.at_t_s is None else moment(row.at_t_s),
                "" if row.price is None else f"{row.price:.3g} points a {row.price_unit}",
                row.relaxation,
                ", ".join(row.displaces),
            )
        )
        + "</tr>"
        for row in plan.left_out
    )
    activities = "".join(
        f"<tr><td>{escape(a.name)}</td><td>{escape(a.element)}</td><td>{escape(a.partner)}</td>"
        f"<td>{moment(a.start_t_s)}</td><td>{moment(a.end_t_s)}</td>"
        f"<td>{moment(a.earliest_t_s)} to {moment(a.latest_t_s)}</td>"
        f"<td>{a.value:.1f}</td></tr>"
        for a in plan.activities
    )
    missing = (
        "<section><h2>Left out, and why</h2><div class='wide'><table><thead><tr>"
        "<th>request</th><th>why</th><th>binds at</th><th>worth of one more</th>"
        "<th>would fit with</th><th>in place of</th></tr></thead>"
        f"<tbody>{left_out}</tbody></table></div></section>"
        if plan.left_out
        else ""
    )
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{style_sheet()}</style></head><body><main>"
        f"<header><h1>{escape(title)}</h1><p>From {moment(plan.start_t_s)} to "
        f"{moment(plan.end_t_s)} UTC, {len(plan.activities)} activities, {plan.points:.1f} points. "
        f"{bound}</p></header>"
        f"<section><h2>When</h2>{_picture(plan)}</section>{missing}"
        "<section><h2>Activities</h2><div class='wide'><table><thead><tr><th>activity</th>"
        "<th>element</th><th>partner</th><th>start (UTC)</th><th>end</th><th>may start</th>"
        f"<th>points</th></tr></thead><tbody>{activities}</tbody></table></div></section>"
        "</main></body></html>\n"
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
        axes.set_xlim(
            mdates.date2num(to_utc(plan.start_t_s)), mdates.date2num(to_utc(plan.end_t_s))
        )
        locator = mdates.AutoDateLocator(minticks=4, maxticks=10)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))
        axes.grid(axis="x")
        handles = [
            Patch(facecolor=SERIES[k % len(SERIES)], label=name) for k, name in enumerate(partners)
        ]
        axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=6)
        return str(inline_svg(figure, "plan", "Activities by element over time"))
