"""Rates that a radio can send at, and the best of them that a link carries."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from moonstead.comms.link_codes import load_codes
from moonstead.comms.link_radios import ADAPTIVE, Radio
from moonstead.comms.link_terms import FloatArray, decibels
from moonstead.compiled import compiled
from moonstead.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class Rung:
    """One rate of a ladder.

    Parameters
    ----------
    rate_bit_per_s
        Of data.
    required_dbhz
        C/N0 that it needs, implementation loss included.
    code
        Name of the code that it is sent with.
    """

    rate_bit_per_s: float
    required_dbhz: float
    code: str


@dataclass(frozen=True, slots=True)
class RateChoice:
    """What a link carries at each moment; arrays of shape (n,).

    Parameters
    ----------
    rate_bit_per_s
        0 where no rate closes.
    rung
        Place in the ladder; -1 where none closes.
    missing_db
        What the lowest rate lacks; 0 where one closes.
    """

    rate_bit_per_s: FloatArray
    rung: NDArray[np.int64]
    missing_db: FloatArray


def ladder_of(radio: Radio) -> tuple[Rung, ...]:
    """Return the rates that a radio sends at, from low to high, without those that are no use.

    A rung that needs more than a faster one is left out: adaptive modulation never takes it.

    Raises
    ------
    InputError
        The radio does not transmit.
    """
    if radio.transmit_hz is None:
        raise InputError(Problem("ladder", radio.name, "", "does not transmit; name one that does"))
    loss_db, codes = radio.implementation_loss_db, load_codes()
    if radio.code != ADAPTIVE:
        code = codes[radio.code]
        return tuple(
            _rung(rate, code.required_ebn0_db + loss_db, code.name)
            for rate in radio.rates_bit_per_s
        )
    rungs = [
        _rung(
            (radio.symbol_rate_hz or 0.0) * code.efficiency_bit_per_symbol,
            code.required_ebn0_db + loss_db,
            code.name,
        )
        for code in codes.values()
        if code.name.startswith(ADAPTIVE)
    ]
    return _useful(rungs)


def best_rate(
    ladder: tuple[Rung, ...],
    carrier_dbhz: ArrayLike,
    margin_db: float = 3.0,
    hysteresis_db: float = 0.0,
) -> RateChoice:
    """Return the highest rate that a link carries at each moment.

    Parameters
    ----------
    ladder
        As `ladder_of` gives it.
    carrier_dbhz
        C/N0, shape (n,) or a number; in the order of time where there is a hysteresis.
    margin_db
        Kept above the threshold.
    hysteresis_db
        What a higher rate than the one before needs on top; at the first moment, and after none
        closed, nothing.

    Returns
    -------
    RateChoice
    """
    carrier = np.atleast_1d(np.asarray(carrier_dbhz, dtype=np.float64))
    required = np.array([rung.required_dbhz + margin_db for rung in ladder])
    rung = _follow(carrier, required, hysteresis_db)
    rates = np.array([*(step.rate_bit_per_s for step in ladder), 0.0])
    missing_db = np.where(rung < 0, required[0] - carrier, 0.0)
    return RateChoice(rates[rung], rung, missing_db)


def require_closed(name: str, choice: RateChoice) -> None:
    """Refuse a link that carries nothing at any moment.

    Raises
    ------
    InputError
        It names the link and the least that is missing, in dB.
    """
    if np.all(choice.rung < 0):
        missing_db = float(np.min(choice.missing_db))
        remedy = (
            f"cannot close: the lowest rate lacks {missing_db:.1f} dB at best; take more power, "
            "a larger antenna, a lower rate or a stronger code"
        )
        raise InputError(Problem("link", name, "", remedy))


def rate_spells(
    t_s: FloatArray, rate_bit_per_s: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return spells of one rate each, as contact plans take them.

    Parameters
    ----------
    t_s
        Rising, shape (n,); the last is the end.
    rate_bit_per_s
        Shape (n,); between two moments the lower of both is counted, so that no plan promises more
        than the link carries.

    Returns
    -------
    tuple of ndarray
        Begin and end (s), and rate; without the spells in which nothing is carried.
    """
    rate = np.minimum(rate_bit_per_s[:-1], rate_bit_per_s[1:])
    begins = np.flatnonzero(np.diff(rate, prepend=np.nan) != 0.0)
    ends = np.append(begins[1:], rate.size)
    carries = rate[begins] > 0.0
    return t_s[begins][carries], t_s[ends][carries], rate[begins][carries]


def _rung(rate_bit_per_s: float, required_ebn0_db: float, code: str) -> Rung:
    return Rung(rate_bit_per_s, required_ebn0_db + float(decibels(rate_bit_per_s)), code)


def _useful(rungs: Iterable[Rung]) -> tuple[Rung, ...]:
    kept: list[Rung] = []
    for rung in sorted(rungs, key=lambda rung: (rung.required_dbhz, -rung.rate_bit_per_s)):
        if not kept or rung.rate_bit_per_s > kept[-1].rate_bit_per_s:
            kept.append(rung)
    return tuple(kept)


@compiled
def _follow(
    carrier_dbhz: FloatArray, required_dbhz: FloatArray, hysteresis_db: float
) -> NDArray[np.int64]:
    """Return the rung at each moment; thresholds rise."""
    found = np.empty(carrier_dbhz.size, np.int64)
    now = -1
    for k in range(carrier_dbhz.size):
        fits = -1
        eager = -1
        for rung in range(required_dbhz.size):
            if carrier_dbhz[k] >= required_dbhz[rung]:
                fits = rung
            if carrier_dbhz[k] >= required_dbhz[rung] + hysteresis_db:
                eager = rung
        now = fits if now < 0 or fits <= now else max(now, eager)
        found[k] = now
    return found
