"""What a tick writes down: notices and rows of the plan, in the order in which they come."""

from dataclasses import dataclass, field

from moonstead.contracts import Notice, PlanRow


@dataclass(slots=True)
class Diary:
    """Of one tick."""

    notices: list[Notice] = field(default_factory=list)
    rows: list[PlanRow] = field(default_factory=list)
