"""Contact plans as CSV: every number to its last digit.

The columns are those of `moonstead.comms.plan.ContactPlan`, nodes by name. A row with nothing but a
source declares a node; the order in which nodes are declared, or else first named, is the order of
their numbers.
"""

import csv
import io
import math
from pathlib import Path

from moonstead.comms.plan import COLUMNS, ContactPlan, ContactRow, plan_of_rows
from moonstead.errors import InputError, Problem
from moonstead.interop.plan_nodes import number_of, placed, text_of


def write_plan_csv(path: Path, plan: ContactPlan) -> None:
    """Write a contact plan; `read_plan_csv` gives the same plan back.

    Parameters
    ----------
    path
        The file.
    plan
        The contact plan.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for name in plan.nodes:
        writer.writerow([name, *[""] * (len(COLUMNS) - 1)])
    for row in plan.rows():
        writer.writerow(row)
    path.write_text(text.getvalue(), encoding="utf-8", newline="\n")


def read_plan_csv(path: Path) -> ContactPlan:
    """Read a contact plan.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        With the line and reason of all that is wrong.
    """
    file = str(path)
    try:
        lines = list(csv.reader(io.StringIO(text_of(path), newline=""), strict=True))
    except csv.Error as error:
        raise InputError(Problem(file, "", "", f"is no CSV: {error}")) from None
    if not lines or tuple(lines[0]) != COLUMNS:
        value = ",".join(lines[0]) if lines else ""
        raise InputError(Problem(file, "line 1", value, f"write the columns {','.join(COLUMNS)}"))
    problems: list[Problem] = []
    nodes: dict[str, None] = {}
    rows: list[ContactRow] = []
    places: list[str] = []
    for number, cells in enumerate(lines[1:], start=2):
        place = f"line {number}"
        if not any(cells):
            continue
        if cells[0] and not any(cells[1:]):
            nodes[cells[0]] = None
            continue
        if len(cells) != len(COLUMNS):
            remedy = f"write {len(COLUMNS)} values"
            problems.append(Problem(file, place, f"{len(cells)} values", remedy))
            continue
        values = [number_of(cell) for cell in cells[2:]]
        wrong = [k for k, value in enumerate(values) if math.isnan(value)]
        problems.extend(
            Problem(file, f"{place}: {COLUMNS[k + 2]}", cells[k + 2], "write a finite number")
            for k in wrong
        )
        nodes.setdefault(cells[0])
        nodes.setdefault(cells[1])
        start, end, rate, owlt, confidence = values
        rows.append((cells[0], cells[1], start, end, rate, owlt, confidence))
        places.append(place)
    if problems:
        raise InputError(problems)
    return placed(lambda: plan_of_rows(list(nodes), rows), file, places)
