"""The closed loop: truth, autonomy and traffic, from one decision to the next, without any file."""

from dataclasses import dataclass

import numpy as np

from moonstead.autonomy.manager import StationManager
from moonstead.autonomy.model import StationModel
from moonstead.contracts import Controller, Decision, FloatArray, Notice
from moonstead.run.ground_loop import GroundLoop
from moonstead.run.traffic import Traffic
from moonstead.scenario.belief import station_model
from moonstead.scenario.build import World
from moonstead.scenario.guard_belief import guard_knowledge
from moonstead.scenario.surroundings import Grid, PlacedSurroundings
from moonstead.simulation.compile import drive
from moonstead.simulation.output import Output
from moonstead.simulation.simulator import Noise, Simulator, Sky


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
        self.ground = GroundLoop(world.scenario, self.traffic)
        self.model: StationModel = station_model(world, grid, placed)
        self.knowledge = guard_knowledge(world, self.model, run.decision_interval_s)
        self.ground = GroundLoop(world.scenario, self.traffic)
        levels = world.scenario.autonomy
        self.controller: Controller = StationManager(
            self.model, self.knowledge, levels.number, levels=levels.numbers
        )
        self.per_tick = round(run.decision_interval_s / grid.step_s)

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
        traffic.close_paths(first, end)
        sent = traffic.sent()
        notices = simulator.advance(first, end, output, output_first)
        traffic.take(sent, begin_t_s, end_t_s)
        telemetry = simulator.telemetry(end_t_s, end - 1, output_first, output, random)
        telemetry, told = self.ground.hand_up(telemetry)
        decision = self.controller.handle(telemetry)
        simulator.obey(decision.commands)
        return Happened(
            (
                *((begin_t_s, "truth", notice) for notice in happened),
                *((end_t_s, "truth", notice) for notice in notices),
                *((end_t_s, "ground", notice) for notice in told),
                *((end_t_s, "autonomy", notice) for notice in decision.notices),
                *((end_t_s, "autonomy", one) for one in self.ground.verified(decision.reports)),
            ),
            decision,
        )
