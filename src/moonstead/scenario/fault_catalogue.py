"""The fault catalogue: what can go wrong with a station, how, and how often.

``fault_catalogue.csv`` has the 44 faults of the autonomy study (sections 5.2 and 5.3), some in
several rows, each with the mode that stands for it in the truth. ``elements`` names element types,
``*`` for all, ``avionics.PART``, ``paths`` or ``ground-stations``; ``part`` the components that it
strikes, of which the first that an element has counts; ``together`` that all are hit at once. Rows
of one ``cause`` come at the same time. A row without a mode is no fault of its own: its note says
where it comes from. Classes: O, published; D, derived from what is published; C, assumed, to be
swept by x0.3 to x3.

Rates are of each unit. A Weibull distribution of that mean has the scale
``1 / (rate gamma(1 + 1 / shape))``.
"""

import math
from collections.abc import Iterator
from csv import DictReader
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import cache
from importlib.resources import files

from moonstead.elements.element import Element
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.elements.solar_array import SolarArray
from moonstead.scenario.avionics import LASTS_S, PATH_TARGET, paths_of
from moonstead.scenario.fault import Fault as FaultSpec
from moonstead.scenario.model import Scenario
from moonstead.simulation.parts import all_loads
from moonstead.simulation.schedule import AVIONICS, Failure, Fault, Mode
from moonstead.units import HOUR_S, JULIAN_YEAR_S

EVERY = "*"
ALL = "all"
"""What is hit where units are not told apart."""
PATHS, GROUND_STATIONS = "paths", "ground-stations"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRow:
    """One row of the catalogue.

    Parameters
    ----------
    number
        Of the fault in the autonomy study, 1 to 44.
    name, title
        In one word, and in full.
    elements, parts
        What it strikes.
    mode
        In the truth; None where it is no fault of its own.
    size, duration_s, period_s, jump_s, reading
        As of `moonstead.scenario.fault.Fault`.
    shape, rate_per_year
        Of the Weibull distribution, and the mean rate of one unit.
    is_together
        Whether all units are hit at once.
    cause
        What it shares with other rows; empty for nothing.
    kind
        O, D or C.
    source, note
        Where the rate is from; what the mode stands for, and what it leaves out.
    """

    number: int
    name: str
    title: str
    elements: tuple[str, ...]
    parts: tuple[str, ...]
    mode: Mode | None
    size: float
    duration_s: float | None
    period_s: float
    jump_s: float
    reading: str
    shape: float
    rate_per_year: float
    is_together: bool
    cause: str
    kind: str
    source: str
    note: str

    @property
    def scale_s(self) -> float:
        """The scale of its Weibull distribution; infinite for what does not come by chance."""
        if self.rate_per_year <= 0.0:
            return math.inf
        return JULIAN_YEAR_S / (self.rate_per_year * math.gamma(1.0 + 1.0 / self.shape))


@cache
def fault_catalogue() -> dict[str, CatalogueRow]:
    """Return the rows by name, in the order of their numbers."""
    text = (files("moonstead.scenario") / "fault_catalogue.csv").read_text(encoding="utf-8")
    rows = [_row(cells) for cells in DictReader(text.splitlines())]
    return {row.name: row for row in rows}


def _row(cells: dict[str, str]) -> CatalogueRow:
    hours = cells["duration_h"]
    return CatalogueRow(
        number=int(cells["number"]),
        name=cells["name"],
        title=cells["title"],
        elements=tuple(cells["elements"].split()),
        parts=tuple(cells["part"].split()),
        mode=Mode(cells["mode"]) if cells["mode"] else None,
        size=float(cells["size"] or 1.0),
        duration_s=float(hours) * HOUR_S if hours else None,
        period_s=float(cells["period_h"] or 24.0) * HOUR_S,
        jump_s=float(cells["jump_s"] or 0.0),
        reading=cells["reading"],
        shape=float(cells["shape"] or 1.0),
        rate_per_year=float(cells["rate_per_year"] or 0.0),
        is_together=cells["together"] == "yes",
        cause=cells["cause"],
        kind=cells["class"],
        source=cells["source"],
        note=cells["note"],
    )


