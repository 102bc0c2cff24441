"""Numbers, spans and lists as a person writes them; units of the screen, not of the inside."""

from collections.abc import Callable, Sequence
from datetime import datetime

from moonstead.contracts import Priority
from moonstead.units import DAY_S, HOUR_S

_ZERO_CELSIUS_K = 273.15
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLASSES = {int(step): step.name.lower() for step in Priority}
_NO_BREAK = "\u00a0"
_MINUS = "\u2212"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 3) -> str:
    """Return a number with about so many significant digits and thousands set apart.

    Examples
    --------
    >>> number(0.01982), number(324.401), number(70450.7), number(-3.2)
    ('0.0198', '324', '70,451', '−3.2')
    """
    size = abs(value)
    if size == 0.0:
        return "0"
    if size < 1e-4:
        return tiny(value)
    decimals = max(digits - 1 - _magnitude(size), 0)
    text = f"{value:,.{decimals}f}"
    if decimals:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", _MINUS)


def tiny(value: float) -> str:
    """Return a very small or very large number, such as ``4.5 × 10⁻¹²``."""
    if value == 0.0:
        return "0"
    digits, exponent = f"{value:.1e}".split("e")
    raised = str(int(exponent)).translate(_RAISED)
    return f"{digits.replace('-', _MINUS)}{_NO_BREAK}×{_NO_BREAK}10{raised}"


def _magnitude(size: float) -> int:
    return int(f"{size:e}".split("e")[1])


def energy(energy_kwh: float) -> str:
    """Return an energy, such as ``324 kWh`` or ``70.5 MWh``."""
    if abs(energy_kwh) >= 10_000.0:
        return f"{number(energy_kwh / 1e3)}{_NO_BREAK}MWh"
    if 0.0 < abs(energy_kwh) < 1.0:
        return f"{number(energy_kwh * 1e3)}{_NO_BREAK}Wh"
    return f"{number(energy_kwh)}{_NO_BREAK}kWh"


def power(power_w: float) -> str:
    """Return a power, such as ``811 W`` or ``14 kW``."""
    if abs(power_w) >= 1e3:
        return f"{number(power_w / 1e3)}{_NO_BREAK}kW"
    return f"{number(power_w)}{_NO_BREAK}W"


def data(amount_gbit: float) -> str:
    """Return an amount of data, such as ``512 Gbit`` or ``8.53 Tbit``."""
    if abs(amount_gbit) >= 1000.0:
        return f"{number(amount_gbit / 1e3)}{_NO_BREAK}Tbit"
    if 0.0 < abs(amount_gbit) < 1.0:
        return f"{number(amount_gbit * 1e3)}{_NO_BREAK}Mbit"
    return f"{number(amount_gbit)}{_NO_BREAK}Gbit"


def mass(mass_kg: float) -> str:
    """Return a mass, such as ``950 kg`` or ``2.42 t``."""
    if abs(mass_kg) >= 10_000.0:
        return f"{number(mass_kg / 1e3)}{_NO_BREAK}t"
    return f"{number(mass_kg)}{_NO_BREAK}kg"


def percent(fraction: float, decimals: int = 1) -> str:
    """Return a share, such as ``95.6 %``."""
    return f"{100.0 * fraction:.{decimals}f}{_NO_BREAK}%".replace("-", _MINUS)


def celsius(temperature_k: float) -> str:
    """Return a temperature in degrees Celsius, such as ``−12``."""
    return f"{temperature_k - _ZERO_CELSIUS_K:.0f}".replace("-", _MINUS).replace("−0", "0")


def span(length_s: float) -> str:
    """Return a length of time, such as ``40 min``, ``31.5 h`` or ``15.7 days``."""
    if length_s < HOUR_S:
        return f"{length_s / 60.0:.0f}{_NO_BREAK}min"
    if length_s < 3 * DAY_S:
        return f"{number(length_s / HOUR_S)}{_NO_BREAK}h"
    return f"{number(length_s / DAY_S)}{_NO_BREAK}days"


def something(text: str) -> str:
    """Return an amount in words, with ``nothing`` for zero."""
    return "nothing" if text.startswith(f"0{_NO_BREAK}") else text


def hours(length_h: float) -> str:
    """Return hours, to one decimal below a hundred."""
    text = number(length_h) if length_h < 100.0 else f"{length_h:,.0f}"
    return f"{text}{_NO_BREAK}h"


def day(moment: datetime) -> str:
    """Return a date, such as ``14 Nov 2035``."""
    return f"{moment.day}{_NO_BREAK}{_MONTHS[moment.month - 1]}{_NO_BREAK}{moment.year}"


def minute(moment: datetime) -> str:
    """Return a date with the time of day, such as ``14 Nov 2035, 14:30``."""
    return f"{day(moment)}, {moment:%H:%M}"


def month(number_of_month: int) -> str:
    """Return the short name of a month, 1 to 12."""
    return _MONTHS[number_of_month - 1]


def count(amount: int, one: str, many: str = "") -> str:
    """Return a count with its noun, such as ``1 session`` or ``3 sessions``."""
    return f"{amount:,}{_NO_BREAK}{one if amount == 1 else many or one + 's'}"


def listed(items: Sequence[str], most: int = 6) -> str:
    """Return a list in words, such as ``a, b and c``; the tail of a long one is counted."""
    if len(items) > most:
        return f"{', '.join(items[:most])} and {len(items) - most} more"
    if len(items) > 1:
        return f"{', '.join(items[:-1])} and {items[-1]}"
    return "".join(items)


def spread(values: Sequence[float], told: Callable[[float], str]) -> str:
    """Return the least and the greatest of some values in words, or the one that they all are."""
    texts = list(dict.fromkeys((told(min(values)), told(max(values)))))
    return " to ".join(texts)


def of_class(priority: int) -> str:
    """Return the name of a class of loads."""
    return _CLASSES.get(priority, f"priority {priority}")


def started(sentence: str) -> str:
    """Return a sentence with a capital at its start."""
    return sentence[:1].upper() + sentence[1:]
