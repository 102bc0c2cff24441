"""Every element type of the catalogue: it compiles, it is bounded, and it gives what it says."""

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy.constants import Stefan_Boltzmann, calorie, kilo

from moonstead.components import FloatArray, Parts, joined
from moonstead.elements.catalogue import AnyElement, TaggedElement
from moonstead.elements.element import Element
from moonstead.simulation.balance import balances
from moonstead.simulation.compile import compile_station, drive
from moonstead.simulation.simulator import Noise, Simulator, Sky

THERMAL = {
    "heat_capacity_j_per_k": 2e4, "radiating_area_m2": 1.0, "emissivity": 0.05,
    "survival_min_k": 230.0, "heater_power_w": 30.0, "sunlit_area_m2": 0.5, "absorptivity": 0.2,
}  # fmt: skip
OWNER = {"partner": "cnsa", "mass_kg": 100.0}
STORE = {
    "capacity_j": 3.6e7, "charge_power_w": 2e3, "discharge_power_w": 2e3,
    "charge_efficiency": 0.96, "discharge_efficiency": 0.95, "thermal": THERMAL,
}  # fmt: skip
EXAMPLES: dict[str, dict[str, Any]] = {
    "battery": STORE,
    "biology_container": {
        "lamp_power_w": 20.0, "climate_power_w": 40.0, "rate_bit_per_s": 1e3, "recorder": "hub",
        "thermal": THERMAL,
    },
    "fission_unit": {
        "electric_power_w": 1e4, "thermal_power_w": 4e4, "radiator_area_m2": 20.0,
        "heat_capacity_j_per_k": 2e5,
    },
    "instrument": {
        "observing_power_w": 50.0, "standby_power_w": 5.0, "rate_bit_per_s": 1e5,
        "recorder": "hub", "thermal": THERMAL,
    },
    "lander_hub": {
        "computer_power_w": 200.0, "housekeeping_power_w": 100.0,
        "housekeeping_rate_bit_per_s": 4e3, "recorder_bit": 1e9, "thermal": THERMAL,
        "radio": (
            {"path": "relay", "power_w": 100.0, "rate_limit_bit_per_s": 1e6},
            {"path": "direct", "power_w": 150.0, "rate_limit_bit_per_s": 1e5},
        ),
    },
    "oxygen_plant": {
        "power_w": 5e3, "specific_energy_j_per_kg": 8.75e7, "tank_kg": 50.0, "thermal": THERMAL,
    },
    "regenerative_fuel_cell": STORE,
    "relay_orbiter": {
        "path": "relay", "perilune_altitude_m": 3e5, "apolune_altitude_m": 8.6e6,
        "inclination_deg": 54.8, "perilune_argument_deg": 86.3, "rate_bit_per_s": 1e7,
    },
    "rover": {
        "avionics_power_w": 20.0, "drive_power_w": 150.0, "payload_power_w": 60.0,
        "payload_rate_bit_per_s": 1e5, "recorder": "hub", "battery_j": 7.2e6,
        "battery_power_w": 500.0, "charger_power_w": 300.0, "thermal": THERMAL,
    },
    "solar_array": {
        "area_m2": 20.0, "cell_efficiency": 0.3, "mount": "vertical-tracking",
        "heat_capacity_j_per_k": 1e5,
    },
}  # fmt: skip
ADAPTER: TypeAdapter[Element] = TypeAdapter(TaggedElement)
TYPES = [get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(AnyElement)]


def element(kind: str, **changes: Any) -> Element:
    given = {"type": kind, "name": kind.replace("_", "-"), **OWNER, **EXAMPLES[kind], **changes}
    return ADAPTER.validate_python(given)


def hub(**changes: Any) -> Element:
    return element("lander_hub", **{"name": "hub", **changes})


