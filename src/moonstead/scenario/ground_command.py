"""A command of people on Earth, as a scenario gives it: right, wrong, copied or forged."""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from moonstead.spec import Mistake, Name, Positive, RefersTo, Spec, UtcTime, refused, suggest

MOST_FRAMES = 5000

Kind = Literal[
    "level",
    "start",
    "stop",
    "resume",
    "safe",
    "clear",
    "autonomy",
    "restart",
    "withdraw",
    "request",
    "trust",
]


class GroundCommand(Spec):
    """A command that people on Earth give; the guard looks at it when it has come up."""

    at: UtcTime
    """When it is given at the home of the partner (UTC)."""
    partner: Annotated[Name, RefersTo("partner")]
    """Who gives it, or is said to."""
    kind: Kind = "level"
    """What is asked; see the page on the guard."""
    target: str = ""
    """The load, link, source or tie of a ``level``, as ELEMENT.something; else an experiment, an
    activity, an element or a part, or nothing."""
    level: Annotated[float, Field(ge=0.0, le=1.0)] | None = None
    """Of a ``level``: from 0, off, to 1; a tie is closed from 0.5 on."""
    value: float | None = None
    """Of any other kind, such as 1 to 4 for ``autonomy``."""
    expires_after_s: Positive = 86400.0
    """It is not begun later than this after it was issued."""
    issued: UtcTime | None = None
    """When it says to have been issued, where that is not when it is given: an old file."""
    sequence: Annotated[int, Field(ge=0)] | None = None
    """The number that it carries, where it is not the next one of the partner: a copy."""
    repeat: Annotated[int, Field(ge=1, le=MOST_FRAMES)] = 1
    """So many of it are sent in one train, which comes up as a whole: a flood."""
    authentic: bool = True
    """Whether its signature is good: false for one that is forged or garbled."""

    @model_validator(mode="after")
    def _is_whole(self) -> "GroundCommand":
        mistakes = []
        if self.kind == "level":
            if self.level is None:
                mistakes.append(Mistake(("level",), "missing: a level from 0 to 1"))
            if not self.target:
                remedy = "missing: the load, link, source or tie, as ELEMENT.something"
                mistakes.append(Mistake(("target",), remedy))
        elif self.level is not None:
            remedy = f'only a command of kind "level" has one; a "{self.kind}" has a value'
            mistakes.append(Mistake(("level",), remedy, self.level))
        if self.kind == "level" and self.value is not None:
            remedy = 'a command of kind "level" gives its level instead'
            mistakes.append(Mistake(("value",), remedy, self.value))
        if self.kind == "autonomy" and self.value not in {1.0, 2.0, 3.0, 4.0}:
            mistakes.append(Mistake(("value",), "a level of autonomy from 1 to 4", self.value))
        if mistakes:
            raise refused("GroundCommand", mistakes)
        return self

    @property
    def number(self) -> float:
        """The level, or the value of any other kind."""
        given = self.level if self.kind == "level" else self.value
        return 0.0 if given is None else given


PARTS = ("executive", "planner")
"""What a command of kind ``restart`` may name."""


def command_mistakes(
    commands: Sequence[GroundCommand], elements: Collection[str], experiments: Collection[str]
) -> Iterator[Mistake]:
    """Yield commands that name what is not there; levers are looked at with the station's parts."""
    for i, command in enumerate(commands):
        target, known, what = command.target, experiments, "experiment"
        if command.kind == "trust" or (command.kind == "autonomy" and target):
            known, what = elements, "element"
        elif command.kind == "restart":
            known, what = PARTS, "part that can be made anew"
        elif command.kind in {"start", "stop"}:
            # An activity is an experiment with a number behind it.
            target = target if target in known else target.rpartition("-")[0] or target
        elif command.kind not in {"withdraw", "request"}:
            continue
        if target not in known:
            remedy = f"no {what} has this name; {suggest(command.target, known)}"
            yield Mistake(("command", i, "target"), remedy, command.target)
