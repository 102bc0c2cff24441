"""Photovoltaic arrays: cosines, strings in shadow, dust, temperature."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from made_elements import advanced, element, helpers, simulated, simulator, sky, small_hub
from pydantic import ValidationError
from scipy.constants import Stefan_Boltzmann
from scipy.integrate import quad
from scipy.spatial.transform import Rotation

from moonstead.components import FloatArray, joined
from moonstead.contracts import Command
from moonstead.elements.solar_array import Shadow
from moonstead.elements.sunlight import SUN_RADIUS_RAD, direction, share_above
from moonstead.environment.ephemeris import Ephemeris, load_ephemeris
from moonstead.environment.light import visible_fraction
from moonstead.environment.sites import load_profile
from moonstead.environment.timescale import from_utc
from moonstead.units import HOUR_S, JULIAN_YEAR_S

SUNS = [(10.0, -1.0), (95.0, 2.0), (200.0, 40.0), (350.0, 80.0)]


def array(**changes: Any) -> Any:
    bare = {"cleaning": None, "shadow": None}
    return element("solar_array", **{**bare, **changes})


def offered_w(made: Any, **sun: float) -> float:
    return float(made.parts().sources[0].available_w(sky(1, **sun))[0])


@pytest.mark.parametrize(("azimuth", "elevation"), SUNS)
@pytest.mark.parametrize("axis", [(0.0, 0.0), (70.0, 0.0), (140.0, 35.0)])
@pytest.mark.parametrize("tilt", [90.0, 60.0])
def test_a_single_axis_mount_finds_the_best_turn(
    azimuth: float, elevation: float, axis: tuple[float, float], tilt: float
) -> None:
    """Here the face is turned about the axis in steps of 0.05 degrees, and the best is taken."""
    made = array(
        mount="single-axis", azimuth_deg=axis[0], axis_elevation_deg=axis[1], tilt_deg=tilt
    )
    sun = direction(azimuth, elevation)
    along = direction(*axis)
    across = np.cross(along, [0.3, 0.5, 0.81])
    across /= np.linalg.norm(across)
    start = np.cos(np.radians(tilt)) * along + np.sin(np.radians(tilt)) * across
    turns = Rotation.from_rotvec(np.radians(np.arange(0.0, 360.0, 0.05))[:, None] * along)
    best = max(float((turns.apply(start) @ sun).max()), 0.0)
    full_w = made.area_m2 * made.cell_efficiency * made.wiring_efficiency * 1361.0
    found = offered_w(made, sun_azimuth_deg=azimuth, sun_elevation_deg=elevation)
    assert found / full_w == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("offset", [-1.5, -1.0, -0.6, 0.0, 0.3, 0.99, 2.0])
def test_the_share_of_a_disc_above_a_line_is_its_integral(offset: float) -> None:
    low = min(max(-offset, -1.0), 1.0)
    area, _ = quad(lambda y: 2.0 * np.sqrt(1.0 - y * y), low, 1.0)
    assert share_above(np.array([offset]))[0] == pytest.approx(area / np.pi, abs=1e-7)


SHADOW = {
    "bottom_m": 2.0, "top_m": 20.0, "strings": 6, "direction": "horizontal",
    "skyline_distance_m": 4000.0, "reference_height_m": 10.0,
}  # fmt: skip


def light_of_rows(heights_m: FloatArray, sun_deg: float, wall_m: float) -> FloatArray:
    """Return the share of the disc that rows of a mast see over a wall, disc point by point.

    The wall's top is ``wall_m`` above the reference height, at the skyline's distance.
    """
    edge = np.linspace(-1.0, 1.0, 401)
    x, y = np.meshgrid(edge, edge)
    rises = np.tan(np.radians(sun_deg) + SUN_RADIUS_RAD * y[x * x + y * y <= 1.0])
    above = heights_m[:, None] - SHADOW["reference_height_m"]
    return np.mean(above + rises * SHADOW["skyline_distance_m"] > wall_m, axis=1)


@pytest.mark.parametrize("sun_deg", [-0.4, 0.55, 0.7, 0.86, 1.0, 1.3])
@pytest.mark.parametrize("way", ["horizontal", "vertical"])
def test_strings_of_a_tall_array_see_the_sun_over_a_wall(sun_deg: float, way: str) -> None:
    """Each string gives what its lowest row sees; the wall stands 0.8 degrees high."""
    made = array(shadow={**SHADOW, "direction": way})
    wall_m = np.tan(np.radians(0.8)) * SHADOW["skyline_distance_m"]
    bottoms = (
        np.array([2.0, 5.0, 8.0, 11.0, 14.0, 17.0]) if way == "horizontal" else np.array([2.0])
    )
    truth = light_of_rows(bottoms, sun_deg, wall_m).mean()
    full_w = made.area_m2 * made.cell_efficiency * made.wiring_efficiency * 1361.0
    found_w = offered_w(
        made, sun_elevation_deg=sun_deg, skyline_elevation_deg=0.8, solar_irradiance_w_per_m2=0.0
    )
    cosine = np.cos(np.radians(sun_deg))
    assert found_w / (full_w * cosine) == pytest.approx(truth, abs=2e-3)


@pytest.fixture(scope="module")
def ephemeris() -> Ephemeris:
    return load_ephemeris()


@pytest.mark.parametrize("rim", ["shackleton-rim", "de-gerlache-rim"])
@pytest.mark.parametrize(("distances", "rms"), [(720, 0.0025), (72, 0.025)])
def test_light_below_the_mast_is_that_of_real_terrain(
    ephemeris: Ephemeris, rim: str, distances: int, rms: float
) -> None:
    """Both rims have horizons at 2 m and 10 m: the one at 2 m is the truth, hourly for a year."""
    low, high = load_profile(f"{rim}-2m"), load_profile(f"{rim}-10m")
    sun = ephemeris.track(
        high.site, "sun", from_utc(datetime(2035, 1, 1, tzinfo=UTC)), HOUR_S, 8766
    )
    rises_rad = np.radians(low.elevation_deg - high.elevation_deg)
    width = 720 // distances
    rises_rad = np.roll(rises_rad, width // 2).reshape(distances, width).mean(axis=1)
    far_m = tuple(8.0 / np.maximum(rises_rad, 1e-9))
    shadow = Shadow(**{**SHADOW, "skyline_distance_m": far_m})
    series = {
        "sun_azimuth_deg": sun.azimuth_deg,
        "sun_elevation_deg": sun.elevation_deg,
        "skyline_elevation_deg": high.elevation_at_deg(sun.azimuth_deg),
    }
    error = shadow.share(series, np.array([2.0])) - visible_fraction(sun, low)
    assert np.sqrt(np.mean(error**2)) < rms
    assert abs(error.mean()) < 5e-4


def test_a_tall_array_is_lit_in_part_for_longer_than_at_once() -> None:
    """The top sees the Sun while the mast at 10 m sees none, and never gives more than all."""
    tall, short = array(shadow=SHADOW), array()
    low = {"sun_elevation_deg": 0.4, "skyline_elevation_deg": 0.8, "solar_irradiance_w_per_m2": 0.0}
    assert offered_w(tall, **low) == 0.0 == offered_w(short, **low)
    low["sun_elevation_deg"] = 0.8 - 0.27
    assert offered_w(tall, **low) > 0.0 == offered_w(short, **low)
    full = {"sun_elevation_deg": 2.0, "skyline_elevation_deg": 0.8}
    assert offered_w(tall, **full) == pytest.approx(offered_w(short, **full), rel=1e-12)


def test_no_more_power_than_light_on_the_panel() -> None:
    made = element("solar_array").parts()
    elevations = np.linspace(0.2, 1.5, 200)
    series = sky(200, skyline_elevation_deg=0.8) | {"sun_elevation_deg": elevations}
    absorbed_w = made.nodes[0].absorbed_w(series)
    assert (made.sources[0].available_w(series) <= absorbed_w * 0.295 / 0.9 + 1e-9).all()


def test_28_m2_are_the_class_of_the_vertical_array_of_nasa() -> None:
    """VSAT: 10 kW (NASA)."""
    assert offered_w(array(), sun_elevation_deg=0.0) == pytest.approx(10e3, rel=0.05)


def test_dust_and_radiation_of_the_example_are_those_of_apollo_and_change_3() -> None:
    """O'Brien: 4 to 10 % in 2000 days on covered cells; Chang'e 3: 21.4 ug/cm2 a year.

    Grains of 20 um and 3 g/cm3 that lie singly shade 3 / (4 rho r) m2 for each kilogram.
    """
    made = array()
    deposit_kg_per_m2 = 21.4e-9 / 1e-4
    assert made.dust_per_year == pytest.approx(
        deposit_kg_per_m2 * 3.0 / (4.0 * 3000.0 * 10e-6), rel=0.1
    )
    years = 2000.0 * 86400.0 / JULIAN_YEAR_S
    left = ((1.0 - made.loss_per_year) * (1.0 - made.dust_per_year)) ** years
    assert 0.04 < 1.0 - left < 0.10


def test_cleaning_takes_its_share_of_the_dust_in_its_time() -> None:
    made = element("solar_array")
    work = made.all_parts().loads[0]
    assert work.name in made.activity_loads()
    assert work.cleans == "array"
    assert np.exp(-work.cleaning_per_s * 4.0 * HOUR_S) == pytest.approx(1.0 - 0.9)
    assert work.initial_level == 0.0


def sun_vector(azimuth_deg: float, elevation_deg: float) -> FloatArray:
    azimuth, elevation = np.radians([azimuth_deg, elevation_deg])
    level = np.cos(elevation)
    return np.array([np.sin(azimuth) * level, np.cos(azimuth) * level, np.sin(elevation)])


@pytest.mark.parametrize("azimuth", [0.0, 35.0, 179.0, 300.0])
@pytest.mark.parametrize("elevation", [-1.0, 0.5, 20.0, 70.0])
@pytest.mark.parametrize("tilt", [0.0, 30.0, 90.0])
def test_an_array_takes_the_cosine_of_incidence(
    azimuth: float, elevation: float, tilt: float
) -> None:
    """The normal of a panel tilted towards an azimuth, dotted with the Sun: vectors, not angles."""
    sun = sun_vector(azimuth, elevation)
    full_w = 28.0 * 0.295 * 0.9 * 1361.0
    at = {"sun_azimuth_deg": azimuth, "sun_elevation_deg": elevation}
    fixed = offered_w(array(mount="fixed", azimuth_deg=210.0, tilt_deg=tilt), **at)
    truth = max(float(sun @ sun_vector(210.0, 90.0 - tilt)), 0.0)
    assert fixed / full_w == pytest.approx(truth, abs=1e-12)
    tracking = offered_w(array(mount="vertical-tracking", tilt_deg=tilt), **at)
    best = max(float(sun @ sun_vector(turn, 90.0 - tilt)) for turn in np.arange(0.0, 360.0, 0.05))
    assert tracking / full_w == pytest.approx(max(best, 0.0), abs=1e-6)


def test_an_array_settles_where_its_power_and_its_heat_balance() -> None:
    """Both sides radiate; what is drawn as power does not heat it. Solved here by iteration."""
    made = array(area_m2=20.0, loss_per_year=0.0, dust_per_year=0.0)
    flux = 1361.0 * np.cos(np.radians(1.0)) * 20.0
    kelvin = 300.0
    for _ in range(200):
        drawn_w = flux * 0.295 * 0.9 * (1.0 - 0.002 * (kelvin - 298.15))
        kelvin = ((0.9 * flux - drawn_w) / (40.0 * 0.85 * Stefan_Boltzmann) + 88.0**4) ** 0.25
    idle = (0.9 * flux / (40.0 * 0.85 * Stefan_Boltzmann) + 88.0**4) ** 0.25
    storing = element("battery", capacity_j=1e15, charge_power_w=1e6).parts()
    for others, truth_k in (([], idle), ([storing], kelvin)):
        run = simulated([small_hub().parts(), made.parts(), *others], sky(3000), 600.0)
        panel = run.station.names.nodes.index("array")
        assert run.state.node_temperature_k[panel] == pytest.approx(truth_k, abs=0.01)
    assert kelvin < idle - 10.0


def test_an_array_in_the_simulation_loses_what_apollos_covered_cells_lost() -> None:
    """2000 days of full use, a day a step; O'Brien: 4 to 10 %."""
    made = array(temperature_coefficient_per_k=0.0)
    storing = element("battery", capacity_j=1e15, charge_power_w=1e6).parts()
    run = simulator(joined([small_hub().parts(), made.parts(), storing]), sky(2000), 86400.0)
    output = run.new_output(2000)
    run.advance(0, 2000, output, 0)
    power_w = output["source_power_w"][0]
    assert 0.04 < 1.0 - power_w[-1] / power_w[0] < 0.10


def test_a_cleaning_takes_nine_tenths_of_the_dust_away() -> None:
    made = array(cleaning={"duration_s": 4.0 * HOUR_S, "robots": 1.0})
    run = simulator(joined([small_hub().parts(), made.all_parts(), helpers()]), sky(240))
    run.state.source_dust[:] = 0.2
    run.obey([Command("array.cleaning", 1.0)])
    advanced(run, 240)
    assert run.state.source_dust[0] == pytest.approx(0.02, rel=1e-3)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"axis_elevation_deg": 10.0}, "single-axis"),
        ({"dust_per_year": 0.0}, "cleaning needs dust_per_year"),
        ({"shadow": {**SHADOW, "top_m": 2.0}}, "top_m must be above"),
        ({"shadow": {**SHADOW, "skyline_distance_m": (1e3, 2e3)}}, "at least 4 items"),
        ({"cell_efficiency": 0.5, "absorptivity": 0.3}, "must not exceed absorptivity"),
        ({"mount": "floating"}, "vertical-tracking"),
        ({"tilt_deg": 91.0}, "less than or equal to 90"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        element("solar_array", **changes)