def sky(n_steps: int, **changes: Any) -> dict[str, FloatArray]:
    values: dict[str, Any] = {
        "sun_azimuth_deg": 0.0, "sun_elevation_deg": 1.0, "solar_irradiance_w_per_m2": 1361.0,
        "sink_temperature_k": 88.0, "contact_rate_bit_per_s:relay": 1e6,
        "contact_rate_bit_per_s:direct": 1e5,
    }  # fmt: skip
    return {name: np.full(n_steps, value) for name, value in {**values, **changes}.items()}


def simulated(
    parts: Parts, series: dict[str, FloatArray], dt_s: float = 60.0, level: float = 1.0
) -> Simulator:
    station = compile_station(parts)
    n_steps = len(series["sun_azimuth_deg"])
    nothing = np.zeros(n_steps, dtype=np.bool_)
    noise = Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0)
    made = Simulator(
        station, drive(station, series), Sky(sun_seen=nothing, earth_seen=nothing), dt_s, noise
    )
    made.state.load_level[:] = level
    made.advance(0, n_steps, made.new_output(n_steps), 0)
    return made


def test_every_type_has_an_example_here() -> None:
    assert sorted(TYPES) == sorted(EXAMPLES)
    assert len(set(TYPES)) == len(TYPES)


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_makes_a_station_with_a_hub(kind: str) -> None:
    """It compiles, runs through light and dark at full load, balances and stays finite."""
    others = () if kind == "lander_hub" else (element(kind).parts(),)
    series = sky(400)
    series["solar_irradiance_w_per_m2"][200:] = 0.0
    made = simulated(joined((hub().parts(), *others)), series)
    for check in balances(made.station, made.begin, made.state, made.ledger):
        assert check.closes, check
    for array in (*made.state, *made.ledger):
        assert np.isfinite(array).all()


@pytest.mark.parametrize("kind", TYPES)
def test_what_an_activity_switches_on_exists(kind: str) -> None:
    made = element(kind)
    others = () if kind == "lander_hub" else (hub().parts(),)
    names = compile_station(joined((*others, made.parts()))).names
    assert set(made.activity_loads()) <= set(names.loads)


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "lander_hub"])
def test_two_of_a_type_live_side_by_side(kind: str) -> None:
    twins = [element(kind, name=name).parts() for name in ("one", "two")]
    compile_station(joined((hub().parts(), *twins)))


@pytest.mark.parametrize("kind", TYPES)
def test_it_reads_back_what_it_writes(kind: str) -> None:
    made = element(kind)
    assert ADAPTER.validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize("kind", TYPES)
def test_no_number_of_it_may_be_negative_or_infinite(kind: str) -> None:
    """Only a temperature coefficient may be below zero."""
    for key, value in element(kind).model_dump().items():
        if not isinstance(value, float) or key == "temperature_coefficient_per_k":
            continue
        for bad in (-1.0, math.nan, math.inf):
            with pytest.raises(ValidationError):
                element(kind, **{key: bad})


