"""One run of the campaign: the closed loop without files, and what is kept of it."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from moonstead.autonomy.guard.modes import Mode
from moonstead.campaign.torture.replay import Rehearsal, leases
from moonstead.contracts import FloatArray, Notice, PlanRow, Priority
from moonstead.environment.timescale import iso_utc
from moonstead.run.loop import Happened, Loop
from moonstead.scenario.build import World, build_world
from moonstead.scenario.model import Scenario
from moonstead.scenario.surroundings import PlacedSurroundings, run_grid, surroundings
from moonstead.units import HOUR_S

MOST_EVENTS = 300
"""Of one kind that are kept of a run; all are counted."""
_TOLD = frozenset(
    {
        *("failed", "over", "repaired", "computer-away", "computer-back", "crashed"),
        *("element-lost", "crew-in-need", "arrived", "delivered"),
        *("detected", "isolated", "reaction", "recovered", "health", "mode", "clock", "restart"),
        *(
            "plan-trouble",
            "no-response",
            "commanded",
            "telecommand",
            "command-flood",
            "command-refused",
        ),
        *("command-conflict", "energy-doubt", "energy-trust"),
    }
)
"""Kinds of event that are kept."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be run, in a form that travels to another process."""

    scenario: Scenario
    file: str
    """For messages."""


def perform(trial: Trial) -> Mapping[str, Any]:
    """Run a trial and return what is kept of it, as plain JSON values.

    Raises
    ------
    InputError
        The scenario does not fit together.
    """
    scenario = trial.scenario
    world = build_world(scenario, "", Path(trial.file))
    grid = run_grid(world)
    loop = Loop(world, grid, placed_of(world))
    keeper = _Keeper(world, loop)
    random = np.random.default_rng([scenario.run.seed, 0])
    width = loop.simulator.random_width
    output = loop.simulator.new_output(loop.per_tick)
    rehearsal = Rehearsal(loop, grid.run_count)
    for first in range(0, grid.run_count, loop.per_tick):
        end = min(first + loop.per_tick, grid.run_count)
        rehearsal.look(end)
        happened = loop.step(first, end, output, first, random.standard_normal(width))
        keeper.take(end, happened)
    ticks = np.arange(0, grid.run_count + 1, loop.per_tick, dtype=np.float64)
    loop.traffic.finish_block(grid.start_t_s + grid.step_s * ticks)
    return {**keeper.result(), "leases": leases(loop), "replay": rehearsal.result()}


def placed_of(world: World) -> PlacedSurroundings:
    """Return the surroundings of a world, computed once a process for all of the same geometry."""
    return _placed(_geometry(world.scenario), _Ref(world))


