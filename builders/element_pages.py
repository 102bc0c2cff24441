"""The pages of element types: what they model, their keys, their example and its components."""

import inspect
import typing
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from moonstead.components import FloatArray, Parts
from moonstead.elements.catalogue import AnyElement
from moonstead.elements.element import Element, Thermal, Work
from moonstead.elements.examples import example_elements, example_text
from moonstead.spec import Spec
from moonstead.units import DAY_S, HOUR_S, KWH_J, unit_of_name
from tables import rows, section, specs_in

FAMILIES = {
    "Power": (
        "solar_array", "battery", "regenerative_fuel_cell", "radioisotope_generator",
        "fission_unit", "power_beam", "power_cable", "power_tie",
    ),
    "Heat": ("radiator", "phase_change_store", "radioisotope_heater"),
    "Data": ("lander_hub", "recorder", "processor", "radio_terminal"),
    "Mobility and assembly": ("rover", "hopper", "crane"),
    "Utilisation": (
        "excavator", "oxygen_plant", "hydrogen_reduction", "carbothermal",
        "molten_regolith_electrolysis", "ice_mine", "electrolyser", "liquefier", "sintering",
        "tank",
    ),
    "Habitat and crew": (
        "habitat", "crew", "airlock", "co2_removal", "sabatier", "water_recovery",
        "plant_chamber",
    ),
    "Science": (
        "instrument", "biology_container", "science_mast", "dark_pallet", "drill", "glovebox",
        "antenna_field",
    ),
    "Transport and orbit": ("lander", "cargo", "orbital_module", "relay_orbiter"),
}  # fmt: skip
"""A type that stands in none of them comes under Other."""

SKY = {
    "sun_azimuth_deg": 40.0, "sun_elevation_deg": 1.5, "sun_fraction": 1.0,
    "eclipse_fraction": 0.0, "solar_irradiance_w_per_m2": 1361.0,
    "clear_irradiance_w_per_m2": 1361.0, "skyline_elevation_deg": 0.0,
    "earth_azimuth_deg": 0.0, "earth_elevation_deg": 3.0, "earth_fraction": 1.0,
    "sink_temperature_k": 88.0, "ground_temperature_k": 104.0, "elapsed_s": 3.0 * HOUR_S,
}  # fmt: skip
SKY_IN_WORDS = (
    "What depends on the sky is given for the third hour of a run with the whole Sun "
    f"{SKY['sun_elevation_deg']} degrees high at azimuth {SKY['sun_azimuth_deg']:g} "
    f"(1361 W/m2) and surroundings of {SKY['sink_temperature_k']:g} K."
)
KINDS = {"buses": "bus", "supplies": "working time", "nodes": "thermal node"}
COMMON = tuple(Element.model_fields)
SHARED = (Thermal, Work)

# Greatest first: a value takes the first unit of which it is at least one.
_READABLE: dict[str, tuple[tuple[float, str], ...]] = {
    "W": ((1e3, "kW"), (1.0, "W"), (1e-3, "mW")),
    "J": ((KWH_J, "kWh"), (1e3, "kJ"), (1.0, "J")),
    "J/K": ((1e3, "kJ/K"), (1.0, "J/K")),
    "J/kg": ((KWH_J, "kWh/kg"), (1e3, "kJ/kg"), (1.0, "J/kg")),
    "s": ((DAY_S, "day"), (HOUR_S, "h"), (60.0, "min"), (1.0, "s")),
    "bit": ((1e12, "Tbit"), (1e9, "Gbit"), (1e6, "Mbit"), (1.0, "bit")),
    "bit/s": ((1e6, "Mbit/s"), (1e3, "kbit/s"), (1.0, "bit/s")),
    "kg": ((1e3, "t"), (1.0, "kg"), (1e-3, "g")),
    "kg/s": ((1.0 / HOUR_S, "kg/h"), (1.0 / DAY_S, "kg/day"), (1e-3 / DAY_S, "g/day")),
    "kg/J": ((1.0 / KWH_J, "kg/kWh"), (1e-3 / KWH_J, "g/kWh")),
    "1/year": ((0.01, "%/year"),),
    "1/s": ((1.0 / HOUR_S, "1/h"), (1.0 / DAY_S, "1/day"), (1e-3 / DAY_S, "per mille a day")),
}


def element_pages() -> dict[str, str]:
    """Return the text of each page by file name."""
    texts = {f"{kind}.md": page(kind, model) for kind, model in models().items()}
    return {"index.md": index_page(), **texts}


def nav_lines() -> str:
    """Return the lines of the site's navigation."""
    text = "      - By family: elements/index.md\n"
    for family, kinds in families().items():
        text += f"      - {family}:\n"
        text += "".join(f"          - {title(kind)}: elements/{kind}.md\n" for kind in kinds)
    return text


def models() -> dict[str, type[Element]]:
    """Return the class of each element type."""
    return {
        typing.get_args(model.model_fields["type"].annotation)[0]: model
        for model in typing.get_args(AnyElement)
    }


