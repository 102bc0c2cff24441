"""What people on Earth did for the station: commands, plans, anomalies, hours."""

from dataclasses import dataclass

from moonstead.report import words
from moonstead.report.story import Story


@dataclass(frozen=True, slots=True)
class PartnerWork:
    """The work of one partner's people."""

    partner: str
    came_up: int
    """Commands, and of these:"""
    accepted: int
    refused: int
    unfinished: int
    """Begun, or to be begun, and not brought to an end."""
    planning_h: float
    triage_h: float
    live_h: float

    @property
    def hours(self) -> float:
        """Person-hours in all."""
        return self.planning_h + self.triage_h + self.live_h


def partner_work(story: Story) -> list[PartnerWork]:
    """Return the work of each partner's people; nothing where there was none at all."""
    told = story.summary["people"]["operations"]
    rows = []
    for name, counted in told["commands"].items():
        hours = told["work_h"].get(name, dict.fromkeys(("planning_h", "triage_h", "live_h"), 0.0))
        rows.append(
            PartnerWork(
                partner=name,
                came_up=counted["came_up"],
                accepted=counted["accepted"],
                refused=counted["refused"],
                unfinished=counted["not_started"] + counted["not_completed"],
                planning_h=hours["planning_h"],
                triage_h=hours["triage_h"],
                live_h=hours["live_h"],
            )
        )
    return rows if any(row.came_up or row.hours for row in rows) else []


def operations_in_words(story: Story) -> str:
    """Tell how far the station depended on people."""
    told = story.summary["people"]["operations"]
    without_h = told["without_plan_h"]
    text = f"People looked into {words.count(told['anomalies'], 'anomaly', 'anomalies')}."
    if without_h > 0.0:
        share = words.percent(without_h / story.hours(story.n_steps))
        text += f" For {words.hours(without_h)}, {share} of the time, nothing was planned or under "
        text += "way aboard."
    return text
