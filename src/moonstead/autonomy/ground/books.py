"""What people on Earth know of the station: its sessions, its levels, what has failed."""

from dataclasses import astuple
from typing import Any

from moonstead.autonomy.ground.heard import Heard
from moonstead.autonomy.model import StationModel
from moonstead.autonomy.planning.requests import Session
from moonstead.contracts import PlanRow, Telemetry

FAILED_HEALTH = 2.0


class Books:
    """Everything that was heard, as far as it matters.

    Parameters
    ----------
    model
        What is believed of the station, on Earth as aboard.
    level, levels
        Of autonomy, 1 to 4, of the station and of elements, as it was launched.
    """

    def __init__(self, model: StationModel, level: int, levels: dict[str, int]) -> None:
        self.model = model
        self._numbers = {
            (experiment.name, way.name): (e, w)
            for e, experiment in enumerate(model.experiments)
            for w, way in enumerate(experiment.ways)
        }
        self.level, self.levels = level, dict(levels)
        self.mode = 0
        self.heard_t_s = -1e300
        """The clock of the newest frame."""
        self.done = [0] * len(model.experiments)
        self.running: dict[str, Session] = {}
        """Sessions under way, by activity."""
        self.earned = [0.0] * len(model.experiments)
        self.ended_t_s = [-1e300] * len(model.experiments)
        self.rested_t_s: dict[str, float] = {}
        """When each element is ready again."""
        self.faulty: tuple[str, ...] = ()
        self.unhealthy: set[str] = set()
        self.trusted_t_s: dict[str, float] = {}
        """Until when elements that are held to have failed are tried."""

    def read(self, heard: Heard) -> None:
        """Take in what was read."""
        for row in heard.rows:
            e, w = self._numbers.get((row.experiment, row.way), (-1, 0))
            if row.status == "started":
                end_t_s = row.start_t_s + self.model.experiments[e].ways[w].whole_s
                self.running[row.activity] = Session(e, row.start_t_s, end_t_s, w)
            elif row.status in {"done", "aborted"}:
                self.running.pop(row.activity, None)
                self._end(e, w, row)
            elif row.status == "given-up":
                self._take_back(e, w)
        for notice in heard.notices:
            if notice.kind == "health":
                is_failed = notice.values.get("health") == FAILED_HEALTH
                (self.unhealthy.add if is_failed else self.unhealthy.discard)(notice.subject)
                self.trusted_t_s.pop(notice.subject, None)
        self.trusted_t_s = {n: t for n, t in self.trusted_t_s.items() if t > heard.t_s}
        if heard.telemetry is not None:
            self.heard_t_s = heard.telemetry.t_s
            self.faulty = heard.telemetry.faulty
        if heard.status:
            self.mode = int(heard.status["mode"])
            self.level = int(heard.status["level"])
            self.levels = {
                name.partition(":")[2]: int(level)
                for name, level in heard.status.items()
                if name.startswith("level:")
            }

    def _end(self, e: int, w: int, row: PlanRow) -> None:
        experiment = self.model.experiments[e]
        ready_t_s = row.end_t_s + experiment.ways[w].turnaround_s
        self.ended_t_s[e] = max(self.ended_t_s[e], row.end_t_s)
        known_t_s = self.rested_t_s.get(experiment.element, -1e300)
        self.rested_t_s[experiment.element] = max(known_t_s, ready_t_s)
        if row.status == "done":
            self.earned[e] += experiment.ways[w].value * experiment.returns ** self.done[e]
            self.done[e] += 1

    def _take_back(self, e: int, w: int) -> None:
        """Count a session as not done, after all: its data were given up."""
        experiment = self.model.experiments[e]
        self.done[e] -= 1
        self.earned[e] -= experiment.ways[w].value * experiment.returns ** self.done[e]

    def level_of(self, e: int) -> int:
        """Return the level of the element that does an experiment."""
        return self.levels.get(self.model.experiments[e].element, self.level)

    def of_levels(self, *wanted: int) -> frozenset[int]:
        """Return the experiments whose elements are at one of the levels."""
        places = range(len(self.model.experiments))
        return frozenset(e for e in places if self.level_of(e) in wanted)

    @property
    def failed(self) -> frozenset[str]:
        """Elements that are held to have failed."""
        return frozenset(self.faulty).union(self.unhealthy.difference(self.trusted_t_s))

    def busy(self) -> tuple[Session, ...]:
        """Return what is under way, with the ends that are expected."""
        return tuple(self.running.values())

    def ready_t_s(self) -> tuple[float, ...]:
        """Return before when no session of each experiment may start."""
        return tuple(
            max(ended_t_s + x.gap_s, self.rested_t_s.get(x.element, -1e300))
            for x, ended_t_s in zip(self.model.experiments, self.ended_t_s, strict=True)
        )

    def full(self, telemetry: Telemetry) -> frozenset[int]:
        """Return the experiments whose tanks are full."""
        experiments = enumerate(self.model.experiments)
        return frozenset(e for e, x in experiments if self.model.is_tank_full(x, telemetry))

    def state(self) -> dict[str, Any]:
        """Return everything remembered, as plain JSON values."""
        return {
            "level": self.level,
            "levels": dict(self.levels),
            "mode": self.mode,
            "heard_t_s": self.heard_t_s,
            "done": list(self.done),
            "earned": list(self.earned),
            "running": {name: list(astuple(one)) for name, one in self.running.items()},
            "ended_t_s": list(self.ended_t_s),
            "rested_t_s": dict(self.rested_t_s),
            "faulty": list(self.faulty),
            "unhealthy": sorted(self.unhealthy),
            "trusted_t_s": dict(self.trusted_t_s),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.level, self.levels = state["level"], dict(state["levels"])
        self.mode, self.heard_t_s = state["mode"], state["heard_t_s"]
        self.done = list(state["done"])
        self.earned = list(state["earned"])
        self.running = {name: Session(*one) for name, one in state["running"].items()}
        self.ended_t_s = list(state["ended_t_s"])
        self.rested_t_s = dict(state["rested_t_s"])
        self.faulty, self.unhealthy = tuple(state["faulty"]), set(state["unhealthy"])
        self.trusted_t_s = dict(state["trusted_t_s"])