def settled_fault(spec: FaultSpec, scenario: Scenario) -> Fault:
    """Return a fault of a scenario with what its row of the catalogue or its mode adds.

    An element that is named with a row means what of it the row strikes. The time at which the
    fault comes is not in it.
    """
    fault = Fault(
        name=spec.name,
        targets=spec.target,
        mode=Mode.OFF if spec.mode is None else Mode(spec.mode),
        size=spec.size,
        duration_s=spec.duration_s,
        period_s=spec.period_s,
        jump_s=spec.jump_s,
        delay_s=spec.delay_s,
        reading=spec.reading or "",
        text=spec.text,
    )
    row = None if spec.catalogue is None else fault_catalogue()[spec.catalogue]
    if row is not None and row.mode is not None:
        given = spec.model_fields_set
        fault = replace(
            fault,
            targets=tuple(
                found for target in spec.target for found in _meant(target, row, scenario)
            ),
            mode=row.mode,
            size=spec.size if "size" in given else row.size,
            duration_s=spec.duration_s if "duration_s" in given else row.duration_s,
            period_s=spec.period_s if "period_s" in given else row.period_s,
            jump_s=spec.jump_s if "jump_s" in given else row.jump_s,
            reading=spec.reading or row.reading,
            text=spec.text or f"{row.title} ({', '.join(spec.target)})",
        )
    if fault.duration_s is None:
        return replace(fault, duration_s=LASTS_S.get(fault.mode))
    return fault


def row_remedy(spec: FaultSpec, target: str, scenario: Scenario) -> str:
    """Return what is wrong with a target of a fault by its row; empty for nothing."""
    if spec.catalogue is None:
        return ""
    row = fault_catalogue()[spec.catalogue]
    if row.mode is None:
        return f'"{row.name}" is no fault of its own: {row.note or row.source}'
    element = next((e for e in scenario.element if e.name == target.partition(".")[0]), None)
    if element is None or (struck(row, element) and {EVERY, element.type} & {*row.elements}):
        return ""
    return f'"{row.name}" strikes {", ".join(row.elements)}; it is of type {element.type}'


def _meant(target: str, row: CatalogueRow, scenario: Scenario) -> tuple[str, ...]:
    for element in scenario.element:
        if element.name == target:
            return struck(row, element) or (target,)
    return (target,)


def catalogue_failures(scenario: Scenario) -> Iterator[Failure]:
    """Yield everything that may fail by chance under a scenario's ``[catalogue_faults]``."""
    asked = scenario.catalogue_faults
    if asked is None or asked.factor <= 0.0:
        return
    for row in fault_catalogue().values():
        if row.mode is None or row.rate_per_year <= 0.0 or row.name in asked.without:
            continue
        units = units_of(row, scenario)
        if row.is_together and units:
            units = [(ALL, tuple(target for _, targets in units for target in targets))]
        for unit, targets in units:
            # No name that a scenario may give has a colon.
            yield Failure(
                fault=Fault(
                    name=f"{row.name}:{unit}",
                    targets=targets,
                    mode=row.mode,
                    size=row.size,
                    duration_s=LASTS_S.get(row.mode) if row.duration_s is None else row.duration_s,
                    period_s=row.period_s,
                    jump_s=row.jump_s,
                    reading=row.reading,
                    text=f"{row.title} ({', '.join(targets)})",
                ),
                shape=row.shape,
                scale=row.scale_s / asked.factor,
                cause=f"{row.cause}:{unit}" if row.cause else "",
            )


def units_of(row: CatalogueRow, scenario: Scenario) -> list[tuple[str, tuple[str, ...]]]:
    """Return what a row strikes one by one: a name, and the targets of its fault."""
    return list(_units(row, scenario))


def _units(row: CatalogueRow, scenario: Scenario) -> Iterator[tuple[str, tuple[str, ...]]]:
    for what in row.elements:
        if what.startswith(f"{AVIONICS}."):
            yield ALL, (what,)
        elif what == PATHS:
            for path in sorted(paths_of(scenario)):
                yield path, (PATH_TARGET + path,)
        elif what == GROUND_STATIONS:
            for given in scenario.ground_station:
                yield given.station, (given.station,)
        else:
            for element in scenario.element:
                if what in {EVERY, element.type}:
                    targets = struck(row, element)
                    if targets:
                        yield element.name, targets


_TABLES_OF_READING = {
    "power": ("sources", "loads"),
    "energy": ("stores",),
    "temperature": ("nodes",),
    "mass": ("tanks",),
}


def struck(row: CatalogueRow, element: Element) -> tuple[str, ...]:
    """Return what of an element a row strikes, as targets of a fault; nothing where it has none."""
    parts = element.all_parts()
    if row.mode == Mode.STALLED and isinstance(element, SolarArray):
        return (element.name,) if "tracking" in element.mount else ()
    if row.reading:
        tables = _TABLES_OF_READING[row.reading]
        return (element.name,) if any(getattr(parts, table) for table in tables) else ()
    if not row.parts:
        return (element.name,)
    names = [
        *(load.name for load in all_loads(parts)),
        *(item.name for table in (parts.tanks, parts.recorders) for item in table),
    ]
    found = tuple(
        name for name in names if any(fnmatch(name, f"{element.name}.{part}") for part in row.parts)
    )
    if not found and isinstance(element, RelayOrbiter) and element.type in row.elements:
        return (PATH_TARGET + element.path,)  # without avionics in the model it is a path alone
    return found
