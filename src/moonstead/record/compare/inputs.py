"""Which inputs of two runs differ: the scenario by meaning, and all else of their provenance."""

import math
import tomllib
from typing import Any

from moonstead.errors import RecordError
from moonstead.record.compare.trees import Difference, differences
from moonstead.record.directory import RunDirectory
from moonstead.units import is_difference, parse_quantity, unit_of_name

_OF_THE_TEXT = ("scenario", "scenario_sha256", "scenario_name", "format")
_AS_RUN = ("run.seed", "run.start", "run.end", "run.step_s")
"""The provenance says them as they were run; the command line may have changed the scenario's."""
_ROUNDING = 1e-12


def input_differences(a: RunDirectory, b: RunDirectory) -> tuple[Difference, ...]:
    """Return every input that differs in meaning: ``"40 kW"`` and 40000 do not, nor does order.

    Raises
    ------
    RecordError
        A provenance is damaged.
    """
    provenances = [run.provenance() for run in (a, b)]
    scenarios = [_scenario(run, found) for run, found in zip((a, b), provenances, strict=True)]
    told = [
        found
        for found in differences(scenarios[0], scenarios[1], _same)
        if found.place not in _AS_RUN
    ]
    rest = [
        {key: value for key, value in found.items() if key not in _OF_THE_TEXT}
        for found in provenances
    ]
    return (*told, *differences(rest[0], rest[1], lambda _name, x, y: bool(x == y)))


def _scenario(run: RunDirectory, provenance: dict[str, Any]) -> dict[str, Any]:
    try:
        return tomllib.loads(str(provenance.get("scenario", "")))
    except tomllib.TOMLDecodeError as error:
        raise RecordError(
            f"{run.path / 'provenance.json'}: the scenario in it is damaged ({error})"
        ) from None


def _same(name: str, a: Any, b: Any) -> bool:
    x, y = _meaning(name, a), _meaning(name, b)
    if isinstance(x, float) and isinstance(y, float):
        return math.isclose(x, y, rel_tol=_ROUNDING)
    return bool(x == y)


def _meaning(name: str, value: Any) -> Any:
    """Return a number with its unit as a number in SI, and all else as it is."""
    unit = unit_of_name(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str) or unit is None:
        return value
    try:
        return parse_quantity(value, unit, difference=is_difference(name))
    except ValueError:
        return value
