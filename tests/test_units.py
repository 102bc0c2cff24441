"""Values with units: what a person writes comes out in SI, and nonsense is refused in words."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moonstead.units import (
    DAY_S,
    HOUR_S,
    JULIAN_YEAR_S,
    KWH_J,
    MINUTE_S,
    example_of,
    is_difference,
    kind_of,
    parse_quantity,
    unit_of_name,
)

# Written unit, unit inside, size of one. Sources: SI brochure; year = 365.25 d; byte = 8 bit.
UNITS = [
    ("W", "W", 1.0),
    ("kW", "W", 1e3),
    ("MW", "W", 1e6),
    ("mW", "W", 1e-3),
    ("J", "J", 1.0),
    ("kWh", "J", KWH_J),
    ("Wh", "J", 3600.0),
    ("min", "s", MINUTE_S),
    ("h", "s", HOUR_S),
    ("hours", "s", HOUR_S),
    ("d", "s", DAY_S),
    ("days", "s", DAY_S),
    ("year", "s", JULIAN_YEAR_S),
    ("km", "m", 1e3),
    ("cm^2", "m^2", 1e-4),
    ("m2", "m^2", 1.0),
    ("m²", "m^2", 1.0),
    ("t", "kg", 1e3),
    ("g", "kg", 1e-3),
    ("Gbit", "bit", 1e9),
    ("GB", "bit", 8e9),
    ("Mbit/s", "bit/s", 1e6),
    ("kWh/kg", "J/kg", KWH_J),
    ("J/(kg K)", "J/kg/K", 1.0),
    ("kJ/kg/K", "J/kg/K", 1e3),
    ("kJ kg^-1 K^-1", "J/kg/K", 1e3),
    ("W/degC", "W/K", 1.0),
    ("rad", "degree", 180.0 / math.pi),
    ("°", "degree", 1.0),
    ("arcmin", "degree", 1.0 / 60.0),
    ("%", "", 0.01),
    ("%/year", "1/year", 0.01),
    ("1/day", "1/s", 1.0 / DAY_S),
    ("%/K", "1/K", 0.01),
    ("mK", "K", 1e-3),
    ("kPa", "Pa", 1e3),
]


@pytest.mark.parametrize(("written", "inside", "size"), UNITS)
@given(value=st.floats(-1e9, 1e9, allow_subnormal=False), gap=st.sampled_from(["", " ", "  "]))
def test_round_trip(written: str, inside: str, size: float, value: float, gap: str) -> None:
    if not gap and written[0] in "1":
        gap = " "
    text = f" {value!r}{gap}{written} "
    assert parse_quantity(text, inside) == pytest.approx(value * size, rel=1e-12, abs=1e-300)


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_bare_number_in_quotes_is_in_the_unit_wanted(value: float) -> None:
    assert parse_quantity(repr(value), "W") == value


@pytest.mark.parametrize(
    ("text", "difference", "kelvin"),
    [
        ("-20 degC", False, 253.15),
        ("20°C", False, 293.15),
        ("2 degC", True, 2.0),
        ("5 K", True, 5.0),
    ],
)
def test_celsius(text: str, difference: bool, kelvin: float) -> None:
    assert parse_quantity(text, "K", difference=difference) == pytest.approx(kelvin, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("40 kw", "W", 'no unit is called "kw"; did you mean "kW"?'),
        ("1 Kwh", "J", 'did you mean "kWh"?'),
        ("1 kWw", "J", 'did you mean "kWh"?'),
        ("273 k", "K", 'did you mean "K"?'),
        ("20 C", "K", 'did you mean "degC"?'),
        ("1 ton", "kg", 'did you mean "t"?'),
        ("2 Mbps", "bit/s", 'did you mean "Mbit/s"?'),
        ("3 apples", "W", 'no unit is called "apples"; write a number or a text such as "40 kW"'),
        ("2 kWh", "W", '"kWh" is not a unit of a power'),
        ("95 %", "bit", '"%" is not a unit of an amount of data'),
        ("45 deg", "", '"deg" is not a unit of a pure number'),
        ("5 %", "degree", '"%" is not a unit of an angle'),
        ("3 degC^2", "K", "is not a unit of a temperature"),
        ("1,000 W", "W", "no separators"),
        ("0,5 W", "W", "a decimal point"),
        ("1_000 W", "W", "no separators"),
        ("1e999 W", "W", "too large a number"),
        ("nan W", "W", "not a number with a unit"),
        ("inf", "W", "not a number with a unit"),
        ("", "W", "not a number with a unit"),
        ("W 40", "W", "not a number with a unit"),
        ("3 W**9**9**9", "W", "is not a unit"),
        ("3 10**10**10 W", "W", "is not a unit"),
        ("1 " + "W" * 100, "W", "not a number with a unit"),
        ("1/0 W", "W", "is not a unit"),
        ("1 J0", "W", "cannot be converted"),
    ],
)
def test_refusals_say_what_is_wrong(text: str, unit: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        parse_quantity(text, unit)


@given(text=st.text(max_size=80), unit=st.sampled_from(["W", "K", "", "bit/s", "degree"]))
def test_any_text_is_a_finite_number_or_refused(text: str, unit: str) -> None:
    try:
        value = parse_quantity(text, unit)
    except ValueError:
        value = 0.0
    assert math.isfinite(value)


@given(
    text=st.from_regex(r"\A[0-9]{1,3} [WJsmkgK%°hd/*() ^0-9-]{1,12}\Z"),
    unit=st.sampled_from(["W", "K", "", "J/kg", "s"]),
)
def test_anything_like_a_unit_is_a_finite_number_or_refused(text: str, unit: str) -> None:
    test_any_text_is_a_finite_number_or_refused.hypothesis.inner_test(text, unit)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("power_w", "W"),
        ("rate_bit_per_s", "bit/s"),
        ("flux_w_per_m2", "W/m^2"),
        ("heat_capacity_j_per_k", "J/K"),
        ("heat_capacity_j_per_kg_k", "J/kg/K"),
        ("speed_m_per_s", "m/s"),
        ("loss_per_year", "1/year"),
        ("temperature_coefficient_per_k", "1/K"),
        ("charge_efficiency", ""),
        ("fraction", ""),
        ("t_s", "s"),
        ("area_m2", "m^2"),
        ("title", None),
        ("s", None),
        ("parts_per_million", None),
        ("", None),
    ],
)
def test_unit_of_name(name: str, unit: str | None) -> None:
    assert unit_of_name(name) == unit


def test_differences_are_told_by_name() -> None:
    assert is_difference("band_k")
    assert is_difference("heater_band_k")
    assert not is_difference("setpoint_k")
    assert not is_difference("band_w")


@pytest.mark.parametrize(
    "unit", sorted({inside for _, inside, _ in UNITS} | {"kg/s", "W/m^2", "m^3"})
)
def test_every_example_can_be_read(unit: str) -> None:
    assert math.isfinite(parse_quantity(example_of(unit), unit))
    assert kind_of(unit)
