"""What people on Earth have in hand in a tick, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from moonstead.contracts import Notice, PlanRow, Telemetry, Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What has come down and been read, and who is there."""

    t_s: float
    """Now, on Earth, TDB seconds past J2000."""
    telemetry: Telemetry | None = None
    """The newest frame that was read since the last time; its clock says how old it is."""
    status: Mapping[str, float] = field(default_factory=dict)
    """How the station saw itself then: its mode, its levels of autonomy."""
    rows: tuple[PlanRow, ...] = ()
    """What has become of sessions, complete: what was not heard at once came later."""
    notices: tuple[Notice, ...] = ()
    reports: tuple[Verification, ...] = ()
    at_desk: Mapping[str, float] = field(default_factory=dict)
    """People on shift, by partner."""
    in_contact: frozenset[str] = frozenset()
    """Partners who can send now, and hear the station live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A telecommand that people want to send; see `moonstead.contracts.Telecommand`."""

    source: str
    kind: str
    target: str = ""
    value: float = 0.0
    items: tuple[tuple[str, float], ...] = ()
    lasts_s: float
    """It is not to be begun later than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What people do in a tick."""

    asks: tuple[Ask, ...] = ()
    """In the order in which they are to be sent."""
    rows: tuple[PlanRow, ...] = ()
    """What their plan leaves out, and why."""
    notices: tuple[Notice, ...] = ()
