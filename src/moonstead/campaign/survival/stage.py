"""All that the missions of a scenario share: geometry, drivers, belief; made once in a process."""

from dataclasses import dataclass, replace

import numpy as np

from moonstead.autonomy.guard.knowledge import Knowledge
from moonstead.autonomy.model import StationModel
from moonstead.campaign.survival.bus import Bus, buses_apart
from moonstead.campaign.survival.failures import felt
from moonstead.campaign.survival.pace import Pace
from moonstead.campaign.survival.programme import Programme, programme_of
from moonstead.campaign.survival.steward import Steward
from moonstead.contracts import BoolArray, FloatArray, Priority
from moonstead.run.board import Board
from moonstead.run.board_frames import Aboard
from moonstead.run.board_power import ComputerPower
from moonstead.run.loop import STATUS
from moonstead.scenario.belief import station_model
from moonstead.scenario.build import World
from moonstead.scenario.guard_belief import guard_knowledge
from moonstead.scenario.surroundings import Grid, run_grid, surroundings
from moonstead.simulation.compile import drive
from moonstead.simulation.network import Drivers
from moonstead.simulation.schedule import Schedule
from moonstead.simulation.simulator import Noise, Simulator, Sky

COARSEST_STEP_S = 600.0
"""Of the physics: the thermal network is solved implicitly, and this is the longest step that
a scenario may ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A station, its sky and what it believes, ready for any seed."""

    world: World
    grid: Grid
    drivers: Drivers
    sky: Sky
    is_live: BoolArray
    """Whether Earth hears the station in each step, (n_steps,)."""
    schedule: Schedule
    """What is to happen, without the failures that change nothing here."""
    noise: Noise
    model: StationModel
    knowledge: Knowledge
    programme: Programme
    pace: Pace
    main: Bus
    apart: tuple[Bus, ...]
    """The buses that live by themselves and have a radio on them."""
    writes_bit_per_s: FloatArray
    """What each load writes to each recorder at full level, (n_recorders, n_loads)."""

    def simulator(self, schedule: Schedule) -> Simulator:
        """Return the true station at its beginning, to which a schedule will happen."""
        return Simulator(
            self.world.station,
            self.drivers,
            self.sky,
            self.grid.step_s,
            self.noise,
            schedule,
            self.grid.start_t_s,
        )

    def board(self, simulator: Simulator, seed: int) -> Board:
        """Return the computer of the station with guard and programme on it."""
        scenario, names = self.world.scenario, simulator.station.names
        vital = simulator.station.network.load_priority == Priority.SURVIVAL
        return Board(
            lambda *_: Steward(self.model, self.knowledge, self.programme),
            simulator.upkeep.active_faults,
            ComputerPower(simulator, scenario.hub.name),
            aboard=Aboard(
                partners=tuple(partner.name for partner in scenario.partner),
                vital=tuple(names.loads[i] for i in np.flatnonzero(vital)),
                loads=names.loads,
                tick_s=scenario.run.decision_interval_s,
            ),
            seed=seed,
            status=STATUS,
        )


def coarsened(world: World) -> World:
    """Return a world whose physics takes the longest step that divides its decisions."""
    run = world.scenario.run
    if run.step_s >= COARSEST_STEP_S:
        return world
    parts = int(np.ceil(run.decision_interval_s / COARSEST_STEP_S))
    finer = run.model_copy(update={"step_s": run.decision_interval_s / parts})
    return replace(world, scenario=world.scenario.model_copy(update={"run": finer}))


def make_stage(world: World, asked_for_s: float) -> Stage:
    """Return what all missions share.

    Parameters
    ----------
    world
        A scenario as long as a mission; see `coarsened`.
    asked_for_s
        The span for which its sessions are asked.

    Raises
    ------
    RangeError
        The missions leave the ephemeris.
    """
    grid = run_grid(world)
    placed = surroundings(world, grid)
    station, here, main = world.station, placed(""), world.scenario.hub.bus
    drivers = drive(station, placed)
    model = station_model(world, grid, placed)
    # One for all: a guard that boots would work out the reserve of all years again.
    knowledge = guard_knowledge(world, model, world.scenario.run.decision_interval_s)
    knowledge = replace(knowledge, parts={})
    network, names, sensors = station.network, station.names, world.scenario.sensors
    writes_bit_per_s = np.zeros((len(names.recorders), len(names.loads)))
    writing = network.data_recorder >= 0
    places = (network.data_recorder[writing], network.data_load[writing])
    np.add.at(writes_bit_per_s, places, network.data_rate_bit_per_s[writing])
    live = np.array([placed.live(path) > 0.0 for path in names.paths]).reshape(-1, grid.count)
    return Stage(
        world=world,
        grid=grid,
        drivers=drivers,
        sky=Sky(
            sun_seen=here["solar_irradiance_w_per_m2"] > 0.0,
            earth_seen=here["earth_fraction"] > 0.0,
            live=live,
        ),
        is_live=np.any((drivers.path_bit_per_s > 0.0) & live, axis=0),
        schedule=replace(world.schedule, failures=felt(station, world.schedule.failures)),
        noise=Noise(
            power_relative=sensors.power_noise_fraction,
            energy_relative=sensors.energy_noise_fraction,
            temperature_k=sensors.temperature_noise_k,
        ),
        model=model,
        knowledge=knowledge,
        programme=programme_of(model, asked_for_s),
        pace=Pace(knowledge),
        main=Bus(station, drivers, main, grid.step_s),
        apart=buses_apart(station, drivers, main, grid.step_s),
        writes_bit_per_s=writes_bit_per_s,
    )
