"""What the sky does to a station over a run: series on one even time grid, by quantity name."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from moonstead.elements.spacecraft import SURROUNDINGS_K
from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.light import LightSeries, eclipse_fraction, visible_fraction
from moonstead.environment.orbit_light import sunlit_fraction
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.regolith.sun_table import sun_table
from moonstead.environment.regolith.temperature import regolith_temperature
from moonstead.environment.timescale import from_utc
from moonstead.environment.trajectory import Trajectory
from moonstead.scenario.build import World
from moonstead.scenario.contact_network import ContactNetwork, contact_network_of
from moonstead.scenario.flights import trajectories
from moonstead.scenario.staff import staff_series
from moonstead.units import DAY_S, HOUR_S, JULIAN_YEAR_S

FloatArray = NDArray[np.float64]
Series = Mapping[str, FloatArray]

SOLAR_CONSTANT_W_PER_M2 = 1361.0
"""At 1 au (Kopp and Lean 2011; heat1d)."""
AU_M = 149_597_870_700.0
"""IAU 2012 resolution B2."""
GROUND_STEP_S = 2 * HOUR_S
"""Of the regolith model: means within 0.1 K of those of steps of half an hour."""
HALF_SKY = 0.5**0.25
"""Black temperature of half ground and half empty sky, as a share of the ground's."""
ORBIT_K = SURROUNDINGS_K
"""Black temperature that an orbiter sees around it."""
TICK_SLACK_S = 0.1
"""TDB runs up to 1.7 ms ahead of or behind uniform time, so that a UTC day is not quite a day."""
FORECAST_BEYOND_S = 30 * DAY_S
"""The forecast looks this far past the end of the run, so that its last reserve is real."""


@dataclass(frozen=True, slots=True)
class Grid:
    """An even time grid: ``start_t_s + step_s * arange(count)``."""

    start_t_s: float
    step_s: float
    count: int
    run_count: int
    """Steps of the run itself; the rest is for the forecast only."""

    @property
    def t_s(self) -> FloatArray:
        """TDB seconds past J2000, shape (count,)."""
        return self.start_t_s + self.step_s * np.arange(self.count, dtype=np.float64)


