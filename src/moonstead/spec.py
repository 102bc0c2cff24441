"""The base of everything that is read from a scenario file.

A field's unit is the ending of its name (`power_w`, `latitude_deg`): a bare number is taken in
that unit, and a text such as ``"40 kW"`` is converted to it. Objects are frozen and strict: an
unknown key, a text where a number belongs or a value out of bounds is refused.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from moonstead.units import example_of, parse_quantity, unit_of_name

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


def _add_unit_text_to_schema(schema: dict[str, Any]) -> None:
    for name, field in schema.get("properties", {}).items():
        unit = unit_of_name(name)
        if unit is None or field.get("type") != "number":
            continue
        number = {key: field.pop(key) for key in list(field) if key not in {"title", "description", "default"}}
        text = {"type": "string", "examples": [example_of(unit)]}
        field["anyOf"] = [number, text]
        field["x-unit"] = unit or "1"


class Spec(BaseModel):
    """Base of scenario objects: frozen, strict, self-documenting, with units in field names."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra=_add_unit_text_to_schema,
    )

    @model_validator(mode="before")
    @classmethod
    def _convert_units(cls, data: object) -> object:
        """Turn ``"40 kW"`` into 40000.0 for every field whose name ends with a unit."""
        if not isinstance(data, Mapping):
            return data
        return {key: _converted(str(key), value) for key, value in data.items()}


class UnitText(str):
    """A text that should have been a value with a unit, and the sentence that says why not."""

    reason: str


def _converted(name: str, value: object) -> object:
    unit = unit_of_name(name)
    if unit is None or not isinstance(value, str):
        return value
    try:
        return parse_quantity(value, unit)
    except ValueError as error:
        refused = UnitText(value)
        refused.reason = str(error)
        return refused
