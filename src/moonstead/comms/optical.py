"""Links by laser: a photon budget, and what pulse position modulation makes of the photons.

One pulse is sent in one of M slots of time; the receiver counts photons and takes the slot with the
most, or none where two are equal. `ppm_capacity_bit` is the capacity of that channel of errors and
erasures with Poisson counts: without background it is log2(M) (1 - exp(-n)), as in Hamkins, The
capacity of avalanche photodiode-detected pulse-position modulation, TMO Progress Report 42-138,
1999, equation 7 (read). Decoders with soft counts do a little better, real codes about 1 dB worse;
that and all of receiver and air are figures of the terminals.

**Clouds** close a link. ``cloud_sites.csv`` has the share of time without any, from site surveys;
sites far apart are taken as independent.

**Limits.** No turbulence, no acquisition, no dead time of detectors but in the efficiency of the
receiver. Receivers that amplify light (uplinks to LLCD and O2O) are not photon counting: not here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln, pdtr, pdtrik, xlogy

from moonstead.comms.link_tables import CONFIDENCES, filled, number, numbers, one_of, read_table
from moonstead.comms.link_terms import SPEED_OF_LIGHT_M_PER_S, decibels, power_ratio

PLANCK_J_S = 6.626_070_15e-34
CLEAR_DAY_W_PER_M3_SR = 5e6
"""Radiance of a clear day's sky per wavelength at 1.55 um, 30 degrees and more from the Sun: 5 W
m-2 sr-1 um-1 (assumption; a clear sky lies between 1 and 10)."""

_COLUMNS = {
    "name": filled,
    "title": filled,
    "wavelength_m": number(4e-7, 1e-5),
    "power_w": number(0.0, 1e3),
    "aperture_m": number(0.01, 50.0),
    "apertures": number(1, 100),
    "transmit_efficiency": number(0.0, 1.0),
    "receive_efficiency": number(0.0, 1.0),
    "pointing_loss_db": number(0.0, 20.0),
    "field_rad": number(1e-7, 1e-2),
    "filter_m": number(1e-13, 1e-7),
    "ppm_order": number(2, 1024),
    "code_rate": number(0.01, 1.0),
    "code_gap_db": number(0.0, 10.0),
    "rates_bit_per_s": numbers(1.0, 1e12),
    "source": filled,
    "confidence": one_of(CONFIDENCES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpticalTerminal:
    """One end of an optical link.

    Parameters
    ----------
    name, title
        In files, and for people.
    wavelength_m, power_w
        Of the laser; power 0 where it only receives.
    aperture_m, apertures
        Diameter of one telescope, and how many add up their counts.
    transmit_efficiency
        From laser to far field, against a dish of the same size.
    receive_efficiency
        From aperture to counted photons, detector and its dead time included.
    pointing_loss_db
        When it sends.
    field_rad, filter_m
        Full field of view and optical bandwidth of the receiver.
    ppm_order, code_rate, code_gap_db
        Of what it sends: slots a pulse, bits of data a coded bit, and what the code needs above
        capacity.
    rates_bit_per_s
        That it sends at.
    source, confidence
        Where the row comes from, and how far to trust it.
    """

    name: str
    title: str
    wavelength_m: float
    power_w: float
    aperture_m: float
    apertures: int
    transmit_efficiency: float
    receive_efficiency: float
    pointing_loss_db: float
    field_rad: float
    filter_m: float
    ppm_order: int
    code_rate: float
    code_gap_db: float
    rates_bit_per_s: tuple[float, ...]
    source: str
    confidence: str

    def area_m2(self) -> float:
        """Return the area of all its apertures."""
        return self.apertures * np.pi / 4.0 * self.aperture_m**2


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotonBudget:
    """The lines of an optical link.

    Parameters
    ----------
    power_dbw, transmit_gain_db, transmit_loss_db, spreading_db_per_m2, air_db, receive_area_db_m2
        From the laser to the light in the aperture: spreading is 1 / (4 pi range^2).
    received_dbw
        Power in the aperture.
    counted_per_s, background_per_s
        Photons that are counted, of the signal and of the sky.
    photons_per_bit
        Counted, by bit of data.
    needed_photons_per_bit
        At capacity, with that background.
    margin_db
        After the gap of the code.
    """

    power_dbw: float
    transmit_gain_db: float
    transmit_loss_db: float
    spreading_db_per_m2: float
    air_db: float
    receive_area_db_m2: float
    received_dbw: float
    counted_per_s: float
    background_per_s: float
    photons_per_bit: float
    needed_photons_per_bit: float
    margin_db: float


def load_optical_terminals(path: Path | None = None) -> dict[str, OpticalTerminal]:
    """Return the terminals of a table by name; None for the one that comes with Moonstead.

    Raises
    ------
    InputError
        With every mistake of the table.
    """
    rows = read_table("optical_terminals.csv", path, _COLUMNS)
    return {row["name"]: _terminal(row) for row in rows}


@cache
def clear_shares() -> Mapping[str, float]:
    """Return the share of time without clouds by site; see ``cloud_sites.csv``."""
    columns = {
        "name": filled,
        "clear_share": number(0.0, 1.0),
        "source": filled,
        "confidence": one_of(CONFIDENCES),
    }
    rows = read_table("cloud_sites.csv", None, columns)
    return {row["name"]: float(row["clear_share"]) for row in rows}


def photon_budget(
    sender: OpticalTerminal,
    receiver: OpticalTerminal,
    range_m: float,
    rate_bit_per_s: float,
    air_db: float = 0.0,
    sky_w_per_m3_sr: float = 0.0,
) -> PhotonBudget:
    """Return the lines of an optical link.

    Parameters
    ----------
    sender, receiver
        Of the link.
    range_m
        Between them.
    rate_bit_per_s
        Of data.
    air_db
        Loss in clear air.
    sky_w_per_m3_sr
        Radiance behind the sender per wavelength: 0 at night, `CLEAR_DAY_W_PER_M3_SR` by day.
    """
    photon_j = PLANCK_J_S * SPEED_OF_LIGHT_M_PER_S / sender.wavelength_m
    gain_db = float(decibels((np.pi * sender.aperture_m / sender.wavelength_m) ** 2))
    lost_db = sender.pointing_loss_db - float(decibels(sender.transmit_efficiency))
    spread_db = float(decibels(1.0 / (4.0 * np.pi * range_m**2)))
    area_db = float(decibels(receiver.area_m2()))
    power_dbw = float(decibels(sender.power_w))
    received_dbw = power_dbw + gain_db - lost_db + spread_db - air_db + area_db
    per_watt = receiver.receive_efficiency / photon_j
    counted = float(power_ratio(received_dbw)) * per_watt
    field_sr = np.pi / 4.0 * receiver.field_rad**2
    sky_w = sky_w_per_m3_sr * receiver.filter_m * field_sr * receiver.area_m2()
    symbols_per_s = rate_bit_per_s / (sender.code_rate * np.log2(sender.ppm_order))
    per_slot = sky_w * per_watt / (symbols_per_s * sender.ppm_order)
    needed = _needed_counts(sender.ppm_order, sender.code_rate, per_slot)
    found = counted / symbols_per_s
    bits = rate_bit_per_s / symbols_per_s
    return PhotonBudget(
        power_dbw=power_dbw,
        transmit_gain_db=gain_db,
        transmit_loss_db=lost_db,
        spreading_db_per_m2=spread_db,
        air_db=air_db,
        receive_area_db_m2=area_db,
        received_dbw=received_dbw,
        counted_per_s=counted,
        background_per_s=sky_w * per_watt,
        photons_per_bit=found / bits,
        needed_photons_per_bit=needed / bits,
        margin_db=float(decibels(found / needed)) - sender.code_gap_db,
    )


def ppm_capacity_bit(order: int, signal: float, background: float) -> float:
    """Return the capacity of a symbol of pulse position modulation with counted photons.

    Parameters
    ----------
    order
        Slots, M.
    signal
        Photons counted on average in the slot of the pulse.
    background
        Photons counted on average in every slot besides.
    """
    both = signal + background
    top = int(np.ceil(pdtrik(1.0 - 1e-15, both))) + 2
    counts = np.arange(1, top)
    below = pdtr(counts - 1, background)
    right = float(np.sum(_poisson(counts, both) * below ** (order - 1)))
    other = _poisson(counts, background) * pdtr(counts - 1, both)
    wrong = float(np.sum((order - 1) * other * below ** (order - 2)))
    decided = right + wrong
    if decided <= 0.0:
        return 0.0
    error = wrong / decided
    doubt = -sum(p * np.log2(p) for p in (error, 1.0 - error) if p > 0.0)
    return float(decided * (np.log2(order) - doubt - error * np.log2(order - 1)))


def _poisson(counts: NDArray[np.int64], mean: float) -> NDArray[np.float64]:
    """Return the chance of each count."""
    return np.asarray(np.exp(xlogy(counts, mean) - gammaln(counts + 1) - mean))


def any_clear(shares: Iterable[float]) -> float:
    """Return the share of time in which at least one of some sites is clear."""
    return 1.0 - float(np.prod([1.0 - share for share in shares]))


def _needed_counts(order: int, code_rate: float, background: float) -> float:
    wanted = code_rate * np.log2(order)
    most = 1e3 * (1.0 + background)
    return float(brentq(lambda n: ppm_capacity_bit(order, n, background) - wanted, 1e-6, most))


def _terminal(row: dict[str, str]) -> OpticalTerminal:
    return OpticalTerminal(
        name=row["name"],
        title=row["title"],
        wavelength_m=float(row["wavelength_m"]),
        power_w=float(row["power_w"]),
        aperture_m=float(row["aperture_m"]),
        apertures=int(float(row["apertures"])),
        transmit_efficiency=float(row["transmit_efficiency"]),
        receive_efficiency=float(row["receive_efficiency"]),
        pointing_loss_db=float(row["pointing_loss_db"]),
        field_rad=float(row["field_rad"]),
        filter_m=float(row["filter_m"]),
        ppm_order=int(float(row["ppm_order"])),
        code_rate=float(row["code_rate"]),
        code_gap_db=float(row["code_gap_db"]),
        rates_bit_per_s=tuple(float(word) for word in row["rates_bit_per_s"].split()),
        source=row["source"],
        confidence=row["confidence"],
    )
