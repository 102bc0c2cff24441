"""Radios by name: what a scenario means by ``radio = "queqiao-2-ka"``.

The table is ``radios.csv`` beside this file. Its ``source`` column tells what was read, what is
*recall* (written from memory) and what is *assumption*. Where a published link leaves a figure out,
the figure here was chosen so that the published rates close with a plausible margin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from moonstead.comms.link_codes import load_codes
from moonstead.comms.link_tables import (
    CONFIDENCES,
    filled,
    number,
    numbers,
    one_of,
    read_table,
)
from moonstead.comms.link_terms import (
    decibels,
    dish_gain_dbi,
    half_power_of_dish_deg,
    half_power_of_gain_deg,
)
from moonstead.errors import InputError, Problem
from moonstead.spec import suggest

ADAPTIVE = "dvb-s2"
"""In place of a code: all modulations of DVB-S2 at one symbol rate."""

BANDS = ("UHF", "S", "X", "Ka")
_HZ = number(1e8, 1e11, optional=True)
_COLUMNS = {
    "name": filled,
    "title": filled,
    "owner": lambda _text: "",
    "band": one_of(BANDS),
    "transmit_hz": _HZ,
    "receive_hz": _HZ,
    "power_w": number(1e-4, 1e7, optional=True),
    "line_loss_db": number(0.0, 20.0),
    "antenna_m": number(0.01, 600.0, optional=True),
    "efficiency": number(0.05, 1.0, optional=True),
    "gain_dbi": number(-20.0, 90.0, optional=True),
    "pointing_deg": number(0.0, 90.0),
    "axial_ratio_db": number(0.0, 40.0),
    "noise_k": number(1.0, 1e5, optional=True),
    "code": lambda _text: "",
    "rates_bit_per_s": numbers(1.0, 1e11),
    "symbol_rate_hz": number(1.0, 1e11, optional=True),
    "implementation_loss_db": number(0.0, 20.0),
    "source": filled,
    "confidence": one_of(CONFIDENCES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """One end of a link: antenna, transmitter, receiver.

    Parameters
    ----------
    name, title, owner
        In files, for people, and whose it is.
    band
        One of `BANDS`.
    transmit_hz, receive_hz
        Carriers; None where it does only the other.
    power_w, line_loss_db
        Into the line, and lost before the antenna; None where it does not transmit.
    antenna_m, efficiency
        Of a dish; None where only a gain is known.
    gain_dbi
        At all its frequencies; None for a dish.
    pointing_deg
        Offset of the beam's axis from the other end.
    axial_ratio_db
        Of its circular polarisation.
    noise_k
        Of receiver, lines, spill-over and the cosmic background, without air and without warm
        bodies in the beam; None where it does not receive.
    code
        Of what it sends: a name of `load_codes`, or `ADAPTIVE`.
    rates_bit_per_s
        That it sends at, rising; none where the code is adaptive.
    symbol_rate_hz
        Of an adaptive one, else None.
    implementation_loss_db
        Of modulator and demodulator, against the ideal receiver of the code.
    source, confidence
        Where the row comes from, and how far to trust it.
    """

    name: str
    title: str
    owner: str
    band: str
    transmit_hz: float | None
    receive_hz: float | None
    power_w: float | None
    line_loss_db: float
    antenna_m: float | None
    efficiency: float | None
    gain_dbi: float | None
    pointing_deg: float
    axial_ratio_db: float
    noise_k: float | None
    code: str
    rates_bit_per_s: tuple[float, ...]
    symbol_rate_hz: float | None
    implementation_loss_db: float
    source: str
    confidence: str

    def gain_at_dbi(self, frequency_hz: float) -> float:
        """Return the gain on the axis."""
        if self.antenna_m is not None and self.efficiency is not None:
            return dish_gain_dbi(self.antenna_m, frequency_hz, self.efficiency)
        return self.gain_dbi or 0.0

    def half_power_deg(self, frequency_hz: float) -> float:
        """Return the full width of the beam between half-power points, degrees."""
        if self.antenna_m is not None:
            return half_power_of_dish_deg(self.antenna_m, frequency_hz)
        return half_power_of_gain_deg(self.gain_dbi or 0.0)

    def eirp_dbw(self) -> float:
        """Return the power that an isotropic antenna would need, on the axis.

        Raises
        ------
        InputError
            It does not transmit.
        """
        if self.power_w is None or self.transmit_hz is None:
            raise InputError(
                Problem("radio", self.name, "", "does not transmit; name one that does")
            )
        gain_dbi = self.gain_at_dbi(self.transmit_hz)
        return float(decibels(self.power_w)) - self.line_loss_db + gain_dbi


def load_radios(path: Path | None = None) -> dict[str, Radio]:
    """Return the radios of a table by name; None for the one that comes with Moonstead.

    Raises
    ------
    InputError
        With every mistake of the table: row, column, value and what would be right.
    """
    file = str(path) if path else "radios.csv"
    rows = read_table("radios.csv", path, _COLUMNS)
    problems = [
        Problem(file, f'radio "{row["name"]}", {column}', row[column], remedy)
        for row in rows
        for column, remedy in _conflicts(row)
    ]
    if problems:
        raise InputError(problems)
    return {row["name"]: _radio(row) for row in rows}


def radio_named(name: str, radios: Mapping[str, Radio]) -> Radio:
    """Return a radio by name.

    Raises
    ------
    InputError
        The table has none of that name; it says which one was meant.
    """
    if name not in radios:
        raise InputError(
            Problem("radios", "name", f'"{name}"', f"unknown; {suggest(name, radios)}")
        )
    return radios[name]


def _conflicts(row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what is wrong between the cells of a row: column and remedy."""
    found = []
    if bool(row["antenna_m"]) == bool(row["gain_dbi"]):
        found.append(("gain_dbi", "give either antenna_m with efficiency, or gain_dbi"))
    if bool(row["antenna_m"]) != bool(row["efficiency"]):
        found.append(("efficiency", "belongs to antenna_m: give both or none"))
    if bool(row["transmit_hz"]) != bool(row["power_w"]):
        found.append(("power_w", "belongs to transmit_hz: give both or none"))
    if bool(row["receive_hz"]) != bool(row["noise_k"]):
        found.append(("noise_k", "belongs to receive_hz: give both or none"))
    if not row["transmit_hz"] and not row["receive_hz"]:
        found.append(("transmit_hz", "give transmit_hz, receive_hz or both"))
    for column in ("transmit_hz", "receive_hz"):
        low_hz, high_hz = load_bands()[row["band"]]
        if row[column] and not low_hz <= float(row[column]) <= high_hz:
            wanted = f"must be from {low_hz:g} to {high_hz:g} in band {row['band']}"
            found.append((column, wanted))
    return [*found, *_ladder_conflicts(row)]


