"""What is read of a record, with what of it could not be read."""

from dataclasses import dataclass

from moonstead.record.layout import FloatArray
from moonstead.record.rounding import Float32Array


@dataclass(frozen=True, slots=True)
class Gap:
    """A block of a record that cannot be read."""

    block: int
    begin_t_s: float
    end_t_s: float
    reason: str
    """In a sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """Some series over some time, as far as their record is whole.

    Parameters
    ----------
    t_s
        TDB seconds past J2000 at the end of each step, shape (n,).
    values
        By name of the series, shape (n,), single precision.
    gaps
        Blocks that are not in it, since they are missing or damaged.
    """

    t_s: FloatArray
    values: dict[str, Float32Array]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """Least and greatest value of a series in bins of time, as far as its record is whole.

    Parameters
    ----------
    begin_t_s, end_t_s
        TDB seconds past J2000 where each bin begins and ends, shape (n,).
    low, high
        Least and greatest recorded value in each bin, shape (n,), single precision.
    gaps
        Blocks that are in no bin, since they are missing or damaged.
    """

    begin_t_s: FloatArray
    end_t_s: FloatArray
    low: Float32Array
    high: Float32Array
    gaps: tuple[Gap, ...]
