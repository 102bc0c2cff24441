"""What the sky does to a station over a run: series on one even time grid, by quantity name."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from moonstead.comms.contacts import (
    Lookout,
    direct_path_open,
    relay_path_open,
    stations_in_view,
)
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.environment.ephemeris import Ephemeris
from moonstead.environment.light import LightSeries, eclipse_fraction, visible_fraction
from moonstead.environment.profile import HorizonProfile
from moonstead.environment.regolith.sun_table import sun_table
from moonstead.environment.regolith.temperature import regolith_temperature
from moonstead.environment.timescale import from_utc
from moonstead.orbits.kepler import Orbit, relay_position_moon_me_m, shape_of_altitudes
from moonstead.scenario.build import World
from moonstead.units import DAY_S, HOUR_S, JULIAN_YEAR_S

FloatArray = NDArray[np.float64]
Series = Mapping[str, FloatArray]

SOLAR_CONSTANT_W_PER_M2 = 1361.0
"""At 1 au (Kopp and Lean 2011; heat1d)."""
AU_M = 149_597_870_700.0
"""IAU 2012 resolution B2."""
SLOW_NODE_S = HOUR_S
GROUND_STEP_S = 2 * HOUR_S
"""Of the regolith model: means within 0.1 K of those of steps of half an hour."""
HALF_SKY = 0.5**0.25
"""Black temperature of half ground and half empty sky, as a share of the ground's."""
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
    """

    def __init__(
        self,
        site: Series,
        places: Mapping[str, Series],
        stays: Mapping[str, tuple[tuple[int, str | None], ...]],
    ) -> None:
        self.site = site
        self._places = places
        self._stays = stays
        self._made: dict[str, Series] = {}

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
    contacts = _contact_rates(world, grid, site)
    site.update(contacts)
    places = {}
    for place in world.scenario.place:
        profile = world.places[place.name]
        if profile is None:
            places[place.name] = _shadowed(site, place.ground_temperature_k)
        else:
            places[place.name] = {
                **_sky(world, grid, profile, place.ground_temperature_k),
                **contacts,
            }
    stays = {}
    for element in world.scenario.element:
        if element.place is not None or element.move:
            moves = [(_step_of(move.at, grid), move.place) for move in element.move]
            stays[element.name] = ((0, element.place), *moves)
    return PlacedSurroundings(site, places, stays)


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


def _contact_rates(world: World, grid: Grid, series: Series) -> dict[str, FloatArray]:
    """Return the rate of every path: zero while it is closed."""
    earthside = _ground_network(world, grid)
    paths: dict[str, tuple[float, NDArray[np.bool_]]] = {}
    direct = world.scenario.direct_path
    if direct is not None:
        skyline_deg = world.profile.elevation_at_deg(series["earth_azimuth_deg"])
        is_open = direct_path_open(
            series["earth_elevation_deg"], skyline_deg, direct.min_elevation_deg, earthside
        )
        paths[direct.name] = (direct.rate_bit_per_s, is_open)
    for element in world.scenario.element:
        if isinstance(element, RelayOrbiter):
            is_open = _relay_open(world, grid, element, earthside)
            paths[element.path] = (element.rate_bit_per_s, is_open)
    return {
        f"contact_rate_bit_per_s:{name}": np.where(is_open, rate_bit_per_s, 0.0)
        for name, (rate_bit_per_s, is_open) in paths.items()
    }


def _ground_network(world: World, grid: Grid) -> NDArray[np.bool_]:
    """Return when at least one ground station of the network sees the Moon."""
    if not world.ground_stations:
        return np.zeros(grid.count, dtype=np.bool_)
    masks_deg = [spec.min_elevation_deg for spec in world.scenario.ground_station]
    in_view = np.zeros(grid.count, dtype=np.bool_)
    for station, mask_deg in zip(world.ground_stations, masks_deg, strict=True):
        elevation_deg = world.ephemeris.moon_from_ground(
            station.latitude_deg,
            station.longitude_deg,
            station.height_m,
            grid.start_t_s,
            grid.step_s,
            grid.count,
        )
        in_view |= stations_in_view(elevation_deg[np.newaxis, :], mask_deg)
    return in_view


def _relay_open(
    world: World, grid: Grid, relay: RelayOrbiter, earthside: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return when a relay sees both the station and an Earth that listens."""
    axis_m, eccentricity = shape_of_altitudes(relay.perilune_altitude_m, relay.apolune_altitude_m)
    orbit = Orbit(
        semi_major_axis_m=axis_m,
        eccentricity=eccentricity,
        inclination_deg=relay.inclination_deg,
        ascending_node_deg=relay.ascending_node_deg,
        perilune_argument_deg=relay.perilune_argument_deg,
        mean_anomaly_deg=relay.mean_anomaly_deg,
        epoch_t_s=grid.start_t_s,
    )
    rotation = _smooth(world.ephemeris.rotation_icrf_to_moon_me, grid)
    position_m = relay_position_moon_me_m(orbit, rotation[:, :, 0], rotation, grid.t_s)
    site = world.profile.site
    lookout = Lookout(
        latitude_deg=site.latitude_deg,
        longitude_deg=site.longitude_deg,
        radius_m=site.radius_m,
        horizon_azimuth_deg=world.profile.azimuth_deg,
        horizon_elevation_deg=world.profile.elevation_deg,
        mask_deg=relay.min_elevation_deg,
    )
    earth_m = _smooth(world.ephemeris.earth_position_moon_me_m, grid)
    return relay_path_open(position_m, earth_m, lookout, earthside)


def _smooth(exact: Callable[[FloatArray], FloatArray], grid: Grid) -> FloatArray:
    """Return a slow function of time on a grid, by cubic spline between hourly nodes.

    The Moon turns by 0.01 radian an hour, so the spline's error is of the order of 1e-10.
    """
    count = int(grid.step_s * (grid.count - 1) // SLOW_NODE_S) + 5
    nodes = np.arange(-1, count - 1, dtype=np.float64) * SLOW_NODE_S + grid.start_t_s
    values: FloatArray = CubicSpline(nodes, exact(nodes), axis=-1)(grid.t_s)
    return values
