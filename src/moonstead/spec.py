"""The base of everything that is read from a scenario file.

A field's unit is the ending of its name (`power_w`, `latitude_deg`): a bare number is taken in
that unit, and a text such as ``"40 kW"`` is converted to it. Objects are frozen and strict: an
unknown key, a text where a number belongs or a value out of bounds is refused.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from moonstead.units import example_of, is_difference, parse_quantity, unit_of_name

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


def _to_utc(value: object) -> object:
    """Take a date, a local date and time as UTC, or one with an offset; refuse anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime):
        try:
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        except OverflowError:
            return "a date out of range"
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


UtcTime = Annotated[datetime, BeforeValidator(_to_utc)]
"""An instant, aware and in UTC: a date is its midnight; without an offset it is UTC already."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that a model's own check finds wrong, besides what its fields say.

    Parameters
    ----------
    place
        Keys and list positions (from 0) below the model that raises it.
    remedy
        What would be right, in words that a user can act on.
    value
        What stands there.
    """

    place: tuple[str | int, ...]
    remedy: str
    value: object = None


def refused(model: str, mistakes: Iterable[Mistake]) -> ValidationError:
    """Return the error with which a model validator refuses several things at once."""
    details = [
        InitErrorDetails(
            type=PydanticCustomError("mistake", "{remedy}", {"remedy": mistake.remedy}),
            loc=mistake.place,
            input=mistake.value,
        )
        for mistake in mistakes
    ]
    return ValidationError.from_exception_data(model, details)


def suggest(name: str, known: Iterable[str]) -> str:
    """Say which of the known names was meant, for a name that is not among them.

    Examples
    --------
    >>> suggest("cnas", ["cnsa", "roscosmos"])
    'did you mean "cnsa"? known: cnsa, roscosmos'
    """
    names = sorted(set(known))
    close = closest(name, names)
    question = f'did you mean "{close}"? ' if close else ""
    return question + (f"known: {', '.join(names)}" if names else "none is known here")


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like ``name``, whatever the case, or None if none is near."""
    by_lower = {word.lower(): word for word in known}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


@dataclass(frozen=True, slots=True)
class RefersTo:
    """Marks a text that must be the name of something: ``Annotated[Name, RefersTo("partner")]``.

    What is known comes with the reading of a file (:mod:`moonstead.scenario.reading`): the names
    in its tables of that kind and those of the catalogues. Objects built in Python are not held
    to it, as there is no file to look in.
    """

    kind: str

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Check the name after everything else about the field."""
        return AfterValidator(self._check).__get_pydantic_core_schema__(source, handler)

    def _check(self, name: str, info: ValidationInfo) -> str:
        known = () if info.context is None else info.context.get(self.kind, ())
        if info.context is not None and name not in known:
            remedy = f"no {self.kind} has this name; {suggest(name, known)}"
            raise PydanticCustomError("mistake", "{remedy}", {"remedy": remedy})
        return name


def _add_units_to_schema(schema: dict[str, Any]) -> None:
    for name, field in schema.get("properties", {}).items():
        unit = unit_of_name(name)
        if unit is not None and _allow_unit_text(field, unit):
            field["x-unit"] = unit or "1"


_BOUNDS = ("type", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")


def _allow_unit_text(schema: dict[str, Any], unit: str) -> bool:
    """Let every number below a schema be a text with a unit too; say whether there was one."""
    if schema.get("type") == "number":
        number = {key: schema.pop(key) for key in _BOUNDS if key in schema}
        schema["anyOf"] = [number, {"type": "string", "examples": [example_of(unit)]}]
        return True
    below = [*schema.get("anyOf", ()), *schema.get("prefixItems", ())]
    if isinstance(schema.get("items"), dict):
        below.append(schema["items"])
    changed = [_allow_unit_text(member, unit) for member in below]
    if any(changed) and "anyOf" in schema:
        schema["anyOf"] = [
            inner for member in schema["anyOf"] for inner in member.get("anyOf", [member])
        ]
    return any(changed)


class RefusedText(str):
    """A text that should have been a value with a unit, and the sentence that says why not."""

    reason: str


def _read(name: str, value: object) -> object:
    if isinstance(value, list):
        # Frozen objects hold tuples; files know lists only.
        return tuple(_read(name, item) for item in value)
    unit = unit_of_name(name)
    if unit is None or not isinstance(value, str):
        return value
    try:
        return parse_quantity(value, unit, difference=is_difference(name))
    except ValueError as error:
        # The field itself refuses it, so that its place and its neighbours' mistakes are told too.
        text = RefusedText(value)
        text.reason = str(error)
        return text


class Spec(BaseModel):
    """Base of scenario objects: frozen, strict, self-documenting, with units in field names."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        json_schema_extra=_add_units_to_schema,
    )

    @model_validator(mode="before")
    @classmethod
    def _read_values(cls, data: object) -> object:
        """Turn ``"40 kW"`` into 40000.0 where the name ends with a unit, and lists into tuples."""
        if not isinstance(data, Mapping):
            return data
        return {key: _read(str(key), value) for key, value in data.items()}
