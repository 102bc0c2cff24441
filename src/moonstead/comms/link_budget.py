"""A link budget: every term from the transmitter's power to the margin.

`carrier_dbhz` is the sum that matters, for arrays of geometry; `link_budget` shows every line of it
for one moment. Both are made of the same terms. C/N0 counts all power of the signal: what residual
carriers and ranging tones take belongs to the implementation loss.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from moonstead.comms.atmosphere import AirLoss
from moonstead.comms.link_codes import Code
from moonstead.comms.link_noise import system_noise_k
from moonstead.comms.link_radios import Radio
from moonstead.comms.link_terms import (
    BOLTZMANN_J_PER_K,
    FloatArray,
    decibels,
    free_space_loss_db,
    pointing_loss_db,
    polarisation_loss_db,
)
from moonstead.errors import InputError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What is between two radios.

    Parameters
    ----------
    range_m
        Shape (n,) or a number.
    air
        Loss in the Earth's air; None where the path meets none.
    air_at_receiver
        Whether the air is before the receiving antenna, which then sees it radiate.
    hot_k
        Of warm bodies in the receiver's beam, from `moonstead.comms.link_noise.disc_noise_k`.
    obstruction_db
        By diffraction over ground, from `moonstead.comms.surface_link`.

    Raises
    ------
    InputError
        A range is not above 0.
    """

    range_m: ArrayLike
    air: AirLoss | None = None
    air_at_receiver: bool = True
    hot_k: ArrayLike = 0.0
    obstruction_db: ArrayLike = 0.0

    def __post_init__(self) -> None:
        least_m = np.min(np.asarray(self.range_m, dtype=np.float64), initial=np.inf)
        if not least_m > 0.0:
            raise InputError(Problem("link", "range_m", f"{least_m:g}", "must be above 0 m"))

    def air_loss_db(self) -> FloatArray:
        """Return the whole loss in the air, dB."""
        return np.zeros(()) if self.air is None else self.air.total_db

    def noise_k(self, receiver_k: float) -> FloatArray:
        """Return the noise temperature of a receiver under these conditions."""
        return system_noise_k(receiver_k, self.heard_absorption_db(), self.hot_k)

    def heard_absorption_db(self) -> ArrayLike:
        """Return what the air before the receiving antenna absorbs, dB."""
        if self.air is None or not self.air_at_receiver:
            return 0.0
        return self.air.absorbed_db


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBudget:
    """The lines of a link budget, in order; losses are positive.

    Parameters
    ----------
    frequency_hz, range_m
        Of the link.
    power_dbw, line_loss_db, transmit_gain_dbi, eirp_dbw
        Of the transmitter.
    transmit_pointing_db, free_space_db, gas_db, cloud_db, rain_db, scintillation_db, air_db
        On the way. The air's total is less than the sum of its parts, which do not peak together.
    obstruction_db, polarisation_db, receive_pointing_db
        On the way and at the receiver.
    receive_gain_dbi, received_dbw
        At the receiver's antenna.
    receiver_noise_k, air_noise_k, hot_noise_k, system_noise_k, g_over_t_db_per_k
        What the receiver hears by itself, and what the system has.
    carrier_dbhz
        C/N0.
    rate_bit_per_s, ebn0_db, implementation_loss_db, required_ebn0_db, margin_db
        What the data need.
    """

    frequency_hz: float
    range_m: float
    power_dbw: float
    line_loss_db: float
    transmit_gain_dbi: float
    eirp_dbw: float
    transmit_pointing_db: float
    free_space_db: float
    gas_db: float
    cloud_db: float
    rain_db: float
    scintillation_db: float
    air_db: float
    obstruction_db: float
    polarisation_db: float
    receive_pointing_db: float
    receive_gain_dbi: float
    received_dbw: float
    receiver_noise_k: float
    air_noise_k: float
    hot_noise_k: float
    system_noise_k: float
    g_over_t_db_per_k: float
    carrier_dbhz: float
    rate_bit_per_s: float
    ebn0_db: float
    implementation_loss_db: float
    required_ebn0_db: float
    margin_db: float

    def lines(self) -> tuple[tuple[str, float, str], ...]:
        """Return name, value and unit of every line, in order, for a table."""
        return tuple(_line(field.name, getattr(self, field.name)) for field in fields(self))

    def as_dict(self) -> dict[str, float]:
        """Return the lines by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


_UNITS = {
    "_db_per_k": "dB/K",
    "_bit_per_s": "bit/s",
    "_dbhz": "dBHz",
    "_dbw": "dBW",
    "_dbi": "dBi",
    "_db": "dB",
    "_hz": "Hz",
    "_m": "m",
    "_k": "K",
}


def _line(name: str, value: float) -> tuple[str, float, str]:
    ending = next(ending for ending in _UNITS if name.endswith(ending))
    return name.removesuffix(ending).replace("_", " "), value, _UNITS[ending]


def carrier_dbhz(sender: Radio, receiver: Radio, conditions: Conditions) -> FloatArray:
    """Return C/N0 of a link, dBHz.

    Parameters
    ----------
    sender, receiver
        Their transmit and receive bands must be one.
    conditions
        Of shape (n,) or numbers.

    Raises
    ------
    InputError
        The sender does not transmit, or the receiver does not listen in its band.
    """
    frequency_hz, receiver_k = _matched(sender, receiver)
    gain_db = sender.eirp_dbw() + receiver.gain_at_dbi(frequency_hz)
    lost_db = sum(_fixed_losses_db(sender, receiver, frequency_hz))
    way_db = free_space_loss_db(conditions.range_m, frequency_hz) + conditions.air_loss_db()
    noise_db = decibels(BOLTZMANN_J_PER_K * conditions.noise_k(receiver_k))
    obstruction_db = np.asarray(conditions.obstruction_db, dtype=np.float64)
    return np.asarray(gain_db - lost_db - way_db - obstruction_db - noise_db)


def link_budget(
    sender: Radio, receiver: Radio, conditions: Conditions, code: Code, rate_bit_per_s: float
) -> LinkBudget:
    """Return every line of a link at one moment.

    Parameters
    ----------
    sender, receiver
        Of the link.
    conditions
        Of one moment: numbers, or arrays of one value.
    code
        That the data are sent with.
    rate_bit_per_s
        Of the data.

    Raises
    ------
    InputError
        As `carrier_dbhz`, or the rate is not above 0.
    """
    if not rate_bit_per_s > 0.0:
        remedy = "must be above 0 bit/s"
        raise InputError(Problem("link", "rate_bit_per_s", f"{rate_bit_per_s:g}", remedy))
    frequency_hz, receiver_k = _matched(sender, receiver)
    transmit_db, polarisation_db, receive_db = _fixed_losses_db(sender, receiver, frequency_hz)
    air = conditions.air
    noise_k = _number(conditions.noise_k(receiver_k))
    hot_k = noise_k - _number(system_noise_k(receiver_k, conditions.heard_absorption_db()))
    carrier = _number(carrier_dbhz(sender, receiver, conditions))
    ebn0_db = carrier - _number(decibels(rate_bit_per_s))
    receive_gain_dbi = receiver.gain_at_dbi(frequency_hz)
    return LinkBudget(
        frequency_hz=frequency_hz,
        range_m=_number(conditions.range_m),
        power_dbw=_number(decibels(sender.power_w or 0.0)),
        line_loss_db=sender.line_loss_db,
        transmit_gain_dbi=sender.gain_at_dbi(frequency_hz),
        eirp_dbw=sender.eirp_dbw(),
        transmit_pointing_db=transmit_db,
        free_space_db=_number(free_space_loss_db(conditions.range_m, frequency_hz)),
        gas_db=_number(air.gas_db) if air else 0.0,
        cloud_db=_number(air.cloud_db) if air else 0.0,
        rain_db=_number(air.rain_db) if air else 0.0,
        scintillation_db=_number(air.scintillation_db) if air else 0.0,
        air_db=_number(conditions.air_loss_db()),
        obstruction_db=_number(conditions.obstruction_db),
        polarisation_db=polarisation_db,
        receive_pointing_db=receive_db,
        receive_gain_dbi=receive_gain_dbi,
        received_dbw=carrier + _number(decibels(BOLTZMANN_J_PER_K * noise_k)),
        receiver_noise_k=receiver_k,
        air_noise_k=noise_k - hot_k - receiver_k,
        hot_noise_k=hot_k,
        system_noise_k=noise_k,
        g_over_t_db_per_k=receive_gain_dbi - _number(decibels(noise_k)),
        carrier_dbhz=carrier,
        rate_bit_per_s=rate_bit_per_s,
        ebn0_db=ebn0_db,
        implementation_loss_db=sender.implementation_loss_db,
        required_ebn0_db=code.required_ebn0_db,
        margin_db=ebn0_db - sender.implementation_loss_db - code.required_ebn0_db,
    )


def _matched(sender: Radio, receiver: Radio) -> tuple[float, float]:
    """Return the carrier and the receiver's noise, of two radios that fit together."""
    if sender.transmit_hz is None:
        raise InputError(Problem("link", sender.name, "", "does not transmit; name one that does"))
    if receiver.noise_k is None:
        raise InputError(Problem("link", receiver.name, "", "does not receive; name one that does"))
    if sender.band != receiver.band:
        remedy = f"{sender.name} sends in {sender.band}; name a receiver of that band"
        raise InputError(Problem("link", receiver.name, f"band {receiver.band}", remedy))
    return sender.transmit_hz, receiver.noise_k


def _fixed_losses_db(
    sender: Radio, receiver: Radio, frequency_hz: float
) -> tuple[float, float, float]:
    """Return the loss of pointing the sender, of polarisation, and of pointing the receiver."""
    sent = pointing_loss_db(sender.pointing_deg, sender.half_power_deg(frequency_hz))
    heard = pointing_loss_db(receiver.pointing_deg, receiver.half_power_deg(frequency_hz))
    turned_db = polarisation_loss_db(sender.axial_ratio_db, receiver.axial_ratio_db)
    return float(sent), turned_db, float(heard)


def _number(value: ArrayLike) -> float:
    return float(np.asarray(value, dtype=np.float64).reshape(()))
