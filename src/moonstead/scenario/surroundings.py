"""What the sky does to a station over a run: series on one even time grid, by quantity name."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.contacts import (
    above_horizon,
    hidden_by_moon,
    site_look_angles,
    stations_in_view,
)
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.environment.light import eclipse_fraction, visible_fraction
from moonstead.environment.timescale import from_utc
from moonstead.orbits.kepler import Orbit, relay_position_moon_me_m, shape_of_altitudes
from moonstead.scenario.build import World
from moonstead.units import DAY_S

FloatArray = NDArray[np.float64]

SOLAR_CONSTANT_W_PER_M2 = 1361.0
"""At 1 au (Kopp and Lean 2011; heat1d)."""
AU_M = 149_597_870_700.0
"""IAU 2012 resolution B2."""
FORECAST_BEYOND_S = 30 * DAY_S
"""The forecast looks this far past the end of the run, so that its last reserve is real."""
RELAY_NODE_S = 60.0


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
    """Return the time grid of a run and of the forecast beyond it."""
    run = world.scenario.run
    start_t_s, end_t_s = from_utc(run.start), from_utc(run.end)
    ticks = int((end_t_s - start_t_s) // run.decision_interval_s)
    run_count = max(ticks, 1) * round(run.decision_interval_s / run.step_s)
    beyond_s = min(FORECAST_BEYOND_S, world.ephemeris.last_t_s - end_t_s - DAY_S)
    beyond = int(max(beyond_s, 0.0) // run.step_s)
    return Grid(start_t_s, run.step_s, run_count + beyond, run_count)


def surroundings(world: World, grid: Grid) -> dict[str, FloatArray]:
    """Compute every series that drives the station.

    Returns
    -------
    dict
        Quantity name to array of shape (count,); see ``quantities.csv``.

    Raises
    ------
    RangeError
        The run leaves the ephemeris.
    """
    site = world.profile.site
    sun = world.ephemeris.track(site, "sun", grid.start_t_s, grid.step_s, grid.count)
    earth = world.ephemeris.track(site, "earth", grid.start_t_s, grid.step_s, grid.count)
    sun_fraction = visible_fraction(sun, world.profile)
    eclipse = eclipse_fraction(sun, earth)
    inverse_square = (AU_M / sun.distance_m) ** 2
    half_sky_k = world.scenario.site.ground_temperature_k * 0.5**0.25
    series = {
        "sun_azimuth_deg": sun.azimuth_deg,
        "sun_elevation_deg": sun.elevation_deg,
        "sun_fraction": sun_fraction,
        "eclipse_fraction": eclipse,
        "solar_irradiance_w_per_m2": (
            SOLAR_CONSTANT_W_PER_M2 * inverse_square * sun_fraction * (1.0 - eclipse)
        ),
        "earth_azimuth_deg": earth.azimuth_deg,
        "earth_elevation_deg": earth.elevation_deg,
        "earth_fraction": visible_fraction(earth, world.profile),
        # Upright surfaces see ground in the lower half of their view and empty sky in the upper.
        "sink_temperature_k": np.full(grid.count, half_sky_k),
    }
    series.update(_contact_rates(world, grid, series))
    return series


def _contact_rates(
    world: World, grid: Grid, series: dict[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return the rate of every path: zero while it is closed."""
    earthside = _ground_network(world, grid)
    rates = {}
    direct = world.scenario.direct_path
    if direct is not None:
        seen = above_horizon(
            series["earth_azimuth_deg"],
            series["earth_elevation_deg"],
            world.profile.azimuth_deg,
            world.profile.elevation_deg,
            direct.min_elevation_deg,
        )
        rates[f"contact_rate_bit_per_s:{direct.name}"] = direct.rate_bit_per_s * (seen & earthside)
    relays = [e for e in world.scenario.element if isinstance(e, RelayOrbiter)]
    for relay in relays:
        seen = _relay_in_view(world, grid, relay)
        rates[f"contact_rate_bit_per_s:{relay.path}"] = relay.rate_bit_per_s * (seen & earthside)
    return rates


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


def _relay_in_view(world: World, grid: Grid, relay: RelayOrbiter) -> NDArray[np.bool_]:
    """Return when a relay sees both the station and Earth."""
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
    t_s = grid.t_s
    rotation = world.ephemeris.rotation_icrf_to_moon_me(t_s)
    position_m = relay_position_moon_me_m(orbit, rotation[:, :, 0], rotation, t_s)
    earth_m = world.ephemeris.earth_position_moon_me_m(t_s)
    site = world.profile.site
    azimuth_deg, elevation_deg, _ = site_look_angles(
        position_m, site.latitude_deg, site.longitude_deg, site.radius_m
    )
    seen = above_horizon(
        azimuth_deg,
        elevation_deg,
        world.profile.azimuth_deg,
        world.profile.elevation_deg,
        relay.min_elevation_deg,
    )
    return seen & ~hidden_by_moon(position_m, earth_m)
