"""Linear programs by the solvers that come with OR-Tools."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np

from moonstead.autonomy.planning.bound.ways import IntArray
from moonstead.contracts import FloatArray

_SMALL = 3000
"""Rows up to which a simplex method is the quicker."""


@dataclass(slots=True)
class LinearProgram:
    """Something to make as small as possible, put together bit by bit."""

    n_columns: int = 0
    n_rows: int = 0
    _columns: list[tuple[FloatArray, FloatArray, FloatArray]] = field(default_factory=list)
    _rows: list[tuple[FloatArray, FloatArray]] = field(default_factory=list)
    _entries: list[tuple[IntArray, IntArray, FloatArray]] = field(default_factory=list)
    n_whole: int = 0
    """So many columns, the last, are whole numbers."""

    def columns(self, count: int, low: Any, high: Any, cost: Any = 0.0) -> IntArray:
        """Add columns between bounds; return their numbers."""
        self._columns.append((_spread(low, count), _spread(high, count), _spread(cost, count)))
        self.n_columns += count
        return np.arange(self.n_columns - count, self.n_columns)

    def rows(self, count: int, low: Any, high: Any) -> IntArray:
        """Add rows between bounds; return their numbers."""
        self._rows.append((_spread(low, count), _spread(high, count)))
        self.n_rows += count
        return np.arange(self.n_rows - count, self.n_rows)

    def put(self, rows: Any, columns: Any, values: Any) -> None:
        """Add values in places."""
        row, column, value = np.broadcast_arrays(rows, columns, np.asarray(values, np.float64))
        self._entries.append((row.ravel(), column.ravel(), value.ravel()))

    def copy(self) -> "LinearProgram":
        """Return another that can be added to."""
        return LinearProgram(
            self.n_columns,
            self.n_rows,
            list(self._columns),
            list(self._rows),
            list(self._entries),
            self.n_whole,
        )

    def message(self) -> Any:
        """Return it as MathOpt's own data."""
        from ortools.math_opt import model_pb2  # noqa: PLC0415  takes a second to import

        low, high, cost = (np.concatenate(part) for part in zip(*self._columns, strict=True))
        row_low, row_high = (np.concatenate(part) for part in zip(*self._rows, strict=True))
        row, column, value = _merged(self._entries, self.n_columns)
        model = model_pb2.ModelProto()
        model.variables.ids.extend(range(self.n_columns))
        model.variables.lower_bounds.extend(low)
        model.variables.upper_bounds.extend(high)
        first_whole = self.n_columns - self.n_whole
        model.variables.integers.extend([k >= first_whole for k in range(self.n_columns)])
        costly = np.flatnonzero(cost)
        model.objective.linear_coefficients.ids.extend(costly)
        model.objective.linear_coefficients.values.extend(cost[costly])
        model.linear_constraints.ids.extend(range(self.n_rows))
        model.linear_constraints.lower_bounds.extend(row_low)
        model.linear_constraints.upper_bounds.extend(row_high)
        model.linear_constraint_matrix.row_ids.extend(row)
        model.linear_constraint_matrix.column_ids.extend(column)
        model.linear_constraint_matrix.coefficients.extend(value)
        return model


@dataclass(frozen=True, slots=True)
class Solved:
    """What a solver found."""

    points: float
    """Of its objective."""
    columns: FloatArray
    duals: FloatArray
    """Of each row: what the objective rises by when its bounds do."""
    is_best: bool
    """Whether the solver says that no better one is possible; `points` means nothing otherwise."""


def solve(program: LinearProgram, seconds: float, tolerance: float = 1e-5) -> Solved | None:
    """Solve a linear program; None where that was not done in time, or failed.

    Parameters
    ----------
    program
        All its columns are taken as continuous. A small one goes to a simplex method, a large one
        to an interior point method.
    seconds
        When to give up.
    tolerance
        Relative gap between primal and dual at which the interior point method stops.
    """
    from ortools.math_opt.python import mathopt  # noqa: PLC0415  takes a second to import

    parameters = mathopt.SolveParameters(time_limit=timedelta(seconds=seconds))
    solver = mathopt.SolverType.GLOP
    if program.n_rows > _SMALL:
        solver = mathopt.SolverType.HIGHS
        parameters.lp_algorithm = mathopt.LPAlgorithm.BARRIER
        # A corner of the optimal face is not wanted: prices from its middle are steadier.
        parameters.highs.string_options["run_crossover"] = "off"
        for name in ("ipm_optimality", "optimality", "dual_feasibility"):
            parameters.highs.double_options[f"{name}_tolerance"] = tolerance
    model = mathopt.Model.from_model_proto(program.message())
    try:
        result = mathopt.solve(model, solver, params=parameters)
    except Exception:  # noqa: BLE001  what a solver's failure raises is no part of its interface
        return None
    if not result.solutions:
        return None
    primal, dual = result.solutions[0].primal_solution, result.solutions[0].dual_solution
    if primal is None or dual is None:
        return None
    return Solved(
        points=primal.objective_value,
        columns=_by_number(primal.variable_values, program.n_columns),
        duals=_by_number(dual.dual_values, program.n_rows),
        is_best=result.termination.reason == mathopt.TerminationReason.OPTIMAL,
    )


def _by_number(values: Any, count: int) -> FloatArray:
    numbers = np.fromiter((each.id for each in values), np.int64, len(values))
    found = np.zeros(count)
    found[numbers] = np.fromiter(values.values(), np.float64, len(values))
    return found


def _spread(value: Any, count: int) -> FloatArray:
    return np.broadcast_to(np.asarray(value, np.float64), count)


def _merged(
    entries: list[tuple[IntArray, IntArray, FloatArray]], n_columns: int
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the entries row by row, those of one place added up."""
    row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    places, where = np.unique(row * n_columns + column, return_inverse=True)
    sums = np.bincount(where, weights=value)
    filled = sums != 0.0
    return places[filled] // n_columns, places[filled] % n_columns, sums[filled]
