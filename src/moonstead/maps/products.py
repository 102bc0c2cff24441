"""The layers that can be asked for, and what computes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from moonstead.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class Product:
    """A layer of a map.

    Parameters
    ----------
    name
        In commands and file names.
    title
        In words.
    unit
        Of its values; "1" for shares, empty for classes.
    group
        Name under which it can be asked for together with others.
    """

    name: str
    title: str
    unit: str
    group: str


PRODUCTS = {
    product.name: product
    for product in (
        Product("elevation_m", "Elevation above 1737.4 km", "m", "relief"),
        Product("slope_deg", "Slope of the ground", "deg", "relief"),
        Product("roughness_m", "Roughness: deviation from a plane", "m", "relief"),
        Product(
            "hillshade", "Shaded relief, light from 315 deg on the map, 35 high", "1", "relief"
        ),
        Product("traversability", "Ground by the limits of a vehicle", "", "relief"),
        Product("sun_any_fraction", "Time with any part of the Sun in view", "1", "light"),
        Product("sun_mean_fraction", "Mean share of the solar disc in view", "1", "light"),
        Product("longest_dark_h", "Longest darkness", "h", "light"),
        Product("longest_light_h", "Longest light", "h", "light"),
        Product("light_seasons", "Seasons of nearly continuous light", "1", "light"),
        Product("longest_season_months", "Longest season of light, synodic months", "1", "light"),
        Product(
            "longest_season_start_day",
            "Start of the longest season of light, days after the start",
            "d",
            "light",
        ),
        Product("permanent_shadow", "Never any part of the Sun in view", "", "light"),
        Product("earth_any_fraction", "Time with any part of the Earth in view", "1", "earth"),
        Product("earth_mean_fraction", "Mean share of the Earth's disc in view", "1", "earth"),
        Product("longest_earth_absence_h", "Longest time without the Earth", "h", "earth"),
        Product("sun_and_earth_fraction", "Time with Sun and Earth in view", "1", "earth"),
        Product("highest_horizon_deg", "Highest elevation of the horizon", "deg", "horizon"),
        Product("sky_fraction", "Sky in view: share of the upper hemisphere", "1", "horizon"),
        Product("lowest_temperature_k", "Lowest temperature of the surface", "K", "temperature"),
        Product("mean_temperature_k", "Mean temperature of the surface", "K", "temperature"),
        Product("highest_temperature_k", "Highest temperature of the surface", "K", "temperature"),
        Product("ice_depth_temperature_k", "Highest temperature 0.5 m deep", "K", "temperature"),
    )
}
APART = {
    product.name: product
    for product in (
        Product("relay_fraction", "Time with the relay in view", "1", "relay"),
        Product("longest_relay_contact_h", "Longest time with the relay", "h", "relay"),
        Product("longest_relay_absence_h", "Longest time without the relay", "h", "relay"),
        Product("sun_low_fraction", "Time with the Sun, 5 % of the terrain's errors", "1", "band"),
        Product(
            "sun_high_fraction", "Time with the Sun, 95 % of the terrain's errors", "1", "band"
        ),
    )
}
"""Layers that need a relay, or a whole ensemble of maps; "all" does not ask for them."""
KNOWN = PRODUCTS | APART
GROUPS = tuple(dict.fromkeys(product.group for product in KNOWN.values()))


def chosen_products(words: Sequence[str]) -> tuple[Product, ...]:
    """Return the layers that words ask for: names of layers or of groups, in a fixed order.

    Raises
    ------
    InputError
        With every word that is neither.
    """
    wanted: set[str] = set()
    problems = []
    for word in words:
        found = {p.name for p in KNOWN.values() if word in (p.name, p.group)}
        found |= set(PRODUCTS) if word == "all" else set()
        if not found:
            known = ", ".join([*GROUPS, *KNOWN])
            problems.append(Problem("LAYER", "", repr(word), f"choose from {known}"))
        wanted |= found
    if problems:
        raise InputError(problems)
    return tuple(product for product in KNOWN.values() if product.name in wanted)
