"""Scenario objects: units by name, strictness, dates in UTC, references and the JSON schema."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import Field, ValidationError, model_validator

from moonstead.spec import (
    Fraction,
    Mistake,
    Name,
    NotNegative,
    Positive,
    RefersTo,
    Spec,
    UtcTime,
    closest,
    refused,
    suggest,
)


class Battery(Spec):
    """A store of energy."""

    type: Literal["battery"] = "battery"
    name: Name = "battery"
    capacity_j: Positive = 1.0
    """Energy when new."""
    floor_fraction: Fraction = 0.2
    band_k: NotNegative = 2.0
    rate_bit_per_s: float | None = None
    profile_deg: tuple[float, ...] = ()
    pair_m: tuple[float, float] = (0.0, 1.0)
    count: int = 1
    spare: bool = False
    since: UtcTime = datetime(2035, 1, 1, tzinfo=UTC)
    owner: Annotated[Name, RefersTo("partner")] = "cnsa"


def build(**values: object) -> Battery:
    return Battery.model_validate(values)


def kinds(error: ValidationError) -> list[str]:
    return [item["type"] for item in error.errors()]


def test_texts_with_units_become_si() -> None:
    battery = build(
        capacity_j="150 kWh", floor_fraction="20 %", band_k="2 degC", rate_bit_per_s="1 kbit/s"
    )
    assert battery.capacity_j == pytest.approx(5.4e8)
    assert battery.floor_fraction == pytest.approx(0.2)
    assert battery.band_k == 2.0
    assert battery.rate_bit_per_s == pytest.approx(1000.0)


def test_lists_become_tuples_with_units_inside() -> None:
    battery = build(profile_deg=[1, "30 arcmin"], pair_m=[2, "1 km"])
    assert battery.profile_deg == (1.0, pytest.approx(0.5))
    assert battery.pair_m == (2.0, 1000.0)


def test_whole_numbers_are_numbers() -> None:
    assert build(capacity_j=5).capacity_j == 5.0


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"capacity_j": True}, "float_type"),
        ({"capacity_j": float("nan")}, "finite_number"),
        ({"capacity_j": float("inf")}, "finite_number"),
        ({"capacity_j": 0.0}, "greater_than"),
        ({"capacity_j": "5 apples"}, "float_type"),
        ({"floor_fraction": 95}, "less_than_equal"),
        ({"count": 1.5}, "int_type"),
        ({"count": True}, "int_type"),
        ({"spare": 1}, "bool_type"),
        ({"name": "Big Battery"}, "string_pattern_mismatch"),
        ({"capcity_j": 5}, "extra_forbidden"),
        ({"since": "soon"}, "datetime_type"),
        ({"since": 5}, "datetime_type"),
    ],
)
def test_strictness(values: dict[str, object], kind: str) -> None:
    with pytest.raises(ValidationError) as caught:
        build(**values)
    assert kinds(caught.value) == [kind]


def test_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        build().capacity_j = 3.0  # type: ignore[misc]


@pytest.mark.parametrize(
    "given_",
    [
        date(2035, 3, 1),
        datetime(2035, 3, 1),  # noqa: DTZ001  a file may leave the offset out
        datetime(2035, 3, 1, 8, tzinfo=timezone(timedelta(hours=8))),
        "2035-03-01",
        "2035-03-01T00:00:00Z",
        "2035-03-01T08:00:00+08:00",
    ],
)
def test_instants_are_utc(given_: object) -> None:
    since = build(since=given_).since
    assert since == datetime(2035, 3, 1, tzinfo=UTC)
    assert since.tzinfo is UTC


def test_an_instant_before_the_first_year_is_refused() -> None:
    with pytest.raises(ValidationError):
        build(since=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8))))


@given(
    st.builds(
        Battery,
        capacity_j=st.floats(1e-9, 1e12),
        floor_fraction=st.floats(0, 1),
        profile_deg=st.lists(st.floats(-360, 360), max_size=4).map(tuple),
        since=st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    )
)
def test_round_trip_through_plain_values(battery: Battery) -> None:
    assert Battery.model_validate(battery.model_dump()) == battery
    assert Battery.model_validate_json(battery.model_dump_json()) == battery


def test_references_hold_only_where_names_are_known() -> None:
    assert build(owner="nobody").owner == "nobody"
    context = {"partner": ("cnsa", "roscosmos")}
    assert Battery.model_validate({"owner": "cnsa"}, context=context).owner == "cnsa"
    with pytest.raises(ValidationError) as caught:
        Battery.model_validate({"owner": "cnas"}, context=context)
    assert caught.value.errors()[0]["msg"] == (
        'no partner has this name; did you mean "cnsa"? known: cnsa, roscosmos'
    )


class Pair(Spec):
    """A model with a check of its own."""

    low_k: float
    high_k: float

    @model_validator(mode="after")
    def _ordered(self) -> "Pair":
        if self.low_k > self.high_k:
            mistakes = [
                Mistake(("low_k",), "too high", self.low_k),
                Mistake(("high_k",), "too low"),
            ]
            raise refused("Pair", mistakes)
        return self


class Pairs(Spec):
    """A list of them."""

    pairs: tuple[Pair, ...]


def test_a_models_own_check_tells_several_mistakes_in_their_places() -> None:
    with pytest.raises(ValidationError) as caught:
        Pairs.model_validate({"pairs": [{"low_k": 2, "high_k": 1}]})
    found = [(item["loc"], item["msg"]) for item in caught.value.errors()]
    assert found == [(("pairs", 0, "low_k"), "too high"), (("pairs", 0, "high_k"), "too low")]


def test_suggestions() -> None:
    assert suggest("cnas", ["roscosmos", "cnsa"]) == 'did you mean "cnsa"? known: cnsa, roscosmos'
    assert suggest("zzz", ["cnsa"]) == "known: cnsa"
    assert suggest("zzz", []) == "none is known here"
    assert closest("CAPACITY_J", ["capacity_j", "count"]) == "capacity_j"
    assert closest("capacity_kwh", ["capacity_j", "count"]) == "capacity_j"


def schema_of(field: str) -> dict[str, Any]:
    schema: dict[str, Any] = Battery.model_json_schema()["properties"][field]
    return schema


def types_in(schema: dict[str, Any]) -> set[str]:
    return {member["type"] for member in schema["anyOf"]}


def test_schema_allows_a_number_or_a_text_with_its_bounds_and_unit() -> None:
    schema = schema_of("capacity_j")
    assert schema["anyOf"] == [
        {"type": "number", "exclusiveMinimum": 0.0},
        {"type": "string", "examples": ["150 kWh"]},
    ]
    assert schema["x-unit"] == "J"
    assert schema["description"] == "Energy when new."
    assert "type" not in schema
    assert schema_of("floor_fraction")["x-unit"] == "1"


def test_schema_of_optional_and_listed_quantities() -> None:
    assert types_in(schema_of("rate_bit_per_s")) == {"number", "string", "null"}
    assert types_in(schema_of("profile_deg")["items"]) == {"number", "string"}
    assert [types_in(item) for item in schema_of("pair_m")["prefixItems"]] == [
        {"number", "string"}
    ] * 2
    assert schema_of("profile_deg")["x-unit"] == "degree"


def test_schema_of_other_fields_is_left_alone() -> None:
    assert schema_of("count")["type"] == "integer"
    assert schema_of("spare")["type"] == "boolean"
    assert schema_of("since")["format"] == "date-time"
    assert schema_of("name")["pattern"]
    assert "x-unit" not in schema_of("count")


def test_schema_is_closed_and_describes_itself() -> None:
    schema = Battery.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["description"] == "A store of energy."


class Element(Spec):
    """One of several."""

    elements: tuple[Annotated[Battery | Pair, Field()], ...]


def test_schema_is_valid_json_schema_2020_12() -> None:
    schema = Element.model_json_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    assert validator.is_valid({"elements": [{"low_k": "5 K", "high_k": 6}]})
    assert validator.is_valid({"elements": [{"capacity_j": 6}]})
    assert not validator.is_valid({"elements": [{"low_k": True, "high_k": 6}]})
    assert not validator.is_valid({"elements": [{"capacity_j": -1}]})
