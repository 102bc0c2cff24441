"""What can go wrong with the station's computers, software and radio links, by target and mode."""

from collections.abc import Collection

from moonstead.scenario.model import HOME_TARGET, Scenario
from moonstead.simulation.schedule import AVIONICS, Mode
from moonstead.spec import suggest
from moonstead.units import DAY_S, MINUTE_S

PARTS: dict[str, tuple[Mode, ...]] = {
    f"{AVIONICS}.computer": (Mode.RESET, Mode.HANG, Mode.INTERMITTENT, Mode.OFF),
    f"{AVIONICS}.log": (Mode.OFF,),
    f"{AVIONICS}.clock": (Mode.DRIFT, Mode.JUMP),
    f"{AVIONICS}.telemetry": (
        Mode.LOST,
        Mode.LATE,
        Mode.DOUBLED,
        Mode.DISORDERED,
        Mode.GARBLED,
        Mode.FUTURE,
    ),
    f"{AVIONICS}.uplink": (
        Mode.LOST,
        Mode.GARBLED,
        Mode.REPLAYED,
        Mode.HARMFUL,
        Mode.CONFLICTING,
    ),
    f"{AVIONICS}.planner": (Mode.CRASH, Mode.NO_ANSWER, Mode.ABSURD, Mode.EMPTY),
    f"{AVIONICS}.executive": (Mode.CRASH, Mode.LOST_EVENT),
    f"{AVIONICS}.sun-sensor": (Mode.OFF, Mode.STUCK),
}
"""Modes of each part of the avionics."""
PATH_TARGET = "path:"
LINK_MODES = (Mode.OFF, Mode.INTERMITTENT)
PATH_MODES = (*LINK_MODES, Mode.DERATED)
LASTS_S = {
    Mode.RESET: MINUTE_S,
    Mode.HANG: 3 * MINUTE_S,
    Mode.JUMP: MINUTE_S,
    Mode.REPLAYED: MINUTE_S,
    Mode.HARMFUL: MINUTE_S,
    Mode.CONFLICTING: MINUTE_S,
    Mode.LOST_EVENT: DAY_S,
}
"""How long a fault lasts where no duration is given, for modes that are over by themselves."""


def paths_of(scenario: Scenario) -> set[str]:
    """Return the names of the paths to Earth."""
    flown = {getattr(element, "path", None) for element in scenario.element}
    direct = scenario.direct_path
    return {name for name in flown if name} | ({direct.name} if direct else set())


def links_of(scenario: Scenario) -> set[str]:
    """Return everything of the network that a fault may name: paths, ground stations, homes.

    ``path:NAME`` is a path too, for one that is called as an element is.
    """
    paths = paths_of(scenario)
    return {
        *paths,
        *(PATH_TARGET + path for path in paths),
        *(given.station for given in scenario.ground_station),
        *(HOME_TARGET + partner.name for partner in scenario.partner),
    }


def remedy_beyond(
    target: str, mode: Mode, scenario: Scenario, components: Collection[str]
) -> str | None:
    """Return what is wrong with a target that is no component; empty for nothing.

    None where it names neither avionics nor anything of the network, but perhaps a component.
    """
    if target.partition(".")[0] == AVIONICS:
        if target not in PARTS:
            return f"the avionics have no such part; {suggest(target, PARTS)}"
        return _fits(mode, PARTS[target], target)
    if target in components or target not in links_of(scenario):
        return None
    is_path = target.removeprefix(PATH_TARGET) in paths_of(scenario)
    return _fits(mode, PATH_MODES if is_path else LINK_MODES, "a path" if is_path else "a link")


def _fits(mode: Mode, allowed: tuple[Mode, ...], whose: str) -> str:
    if mode in allowed:
        return ""
    return f'mode "{mode}" is none of {whose}; give {" or ".join(allowed)}'
