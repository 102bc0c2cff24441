"""The public names of Moonstead; everything else may change without notice."""

from moonstead.environment.ephemeris import BodyTrack, Ephemeris, load_ephemeris
from moonstead.environment.horizon import compute_horizon, smooth_horizon
from moonstead.environment.illumination.clock import SkyClock, sky_clock
from moonstead.environment.illumination.maps import LightMap, light_map
from moonstead.environment.illumination.tracks import TrackView, track_view
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
from moonstead.environment.regolith.sun_table import sun_table
from moonstead.environment.regolith.temperature import regolith_temperature, temperature_map
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.environment.sites import load_profile, site_names
from moonstead.environment.sweep.horizons import HorizonMap, Window, sweep_horizons
from moonstead.environment.terrain.fetch import fetch_product
from moonstead.environment.terrain.raster import (
    Terrain,
    ground_elevation_m,
    load_terrain,
    open_terrain,
)
from moonstead.environment.terrain.relief import hillshade, roughness_m, slope_deg
from moonstead.environment.terrain.synthetic import synthetic_terrain
from moonstead.environment.terrain.traverse import VehicleLimits, reachable, traversability
from moonstead.environment.terrain.windows import Raster
from moonstead.environment.terrain.write import write_terrain
from moonstead.environment.timescale import from_utc, iso_utc, to_utc
from moonstead.errors import (
    InputError,
    MoonsteadError,
    Problem,
    RangeError,
    RecordError,
    RunError,
)
from moonstead.maps.archive import read_horizons, write_horizons
from moonstead.maps.figure import Mark, draw_map
from moonstead.maps.geopackage import write_shadow
from moonstead.maps.image import MapImage
from moonstead.maps.netcdf import write_netcdf
from moonstead.maps.plan import Area
from moonstead.maps.products import chosen_products
from moonstead.maps.rank import Limit, RankedSite, rank_sites
from moonstead.maps.run import MadeMap, MapRequest, make_map
from moonstead.maps.shadow import Shadow, find_shadow
from moonstead.record.compare.runs import compare_runs
from moonstead.record.directory import RunDirectory
from moonstead.record.series import SeriesReader
from moonstead.report.page import write_report
from moonstead.run.execute import execute
from moonstead.scenario.build import World, build_world, read_scenario
from moonstead.scenario.examples import example_names, scenario_path
from moonstead.scenario.model import Scenario
from moonstead.version import VERSION

__all__ = [
    "MOON_RADIUS_M",
    "VERSION",
    "Area",
    "BodyTrack",
    "Ephemeris",
    "HorizonMap",
    "HorizonProfile",
    "InputError",
    "Kernels",
    "LightMap",
    "LightSeries",
    "LightStatistics",
    "Limit",
    "MadeMap",
    "MapImage",
    "MapRequest",
    "Mark",
    "MoonsteadError",
    "Problem",
    "RangeError",
    "RankedSite",
    "Raster",
    "RecordError",
    "RunDirectory",
    "RunError",
    "Scenario",
    "SeriesReader",
    "Shadow",
    "Site",
    "SkyClock",
    "Terrain",
    "TrackView",
    "VehicleLimits",
    "Window",
    "World",
    "build_world",
    "chosen_products",
    "compare_runs",
    "compute_horizon",
    "draw_map",
    "eclipse_fraction",
    "example_names",
    "execute",
    "fetch_product",
    "find_shadow",
    "from_utc",
    "ground_elevation_m",
    "hillshade",
    "iso_utc",
    "light_map",
    "light_series",
    "light_statistics",
    "load_ephemeris",
    "load_profile",
    "load_terrain",
    "make_map",
    "open_terrain",
    "rank_sites",
    "reachable",
    "read_horizons",
    "read_profile",
    "read_scenario",
    "regolith_temperature",
    "roughness_m",
    "scenario_path",
    "site_names",
    "sky_clock",
    "slope_deg",
    "smooth_horizon",
    "sun_table",
    "sweep_horizons",
    "synthetic_terrain",
    "temperature_map",
    "to_utc",
    "track_view",
    "traversability",
    "visible_fraction",
    "write_horizons",
    "write_netcdf",
    "write_profile",
    "write_report",
    "write_shadow",
    "write_terrain",
]
