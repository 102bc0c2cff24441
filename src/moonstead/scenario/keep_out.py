"""Whether anything that people live or work in stands where a reactor's shield does not protect it.

Only what has a position is checked, at its first place, while both are on the station.
"""

from collections.abc import Iterator, Sequence
from math import hypot

from moonstead.elements.airlock import Airlock
from moonstead.elements.crew import Crew
from moonstead.elements.element import Element
from moonstead.elements.fission_unit import FissionUnit
from moonstead.elements.glovebox import Glovebox
from moonstead.elements.habitat import Habitat
from moonstead.elements.lander import Lander
from moonstead.elements.plant_chamber import PlantChamber
from moonstead.spec import Mistake

PEOPLED = (Airlock, Crew, Glovebox, Habitat, Lander, PlantChamber)
"""What people live in, land in or come to; of other types, what people work on."""

_ALL_ROUND_DEG = 180.0


def keep_out_mistakes(elements: Sequence[Element]) -> Iterator[Mistake]:
    """Yield every element that people come to within the forbidden zone of a reactor."""
    reactors = [element for element in elements if isinstance(element, FissionUnit)]
    for i, element in enumerate(elements):
        if isinstance(element, FissionUnit) or not _has_people(element):
            continue
        for reactor in reactors:
            remedy = _remedy(element, reactor) if _are_together(element, reactor) else ""
            if remedy:
                yield Mistake(("element", i, "easting_m"), remedy, element.easting_m)


def _has_people(element: Element) -> bool:
    is_worked_on = any(work.crew > 0.0 for work in element.work().values())
    return is_worked_on or isinstance(element, PEOPLED)


def _are_together(a: Element, b: Element) -> bool:
    """Say whether there is a time at which both are on the station."""
    return not any(
        gone.retires is not None and come.arrives is not None and gone.retires <= come.arrives
        for gone, come in ((a, b), (b, a))
    )


def _remedy(element: Element, reactor: FissionUnit) -> str:
    """Return what would be right, or nothing where nothing is wrong or known."""
    if element.easting_m is None or element.northing_m is None:
        return ""
    if reactor.easting_m is None or reactor.northing_m is None:
        return ""
    east_m = element.easting_m - reactor.easting_m
    north_m = element.northing_m - reactor.northing_m
    if not reactor.forbids(east_m, north_m):
        return ""
    right_east_m, right_north_m = reactor.nearest_allowed(east_m, north_m)
    zone = f"at least {reactor.keep_out_m:g} m away"
    if reactor.shadow_shield_half_angle_deg < _ALL_ROUND_DEG:
        zone += (
            f" and within {reactor.shadow_shield_half_angle_deg:g} degrees of azimuth "
            f"{reactor.shield_azimuth_deg:g}"
        )
    return (
        f"with northing_m {element.northing_m:g} it stands {hypot(east_m, north_m):.0f} m from "
        f'reactor "{reactor.name}", in its keep-out zone; people must be {zone}, such as at '
        f"easting_m = {reactor.easting_m + right_east_m:.0f}, northing_m = "
        f"{reactor.northing_m + right_north_m:.0f}"
    )
