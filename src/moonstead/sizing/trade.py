"""The trade at a site: mast height against storage, reactors against sunlight."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from moonstead.sizing.search import (
    Design,
    Task,
    kernel_agrees,
    lightest,
    need_tables,
    reactor_alone_w,
    verdicts,
)
from moonstead.units import DAY_S

REACTOR_SHARES = (0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0, 1.125)
"""Reactor power over the load as planned; what is above the reactor alone is left out."""

JUDGED_CASES = 64


class NoDesignError(Exception):
    """Nothing survives, however heavy; with the reason."""


@dataclass(frozen=True, slots=True)
class SiteTrade:
    """What was found at a site.

    Parameters
    ----------
    task
        What must be survived.
    by_height
        Lightest system without reactors for each height of the mast; None where none survives.
    by_reactor
        Lightest system for each reactor power, the last with neither arrays nor stores.
    best
        Of all of them.
    judged, judged_otherwise
        Cases of the best that the station's kernel judged, and those that it judged otherwise.
    kernel_agrees
        Whether, in the deciding case of every design, the kernel survives with the store and
        fails with a millionth less.
    """

    task: Task
    by_height: tuple[Design | None, ...]
    by_reactor: tuple[Design, ...]
    best: Design
    judged: int
    judged_otherwise: int
    kernel_agrees: bool

    @property
    def best_solar(self) -> Design | None:
        """The lightest without reactors."""
        alive = [design for design in self.by_height if design is not None]
        return min(alive, key=lambda design: design.total_kg, default=None)


def trade(task: Task, tell: Callable[[str], None]) -> SiteTrade:
    """Size the power of a station at a site in every way.

    Parameters
    ----------
    task
        What must be survived.
    tell
        Called with a line of progress now and then.

    Raises
    ------
    NoDesignError
        Where nothing survives.
    """
    name = task.light.name
    by_height, tables = [], []
    for height, height_m in enumerate(task.light.heights_m):
        tell(f"{name}: mast of {height_m:g} m")
        tables.append(need_tables(task, height))
        by_height.append(lightest(task, height, 0.0, tables[height]))
    masses_kg = [np.inf if design is None else design.total_kg for design in by_height]
    # Where no height survives on sunlight alone, the highest mast sees the most of it.
    height = int(np.argmin(masses_kg)) if np.isfinite(masses_kg).any() else len(masses_kg) - 1
    powers_w = _reactor_powers_w(task)
    found = [by_height[height]]
    for power_w in powers_w:
        tell(f"{name}: reactors of {power_w / 1e3:.3g} kW")
        found.append(lightest(task, height, power_w, tables[height]))
    by_reactor = tuple(design for design in found if design is not None)
    every = [design for design in (*by_height, *by_reactor) if design is not None]
    if not every:
        raise NoDesignError(_why_none(task))
    best = min(every, key=lambda design: design.total_kg)
    tell(f"{name}: judged by the station's kernel")
    judged, otherwise = verdicts(
        task, best, tables[task.light.heights_m.index(best.height_m)], JUDGED_CASES
    )
    return SiteTrade(
        task=task,
        by_height=tuple(by_height),
        by_reactor=by_reactor,
        best=best,
        judged=judged,
        judged_otherwise=otherwise,
        kernel_agrees=all(kernel_agrees(task, design) for design in every),
    )


def _reactor_powers_w(task: Task) -> list[float]:
    if task.technology.reactor is None:
        return []
    alone_w = reactor_alone_w(task)
    powers_w = [share * task.load_w for share in REACTOR_SHARES if share * task.load_w < alone_w]
    return [*powers_w, alone_w] if np.isfinite(alone_w) else powers_w


def _why_none(task: Task) -> str:
    dark_d = float(task.light.longest_dark_s.min()) / DAY_S
    if not task.light.light_w_per_m2.any():
        reason = "the Sun is never in view"
    else:
        reason = f"the dark of up to {dark_d:.1f} days is never made good"
    remedy = "" if task.technology.reactor is not None else "; only reactors can (--reactor-units)"
    return f"no array and store survive here, however heavy: {reason}{remedy}"
