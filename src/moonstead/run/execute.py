"""One run: truth, autonomy and record, together in this package and nowhere else.

Per block of time: telemetry to the autonomy, its commands into the truth, the kernel to the next
decision; then the block is written and the state saved. A run that is killed resumes after its
last whole block and ends with the same bytes as one that was not.
"""

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from moonstead.contracts import Channels, Notice, PlanRow
from moonstead.environment.timescale import iso_utc
from moonstead.errors import RecordError, RunError
from moonstead.record.directory import Checkpoint, RunDirectory
from moonstead.record.layout import Layout
from moonstead.run.loop import Loop
from moonstead.run.summary import summarise
from moonstead.scenario.build import World
from moonstead.scenario.surroundings import Grid, run_grid, surroundings
from moonstead.simulation.output import QUANTITIES, channels_of
from moonstead.units import DAY_S
from moonstead.version import VERSION, code_sha256

BLOCK_S = 14 * DAY_S
RECORDED_STATUS = ("mode", "margin_fraction", "reserve_j")
RECORDED_SURROUNDINGS = (
    "sun_azimuth_deg",
    "sun_elevation_deg",
    "sun_fraction",
    "eclipse_fraction",
    "earth_elevation_deg",
    "earth_fraction",
)

Progress = Callable[[float, float], None]
"""Called with the simulated seconds done and the seconds to do."""


def execute(world: World, directory: RunDirectory, progress: Progress) -> dict[str, Any]:
    """Run a scenario, or what is left of it, and return the summary.

    Parameters
    ----------
    world
        What to run.
    directory
        Where to write; resumed if it holds this very run.
    progress
        Told about every block.

    Raises
    ------
    InputError
        The directory holds something else.
    RangeError
        The run leaves the ephemeris.
    RunError
        The disk is full, or the run cannot go on for another reason; what is written is kept.
    """
    grid = run_grid(world)
    try:
        directory.begin(provenance(world, grid))
        with directory.exclusive():
            if directory.is_complete:
                progress(1.0, 1.0)
                return directory.summary()
            return _Run(world, grid, directory).finish(progress)
    except OSError as error:
        raise RunError(
            f"{directory.path}: cannot be written: {error.strerror or error}; what is written is "
            "kept, and the same command goes on from there"
        ) from error


def provenance(world: World, grid: Grid) -> dict[str, Any]:
    """Return all that decides the bytes of a run."""
    return {
        "moonstead": VERSION,
        "code_sha256": code_sha256(),
        "python": platform.python_version(),
        "numba": numba.__version__,
        "numpy": np.__version__,
        "scenario": world.text,
        "scenario_name": world.scenario.name,
        "scenario_sha256": sha256(world.text.encode()).hexdigest(),
        "seed": world.scenario.run.seed,
        "start_utc": iso_utc(grid.start_t_s),
        "end_utc": iso_utc(grid.start_t_s + grid.run_count * grid.step_s),
        "step_s": grid.step_s,
        "steps": grid.run_count,
        "kernels": {kernel.name: kernel.sha256 for kernel in world.ephemeris.provenance},
        "terrain": {file.name: file.sha256 for file in world.profile.source},
        "terrain_products": {file.name: file.product for file in world.profile.source},
    }


