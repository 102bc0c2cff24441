"""Codes and modulations: what ratio of signal to noise each needs.

The table is ``codes.csv`` beside this file, with a source and a confidence in each row. The
thresholds are of ideal receivers; a radio's implementation loss comes on top.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from moonstead.comms.link_tables import CONFIDENCES, filled, number, one_of, read_table
from moonstead.comms.link_terms import decibels

_COLUMNS = {
    "name": filled,
    "title": filled,
    "efficiency_bit_per_symbol": number(0.01, 8.0),
    "required_db": number(-10.0, 30.0),
    "per": one_of(("bit", "symbol")),
    "error_rate": filled,
    "source": filled,
    "confidence": one_of(CONFIDENCES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code with its modulation.

    Parameters
    ----------
    name, title
        In files, and for people.
    efficiency_bit_per_symbol
        Bits of data that a symbol of the channel carries, framing included where the standard
        counts it.
    required_ebn0_db
        Energy of a bit of data over noise density, of an ideal receiver.
    error_rate
        At which the threshold holds.
    source, confidence
        Where it comes from.
    """

    name: str
    title: str
    efficiency_bit_per_symbol: float
    required_ebn0_db: float
    error_rate: str
    source: str
    confidence: str


@cache
def load_codes() -> Mapping[str, Code]:
    """Return the codes of the table by name."""
    return {row["name"]: _code(row) for row in read_table("codes.csv", None, _COLUMNS)}


def _code(row: dict[str, str]) -> Code:
    efficiency = float(row["efficiency_bit_per_symbol"])
    per_symbol = row["per"] == "symbol"
    return Code(
        name=row["name"],
        title=row["title"],
        efficiency_bit_per_symbol=efficiency,
        required_ebn0_db=float(row["required_db"])
        - (float(decibels(efficiency)) if per_symbol else 0.0),
        error_rate=row["error_rate"],
        source=row["source"],
        confidence=row["confidence"],
    )