@pytest.mark.parametrize("kind", TYPES)
def test_no_fraction_or_efficiency_may_exceed_one(kind: str) -> None:
    for key in element(kind).model_dump():
        if key.endswith(("_fraction", "_efficiency", "emissivity", "absorptivity")):
            with pytest.raises(ValidationError):
                element(kind, **{key: 1.01})


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("fission_unit", {"electric_power_w": 4e4}),
        ("relay_orbiter", {"apolune_altitude_m": 1e5}),
        ("oxygen_plant", {"specific_energy_j_per_kg": 1.78e7}),
        ("solar_array", {"cell_efficiency": 0.5, "absorptivity": 0.3}),
        ("solar_array", {"mount": "floating"}),
        ("solar_array", {"tilt_deg": 91.0}),
        ("battery", {"name": "Two Words"}),
        ("battery", {"mass_kg": 0.0}),
        ("battery", {"floor_fraction": 1.0}),
    ],
)
def test_what_physics_forbids_is_refused(kind: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        element(kind, **changes)


def test_no_oxygen_below_the_enthalpy_of_splitting_water() -> None:
    """68.315 kcal/mol (CRC Handbook), half a mole of O2 from each mole of water."""
    floor = 68.315 * kilo * calorie / 15.9994e-3
    with pytest.raises(ValidationError, match="splitting water"):
        element("oxygen_plant", specific_energy_j_per_kg=0.999 * floor)
    element("oxygen_plant", specific_energy_j_per_kg=1.001 * floor)


def sun_vector(azimuth_deg: float, elevation_deg: float) -> FloatArray:
    azimuth, elevation = np.radians([azimuth_deg, elevation_deg])
    return np.array(
        [
            np.sin(azimuth) * np.cos(elevation),
            np.cos(azimuth) * np.cos(elevation),
            np.sin(elevation),
        ]
    )


def offered_w(**changes: Any) -> float:
    """Return what an array offers under one Sun: efficiency, area and irradiance taken out."""
    series = sky(
        1, sun_azimuth_deg=changes.pop("azimuth"), sun_elevation_deg=changes.pop("elevation")
    )
    array = element("solar_array", wiring_efficiency=0.9, **changes)
    return float(array.parts().sources[0].available_w(series)[0] / (20.0 * 0.3 * 0.9 * 1361.0))


@pytest.mark.parametrize("azimuth", [0.0, 35.0, 179.0, 300.0])
@pytest.mark.parametrize("elevation", [-1.0, 0.5, 20.0, 70.0])
@pytest.mark.parametrize("tilt", [0.0, 30.0, 90.0])
def test_an_array_takes_the_cosine_of_incidence(
    azimuth: float, elevation: float, tilt: float
) -> None:
    """The normal of a panel tilted towards an azimuth, dotted with the Sun: vectors, not angles."""
    sun = sun_vector(azimuth, elevation)
    normal = sun_vector(210.0, 90.0 - tilt)
    found = offered_w(
        azimuth=azimuth, elevation=elevation, mount="fixed", azimuth_deg=210.0, tilt_deg=tilt
    )
    assert found == pytest.approx(max(float(sun @ normal), 0.0), abs=1e-12)
    tracking = offered_w(
        azimuth=azimuth, elevation=elevation, mount="vertical-tracking", tilt_deg=tilt
    )
    best = max(float(sun @ sun_vector(turn, 90.0 - tilt)) for turn in np.arange(0.0, 360.0, 0.05))
    assert tracking == pytest.approx(max(best, 0.0), abs=1e-6)


def test_an_array_settles_where_its_power_and_its_heat_balance() -> None:
    """Both sides radiate; what is drawn as power does not heat it. Solved here by iteration."""
    array = element("solar_array", tilt_deg=90.0)
    made = simulated(joined((hub().parts(), array.parts())), sky(3000), 600.0, level=0.0)
    panel = made.station.names.nodes.index("solar-array")
    flux = 1361.0 * np.cos(np.radians(1.0)) * 20.0
    kelvin = 300.0
    for _ in range(200):
        drawn_w = flux * 0.3 * 0.9 * (1.0 - 0.002 * (kelvin - 298.15))
        kelvin = ((0.9 * flux - drawn_w) / (40.0 * 0.85 * Stefan_Boltzmann) + 88.0**4) ** 0.25
    idle = (0.9 * flux / (40.0 * 0.85 * Stefan_Boltzmann) + 88.0**4) ** 0.25
    assert made.state.node_temperature_k[panel] == pytest.approx(idle, abs=0.01)
    storing = element("battery", capacity_j=1e15, charge_power_w=1e6)
    made = simulated(joined((hub().parts(), array.parts(), storing.parts())), sky(3000), 600.0)
    panel = made.station.names.nodes.index("solar-array")
    assert made.state.node_temperature_k[panel] == pytest.approx(kelvin, abs=0.01)
    assert kelvin < idle - 10.0


@pytest.mark.parametrize("drawn_w", [0.0, 9e3])
def test_a_fission_unit_settles_by_stefan_and_boltzmann(drawn_w: float) -> None:
    """All its heat leaves by the radiator, but for what goes out as power."""
    unit = element("fission_unit", radiator_emissivity=0.85)
    quiet = {**THERMAL, "heater_power_w": 0.0}
    computer = hub(
        computer_power_w=max(drawn_w, 1.0), housekeeping_power_w=0.0, radio=(), thermal=quiet
    )
    made = simulated(
        joined((computer.parts(), unit.parts())), sky(5000), 600.0, level=1.0 if drawn_w else 0.0
    )
    radiator = made.station.names.nodes.index("fission-unit")
    truth_k = ((4e4 - drawn_w) / (20.0 * 0.85 * Stefan_Boltzmann) + 88.0**4) ** 0.25
    assert made.state.node_temperature_k[radiator] == pytest.approx(truth_k, rel=1e-9)


def test_a_rover_lives_on_its_own_battery() -> None:
    """With the cable shut it drives and surveys from its battery alone."""
    rover = element("rover", thermal={**THERMAL, "heater_power_w": 0.0})
    station = joined((hub().parts(), element("battery").parts(), rover.parts()))
    compiled = compile_station(station)
    nothing = np.zeros(10, dtype=np.bool_)
    made = Simulator(
        compiled, drive(compiled, sky(10)), Sky(sun_seen=nothing, earth_seen=nothing), 60.0,
        Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0),
    )  # fmt: skip
    made.state.load_level[:] = 1.0
    made.state.load_level[compiled.names.loads.index("rover.charger")] = 0.0
    made.advance(0, 10, made.new_output(10), 0)
    own = compiled.names.stores.index("rover.battery")
    used_j = (20.0 + 150.0 + 60.0) * 600.0
    assert made.ledger.store_discharged_j[own] == pytest.approx(used_j)
    assert made.begin.store_energy_j[own] - made.state.store_energy_j[own] == pytest.approx(
        used_j / 0.96
    )
    assert made.ledger.load_made_bit[compiled.names.loads.index("rover.payload")] == 1e5 * 600.0


