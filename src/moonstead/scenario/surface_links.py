"""Radio links over the ground: from an element that stands away from the hub to the hub.

Both stand still, so a link has one rate for the whole run: the highest of the radio's that keeps
the margin over what is between them. That is the terrain where the scenario gives elevation files,
and the smooth Moon where it takes a packaged site. Where ground is in the way diffraction tells how
much is left; a link that closes at no rate is refused.

Data pass over the link as they are made: what makes more than it carries is slowed down to it.
Commands from Earth to the element go over it too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from moonstead.comms.earth_link import MARGIN_DB
from moonstead.comms.link_budget import Conditions, carrier_dbhz
from moonstead.comms.link_ladder import best_rate, ladder_of
from moonstead.comms.link_noise import moon_brightness_k
from moonstead.comms.link_radios import Radio, load_radios, radio_named
from moonstead.comms.link_terms import SPEED_OF_LIGHT_M_PER_S
from moonstead.comms.surface_link import (
    GroundProfile,
    SurfacePath,
    ground_profile,
    surface_path,
)
from moonstead.components import Load, Parts
from moonstead.elements.element import Element, SurfaceLink
from moonstead.environment.site import MOON_RADIUS_M, Site
from moonstead.environment.terrain.grid import Terrain
from moonstead.environment.terrain.raster import ground_elevation_m
from moonstead.errors import InputError, Problem
from moonstead.scenario.model import Scenario

SMOOTH_STEP_M = 50.0
"""Between points of the smooth Moon: the terms of its horizon lie kilometres apart."""
GROUND_SHARE = 0.5
"""Of the beam of an antenna that looks along the ground, which is warm."""
_Ends = tuple[Site, Site]


@dataclass(frozen=True, slots=True)
class SurfaceContact:
    """A link over the ground.

    Parameters
    ----------
    element
        At its far end from the hub.
    path
        What is between the antennas.
    rate_bit_per_s, uplink_rate_bit_per_s
        To the hub and from it; the latter 0 where it does not close.
    """

    element: str
    path: SurfacePath
    rate_bit_per_s: float
    uplink_rate_bit_per_s: float

    @property
    def owlt_s(self) -> float:
        """Light time."""
        return self.path.range_m / SPEED_OF_LIGHT_M_PER_S


def surface_contacts(
    scenario: Scenario, site: Site, layers: Sequence[Terrain], file: str
) -> tuple[SurfaceContact, ...]:
    """Return the links over the ground of a scenario.

    Parameters
    ----------
    scenario
        With its elements.
    site
        Where its point is, and how high the mast with the hub's antenna is.
    layers
        Terrain, fine to coarse; none for the smooth Moon.
    file
        For messages.

    Raises
    ------
    InputError
        Radios that do not fit together, places off the terrain, links that cannot close; all.
    """
    found: list[SurfaceContact] = []
    problems: list[Problem] = []
    hub = scenario.hub
    for element in scenario.element:
        if element.surface_link is None:
            continue
        try:
            found.append(_contact(element, element.surface_link, hub, site, layers))
        except InputError as error:
            where = f'element "{element.name}".surface_link'
            problems.extend(
                Problem(file, where, f"{p.path} {p.value}".strip(), p.remedy)
                for p in error.problems
            )
    if problems:
        raise InputError(problems)
    return tuple(found)


def through_links(parts: Parts, contacts: Sequence[SurfaceContact]) -> Parts:
    """Return the parts of a station with data slowed down to what links over the ground carry."""
    shares: dict[str, float] = {}
    for contact in contacts:
        made = [load for load in parts.loads if _crosses(load, contact)]
        made += [item.load for item in parts.converters if _crosses(item.load, contact)]
        whole = sum(load.data_rate_bit_per_s for load in made)
        if whole > contact.rate_bit_per_s:
            shares.update({load.name: contact.rate_bit_per_s / whole for load in made})

    def slowed(load: Load) -> Load:
        rate = load.data_rate_bit_per_s * shares.get(load.name, 1.0)
        return replace(load, data_rate_bit_per_s=rate)

    return replace(
        parts,
        loads=tuple(slowed(load) for load in parts.loads),
        converters=tuple(replace(item, load=slowed(item.load)) for item in parts.converters),
    )


def _crosses(load: Load, contact: SurfaceContact) -> bool:
    """Say whether what a load makes is written to a recorder at the other end of a link."""
    own = load.name.partition(".")[0] == contact.element
    return own and load.recorder.partition(".")[0] not in {"", contact.element}


def _contact(
    element: Element, link: SurfaceLink, hub: Element, site: Site, layers: Sequence[Terrain]
) -> SurfaceContact:
    radios = load_radios()
    own, hubs = radio_named(link.radio, radios), radio_named(link.hub_radio, radios)
    there = _place(element, site, layers, link.antenna_height_m)
    here = _place(hub, site, layers, site.height_m)
    between = _ground(element, hub, layers, (there, here))
    heights_m = there.height_m, here.height_m
    down = surface_path(between, heights_m, own.transmit_hz or hubs.receive_hz or 0.0)
    rate, missing_db = _rate(own, hubs, down)
    if rate <= 0.0:
        words = "in sight" if down.visible else f"{down.obstruction_db:.0f} dB of ground in the way"
        remedy = (
            f"cannot close over {down.range_m / 1e3:.1f} km with {words}: the lowest rate lacks "
            f"{missing_db:.1f} dB; take higher antennas, a lower band, more power, or another place"
        )
        raise InputError(Problem("link", "", f"{link.radio} to {link.hub_radio}", remedy))
    uplink = 0.0
    if hubs.transmit_hz is not None and own.receive_hz is not None:
        uplink, _ = _rate(hubs, own, surface_path(between, heights_m, hubs.transmit_hz))
    return SurfaceContact(element.name, down, rate, uplink)


def _rate(sender: Radio, receiver: Radio, path: SurfacePath) -> tuple[float, float]:
    """Return the rate, and what the lowest one lacks, dB."""
    frequency_hz = sender.transmit_hz or 0.0
    ladder = ladder_of(sender)
    mean_k = float(np.mean(moon_brightness_k(frequency_hz, [0.0, 90.0, 180.0, 270.0])))
    conditions = Conditions(
        range_m=path.range_m, hot_k=GROUND_SHARE * mean_k, obstruction_db=path.obstruction_db
    )
    choice = best_rate(ladder, carrier_dbhz(sender, receiver, conditions), MARGIN_DB)
    return float(choice.rate_bit_per_s[0]), float(choice.missing_db[0])


def _place(element: Element, site: Site, layers: Sequence[Terrain], height_m: float) -> Site:
    """Return where an element stands: its metres count in the site's level plane."""
    east_m, north_m = element.easting_m or 0.0, element.northing_m or 0.0
    latitude, longitude = math.radians(site.latitude_deg), math.radians(site.longitude_deg)
    level_m = MOON_RADIUS_M * math.cos(latitude) - north_m * math.sin(latitude)
    x_m = level_m * math.cos(longitude) - east_m * math.sin(longitude)
    y_m = level_m * math.sin(longitude) + east_m * math.cos(longitude)
    z_m = MOON_RADIUS_M * math.sin(latitude) + north_m * math.cos(latitude)
    place = Site(
        name=element.name,
        latitude_deg=math.degrees(math.atan2(z_m, math.hypot(x_m, y_m))),
        longitude_deg=math.degrees(math.atan2(y_m, x_m)),
        ground_elevation_m=0.0,
        height_m=height_m,
    )
    if not layers:
        return place
    elevation_m = ground_elevation_m(layers, place.latitude_deg, place.longitude_deg)
    return replace(place, ground_elevation_m=elevation_m)


def _ground(
    element: Element, hub: Element, layers: Sequence[Terrain], ends: _Ends
) -> GroundProfile:
    """Return the ground between; a smooth sphere where there is no terrain."""
    if layers:
        return ground_profile(layers, *ends, layers[0].pixel_m)
    east_m = (element.easting_m or 0.0) - (hub.easting_m or 0.0)
    north_m = (element.northing_m or 0.0) - (hub.northing_m or 0.0)
    apart_m = math.hypot(east_m, north_m)
    if apart_m <= 0.0:
        remedy = "stands where the hub's antenna is; give it a place of its own"
        raise InputError(Problem("link", "", f"{east_m:g}, {north_m:g} m", remedy))
    along_m = np.linspace(0.0, apart_m, max(math.ceil(apart_m / SMOOTH_STEP_M), 2) + 1)
    return GroundProfile(along_m, np.zeros_like(along_m))
