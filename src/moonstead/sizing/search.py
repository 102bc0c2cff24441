"""The lightest power system for a mast height and a reactor power."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.sizing.chances import Draws
from moonstead.sizing.judge import Plant, unserved_j
from moonstead.sizing.need import least_store_j, within_risk_j
from moonstead.sizing.sunlight import SiteLight
from moonstead.sizing.technology import StoreTechnology, Technology
from moonstead.units import HOUR_S, JULIAN_YEAR_S

FloatArray = NDArray[np.float64]

WINDOW_YEARS = 2
"""A span is lived through for so long, so that no darkness of its first year is cut at its end."""
SEARCH_STEP_S = 3.0 * HOUR_S
"""Areas are searched on means over this; the store is then sized on the full grid."""
AREA_SCAN = tuple(0.5 * 1.45**k for k in range(14))
"""Times the area that would just carry what reactors do not, in full sunlight."""
GOLDEN_STEPS = 9
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
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

    def windows(self, step_s: float) -> NDArray[np.int64]:
        """Return first step and end of every span on a grid, shape (years, 2)."""
        begin = np.rint(np.arange(self.years) * JULIAN_YEAR_S / step_s)
        end = np.rint((np.arange(self.years) + WINDOW_YEARS) * JULIAN_YEAR_S / step_s)
        return np.column_stack([begin, end]).astype(np.int64)

    def case(self, number: int) -> tuple[int, int]:
        """Return draw and year of a case."""
        return number // self.years, number % self.years


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


def coarse(light_w_per_m2: FloatArray, step_s: float) -> tuple[FloatArray, float]:
    """Return means over about `SEARCH_STEP_S`, and their step; energy is kept."""
    group = max(round(SEARCH_STEP_S / step_s), 1)
    # Steps that do not fill a group at the end belong to the year after the last.
    count = light_w_per_m2.shape[-1] // group
    means: FloatArray = light_w_per_m2[: count * group].reshape(count, group).mean(axis=1)
    return means, group * step_s


def lightest(task: Task, height: int, reactor_w: float) -> Design | None:
    """Return the lightest system with reactors of a given power; None where there is none.

    Parameters
    ----------
    task
        What must be survived.
    height
        Which of the heights of the site's light.
    reactor_w
        Of all reactors together, as built.
    """
    without = _without_store(task, height, reactor_w)
    found = [_lightest_with(task, height, reactor_w, store) for store in task.technology.stores]
    designs = [design for design in (without, *found) if design is not None]
    return min(designs, key=lambda design: design.total_kg, default=None)


def reactor_alone_w(task: Task) -> float:
    """Return the reactor power with which neither arrays nor stores are needed."""
    with np.errstate(divide="ignore"):
        needed_w = task.load_w * task.draws.load / task.draws.reactor
    return within_risk_j(np.repeat(needed_w, task.years), task.risk)


def _without_store(task: Task, height: int, reactor_w: float) -> Design | None:
    fails = task.load_w * task.draws.load > reactor_w * task.draws.reactor * (1.0 + 1e-12)
    failing = int(fails.sum()) * task.years
    cases = len(fails) * task.years
    if reactor_w == 0.0 or failing > task.risk * cases + 1e-9:
        return None
    return Design(
        height_m=task.light.heights_m[height], area_m2=0.0, array_power_w=0.0, store=None,
        need_j=0.0, reactor_w=reactor_w, array_kg=0.0, masts_kg=0.0, store_kg=0.0,
        reactor_kg=task.technology.reactor.reactor_kg(reactor_w), failing=failing, cases=cases,
        deciding_draw=int(np.argmax(task.draws.load / np.maximum(task.draws.reactor, 1e-12))),
        deciding_year=0,
    )  # fmt: skip


def _lightest_with(
    task: Task, height: int, reactor_w: float, store: StoreTechnology
) -> Design | None:
    array = task.technology.array
    light = task.light.light_w_per_m2[height]
    few, few_step_s = coarse(light, task.light.step_s)
    windows = task.windows(few_step_s)
    height_m = task.light.heights_m[height]

    def needs_j(
        area_m2: float, series: FloatArray, spans: NDArray[np.int64], step_s: float
    ) -> FloatArray:
        supply = (
            area_m2 * task.draws.array,
            reactor_w * task.draws.reactor,
            task.load_w * task.draws.load,
        )
        return least_store_j(series * array.efficiency, spans, supply, step_s, store)

    def mass_kg(area_m2: float) -> float:
        bare_kg = array.array_kg(area_m2) + array.masts_kg(area_m2, height_m)
        need_j = within_risk_j(needs_j(area_m2, few, windows, few_step_s), task.risk)
        return bare_kg + store.store_kg(need_j)

    peak_w_per_m2 = float(few.max()) * array.efficiency
    if peak_w_per_m2 <= 0.0:
        return None
    lack_w = float(np.max(task.load_w * task.draws.load - reactor_w * task.draws.reactor))
    unit_m2 = max(lack_w, 0.02 * task.load_w) / peak_w_per_m2
    area_m2 = _least(mass_kg, [unit_m2 * factor for factor in AREA_SCAN])
    if area_m2 is None:
        return None
    full = needs_j(area_m2, light, task.windows(task.light.step_s), task.light.step_s)
    need_j = within_risk_j(full, task.risk)
    if not math.isfinite(need_j):
        return None
    near = np.abs(full - need_j)
    draw, year = task.case(int(np.argmin(near)))
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
        reactor_kg=task.technology.reactor.reactor_kg(reactor_w),
        failing=int((full > need_j).sum()),
        cases=full.size,
        deciding_draw=draw,
        deciding_year=year,
    )


def _least(mass_kg: Callable[[float], float], areas_m2: list[float]) -> float | None:
    """Return the area of least mass: a scan, then golden sections about its best."""
    masses_kg = [mass_kg(area_m2) for area_m2 in areas_m2]
    best = int(np.argmin(masses_kg))
    if not math.isfinite(masses_kg[best]):
        return None
    low = math.log(areas_m2[max(best - 1, 0)])
    high = math.log(areas_m2[min(best + 1, len(areas_m2) - 1)])
    tried = dict(zip(areas_m2, masses_kg, strict=True))
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = mass_kg(math.exp(left)), mass_kg(math.exp(right))
    for _ in range(GOLDEN_STEPS):
        tried[math.exp(left)], tried[math.exp(right)] = at_left, at_right
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = mass_kg(math.exp(left))
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = mass_kg(math.exp(right))
    tried[math.exp(left)], tried[math.exp(right)] = at_left, at_right
    return min(tried, key=lambda area_m2: tried[area_m2])


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


def failing_in_kernel(task: Task, design: Design) -> int:
    """Count the cases in which the station's kernel misses survival energy."""
    height = task.light.heights_m.index(design.height_m)
    light = task.light.light_w_per_m2[height]
    # The last digit of the recursion and of the kernel need not be the same.
    slack = 1.0 + 1e-9
    return sum(
        unserved_j(plant_of(task, design, draw, slack), light[begin:end], task.light.step_s) > 0.0
        for draw in range(len(task.draws.load))
        for begin, end in task.windows(task.light.step_s)
    )


def kernel_agrees(task: Task, design: Design) -> bool:
    """Say whether the kernel finds the store of a design just large enough in its deciding case."""
    height = task.light.heights_m.index(design.height_m)
    begin, end = task.windows(task.light.step_s)[design.deciding_year]
    light = task.light.light_w_per_m2[height][begin:end]

    def missed_j(share_of_store: float) -> float:
        plant = plant_of(task, design, design.deciding_draw, share_of_store)
        return unserved_j(plant, light, task.light.step_s)

    if design.store is None or design.need_j == 0.0:
        return missed_j(1.0) == 0.0
    return missed_j(1.0 + 1e-9) == 0.0 and missed_j(1.0 - JUDGE_MARGIN) > 0.0
