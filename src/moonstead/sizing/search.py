"""The lightest power system for a mast height and a reactor power."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.sizing.chances import Draws
from moonstead.sizing.judge import Plant, unserved_j
from moonstead.sizing.need import NeedTable, least_store_j, need_table, within_risk_j
from moonstead.sizing.sunlight import SiteLight
from moonstead.sizing.technology import StoreTechnology, Technology
from moonstead.units import HOUR_S, JULIAN_YEAR_S

FloatArray = NDArray[np.float64]

WINDOW_YEARS = 2
"""A span is lived through for so long, so that no darkness of its first year is cut at its end."""
SEARCH_STEP_S = 3.0 * HOUR_S
"""Areas are searched on means over this; the store is then sized on the full grid."""
AREA_SCAN = tuple(0.3 * 1.1**k for k in range(64))
"""Times the area that would just carry what reactors do not, in full sunlight."""
GOLDEN_STEPS = 20
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
NEAR = 1.15
"""Needs on the means are within a few per cent of those on the full grid."""
JUDGE_MARGIN = 1e-6
"""Relative: so little less of a store must fail where the store decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What must be survived at a site.

    Parameters
    ----------
    light
        Of the site; its grid covers `years` and a year more.
    load_w
        Survival power, as planned.
    years
        Of starts: one span begins with every Julian year.
    risk
        Share of all cases (years and draws) that may fail.
    draws
        Stations that may be built.
    technology
        What they can be made of.
    """

    light: SiteLight
    load_w: float
    years: int
    risk: float
    draws: Draws
    technology: Technology

    def windows(self, step_s: float, count: int) -> NDArray[np.int64]:
        """Return first step and end of every span on a grid of so many, shape (years, 2)."""
        begin = np.rint(np.arange(self.years) * JULIAN_YEAR_S / step_s)
        end = np.rint((np.arange(self.years) + WINDOW_YEARS) * JULIAN_YEAR_S / step_s)
        spans: NDArray[np.int64] = np.minimum(np.column_stack([begin, end]), count).astype(np.int64)
        return spans

    def full_windows(self) -> NDArray[np.int64]:
        """Return first step and end of every span on the grid of the light, shape (years, 2)."""
        return self.windows(self.light.step_s, self.light.light_w_per_m2.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A power system that survives, with its masses."""

    height_m: float
    area_m2: float
    array_power_w: float
    """New, at 1 au."""
    store: StoreTechnology | None
    """None where none is needed."""
    need_j: float
    """What the store must hold, inside, at the end of life."""
    reactor_w: float
    array_kg: float
    masts_kg: float
    store_kg: float
    reactor_kg: float
    failing: int
    """Cases that fail."""
    cases: int
    deciding_draw: int
    deciding_year: int
    """The case that the store is just large enough for."""

    @property
    def total_kg(self) -> float:
        """Mass of arrays, masts, store and reactors."""
        return self.array_kg + self.masts_kg + self.store_kg + self.reactor_kg

    @property
    def rated_j(self) -> float:
        """Electric energy that the store gives when new."""
        return 0.0 if self.store is None else self.store.rated_j(self.need_j)


def need_tables(task: Task, height: int) -> dict[str, NeedTable]:
    """Return the table of each store at a height, on means over `SEARCH_STEP_S`."""
    few, step_s = _coarse(task.light.light_w_per_m2[height], task.light.step_s)
    few *= task.technology.array.efficiency
    windows = task.windows(step_s, len(few))
    return {store.name: need_table(few, windows, step_s, store) for store in task.technology.stores}


def _coarse(light_w_per_m2: FloatArray, step_s: float) -> tuple[FloatArray, float]:
    """Return means over about `SEARCH_STEP_S`, and their step; energy is kept."""
    group = max(round(SEARCH_STEP_S / step_s), 1)
    # Steps that do not fill a group at the end belong to no span, but for a rounding.
    count = light_w_per_m2.shape[-1] // group
    means: FloatArray = light_w_per_m2[: count * group].reshape(count, group).mean(axis=1)
    return means, group * step_s


def lightest(
    task: Task, height: int, reactor_w: float, tables: dict[str, NeedTable]
) -> Design | None:
    """Return the lightest system with reactors of a given power; None where there is none.

    Parameters
    ----------
    task
        What must be survived.
    height
        Which of the heights of the site's light.
    reactor_w
        Of all reactors together, as built.
    tables
        Of that height, see `need_tables`.
    """
    designs = [_without_store(task, height, reactor_w)]
    found = [
        (best, store)
        for store in task.technology.stores
        if (best := _best_area(task, height, reactor_w, store, tables[store.name])) is not None
    ]
    if found:
        (_, area_m2), store = min(found, key=lambda pair: pair[0][0])
        designs.append(_sized(task, height, (area_m2, reactor_w, store), tables[store.name]))
    alive = [design for design in designs if design is not None]
    return min(alive, key=lambda design: design.total_kg, default=None)