def _ladder_conflicts(row: Mapping[str, str]) -> list[tuple[str, str]]:
    codes = load_codes()
    if not row["transmit_hz"]:
        return []
    if row["code"] == ADAPTIVE:
        good = bool(row["symbol_rate_hz"]) and not row["rates_bit_per_s"]
        return [] if good else [("symbol_rate_hz", f"{ADAPTIVE} takes this and no rates_bit_per_s")]
    if row["code"] not in codes:
        return [("code", suggest(row["code"], [*codes, ADAPTIVE]))]
    good = bool(row["rates_bit_per_s"]) and not row["symbol_rate_hz"]
    return [] if good else [("rates_bit_per_s", "a fixed code takes these and no symbol_rate_hz")]


@cache
def load_bands() -> Mapping[str, tuple[float, float]]:
    """Return the limits of the bands of space links, Hz, by name; see ``bands.csv``."""
    hz = number(1e6, 1e12)
    columns = {"name": one_of(BANDS), "low_hz": hz, "high_hz": hz, "use": filled, "source": filled}
    rows = read_table("bands.csv", None, columns)
    return {row["name"]: (float(row["low_hz"]), float(row["high_hz"])) for row in rows}


def _radio(row: Mapping[str, str]) -> Radio:
    def maybe(column: str) -> float | None:
        return float(row[column]) if row[column] else None

    return Radio(
        name=row["name"],
        title=row["title"],
        owner=row["owner"],
        band=row["band"],
        transmit_hz=maybe("transmit_hz"),
        receive_hz=maybe("receive_hz"),
        power_w=maybe("power_w"),
        line_loss_db=float(row["line_loss_db"]),
        antenna_m=maybe("antenna_m"),
        efficiency=maybe("efficiency"),
        gain_dbi=maybe("gain_dbi"),
        pointing_deg=float(row["pointing_deg"]),
        axial_ratio_db=float(row["axial_ratio_db"]),
        noise_k=maybe("noise_k"),
        code=row["code"],
        rates_bit_per_s=tuple(float(word) for word in row["rates_bit_per_s"].split()),
        symbol_rate_hz=maybe("symbol_rate_hz"),
        implementation_loss_db=float(row["implementation_loss_db"]),
        source=row["source"],
        confidence=row["confidence"],
    )
