"""Bundles: what is to be carried, from whom to whom, how soon."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.plan import ContactPlan
from moonstead.errors import InputError, Problem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

BULK, NORMAL, EXPEDITED = 0, 1, 2
"""The priorities of CCSDS 734.2-B-1."""

MOST_FRAGMENTS = 64
"""Into which one bundle is cut: none is smaller than this part of it. An assumption: the standards
leave it open, and each fragment costs a header."""

COLUMNS = {
    "source": np.int64,
    "destination": np.int64,
    "size_bit": np.float64,
    "created_t_s": np.float64,
    "lifetime_s": np.float64,
    "priority": np.int64,
    "custody": np.bool_,
    "may_fragment": np.bool_,
    "critical": np.bool_,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bundles:
    """A set of bundles; each column has one value for each bundle, shape (n,).

    Parameters
    ----------
    source, destination
        Places in the nodes of the contact plan.
    size_bit
        What a bundle takes of a contact, with what the layers below add to it (CCSDS 734.3-B-1,
        2.4.3, estimated volume consumption); 0 asks for a path and takes nothing.
    created_t_s
        When the source has it, TDB seconds past J2000.
    lifetime_s
        A bundle that has not arrived after this time is dropped; without end where left out.
    priority
        `BULK`, `NORMAL` or `EXPEDITED`; normal where left out.
    custody
        Whether each node that passes it on keeps a copy until the next one has it; False where
        left out.
    may_fragment
        Whether it may be cut where no path brings it whole in time; False where left out.
    critical
        Whether a copy goes to every neighbour that can bring it in time; False where left out. A
        critical bundle is never cut.

    Raises
    ------
    InputError
        With every column of another length, and every number that is out of range.
    """

    source: IntArray = field(repr=False)
    destination: IntArray = field(repr=False)
    size_bit: FloatArray = field(repr=False)
    created_t_s: FloatArray = field(repr=False)
    lifetime_s: FloatArray = field(default_factory=lambda: np.full((), np.inf), repr=False)
    priority: IntArray = field(default_factory=lambda: np.full((), NORMAL), repr=False)
    custody: BoolArray = field(default_factory=lambda: np.zeros((), dtype=np.bool_), repr=False)
    may_fragment: BoolArray = field(
        default_factory=lambda: np.zeros((), dtype=np.bool_), repr=False
    )
    critical: BoolArray = field(default_factory=lambda: np.zeros((), dtype=np.bool_), repr=False)

    def __post_init__(self) -> None:
        columns: dict[str, NDArray[Any]] = {
            name: np.asarray(getattr(self, name), dtype=d) for name, d in COLUMNS.items()
        }
        shape = columns["source"].shape
        problems = []
        for name, values in columns.items():
            if values.ndim == 0 and len(shape) == 1:
                columns[name] = np.full(shape, values)
            elif values.shape != shape or values.ndim != 1:
                remedy = f"give one value per bundle, shape {shape}"
                problems.append(Problem("bundles", name, f"shape {values.shape}", remedy))
        problems = problems or list(_wrong(columns))
        if problems:
            raise InputError(problems)
        for name, values in columns.items():
            object.__setattr__(self, name, np.ascontiguousarray(values))

    def __len__(self) -> int:
        return len(self.source)

    @property
    def deadline_t_s(self) -> FloatArray:
        """When each bundle expires, TDB seconds past J2000, shape (n,)."""
        return self.created_t_s + self.lifetime_s

    @property
    def least_fragment_bit(self) -> FloatArray:
        """The least size of a fragment, whole bits; infinity where it is not cut, shape (n,)."""
        least_bit = np.maximum(np.ceil(self.size_bit / MOST_FRAGMENTS), 1.0)
        return np.where(self.may_fragment & ~self.critical, least_bit, np.inf)

    @property
    def least_bit(self) -> float:
        """The least that any of the bundles or a fragment can be; infinity where there is none."""
        least_bit = np.minimum(self.size_bit, self.least_fragment_bit)
        return float(least_bit.min(initial=np.inf))


def check_nodes(bundles: Bundles, plan: ContactPlan) -> None:
    """Check that every bundle begins and ends at a node of a plan.

    Raises
    ------
    InputError
        With each bundle that does not.
    """
    count = len(plan.nodes)
    problems = []
    for name in ("source", "destination"):
        values = getattr(bundles, name)
        for k in np.flatnonzero((values < 0) | (values >= count)).tolist():
            remedy = f"give a node of the plan, 0 to {count - 1}"
            problems.append(Problem("bundles", f"bundle {k}: {name}", str(values[k]), remedy))
    if problems:
        raise InputError(problems)


def _wrong(columns: dict[str, NDArray[Any]]) -> Iterator[Problem]:
    size, created = columns["size_bit"], columns["created_t_s"]
    lifetime, priority = columns["lifetime_s"], columns["priority"]
    checks = (
        ("size_bit", np.isfinite(size) & (size >= 0), "give a finite size of at least 0"),
        ("created_t_s", np.isfinite(created), "give a finite time"),
        ("lifetime_s", lifetime >= 0, "give a time of at least 0"),
        ("priority", (priority >= BULK) & (priority <= EXPEDITED), "give 0, 1 or 2"),
        ("destination", columns["destination"] != columns["source"], "name another node"),
    )
    for name, good, remedy in checks:
        for k in np.flatnonzero(~good).tolist():
            yield Problem("bundles", f"bundle {k}: {name}", str(columns[name][k]), remedy)
