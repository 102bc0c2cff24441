"""Between the station and a relay: when they see each other, and how fast each sends.

With ``moon_radio`` and ``station_radio`` the rates follow the link budget along each view: the
range of the moment and the Moon in the relay's beam, as for links to Earth. Else they are fixed.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from moonstead.comms.earth_link import MARGIN_DB, SAMPLE_S
from moonstead.comms.link_budget import Conditions, carrier_dbhz
from moonstead.comms.link_ladder import RateChoice, best_rate, ladder_of, rate_spells
from moonstead.comms.link_noise import moon_noise_k
from moonstead.comms.link_radios import Radio, load_radios, radio_named
from moonstead.comms.link_terms import FloatArray
from moonstead.comms.nodes import place_of_profile
from moonstead.comms.visibility.sights import sights
from moonstead.elements.relay_orbiter import RelayOrbiter
from moonstead.environment.trajectory import Trajectory
from moonstead.environment.turning import Turning
from moonstead.errors import InputError, Problem
from moonstead.scenario.build import World
from moonstead.scenario.legs import Craft, site_icrf_m
from moonstead.scenario.model import STATION

LEAST_SAMPLES = 8
"""Of a view, however short: a low relay passes in minutes."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A time of one rate (TDB seconds past J2000), and the mean light time of its view."""

    start_t_s: float
    end_t_s: float
    owlt_s: float
    rate_bit_per_s: float


@dataclass(frozen=True, slots=True)
class Access:
    """Spells from the station to a relay and from the relay to the station, in order."""

    to_relay: tuple[Spell, ...]
    from_relay: tuple[Spell, ...]


def access_of(
    world: World,
    relay: RelayOrbiter,
    one: Craft,
    flight: Trajectory,
    span_t_s: tuple[float, float],
    turning: Turning,
) -> Access:
    """Return the spells between the station and a relay.

    Parameters
    ----------
    world
        The scenario.
    relay, one, flight
        The element, its node and its trajectory.
    span_t_s
        TDB seconds past J2000.
    turning
        Of Earth and Moon.

    Raises
    ------
    InputError
        The radios do not fit together, or their link never closes.
    """
    place = place_of_profile(STATION, world.profile, relay.min_elevation_deg)
    found = sights([(place, one.node)], *span_t_s, turning)[0]
    light_s = np.mean(found.received_t_s - found.sent_t_s, axis=1)
    begin_t_s, end_of_life_t_s = one.life_t_s
    views = [
        (max(sent, begin_t_s), min(last, end_of_life_t_s), owlt)
        for (sent, last), owlt in zip(found.sent_t_s.tolist(), light_s.tolist(), strict=True)
        if last > begin_t_s and sent < end_of_life_t_s
    ]
    most = relay.rate_bit_per_s, relay.uplink_rate_bit_per_s
    if relay.moon_radio is None or relay.station_radio is None:
        fixed = [tuple(Spell(*view, rate) for view in views) for rate in most]
        return Access(fixed[0], fixed[1])
    radios = load_radios()
    ends = radio_named(relay.moon_radio, radios), radio_named(relay.station_radio, radios)
    try:
        link = _Link(world, flight, *ends)
        to_relay = tuple(link.spells(views, most[0], to_relay=True))
        from_relay = tuple(link.spells(views, most[1], to_relay=False))
    except InputError as error:
        where = f'element "{relay.name}".moon_radio'
        raise InputError(
            Problem(str(world.file), where, f"{p.path} {p.value}".strip(), p.remedy)
            for p in error.problems
        ) from error
    if views and not to_relay:
        remedy = (
            f"from {relay.station_radio} no rate closes in any view: the lowest lacks "
            f"{link.missing_db:.1f} dB at best; take more power, a larger antenna or a lower rate"
        )
        where = f'element "{relay.name}".moon_radio'
        raise InputError(Problem(str(world.file), where, relay.moon_radio, remedy))
    return Access(to_relay, from_relay)


class _Link:
    """The link between two radios along views."""

    def __init__(self, world: World, flight: Trajectory, moon: Radio, station: Radio) -> None:
        self._world, self._flight = world, flight
        self._moon, self._station = moon, station
        self.missing_db = math.inf
        """The least that the lowest rate lacks, of what was asked last."""

    def spells(
        self, views: list[tuple[float, float, float]], most_bit_per_s: float, *, to_relay: bool
    ) -> Iterator[Spell]:
        self.missing_db = math.inf
        for start_t_s, end_t_s, owlt_s in views:
            count = max(math.ceil((end_t_s - start_t_s) / SAMPLE_S), LEAST_SAMPLES) + 1
            t_s = np.linspace(start_t_s, end_t_s, count)
            choice = self._choice(t_s, to_relay=to_relay)
            self.missing_db = min(self.missing_db, float(choice.missing_db.min()))
            begins, ends, rates = rate_spells(
                t_s, np.minimum(choice.rate_bit_per_s, most_bit_per_s)
            )
            for begin, end, rate in zip(*(v.tolist() for v in (begins, ends, rates)), strict=True):
                yield Spell(begin, end, owlt_s, rate)

    def _choice(self, t_s: FloatArray, *, to_relay: bool) -> RateChoice:
        # What the relay hears first was sent a light time before its trajectory begins.
        flown_t_s = np.clip(t_s, self._flight.start_t_s, self._flight.end_t_s)
        relay_m = self._flight.state(flown_t_s)[0].T
        site_m = site_icrf_m(self._world, t_s)
        range_m = np.linalg.norm(site_m - relay_m, axis=0)
        if not to_relay:  # a dish on the ground looks up, into the cold sky
            budget = carrier_dbhz(self._moon, self._station, Conditions(range_m=range_m))
            return best_rate(ladder_of(self._moon), budget, MARGIN_DB)
        heard_hz = self._station.transmit_hz or 0.0
        beam_deg = self._moon.half_power_deg(heard_hz)
        hot_k = moon_noise_k(site_m - relay_m, -relay_m, heard_hz, beam_deg)
        conditions = Conditions(range_m=range_m, hot_k=hot_k)
        return best_rate(
            ladder_of(self._station), carrier_dbhz(self._station, self._moon, conditions), MARGIN_DB
        )
