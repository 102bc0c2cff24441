"""The one tree of errors that Moonstead raises on purpose.

::

    MoonsteadError
      InputError         what the user gave is wrong               exit status 2
        RangeError       a date or place outside what is known     exit status 2
      RunError           a run that could not be completed         exit status 1
        RecordError      a run directory that cannot be read       exit status 1

``except MoonsteadError`` catches these and nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is, what stands there, and what would be right.

    Parameters
    ----------
    file
        The file as the user named it, or the name of the argument.
    path
        The place in the file, such as ``element "battery".capacity_j``; empty for the whole file.
    value
        What stands there, as text; empty where the mistake is an absence.
    remedy
        What would be right, in words that a user can act on.
    """

    file: str
    path: str
    value: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.path}" if self.path else self.file
        return f"{place} = {self.value}: {self.remedy}" if self.value else f"{place}: {self.remedy}"


class MoonsteadError(Exception):
    """Base of everything that Moonstead raises on purpose."""

    exit_status = 1


class InputError(MoonsteadError):
    """What the user gave is wrong; carries every mistake that was found.

    Parameters
    ----------
    problems
        All mistakes, in the order of the file.
    """

    exit_status = 2

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RangeError(InputError):
    """A date outside the ephemeris, or a place outside the terrain."""


class RunError(MoonsteadError):
    """A run could not be completed; what was computed is kept."""


class RecordError(RunError):
    """A run directory is missing, unreadable, truncated or of another version."""
