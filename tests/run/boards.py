"""A computer with a small autonomy on it, for tests of what happens between truth and autonomy."""

import json
from dataclasses import replace
from typing import Any

import numpy as np

from moonstead.contracts import Command, Decision, Notice, Telemetry
from moonstead.run.board import Board
from moonstead.run.board_computer import Power
from moonstead.run.board_frames import Aboard
from moonstead.simulation.schedule import Fault, Mode

TICK_S = 600.0
ABOARD = Aboard(
    partners=("cnsa", "roscosmos"),
    vital=("hub.computer",),
    loads=("hub.computer", "lamp"),
    tick_s=TICK_S,
)


class Counting:
    """An autonomy that remembers how many frames it has decided on, and what it read."""

    def __init__(self) -> None:
        self.count, self.read = 0, 0.0
        self.frames: list[Telemetry] = []
        self.booted = ""
        self.fails = False

    def handle(self, telemetry: Telemetry) -> Decision:
        if self.fails:
            raise ValueError("out of order")
        self.count += 1
        self.read += float(np.nan_to_num(telemetry.store_energy_j).sum())
        self.frames.append(telemetry)
        notices = (Notice("saw", f"{telemetry.t_s:.0f}", self.booted, {"read": self.read}),)
        self.booted = ""
        return Decision((Command("lamp", 1.0 / self.count),), notices, (), {"mode": self.count})

    def boot(self, why: str) -> None:
        self.booted = why

    def state(self) -> dict[str, Any]:
        return {"count": self.count, "read": self.read}

    def restore(self, state: dict[str, Any]) -> None:
        self.count, self.read = state["count"], state["read"]


class Station:
    """The truth around a board: time, faults by script, power.

    Parameters
    ----------
    faults
        Each with its begin and duration.
    """

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        self.t_s = 0.0
        self.power = Power()
        self.made: list[Counting] = []
        self.board = Board(
            self._make,
            self.active,
            lambda: self.power,
            aboard=ABOARD,
            seed=4,
            status=("mode",),
        )

    def _make(self, search: Any, executive: Any) -> Counting:
        self.made.append(Counting())
        return self.made[-1]

    def active(self) -> list[tuple[Fault, float]]:
        """Return the faults of the tick that ends now, as the simulation tells them."""
        begin_t_s = self.t_s - TICK_S
        return [
            (fault, fault.t_s)
            for fault in self.faults
            if fault.t_s is not None
            and fault.t_s <= begin_t_s
            and (fault.duration_s is None or begin_t_s < fault.t_s + fault.duration_s)
        ]

    def tick(self, **changes: Any) -> tuple[Decision, list[Notice]]:
        """Go on by one tick."""
        self.t_s += TICK_S
        decision = self.board.handle(frame(self.t_s, **changes))
        return decision, self.board.happened()

    def resumed(self) -> "Station":
        """Return a station that goes on from what this one has saved."""
        again = Station(*self.faults)
        again.t_s, again.power = self.t_s, self.power
        again.board.restore(json.loads(json.dumps(self.board.state())))
        return again


def fault(part: str, mode: Mode, at_tick: int = 2, ticks: float | None = 1, **more: Any) -> Fault:
    """Return a fault that is active in some ticks, counted from 0."""
    return Fault(
        name=more.pop("name", f"{part}-{mode}-{at_tick}"),
        targets=(f"avionics.{part}",),
        mode=mode,
        t_s=at_tick * TICK_S,
        duration_s=None if ticks is None else ticks * TICK_S,
        **more,
    )


def frame(t_s: float, **changes: Any) -> Telemetry:
    """Return a true frame."""
    true = Telemetry(
        t_s=t_s,
        source_power_w=np.array([100.0, 50.0]),
        source_share=np.array([1.0, 0.5]),
        load_power_w=np.array([90.0, 20.0]),
        store_energy_j=np.array([1e6 + t_s]),
        node_temperature_k=np.array([280.0, 290.0, 300.0]),
        recorder_bit=np.array([1e9]),
        tank_kg=np.array([10.0]),
        path_open=np.array([True, False]),
        sun_seen=True,
        earth_seen=True,
        at_work={"robot": 1.5},
        faulty=("lamp",),
        answered={"cnsa": t_s},
    )
    return replace(true, **changes)
