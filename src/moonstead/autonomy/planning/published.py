"""A plan as it is published: what is done when, what it is worth, and why the rest is not in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedActivity:
    """One activity of a plan; times in TDB seconds past J2000."""

    name: str
    request: str
    partner: str
    element: str
    way: str = ""
    """How it is done, where there are several ways."""
    start_t_s: float
    end_t_s: float
    earliest_t_s: float
    """It may start from here on to `latest_t_s` with everything else as planned."""
    latest_t_s: float
    power_w: float
    """Mean, on the main bus."""
    data_bit: float
    value: float
    """Points."""
    loads: tuple[str, ...]
    """What is switched on for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Sessions of a request that are not in a plan, and why."""

    request: str
    partner: str
    sessions: int
    code: str
    """Of `moonstead.autonomy.planning.explain`."""
    text: str
    resource: str = ""
    """What binds, where something does."""
    at_t_s: float | None = None
    """When it binds."""
    price: float | None = None
    """What one more unit of it would be worth then, points per unit."""
    price_unit: str = ""
    """The unit, such as kWh or hour."""
    relaxation: str = ""
    """The smallest change with which one more session would fit."""
    displaces: tuple[str, ...] = ()
    """Activities that would have to go for one more session."""
    displaced_value: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPlan:
    """A plan with its bound."""

    station: str
    made_t_s: float
    start_t_s: float
    end_t_s: float
    points: float
    bound: float | None
    """No plan has more points; None where none was computed."""
    activities: tuple[PlannedActivity, ...]
    """In order of start."""
    left_out: tuple[LeftOut, ...]

    @property
    def gap_fraction(self) -> float | None:
        """How far below the bound it is at most, as a share of the bound."""
        if self.bound is None:
            return None
        return (self.bound - self.points) / self.bound if self.bound > 0.0 else 0.0
