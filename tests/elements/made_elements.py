"""Elements from their example files, a hub to put them beside, a sky, and how to step them."""

import tomllib
from typing import Any, get_args

import numpy as np
from pydantic import TypeAdapter

from moonstead.components import POOLS, FloatArray, Parts, Source, Supply, joined
from moonstead.elements.catalogue import AnyElement, TaggedElement
from moonstead.elements.element import Constant, Element
from moonstead.elements.examples import example_elements, example_text
from moonstead.simulation.compile import compile_station, drive
from moonstead.simulation.simulator import Noise, Simulator, Sky

ADAPTER: TypeAdapter[Element] = TypeAdapter(TaggedElement)
TYPES = [get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(AnyElement)]
THERMAL = {
    "heat_capacity_j_per_k": 2e4, "radiating_area_m2": 1.0, "emissivity": 0.05,
    "survival_min_k": 230.0, "heater_power_w": 30.0, "sunlit_area_m2": 0.5, "absorptivity": 0.2,
}  # fmt: skip
HUB = {
    "type": "lander_hub", "name": "hub", "partner": "cnsa", "mass_kg": 900.0,
    "computer_power_w": 200.0, "housekeeping_power_w": 100.0, "housekeeping_rate_bit_per_s": 4e3,
    "recorder_bit": 1e9, "thermal": {**THERMAL, "louver_area_m2": 0.6},
    "radio": (
        {"path": "relay", "power_w": 100.0, "rate_limit_bit_per_s": 1e6},
        {"path": "direct", "power_w": 150.0, "rate_limit_bit_per_s": 1e5},
    ),
}  # fmt: skip


def hub(**changes: Any) -> Element:
    return ADAPTER.validate_python({**HUB, **changes})


def small_hub() -> Element:
    """A hub that hardly takes anything."""
    thermal = {**THERMAL, "heater_power_w": 0.0}
    return hub(computer_power_w=1e-3, housekeeping_power_w=0.0, radio=(), thermal=thermal)


def element(kind: str, **changes: Any) -> Element:
    """Return the element of an example file, with some of its keys changed; None leaves one out."""
    table = tomllib.loads(example_text(kind))["element"][0]
    given = {**table, **changes}
    return ADAPTER.validate_python(
        {key: value for key, value in given.items() if value is not None}
    )


def mains(power_w: float = 5e4) -> Parts:
    """Return a source beside the hub."""
    return Parts(
        sources=(Source(name="mains", bus="main", node="hub", available_w=Constant(power_w)),)
    )


def helpers() -> Parts:
    """Return working time of both kinds."""
    return Parts(
        supplies=tuple(
            Supply(name=f"{pool}-pool", pool=pool, amount=Constant(4.0)) for pool in POOLS
        )
    )


def companions(kind: str) -> list[Parts]:
    """Return the parts of what an example needs beside it.

    A hub with power and working time, and the rest of its file.
    """
    others = [made.all_parts() for made in example_elements(kind)[1:]]
    hubs = [] if kind == "lander_hub" else [hub().all_parts()]
    return [*hubs, mains(), helpers(), *others]


def sky(n_steps: int, **changes: Any) -> dict[str, FloatArray]:
    values: dict[str, Any] = {
        "sun_azimuth_deg": 40.0, "sun_elevation_deg": 1.0, "sun_fraction": 1.0,
        "eclipse_fraction": 0.0, "solar_irradiance_w_per_m2": 1361.0,
        "clear_irradiance_w_per_m2": 1361.0, "skyline_elevation_deg": 0.9,
        "earth_azimuth_deg": 0.0, "earth_elevation_deg": 3.0, "earth_fraction": 1.0,
        "sink_temperature_k": 88.0, "ground_temperature_k": 104.0, "elapsed_s": 0.0,
        "contact_rate_bit_per_s:relay": 1e6, "contact_rate_bit_per_s:direct": 1e5,
    }  # fmt: skip
    return {name: np.full(n_steps, value) for name, value in {**values, **changes}.items()}


def simulator(parts: Parts, series: dict[str, FloatArray], dt_s: float = 60.0) -> Simulator:
    """Return a simulator without noise at its first step."""
    station = compile_station(parts)
    nothing = np.zeros(len(series["sun_azimuth_deg"]), dtype=np.bool_)
    noise = Noise(power_relative=0.0, energy_relative=0.0, temperature_k=0.0)
    return Simulator(
        station, drive(station, series), Sky(sun_seen=nothing, earth_seen=nothing), dt_s, noise
    )


def advanced(made: Simulator, n_steps: int) -> Simulator:
    made.advance(0, n_steps, made.new_output(n_steps), 0)
    return made


def simulated(
    parts: list[Parts],
    series: dict[str, FloatArray],
    dt_s: float = 60.0,
    level: float | None = None,
) -> Simulator:
    """Return a simulator after all the steps of a sky, with all loads at one level if given."""
    made = simulator(joined(parts), series, dt_s)
    if level is not None:
        made.state.load_level[:] = level
    return advanced(made, len(series["sun_azimuth_deg"]))
