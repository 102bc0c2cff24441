"""The public names of Moonstead; everything else may change without notice."""

from moonstead.comms.control_centres import (
    ControlCentre,
    load_control_centres,
    on_shift,
    staff_hours,
)
from moonstead.comms.ground_stations import GroundStation, load_ground_stations
from moonstead.comms.link_budget import Conditions, LinkBudget, carrier_dbhz, link_budget
from moonstead.comms.link_ladder import best_rate, ladder_of, require_closed
from moonstead.comms.link_radios import Radio, load_radios
from moonstead.comms.nodes import GroundNode, MoonPlace, Orbiter, directed_pairs, place_of_profile
from moonstead.comms.optical import load_optical_terminals, photon_budget
from moonstead.comms.plan import ContactPlan, plan_of_rows
from moonstead.comms.plan_quality import plan_quality
from moonstead.comms.routing.batch import route_batch
from moonstead.comms.routing.bundles import Bundles
from moonstead.comms.routing.forward import Loss, forward
from moonstead.comms.surface_link import ground_profile, surface_path
from moonstead.comms.visibility.sights import Sight, geometry, sights
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
from moonstead.environment.trajectory import Trajectory
from moonstead.environment.turning import turning_over
from moonstead.errors import (
    InputError,
    MoonsteadError,
    Problem,
    RangeError,
    RecordError,
    RunError,
)
from moonstead.interop.czml import write_czml
from moonstead.interop.flown import read_trajectory
from moonstead.interop.hdtn import read_hdtn, write_hdtn
from moonstead.interop.ion import read_ionrc, write_ionrc
from moonstead.interop.oem import Oem, read_oem, write_oem
from moonstead.interop.oem_trajectory import oem_of, trajectory_of
from moonstead.interop.opm import Opm, read_opm
from moonstead.interop.opm_write import write_opm
from moonstead.interop.plan_csv import read_plan_csv, write_plan_csv
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
from moonstead.orbits.catalogue import find_orbit, orbit_names
from moonstead.orbits.constructors import frozen_orbit, halo_trajectory, keplerian_state
from moonstead.orbits.ensemble import propagate_ensemble
from moonstead.orbits.events import find_events
from moonstead.orbits.forces import Forces, SolarPressure
from moonstead.orbits.gravity import GravityField, read_field
from moonstead.orbits.halo import halo_of_amplitude, halo_of_resonance
from moonstead.orbits.lambert import lambert
from moonstead.orbits.propagate import propagate, propagate_states, propagate_with_transition
from moonstead.orbits.state import OrbitState, osculating_orbit, state_of_orbit
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
    "Bundles",
    "Conditions",
    "ContactPlan",
    "ControlCentre",
    "Ephemeris",
    "Forces",
    "GravityField",
    "GroundNode",
    "GroundStation",
    "HorizonMap",
    "HorizonProfile",
    "InputError",
    "Kernels",
    "LightMap",
    "LightSeries",
    "LightStatistics",
    "Limit",
    "LinkBudget",
    "Loss",
    "MadeMap",
    "MapImage",
    "MapRequest",
    "Mark",
    "MoonPlace",
    "MoonsteadError",
    "Oem",
    "Opm",
    "OrbitState",
    "Orbiter",
    "Problem",
    "Radio",
    "RangeError",
    "RankedSite",
    "Raster",
    "RecordError",
    "RunDirectory",
    "RunError",
    "Scenario",
    "SeriesReader",
    "Shadow",
    "Sight",
    "Site",
    "SkyClock",
    "SolarPressure",
    "Terrain",
    "TrackView",
    "Trajectory",
    "VehicleLimits",
    "Window",
    "World",
    "best_rate",
    "build_world",
    "carrier_dbhz",
    "chosen_products",
    "compare_runs",
    "compute_horizon",
    "directed_pairs",
    "draw_map",
    "eclipse_fraction",
    "example_names",
    "execute",
    "fetch_product",
    "find_events",
    "find_orbit",
    "find_shadow",
    "forward",
    "from_utc",
    "frozen_orbit",
    "geometry",
    "ground_elevation_m",
    "ground_profile",
    "halo_of_amplitude",
    "halo_of_resonance",
    "halo_trajectory",
    "hillshade",
    "iso_utc",
    "keplerian_state",
    "ladder_of",
    "lambert",
    "light_map",
    "light_series",
    "light_statistics",
    "link_budget",
    "load_control_centres",
    "load_ephemeris",
    "load_ground_stations",
    "load_optical_terminals",
    "load_profile",
    "load_radios",
    "load_terrain",
    "make_map",
    "oem_of",
    "on_shift",
    "open_terrain",
    "orbit_names",
    "osculating_orbit",
    "photon_budget",
    "place_of_profile",
    "plan_of_rows",
    "plan_quality",
    "propagate",
    "propagate_ensemble",
    "propagate_states",
    "propagate_with_transition",
    "rank_sites",
    "reachable",
    "read_field",
    "read_hdtn",
    "read_horizons",
    "read_ionrc",
    "read_oem",
    "read_opm",
    "read_plan_csv",
    "read_profile",
    "read_scenario",
    "read_trajectory",
    "regolith_temperature",
    "require_closed",
    "roughness_m",
    "route_batch",
    "scenario_path",
    "sights",
    "site_names",
    "sky_clock",
    "slope_deg",
    "smooth_horizon",
    "staff_hours",
    "state_of_orbit",
    "sun_table",
    "surface_path",
    "sweep_horizons",
    "synthetic_terrain",
    "temperature_map",
    "to_utc",
    "track_view",
    "trajectory_of",
    "traversability",
    "turning_over",
    "visible_fraction",
    "write_czml",
    "write_hdtn",
    "write_horizons",
    "write_ionrc",
    "write_netcdf",
    "write_oem",
    "write_opm",
    "write_plan_csv",
    "write_profile",
    "write_report",
    "write_shadow",
    "write_terrain",
]
