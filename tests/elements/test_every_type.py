"""What holds for every element type of the catalogue: its example, its page and its parts."""

import math
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args

import numpy as np
import pytest
from made_elements import ADAPTER, THERMAL, TYPES, companions, element, simulated, sky
from pydantic import ValidationError

from moonstead.components import joined
from moonstead.elements.catalogue import AnyElement
from moonstead.elements.examples import example_elements, example_text
from moonstead.simulation.balance import balances
from moonstead.simulation.compile import compile_station
from moonstead.spec import RefersTo

CLASSES = dict(zip(TYPES, get_args(AnyElement), strict=True))
PAGE_PARTS = ("Model", "Assumptions", "Limits", "Validation", "Sources")
NOT_IN_THE_NETWORK = {
    ("cargo", "contents"),  # booked when it arrives
    ("dark_pallet", "absorptivity"),  # it stands in shadow, so this and the next
    ("dark_pallet", "sunlit_area_m2"),
    ("fission_unit", "keep_out_m"),  # for the layout, as the next two
    ("fission_unit", "shadow_shield_half_angle_deg"),
    ("fission_unit", "shield_azimuth_deg"),
    ("ice_mine", "extraction_k"),  # for the check of its energy, as the next two
    ("ice_mine", "ground_k"),
    ("sintering", "sintering_k"),
    ("lander", "ascent"),  # flown at its departure
    ("relay_orbiter", "orbit"),  # where it flies
    ("orbital_module", "orbit"),
    ("orbital_module", "rate_bit_per_s"),  # for its path, as the next
    ("orbital_module", "uplink_rate_bit_per_s"),
    ("relay_orbiter", "rate_bit_per_s"),
    ("relay_orbiter", "uplink_rate_bit_per_s"),
    ("relay_orbiter", "memory_bit"),
    ("relay_orbiter", "min_elevation_deg"),
}
"""Numbers that something else than the network uses."""


A_DAY = sky(500, sun_elevation_deg=5.0, skyline_elevation_deg=4.95) | {
    "elapsed_s": 1e8 + np.linspace(0.0, 86400.0, 500)
}


def test_no_type_is_listed_twice() -> None:
    assert len(set(TYPES)) == len(TYPES)


@pytest.mark.parametrize("kind", TYPES)
def test_its_docstring_has_all_parts_of_a_page_in_order(kind: str) -> None:
    about = sys.modules[CLASSES[kind].__module__].__doc__ or ""
    found = re.findall(r"^\*\*(\w+)\.\*\*", about, re.MULTILINE)
    assert tuple(found) == PAGE_PARTS
    assert about.split("\n\n")[0].count(". ") == 0


@pytest.mark.parametrize("kind", TYPES)
def test_every_test_file_that_its_page_names_exists(
    kind: str, request: pytest.FixtureRequest
) -> None:
    about = sys.modules[CLASSES[kind].__module__].__doc__ or ""
    named = re.findall(r"tests/[\w/]+\.py", about)
    assert named
    for path in named:
        assert (request.config.rootpath / path).exists(), path


@pytest.mark.parametrize("kind", TYPES)
def test_every_number_of_its_example_has_a_source(kind: str) -> None:
    assert example_elements(kind)[0].model_dump()["type"] == kind
    for line in example_text(kind).splitlines():
        number = re.match(r'\w+ = "?[-+]?\d', line)
        is_count = re.match(r"\w+ = \d+$", line)
        assert number is None or is_count or "#" in line, line


@pytest.mark.parametrize("kind", TYPES)
def test_its_example_runs_through_light_and_dark_and_balances(kind: str) -> None:
    series = sky(300)
    series["elapsed_s"] = 60.0 * np.arange(300.0)
    for name in ("solar_irradiance_w_per_m2", "clear_irradiance_w_per_m2", "sun_fraction"):
        series[name][150:] = 0.0
    made = simulated([*companions(kind), element(kind).all_parts()], series, level=1.0)
    for check in balances(made.station, made.begin, made.state, made.ledger):
        assert check.closes, check
    for array in (*made.state, *made.ledger):
        assert np.isfinite(array).all()


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "lander_hub"])
def test_two_of_a_type_live_side_by_side(kind: str) -> None:
    twins = [element(kind, name=name).all_parts() for name in ("one", "two")]
    shared = {bus.name for bus in twins[0].buses} & {bus.name for bus in twins[1].buses}
    if not shared:  # two cables to one bus would both make it
        compile_station(joined((*companions(kind), *twins)))


@pytest.mark.parametrize("kind", TYPES)
def test_what_an_activity_switches_on_exists(kind: str) -> None:
    made = element(kind)
    names = compile_station(joined((*companions(kind), made.all_parts()))).names
    assert set(made.activity_loads()) <= set(names.loads)


@pytest.mark.parametrize("kind", TYPES)
def test_it_reads_back_what_it_writes(kind: str) -> None:
    made = element(kind)
    assert ADAPTER.validate_json(made.model_dump_json()) == made


def referring(kind: str) -> list[str]:
    """Return the keys of a type that name another element."""
    found = []
    for key, field in CLASSES[kind].model_fields.items():
        inner = [getattr(arg, "__metadata__", ()) for arg in get_args(field.annotation)]
        marks = [*field.metadata, *(mark for group in inner for mark in group)]
        if RefersTo("element") in marks:
            found.append(key)
    return found


@pytest.mark.parametrize("kind", [kind for kind in TYPES if referring(kind)])
def test_naming_an_element_that_is_not_there_is_refused(kind: str) -> None:
    table = tomllib.loads(example_text(kind))["element"][0]
    known = {"element": ("hubble",), "partner": (table["partner"],)}
    for key in referring(kind):
        needs = {"warms": {"conductance_w_per_k": 1.0}}.get(key, {})
        with pytest.raises(ValidationError, match="no element has this name"):
            ADAPTER.validate_python({**table, **needs, key: "hub"}, context=known)


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


def told(value: Any) -> Any:
    """Return all that a part says, with its drivers replaced by what they give on one day."""
    if is_dataclass(value):
        return [told(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple):
        return [told(inner) for inner in value]
    if callable(value):
        return value(A_DAY).tolist()
    return value


def numbers(model: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, value in model.items() if isinstance(model, dict) else enumerate(model):
        if isinstance(value, (dict, tuple)):
            yield from numbers(value, (*path, key))
        elif isinstance(value, float) and value != 0.0:
            yield (*path, key)


def with_less(given: Any, path: tuple[Any, ...]) -> Any:
    """Return a document with one number made a little less."""
    if not path:
        return given * 0.97
    key, rest = path[0], path[1:]
    if isinstance(given, tuple):
        return (*given[:key], with_less(given[key], rest), *given[key + 1 :])
    return {**given, key: with_less(given[key], rest)}


@pytest.mark.parametrize("kind", TYPES)
def test_no_number_of_its_example_is_ignored(kind: str) -> None:
    """Each number makes a difference to the parts, but zeros: those are options not taken."""
    thermal = {**THERMAL, "louver_area_m2": 0.5, "melting_k": 300.0, "latent_j": 1e5}
    kept_warm = [key for key in element(kind).model_dump() if key.endswith("thermal")]
    document = element(kind, **dict.fromkeys(kept_warm, thermal)).model_dump()
    plain = told(ADAPTER.validate_python(document).all_parts())
    ignored = [
        path
        for path in numbers(document)
        if path != ("mass_kg",)
        and not any((kind, key) in NOT_IN_THE_NETWORK for key in path)
        and told(ADAPTER.validate_python(with_less(document, path)).all_parts()) == plain
    ]
    assert ignored == []
