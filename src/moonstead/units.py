"""Units: SI inside, anything a person writes at the edges.

Inside the program every bare float is in the SI unit that its name ends with. Degrees, hours,
kilowatt-hours and the like live in scenario files and on screens only; this file is where they
become SI, and the only place that knows how many seconds an hour has.
"""

from functools import cache
from typing import Any

MINUTE_S = 60.0
HOUR_S = 3600.0
DAY_S = 86400.0
JULIAN_YEAR_S = 31557600.0
KWH_J = 3.6e6

# The unit that a name's ending stands for. The longest ending wins, so `_bit_per_s` is not `_s`.
UNIT_OF_SUFFIX = {
    "_bit_per_s": "bit/s",
    "_bit": "bit",
    "_deg": "degree",
    "_j_per_k": "J/K",
    "_j_per_kg": "J/kg",
    "_j": "J",
    "_k": "K",
    "_kg": "kg",
    "_m2": "m^2",
    "_m": "m",
    "_per_k": "1/K",
    "_per_year": "1/year",
    "_per_s": "1/s",
    "_s": "s",
    "_w": "W",
    "_w_per_k": "W/K",
    "_fraction": "",
    "_efficiency": "",
}


def unit_of_name(name: str) -> str | None:
    """Return the SI unit that the ending of a name stands for, or None where it has none."""
    endings = [suffix for suffix in UNIT_OF_SUFFIX if name.endswith(suffix)]
    return UNIT_OF_SUFFIX[max(endings, key=len)] if endings else None


@cache
def _registry() -> Any:
    # pint costs half a second to import: only files with units in them should pay for it.
    import pint  # noqa: PLC0415

    registry: Any = pint.UnitRegistry()
    return registry


def parse_quantity(text: str, unit: str) -> float:
    """Convert a value with its unit, as written by a person, to a bare number in ``unit``.

    Parameters
    ----------
    text
        Such as ``"40 kW"``, ``"24.3 kWh/kg"``, ``"-20 degC"`` or ``"5 %"``. A bare number in
        quotes is taken to be in ``unit`` already.
    unit
        The unit wanted, in pint's spelling; empty for a pure number.

    Returns
    -------
    float
        The value in ``unit``.

    Raises
    ------
    ValueError
        With a sentence that says what is wrong and what would be right.
    """
    import pint  # noqa: PLC0415

    wanted = f'a number or a text such as "{example_of(unit)}"'
    number, _, unit_text = text.strip().partition(" ")
    try:
        value = float(number)
        quantity = _registry().Quantity(value, unit_text.strip() or unit)
        return float(quantity.to(unit or "dimensionless").magnitude)
    except pint.DimensionalityError:
        message = f"the unit does not fit here; write {wanted}"
    except pint.UndefinedUnitError as error:
        message = f"no unit is called {', '.join(error.unit_names)!r}; write {wanted}"
    except Exception:  # noqa: BLE001  pint raises its tokenizer's errors for odd input
        message = f"not a number and a unit; write {wanted}"
    raise ValueError(message)


_EXAMPLES = {
    "W": "40 kW",
    "J": "150 kWh",
    "s": "12 h",
    "m": "10 m",
    "m^2": "28 m^2",
    "kg": "450 kg",
    "K": "273 K",
    "bit": "64 Gbit",
    "bit/s": "2 Mbit/s",
    "J/kg": "24.3 kWh/kg",
    "degree": "222.8 deg",
    "": "95 %",
}


def example_of(unit: str) -> str:
    """Return an example of a value with a unit, for messages and documentation."""
    return _EXAMPLES.get(unit, f"1.5 {unit}")