class _Ref:
    """A world that does not count when two calls are compared."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ref)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=2)
def _placed(geometry: str, ref: _Ref) -> PlacedSurroundings:  # noqa: ARG001  the key of the cache
    """Return the surroundings of a world; the same for all with the same geometry."""
    return surroundings(ref.world, run_grid(ref.world))


def _geometry(scenario: Scenario) -> str:
    """Return all that the surroundings of a scenario depend on."""
    told = scenario.model_dump(
        mode="json",
        include={
            *("run", "site", "kernels", "direct_path", "ground_station", "control_centre"),
            *("element", "place", "partner"),
        },
    )
    if not any(station.outages for station in scenario.ground_station):
        del told["run"]["seed"]
    return json.dumps(told, sort_keys=True)


class _Keeper:
    """Keeps what is judged and drawn of a run."""

    def __init__(self, world: World, loop: Loop) -> None:
        self.world, self.loop = world, loop
        self.start_t_s, self.step_s = loop.grid.start_t_s, loop.grid.step_s
        self._events: list[dict[str, Any]] = []
        self._counts: Counter[str] = Counter()
        self._margin: list[tuple[float, float, float]] = []
        self._done: dict[tuple[str, int], float] = {}
        self._under_way: dict[str, PlanRow] = {}
        self._sessions: list[tuple[str, float, float]] = []
        self._aborted: Counter[str] = Counter()
        network, names = world.station.network, world.station.names
        main = world.scenario.hub.bus
        self._stores = np.array(
            [i for i, store in enumerate(world.station.parts.stores) if store.bus == main],
            dtype=np.int64,
        )
        self._efficiency = network.store_discharge_efficiency[self._stores]
        self._floor = network.store_floor_fraction[self._stores]
        self._is_survival = network.load_priority == Priority.SURVIVAL
        self._loads = names.loads
        self._reserve_j = loop.knowledge.reserve[0]
        self._specs = {one.name: one for one in world.scenario.experiment}

    def take(self, end: int, happened: Happened) -> None:
        """Take over what came of one step of the loop."""
        t_s = self.start_t_s + end * self.step_s
        for at_t_s, origin, notice in happened.events:
            self._tell(at_t_s, origin, notice)
        for row in happened.decision.plan:
            self._count(row)
        status = happened.decision.status
        believed = float(status.get("margin_fraction", 0.0))
        self._margin.append((believed, self._true_margin(t_s), float(status.get("mode", 0.0))))

    def _tell(self, t_s: float, origin: str, notice: Notice) -> None:
        self._counts[f"{origin}:{notice.kind}"] += 1
        if notice.kind not in _TOLD or self._counts[f"{origin}:{notice.kind}"] > MOST_EVENTS:
            return
        self._events.append(
            {
                "t_s": t_s - self.start_t_s,
                "origin": origin,
                "kind": notice.kind,
                "subject": notice.subject,
                "text": notice.text,
                "values": {key: float(value) for key, value in sorted(notice.values.items())},
            }
        )

    def _count(self, row: PlanRow) -> None:
        if row.status in {"done", "aborted"}:
            element = self._specs[row.experiment].element
            span_s = row.start_t_s - self.start_t_s, row.end_t_s - self.start_t_s
            self._sessions.append((element, *span_s))
        if row.status == "started":
            self._under_way[row.activity] = row
        elif row.status == "done":
            self._under_way.pop(row.activity, None)
            self._done[row.activity, round(row.start_t_s)] = 1.0
        elif row.status == "given-up":
            self._done.pop((row.activity, round(row.start_t_s)), None)
        elif row.status == "aborted":
            self._under_way.pop(row.activity, None)
            self._aborted[row.experiment] += 1

    def _true_margin(self, t_s: float) -> float:
        """Return what the stores really can deliver less the reserve, as a share of capacity."""
        state, forecast = self.loop.simulator.state, self.loop.model.forecast
        scale = state.store_scale[self._stores]
        capacity_j = state.store_capacity_j[self._stores]
        held_j = np.maximum(state.store_energy_j[self._stores] - self._floor * capacity_j, 0.0) * (
            scale > 0.0
        )
        place = (t_s - forecast.start_t_s) / forecast.slot_s
        edges = np.arange(len(self._reserve_j))
        reserve_j = float(np.interp(place, edges, self._reserve_j))
        most_j = float(forecast.capacity_j[forecast.slot(t_s)])
        return (float(held_j @ self._efficiency) - reserve_j) / max(most_j, 1.0)

    def result(self) -> dict[str, Any]:
        """Return what is kept, as plain JSON values."""
        ledger, grid = self.loop.simulator.ledger, self.loop.grid
        end_t_s = self.start_t_s + grid.run_count * self.step_s
        series = np.array(self._margin)
        unserved = self._is_survival & (ledger.load_unserved_j > 0.0)
        tick_h = self.world.scenario.run.decision_interval_s / HOUR_S
        return {
            "begin_utc": iso_utc(self.start_t_s),
            "seed": self.world.scenario.run.seed,
            "tick_s": self.world.scenario.run.decision_interval_s,
            "hours": grid.run_count * self.step_s / HOUR_S,
            "science": self._science(end_t_s),
            "sessions": [list(session) for session in sorted(self._sessions)],
            "events": self._events,
            "event_counts": dict(sorted(self._counts.items())),
            "hours_in_mode": {
                mode.name.lower(): float((series[:, 2] == mode).sum() * tick_h) for mode in Mode
            },
            "least_margin": float(series[:, 0].min()),
            "least_true_margin": float(series[:, 1].min()),
            "hourly": self._hourly(series, round(1.0 / tick_h)),
            "survival_unserved_j": {
                self._loads[i]: float(ledger.load_unserved_j[i]) for i in np.flatnonzero(unserved)
            },
            "crew_lacked_s": float(ledger.work_lacked_s[self.loop.simulator.bodies].sum()),
        }

    def _hourly(self, series: FloatArray, per_hour: int) -> dict[str, list[float]]:
        """Return least margins and highest mode of each hour, and the share of it in light."""
        per_hour = max(per_hour, 1)
        firsts = np.arange(0, len(series), per_hour)
        per_tick = self.loop.per_tick
        lit = self.loop.series["sun_fraction"][: self.loop.grid.run_count : per_tick]
        return {
            "margin": _rounded(np.minimum.reduceat(series[:, 0], firsts)),
            "true_margin": _rounded(np.minimum.reduceat(series[:, 1], firsts)),
            "mode": _rounded(np.maximum.reduceat(series[:, 2], firsts)),
            "sun": _rounded(np.minimum.reduceat(lit[: len(series)], firsts)),
        }

    def _science(self, end_t_s: float) -> dict[str, dict[str, float]]:
        """Return sessions and points by experiment; what is under way counts by its share."""
        sessions: Counter[str] = Counter()
        for activity, _ in self._done:
            sessions[activity.rpartition("-")[0]] += 1
        part: dict[str, float] = {}
        for row in self._under_way.values():
            gone = (end_t_s - row.start_t_s) / self._specs[row.experiment].duration_s
            part[row.experiment] = part.get(row.experiment, 0.0) + min(max(gone, 0.0), 1.0)
        return {
            name: {
                "sessions": sessions[name],
                "aborted": self._aborted[name],
                "points": spec.value * (sessions[name] + part.get(name, 0.0)),
            }
            for name, spec in self._specs.items()
        }


def _rounded(values: FloatArray) -> list[float]:
    return [round(float(value), 4) for value in values]
