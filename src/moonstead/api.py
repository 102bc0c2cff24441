"""The public names of Moonstead; everything else may change without notice."""

from moonstead.environment.ephemeris import BodyTrack, Ephemeris, load_ephemeris
from moonstead.environment.horizon import compute_horizon, smooth_horizon
from moonstead.environment.kernels import Kernels
from moonstead.environment.light import (
    LightSeries,
    LightStatistics,
    eclipse_fraction,
    light_series,
    light_statistics,
    visible_fraction,
)
from moonstead.environment.profile import HorizonProfile, read_profile, write_profile
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.environment.sites import load_profile, site_names
from moonstead.environment.terrain.raster import Terrain, ground_elevation_m, load_terrain
from moonstead.environment.timescale import from_utc, iso_utc, to_utc
from moonstead.errors import (
    InputError,
    MoonsteadError,
    Problem,
    RangeError,
    RecordError,
    RunError,
)
from moonstead.record.directory import RunDirectory
from moonstead.report.page import write_report
from moonstead.run.execute import execute
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.examples import example_names, scenario_path
from moonstead.scenario.model import Scenario
from moonstead.version import VERSION

__all__ = [
    "MOON_RADIUS_M",
    "VERSION",
    "BodyTrack",
    "Ephemeris",
    "HorizonProfile",
    "InputError",
    "Kernels",
    "LightSeries",
    "LightStatistics",
    "MoonsteadError",
    "Problem",
    "RangeError",
    "RecordError",
    "RunDirectory",
    "RunError",
    "Scenario",
    "Site",
    "Terrain",
    "World",
    "build_world",
    "compute_horizon",
    "eclipse_fraction",
    "example_names",
    "execute",
    "from_utc",
    "ground_elevation_m",
    "iso_utc",
    "light_series",
    "light_statistics",
    "load_ephemeris",
    "load_profile",
    "load_terrain",
    "read_profile",
    "read_scenario",
    "scenario_path",
    "site_names",
    "smooth_horizon",
    "to_utc",
    "visible_fraction",
    "write_profile",
    "write_report",
]