@dataclass(frozen=True, slots=True)
class _Blocks:
    """How a run is cut into blocks and ticks, in steps."""

    per_tick: int
    per_block: int
    n_steps: int

    def count(self) -> int:
        return -(-self.n_steps // self.per_block)

    def bounds(self, block: int) -> tuple[int, int]:
        first = block * self.per_block
        return first, min(first + self.per_block, self.n_steps)


class _Run:
    """The run in progress."""

    def __init__(self, world: World, grid: Grid, directory: RunDirectory) -> None:
        run = world.scenario.run
        self.world, self.grid, self.directory = world, grid, directory
        self.loop = Loop(world, grid, surroundings(world, grid))
        self.simulator, self.traffic = self.loop.simulator, self.loop.traffic
        self.controller = self.loop.controller
        per_tick = self.loop.per_tick
        per_block = int(BLOCK_S // run.decision_interval_s) * per_tick
        self.blocks = _Blocks(per_tick, per_block, grid.run_count)
        self.writer = directory.writer(
            Layout(
                channels=_recorded(world.station.names.channels(), world),
                start_utc=iso_utc(grid.start_t_s),
                start_t_s=grid.start_t_s,
                step_s=grid.step_s,
                n_steps=grid.run_count,
                block_steps=per_block,
            )
        )

    def finish(self, progress: Progress) -> dict[str, Any]:
        first_block = self._resume()
        total_s = self.grid.run_count * self.grid.step_s
        for block in range(first_block, self.blocks.count()):
            progress(self.blocks.bounds(block)[0] * self.grid.step_s, total_s)
            self._do_block(block)
        summary = summarise(
            self.world,
            self.loop.model,
            self.loop.knowledge,
            self.simulator,
            self.directory,
            self.traffic,
            self.loop.ground.summary(),
        )
        self.directory.finish(summary)
        progress(total_s, total_s)
        return summary

    def _resume(self) -> int:
        """Take back the last saved state; return the first block to do."""
        checkpoint = self.directory.checkpoint()
        if checkpoint is None:
            self.directory.create_series(self.writer)
            return 0
        self.writer.demand_blocks(checkpoint.next_block)
        try:
            for name, array in self._arrays().items():
                array[...] = checkpoint.arrays[name]
            self.controller.restore(checkpoint.controller["autonomy"])
            self.traffic.restore(checkpoint.controller["traffic"])
            self.loop.ground.restore(checkpoint.controller["ground"])
            next_step = self.blocks.bounds(checkpoint.next_block)[0]
            self.simulator.restore(
                checkpoint.controller["truth"],
                self.grid.start_t_s + next_step * self.grid.step_s,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise RecordError(
                f"{self.directory.path / 'checkpoint.npz'}: damaged, or of another version "
                f"({error!r}); delete the folder and run the scenario again"
            ) from None
        return checkpoint.next_block

    def _arrays(self) -> dict[str, NDArray[Any]]:
        """Return every array of the truth that changes, by name."""
        simulator = self.simulator
        state = {f"state.{k}": v for k, v in simulator.state._asdict().items()}
        return {**state, **{f"ledger.{k}": v for k, v in simulator.ledger._asdict().items()}}

    def _do_block(self, block: int) -> None:
        first, end = self.blocks.bounds(block)
        output = self.simulator.new_output(end - first)
        status = {name: np.zeros(end - first, dtype=np.float32) for name in RECORDED_STATUS}
        spilled_w = np.zeros((len(self.world.station.names.sources), end - first))
        events: list[dict[str, Any]] = []
        plan: list[dict[str, Any]] = []
        # A generator of its own for each block: a resumed run draws the same numbers.
        generator = np.random.default_rng([self.world.scenario.run.seed, block])
        ticks = range(first, end, self.blocks.per_tick)
        random = generator.standard_normal((len(ticks), self.simulator.random_width))
        for row, tick in enumerate(ticks):
            stop = min(tick + self.blocks.per_tick, end)
            columns = slice(tick - first, stop - first)
            before_j = self.simulator.ledger.source_spilled_j.copy()
            happened = self.loop.step(tick, stop, output, first, random[row])
            spilled_j = self.simulator.ledger.source_spilled_j - before_j
            spilled_w[:, columns] = (spilled_j / ((stop - tick) * self.grid.step_s))[:, np.newaxis]
            for name, values in status.items():
                values[columns] = happened.decision.status[name]
            events.extend(_event_row(*event) for event in happened.events)
            t_s = self.grid.start_t_s + stop * self.grid.step_s
            plan.extend(_plan_row(t_s, one) for one in happened.decision.plan)
        series: dict[str, NDArray[Any]] = {
            **{name: output[name] for name in QUANTITIES},
            **status,
            "source_spilled_w": spilled_w,
        }
        ticks_t_s = self.grid.start_t_s + self.grid.step_s * np.array(
            [*ticks, end], dtype=np.float64
        )
        per_tick = np.diff([*ticks, end])
        for name, values in self.traffic.finish_block(ticks_t_s).items():
            series[name] = np.repeat(values, per_tick, axis=-1)
        self._write(block, series, events, plan)

    def _write(
        self,
        block: int,
        series: dict[str, NDArray[Any]],
        events: list[dict[str, Any]],
        plan: list[dict[str, Any]],
    ) -> None:
        first, end = self.blocks.bounds(block)
        for name in RECORDED_SURROUNDINGS:
            series[name] = self.loop.series[name][first:end]
        paths = self.world.station.names.paths
        series["contact_rate_bit_per_s"] = self.simulator.drivers.path_bit_per_s[
            : len(paths), first:end
        ]
        self.writer.write(first, series)
        self.directory.write_tables(block, events, plan)
        memory = {
            "autonomy": self.controller.state(),
            "traffic": self.traffic.memory(),
            "ground": self.loop.ground.memory(),
            "truth": self.simulator.memory(),
        }
        self.directory.save(Checkpoint(block + 1, self._arrays(), memory))


def _recorded(channels: Channels, world: World) -> Mapping[str, tuple[str, ...]]:
    """Return the channels of every quantity that a run records."""
    names = world.station.names
    single = (*RECORDED_STATUS, *RECORDED_SURROUNDINGS, "network_bit")
    recorded = {
        **channels_of(names),
        "source_spilled_w": channels.sources,
        "contact_rate_bit_per_s": names.paths,
        "arrived_bit_per_s": tuple(partner.name for partner in world.scenario.partner),
        **dict.fromkeys(single, ()),
    }
    return {name: recorded[name] for name in sorted(recorded)}


def _event_row(t_s: float, origin: str, notice: Notice) -> dict[str, Any]:
    return {
        "t_s": t_s,
        "origin": origin,
        "kind": notice.kind,
        "subject": notice.subject,
        "text": notice.text,
        "values": json.dumps(dict(notice.values), sort_keys=True),
    }


def _plan_row(t_s: float, row: PlanRow) -> dict[str, Any]:
    return {
        "t_s": t_s,
        "activity": row.activity,
        "experiment": row.experiment,
        "start_t_s": row.start_t_s,
        "end_t_s": row.end_t_s,
        "status": row.status,
        "reason": row.reason,
        "way": row.way,
    }
