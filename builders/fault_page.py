"""The page of the fault catalogue."""

from moonstead.scenario.fault_catalogue import CatalogueRow, fault_catalogue
from moonstead.units import HOUR_S

HEAD = """# Fault catalogue

What can fail, how it is modelled, and how often one unit does. With `[catalogue_faults]` in a
scenario everything that a row names fails by chance; `factor` scales all rates, `without` leaves
rows out. A row alone is injected by `[[fault]]` with `catalogue = "NAME"`, a time and a target.
`moonstead faults SCENARIO` tells how often each may come there. Fault numbers are those of the
design study; several rows may share one, and rows of one cause come together.

Classes of rates: O published, D derived from what is published, C assumed, to be swept by x0.3 to
x3. A blank rate comes of something else.

"""
COLUMNS = (
    "#",
    "name",
    "what fails",
    "strikes",
    "mode, size, duration",
    "a unit-year",
    "shape",
    "class",
    "source",
    "note",
)


def fault_page() -> str:
    columns = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n"
    return HEAD + columns + "".join(_line(row) for row in fault_catalogue().values())


def _line(row: CatalogueRow) -> str:
    strikes = ", ".join(row.elements).replace("*", "any element")
    if row.parts:
        strikes += f": `{'`, `'.join(row.parts)}`"
    if row.is_together:
        strikes += ", all at once"
    how = ""
    if row.mode is not None:
        hours = "" if row.duration_s is None else f", {row.duration_s / HOUR_S:g} h"
        reading = f" ({row.reading})" if row.reading else ""
        how = f"`{row.mode}`{reading} {row.size:g}{hours}"
    rate, shape = (f"{row.rate_per_year:g}", f"{row.shape:g}") if row.rate_per_year else ("", "")
    cause = f"with others of `{row.cause}`" if row.cause else ""
    note = "; ".join(text for text in (row.note, cause) if text)
    cells = (row.number, f"`{row.name}`", row.title, strikes, how, rate, shape, row.kind)
    return f"| {' | '.join(map(str, (*cells, row.source, note)))} |\n"