def families() -> dict[str, list[str]]:
    """Return the types that exist, by family."""
    known = models()
    found = {
        family: [kind for kind in kinds if kind in known] for family, kinds in FAMILIES.items()
    }
    placed = {kind for kinds in found.values() for kind in kinds}
    found["Other"] = sorted(set(known) - placed)
    return {family: kinds for family, kinds in found.items() if kinds}


def title(kind: str) -> str:
    return kind.replace("_", " ").capitalize().replace("Co2", "CO2")


def about(model: type[Element]) -> str:
    return inspect.getdoc(inspect.getmodule(model)) or ""


def index_page() -> str:
    text = (
        "# Element types\n\nWritten in a scenario as `[[element]]` with its `type`. Each page has "
        "the model, its limits and what it was compared with, the keys, an example with sources, "
        "and what the example is made of.\n\n"
    )
    known = models()
    for family, kinds in families().items():
        text += f"## {family}\n\n| type | what it is |\n|---|---|\n"
        for kind in kinds:
            sentence = " ".join(about(known[kind]).split("\n\n")[0].split())
            text += f"| [`{kind}`]({kind}.md) | {sentence} |\n"
        text += "\n"
    text += section("## Keys of every element", Element)
    text += section("## `thermal`", Thermal)
    for inner, keys in models_of_every_element().items():
        text += section("## " + ", ".join(f"`{key}`" for key in keys), inner)
    return text.rstrip("\n") + "\n"


def models_of_every_element() -> dict[type[Spec], list[str]]:
    """Return the models that the keys of every element hold, with those keys."""
    found: dict[type[Spec], list[str]] = {}
    for name, field in Element.model_fields.items():
        for inner in specs_in(field.annotation):
            found.setdefault(inner, []).append(name)
    return found


def page(kind: str, model: type[Element]) -> str:
    text = f"# {title(kind)}: `{kind}`\n\n{about(model)}\n\n## Keys\n\n"
    text += f"{inspect.getdoc(model)} {COMMON_KEYS}"
    if "thermal" in model.model_fields:
        text += " `thermal` is described [there too](index.md#thermal)."
    text += f"\n\n{rows(model, leave_out=(*COMMON, 'type'))}\n"
    for path, inner in inner_models(model):
        text += section(f"### `{path}`", inner)
    text += f"## Example\n\n```toml\n{example_text(kind).strip()}\n```\n\n"
    return text + made_of(kind)


COMMON_KEYS = (
    "Besides these it has the [keys of every element](index.md#keys-of-every-element), among them "
    "`name`, `partner`, `mass_kg`, `place`, `arrives` and `assembly`."
)


def inner_models(model: type[Spec], path: str = "") -> list[tuple[str, type[Spec]]]:
    """Return the models inside a model with the keys that lead to them, but the shared ones."""
    found = []
    for name, field in model.model_fields.items():
        if not path and name in COMMON:
            continue
        for inner in specs_in(field.annotation):
            if inner not in SHARED:
                found.append((f"{path}{name}", inner))
                found += inner_models(inner, f"{path}{name}.")
    return found


def made_of(kind: str) -> str:
    """Return what the example's first element compiles to, as tables by kind of component."""
    element = example_elements(kind)[0]
    parts = element.all_parts()
    text = f"## What the example is made of\n\n{SKY_IN_WORDS}\n\n"
    text += "| component | name | what it is |\n|---|---|---|\n"
    for field in fields(Parts):
        for item in getattr(parts, field.name):
            name = getattr(item, "name", "") or item.load.name
            text += (
                f"| {KINDS.get(field.name, field.name[:-1])} | `{name}` | {told(item, 'name')} |\n"
            )
    if parts == Parts():
        text += "| none | | it takes no part in the station's network |\n"
    return text


def told(item: Any, *leave_out: str) -> str:
    """Return the fields of a component that are not as by default, in words."""
    said = []
    for field in fields(item):
        value = getattr(item, field.name)
        if field.name in leave_out or (field.default is not MISSING and value == field.default):
            continue
        said.append(f"{words(field.name)} {shown(field.name, value)}".strip())
    return ", ".join(said).replace("load: ", "")


def words(name: str) -> str:
    unit = unit_of_name(name)
    parts = name.split("_")
    if unit and "per" in parts:
        per = parts.index("per")
        parts = parts[: per if unit.startswith("1/") else per - 1]
    elif unit:
        parts = parts[:-1]
    return " ".join(parts)


def shown(name: str, value: Any) -> str:
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, tuple):
        return "; ".join(shown(name, inner) for inner in value)
    if is_dataclass(value):
        return f"({told(value, 'name')})"
    if callable(value):
        series: FloatArray = value({key: np.full(1, number) for key, number in SKY.items()})
        return readable(name, float(series[0]))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return readable(name, float(value))
    return f"`{value}`" if value else "none"


def readable(name: str, value: float) -> str:
    unit = unit_of_name(name)
    if unit is None:
        return f"{value:.4g}"
    if unit == "":
        return f"{100.0 * value:.4g} %"
    if value == 0.0:
        return f"0 {unit}"
    choices = _READABLE.get(unit, ((1.0, unit),))
    scale, label = next(
        ((scale, label) for scale, label in choices if abs(value) >= scale), choices[-1]
    )
    return f"{value / scale:.4g} {label}"