def run_grid(world: World) -> Grid:
    """Return the time grid of a run and of the forecast beyond it.

    Raises
    ------
    RangeError
        The run leaves the ephemeris.
    """
    run = world.scenario.run
    start_t_s, end_t_s = from_utc(run.start), from_utc(run.end)
    world.ephemeris.position_moon_me_m("sun", np.array([start_t_s, end_t_s]))
    # A UTC second and a TDB second differ by less than 1e-9: a whole tick must not be lost by it.
    ticks = int((end_t_s - start_t_s + TICK_SLACK_S) // run.decision_interval_s)
    run_count = max(ticks, 1) * round(run.decision_interval_s / run.step_s)
    beyond_s = min(FORECAST_BEYOND_S, world.ephemeris.last_t_s - end_t_s - DAY_S)
    beyond = int(max(beyond_s, 0.0) // run.step_s)
    return Grid(start_t_s, run.step_s, run_count + beyond, run_count)


class PlacedSurroundings:
    """The surroundings of every component of a station, wherever its element stands.

    Parameters
    ----------
    site
        Series at the site, shape (count,) each, by quantity name.
    places
        The same at the other places of the scenario.
    stays
        For elements that are elsewhere at some time: (first step, place) in order; place None is
        the site.
    network
        The contacts behind the rates of the paths.
    """

    def __init__(
        self,
        site: Series,
        places: Mapping[str, Series],
        stays: Mapping[str, tuple[tuple[int, str | None], ...]],
        network: ContactNetwork,
    ) -> None:
        self.site = site
        self.network = network
        self._places = places
        self._stays = stays
        self._made: dict[str, Series] = {}

    def live(self, path: str) -> FloatArray:
        """Return the share of each step in which the station reaches Earth over a path, at once."""
        return self.network.live.get(path, np.zeros_like(self.site["elapsed_s"]))

    def __call__(self, component: str) -> Series:
        """Return the series of a component by its name; those of the site for ``""``."""
        element = component.partition(".")[0]
        if element not in self._stays:
            return self.site
        if element not in self._made:
            self._made[element] = self._spliced(self._stays[element])
        return self._made[element]

    def _spliced(self, stays: tuple[tuple[int, str | None], ...]) -> Series:
        def at(place: str | None) -> Series:
            return self.site if place is None else self._places[place]

        if len(stays) == 1:
            return at(stays[0][1])
        ends = [*(first for first, _ in stays[1:]), None]
        return {
            name: np.concatenate(
                [
                    at(place)[name][first:end]
                    for (first, place), end in zip(stays, ends, strict=True)
                ]
            )
            for name in self.site
        }


def surroundings(world: World, grid: Grid) -> PlacedSurroundings:
    """Compute every series that drives the station.

    Returns
    -------
    PlacedSurroundings
        Quantity name to array of shape (count,), by component; see ``quantities.csv``.

    Raises
    ------
    RangeError
        The run leaves the ephemeris.
    """
    given_k = world.scenario.site.ground_temperature_k
    site = _sky(world, grid, world.profile, given_k)
    end_t_s = grid.start_t_s + grid.step_s * grid.count
    flights = trajectories(world.scenario, world.file, world.ephemeris, grid.start_t_s, end_t_s)
    network = contact_network_of(world, flights, grid.start_t_s, grid.step_s, grid.count)
    everywhere = {
        **{f"contact_rate_bit_per_s:{p}": rate for p, rate in network.rates_bit_per_s.items()},
        **staff_series(world.scenario.control_centre, grid.t_s, grid.step_s),
    }
    site.update(everywhere)
    places = {name: _in_orbit(world, grid, flight, site) for name, flight in flights.items()}
    for place in world.scenario.place:
        profile = world.places[place.name]
        if profile is None:
            places[place.name] = _shadowed(site, place.ground_temperature_k)
        else:
            places[place.name] = {
                **_sky(world, grid, profile, place.ground_temperature_k),
                **everywhere,
            }
    stays: dict[str, tuple[tuple[int, str | None], ...]] = {name: ((0, name),) for name in flights}
    for element in world.scenario.element:
        if element.place is not None or element.move:
            moves = [(_step_of(move.at, grid), move.place) for move in element.move]
            stays[element.name] = ((0, element.place), *moves)
    return PlacedSurroundings(site, places, stays, network)


def _step_of(date: datetime, grid: Grid) -> int:
    """Return the step in which something happens, kept inside the grid."""
    step = int((from_utc(date) - grid.start_t_s + TICK_SLACK_S) // grid.step_s)
    return min(max(step, 0), grid.count)


def _sky(
    world: World, grid: Grid, profile: HorizonProfile, ground_k: float | None
) -> dict[str, FloatArray]:
    """Return Sun, Earth and ground at a place; the ground is computed where none is given."""
    site = profile.site
    sun = world.ephemeris.track(site, "sun", grid.start_t_s, grid.step_s, grid.count)
    earth = world.ephemeris.track(site, "earth", grid.start_t_s, grid.step_s, grid.count)
    light = LightSeries(
        t_s=sun.t_s,
        sun_fraction=visible_fraction(sun, profile),
        eclipse_fraction=eclipse_fraction(sun, earth),
        earth_fraction=visible_fraction(earth, profile),
    )
    normal_w_per_m2 = SOLAR_CONSTANT_W_PER_M2 * (AU_M / sun.distance_m) ** 2
    if ground_k is None:
        ground = _computed_ground_k(world.ephemeris, profile, grid)
    else:
        ground = np.full(grid.count, ground_k)
    return {
        "sun_azimuth_deg": sun.azimuth_deg,
        "sun_elevation_deg": sun.elevation_deg,
        "sun_fraction": light.sun_fraction,
        "eclipse_fraction": light.eclipse_fraction,
        "skyline_elevation_deg": profile.elevation_at_deg(sun.azimuth_deg),
        "clear_irradiance_w_per_m2": normal_w_per_m2 * (1.0 - light.eclipse_fraction),
        "solar_irradiance_w_per_m2": normal_w_per_m2 * light.sunlight_fraction,
        "earth_azimuth_deg": earth.azimuth_deg,
        "earth_elevation_deg": earth.elevation_deg,
        "earth_fraction": light.earth_fraction,
        "ground_temperature_k": ground,
        # Upright surfaces see ground in the lower half of their view and empty sky in the upper.
        "sink_temperature_k": HALF_SKY * ground,
        "elapsed_s": grid.step_s * np.arange(grid.count, dtype=np.float64),
    }


def _shadowed(site: Series, ground_k: float) -> Series:
    """Return the surroundings of a place in permanent shadow beside the site."""
    dark = np.zeros_like(site["sun_fraction"])
    return {
        **site,
        "sun_fraction": dark,
        "clear_irradiance_w_per_m2": dark,
        "solar_irradiance_w_per_m2": dark,
        "earth_fraction": dark,
        "ground_temperature_k": np.full_like(dark, ground_k),
        "sink_temperature_k": np.full_like(dark, HALF_SKY * ground_k),
    }


def _computed_ground_k(ephemeris: Ephemeris, profile: HorizonProfile, grid: Grid) -> FloatArray:
    """Return the surface temperature of level ground under the sky of a profile.

    The column of regolith is settled under the Sun of the run itself, or of the year from its
    start where the run is shorter.
    """
    span_s = max(grid.step_s * grid.count, JULIAN_YEAR_S)
    count = math.ceil(span_s / GROUND_STEP_S)
    latest_t_s = ephemeris.last_t_s - count * GROUND_STEP_S
    start_t_s = min(grid.start_t_s, latest_t_s)
    sun = sun_table(ephemeris, start_t_s, GROUND_STEP_S, count)
    made = regolith_temperature(profile, sun, depth_m=(0.0,))
    surface_k: FloatArray = np.interp(grid.t_s, made.t_s, made.temperature_k[:, 0])
    return surface_k


def _in_orbit(world: World, grid: Grid, flight: Trajectory, site: Series) -> Series:
    """Return the surroundings of an orbiter, which turns its face to the Sun."""
    seen = sunlit_fraction(flight, world.ephemeris, grid.start_t_s, grid.step_s, grid.count)
    nodes = np.arange(-1, grid.step_s * grid.count // DAY_S + 3) * DAY_S + grid.start_t_s
    inside = nodes[(nodes >= world.ephemeris.first_t_s) & (nodes <= world.ephemeris.last_t_s)]
    distance_m = np.linalg.norm(world.ephemeris.position_icrf_m("sun", inside), axis=0)
    normal_w_per_m2 = (
        SOLAR_CONSTANT_W_PER_M2 * (AU_M / np.interp(grid.t_s, inside, distance_m)) ** 2
    )
    lit_w_per_m2 = normal_w_per_m2 * seen
    return {
        **site,
        "sun_azimuth_deg": np.zeros(grid.count),
        "sun_elevation_deg": np.full(grid.count, 90.0),
        "skyline_elevation_deg": np.zeros(grid.count),
        "sun_fraction": seen,
        "eclipse_fraction": np.zeros(grid.count),
        "clear_irradiance_w_per_m2": lit_w_per_m2,
        "solar_irradiance_w_per_m2": lit_w_per_m2,
        "ground_temperature_k": np.full(grid.count, ORBIT_K),
        "sink_temperature_k": np.full(grid.count, ORBIT_K),
    }