def told(value: Any) -> Any:
    """Return all that a part says, with its drivers replaced by what they give under one sky."""
    if is_dataclass(value):
        return [told(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple):
        return [told(inner) for inner in value]
    if callable(value):
        return value(sky(1, sun_azimuth_deg=40.0, sun_elevation_deg=5.0)).tolist()
    return value


def numbers(model: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, value in model.items() if isinstance(model, dict) else enumerate(model):
        if isinstance(value, (dict, tuple)):
            yield from numbers(value, (*path, key))
        elif isinstance(value, float):
            yield (*path, key)


def with_less(given: Any, path: tuple[Any, ...]) -> Any:
    """Return a document with one number made a little less, or more where it is zero."""
    if not path:
        return given * 0.97 if given else 0.01
    key, rest = path[0], path[1:]
    if isinstance(given, tuple):
        return (*given[:key], with_less(given[key], rest), *given[key + 1 :])
    return {**given, key: with_less(given[key], rest)}


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "relay_orbiter"])
def test_no_number_of_it_is_ignored(kind: str) -> None:
    """Each number that a user may write makes a difference to the parts."""
    thermal = {**THERMAL, "louver_area_m2": 0.5}
    given = {"thermal": thermal} if "thermal" in EXAMPLES[kind] else {}
    given |= (
        {"mount": "fixed", "tilt_deg": 80.0, "azimuth_deg": 10.0} if kind == "solar_array" else {}
    )
    document = element(kind, **given).model_dump()
    plain = told(ADAPTER.validate_python(document).parts())
    paths = [path for path in numbers(document) if path != ("mass_kg",)]
    assert len(paths) >= 5
    for path in paths:
        changed = told(ADAPTER.validate_python(with_less(document, path)).parts())
        assert changed != plain, path
