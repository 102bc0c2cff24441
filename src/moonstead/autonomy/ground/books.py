"""What people on Earth know of the station: its sessions, its levels, what has failed."""

from typing import Any

from moonstead.autonomy.ground.heard import Heard
from moonstead.autonomy.model import StationModel
from moonstead.contracts import Telemetry

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
        self._numbers = {experiment.name: e for e, experiment in enumerate(model.experiments)}
        self.level, self.levels = level, dict(levels)
        self.mode = 0
        self.heard_t_s = -1e300
        """The clock of the newest frame."""
        self.done = [0] * len(model.experiments)
        self.running: dict[str, tuple[int, float]] = {}
        """Experiment and start of sessions under way, by activity."""
        self.ended_t_s = [-1e300] * len(model.experiments)
        self.faulty: tuple[str, ...] = ()
        self.unhealthy: set[str] = set()

    def read(self, heard: Heard) -> None:
        """Take in what was read."""
        for row in heard.rows:
            e = self._numbers.get(row.experiment, -1)
            if row.status == "started":
                self.running[row.activity] = (e, row.start_t_s)
            elif row.status in {"done", "aborted"}:
                self.running.pop(row.activity, None)
                self.ended_t_s[e] = max(self.ended_t_s[e], row.end_t_s)
                self.done[e] += row.status == "done"
        for notice in heard.notices:
            if notice.kind == "health":
                is_failed = notice.values.get("health") == FAILED_HEALTH
                (self.unhealthy.add if is_failed else self.unhealthy.discard)(notice.subject)
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
        return frozenset(self.faulty) | self.unhealthy

    def busy(self) -> tuple[tuple[int, float], ...]:
        """Return experiment and expected end of what is under way."""
        experiments = self.model.experiments
        return tuple((e, t_s + experiments[e].duration_s) for e, t_s in self.running.values())

    def ready_t_s(self) -> tuple[float, ...]:
        """Return before when no session of each experiment may start."""
        experiments = self.model.experiments
        rested: dict[str, float] = {}
        for x, ended_t_s in zip(experiments, self.ended_t_s, strict=True):
            again_t_s = ended_t_s + x.turnaround_s
            rested[x.element] = max(rested.get(x.element, -1e300), again_t_s)
        return tuple(
            max(ended_t_s + x.gap_s, rested[x.element])
            for x, ended_t_s in zip(experiments, self.ended_t_s, strict=True)
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
            "running": {name: list(session) for name, session in self.running.items()},
            "ended_t_s": list(self.ended_t_s),
            "faulty": list(self.faulty),
            "unhealthy": sorted(self.unhealthy),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        self.level, self.levels = state["level"], dict(state["levels"])
        self.mode, self.heard_t_s = state["mode"], state["heard_t_s"]
        self.done = list(state["done"])
        self.running = {name: (e, t_s) for name, (e, t_s) in state["running"].items()}
        self.ended_t_s = list(state["ended_t_s"])
        self.faulty, self.unhealthy = tuple(state["faulty"]), set(state["unhealthy"])