def reactor_alone_w(task: Task) -> float:
    """Return the reactor power with which neither arrays nor stores are needed."""
    return within_risk_j(np.repeat(_alone_w(task), task.years), task.risk)


def _alone_w(task: Task) -> FloatArray:
    with np.errstate(divide="ignore"):
        needed_w: FloatArray = task.load_w * task.draws.load / task.draws.reactor
    return needed_w


def _without_store(task: Task, height: int, reactor_w: float) -> Design | None:
    needed_w = _alone_w(task)
    fails = needed_w > reactor_w
    failing, cases = int(fails.sum()) * task.years, len(fails) * task.years
    if failing > task.risk * cases + 1e-9:
        return None
    return Design(
        height_m=task.light.heights_m[height], area_m2=0.0, array_power_w=0.0, store=None,
        need_j=0.0, reactor_w=reactor_w, array_kg=0.0, masts_kg=0.0, store_kg=0.0,
        reactor_kg=task.technology.reactor_kg(reactor_w), failing=failing, cases=cases,
        deciding_draw=int(np.argmax(np.where(fails, 0.0, needed_w))), deciding_year=0,
    )  # fmt: skip


def _lacks_w(task: Task, reactor_w: float) -> FloatArray:
    """Return what reactors leave of the load, by draw."""
    return task.load_w * task.draws.load - reactor_w * task.draws.reactor


def _best_area(
    task: Task, height: int, reactor_w: float, store: StoreTechnology, table: NeedTable
) -> tuple[float, float] | None:
    """Return least mass of arrays, masts and store, and the area for it."""
    array = task.technology.array
    height_m = task.light.heights_m[height]
    lacks_w = _lacks_w(task, reactor_w)

    def mass_kg(area_m2: float) -> float:
        bare_kg = array.array_kg(area_m2) + array.masts_kg(area_m2, height_m)
        needs_j = table.needs_j(area_m2 * task.draws.array, lacks_w)
        return bare_kg + store.store_kg(within_risk_j(needs_j, task.risk))

    peak_w_per_m2 = float(task.light.light_w_per_m2[height].max()) * array.efficiency
    if peak_w_per_m2 <= 0.0:
        return None
    unit_m2 = max(float(lacks_w.max()), 0.02 * task.load_w) / peak_w_per_m2
    return _least(mass_kg, [unit_m2 * factor for factor in AREA_SCAN])


def _needs_j(
    task: Task, height: int, plant: tuple[float, float, StoreTechnology], table: NeedTable
) -> FloatArray:
    """Return the needs of all cases, shape (draws, years).

    The plant is its array area, reactor power and store. Cases near the limit, which may decide,
    are taken on the full grid; the rest as the table has them.
    """
    area_m2, reactor_w, store = plant
    areas_m2, lacks_w = area_m2 * task.draws.array, _lacks_w(task, reactor_w)
    needs_j = table.needs_j(areas_m2, lacks_w)
    limit_j = within_risk_j(needs_j, task.risk)
    if not math.isfinite(limit_j):
        return needs_j
    lacking = (lacks_w > 0.0)[:, np.newaxis]
    near = (needs_j >= limit_j / NEAR) & (needs_j <= limit_j * NEAR) & lacking

    def refined_j(chosen: NDArray[np.bool_]) -> FloatArray:
        draws, years = np.nonzero(chosen)
        full_j = needs_j.copy()
        full_j[draws, years] = least_store_j(
            task.light.light_w_per_m2[height] * task.technology.array.efficiency,
            task.full_windows()[years],
            (areas_m2[draws], lacks_w[draws]),
            task.light.step_s,
            store,
        )
        return full_j

    full_j = refined_j(near)
    off = np.abs(np.log(np.maximum(full_j[near], 1e-3) / np.maximum(needs_j[near], 1e-3)))
    # Where darkness is short against the means, the table is no guide to which cases decide.
    return (
        full_j
        if off.max(initial=0.0) < 0.5 * math.log(NEAR)
        else refined_j(np.broadcast_to(lacking, needs_j.shape))
    )


