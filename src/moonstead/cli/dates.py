"""Dates as people write them on the command line."""

from moonstead.environment.timescale import from_utc
from moonstead.errors import InputError, Problem


def parse_date(text: str, option: str) -> float:
    """Return the TDB seconds past J2000 of a UTC date.

    Parameters
    ----------
    text
        ISO 8601, see `from_utc`.
    option
        The option that it was given with, for the message.

    Raises
    ------
    InputError
        Where it is not a date.
    """
    try:
        return from_utc(text)
    except ValueError as error:
        raise InputError(Problem(option, "", "", str(error))) from error
