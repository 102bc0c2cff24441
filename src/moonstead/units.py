"""Units: SI inside, anything a person writes at the edges.

Inside the program every bare float is in the SI unit that its name ends with. Degrees, hours,
kilowatt-hours and the like live in scenario files and on screens only; this file is where they
become SI, and the only place that knows how many seconds an hour has.
"""

import difflib
import math
import re
from functools import cache
from typing import Any

MINUTE_S = 60.0
HOUR_S = 3600.0
DAY_S = 86400.0
JULIAN_YEAR_S = 31557600.0
KWH_J = 3.6e6

# The words that a unit in a name is built of: `energy_j`, `rate_bit_per_s`, `loss_per_year`.
_UNIT_OF_WORD = {
    "bit": "bit",
    "deg": "degree",
    "hz": "Hz",
    "j": "J",
    "k": "K",
    "kg": "kg",
    "m": "m",
    "m2": "m^2",
    "m3": "m^3",
    "n": "N",
    "pa": "Pa",
    "rad": "rad",
    "s": "s",
    "v": "V",
    "w": "W",
    "year": "year",
}
_UNITLESS_WORDS = ("fraction", "efficiency")
_DIFFERENCE_WORDS = ("band", "difference", "rise", "step")

# Only what a station is described in: pint's full list would also read "40 k" as forty Boltzmann
# constants, "1 ton" as 907 kg and a percentage as an angle. Bits and angles have dimensions here.
_DEFINITIONS = """
micro- = 1e-6 = µ- = μ- = u-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
meter = [length] = m = metre
second = [time] = s = sec
gram = [mass] = g
ampere = [current] = A = amp
kelvin = [temperature]; offset: 0 = K
degree_Celsius = kelvin; offset: 273.15 = °C = degC = degreeC = celsius
bit = [information]
radian = [angle] = rad
minute = 60 * second = min
hour = 60 * minute = h = hr
day = 24 * hour = d
week = 7 * day
year = 365.25 * day = a = yr
hertz = 1 / second = Hz
byte = 8 * bit = B
degree = 0.017453292519943295 * radian = deg = °
arcminute = degree / 60 = arcmin
arcsecond = arcminute / 60 = arcsec
newton = kilogram * meter / second ** 2 = N
pascal = newton / meter ** 2 = Pa
joule = newton * meter = J
watt = joule / second = W
watt_hour = watt * hour = Wh
volt = watt / ampere = V
ampere_hour = ampere * hour = Ah
tonne = 1000 * kilogram = t
liter = meter ** 3 / 1000 = l = L = litre
percent = 0.01 = %
"""

_EXAMPLES = {
    "W": "40 kW",
    "J": "150 kWh",
    "s": "12 h",
    "m": "10 m",
    "m^2": "28 m^2",
    "kg": "450 kg",
    "K": "-20 degC",
    "bit": "64 Gbit",
    "bit/s": "2 Mbit/s",
    "J/kg": "24.3 kWh/kg",
    "J/K": "12 kJ/K",
    "W/K": "3.5 W/K",
    "degree": "222.8 deg",
    "1/K": "-0.3 %/K",
    "1/year": "2 %/year",
    "1/s": "1 %/day",
    "": "95 %",
}
_KINDS = {
    "W": "a power",
    "J": "an energy",
    "s": "a duration",
    "m": "a length",
    "m^2": "an area",
    "kg": "a mass",
    "K": "a temperature",
    "bit": "an amount of data",
    "bit/s": "a data rate",
    "J/kg": "an energy per mass",
    "degree": "an angle",
    "": "a pure number or a percentage",
}
_FAMILIAR = (
    *("W", "kW", "MW", "mW", "J", "kJ", "MJ", "Wh", "kWh", "MWh", "s", "min", "h", "day", "year"),
    *("m", "km", "cm", "mm", "g", "kg", "t", "K", "degC", "deg", "rad", "arcsec", "arcmin", "%"),
    *("bit", "kbit", "Mbit", "Gbit", "Tbit", "B", "kB", "MB", "GB", "TB", "Hz", "Pa", "kPa", "V"),
)
# Words that people write for units and that would mean something else, or nothing.
_MEANT = {"c": "degC", "ton": "t", "tons": "t", "hrs": "h", "mps": "m/s", "mbps": "Mbit/s"}

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"({_NUMBER})\s*(.*)")
# One digit of exponent per unit and no other number than a leading 1: "W/m^2", "1/K", "J/(kg K)".
_POWER = r"[A-Za-zµμ°%_]+[²³]?(?:(?:\^|\*\*)?-?\d)?"
_GROUP = rf"(?:{_POWER}|\(\s*{_POWER}(?:(?:\s*[*·/]\s*|\s+){_POWER})*\s*\))"
_UNIT = re.compile(rf"(?:1\s*/\s*)?{_GROUP}(?:(?:\s*[*·/]\s*|\s+){_GROUP})*")
_LONGEST_TEXT = 60