def _sized(
    task: Task, height: int, plant: tuple[float, float, StoreTechnology], table: NeedTable
) -> Design | None:
    """Return the design of a plant, its store sized on the full grid; None where none will do."""
    area_m2, reactor_w, store = plant
    array = task.technology.array
    height_m = task.light.heights_m[height]
    needs_j = _needs_j(task, height, plant, table)
    need_j = within_risk_j(needs_j, task.risk)
    if not math.isfinite(need_j):
        return None
    draw, year = divmod(int(np.argmin(np.abs(needs_j - need_j))), task.years)
    return Design(
        height_m=height_m,
        area_m2=area_m2,
        array_power_w=area_m2 * array.new_w_per_m2,
        store=store,
        need_j=need_j,
        reactor_w=reactor_w,
        array_kg=array.array_kg(area_m2),
        masts_kg=array.masts_kg(area_m2, height_m),
        store_kg=store.store_kg(need_j),
        reactor_kg=task.technology.reactor_kg(reactor_w),
        failing=int((needs_j > need_j).sum()),
        cases=needs_j.size,
        deciding_draw=draw,
        deciding_year=year,
    )


def _least(mass_kg: Callable[[float], float], areas_m2: list[float]) -> tuple[float, float] | None:
    """Return the least mass and its area: a scan, then golden sections about its best."""
    tried = {area_m2: mass_kg(area_m2) for area_m2 in areas_m2}
    at = int(np.argmin(list(tried.values())))
    if not math.isfinite(tried[areas_m2[at]]):
        return None
    low, high = areas_m2[max(at - 1, 0)], areas_m2[min(at + 1, len(areas_m2) - 1)]
    for _ in range(GOLDEN_STEPS):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        for area_m2 in (left, right):
            tried[area_m2] = mass_kg(area_m2)
        low, high = (low, right) if tried[left] <= tried[right] else (left, high)
    area_m2 = min(tried, key=lambda area: tried[area])
    return tried[area_m2], area_m2


def plant_of(task: Task, design: Design, draw: int, share_of_store: float = 1.0) -> Plant:
    """Return a drawn station of a design, as the kernel takes it."""
    array = task.technology.array
    return Plant(
        array_w_per_light=design.area_m2 * array.efficiency * float(task.draws.array[draw]),
        reactor_w=design.reactor_w * float(task.draws.reactor[draw]),
        load_w=task.load_w * float(task.draws.load[draw]),
        store=design.store or task.technology.stores[0],
        need_j=design.need_j * share_of_store,
    )


def verdicts(
    task: Task, design: Design, tables: dict[str, NeedTable], most: int
) -> tuple[int, int]:
    """Let the station's kernel judge the cases that are nearest to the limit of a design.

    Parameters
    ----------
    task, design, tables
        What was sized, and the tables of its height.
    most
        How many cases to judge; a larger store never hurts, so that the rest follows from them.

    Returns
    -------
    tuple of int
        Cases judged, and those of them in which it finds otherwise than the sizing did.
    """
    height = task.light.heights_m.index(design.height_m)
    light = task.light.light_w_per_m2[height]
    windows = task.full_windows()
    store = design.store or task.technology.stores[0]
    plant = (design.area_m2, design.reactor_w, store)
    needs_j = _needs_j(task, height, plant, tables[store.name])
    with np.errstate(divide="ignore"):
        distance = np.abs(np.log(np.maximum(needs_j, 1e-3) / max(design.need_j, 1e-3)))
    nearest = np.argsort(distance, axis=None, kind="stable")[:most]
    wrong = 0
    for draw, year in zip(*np.unravel_index(nearest, needs_j.shape), strict=True):
        begin, end = windows[year]
        # The last digit of the recursion and of the kernel need not be the same.
        drawn = plant_of(task, design, int(draw), 1.0 + 1e-9)
        fails = unserved_j(drawn, light[begin:end], task.light.step_s) > 0.0
        wrong += int(fails != (needs_j[draw, year] > design.need_j))
    return len(nearest), wrong


def kernel_agrees(task: Task, design: Design) -> bool:
    """Say whether the kernel finds the store of a design just large enough in its deciding case."""
    height = task.light.heights_m.index(design.height_m)
    begin, end = task.full_windows()[design.deciding_year]
    light = task.light.light_w_per_m2[height][begin:end]

    def missed_j(share_of_store: float) -> float:
        plant = plant_of(task, design, design.deciding_draw, share_of_store)
        return unserved_j(plant, light, task.light.step_s)

    if design.store is None or design.need_j == 0.0:
        return missed_j(1.0) == 0.0
    return missed_j(1.0 + 1e-9) == 0.0 and missed_j(1.0 - JUDGE_MARGIN) > 0.0
