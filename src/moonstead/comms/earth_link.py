"""How fast a spacecraft or the station sends to a ground station, along a contact.

The link budget of its radio with the dish (`moonstead.comms.link_budget`): range, air at the
elevation of the moment, the Moon in the dish's beam; the highest rate of the radio's ladder that
keeps the margin. Sampled every `SAMPLE_S`; between two samples the lower rate counts.
"""

import numpy as np
from numpy.typing import NDArray

from moonstead.comms.atmosphere import GroundPlace, air_loss
from moonstead.comms.ground_stations import GroundStation
from moonstead.comms.link_budget import Conditions, carrier_dbhz
from moonstead.comms.link_ladder import best_rate, ladder_of, rate_spells
from moonstead.comms.link_noise import moon_noise_k
from moonstead.comms.link_radios import Radio

FloatArray = NDArray[np.float64]

SAMPLE_S = 900.0
"""The Moon climbs 3.6 degrees in a ground station's sky meanwhile."""
MARGIN_DB = 3.0
"""Kept above the threshold, as is usual for space links."""
AVAILABILITY = 0.95
"""Share of the time in which the air takes no more than counted."""
EFFICIENCY = 0.6
"""Of a large dish, with its feed (assumption)."""
POINTING_BEAMS = 0.05
"""How far a dish points beside its target, in beam widths (assumption)."""


def receiver_of(station: GroundStation, radio: Radio) -> Radio | None:
    """Return the receiver of a ground station for a radio; None where it has none.

    Its noise temperature is that under a clear sky at the zenith, so that the clear air counts
    twice: some kelvins, to the safe side.
    """
    if radio.transmit_hz is None or radio.band not in station.noise_k:
        return None
    return Radio(
        name=station.name,
        title=station.title,
        owner=station.owner,
        band=radio.band,
        transmit_hz=None,
        receive_hz=radio.transmit_hz,
        power_w=None,
        line_loss_db=0.0,
        antenna_m=station.antenna_m,
        efficiency=EFFICIENCY,
        gain_dbi=None,
        pointing_deg=POINTING_BEAMS * _beam_deg(station.antenna_m, radio.transmit_hz),
        axial_ratio_db=1.0,
        noise_k=station.noise_k[radio.band],
        code="",
        rates_bit_per_s=(),
        symbol_rate_hz=None,
        implementation_loss_db=0.0,
        source=station.radio_source,
        confidence=station.confidence,
    )


def _beam_deg(antenna_m: float, frequency_hz: float) -> float:
    return 70.0 * 299_792_458.0 / (frequency_hz * antenna_m)


def rates_along(
    radio: Radio,
    station: GroundStation,
    t_s: FloatArray,
    range_m: FloatArray,
    elevation_deg: FloatArray,
    from_earth_m: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the spells of one rate each of a contact.

    Parameters
    ----------
    radio
        That sends.
    station
        That receives.
    t_s
        Rising, TDB seconds past J2000, shape (n,); first and last are begin and end.
    range_m, elevation_deg
        Of the sender at the ground station, shape (n,).
    from_earth_m
        Sender and Moon's centre from the Earth's centre, along any one set of axes, shape (3, n).

    Returns
    -------
    tuple of ndarray
        Begin, end (TDB seconds past J2000) and rate (bit/s); none where nothing is carried.

    Raises
    ------
    InputError
        The radio does not transmit.
    """
    ladder = ladder_of(radio)
    receiver = receiver_of(station, radio)
    if receiver is None or receiver.receive_hz is None:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    place = GroundPlace(
        station.latitude_deg, station.longitude_deg, station.height_m, station.antenna_m
    )
    beam_deg = receiver.half_power_deg(receiver.receive_hz)
    conditions = Conditions(
        range_m=range_m,
        air=air_loss(place, receiver.receive_hz, elevation_deg, AVAILABILITY),
        hot_k=moon_noise_k(*from_earth_m, receiver.receive_hz, beam_deg),
    )
    choice = best_rate(ladder, carrier_dbhz(radio, receiver, conditions), MARGIN_DB)
    return rate_spells(t_s, choice.rate_bit_per_s)
