"""The closed loop: truth, autonomy and traffic, from one decision to the next, without any file."""

from dataclasses import dataclass, replace

import numpy as np

from moonstead.autonomy.executive.executive import Executive
from moonstead.autonomy.manager import StationManager
from moonstead.autonomy.model import StationModel
from moonstead.autonomy.planner import Search, search
from moonstead.contracts import Controller, Decision, FloatArray, Notice, Priority
from moonstead.run.board import Board
from moonstead.run.board_frames import Aboard
from moonstead.run.board_power import ComputerPower
from moonstead.run.board_software import ExecutiveMaker
from moonstead.run.ground_loop import GroundLoop
from moonstead.run.traffic import Traffic
from moonstead.scenario.belief import station_model
from moonstead.scenario.build import World
from moonstead.scenario.guard_belief import guard_knowledge
from moonstead.scenario.protection_belief import protection_belief
from moonstead.scenario.surroundings import Grid, PlacedSurroundings
from moonstead.simulation.compile import drive
from moonstead.simulation.output import Output
from moonstead.simulation.simulator import Noise, Simulator, Sky

STATUS = ("mode", "margin_fraction", "reserve_j")
"""What of the status of the autonomy is recorded."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What came of the time from one decision to the next."""

    events: tuple[tuple[float, str, Notice], ...]
    """When (TDB seconds past J2000), from whom (truth, ground or autonomy), and what."""
    decision: Decision


class Loop:
    """A station, its autonomy and its way home, ready to be stepped.

    Parameters
    ----------
    world, grid
        What to run, and when.
    placed
        Its surroundings on that grid.
    """

    def __init__(self, world: World, grid: Grid, placed: PlacedSurroundings) -> None:
        run, sensors = world.scenario.run, world.scenario.sensors
        self.world, self.grid = world, grid
        self.series = placed("")
        self.simulator = Simulator(
            world.station,
            drive(world.station, placed),
            Sky(
                sun_seen=self.series["solar_irradiance_w_per_m2"] > 0.0,
                earth_seen=self.series["earth_fraction"] > 0.0,
                live=np.array(
                    [placed.live(path) > 0.0 for path in world.station.names.paths], dtype=np.bool_
                ).reshape(-1, grid.count),
            ),
            grid.step_s,
            Noise(
                power_relative=sensors.power_noise_fraction,
                energy_relative=sensors.energy_noise_fraction,
                temperature_k=sensors.temperature_noise_k,
            ),
            world.schedule,
            grid.start_t_s,
        )
        self.traffic = Traffic(world, placed.network, self.simulator, grid.start_t_s)
        self.model: StationModel = station_model(world, grid, placed)
        self.knowledge = guard_knowledge(world, self.model, run.decision_interval_s)
        self.protection = protection_belief(world, grid, placed, run.decision_interval_s)
        self.ground = GroundLoop(world, self.model, self.knowledge, self.traffic)
        self.board = self._board()
        self.controller: Controller = self.board
        self.per_tick = round(run.decision_interval_s / grid.step_s)

    @property
    def manager(self) -> StationManager | None:
        """The autonomy aboard; None while its computer is away."""
        aboard = self.board.controller
        return aboard if isinstance(aboard, StationManager) else None

    def new_manager(
        self, search: Search = search, executive: ExecutiveMaker = Executive
    ) -> StationManager:
        """Return the autonomy of the station, as it is before it has decided anything."""
        levels = self.world.scenario.autonomy
        return StationManager(
            self.model,
            self.knowledge,
            levels.number,
            search,
            levels=levels.numbers,
            executive=executive,
            protection=self.protection,
            restores=levels.faults == "F2",
        )

    def _board(self) -> Board:
        """Return the computer with the autonomy that runs on it."""
        scenario, simulator = self.world.scenario, self.simulator
        vital = simulator.station.network.load_priority == Priority.SURVIVAL
        loads = simulator.station.names.loads
        aboard = Aboard(
            partners=tuple(partner.name for partner in scenario.partner),
            vital=tuple(load for load, is_vital in zip(loads, vital, strict=True) if is_vital),
            loads=loads,
            tick_s=scenario.run.decision_interval_s,
        )
        power = ComputerPower(simulator, scenario.hub.name)
        return Board(
            self.new_manager,
            simulator.upkeep.active_faults,
            power,
            aboard=aboard,
            seed=scenario.run.seed,
            status=STATUS,
        )

    def step(
        self, first: int, end: int, output: Output, output_first: int, random: FloatArray
    ) -> Happened:
        """Go from one decision to the next.

        Parameters
        ----------
        first, end
            The steps to do.
        output, output_first
            Where the series go, and the step that is its column 0.
        random
            Standard normal numbers for the sensors, shape (``simulator.random_width``,).
        """
        simulator, traffic = self.simulator, self.traffic
        begin_t_s = self.grid.start_t_s + first * self.grid.step_s
        end_t_s = self.grid.start_t_s + end * self.grid.step_s
        happened = simulator.happen(begin_t_s)
        active = simulator.upkeep.active_faults()
        traffic.heed(active, begin_t_s)
        for slip in self.board.slips(active, begin_t_s):
            traffic.uplink.send(slip)
        worked, left_out = self.ground.work(begin_t_s)
        traffic.close_paths(first, end)
        sent = traffic.sent()
        notices = simulator.advance(first, end, output, output_first)
        traffic.take(sent, begin_t_s, end_t_s)
        telemetry = simulator.telemetry(end_t_s, end - 1, output_first, output, random)
        telemetry, told = self.ground.hand_up(telemetry, is_live=simulator.is_live(end - 1))
        decision = self.controller.handle(telemetry)
        simulator.obey(decision.commands)
        simulator.upkeep.report(decision.to_repair)
        reported = self.ground.take_down(telemetry, decision)
        decision = replace(decision, plan=(*left_out, *decision.plan))
        return Happened(
            (
                *((begin_t_s, "truth", notice) for notice in happened),
                *((begin_t_s, "ground", notice) for notice in worked),
                *((end_t_s, "truth", notice) for notice in notices),
                *((end_t_s, "truth", notice) for notice in self.board.happened()),
                *((end_t_s, "ground", notice) for notice in told),
                *((end_t_s, "autonomy", notice) for notice in decision.notices),
                *((end_t_s, "autonomy", notice) for notice in reported),
            ),
            decision,
        )
