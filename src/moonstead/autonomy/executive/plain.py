"""Dataclasses to plain JSON values and back, exactly: for state, log and replay."""

import math
import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

_WORDS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class PlainError(ValueError):
    """Plain values that are not what they should be."""


def to_plain(value: Any) -> Any:
    """Return plain JSON values; floats that JSON has no number for become words."""
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else str(value)
    if kind in {str, int, bool} or value is None:
        return value
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(to_plain(item) for item in value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {name: to_plain(getattr(value, name)) for name in _names(cast("Hashable", kind))}
    raise TypeError(f"{kind.__name__} has no plain form")


def from_plain(kind: Any, plain: Any) -> Any:
    """Return an object of a type from what `to_plain` gave.

    Raises
    ------
    PlainError
        If the values are not those of the type.
    """
    try:
        return _reader(kind)(plain)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise PlainError(str(error)) from error


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    if kind is float:
        return _float
    if kind in {str, int, bool}:
        return lambda plain: _exactly(kind, plain)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        present = _reader(next(arm for arm in inner if arm is not type(None)))
        return lambda plain: None if plain is None else present(plain)
    if origin in {list, frozenset}:
        item = _reader(inner[0])
        return lambda plain: origin(map(item, _exactly(list, plain)))
    if origin is tuple:
        return _tuple_reader(inner)
    if origin is not None and issubclass(origin, Mapping):
        item = _reader(inner[1])
        return lambda plain: {k: item(v) for k, v in _exactly(dict, plain).items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return _object_reader(kind)


def _tuple_reader(inner: tuple[Any, ...]) -> Callable[[Any], Any]:
    if inner[1:] == (...,):
        item = _reader(inner[0])
        return lambda plain: tuple(map(item, _exactly(list, plain)))
    items = [_reader(arm) for arm in inner]
    return lambda plain: tuple(
        read(value) for read, value in zip(items, _exactly(list, plain), strict=True)
    )


def _object_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {name: _reader(hints[name]) for name in _names(kind)}

    def read(plain: Any) -> Any:
        given = _exactly(dict, plain)
        if given.keys() != readers.keys():
            odd = ", ".join(sorted(given.keys() ^ readers.keys()))
            raise PlainError(f"{kind.__name__} is not made of these: {odd}")
        return kind(**{name: each(given[name]) for name, each in readers.items()})

    return read


def _float(plain: Any) -> float:
    if isinstance(plain, str):
        return _WORDS[plain]
    if isinstance(plain, bool) or not isinstance(plain, (int, float)):
        raise PlainError(f"{plain!r} is no number")
    return float(plain)


def _exactly(kind: type, plain: Any) -> Any:
    if type(plain) is not kind:
        raise PlainError(f"{plain!r} is no {kind.__name__}")
    return plain
