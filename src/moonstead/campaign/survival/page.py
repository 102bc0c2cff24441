"""Survival told: the table of chances, the curve, the causes, as a page and as plain values."""

from collections.abc import Sequence
from typing import Any

from moonstead.campaign.sheet import html_page, html_picture, html_table, html_text
from moonstead.campaign.survival.campaign import YEAR_H, Fleet
from moonstead.campaign.survival.statistics import Chance, missions_for
from moonstead.report.drawing.style import SERIES, house_style, inline_svg, new_figure

_HEIGHT_PX = 330.0
CURVE_CAPTION = (
    "Share of missions whose station is not lost, after Kaplan and Meier, with its 95 % interval "
    "(by Greenwood's formula; where no mission was lost, that of Clopper and Pearson)."
)
METHOD = (
    "Every mission is flown by the true simulator of a run, on the same Sun and Earth, with guard, "
    "computer and their faults as in a run. In place of planner and sessions the loads that do the "
    "work run at their mean, as far as the margin allows; nobody on Earth takes part. "
    "In missions longer than the scenario all orbits are held. Lost is a station whose hub fell "
    "below the temperature that it survives, or whose crew lacked what it "
    "takes for an hour. Many rates are assumptions: vary them with --rates."
)


def survival_page(title: str, years: float, fleets: Sequence[Fleet], chances: str) -> str:
    """Return the page.

    Parameters
    ----------
    title
        Of the station.
    years
        Length of a mission.
    fleets
        Missions by factor of the rates.
    chances
        What fails by chance, in words.
    """
    with house_style():
        picture = _picture(fleets)
    sections = [
        ("Chance that the station is not lost", html_table(CHANCE_HEADS, chance_rows(fleets))),
        ("Over time", html_picture(picture, CURVE_CAPTION)),
        ("How it was lost", _causes(fleets)),
        ("What else was lost", _elements(fleets)),
        ("Least margin and modes", html_table(MARGIN_HEADS, margin_rows(fleets))),
        ("How this was found", html_text(METHOD) + html_text(rule(fleets))),
    ]
    lead = f"{title}: missions of {years:g} years; what fails by chance: {chances}."
    return html_page("Survival", lead, sections)


CHANCE_HEADS = (
    "rates of failure",
    "missions",
    "lost",
    "P(not lost)",
    "95 % interval",
    "at least (one-sided 95 %)",
    "P(no element lost, nothing vital unserved)",
    "its 95 % interval",
)
MARGIN_HEADS = (
    "rates of failure",
    "least margin (worst)",
    "median",
    "hours a year outside nominal",
)


def chance_rows(fleets: Sequence[Fleet]) -> list[tuple[str, ...]]:
    """Return a row of texts for each factor."""
    return [
        (
            f"x {fleet.rates:g}",
            str(chance.missions),
            str(chance.lost),
            f"{chance.estimate:.4f}",
            f"{chance.low:.4f} to {chance.high:.4f}",
            f"{chance.at_least:.4f}",
            f"{unharmed.estimate:.4f}",
            f"{unharmed.low:.4f} to {unharmed.high:.4f}",
        )
        for fleet in fleets
        for chance, unharmed in ((fleet.no_loss, fleet.unharmed),)
    ]


def margin_rows(fleets: Sequence[Fleet]) -> list[tuple[str, ...]]:
    """Return a row of texts for each factor."""
    rows: list[tuple[str, ...]] = []
    for fleet in fleets:
        least = sorted(one["least_margin_fraction"] for one in fleet.flown)
        flown_h = sum(one["flown_h"] for one in fleet.flown)
        strained_h = flown_h - sum(one["hours_in_mode"]["nominal"] for one in fleet.flown)
        middle = least[len(least) // 2]
        rows.append(
            (
                f"x {fleet.rates:g}",
                f"{100.0 * least[0]:.1f} %",
                f"{100.0 * middle:.1f} %",
                f"{strained_h / flown_h * YEAR_H:.0f}",
            )
        )
    return rows


def rule(fleets: Sequence[Fleet]) -> str:
    """Return what so many missions can say at best."""
    count = min(len(fleet.flown) for fleet in fleets)
    return (
        f"{missions_for(0.95)}, {missions_for(0.99)} and {missions_for(0.999)} missions without a "
        f"loss say at least 0.95, 0.99 and 0.999 at 95 %; here are {count} at each rate."
    )


def _causes(fleets: Sequence[Fleet]) -> str:
    rows = [
        (f"x {fleet.rates:g}", why, faults, str(count))
        for fleet in fleets
        for why, faults, count in fleet.causes()
    ]
    if not rows:
        return html_text("No mission was lost.")
    return html_table(("rates of failure", "how", "faults active then", "missions"), rows, texts=3)


def _elements(fleets: Sequence[Fleet]) -> str:
    rows = [
        (f"x {fleet.rates:g}", name, str(count), f"{100.0 * count / len(fleet.flown):.1f} %")
        for fleet in fleets
        for name, count in fleet.elements_lost()
    ]
    if not rows:
        return html_text("No element was lost to the cold in any mission.")
    return html_table(("rates of failure", "element", "missions", "share"), rows, texts=2)


def _picture(fleets: Sequence[Fleet]) -> str:
    """Return the curves of all factors in one picture."""
    figure = new_figure(_HEIGHT_PX)
    axes = figure.subplots()
    lowest = 1.0
    for place, fleet in enumerate(fleets):
        curve, colour = fleet.curve, SERIES[place % len(SERIES)]
        axes.fill_between(
            curve.years, curve.low, curve.high, step="post", color=colour, alpha=0.15, linewidth=0.0
        )
        axes.step(
            curve.years,
            curve.kept,
            where="post",
            color=colour,
            linewidth=1.8,
            label=f"rates x {fleet.rates:g}",
            clip_on=False,
        )
        lowest = min(lowest, float(curve.low.min()))
    axes.set_xlim(0.0, max(float(fleet.curve.years[-1]) for fleet in fleets))
    axes.set_ylim(max(lowest - 0.02, 0.0), 1.0)
    axes.set_xlabel("years from the start")
    axes.set_ylabel("share not lost")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=len(fleets))
    return str(inline_svg(figure, "survival", "Share of missions not lost, over time"))


def told_plainly(years: float, fleets: Sequence[Fleet]) -> dict[str, Any]:
    """Return the results as plain JSON values."""
    return {
        "years": years,
        "fleets": [
            {
                "rates": fleet.rates,
                "no_loss": _chance(fleet.no_loss),
                "unharmed": _chance(fleet.unharmed),
                "causes": [
                    {"why": why, "faults": faults, "missions": count}
                    for why, faults, count in fleet.causes()
                ],
                "elements_lost": dict(fleet.elements_lost()),
                "curve": {
                    "years": fleet.curve.years.tolist(),
                    "kept": fleet.curve.kept.tolist(),
                    "low": fleet.curve.low.tolist(),
                    "high": fleet.curve.high.tolist(),
                },
                "missions": [dict(one) for one in fleet.flown],
            }
            for fleet in fleets
        ],
    }


def _chance(chance: Chance) -> dict[str, float]:
    return {
        "missions": chance.missions,
        "lost": chance.lost,
        "estimate": chance.estimate,
        "low": chance.low,
        "high": chance.high,
        "at_least": chance.at_least,
    }