def unit_of_name(name: str) -> str | None:
    """Return the SI unit that the ending of a name stands for, or None where it has none.

    Examples
    --------
    >>> unit_of_name("flux_w_per_m2"), unit_of_name("loss_per_year"), unit_of_name("title")
    ('W/m^2', '1/year', None)
    """
    words = name.split("_")
    if words[-1] in _UNITLESS_WORDS:
        return ""
    if "per" in words:
        last_per = len(words) - 1 - words[::-1].index("per")
        below = [_UNIT_OF_WORD.get(word) for word in words[last_per + 1 :]]
        if not below or None in below:
            return None
        above = _UNIT_OF_WORD.get(words[last_per - 1], "1") if last_per else "1"
        return "/".join([above, *(str(unit) for unit in below)])
    return _UNIT_OF_WORD.get(words[-1]) if len(words) > 1 else None


def is_difference(name: str) -> bool:
    """Say whether a name in kelvin is a temperature difference: 2 degC of it are 2 K."""
    words = name.split("_")
    return words[-1] == "k" and len(words) > 1 and words[-2] in _DIFFERENCE_WORDS


def parse_quantity(text: str, unit: str, *, difference: bool = False) -> float:
    """Convert a value with its unit, as written by a person, to a bare number in ``unit``.

    Parameters
    ----------
    text
        Such as ``"40 kW"``, ``"24.3 kWh/kg"``, ``"-20 degC"`` or ``"5 %"``. A bare number in
        quotes is taken to be in ``unit`` already.
    unit
        The unit wanted, in pint's spelling; empty for a pure number.
    difference
        Whether a temperature is a difference, so that a degree Celsius is a kelvin. Inside a
        compound unit, such as ``W/degC``, it always is.

    Returns
    -------
    float
        The value in ``unit``; always finite.

    Raises
    ------
    ValueError
        With a sentence that says what is wrong and what would be right.
    """
    wanted = f'write a number or a text such as "{example_of(unit)}"'
    if re.match(rf"{_NUMBER}[,_']", text.strip()):
        raise ValueError(f"numbers take a decimal point and no separators; {wanted}")
    match = _QUANTITY.fullmatch(text.strip()) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        raise ValueError(f"not a number with a unit; {wanted}")
    value, unit_text = float(match[1]), match[2]
    if unit_text:
        if unit != "K" or difference:
            unit_text = re.sub(r"°C|degC|celsius", "K", unit_text)
        value = _converted(value, unit_text, unit, wanted)
    if not math.isfinite(value):
        raise ValueError(f"too large a number; {wanted}")
    return value


def _converted(value: float, unit_text: str, unit: str, wanted: str) -> float:
    # pint costs a third of a second to import: only files with units in them should pay for it.
    import pint  # noqa: PLC0415

    if _UNIT.fullmatch(unit_text) is None:
        raise ValueError(f'"{unit_text}" is not a unit; {wanted}')
    spelt = re.sub(r"([A-Za-zµμ°])(-?\d)", r"\1**\2", unit_text.replace("·", "*"))
    try:
        return float(_registry().Quantity(value, spelt).to(unit or "dimensionless").magnitude)
    except pint.UndefinedUnitError as error:
        unknown = error.unit_names[0]
        message = f'no unit is called "{unknown}"; {_meant(unknown, unit) or wanted}'
    except pint.DimensionalityError:
        message = f'"{unit_text}" is not a unit of {kind_of(unit)}; {wanted}'
    except Exception:  # noqa: BLE001  pint's parser raises errors of many kinds for odd text
        message = f'"{unit_text}" cannot be converted here; {wanted}'
    raise ValueError(message)


@cache
def _registry() -> Any:
    import pint  # noqa: PLC0415

    registry: Any = pint.UnitRegistry(
        _DEFINITIONS.strip().splitlines(), autoconvert_offset_to_baseunit=True
    )
    return registry


def _meant(unknown: str, unit: str) -> str:
    by_lower = {known.lower(): known for known in reversed(_FAMILIAR)} | _MEANT
    near = difflib.get_close_matches(unknown.lower(), by_lower, n=5, cutoff=0.65)
    wanted = _registry().Unit(unit or "dimensionless")
    close = [by_lower[word] for word in near]
    fitting = [known for known in close if _registry().Unit(known).is_compatible_with(wanted)]
    return f'did you mean "{(fitting or close)[0]}"?' if close else ""


def example_of(unit: str) -> str:
    """Return an example of a value with a unit, for messages and documentation."""
    return _EXAMPLES.get(unit, f"1.5 {unit}")


def kind_of(unit: str) -> str:
    """Return what a unit measures, in words, such as ``a power``."""
    return _KINDS.get(unit, f"a value in {unit}")
