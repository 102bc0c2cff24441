"""One case of the experiment on levels: a scenario at one level, one contact and one seed, run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from moonstead.autonomy.guard.modes import Mode
from moonstead.campaign.chances import fails_by_itself
from moonstead.campaign.torture.trial import placed_of
from moonstead.contracts import PlanRow
from moonstead.run.loop import Loop
from moonstead.scenario.autonomy_level import Autonomy
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.fault import CatalogueFaults
from moonstead.scenario.ground_side import Ground
from moonstead.scenario.model import Scenario
from moonstead.scenario.surroundings import run_grid
from moonstead.units import DAY_S, HOUR_S, KWH_J

LEVELS = ("E1", "E2", "E3", "E4")
CONTACTS = (0.0, 0.02, 0.05, 0.1, 0.25, 0.54, 1.0)
"""Shares of each day in which the ground may use its ways to the station."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is run; may travel to another process."""

    path: Path
    """The scenario."""
    days: float
    level: str
    contact: float
    seed: int

    @property
    def name(self) -> str:
        """Of its file."""
        return f"{self.level}-contact-{100.0 * self.contact:g}-seed-{self.seed}"


def case_scenario(scenario: Scenario, case: Case) -> Scenario:
    """Return a scenario as a case wants it.

    Parameters
    ----------
    scenario
        As written.
    case
        Level, contact, seed and length.
    """
    run, autonomy, ground = scenario.run, scenario.autonomy, scenario.ground
    given_s = None if case.contact >= 1.0 else case.contact * DAY_S
    changes: dict[str, Any] = {
        "run": run.model_copy(
            update={"end": run.start + timedelta(days=case.days), "seed": case.seed}
        ),
        "autonomy": Autonomy.model_validate(
            {**autonomy.model_dump(), "level": case.level, "element": ()}
        ),
        "ground": Ground.model_validate(
            {**ground.model_dump(by_alias=True), "contact_every_s": DAY_S, "contact_for_s": given_s}
        ),
    }
    if not fails_by_itself(scenario):
        changes["catalogue_faults"] = CatalogueFaults()
    return scenario.model_copy(update=changes)


def run_case(case: Case) -> Mapping[str, Any]:
    """Run a case and return its results, as plain JSON values.

    Raises
    ------
    InputError
        The scenario does not fit together.
    """
    scenario, text = read_scenario(case.path)
    changed = case_scenario(scenario, case)
    world = build_world(changed, text, case.path)
    grid = run_grid(world)
    loop = Loop(world, grid, placed_of(world))
    tally = _Tally(world, loop)
    random = np.random.default_rng([case.seed, 0])
    width, output = loop.simulator.random_width, loop.simulator.new_output(loop.per_tick)
    for first in range(0, grid.run_count, loop.per_tick):
        end = min(first + loop.per_tick, grid.run_count)
        happened = loop.step(first, end, output, first, random.standard_normal(width))
        tally.take(happened.decision.plan, happened.decision.status)
    ticks = np.arange(0, grid.run_count + 1, loop.per_tick, dtype=np.float64)
    loop.traffic.finish_block(grid.start_t_s + grid.step_s * ticks)
    return tally.result()


class _Tally:
    """Adds up what is compared."""

    def __init__(self, world: World, loop: Loop) -> None:
        self._world, self._loop = world, loop
        self._points = {
            (spec.name, way): value
            for spec in world.scenario.experiment
            for way, value in [("", spec.value), *((o.name, o.value) for o in spec.option)]
        }
        self._science = 0.0
        self._sessions = 0
        self._aborted = 0
        self._ticks = dict.fromkeys(Mode, 0)
        self._least = 1.0

    def take(self, plan: tuple[PlanRow, ...], status: Mapping[str, float]) -> None:
        """Take over the decision of a tick."""
        for row in plan:
            if row.status == "done":
                self._science += self._points.get((row.experiment, row.way), 0.0)
                self._sessions += 1
            elif row.status == "given-up":
                self._science -= self._points.get((row.experiment, row.way), 0.0)
                self._sessions -= 1
            elif row.status == "aborted":
                self._aborted += 1
        self._ticks[Mode(int(status["mode"]))] += 1
        self._least = min(self._least, float(status["margin_fraction"]))

    def result(self) -> dict[str, Any]:
        """Return the results."""
        loop, scenario = self._loop, self._world.scenario
        ledger, names = loop.simulator.ledger, loop.simulator.station.names
        links = set(names.links)
        used_j = sum(
            float(energy_j)
            for name, energy_j in zip(names.loads, ledger.load_used_j, strict=True)
            if name not in links
        )
        tick_h = scenario.run.decision_interval_s / HOUR_S
        sums = loop.traffic.deliveries.sums
        lost_bit = ledger.load_lost_bit + ledger.load_deleted_bit
        staff = [hours for of_one in loop.ground.side.hours.values() for hours in of_one.values()]
        return {
            "points": self._science,
            "sessions": self._sessions,
            "aborted": self._aborted,
            "energy_used_kwh": used_j / KWH_J,
            "downtime_h": tick_h * sum(n for mode, n in self._ticks.items() if mode > Mode.TRIM),
            "without_plan_h": loop.ground.without_plan_s / HOUR_S,
            "staff_h": float(sum(staff)),
            "data_delivered_gbit": float(sums["arrived_bit"].sum()) / 1e9,
            "data_lost_gbit": float(lost_bit.sum() + sums["lost_bit"].sum()) / 1e9,
            "least_margin_fraction": self._least,
            "survives": not bool(loop.simulator.state.node_lost.any()),
        }
